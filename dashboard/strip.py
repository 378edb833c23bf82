"""A home's last day and last weeks as pictures for staff: by room, as silence that climbs, and as a sheet of days."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from linli.signals import Signal, is_sign_of_life

WIDTH = 960
DAY = timedelta(hours=24)
SILENCE_HEIGHT = 90
MOST_SILENCE = timedelta(hours=12)
"""The top of the picture of silence; longer silences are cut there."""
BIN = timedelta(minutes=15)
ROW = 10


@dataclass(frozen=True, slots=True)
class Lane:
    """One room: when something was heard there, as places from left to right."""

    room: str
    places: tuple[float, ...]


@dataclass(frozen=True)
class Strip:
    """The last 24 hours. `hours` are (place, local hour) of the axis; `silence` is an SVG path."""

    lanes: tuple[Lane, ...]
    hours: tuple[tuple[float, int], ...]
    silence: str
    counts: tuple[tuple[datetime, int, tuple[str, ...]], ...]
    """For the table: each hour with its number of signs and where they were."""


def signs_of(signals: Iterable[Signal]) -> list[Signal]:
    """Return the signs of life among signals, oldest first."""
    return sorted((one for one in signals if is_sign_of_life(one.kind, one.value)), key=lambda one: one.at)


def strip_of(signs: Sequence[Signal], rooms: Sequence[str], now: datetime, zone: ZoneInfo) -> Strip:
    """Return the last 24 hours of a home; `signs` are its signs of life in them, oldest first."""
    begin = now - DAY
    by_room: dict[str, list[float]] = {room: [] for room in rooms}
    for sign in signs:
        if begin <= sign.at <= now:
            by_room.setdefault(sign.room, []).append(round(_place(sign.at, begin), 1))
    lanes = tuple(Lane(room, tuple(dict.fromkeys(places))) for room, places in by_room.items())
    return Strip(
        lanes, tuple(_hours(begin, now, zone)), _silence(signs, begin, now), tuple(_counts(signs, begin, now, zone))
    )


def _place(moment: datetime, begin: datetime) -> float:
    return (moment - begin) / DAY * WIDTH


def _hours(begin: datetime, now: datetime, zone: ZoneInfo) -> list[tuple[float, int]]:
    first = begin.astimezone(zone).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    marks = [first + timedelta(hours=step) for step in range(24)]
    return [(round(_place(m, begin), 1), m.astimezone(zone).hour) for m in marks if m <= now and m.hour % 3 == 0]


def _silence(signs: Sequence[Signal], begin: datetime, now: datetime) -> str:
    """Return the silence as a line that climbs an hour each hour and falls at each sign."""
    path: list[str] = []
    last = begin
    for moment in [*(sign.at for sign in signs if begin <= sign.at <= now), now]:
        path.append(f"{'L' if path else 'M'}{_place(last, begin):.1f} {SILENCE_HEIGHT}")
        path.append(f"L{_place(moment, begin):.1f} {_height(moment - last):.1f}")
        last = moment
    return "".join(path)


def _height(silence: timedelta) -> float:
    return SILENCE_HEIGHT * (1 - min(1.0, silence / MOST_SILENCE))


def _counts(
    signs: Sequence[Signal], begin: datetime, now: datetime, zone: ZoneInfo
) -> list[tuple[datetime, int, tuple[str, ...]]]:
    by_hour: dict[datetime, list[str]] = {}
    for sign in signs:
        if begin <= sign.at <= now:
            hour = sign.at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
            by_hour.setdefault(hour, []).append(sign.room)
    rows = [(hour, len(rooms), tuple(dict.fromkeys(room for room in rooms if room))) for hour, rooms in by_hour.items()]
    return sorted(rows, reverse=True)


@dataclass(frozen=True)
class Sheet:
    """The last weeks: a row for each day, newest first, a cell for each quarter of an hour, darker for more signs.

    `paths` are SVG paths by how dark they are (1 to 3); `days` are (place from the top, date) of the rows.
    """

    paths: tuple[str, str, str]
    days: tuple[tuple[int, date], ...]
    totals: tuple[tuple[date, int], ...]

    @property
    def height(self) -> int:
        """Return how high the picture is."""
        return len(self.days) * ROW


def sheet_of(signs: Iterable[Signal], days: int, now: datetime, zone: ZoneInfo) -> Sheet:
    """Return the sheet of the last days, today included."""
    today = now.astimezone(zone).date()
    cells: Counter[tuple[int, int]] = Counter()
    for sign in signs:
        local = sign.at.astimezone(zone)
        row = (today - local.date()).days
        if 0 <= row < days:
            cells[row, (local.hour * 60 + local.minute) // 15] += 1
    paths = ["", "", ""]
    for (row, column), count in sorted(cells.items()):
        paths[min(count, 3) - 1] += f"M{column * 10} {row * ROW + 1}h9v{ROW - 2}h-9z"
    dates = [today - timedelta(days=row) for row in range(days)]
    totals = Counter(dict.fromkeys(dates, 0))
    for (row, _), count in cells.items():
        totals[dates[row]] += count
    return Sheet(
        (paths[0], paths[1], paths[2]),
        tuple((row * ROW, date_) for row, date_ in enumerate(dates)),
        tuple(totals.items()),
    )
