"""When somebody is to be visited again, and how many visits a plan asks for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from linli.visit import Visit, VisitPlan, VisitResult, due_of, planned_visits
from tests.cast import EIGHT, MEI

DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Shanghai")


def every(days: int, set_at: datetime = EIGHT) -> VisitPlan:
    """Return a plan for Mei."""
    return VisitPlan(MEI.home, days, set_at, "lin", "change")


@pytest.mark.parametrize(("waited", "left"), [(0, 7), (6, 1), (7, 0), (8, -1)])
def test_a_visit_is_due_as_many_days_after_the_last_as_the_plan_says(waited: int, left: int) -> None:
    due = due_of(every(7), EIGHT, EIGHT + waited * DAY, ZONE)

    assert due is not None
    assert (due.days_left, due.is_overdue) == (left, left < 0)


def test_who_was_never_met_is_due_from_the_plan_and_who_was_met_before_it_from_then() -> None:
    never = due_of(every(7, EIGHT), None, EIGHT, ZONE)
    long_ago = due_of(every(7, EIGHT), EIGHT - 30 * DAY, EIGHT, ZONE)

    assert never is not None
    assert long_ago is not None
    assert (never.days_left, long_ago.days_left) == (7, -23)


def test_without_a_plan_nobody_is_due() -> None:
    assert due_of(None, EIGHT, EIGHT, ZONE) is None
    assert due_of(every(0), EIGHT, EIGHT, ZONE) is None


def test_days_are_those_of_the_place() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)
    just_after_midnight = datetime(2026, 11, 24, 0, 10, tzinfo=ZONE)

    due = due_of(every(1), late, just_after_midnight, ZONE)

    assert due is not None
    assert due.days_left == 0


def test_a_door_that_stayed_shut_is_no_visit_done() -> None:
    assert not Visit(MEI.home, EIGHT, "lin", VisitResult.NOT_MET).is_met
    assert Visit(MEI.home, EIGHT, "lin", VisitResult.UNWELL).is_met


def test_a_plan_asks_for_its_days_and_a_later_plan_takes_over() -> None:
    since, until = EIGHT, EIGHT + 28 * DAY

    assert planned_visits([every(7)], since, until) == pytest.approx(4)
    assert planned_visits([every(7), every(14, EIGHT + 14 * DAY)], since, until) == pytest.approx(3)
    assert planned_visits([every(7), every(0, EIGHT + 7 * DAY)], since, until) == pytest.approx(1)
    assert planned_visits([every(7, EIGHT - 100 * DAY)], since, until) == pytest.approx(4)
    assert planned_visits([every(7, until)], since, until) == 0
    assert planned_visits([], since, until) == 0
