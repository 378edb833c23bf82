"""Meters and plugs, of which one reading alone says nothing: a count needs the one before it, a kettle the watts before.

What was counted last stands in the id of the signal that was made of it, so that it is known again after a restart and a
reading that comes twice is one. A batch that is not stored leaves no trace: what it counted is kept by `keep`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from linli.clock import from_millis, millis
from linli.signals import ID_KEY, Kind, Signal, Total
from linli.wire import Reading, read_value

STARTED = "started"
"""The press that is made of an appliance that somebody has switched on."""
DRAWS_WATTS = 50.0
"""What hangs on a plug works from here on; less is its clock or its standby."""
_COUNT = "count:"
_SHORTEST = timedelta(seconds=1)

Sensor = tuple[str, str, Kind]


@dataclass(frozen=True, slots=True)
class Last:
    """What a meter had counted, or a plug drew, and when."""

    number: float
    at: datetime


Counted = dict[Sensor, Last]


class Meters:
    """Knows the last count of each meter and the last watts of each plug."""

    def __init__(self) -> None:
        self._last: Counted = {}

    def read(
        self, home: str, reading: Reading, arrived: datetime, since: Counted, *, is_by_hand: bool
    ) -> tuple[Reading, ...]:
        """Return what a reading says; raises ValueError with the reason where that cannot be.

        `is_by_hand`: what hangs on this plug is switched on by nobody but a hand. `since` are those of this batch.
        """
        if isinstance(reading.value, Total):
            return self._since_last(home, reading, reading.value, arrived, since)
        if is_by_hand and reading.kind is Kind.POWER and isinstance(reading.value, float):
            return self._with_start(home, reading, reading.value, arrived, since)
        return (reading,)

    def keep(self, counted: Counted) -> None:
        """Take over what is stored now."""
        self._last.update(counted)

    def learn(self, stored: Iterable[Signal]) -> None:
        """Take in stored signals, newest first; what is known already stays."""
        for signal in stored:
            found = _counted(signal)
            if found is not None:
                self._last.setdefault((signal.home, signal.device, signal.kind), found)

    def _before(self, sensor: Sensor, since: Counted) -> Last | None:
        return since.get(sensor) or self._last.get(sensor)

    def _since_last(
        self, home: str, reading: Reading, count: Total, arrived: datetime, since: Counted
    ) -> tuple[Reading, ...]:
        """Return what came since the last count; a dial that stands lower is another meter, and begins anew."""
        at = reading.at or arrived
        sensor = (home, reading.device, reading.kind)
        before = self._before(sensor, since)
        if before is not None and at - before.at < _SHORTEST:
            return ()
        if before is None and reading.kind is not Kind.WATER:
            since[sensor] = Last(count, at)
            return ()
        told = read_value(reading.kind, _used(reading.kind, count, at, before))
        since[sensor] = Last(count, at)
        return (replace(reading, value=told, id=f"{_COUNT}{float(count):.3f}@{millis(at)}"),)

    def _with_start(
        self, home: str, reading: Reading, watts: float, arrived: datetime, since: Counted
    ) -> tuple[Reading, ...]:
        """Add a press where an appliance has begun to draw power. Readings that come late begin nothing."""
        at = reading.at or arrived
        sensor = (home, reading.device, reading.kind)
        before = self._before(sensor, since)
        if before is not None and at < before.at:
            return (reading,)
        since[sensor] = Last(watts, at)
        if before is None or not before.number < DRAWS_WATTS <= watts:
            return (reading,)
        return reading, replace(reading, kind=Kind.BUTTON, value=STARTED)


def _used(kind: Kind, count: Total, at: datetime, before: Last | None) -> float:
    """Return the litres, or the watts on average, since the last count; no litres at the first one, which is kept so."""
    used = 0.0 if before is None else max(0.0, count - before.number)
    if before is None or kind is Kind.WATER:
        return round(used, 3)
    return round(used / ((at - before.at) / timedelta(hours=1)), 1)


def _counted(signal: Signal) -> Last | None:
    """Return what a stored signal tells of its meter or plug."""
    name, _, rest = signal.key.removeprefix(ID_KEY).partition(_COUNT)
    if signal.key.startswith(ID_KEY) and not name and rest:
        count, _, at = rest.partition("@")
        try:
            return Last(float(count), from_millis(int(at)))
        except (ValueError, OverflowError):
            return None  # an id of the device's own that looks like ours
    if signal.kind is Kind.POWER and isinstance(signal.value, float):
        return Last(signal.value, signal.at)
    return None
