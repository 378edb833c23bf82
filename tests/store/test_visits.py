"""Plans and visits are kept with every change, so that what was set or written by mistake can be taken back."""

from datetime import timedelta

import pytest

from linli.store import roster as roster_store
from linli.store import visits
from linli.store.care import CareStore
from linli.visit import Visit, VisitPlan, VisitResult
from tests.cast import EIGHT, HOMES, HOUR, MEI, NEIGHBOUR

DAY = timedelta(days=1)


def plan(home: str, days: int, change: str) -> VisitPlan:
    """Return a plan that Lin set."""
    return VisitPlan(home, days, EIGHT, "lin", change)


@pytest.fixture
def homes(care: CareStore) -> CareStore:
    """Return a store in which there are the homes of the cast."""
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], [])
    return care


def test_the_newest_plan_holds_and_the_one_before_it_once_it_is_taken_back(homes: CareStore) -> None:
    with homes.begin() as connection:
        visits.plan(connection, [])
        visits.plan(connection, [plan(MEI.home, 7, "first"), plan(NEIGHBOUR.home, 7, "first")])
        visits.plan(connection, [plan(MEI.home, 30, "second"), plan(NEIGHBOUR.home, 30, "second")])
        assert {home: one.every_days for home, one in visits.plans(connection).items()} == {"home-7": 30, "home-8": 30}

        assert visits.take_back_plans(connection, "second", {MEI.home}, EIGHT) == 1

        assert {home: one.every_days for home, one in visits.plans(connection).items()} == {"home-7": 7, "home-8": 30}
        assert [one.home for one in visits.changed(connection, "second")] == [NEIGHBOUR.home]
        assert visits.take_back_plans(connection, "second", {MEI.home}, EIGHT) == 0
        assert visits.plan_of(connection, MEI.home) == plan(MEI.home, 7, "first")
        assert visits.plan_of(connection, "home-9") is None


def test_a_visit_is_read_as_it_was_written_until_it_is_taken_back(homes: CareStore) -> None:
    visit = Visit(MEI.home, EIGHT - DAY, "ana", VisitResult.NEEDS, "a new lamp")
    with homes.begin() as connection:
        number = visits.write(connection, visit, EIGHT)
        assert visits.of_home(connection, MEI.home) == [
            Visit(MEI.home, EIGHT - DAY, "ana", VisitResult.NEEDS, "a new lamp", number)
        ]

        assert not visits.take_back(connection, NEIGHBOUR.home, number, EIGHT)
        assert visits.take_back(connection, MEI.home, number, EIGHT)
        assert visits.take_back(connection, MEI.home, number, EIGHT + DAY)

        assert visits.of_home(connection, MEI.home) == []
        assert visits.last_met(connection) == {}


def test_the_newest_visit_counts_and_the_last_on_which_she_was_met(homes: CareStore) -> None:
    with homes.begin() as connection:
        visits.write(connection, Visit(MEI.home, EIGHT, "ana", VisitResult.WELL), EIGHT)
        visits.write(connection, Visit(MEI.home, EIGHT + DAY, "ana", VisitResult.NOT_MET), EIGHT)

        assert visits.last_met(connection) == {MEI.home: EIGHT}
        assert visits.latest(connection)[MEI.home].result is VisitResult.NOT_MET
        assert [one.at for one in visits.made(connection, since=EIGHT, until=EIGHT + DAY)] == [EIGHT]


def test_the_plans_of_a_span_are_told_by_home_in_their_order(homes: CareStore) -> None:
    with homes.begin() as connection:
        visits.plan(connection, [plan(MEI.home, 7, "first"), plan(MEI.home, 14, "second")])

        assert [one.every_days for one in visits.plans_until(connection, EIGHT + HOUR)[MEI.home]] == [7, 14]
        assert visits.plans_until(connection, EIGHT) == {}
