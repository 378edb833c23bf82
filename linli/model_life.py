"""The life of a model: whether what was learned tonight takes effect at once, or runs beside the line in use. Pure.

The night's learning in the same way, for the same budget, takes effect at once unless something speaks against it. A new
kind (another method, prior or budget) first runs beside the old one for some nights. What staff have rolled back
stays so until they say otherwise.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from linli.alert import AlertKind, Severity
from linli.clock import millis
from linli.finding import Finding
from linli.held_model import Held, Why
from linli.people import Home
from linli.words import Sentence
from models import sentences
from models.habits.doubts import Doubt
from models.habits.model import HomeModel

TRIED_FOR = timedelta(days=7)
"""How long a new kind of model runs beside the old one."""


@dataclass(frozen=True, slots=True)
class Night:
    """What was learned tonight. `before`: last night's model; `present`: the one in use, None for the prior's line.

    `difference`: what the models that are newer than the one in use would have done, see `held_model`.
    """

    home: Home
    new: HomeModel
    before: HomeModel | None
    present: HomeModel | None
    doubts: Collection[Doubt] = ()
    difference: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_new_kind(self) -> bool:
        """Tell whether the new model and the one in use cannot be compared from night to night."""
        return self.present is not None and self.present.kind != self.new.kind


def held_after(held: Held | None, night: Night) -> Held | None:
    """Return which model the home is kept on after a night; None: tonight's takes effect."""
    if held is not None and held.why is Why.ROLLED_BACK:
        return held
    if night.present is None:
        return None
    if night.is_new_kind:
        return _tried(held, night)
    return _kept(held, night, Why.DOUBTED) if night.doubts else None


def _tried(held: Held | None, night: Night) -> Held | None:
    has_begun = night.before is not None and night.before.kind == night.new.kind
    if held is None or held.why is not Why.NEW_KIND or not has_begun:
        return _kept(None, night, Why.NEW_KIND)
    is_over = night.new.learned_at - held.since >= TRIED_FOR
    return None if is_over and not night.doubts else held


def _kept(held: Held | None, night: Night, why: Why) -> Held | None:
    if held is not None and held.why is why:
        return held
    assert night.present is not None  # noqa: S101 - a home without a model of its own is not kept on one
    return Held(night.home.home, night.present.learned_at, night.new.learned_at, why)


def notice(held: Held, night: Night) -> Finding | None:
    """Return what staff are told of a model that something speaks against; once for each time it is held."""
    is_tried = held.why is Why.NEW_KIND and night.new.learned_at - held.since < TRIED_FOR
    if held.why is Why.ROLLED_BACK or is_tried or not night.doubts:
        return None
    home = night.home
    reason = sentences.NEW_RINGS if Doubt.RINGS in night.doubts else sentences.NEW_IS_LONGER
    return Finding(
        key=f"model:{home.home}:{millis(held.since)}",
        home=home.home,
        site=home.site,
        kind=AlertKind.SYSTEM,
        severity=Severity.NOTICE,
        at=held.since,
        why=Sentence(sentences.MODEL_HELD, {"day": _day(held.learned_at, home), "reason": reason, "home": home.home}),
        evidence={"doubts": ", ".join(night.doubts), "in_use": held.learned_at.isoformat()},
    )


def _day(moment: datetime, home: Home) -> str:
    return f"{moment.astimezone(home.zone):%Y-%m-%d}"
