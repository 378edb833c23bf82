"""A home's day as a picture for staff: its signs of life by room, and silence that climbs towards her line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from dashboard.actogram import Span
from dashboard.day_axis import MINUTES, WIDTH, begin_of, day_of, minute_on, pieces, place
from dashboard.silence_line import Allowed
from linli.signals import Signal, is_sign_of_life

HEIGHT = 132
"""Of the picture of silence."""
LEAST_TOP, MOST_TOP = 4, 13
"""Hours of silence that it reaches up to; what is longer is cut there."""
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Lane:
    """One room: when something was heard there, as places from left to right."""

    room: str
    places: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the picture of silence, from its top left."""

    x: float
    y: float


@dataclass(frozen=True)
class Strip:
    """A day until now, and what is foretold of the rest of it. Paths are SVG's; None: there is nothing of the kind.

    `past` is the silence before the last sign of life, `climb` the one since, `ahead` how it goes on; `line` is hers, and
    `beyond` what lies above it. `blind` and `away` are (place, width) of the spans in which nobody could see the home or was to be at home.
    """

    lanes: tuple[Lane, ...]
    top: int
    past: str
    climb: str
    now: float
    ahead: tuple[Point, Point] | None = None
    asks: Point | None = None
    calls: Point | None = None
    line: str = ""
    beyond: str = ""
    rung: tuple[Point, ...] = ()
    """Where the silence was when an alert that is still open began."""
    blind: tuple[tuple[float, float], ...] = ()
    away: tuple[tuple[float, float], ...] = ()
    counts: tuple[tuple[datetime, int, tuple[str, ...]], ...] = ()
    """For the table: each hour with its number of signs and where they were."""

    @property
    def hours(self) -> list[tuple[float, int]]:
        """Return the heights to be named, with their hours of silence."""
        step = 2 if self.top <= 6 else 4
        return [(round(HEIGHT * (1 - hours / self.top), 1), hours) for hours in range(0, self.top + 1, step)]

    @property
    def is_early(self) -> bool:
        """Tell whether there is room to the right of the present."""
        return self.now <= WIDTH * 0.6


@dataclass(frozen=True)
class Foretold:
    """What is known of the silence that runs: since when, when we ask about it, when others are called, and what rang."""

    since: datetime | None
    asks_at: datetime | None = None
    calls_at: datetime | None = None
    rang: tuple[datetime, ...] = ()


def signs_of(signals: Iterable[Signal]) -> list[Signal]:
    """Return the signs of life among signals, oldest first."""
    return sorted((one for one in signals if is_sign_of_life(one.kind, one.value)), key=lambda one: one.at)


def strip_of(
    signs: Sequence[Signal],
    rooms: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
    foretold: Foretold,
    line: Sequence[Allowed] = (),
    spans: Sequence[Span] = (),
) -> Strip:
    """Return today; `signs` are signs of life, oldest first, of this day and what lies before it."""
    day = day_of(now, zone)
    begin = begin_of(day, zone)
    heard = [sign for sign in signs if begin <= sign.at <= now]
    drawing = _Drawing(day, zone, _top(signs, now, begin, foretold, line))
    moments = [sign.at for sign in signs if sign.at <= now]
    since = foretold.since or (moments[-1] if moments else None)
    past, climb = drawing.sawtooth(moments, since, now)
    traced, beyond = drawing.line(line)
    return Strip(
        lanes=_lanes(heard, rooms, day, zone),
        top=drawing.top,
        past=past,
        climb=climb,
        now=place(minute_on(day, now, zone)),
        ahead=drawing.ahead(since, now, foretold.asks_at),
        asks=drawing.meeting(since, foretold.asks_at),
        calls=drawing.meeting(since, foretold.calls_at),
        line=traced,
        beyond=beyond,
        rung=tuple(point for at in foretold.rang if (point := drawing.meeting(since, at)) is not None),
        blind=_laid("unseen", spans, day, zone),
        away=_laid("away", spans, day, zone),
        counts=tuple(_counts(heard, zone)),
    )


def _laid(look: str, spans: Sequence[Span], day: date, zone: ZoneInfo) -> tuple[tuple[float, float], ...]:
    wanted = (span for span in spans if span.look == look)
    return tuple((x, width) for span in wanted for _, x, width in pieces(span.since, span.until, (day,), zone))


