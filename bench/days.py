"""What changes in people's days are found on recordings: how many notices, and how many of the changes put into them.

`python3 dev.py bench days FOLDER`. A change is put in from each of many days on, and only what is found within twelve
days counts. What is taken away or added is drawn by chance, the same each time.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from msgspec import structs

from linli.people import Home
from linli.recording import offset_of, read_recording
from linli.signals import EXIT_ROOM, Signal
from linli.words import say
from models.days.beats import beats_of
from models.days.drawing import pictures_of
from models.days.life import life_of
from models.days.picture import Pictures
from models.days.slow_kinds import SlowKind
from models.days.surprise import LEAST
from models.days.tonight import changes_of, findings_after
from models.habits.calendar import day_of, midnight_of
from models.habits.place import Place, is_kitchen, place_of
from models.habits.signs import signs_of

FROM_DAY = 20
"""The first day from which a change is put in: until then her days are learned."""
WITHIN = 12
_FEW_DAYS, _STEP = 40, 8
"""In a long recording a change is put in from every so manieth day only."""
_MEALS = ((5, 10.5), (10.5, 15), (16, 21))
_LEFT_OUT, _STILL_SEEN = 0.7, 0.25


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording, and what its days look like."""

    name: str
    signals: Sequence[Signal]
    zone: ZoneInfo
    pictures: Pictures

    def midnight(self, row: int) -> datetime:
        """Return when a day began."""
        return midnight_of(self.pictures.first_day + row, self.zone)

    def row(self, signal: Signal) -> int:
        """Return on which day, counted from the first, a signal came."""
        return day_of(signal.at, self.zone) - self.pictures.first_day

    def clock(self, signal: Signal) -> float:
        """Return the hour of the day at which a signal came."""
        local = signal.at.astimezone(self.zone)
        return local.hour + local.minute / 60


def main(arguments: Sequence[str]) -> int:
    """Print for each recording what is found in it, and what is found of changes that are put into it."""
    if not arguments:
        sys.stderr.write("bench days: name a folder of recordings\n")
        return 2
    for path in sorted(Path(arguments[0]).glob("*.csv")):
        one = _recorded(path)
        sys.stdout.write(f"{one.name}: {len(one.pictures)} days\n")
        for sentence in _notices(one):
            sys.stdout.write(f"    notice: {sentence}\n")
        for name, change in CHANGES.items():
            sys.stdout.write(f"    {name:30}{_found_of(one, name, change)}\n")
            sys.stdout.flush()
    return 0


def _recorded(path: Path) -> Recorded:
    signals, zone = list(read_recording(path)), ZoneInfo(offset_of(path))
    return Recorded(path.stem, signals, zone, _drawn(signals, zone, day_of(signals[-1].at, zone)))


def _drawn(signals: Sequence[Signal], zone: ZoneInfo, today: int) -> Pictures:
    return pictures_of(life_of(signs_of(signals, zone), zone, beats=beats_of(signals, zone)), today)


def _notices(one: Recorded) -> Iterator[str]:
    home, changes, told = Home(one.name, "", ""), changes_of(one.pictures), set[str]()
    for days in range(len(one.pictures) + 1):
        for finding in findings_after(home, one.pictures, changes, days):
            if finding.key not in told:
                told.add(finding.key)
                yield say(finding.why, "en", one.zone)


@dataclass(frozen=True, slots=True)
class _Change:
    """What is put in from a day on, and what may be found of it."""

    edit: Callable[[Recorded, int, Random], list[Signal]]
    found_as: frozenset[SlowKind]


def _found_of(one: Recorded, name: str, change: _Change) -> str:
    days = len(one.pictures)
    starts = range(max(FROM_DAY, LEAST), days - 5, 1 if days < _FEW_DAYS else _STEP)
    after = [_days_until_found(one, start, name, change) for start in starts]
    found = sorted(days for days in after if days is not None)
    middle = f", in the middle after {found[len(found) // 2]} days" if found else ""
    return f"{len(found)} of {len(after)} found{middle}" if after else "too few days"


def _days_until_found(one: Recorded, start: int, name: str, change: _Change) -> int | None:
    edited = sorted(change.edit(one, start, Random(f"{one.name}{name}{start}")), key=lambda signal: signal.at)  # noqa: S311
    pictures = _drawn(edited, one.zone, one.pictures.first_day + len(one.pictures))
    found = [one.found - start for kind in change.found_as for one in changes_of(pictures).get(kind, ())]
    return min((days + 1 for days in found if 0 <= days < WITHIN), default=None)


