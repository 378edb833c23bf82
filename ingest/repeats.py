"""What the sensors of other ecosystems said last: many repeat themselves, and a repetition is no movement.

A door or a bed moves only when its state changes. What else comes again with the same value a moment later (a radar may
repeat itself several times a second) is not worth keeping either. A reading is compared with what was kept, and is kept
only once it is stored: a batch that comes again is no repetition.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.signals import Kind, Signal, Value
from linli.wire import Reading

SOON = timedelta(seconds=10)
"""What comes again within it says nothing new."""
STILL_THERE = timedelta(minutes=10)
"""How often a state that is repeated is taken as word that its device is there."""
_STATES = frozenset({Kind.CONTACT, Kind.BED})
_PASSING = frozenset({Kind.MOTION, Kind.PRESENCE, Kind.POWER, Kind.TEMPERATURE, Kind.HUMIDITY, Kind.BATTERY})
Sensor = tuple[str, str, Kind]


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and when it was last given weight."""

    value: Value
    at: datetime


Told = dict[Sensor, Said]


class Repeats:
    """Knows the last value of each sensor that repeats itself."""

    def __init__(self) -> None:
        self._last: Told = {}

    def is_new(self, home: str, reading: Reading, at: datetime, since: Told) -> bool:
        """Tell whether a reading says something new; `since` are those that came after the last that was kept."""
        last = self._before(home, reading, since)
        if last is not None and last.value == reading.value and not _is_due(reading.kind, at - last.at):
            return False
        if reading.kind in _STATES | _PASSING:
            since[home, reading.device, reading.kind] = Said(reading.value, at)
        return True

    def is_there(self, home: str, reading: Reading, at: datetime, since: Told) -> bool:
        """Tell whether a state that is repeated should count as word of its device."""
        last = self._before(home, reading, since)
        if reading.kind not in _STATES or last is None or at - last.at < STILL_THERE:
            return False
        since[home, reading.device, reading.kind] = Said(reading.value, at)
        return True

    def _before(self, home: str, reading: Reading, since: Told) -> Said | None:
        sensor = (home, reading.device, reading.kind)
        return since.get(sensor) or self._last.get(sensor)

    def keep(self, told: Told) -> None:
        """Take over what is stored now."""
        self._last.update(told)

    def learn(self, stored: Iterable[Signal]) -> None:
        """Take in stored signals, newest first; what is known already stays."""
        for signal in stored:
            if signal.kind in _STATES:
                said = Said(signal.value, signal.received_at)
                self._last.setdefault((signal.home, signal.device, signal.kind), said)


def _is_due(kind: Kind, since: timedelta) -> bool:
    """Tell whether the same value again is worth keeping; a clock that was set back keeps everything."""
    return kind not in _STATES and not (kind in _PASSING and timedelta(0) <= since < SOON)
