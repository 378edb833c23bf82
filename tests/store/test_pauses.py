"""A pause runs from a moment until another, one for each person, and outlives everything but the person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from linli.duty import DutyException, Hours
from linli.store import forgetting, pauses
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.pauses import Pause
from tests.cast import ANA, EIGHT, HOMES, HOUR, MINUTE, PEOPLE


@pytest.fixture
def people(care: CareStore) -> CareStore:
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], PEOPLE)
    return care


NOT_NOW = Pause("ana", EIGHT, EIGHT + HOUR)


def test_a_pause_runs_until_its_last_moment_has_come(people: CareStore) -> None:
    with people.begin() as connection:
        pauses.begin(connection, NOT_NOW)

        assert [pauses.running(connection, EIGHT + step) for step in (-MINUTE, HOUR)] == [[], []]
        assert pauses.running(connection, EIGHT) == pauses.running(connection, EIGHT + HOUR - MINUTE) == [NOT_NOW]
        assert pauses.of(connection, "ana", EIGHT) == NOT_NOW
        assert pauses.of(connection, "ana", EIGHT + HOUR) is None
        assert pauses.of(connection, "jun", EIGHT) is None


def test_a_new_pause_takes_the_place_of_the_one_that_runs_longer_or_shorter(people: CareStore) -> None:
    second = Pause("ana", EIGHT + MINUTE, EIGHT + 2 * MINUTE)
    other = replace(NOT_NOW, person="jun")
    with people.begin() as connection:
        for pause in (NOT_NOW, other, second):
            pauses.begin(connection, pause)

        assert sorted(one.person for one in pauses.running(connection, EIGHT + MINUTE)) == ["ana", "jun"]
        assert pauses.of(connection, "ana", EIGHT + MINUTE) == second
        assert pauses.running(connection, EIGHT + 3 * MINUTE) == [other]


def test_who_can_be_called_again_has_no_pause_and_may_say_so_twice(people: CareStore) -> None:
    with people.begin() as connection:
        pauses.begin(connection, NOT_NOW)
        pauses.begin(connection, replace(NOT_NOW, person="jun"))

        assert pauses.end(connection, "ana", EIGHT + MINUTE)
        assert not pauses.end(connection, "ana", EIGHT + MINUTE)
        assert [one.person for one in pauses.running(connection, EIGHT + MINUTE)] == ["jun"]


def test_nobody_unknown_can_be_paused(people: CareStore) -> None:
    with pytest.raises(IntegrityError), people.begin() as connection:
        pauses.begin(connection, replace(NOT_NOW, person="stranger"))


def test_an_import_leaves_a_pause_as_it_is(people: CareStore) -> None:
    with people.begin() as connection:
        pauses.begin(connection, NOT_NOW)
        roster_store.save(connection, [], [], [replace(ANA, order=7)])

        assert pauses.running(connection, EIGHT) == [NOT_NOW]


def test_who_is_forgotten_takes_pauses_and_exceptions_along(people: CareStore) -> None:
    resting = replace(ANA, duty_exceptions=(DutyException(None, None), DutyException(EIGHT.date(), EIGHT.date())))
    with people.begin() as connection:
        roster_store.save(connection, [], [], [resting])
        pauses.begin(connection, NOT_NOW)
        forgetting.person(connection, "ana")

        assert pauses.running(connection, EIGHT) == []
        roster_store.save(connection, [], [], [ANA])
        assert roster_store.load(connection).people["ana"] == ANA


def test_exceptions_come_back_in_their_order(people: CareStore) -> None:
    first = EIGHT.date()
    night = Hours(EIGHT.time(), (EIGHT + 9 * HOUR).time())
    exceptions = tuple(
        DutyException(first, first + timedelta(days=days), (night,) * (days % 3)) for days in range(12, 0, -1)
    )
    told = replace(ANA, duty_exceptions=(*exceptions, DutyException(None, None, (night,)), DutyException(None, None)))
    with people.begin() as connection:
        roster_store.save(connection, [], [], [told])
        roster_store.save(connection, [], [], [told])

        assert roster_store.load(connection).people["ana"] == told
