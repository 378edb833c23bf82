"""A day as a dial of 24 hours for the family: noon on top, midnight below, the past as dots, the future as three marks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from linli.home_state import Next

CENTRE = 160.0
RADIUS = 112.0
"""Of the middle of the ring, in the units of the picture, which is 320 wide and high."""
BIN = timedelta(minutes=30)
DAY = timedelta(hours=24)
MORNING, EVENING = 6, 22


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the dial; `size` is a radius."""

    x: float
    y: float
    size: float = 0.0


@dataclass(frozen=True)
class Dial:
    """Everything that is drawn. An arc is an SVG path; None: there is nothing of the kind."""

    dots: tuple[Point, ...]
    hand: tuple[Point, Point]
    waiting: str | None = None
    expected: Point | None = None
    asks: Point | None = None
    calls: Point | None = None
    ticks: tuple[tuple[Point, Point, bool], ...] = field(default=())
    light: str = ""
    dark: str = ""
    to_come: str = ""
    """The rest of the day, drawn paler than what has passed."""
    blind: str | None = None
    """In which part of today nobody could see her."""


def dial_of(
    signs: Sequence[datetime], coming: Next, now: datetime, zone: ZoneInfo, blind_since: datetime | None = None
) -> Dial:
    """Return the dial of today: `signs` are the signs of life since midnight; nothing is known after `blind_since`."""
    expected = coming.first_by
    return Dial(
        dots=tuple(_dots(signs, now, zone)),
        hand=(_on_dial(now, zone, RADIUS + 34), _on_dial(now, zone, RADIUS - 26)),
        waiting=arc(_hours(now, zone), _hours(expected, zone)) if expected and _is_near(expected, now) else None,
        expected=_mark(expected, now, zone),
        asks=_mark(coming.asks_at, now, zone),
        calls=_apart(coming.asks_at, coming.calls_at, now, zone),
        ticks=tuple(_ticks()),
        light=arc(MORNING, EVENING),
        dark=arc(EVENING, MORNING + 24),
        to_come=arc(_hours(now, zone), 24),
        blind=_blind(blind_since, now, zone) if blind_since is not None else None,
    )


def _dots(signs: Sequence[datetime], now: datetime, zone: ZoneInfo) -> list[Point]:
    """Return one dot for each half hour that has passed: the more signs, the larger; a speck where there were none."""
    local = now.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = int((local - midnight) / BIN) + 1
    counts = [0] * passed
    for sign in signs:
        index = int((sign.astimezone(zone) - midnight) / BIN)
        if 0 <= index < passed:
            counts[index] += 1
    middles = [(index + 0.5) * BIN / timedelta(hours=1) for index in range(passed - 1)]
    middles.append(((passed - 1) * BIN + (local - midnight)) / 2 / timedelta(hours=1))  # none lies ahead of the hand
    return [_at(hours, RADIUS, _size(count)) for hours, count in zip(middles, counts, strict=True)]


def _size(count: int) -> float:
    return 1.6 if count == 0 else min(7.0, 3.2 + 0.8 * math.log2(count + 1))


def _is_near(moment: datetime, now: datetime) -> bool:
    return now <= moment < now + DAY


def _mark(moment: datetime | None, now: datetime, zone: ZoneInfo) -> Point | None:
    return _on_dial(moment, zone, RADIUS) if moment is not None and _is_near(moment, now) else None


APART = timedelta(minutes=50)
"""How far marks must stand apart to be told from each other; their times stand beside the dial."""


def _apart(asks_at: datetime | None, calls_at: datetime | None, now: datetime, zone: ZoneInfo) -> Point | None:
    if asks_at is not None and calls_at is not None and calls_at != asks_at:
        calls_at = max(calls_at, asks_at + APART)
    return _mark(calls_at, now, zone)


def _blind(since: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return the arc from when she could not be seen any more until now, at most back to midnight."""
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    begin = _hours(max(since, midnight), zone)
    return arc(begin, max(_hours(now, zone), begin + 0.5))


def _hours(moment: datetime, zone: ZoneInfo) -> float:
    local = moment.astimezone(zone)
    return local.hour + local.minute / 60 + local.second / 3600


def _on_dial(moment: datetime, zone: ZoneInfo, radius: float) -> Point:
    return _at(_hours(moment, zone), radius)


def _at(hours: float, radius: float, size: float = 0.0) -> Point:
    turn = math.radians((hours - 18) * 15)
    return Point(round(CENTRE + radius * math.cos(turn), 1), round(CENTRE + radius * math.sin(turn), 1), round(size, 1))


def _ticks() -> list[tuple[Point, Point, bool]]:
    """Return a short line for each hour beside the ring, a long one at 0, 6, 12 and 18."""
    return [
        (_at(hour, RADIUS + 26), _at(hour, RADIUS + (34 if hour % 6 == 0 else 31)), hour % 6 == 0) for hour in range(24)
    ]


def arc(begin: float, end: float) -> str:
    """Return the SVG path along the ring from one hour to another, the way the clock goes."""
    length = (end - begin) % 24
    start, stop = _at(begin, RADIUS), _at(end, RADIUS)
    return f"M{start.x} {start.y}A{RADIUS:g} {RADIUS:g} 0 {int(length > 12)} 1 {stop.x} {stop.y}"
