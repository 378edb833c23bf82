"""Which devices were dead: they used to say something every day, whether anybody passed or not, and do no longer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from linli.clock import millis
from linli.signals import EXIT_ROOM, Kind, Signal, is_sign_of_life
from models.habits.arrays import DAY, Flags, Ints
from models.habits.place import Place, is_kitchen, place_of
from models.habits.signs import local_minutes

_WATCHING = frozenset({Kind.MOTION, Kind.PRESENCE, Kind.BED, Kind.CONTACT})
"""Kinds that tell of movement. Their other word is only the end of one: it is no beat."""
_WEEKS = 28
_DAILY = 0.85
"""Share of the days on which a device must have beaten to be one that does so daily: messages get lost."""


@dataclass(frozen=True, slots=True)
class Beats:
    """Days on which devices that tell of movement said anything else. Those of devices by their number, from 0 on."""

    day: Ints
    """Local days since 1970; one row a device and day."""
    device: Ints
    known_from: Ints
    """By device: the day on which it first told of movement."""
    is_kitchen: Flags
    """By device: what it watches."""
    is_washing: Flags
    is_exit: Flags


_NONE, _NOTHING = np.array([], dtype=np.int64), np.array([], dtype=np.bool_)
NO_BEATS = Beats(_NONE, _NONE, _NONE, _NOTHING, _NOTHING, _NOTHING)


def is_beat(signal: Signal) -> bool:
    """Tell whether a signal would have come without anybody there."""
    return signal.kind not in _WATCHING and not is_sign_of_life(signal.kind, signal.value)


class Heard:
    """Takes note of the beats among a home's signals while they pass by, in any order."""

    def __init__(self) -> None:
        self._watching: dict[tuple[str, str], int] = {}
        """Since when each tells of movement, seconds since 1970."""
        self._beats: list[tuple[int, tuple[str, str]]] = []

    def through(self, signals: Iterable[Signal]) -> Iterator[Signal]:
        """Yield the signals as they come."""
        for signal in signals:
            if signal.kind in _WATCHING:
                device, at = (signal.device, signal.room), millis(signal.at) // 1000
                self._watching[device] = min(at, self._watching.get(device, at))
            elif signal.room and is_beat(signal):
                self._beats.append((millis(signal.at) // 1000, (signal.device, signal.room)))
            yield signal

    def beats(self, zone: ZoneInfo) -> Beats:
        """Return the beats of the devices that tell of movement; what is in no room watches nothing."""
        devices = sorted(self._watching)
        number = {device: index for index, device in enumerate(devices)}
        rows = [(at, number[device]) for at, device in self._beats if device in number]
        day = _days_of([at for at, _ in rows], zone).tolist()
        both = np.array(sorted({(one, device) for one, (_, device) in zip(day, rows, strict=True)}), dtype=np.int64)
        both = both.reshape(-1, 2)
        return Beats(
            both[:, 0],
            both[:, 1],
            _days_of([self._watching[device] for device in devices], zone),
            np.array([is_kitchen(room) for _, room in devices], dtype=np.bool_),
            np.array([place_of(room) is Place.WASHING for _, room in devices], dtype=np.bool_),
            np.array([room == EXIT_ROOM for _, room in devices], dtype=np.bool_),
        )


def _days_of(seconds: list[int], zone: ZoneInfo) -> Ints:
    return (local_minutes(np.array(seconds, dtype=np.int64), zone) // DAY).astype(np.int64)


def beats_of(signals: Iterable[Signal], zone: ZoneInfo) -> Beats:
    """Return the beats among a home's signals."""
    heard = Heard()
    for _ in heard.through(signals):
        pass
    return heard.beats(zone)


def dead_devices(beats: Beats, first_day: int, days: int) -> Flags:
    """Return a row a device: on which days it was dead, for two days at least.

    Of a device that speaks only when somebody passes this cannot be told: it never is.
    """
    beat = np.zeros((len(beats.is_exit), days), dtype=np.bool_)
    known = (beats.day >= first_day) & (beats.day < first_day + days)
    beat[beats.device[known], beats.day[known] - first_day] = True
    total = np.cumsum(np.pad(beat.astype(np.int64), ((0, 0), (1, 0))), axis=1)
    at = np.arange(days)
    share = (total[:, at] - total[:, np.maximum(0, at - _WEEKS)]) / np.maximum(1, np.minimum(at, _WEEKS))
    last = np.maximum.accumulate(np.where(beat, at, 0), axis=1)
    silent = ~beat & ~np.roll(beat, 1, axis=1) & (at > 0) & (at + first_day > beats.known_from[:, None])
    dead: Flags = silent & (np.take_along_axis(share, last, axis=1) >= _DAILY)
    return dead
