"""What doors and beds said last. Other ecosystems repeat a state with every report; only a change is a movement.

A reading is compared with what was kept, and is kept only once it is stored: a batch that comes again is no repetition.
"""

from collections.abc import Iterable

from linli.signals import Kind, Signal, Value
from linli.wire import Reading

_STATES = frozenset({Kind.CONTACT, Kind.BED})
Sensor = tuple[str, str, Kind]


class Repeats:
    """Knows the last state of each sensor that is repeated."""

    def __init__(self) -> None:
        self._last: dict[Sensor, Value] = {}

    def is_one(self, home: str, reading: Reading, since: dict[Sensor, Value]) -> bool:
        """Tell whether a reading only repeats a state; `since` are those that came after the last that was kept."""
        if reading.kind not in _STATES:
            return False
        sensor = (home, reading.device, reading.kind)
        was = since.get(sensor, self._last.get(sensor))
        since[sensor] = reading.value
        return was == reading.value

    def keep(self, told: dict[Sensor, Value]) -> None:
        """Take over what is stored now."""
        self._last.update(told)

    def learn(self, stored: Iterable[Signal]) -> None:
        """Take in stored signals, newest first; what is known already stays."""
        for signal in stored:
            if signal.kind in _STATES:
                self._last.setdefault((signal.home, signal.device, signal.kind), signal.value)
