"""The axis of a home's pictures: a day begins at six in the evening before and ends at its midnight, by the clock there.

So nights stay whole, and the day can be read from 0 to 24. What was heard in the evening stands in two rows.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BEGINS = time(18)
LEAD = 6 * 60
"""Minutes before midnight."""
MINUTES = LEAD + 24 * 60
BIN = 15
UNIT = 8
"""How wide a quarter of an hour is drawn."""
WIDTH = MINUTES // BIN * UNIT
HOURS = tuple((hour * 60 // BIN * UNIT, (hour + 18) % 24 or 24) for hour in range(0, 31, 3))
"""What is written at the axis: place and hour; midnight as 24."""
NIGHT = (22 * 60, 6 * 60)
"""Minutes of the day between which it is night for who is not known better."""

_DAY = timedelta(days=1)


def day_of(moment: datetime, zone: ZoneInfo) -> date:
    """Return the local date."""
    return moment.astimezone(zone).date()


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when the row of a day begins."""
    return datetime.combine(day - _DAY, BEGINS, zone).astimezone(UTC)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when the row of a day ends."""
    return datetime.combine(day + _DAY, time(0), zone).astimezone(UTC)


def minute_on(day: date, moment: datetime, zone: ZoneInfo) -> float:
    """Return how many minutes after its begin a moment stands on the row of a day, by the clock on the wall."""
    local = moment.astimezone(zone).replace(tzinfo=None)
    return (local - datetime.combine(day - _DAY, BEGINS)) / timedelta(minutes=1)


def place(minute: float) -> float:
    """Return where a minute of a row is drawn."""
    return round(minute / BIN * UNIT, 1)


def pieces(
    since: datetime, until: datetime, days: tuple[date, ...], zone: ZoneInfo
) -> Iterator[tuple[int, float, float]]:
    """Yield on which rows a span lies: number of the row, where it begins there, and how wide it is."""
    for number, day in enumerate(days):
        begin = max(0.0, minute_on(day, since, zone))
        end = min(float(MINUTES), minute_on(day, until, zone))
        if end > begin:
            yield number, place(begin), max(2.0, place(end) - place(begin))


def nights(sleeps: tuple[int, int] | None) -> list[tuple[float, float]]:
    """Return where the nights of a row lie, place and width; by her own sleep, minutes of the day, where that is known."""
    begin, end = sleeps or NIGHT
    length = (end - begin) % (24 * 60)
    spans = ((start + LEAD, start + LEAD + length) for start in (begin - 24 * 60, begin))
    clipped = ((max(0, first), min(MINUTES, last)) for first, last in spans)
    return [(place(first), place(last) - place(first)) for first, last in clipped if last > first]