def _lanes(heard: Sequence[Signal], rooms: Sequence[str], day: date, zone: ZoneInfo) -> tuple[Lane, ...]:
    by_room: dict[str, list[float]] = {room: [] for room in rooms}
    for sign in heard:
        by_room.setdefault(sign.room, []).append(place(minute_on(day, sign.at, zone)))
    return tuple(Lane(room, tuple(dict.fromkeys(places))) for room, places in by_room.items())


def _top(signs: Sequence[Signal], now: datetime, begin: datetime, foretold: Foretold, line: Sequence[Allowed]) -> int:
    """Return how many hours of silence the picture reaches up to: over everything that is drawn, with some air."""
    moments = [*(sign.at for sign in signs), now]
    silences = [later - earlier for earlier, later in pairwise(moments) if later > begin]
    if foretold.since is not None and foretold.asks_at is not None:
        silences.append(foretold.asks_at - foretold.since)
    longest = max([*silences, *(allowed.length for allowed in line)], default=timedelta(0))
    return max(LEAST_TOP, min(MOST_TOP, int(longest / HOUR) + 1))


@dataclass(frozen=True)
class _Drawing:
    """Where things stand in the picture of silence of one day."""

    day: date
    zone: ZoneInfo
    top: int

    def at(self, moment: datetime, silence: timedelta) -> Point:
        height = HEIGHT * (1 - min(1.0, max(0.0, silence / HOUR / self.top)))
        return Point(place(minute_on(self.day, moment, self.zone)), round(height, 1))

    def sawtooth(self, moments: Sequence[datetime], since: datetime | None, now: datetime) -> tuple[str, str]:
        """Return the silence as a line that climbs an hour each hour and falls at each sign: before the last, and since."""
        begin = begin_of(self.day, self.zone)
        past = [
            self._tooth(earlier, max(earlier, begin), later) for earlier, later in pairwise(moments) if later > begin
        ]
        return "".join(past), self._tooth(since, max(since, begin), now) if since is not None else ""

    def _tooth(self, since: datetime, drawn_from: datetime, until: datetime) -> str:
        foot, tip = self.at(drawn_from, drawn_from - since), self.at(until, until - since)
        bend = ""
        if (until - since) / HOUR > self.top:  # the climb ends at the top of the picture, and goes on along it
            edge = self.at(since + self.top * HOUR, self.top * HOUR)
            bend = f"L{edge.x} {edge.y}" if edge.x > foot.x else ""
        return f"M{foot.x} {foot.y}{bend}L{tip.x} {tip.y}V{HEIGHT}"

    def ahead(self, since: datetime | None, now: datetime, asks_at: datetime | None) -> tuple[Point, Point] | None:
        """Return how the silence goes on, until a little beyond where we ask or the end of the day."""
        if since is None or asks_at is None or asks_at <= now:
            return None
        until = asks_at + max(HOUR, (asks_at - since) / 4)
        most = min(float(MINUTES), minute_on(self.day, until, self.zone))
        length = most - minute_on(self.day, now, self.zone)
        end = now + timedelta(minutes=max(0.0, length))
        end = min(end, max(now, since + self.top * HOUR))
        return self.at(now, now - since), self.at(end, end - since)

    def meeting(self, since: datetime | None, moment: datetime | None) -> Point | None:
        """Return where the silence will be at a moment, if that is in the picture."""
        if since is None or moment is None or (moment - since) / HOUR > self.top:
            return None
        point = self.at(moment, moment - since)
        return point if 0 <= point.x <= WIDTH else None

    def line(self, line: Sequence[Allowed]) -> tuple[str, str]:
        """Return her line, and the ground above it."""
        points = [self.at(allowed.at, allowed.length) for allowed in line]
        shown = [one for one in points if one.x >= -WIDTH]
        if len(shown) < 2:
            return "", ""
        traced = "L".join(f"{one.x} {one.y}" for one in shown)
        return f"M{traced}", f"M{shown[0].x} 0L{traced}L{shown[-1].x} 0z"


def _counts(heard: Sequence[Signal], zone: ZoneInfo) -> list[tuple[datetime, int, tuple[str, ...]]]:
    by_hour: dict[datetime, list[str]] = {}
    for sign in heard:
        hour = sign.at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
        by_hour.setdefault(hour, []).append(sign.room)
    rows = [(hour, len(rooms), tuple(dict.fromkeys(room for room in rooms if room))) for hour, rooms in by_hour.items()]
    return sorted(rows, reverse=True)
