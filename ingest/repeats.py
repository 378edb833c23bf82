"""What the sensors of other ecosystems said last: many repeat themselves, and a repetition is no movement.

A door or a bed moves only when its state changes. What else comes again with the same value a moment later (a radar may
repeat itself several times a second) is not worth keeping either. A reading is compared with what was kept, and is kept
only once it is stored: a batch that comes again is no repetition.

A switch that calls for help or says that somebody is up does so when it is turned, in whichever direction; devices say
again and again how it stands. How it stood before linli knew it is not known: to a call for help, `on` is then a call.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeGuard

from ingest.listed import Turned
from linli.signals import Kind, Signal, Value
from linli.trigger import Turn
from linli.wire import Reading

SOON = timedelta(seconds=10)
"""What comes again within it says nothing new."""
STILL_THERE = timedelta(minutes=10)
"""How often a state that is repeated is taken as word that its device is there."""
ONE_PRESS = timedelta(seconds=3)
"""A radio button sends its code again and again while it is held; what follows so soon is the same press."""
_STATES = frozenset({Kind.CONTACT, Kind.BED})
_TURNS = frozenset({Kind.SOS, Kind.CHECK_IN, Kind.MOTION})
"""What a switch says by being turned, not by how it stands."""
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
        if _is_turn(reading):
            return self._is_turned(home, reading, at, since)
        last = self._before(home, reading, since)
        if last is not None and last.value == reading.value and not _is_due(reading.kind, at - last.at):
            return False
        if reading.kind in _STATES | _PASSING:
            since[home, reading.device, reading.kind] = Said(reading.value, at)
        return True

    def _is_turned(self, home: str, reading: Turned, at: datetime, since: Told) -> bool:
        last, sensor = self._before(home, reading, since), _sensor(home, reading)
        if reading.turn is Turn.PULSE:
            since[sensor] = Said(reading.turn, at)
            return last is None or not timedelta(0) <= at - last.at < ONE_PRESS
        if last is not None and last.value == reading.turn:
            return False
        since[sensor] = Said(reading.turn, at)
        return last is not None or (reading.kind is Kind.SOS and reading.turn is Turn.ON)

    def note(self, home: str, reading: Turned, at: datetime, since: Told) -> None:
        """Learn how a switch stands that nobody has turned just now, if that is not known."""
        if self._before(home, reading, since) is None:
            since[_sensor(home, reading)] = Said(reading.turn, at)

    def is_there(self, home: str, reading: Reading, at: datetime, since: Told) -> bool:
        """Tell whether a state that is repeated should count as word of its device."""
        last = self._before(home, reading, since)
        if not _has_state(reading) or last is None or at - last.at < STILL_THERE:
            return False
        since[_sensor(home, reading)] = Said(last.value, at)
        return True

    def _before(self, home: str, reading: Reading, since: Told) -> Said | None:
        sensor = _sensor(home, reading)
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


def _is_turn(reading: Reading) -> TypeGuard[Turned]:
    return isinstance(reading, Turned) and reading.kind in _TURNS


def _sensor(home: str, reading: Reading) -> Sensor:
    """Return what the last word is kept of: of a switch that is turned, each of its rockers by itself."""
    source = f"/{reading.source}" if _is_turn(reading) else ""
    return home, f"{reading.device}{source}", reading.kind


def _has_state(reading: Reading) -> bool:
    return reading.turn is not Turn.PULSE if _is_turn(reading) else reading.kind in _STATES


def _is_due(kind: Kind, since: timedelta) -> bool:
    """Tell whether the same value again is worth keeping; a clock that was set back keeps everything."""
    return kind not in _STATES and not (kind in _PASSING and timedelta(0) <= since < SOON)
