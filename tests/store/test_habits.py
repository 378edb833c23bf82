"""What was learned of homes: the latest nights are kept, and the one that a home is held on."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from linli.held_model import Held, Why
from linli.store import habits
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.habits import KEPT, Learned
from tests.cast import EIGHT, HOMES, HOUR, MEI, NEIGHBOUR

DAY = timedelta(days=1)


def night(number: int, home: str = MEI.home) -> Learned:
    return Learned(home, EIGHT + number * DAY, f'{{"night": {number}}}'.encode())


def held(number: int, why: Why = Why.NEW_KIND, home: str = MEI.home) -> Held:
    return Held(home, EIGHT + number * DAY, EIGHT + (number + 1) * DAY, why)


@pytest.fixture
def open_one(care: CareStore) -> Iterator[Connection]:
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], [])
        yield connection


def nights(connection: Connection, home: str = MEI.home) -> list[datetime]:
    return [one.learned_at for one in habits.of_home(connection, home)]


def test_a_home_has_its_newest_model_unless_an_older_one_is_held(open_one: Connection) -> None:
    habits.add(open_one, [night(1), night(2), night(3), night(2, NEIGHBOUR.home)])
    assert habits.in_use_of(open_one, MEI.home) == night(3)

    habits.hold(open_one, held(2))

    assert habits.in_use_of(open_one, MEI.home) == night(2)
    assert set(habits.these(open_one, habits.in_use(open_one))) == {night(2), night(2, NEIGHBOUR.home)}
    assert habits.in_use(open_one) == {MEI.home: EIGHT + 2 * DAY, NEIGHBOUR.home: EIGHT + 2 * DAY}
    habits.let_go(open_one, MEI.home)
    assert habits.in_use_of(open_one, MEI.home) == night(3)
    assert habits.held_of(open_one, MEI.home) is None


def test_of_what_was_never_learned_nothing_is_in_use(open_one: Connection) -> None:
    assert habits.in_use_of(open_one, MEI.home) is None
    assert habits.in_use(open_one) == {}
    assert list(habits.these(open_one, {MEI.home: EIGHT})) == []


def test_why_a_model_is_held_and_the_difference_come_back_as_they_were(open_one: Connection) -> None:
    told = replace(held(2, Why.ROLLED_BACK), difference={"nights": 3, "earlier_minutes": -12.5})
    habits.hold(open_one, held(1))
    habits.hold(open_one, told)
    habits.hold(open_one, held(2, Why.DOUBTED, NEIGHBOUR.home))

    assert habits.held_of(open_one, MEI.home) == told
    assert habits.held(open_one) == {MEI.home: told, NEIGHBOUR.home: held(2, Why.DOUBTED, NEIGHBOUR.home)}


def test_the_model_that_is_held_outlives_all_those_that_come_after(open_one: Connection) -> None:
    habits.add(open_one, [night(1), night(2)])
    habits.hold(open_one, held(1, Why.ROLLED_BACK))
    habits.add(open_one, [night(number) for number in range(3, KEPT + 10)])

    assert nights(open_one) == [*(EIGHT + number * DAY for number in range(KEPT + 9, 9, -1)), EIGHT + DAY]


def test_a_night_that_is_learned_again_is_replaced_unless_it_is_held(open_one: Connection) -> None:
    habits.add(open_one, [night(1), night(2)])
    again = replace(night(2), model=b"{}")
    habits.add(open_one, [again])
    assert habits.in_use_of(open_one, MEI.home) == again

    habits.hold(open_one, held(2))
    habits.add(open_one, [night(2)])
    assert habits.in_use_of(open_one, MEI.home) == again


def test_a_clock_that_was_set_back_does_not_take_the_held_model_away(open_one: Connection) -> None:
    habits.add(open_one, [night(3), night(5)])
    habits.hold(open_one, held(3))
    habits.add(open_one, [replace(night(1), learned_at=EIGHT + HOUR)])

    assert nights(open_one) == [EIGHT + 3 * DAY, EIGHT + HOUR]


def test_who_chooses_another_model_is_heard_of(open_one: Connection) -> None:
    before = habits.revision(open_one)
    habits.bump(open_one)

    assert habits.revision(open_one) == before + 1


def test_nothing_is_held_for_a_home_that_is_not_there(care: CareStore) -> None:
    with pytest.raises(IntegrityError), care.begin() as connection:
        habits.hold(connection, held(1, home="nowhere"))
