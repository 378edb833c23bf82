"""The customs of one home besides silence: its bathroom, its nights, its readings. Learned nightly, stored with the line."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from models.habits.arrays import DAY, HALF_HOURS


@dataclass(frozen=True, slots=True)
class BathroomLine:
    """How long a stay in the bathroom may last; minutes. `limit` 0: nothing can be said, so nobody is asked.

    `usual`: one stay in twenty lasts longer; 0 where too few are known to say so.
    """

    limit: int
    usual: int = 0


FIXED_BY_DAY = BathroomLine(120)
FIXED_BY_NIGHT = BathroomLine(0)


@dataclass(frozen=True, slots=True)
class Range:
    """Between what a reading lies eight times in ten."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Customs:
    """What is usual in one home; as it stands here, that of a home of which nothing is known."""

    bathroom_by_day: BathroomLine = FIXED_BY_DAY
    bathroom_by_night: BathroomLine = FIXED_BY_NIGHT
    sleeps: tuple[int, int] | None = None
    """From when to when she is not up and about, minutes of the local day; None where that cannot be told."""
    nights: int = 0
    """Of so many nights it is known whether the exit was used."""
    nights_out: tuple[int, ...] = (0,) * HALF_HOURS
    """By half hour of the day: on how many of them it was, thereabouts."""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    """By kind of reading."""
    nervous: tuple[str, ...] = ()
    """Sensors that go on speaking while she is out: what they say alone is not believed."""


UNKNOWN = Customs()


def customs_from(stored: object) -> Customs:
    """Return customs that JSON kept; raises msgspec.ValidationError where they are not sound."""
    customs = msgspec.convert(stored, type=Customs)
    lines = (customs.bathroom_by_day, customs.bathroom_by_night)
    is_sound = (
        len(customs.nights_out) == HALF_HOURS
        and all(0 <= line.limit <= DAY and 0 <= line.usual <= DAY for line in lines)
        and all(0 <= minute < DAY for minute in customs.sleeps or ())
        and all(kept.low <= kept.high for kept in customs.ranges.values())
    )
    if not is_sound:
        raise msgspec.ValidationError("the customs are not sound")
    return customs
