"""Days of Old Zhao, each told by its numbers, so that a picture can be held against them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from math import isnan
from zoneinfo import ZoneInfo

from linli.people import Home
from linli.signals import Kind, Signal
from models.days.beats import beats_of
from models.days.drawing import pictures_of
from models.days.life import Life, life_of
from models.days.picture import Pictures
from models.days.slow_kinds import SlowKind
from models.days.tonight import changes_of
from models.habits.calendar import day_of
from models.habits.signs import signs_of
from models.habits.silences import Span
from tests.models.vigil import QUIET_HOME, left, moved, signal

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 9, 7, tzinfo=ZONE)
"""A Monday."""


@dataclass(frozen=True)
class Told:
    """One day in numbers; hours after midnight. `trips`: to the bathroom, by night as by day."""

    rises: float = 6.5
    to_bed: float = 22.0
    meals: Sequence[float] = (7.0, 12.0, 18.0)
    trips: Sequence[float] = (2.0, 9.2, 11.0, 15.5, 20.0)
    stirs: Sequence[float] = ()
    outings: Sequence[tuple[float, float]] = ((10.0, 10.9),)
    every: float = 0.15
    """Hours between two signs in the living room."""


USUAL = Told()
Days = Callable[[int], Told]


def usual(day: int) -> Told:
    """Return days that are alike, but not too much."""
    late = (day % 3 - 1) * 0.1
    trips = USUAL.trips if day % 2 else (*USUAL.trips, 16.5)
    return replace(USUAL, rises=USUAL.rises + late, trips=trips, every=0.14 + 0.01 * (day % 3))


def from_day(first: int, change: Callable[[Told], Told], until: int = 10_000) -> Days:
    """Return usual days that are changed from one of them on."""
    return lambda day: change(usual(day)) if first <= day < until else usual(day)


def at(day: int, clock: float, begin: datetime = BEGIN) -> datetime:
    """Return a moment by the wall clock."""
    wall = begin.replace(tzinfo=None) + timedelta(days=day, hours=clock)
    return wall.replace(tzinfo=begin.tzinfo)


def a_day(day: int, told: Told, begin: datetime = BEGIN) -> list[Signal]:
    """Return the signals of a day."""
    signs = [moved(at(day, clock, begin), "bedroom") for clock in (told.rises, told.to_bed, *told.stirs)]
    signs += [moved(at(day, clock, begin), "bathroom") for clock in told.trips]
    for meal in told.meals:
        signs += [moved(at(day, meal + minutes / 60, begin), "kitchen") for minutes in range(0, 40, 3)]
    for out, back in told.outings:
        signs += [left(at(day, out, begin)), left(at(day, back, begin))]
        signs += [moved(at(day, back + 0.02, begin), "living-room"), moved(at(day, back + 0.05, begin), "kitchen")]
    clock = told.rises + 0.1
    while clock < told.to_bed - 0.1:
        if not any(out <= clock <= back for out, back in told.outings):
            signs.append(moved(at(day, clock, begin), "living-room"))
        clock += told.every
    return signs


def a_life(days: int, told: Days = usual, begin: datetime = BEGIN) -> list[Signal]:
    """Return the signals of so many days, in order."""
    return sorted((s for day in range(days) for s in a_day(day, told(day), begin)), key=lambda one: one.at)


def battery(day: int, device: str, room: str) -> Signal:
    """Return what a device says of its battery at noon, whether anybody passes or not."""
    return signal(QUIET_HOME.home, device, Kind.BATTERY, 80.0, at(day, 12.01), room)


def life(signals: Iterable[Signal], unseen: Sequence[Span] = (), zone: ZoneInfo = ZONE) -> Life:
    known = list(signals)
    return life_of(signs_of(known, zone), zone, unseen, beats_of(known, zone))


def drawn(signals: Iterable[Signal], days: int, unseen: Sequence[Span] = (), begin: datetime = BEGIN) -> Pictures:
    """Return the pictures of so many days."""
    zone = begin.tzinfo
    assert isinstance(zone, ZoneInfo)
    return pictures_of(life(signals, unseen, zone), day_of(begin, zone) + days)


@dataclass(frozen=True)
class Day:
    """One day of pictures; what is not known is None."""

    bed: float | None
    rises: float | None
    stirs: float | None
    night_bathroom: float | None
    day_bathroom: float | None
    meals: float | None
    meals_possible: float | None
    outings: float | None
    movement: float | None
    bouts: float | None
    judged_hours: float | None


NUMBERS = tuple(one.name for one in fields(Day))


def day_in(pictures: Pictures, row: int) -> Day:
    told = {name: float(pictures.column(name)[row]) for name in NUMBERS}
    return Day(**{name: None if isnan(number) else number for name, number in told.items()})


def span(begin: datetime, end: datetime) -> Span:
    return int(begin.timestamp()), int(end.timestamp())


def found(pictures: Pictures) -> dict[SlowKind, list[int]]:
    """Return for each kind of change the rows of the days on which one was found."""
    return {kind: [one.found for one in those] for kind, those in changes_of(pictures).items() if those}


ZHAO: Home = QUIET_HOME
