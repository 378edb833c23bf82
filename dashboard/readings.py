"""What was measured of a person last, beside what she herself usually has: for staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from linli.signals import BloodPressure, Kind, Signal
from models.habits.customs import Range
from models.habits.ranges import number_of

UNITS = {
    Kind.BLOOD_PRESSURE: "mmHg",
    Kind.HEART_RATE: "/min",
    Kind.RESPIRATION: "/min",
    Kind.SPO2: "%",
    Kind.BODY_TEMPERATURE: "°C",
    Kind.GLUCOSE: "mmol/L",
    Kind.WEIGHT: "kg",
}
"""The kinds that are shown, in their order."""
WIDTH = 120
"""Of the picture of a range; her own takes the middle half of it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The latest of one kind. `dot` is where it stands in the picture; `usual` None: too few are known to say."""

    kind: Kind
    shown: str
    unit: str
    at: datetime
    usual: Range | None
    dot: float
    is_within: bool


def readings_of(taken: Sequence[Signal], ranges: dict[str, Range]) -> list[Reading]:
    """Return the latest reading of each kind among those taken."""
    latest: dict[Kind, Signal] = {}
    for one in taken:
        if one.kind in UNITS and (one.kind not in latest or one.at > latest[one.kind].at):
            latest[one.kind] = one
    return [_reading(latest[kind], ranges.get(kind.value)) for kind in UNITS if kind in latest]


def _reading(one: Signal, usual: Range | None) -> Reading:
    number = number_of(one.value) or 0.0
    value = one.value
    shown = f"{value.systolic:g}/{value.diastolic:g}" if isinstance(value, BloodPressure) else f"{number:g}"
    is_within = usual is None or usual.low <= number <= usual.high
    return Reading(one.kind, shown, UNITS[one.kind], one.at, usual, _dot(number, usual), is_within)


def _dot(number: float, usual: Range | None) -> float:
    if usual is None:
        return WIDTH / 2
    width = max(usual.high - usual.low, 0.1)
    share = 0.25 + (number - usual.low) / width / 2
    return round(WIDTH * min(1.0, max(0.0, share)), 1)
