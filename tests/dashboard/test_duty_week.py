"""The helper's week: the same hours by which linli calls, nights and holidays included, told and drawn."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.duty_week import Day, is_any_time, week_of
from linli.duty import Duty, DutyException, Hours
from linli.holidays import Holidays
from linli.people import Person, Role
from tests.cast import ANA, EIGHT
from tests.dashboard.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAYS, WEEKEND = frozenset(range(5)), frozenset({5, 6})
SATURDAY = date(2026, 11, 28)


def helper(*duty: Duty, exceptions: tuple[DutyException, ...] = ()) -> Person:
    return replace(ANA, duty=duty, duty_exceptions=exceptions)


EVENINGS = helper(
    Duty(WORKDAYS, time(18), time(22)),
    Duty(WEEKEND, time(20), time(8)),
    exceptions=(
        DutyException(None, None),
        DutyException(date(2026, 11, 25), date(2026, 11, 25), (Hours(time(9), time(10)),)),
    ),
)


def test_the_week_begins_today_by_the_clocks_of_the_site() -> None:
    late = EIGHT + timedelta(hours=16, minutes=30)  # half past midnight in Shanghai

    assert [day.noon.date().day for day in week_of(EVENINGS, EIGHT, SHANGHAI, ())] == [23, 24, 25, 26, 27, 28, 29]
    assert week_of(EVENINGS, late, SHANGHAI, ())[0].noon.date().day == 24


def test_an_exception_and_a_public_holiday_hold_in_place_of_the_week() -> None:
    week = week_of(EVENINGS, EIGHT, SHANGHAI, {SATURDAY})

    assert [day.hours for day in week[:3]] == [(Hours(time(18), time(22)),)] * 2 + [(Hours(time(9), time(10)),)]
    assert (week[2].is_exception, week[2].is_holiday) == (True, False)
    assert (week[5].hours, week[5].is_holiday) == ((), True)


def test_a_night_is_drawn_on_both_its_days() -> None:
    week = week_of(EVENINGS, EIGHT, SHANGHAI, ())

    assert week[5].blocks == ((20 * 60, 4 * 60),)
    assert week[6].blocks == ((0, 8 * 60), (20 * 60, 4 * 60))


def test_what_is_drawn_is_when_linli_calls() -> None:
    midnight = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    moments = [midnight + timedelta(minutes=minute) for minute in range(0, 7 * 24 * 60, 15)]
    week = week_of(EVENINGS, EIGHT, SHANGHAI, {SATURDAY})

    drawn = [moment for moment in moments if _is_drawn(week[moment.day - midnight.day], moment)]

    assert drawn == [moment for moment in moments if EVENINGS.is_on_duty(moment, SHANGHAI, {SATURDAY})]


def _is_drawn(day: Day, moment: datetime) -> bool:
    minute = moment.hour * 60 + moment.minute
    return any(first <= minute < first + length for first, length in day.blocks)


def test_who_has_agreed_on_nothing_may_be_called_at_any_time() -> None:
    assert is_any_time(helper())
    assert not is_any_time(EVENINGS)
    holidays_off = helper(exceptions=(DutyException(None, None),))
    assert week_of(holidays_off, EIGHT, SHANGHAI, {SATURDAY})[0].is_all_day
    assert not is_any_time(holidays_off)


@pytest.fixture
def told(world: World) -> str:
    object.__setattr__(world.services, "holidays", Holidays(frozenset({SATURDAY})))
    world.services.roster().people["ana"] = EVENINGS
    text: str = world.browser(Role.VOLUNTEER, "ana").get("/volunteer").text
    return text


def test_the_page_tells_the_hours_the_holiday_and_that_others_are_called_now(told: str) -> None:
    assert "You are off duty now: others are called." in told
    assert "18:00–22:00" in told
    assert "public holiday" in told
    assert "09:00–10:00" in told
    assert "an exception" in told


def test_the_record_counts_and_thanks_and_names_nobody(world: World) -> None:
    from linli.alert import Outcome

    ana = world.browser(Role.VOLUNTEER, "ana")
    assert "Nothing yet." in ana.get("/volunteer").text
    for count in (
        "You went to a neighbour once since Mon 23 November.",
        "You went to neighbours 2 times since Mon 23 November.",
    ):
        alert = world.press_sos()
        world.desk.arrive(alert.id, "ana")
        world.desk.close(alert.id, "ana", Outcome.HELPED)
        world.clock.advance(timedelta(hours=1))
        page = ana.get("/volunteer").text
        assert count in page
        assert "Helped" in page
        assert "Mei Chen" not in page
        assert "502" not in page


def test_professionals_have_the_same_week(world: World) -> None:
    assert "all day" in world.browser(Role.PROFESSIONAL, "wu").get("/volunteer").text
