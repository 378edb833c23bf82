"""A helper's week: from when until when linli may call, day by day from today, by the clocks of the site. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from linli.duty import ROUND_THE_CLOCK, Hours, exception_of, hours_of
from linli.people import Person

DAYS = 7
_ONE_DAY = timedelta(days=1)
_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Day:
    """One day. `noon` names it; `blocks` are (first minute, minutes) on duty, also of a night that began the day before."""

    noon: datetime
    hours: tuple[Hours, ...]
    blocks: tuple[tuple[int, int], ...]
    is_today: bool = False
    is_holiday: bool = False
    is_exception: bool = False

    @property
    def is_all_day(self) -> bool:
        """Tell whether the hours leave nothing out."""
        return ROUND_THE_CLOCK in self.hours


def week_of(person: Person, now: datetime, zone: ZoneInfo, holidays: Collection[date]) -> list[Day]:
    """Return a helper's next seven days."""
    today = now.astimezone(zone).date()
    return [_day(person, today + step * _ONE_DAY, today, zone, holidays) for step in range(DAYS)]


def is_any_time(person: Person) -> bool:
    """Tell whether nothing is agreed, so that somebody may be called at any time."""
    return not person.duty and not person.duty_exceptions


def _day(person: Person, day: date, today: date, zone: ZoneInfo, holidays: Collection[date]) -> Day:
    hours = hours_of(day, person.duty, person.duty_exceptions, holidays)
    before = hours_of(day - _ONE_DAY, person.duty, person.duty_exceptions, holidays)
    return Day(
        noon=datetime.combine(day, time(12), zone),
        hours=hours,
        blocks=tuple(_blocks(hours, before)),
        is_today=day == today,
        is_holiday=day in holidays,
        is_exception=exception_of(day, person.duty_exceptions, holidays) is not None,
    )


def _blocks(hours: Sequence[Hours], before: Sequence[Hours]) -> Iterator[tuple[int, int]]:
    for span in before:
        if span.end <= span.start and _minute(span.end):
            yield 0, _minute(span.end)
    for span in hours:
        end = _minute(span.end) if span.start < span.end else _MINUTES
        yield _minute(span.start), end - _minute(span.start)


def _minute(moment: time) -> int:
    return moment.hour * 60 + moment.minute
