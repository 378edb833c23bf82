"""The signs of life of one home as columns: when, by what device, in what kind of place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from linli.clock import millis
from linli.signals import EXIT_ROOM, Kind, Signal, is_sign_of_life
from models.habits.arrays import DAY, Flags, Floats, Ints
from models.habits.place import is_kitchen, place_of
from models.habits.water import of_her_doing

TIED = frozenset({Kind.MOTION, Kind.PRESENCE, Kind.BED, Kind.CONTACT, Kind.WATER, Kind.BUTTON})
"""Kinds that speak of a place even where the room is not named; others may come from a pocket or a wrist."""


BY_ITSELF = frozenset({Kind.MOTION, Kind.PRESENCE, Kind.BED, Kind.CONTACT})
"""Kinds that a faulty sensor tells without anybody's doing; a press or a reading is somebody's deed."""


@dataclass(frozen=True, slots=True)
class Signs:
    """One row a sign, oldest first. Within a second the order does not count: at the exit before inside, then by name."""

    at: Ints
    """Whole seconds since 1970, UTC."""
    minute: Floats
    """Minutes of the local clock since 1970: `% 1440` is the time of day, `// 1440` the day."""
    device: Ints
    word: Ints
    """What was said, as a number: two words of one device are two different signs."""
    place: Ints
    is_exit: Flags
    is_placed: Flags
    """Whether the sign tells where somebody is."""
    is_kitchen: Flags
    names: tuple[str, ...] = ()
    """What the numbers of devices stand for; empty for those that tell deeds, which no sensor makes up."""

    def __len__(self) -> int:
        """Return how many signs there are."""
        return len(self.at)

    @property
    def day(self) -> Ints:
        """The local day of each sign, days since 1970."""
        return (self.minute // DAY).astype(np.int64)

    def before(self, second: int) -> "Signs":
        """Return the signs from before a moment."""
        return self.during(slice(0, int(np.searchsorted(self.at, second))))

    def during(self, rows: slice) -> "Signs":
        """Return some of the signs, next to each other."""
        return self._rows(rows)

    def where(self, kept: Flags) -> "Signs":
        """Return some of the signs, wherever they stand."""
        return self._rows(kept)

    def _rows(self, rows: slice | Flags) -> "Signs":
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__slots__ if name != "names"})


def signs_of(signals: Iterable[Signal], zone: ZoneInfo) -> Signs:
    """Return the signs of life among a home's signals, which may come in any order.

    All that its water meters told must be among them: that the water stood still, too.
    """
    rows = sorted(
        {
            (millis(s.at) // 1000, s.room != EXIT_ROOM, s.device, str(s.kind), str(s.value), s.room)
            for s in _of_life(signals)
        }
    )
    at = np.array([row[0] for row in rows], dtype=np.int64)
    devices = {name: number for number, name in enumerate(sorted({row[2] for row in rows}))}
    deeds = {row[2] for row in rows if row[3] not in BY_ITSELF}
    words = {word: number for number, word in enumerate(sorted({row[3:5] for row in rows}))}
    rooms = {name: number for number, name in enumerate(sorted({row[5] for row in rows}))}
    room = np.array([rooms[row[5]] for row in rows], dtype=np.int64)
    return Signs(
        at,
        local_minutes(at, zone),
        np.array([devices[row[2]] for row in rows], dtype=np.int64),
        np.array([words[row[3:5]] for row in rows], dtype=np.int64),
        np.array([place_of(name) for name in rooms], dtype=np.int64)[room],
        np.array([name == EXIT_ROOM for name in rooms], dtype=np.bool_)[room],
        np.array([bool(row[5]) or Kind(row[3]) in TIED for row in rows], dtype=np.bool_),
        np.array([is_kitchen(name) for name in rooms], dtype=np.bool_)[room],
        tuple("" if name in deeds else name for name in devices),
    )


def _of_life(signals: Iterable[Signal]) -> Iterator[Signal]:
    """Yield the signs of life; water that runs and runs is none, as it is none while it runs."""
    meters: dict[str, list[Signal]] = {}
    for signal in signals:
        if signal.kind is Kind.WATER:
            meters.setdefault(signal.device, []).append(signal)
        elif is_sign_of_life(signal.kind, signal.value):
            yield signal
    for told in meters.values():
        told.sort(key=lambda one: one.at)
        hers = set(of_her_doing((millis(one.at), one.value) for one in told if isinstance(one.value, float)))
        yield from (one for one in told if millis(one.at) in hers and is_sign_of_life(one.kind, one.value))


def local_minutes(at: Ints, zone: ZoneInfo) -> Floats:
    """Return moments, seconds since 1970, as minutes on the wall clock of a zone."""
    hours, which = np.unique(at // 3600, return_inverse=True)
    offsets = np.array([_offset(int(hour) * 3600, zone) for hour in hours], dtype=np.float64)
    minutes: Floats = (at + offsets[which]) / 60 if len(at) else at / 60
    return minutes


def _offset(second: int, zone: ZoneInfo) -> float:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    return offset.total_seconds() if offset else 0.0


def is_weekend(day: Ints) -> Flags:
    """Tell of local days, counted since 1970, whether they are a Saturday or a Sunday."""
    weekend: Flags = (day + 3) % 7 >= 5  # 1970 began with a Thursday
    return weekend
