"""When somebody is on duty: the hours of the week, and the days that are an exception, by the clocks of the site.

Hours belong to the day on which they begin: a night shift that begins before a day off goes on into it.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

EVERY_DAY = frozenset(range(7))
LONGEST = timedelta(days=366)
"""The longest span of days that is believed: what is longer is a slip in the year."""
_ONE_DAY = timedelta(days=1)
_DAYS = re.compile(r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:\s*\.\.\s*([0-9]{4}-[0-9]{1,2}-[0-9]{1,2}))?\Z")


@dataclass(frozen=True, slots=True)
class Hours:
    """From a time of day until another; an end that is not after the start is on the next day."""

    start: time
    end: time

    def cover_own_day(self, moment: time) -> bool:
        """Tell whether a time of the day on which they begin lies in them."""
        return self.start <= moment and (moment < self.end or self.end <= self.start)

    def cover_next_day(self, moment: time) -> bool:
        """Tell whether a time of the day after lies in them."""
        return self.end <= self.start and moment < self.end


ROUND_THE_CLOCK = Hours(time(0), time(0))


@dataclass(frozen=True, slots=True)
class Duty:
    """A weekly span on duty, local to the site; weekday 0 is Monday. An end before the start runs past midnight."""

    weekdays: frozenset[int]
    start: time
    end: time

    @property
    def hours(self) -> Hours:
        """Return from when until when, on each of the weekdays."""
        return Hours(self.start, self.end)


@dataclass(frozen=True, slots=True)
class DutyException:
    """Days from `first` to `last` on which other hours hold than in the week; none: off. Without days: public holidays."""

    first: date | None
    last: date | None
    hours: tuple[Hours, ...] = ()

    def names(self, day: date, holidays: Collection[date]) -> bool:
        """Tell whether a day is meant."""
        if self.first is None or self.last is None:
            return day in holidays
        return self.first <= day <= self.last


def is_on_duty(
    local: datetime, week: Sequence[Duty], exceptions: Sequence[DutyException], holidays: Collection[date]
) -> bool:
    """Tell whether a local moment is in somebody's hours: what the clock on the wall shows counts, also twice a year.

    Without a word about the week, everybody is on duty on all days that are no exception.
    """
    today = local.date()
    begun_today = hours_of(today, week, exceptions, holidays)
    begun_before = hours_of(today - _ONE_DAY, week, exceptions, holidays)
    return any(hours.cover_own_day(local.time()) for hours in begun_today) or any(
        hours.cover_next_day(local.time()) for hours in begun_before
    )


def spans(
    first: date, days: int, week: Sequence[Duty], exceptions: Sequence[DutyException], holidays: Collection[date]
) -> list[tuple[datetime, datetime]]:
    """Return when somebody is on duty from the first moment of a day on, for so many days, by the clock on the wall.

    Local moments without a zone, in order, those that touch made one, cut at both ends.
    """
    begin = datetime.combine(first, time(0))
    end = begin + days * _ONE_DAY
    found: list[tuple[datetime, datetime]] = []
    for step in range(-1, days):
        day = first + step * _ONE_DAY
        found += (_span_of(hours, day) for hours in hours_of(day, week, exceptions, holidays))
    return joined((max(start, begin), min(until, end)) for start, until in found if until > begin and start < end)


def _span_of(hours: Hours, day: date) -> tuple[datetime, datetime]:
    until = day + _ONE_DAY if hours.end <= hours.start else day
    return datetime.combine(day, hours.start), datetime.combine(until, hours.end)


def joined(found: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Return spans in order, those that touch or overlap made one."""
    whole: list[tuple[datetime, datetime]] = []
    for start, until in sorted(found):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], until))
        else:
            whole.append((start, until))
    return whole


def hours_of(
    day: date, week: Sequence[Duty], exceptions: Sequence[DutyException], holidays: Collection[date]
) -> tuple[Hours, ...]:
    """Return the hours that begin on a day: those of the exception that holds there, else those of the week."""
    exception = exception_of(day, exceptions, holidays)
    if exception is not None:
        return exception.hours
    if not week:
        return (ROUND_THE_CLOCK,)
    return tuple(span.hours for span in week if day.weekday() in span.weekdays)


def exception_of(day: date, exceptions: Sequence[DutyException], holidays: Collection[date]) -> DutyException | None:
    """Return the exception that holds on a day: of those that name it the last."""
    return next((exception for exception in reversed(exceptions) if exception.names(day, holidays)), None)


def days_of(text: str) -> tuple[date, date]:
    """Return the first and the last day of `2026-10-01` or `2026-10-01..2026-10-07`; raises ValueError."""
    found = _DAYS.match(text.strip())
    if found is None:
        raise ValueError(f'"{text[:40]}" is neither a day like 2026-10-01 nor days like 2026-10-01..2026-10-07')
    first = _day(found[1])
    last = _day(found[2]) if found[2] else first
    if not timedelta(0) <= last - first <= LONGEST:
        raise ValueError(f'"{text[:40]}" must end on a later day, within a year')
    return first, last


def _day(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f'"{text}" is not a day of the calendar') from None


def holidays_of(text: str) -> frozenset[date]:
    """Return all days of a comma list such as `2026-10-01..2026-10-07, 2027-01-01`; raises ValueError."""
    spans = [days_of(part) for part in text.split(",") if part.strip()]
    return frozenset(first + _ONE_DAY * step for first, last in spans for step in range((last - first).days + 1))
