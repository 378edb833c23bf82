"""A person's own readings: what each kind of them usually lies between, and when one is far outside of that."""

from collections.abc import Iterable, Mapping

import numpy as np

from linli.clock import millis
from linli.signals import BloodPressure, Kind, Signal, Value
from models.habits.customs import Range

VITALS = frozenset(
    {
        Kind.RESPIRATION,
        Kind.SPO2,
        Kind.BLOOD_PRESSURE,
        Kind.HEART_RATE,
        Kind.BODY_TEMPERATURE,
        Kind.GLUCOSE,
        Kind.WEIGHT,
    }
)
ENOUGH, ENOUGH_DAYS = 14, 7
"""Readings, and days with one, that must be known."""
_DAY = 86_400_000
_ERROR = {
    Kind.RESPIRATION: 3.0,
    Kind.SPO2: 2.0,
    Kind.BLOOD_PRESSURE: 15.0,
    Kind.HEART_RATE: 10.0,
    Kind.BODY_TEMPERATURE: 0.5,
    Kind.GLUCOSE: 2.0,
    Kind.WEIGHT: 2.0,
}
"""What a household device and a restless hand make of one reading: nothing within this is far outside."""

Reading = tuple[Kind, int, float]
"""Kind, moment in milliseconds, and the number that counts: of a blood pressure the systolic."""


def number_of(value: Value) -> float | None:
    """Return the number of a reading that counts, None where there is none."""
    if isinstance(value, BloodPressure):
        return value.systolic
    return None if isinstance(value, str) else float(value)


def readings_of(signals: Iterable[Signal]) -> list[Reading]:
    """Return the readings among signals, oldest first, each once."""
    found = {
        (s.kind, millis(s.at), number)
        for s in signals
        if s.kind in VITALS and (number := number_of(s.value)) is not None
    }
    return sorted(found, key=lambda reading: reading[1:])


def ranges_of(readings: Iterable[Reading], until: int) -> Mapping[str, Range]:
    """Return the range of each kind of which enough is known, from before a moment (milliseconds).

    Eight in ten lie within: one bad cuff in ten does not move it.
    """
    by_kind: dict[Kind, list[tuple[int, float]]] = {}
    for kind, at, number in readings:
        if at < until:
            by_kind.setdefault(kind, []).append((at, number))
    return {kind.value: _range(known) for kind, known in sorted(by_kind.items()) if _is_enough(known)}


def _is_enough(known: list[tuple[int, float]]) -> bool:
    return len(known) >= ENOUGH and len({at // _DAY for at, _ in known}) >= ENOUGH_DAYS


def _range(known: list[tuple[int, float]]) -> Range:
    low, high = np.quantile([number for _, number in known], [0.1, 0.9])
    return Range(float(low), float(high))


def is_far_outside(kind: Kind, number: float, usual: Range) -> bool:
    """Tell whether a reading lies further from the range than the range is wide, and than any device errs.

    Of readings that scatter as most do (normally), one in ten thousand does.
    """
    slack = max(usual.high - usual.low, _ERROR[kind])
    return not usual.low - slack <= number <= usual.high + slack
