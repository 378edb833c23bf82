"""What readings mean: by fixed limits, by the partial NEWS2, and against the person's own range. Pure.

One reading may be a cold finger or a slipped cuff. So a single bad one asks staff to have it measured again, and the
second one calls; only what cannot wait for a second one calls at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from linli.alert import Severity
from linli.clock import from_millis
from linli.signals import Kind
from linli.words import Field, Sentence
from models import news2, sentences
from models.habits.customs import Range
from models.habits.ranges import is_far_outside
from models.sensor import in_millis

FRESH = in_millis(timedelta(hours=12))
"""An older reading says nothing about now: twelve hours are the longest that NEWS2 leaves between two rounds."""
SECOND_AFTER = in_millis(timedelta(minutes=2))
"""A reading is a second one only from so long after the first: a cuff needs a rest, and a finger clip time to settle."""
GAIN_WITHIN = in_millis(timedelta(days=3))
GAIN_KG = 2.0
"""More in three days may be water (ESC guidelines for heart failure, 2021: patients are to tell their team)."""

Taken = tuple[int, float]
"""When, in milliseconds, and how much."""
Readings = Mapping[Kind, Sequence[Taken]]
"""The latest readings of each kind, oldest first; never empty."""


class About(StrEnum):
    """What is told once a day, and again only if it has become worse."""

    SCORE = "score"
    GLUCOSE = "glucose"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be told of the readings. `at`: the newest reading that it rests on."""

    about: About
    severity: Severity
    at: int
    why: Sentence
    evidence: Mapping[str, str | float]


_BEYOND: Mapping[Kind, tuple[float, float]] = {
    Kind.RESPIRATION: (6, 35),
    Kind.SPO2: (85, 101),
    Kind.BLOOD_PRESSURE: (80, 240),
    Kind.HEART_RATE: (35, 150),
    Kind.BODY_TEMPERATURE: (34.0, 41.0),
    Kind.GLUCOSE: (2.9, 33.3),
}
"""At or beyond: a wrong alarm costs less than waiting for a second reading. The glucose is that of the ADA Standards
of Care (level 2 hypoglycaemia, under 3.0 mmol/L) and of a hyperosmolar state (33.3); the rest lies well within NEWS2's 3."""
_GLUCOSE = (3.9, 16.7)
"""Below the first (level 1 hypoglycaemia) or from the second on (300 mg/dL) a glucose is bad."""

_SAID = {
    Kind.RESPIRATION: sentences.RESPIRATION,
    Kind.SPO2: sentences.SPO2,
    Kind.BLOOD_PRESSURE: sentences.BLOOD_PRESSURE,
    Kind.HEART_RATE: sentences.HEART_RATE,
    Kind.BODY_TEMPERATURE: sentences.BODY_TEMPERATURE,
    Kind.GLUCOSE: sentences.GLUCOSE,
    Kind.WEIGHT: sentences.WEIGHT,
}
_NAMES = {
    Kind.RESPIRATION: "breathing",
    Kind.SPO2: "oxygen saturation",
    Kind.BLOOD_PRESSURE: "blood pressure",
    Kind.HEART_RATE: "pulse",
    Kind.BODY_TEMPERATURE: "temperature",
}


def judge(readings: Readings, ranges: Mapping[str, Range], now: int) -> list[Verdict]:
    """Return what is to be told, at most one verdict about each thing, the gravest."""
    fresh = {kind: readings[kind] for kind in _SAID if kind in readings and now - readings[kind][-1][0] <= FRESH}
    verdicts = (
        _by_score(fresh) or _by_own_range(fresh, ranges),
        _by_limits({Kind.GLUCOSE: fresh[Kind.GLUCOSE]}, About.GLUCOSE) if Kind.GLUCOSE in fresh else None,
        _by_weight(fresh.get(Kind.WEIGHT, ())),
    )
    return [verdict for verdict in verdicts if verdict is not None]


def _by_score(fresh: Readings) -> Verdict | None:
    scored = {kind: taken for kind, taken in fresh.items() if kind in news2.BANDS}
    single = _by_limits(scored, About.SCORE)
    if single is not None and single.severity is Severity.URGENT:
        return single
    latest = {kind: taken[-1][1] for kind, taken in scored.items()}
    score = news2.total(latest)
    return _sum(scored, latest, score) if score >= news2.URGENT else single


