"""Two lines beside each other over days that have been: what the one would have done, and the other.

Nothing is kept while it happens: what was learned each night is stored, and so are the signs of life, so the comparison
can be made at any time and comes out the same.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from models.habits.arrays import Flags, Floats, Ints
from models.habits.evidence import History
from models.habits.line import Asked, asked_after
from models.habits.model import HomeModel
from models.habits.nervous import calm
from models.habits.presence import Presence, Whereabouts, whereabouts_of
from models.habits.signs import Signs
from models.habits.silences import touching


@dataclass(frozen=True, slots=True)
class Difference:
    """How often the line in use and the new one would have asked over the same nights and days.

    `earlier_minutes`: how much sooner the new one would have asked, in the middle over all minutes at which she was in;
    less than nothing: later. Silences that may not teach are left out: she needed help, or could not be seen.
    """

    nights: int
    present: int
    new: int
    earlier_minutes: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The signs of a stretch of time, and the silences after them. Seconds."""

    signs: Signs
    whereabouts: Whereabouts
    ends: Ints
    is_told: Flags

    def asked(self, model: HomeModel) -> Asked:
        return asked_after(model, self.signs, self.whereabouts)


def _stretch(history: History, nervous: Collection[str], since: int, until: int) -> _Stretch:
    signs = calm(history.signs.before(until), nervous)
    known, ends = whereabouts_of(signs), np.append(signs.at[1:], until)[: len(signs)]
    first = int(np.searchsorted(signs.at, since))
    rows = slice(first, len(signs))
    return _Stretch(
        signs.during(rows), known.during(rows), ends[rows], ~touching(signs.at, ends, history.untaught)[rows]
    )


def asks(models: Sequence[HomeModel], history: History, since: int, until: int) -> list[int]:
    """Return how often each line would have asked between two moments, seconds since 1970."""
    nervous = {name for model in models for name in model.customs.nervous}
    stretch = _stretch(history, nervous, since, until)
    return [_count(stretch, stretch.asked(model)) for model in models]


def difference(history: History, present: HomeModel, newer: Sequence[HomeModel], until: int) -> Difference:
    """Return what the newer models, each from its own night until the next, would have done that the present one did not."""
    nights = sorted(newer, key=lambda model: model.learned_at)
    begins = np.array([int(model.learned_at.timestamp()) for model in nights])
    stretch = _stretch(history, present.customs.nervous, int(begins[0]), until)
    old = stretch.asked(present)
    night = np.searchsorted(begins, stretch.signs.at, side="right") - 1
    new = Asked(stretch.signs.at.copy(), stretch.signs.at.copy())
    for number, model in enumerate(nights):
        mine, found = night == number, stretch.asked(model)
        new.by_line[mine], new.by_ceiling[mine] = found.by_line[mine], found.by_ceiling[mine]
    is_home = stretch.is_told & (stretch.whereabouts.presence == Presence.IN)
    earlier = _middle((old.at - new.at)[is_home] / 60, (stretch.ends - stretch.signs.at)[is_home])
    return Difference(len(nights), _count(stretch, old), _count(stretch, new), earlier)


def _count(stretch: _Stretch, asked: Asked) -> int:
    """Count the silences in which somebody was asked; a ceiling asks once until another sure sign."""
    rang = stretch.is_told & (asked.at < stretch.ends)
    by_ceiling = rang & (asked.by_ceiling < asked.by_line)
    return int((rang & ~by_ceiling).sum()) + len(np.unique(stretch.whereabouts.sure_at[by_ceiling]))


def _middle(values: Floats, weights: Ints) -> float:
    """Return the value below which half of the weight lies; 0 where there is none."""
    if not weights.sum():
        return 0.0
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
