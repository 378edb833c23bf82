"""When somebody is on duty: nights, days off, public holidays, and the two days on which the clocks change."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.duty import EVERY_DAY, Duty, DutyException, Hours, days_of, holidays_of
from linli.people import Person, Role

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHTS = Duty(EVERY_DAY, time(20), time(8))
OFFICE = Duty(frozenset(range(5)), time(8), time(20))
MORNING = Hours(time(9), time(12))
MINUTE = timedelta(minutes=1)


def on_duty(
    moment: str,
    *week: Duty,
    but: tuple[DutyException, ...] = (),
    holidays: Collection[date] = (),
    zone: ZoneInfo = SHANGHAI,
) -> bool:
    """Tell whether somebody is on duty at a local moment."""
    person = Person("ana", Role.VOLUNTEER, duty=week, duty_exceptions=but)
    return person.is_on_duty(datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC), zone, holidays)


def off(first: str, last: str = "") -> DutyException:
    return DutyException(date.fromisoformat(first), date.fromisoformat(last or first))


def other_hours(day: str, *hours: Hours) -> DutyException:
    return DutyException(date.fromisoformat(day), date.fromisoformat(day), hours)


def test_who_says_nothing_is_always_on_duty() -> None:
    assert on_duty("2026-10-03 03:00")


@pytest.mark.parametrize(
    ("moment", "is_on"),
    [("2026-09-30 19:59", True), ("2026-10-01 08:00", False), ("2026-10-07 19:59", False), ("2026-10-08 08:00", True)],
)
def test_days_off_are_off_from_the_first_to_the_last(moment: str, is_on: bool) -> None:  # noqa: FBT001 - a column of the table
    assert on_duty(moment, OFFICE, but=(off("2026-10-01", "2026-10-07"),)) is is_on


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    holiday = (off("2026-10-01"),)

    assert on_duty("2026-10-01 07:59", NIGHTS, but=holiday)
    assert not on_duty("2026-10-01 20:00", NIGHTS, but=holiday)
    assert not on_duty("2026-10-02 07:59", NIGHTS, but=holiday)
    assert on_duty("2026-10-02 20:00", NIGHTS, but=holiday)


def test_the_hours_of_an_exception_may_end_past_midnight() -> None:
    late = (other_hours("2026-10-08", Hours(time(22), time(2))),)

    assert not on_duty("2026-10-08 12:00", OFFICE, but=late)
    assert on_duty("2026-10-08 23:00", OFFICE, but=late)
    assert on_duty("2026-10-09 01:59", OFFICE, but=late)
    assert not on_duty("2026-10-09 02:00", OFFICE, but=late)
    assert on_duty("2026-10-09 12:00", OFFICE, but=late)


def test_two_spans_of_one_day_both_count() -> None:
    twice = (other_hours("2026-10-08", MORNING, Hours(time(14), time(16))),)

    found = [on_duty(f"2026-10-08 {hour:02}:30", OFFICE, but=twice) for hour in (8, 9, 13, 14, 16)]
    assert found == [False, True, False, True, False]


def test_of_two_exceptions_for_a_day_the_later_wins() -> None:
    week_off, morning = off("2026-10-05", "2026-10-11"), other_hours("2026-10-08", MORNING)

    assert on_duty("2026-10-08 10:00", OFFICE, but=(week_off, morning))
    assert not on_duty("2026-10-08 10:00", OFFICE, but=(morning, week_off))


def test_public_holidays_are_the_days_that_are_set() -> None:
    golden_week = holidays_of("2026-10-01..2026-10-07, 2027-01-01")
    quiet = (DutyException(None, None),)
    short = (DutyException(None, None, (MORNING,)),)

    assert not on_duty("2026-10-01 10:00", OFFICE, but=quiet, holidays=golden_week)
    assert on_duty("2026-10-01 10:00", OFFICE, but=quiet)
    assert on_duty("2026-10-04 10:00", OFFICE, but=short, holidays=golden_week)
    assert not on_duty("2027-01-01 13:00", OFFICE, but=short, holidays=golden_week)


def test_a_holiday_is_a_day_of_the_place_not_of_london() -> None:
    """At half past midnight in Shanghai it is still the day before elsewhere."""
    assert not on_duty("2026-10-01 00:30", but=(DutyException(None, None),), holidays=holidays_of("2026-10-01"))
    assert on_duty("2026-10-02 00:30", but=(DutyException(None, None),), holidays=holidays_of("2026-10-01"))


def test_exceptions_alone_leave_all_other_days_round_the_clock() -> None:
    morning = (other_hours("2026-10-08", MORNING),)

    assert on_duty("2026-10-07 23:59", but=morning)
    assert not on_duty("2026-10-08 00:00", but=morning)
    assert on_duty("2026-10-09 00:00", but=morning)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 1), ("2026-06-01", 2), ("2026-10-25", 3)])
def test_the_clock_on_the_wall_counts_when_the_clocks_change(day: str, hours: int) -> None:
    person = Person("ana", Role.VOLUNTEER, duty=(Duty(EVERY_DAY, time(2), time(4)),))
    midnight = datetime.fromisoformat(day).replace(tzinfo=BERLIN).astimezone(UTC)

    minutes = sum(person.is_on_duty(midnight + MINUTE * minute, BERLIN) for minute in range(12 * 60))

    assert minutes == hours * 60


CHANGES = [
    (BERLIN, date(2026, 3, 26)),
    (BERLIN, date(2026, 10, 22)),
    (ZoneInfo("America/Havana"), date(2026, 3, 5)),  # its clocks change at midnight: that day begins at one
    (ZoneInfo("Australia/Lord_Howe"), date(2026, 4, 2)),  # by half an hour
]
"""Zones, and the Thursday of a week in which their clocks change."""

times = st.sampled_from([time(0), time(1, 30), time(2), time(2, 30), time(3), time(9), time(23, 59)]) | st.builds(
    time, st.integers(0, 23), st.integers(0, 59)
)
hours = st.builds(Hours, times, times)
weekly = st.builds(Duty, st.frozensets(st.integers(0, 6)), times, times)


@st.composite
def exceptions(draw: st.DrawFn, begin: date) -> DutyException:
    spans = tuple(draw(st.lists(hours, max_size=2)))
    if draw(st.booleans()):
        return DutyException(None, None, spans)
    first = begin + timedelta(days=draw(st.integers(-2, 7)))
    return DutyException(first, first + timedelta(days=draw(st.integers(0, 3))), spans)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Person, ZoneInfo, date, frozenset[date]]:
    zone, begin = draw(st.sampled_from(CHANGES))
    week = tuple(draw(st.lists(weekly, max_size=3)))
    but = tuple(draw(st.lists(exceptions(begin), max_size=3)))
    holidays = draw(st.frozensets(st.integers(-1, 7).map(lambda days: begin + timedelta(days=days)), max_size=3))
    return Person("ana", Role.VOLUNTEER, duty=week, duty_exceptions=but), zone, begin, holidays


def walls(person: Person, begin: date, holidays: Collection[date]) -> set[datetime]:
    """Return every minute that a clock on the wall can show while the person is on duty, by walking through each span."""
    shown: set[datetime] = set()
    for day in (begin + timedelta(days=number) for number in range(-2, 9)):
        spans = [(duty.start, duty.end) for duty in person.duty if day.weekday() in duty.weekdays]
        if not person.duty:
            spans = [(time(0), time(0))]
        for exception in person.duty_exceptions:
            is_meant = day in holidays if exception.first is None else exception.first <= day <= (exception.last or day)
            spans = [(one.start, one.end) for one in exception.hours] if is_meant else spans
        for start, end in spans:
            minute = datetime.combine(day, start)
            shown.add(minute)
            while (minute := minute + MINUTE).time() != end:
                shown.add(minute)
    return shown


@settings(max_examples=30, deadline=None)
@given(situations())
def test_every_minute_of_a_week_is_as_the_wall_clock_says(
    situation: tuple[Person, ZoneInfo, date, frozenset[date]],
) -> None:
    person, zone, begin, holidays = situation
    expected = walls(person, begin, holidays)
    midnight = datetime.combine(begin, time(0), zone).astimezone(UTC)

    for moment in (midnight + MINUTE * minute for minute in range(7 * 24 * 60)):
        local = moment.astimezone(zone)
        is_on = person.is_on_duty(moment, zone, holidays)
        assert is_on == (local.replace(tzinfo=None, fold=0) in expected), (local, person, holidays)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-02-30", "not a day of the calendar"),
        ("2026-10-07..2026-10-01", "must end on a later day"),
        ("2026-10-01..2062-10-07", "within a year"),
        ("0000-01-01", "not a day of the calendar"),
        ("tomorrow", "neither a day like 2026-10-01"),
        ("2026-10-01..", "neither a day"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        days_of(text)


def test_the_last_day_of_all_can_be_named() -> None:
    assert days_of("9999-12-31") == (date(9999, 12, 31), date(9999, 12, 31))


def test_a_list_of_holidays_is_every_day_in_it() -> None:
    assert holidays_of("") == frozenset()
    assert sorted(holidays_of(" 2026-12-31..2027-1-2 ,2026-12-31,")) == [
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 2),
    ]