def _meals_left_out(one: Recorded, start: int, chance: Random) -> list[Signal]:
    left_out: dict[tuple[int, int], bool] = {}

    def is_left_out(signal: Signal) -> bool:
        row, clock = one.row(signal), one.clock(signal)
        meal = next((number for number, (begin, end) in enumerate(_MEALS) if begin <= clock < end), None)
        if row < start or meal is None or not is_kitchen(signal.room):
            return False
        return left_out.setdefault((row, meal), chance.random() < _LEFT_OUT)

    return [signal for signal in one.signals if not is_left_out(signal)]


def _in_bed_for_two_hours_more(one: Recorded, start: int, _chance: Random) -> list[Signal]:
    rises = one.pictures.rises

    def is_left_out(signal: Signal) -> bool:
        row, minute = one.row(signal), one.clock(signal) * 60
        return start <= row < len(rises) and bool(rises[row] - 5 <= minute < rises[row] + 120)

    return [signal for signal in one.signals if not is_left_out(signal)]


def _up_by_night(one: Recorded, start: int, chance: Random) -> list[Signal]:
    rooms = [_like(one, Place.SLEEPING), _like(one, Place.WASHING)]
    added = [
        one.midnight(row) + timedelta(hours=chance.uniform(0.3, 6))
        for row in range(start, len(one.pictures))
        for _ in range(chance.choice((3, 4, 4, 5, 6)))
    ]
    return [*one.signals, *(_moved(chance.choice(rooms), at) for at in added)]


def _more_to_the_bathroom(one: Recorded, start: int, chance: Random) -> list[Signal]:
    added = []
    for row in range(start, len(one.pictures)):
        hours = [chance.uniform(0.3, 6) for _ in range(chance.choice((2, 2, 3)))]
        hours += [chance.uniform(9, 21) for _ in range(chance.choice((5, 6, 7, 8)))]
        added += [one.midnight(row) + timedelta(hours=hour) for hour in hours]
    return [*one.signals, *(_moved(_like(one, Place.WASHING), at) for at in added)]


def _moves_little(one: Recorded, start: int, chance: Random) -> list[Signal]:
    """Of all half hours of her days inside only a quarter is left."""
    is_still: dict[tuple[int, int], bool] = {}

    def is_left(signal: Signal) -> bool:
        row, half = one.row(signal), int(one.clock(signal) * 2)
        seen = not is_still.setdefault((row, half), chance.random() >= _STILL_SEEN)
        return row < start or signal.room == EXIT_ROOM or seen

    return [signal for signal in one.signals if is_left(signal)]


def _stays_in(one: Recorded, start: int, chance: Random) -> list[Signal]:
    """The exit is not used any more; where she was out, something stirs in the kitchen now and then."""
    kept = [signal for signal in one.signals if one.row(signal) < start or signal.room != EXIT_ROOM]
    kitchen = next(signal for signal in one.signals if is_kitchen(signal.room))
    for row in range(start, len(one.pictures)):
        hour = 8.0
        while hour < 21:
            kept.append(_moved(kitchen, one.midnight(row) + timedelta(hours=hour)))
            hour += chance.expovariate(1 / 0.35)
    return kept


def _like(one: Recorded, place: Place) -> Signal:
    return next(signal for signal in one.signals if place_of(signal.room) is place)


def _moved(like: Signal, at: datetime) -> Signal:
    return structs.replace(like, at=at, received_at=at, key=f"added-{at.timestamp()}")


_BATHROOM = frozenset({SlowKind.BATHROOM_DAY, SlowKind.BATHROOM_NIGHT})
CHANGES: Mapping[str, _Change] = {
    "seven meals in ten left out": _Change(_meals_left_out, frozenset({SlowKind.MEALS})),
    "never out": _Change(_stays_in, frozenset({SlowKind.HOUSEBOUND})),
    "up four times more by night": _Change(_up_by_night, frozenset({SlowKind.RESTLESS, SlowKind.BATHROOM_NIGHT})),
    "more to the bathroom": _Change(_more_to_the_bathroom, _BATHROOM),
    "up two hours later": _Change(_in_bed_for_two_hours_more, frozenset({SlowKind.RISING})),
    "a quarter of the movement": _Change(_moves_little, frozenset({SlowKind.QUIET, SlowKind.DECLINE})),
}
