"""The rota is laid out as people are called: whoever the desk would not call at an hour lights no lane at that hour."""

import itertools
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from dashboard import coverage
from dashboard.coverage import DAYS, Stretch
from linli.duty import Duty, DutyException, Hours, is_on_duty, spans
from linli.people import Person, Role
from tests.cast import ANA, JUN, MEI, NEIGHBOUR

MONDAY = date(2026, 11, 23)
MIDNIGHT = datetime.combine(MONDAY, time(0))
HOUR = timedelta(hours=1)
WORKDAYS = frozenset(range(5))

TIMES = some.builds(time, some.integers(0, 23), some.sampled_from([0, 15, 30]))
HOURS = some.builds(Hours, TIMES, TIMES)
WEEKS = some.lists(some.builds(Duty, some.frozensets(some.integers(0, 6)), TIMES, TIMES), max_size=3)
DATES = some.dates(MONDAY, MONDAY + timedelta(days=6))
EXCEPTIONS = some.lists(
    some.builds(
        DutyException,
        some.one_of(some.none(), some.just(MONDAY)),
        some.one_of(some.none(), DATES),
        some.lists(HOURS, max_size=2).map(tuple),
    ),
    max_size=2,
)


@given(WEEKS, EXCEPTIONS, some.frozensets(DATES, max_size=2), some.integers(0, 7 * 24 * 60 - 1))
def test_a_shift_covers_a_moment_exactly_if_the_person_may_be_called_then(
    week: list[Duty], exceptions: list[DutyException], holidays: frozenset[date], minutes: int
) -> None:
    moment = MIDNIGHT + timedelta(minutes=minutes)

    found = spans(MONDAY, 7, week, exceptions, holidays)

    assert any(begin <= moment < end for begin, end in found) == is_on_duty(moment, week, exceptions, holidays)
    assert all(end < following for (_, end), (following, _) in itertools.pairwise(found))
    assert all(MIDNIGHT <= begin < end <= MIDNIGHT + timedelta(days=7) for begin, end in found)


def on(person: Person, *duty: Duty) -> Person:
    """Return somebody with these hours."""
    return Person(person.person, person.role, name=person.name, channels=person.channels, duty=duty)


BY_DAY = Duty(frozenset(range(7)), time(8), time(20))
BY_NIGHT = Duty(frozenset(range(7)), time(20), time(8))
OFFICE = Duty(WORKDAYS, time(9), time(17))


def stretches(listed: dict[str, list[Person]], **paused: datetime) -> list[Stretch]:
    """Return the coming days of some homes with those who are listed for them."""
    people = {person.person: person for around in listed.values() for person in around}
    return coverage.stretches(listed, coverage.shifts_of(people.values(), MONDAY, (), paused), MONDAY)


def test_where_day_and_night_are_taken_there_is_no_gap() -> None:
    (whole,) = stretches({MEI.home: [on(ANA, BY_DAY), on(JUN, BY_NIGHT)]})

    assert (whole.bare, whole.of, whole.look) == (0, 1, "l4")
    assert whole.end - whole.begin == timedelta(days=DAYS)


def test_a_neighbour_lights_only_the_homes_that_she_is_listed_for() -> None:
    first, second, *_ = stretches({MEI.home: [on(ANA, BY_DAY)], NEIGHBOUR.home: [on(JUN, OFFICE)]})[:3]

    assert (first.bare, first.is_dark, first.look) == (2, True, "bare")
    assert (second.begin.hour, second.bare, second.look) == (8, 1, "l2")


def test_who_has_paused_lights_nothing_until_then() -> None:
    until = MIDNIGHT + timedelta(days=2)
    dark, lit = stretches({MEI.home: [on(ANA)]}, ana=until)

    assert (dark.end, dark.is_dark, lit.is_dark) == (until, True, False)


def test_homes_for_which_nobody_is_listed_are_counted_apart() -> None:
    (whole,) = stretches({MEI.home: [on(ANA)], NEIGHBOUR.home: []})

    assert (whole.bare, whole.of) == (0, 1)


def test_without_anybody_there_is_nothing_to_draw() -> None:
    (whole,) = stretches({MEI.home: []})

    assert (whole.bare, whole.of) == (0, 0)


def test_hours_without_anybody_and_hours_without_somebody_for_all_are_different_gaps() -> None:
    found = stretches({MEI.home: [on(ANA, BY_DAY)], NEIGHBOUR.home: [on(JUN, OFFICE)]})

    told = coverage.gaps(found, MIDNIGHT + 7 * HOUR)[:4]

    assert [(one.begin.hour, one.end.hour, one.is_dark) for one in told] == [
        (7, 8, True),
        (8, 9, False),
        (17, 20, False),
        (20, 8, True),
    ]


def test_a_gap_names_the_homes_that_it_leaves_bare() -> None:
    listed = {MEI.home: [on(ANA, BY_DAY)], NEIGHBOUR.home: [on(JUN, OFFICE)]}
    people = [person for around in listed.values() for person in around]
    shifts = coverage.shifts_of(people, MONDAY, (), {})

    def bare(begin: int, end: int) -> list[str]:
        return coverage.bare_homes(listed, shifts, (MIDNIGHT + begin * HOUR, MIDNIGHT + end * HOUR))

    assert bare(10, 16) == []
    assert bare(8, 9) == [NEIGHBOUR.home]
    assert bare(16, 21) == [MEI.home, NEIGHBOUR.home]


@pytest.mark.parametrize("people", [[on(ANA, OFFICE)], [on(ANA, BY_NIGHT)], [on(ANA)]])
def test_each_day_is_drawn_whole(people: list[Person]) -> None:
    days = coverage.days_of(stretches({MEI.home: people}), MONDAY)

    assert [day for day, _ in days] == [MONDAY + timedelta(days=step) for step in range(DAYS)]
    assert {sum(cell.quarters for cell in cells) for _, cells in days} == {24 * 4}


def test_only_who_can_be_reached_counts() -> None:
    from tests.cast import roster

    listed = coverage.people_of(roster(), [MEI, NEIGHBOUR], Role.VOLUNTEER)

    assert {home: [one.person for one in people] for home, people in listed.items()} == {
        MEI.home: ["ana"],
        NEIGHBOUR.home: ["jun"],
    }