def _sum(scored: Readings, latest: Mapping[Kind, float], score: int) -> Verdict:
    missing = [Sentence(_NAMES[kind]) for kind in news2.missing(latest)]
    not_known = _listed([*missing, Sentence("air or oxygen"), Sentence("whether she is clear in her mind")])
    told = _listed([_say(kind, taken[-1]) for kind, taken in scored.items() if news2.points(kind, taken[-1][1])])
    return Verdict(
        About.SCORE,
        Severity.URGENT,
        max(taken[-1][0] for taken in scored.values()),
        Sentence(sentences.NEWS2, {"score": score, "readings": told, "missing": not_known}),
        {
            **{kind.value: number for kind, number in latest.items()},
            "news2": score,
            "missing": ", ".join([*news2.missing(latest), "air_or_oxygen", "consciousness"]),
        },
    )


def _by_limits(readings: Readings, about: About) -> Verdict | None:
    """Judge readings one by one; the gravest counts, of two alike the newer."""
    verdicts = [verdict for kind, taken in readings.items() if (verdict := _by_limit(kind, taken, about)) is not None]
    return min(verdicts, key=lambda verdict: (verdict.severity.rank, -verdict.at), default=None)


def _by_limit(kind: Kind, taken: Sequence[Taken], about: About) -> Verdict | None:
    at, number = taken[-1]
    reading = _say(kind, taken[-1])
    evidence: dict[str, str | float] = {kind.value: number, "at": from_millis(at).isoformat()}
    low, high = _BEYOND[kind]
    if not low < number < high:
        return Verdict(about, Severity.URGENT, at, Sentence(sentences.BEYOND, {"reading": reading}), evidence)
    if not _is_bad(kind, number):
        return None
    before = _before(taken)
    if before is None or at - before[0] > FRESH or not _is_bad(kind, before[1]):
        return Verdict(about, Severity.NOTICE, at, Sentence(sentences.MEASURE_AGAIN, {"reading": reading}), evidence)
    why = Sentence(sentences.BAD_TWICE, {"before": _say(kind, before), "reading": reading})
    return Verdict(about, Severity.URGENT, at, why, {**evidence, "before": before[1]})


def _is_bad(kind: Kind, number: float) -> bool:
    if kind is Kind.GLUCOSE:
        return not _GLUCOSE[0] <= number < _GLUCOSE[1]
    return news2.points(kind, number) >= news2.RED


def _before(taken: Sequence[Taken]) -> Taken | None:
    """Return the reading before the latest that is not of the same sitting."""
    return next((one for one in reversed(taken) if taken[-1][0] - one[0] >= SECOND_AFTER), None)


def _by_own_range(fresh: Readings, ranges: Mapping[str, Range]) -> Verdict | None:
    """Find a reading that lies far outside of her own range on the same side as the one before it."""
    for kind, taken in fresh.items():
        usual, before = ranges.get(kind.value), _before(taken)
        if usual is None or before is None or kind is Kind.WEIGHT:
            continue
        at, number = taken[-1]
        is_same_side = (number > usual.high) is (before[1] > usual.high)
        if is_same_side and all(is_far_outside(kind, one, usual) for one in (number, before[1])):
            fields: dict[str, Field | Sentence] = {
                "before": _say(kind, before),
                "reading": _say(kind, taken[-1]),
                "low": usual.low,
                "high": usual.high,
            }
            evidence: dict[str, str | float] = {
                kind.value: number,
                "before": before[1],
                "usual_low": usual.low,
                "usual_high": usual.high,
            }
            return Verdict(About.SCORE, Severity.NOTICE, at, Sentence(sentences.NOT_HERS, fields), evidence)
    return None


def _by_weight(taken: Sequence[Taken]) -> Verdict | None:
    if not taken:
        return None
    at, kilograms = taken[-1]
    before = min((one for one in taken if at - one[0] <= GAIN_WITHIN), key=lambda one: one[1])
    gain = round(kilograms - before[1], 1)
    if gain <= GAIN_KG:
        return None
    fields: dict[str, Field | Sentence] = {
        "weight": kilograms,
        "gain": gain,
        "length": from_millis(at) - from_millis(before[0]),
    }
    evidence: dict[str, str | float] = {Kind.WEIGHT.value: kilograms, "gain": gain}
    return Verdict(About.WEIGHT, Severity.NOTICE, at, Sentence(sentences.WEIGHT_GAIN, fields), evidence)


def _say(kind: Kind, taken: Taken) -> Sentence:
    return Sentence(_SAID[kind], {"value": taken[1], "at": from_millis(taken[0])})


def _listed(said: Sequence[Sentence]) -> Sentence:
    """Return one sentence of several, with the commas of the reader's language."""
    *rest, last = said
    for one in reversed(rest):
        last = Sentence(sentences.LISTED, {"one": one, "more": last})
    return last
