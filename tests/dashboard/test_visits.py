"""Visits without an alert: who is due stands first, what was found is written in a minute, and a slip is taken back."""

import re
from datetime import timedelta

import pytest

from linli.people import Role
from linli.store import visits
from linli.visit import Visit, VisitPlan, VisitResult
from tests.cast import EIGHT, MEI, NEIGHBOUR, NEXT_BUILDING, OTHER_SITE
from tests.dashboard.world import World

DAY = timedelta(days=1)


def plans(world: World) -> dict[str, int]:
    """Return after how many days each home is to be visited."""
    with world.services.care.read() as connection:
        return {home: plan.every_days for home, plan in visits.plans(connection).items()}


def of_mei(world: World) -> list[Visit]:
    """Return the visits to Mei."""
    with world.services.care.read() as connection:
        return visits.of_home(connection, MEI.home)


def post(world: World, path: str, person: str = "lin", **fields: str) -> tuple[int, str]:
    """Send a form as staff; return the status and where it leads."""
    browser = world.browser(Role.STAFF, person)
    answer = browser.post(path, data={"csrf": world.csrf(browser), **fields})
    return answer.status_code, answer.headers.get("location", "")


def page(world: World, path: str, person: str = "lin") -> str:
    """Return a page as staff see it."""
    told: str = world.browser(Role.STAFF, person).get(path).text
    return told


def test_one_form_plans_all_homes_of_a_building_and_one_button_takes_it_back(world: World) -> None:
    post(world, "/visits/plan", place="garden", every_days="30")
    _, leads_to = post(world, "/visits/plan", place="garden/3", every_days="7")
    assert plans(world) == {MEI.home: 7, NEIGHBOUR.home: 7, NEXT_BUILDING.home: 30}
    assert "2 homes" in page(world, leads_to)

    post(world, "/visits/plan/undo", change=leads_to.partition("change=")[2])

    assert plans(world) == {MEI.home: 30, NEIGHBOUR.home: 30, NEXT_BUILDING.home: 30}


def test_staff_plan_only_where_they_look_after_homes(world: World) -> None:
    _, leads_to = post(world, "/visits/plan", place="garden", every_days="7")
    change = leads_to.partition("change=")[2]

    assert post(world, "/visits/plan", "xu", place="garden", every_days="30")[0] == 404
    assert post(world, "/visits/plan/undo", "xu", change=change)[0] == 404
    assert "Mei Chen" not in page(world, "/visits?show=unplanned", "xu")
    assert "homes" not in page(world, leads_to, "xu").partition('role="status"')[2].partition("<h1>")[0]
    assert plans(world)[MEI.home] == 7
    assert OTHER_SITE.home not in plans(world)


@pytest.mark.parametrize("days", ["-1", "366", "often", ""])
def test_a_plan_that_is_none_is_refused(world: World, days: str) -> None:
    assert post(world, "/visits/plan", place="garden", every_days=days)[0] == 422
    assert plans(world) == {}


def test_who_is_longest_overdue_stands_first_and_is_counted(world: World) -> None:
    post(world, "/visits/plan", place="garden", every_days="7")
    with world.services.care.begin() as connection:
        met = VisitResult.WELL
        visits.write(connection, Visit(MEI.home, EIGHT - 9 * DAY, "lin", met), EIGHT)
        visits.write(connection, Visit(NEIGHBOUR.home, EIGHT - 12 * DAY, "lin", met), EIGHT)

    told = page(world, "/visits")

    assert told.index("Old Zhao") < told.index("Mei Chen") < told.index("Ping Sun")
    assert "5 days overdue" in told
    assert "2 days overdue" in told
    assert re.search(r"<b>2</b> overdue", told)
    assert "Ping Sun" not in page(world, "/visits?show=overdue")


def test_without_any_plan_the_page_says_how_to_begin(world: World) -> None:
    assert "No home has a plan of visits yet." in page(world, "/visits")


def test_a_visit_is_written_down_and_taken_back(world: World) -> None:
    status, leads_to = post(world, f"/homes/{MEI.home}/visits", result="needs", note=" a lamp ", by="ana")
    (visit,) = of_mei(world)
    assert (status, visit.result, visit.note, visit.by) == (303, VisitResult.NEEDS, "a lamp", "ana")
    assert "Written down" in page(world, leads_to)
    assert "a lamp" in page(world, leads_to)

    for _ in range(2):
        assert post(world, f"/homes/{MEI.home}/visits/{visit.id}/undo")[0] == 303

    assert of_mei(world) == []


def test_a_visit_of_another_home_cannot_be_taken_back_through_ones_own(world: World) -> None:
    post(world, f"/homes/{MEI.home}/visits", result="well")
    (visit,) = of_mei(world)

    assert post(world, f"/homes/{OTHER_SITE.home}/visits/{visit.id}/undo", "xu")[0] == 404
    assert of_mei(world) == [visit]


def test_a_visit_of_an_earlier_day_lies_at_its_noon(world: World) -> None:
    post(world, f"/homes/{MEI.home}/visits", result="well", day="2026-11-20")

    (visit,) = of_mei(world)
    assert visit.at.isoformat() == "2026-11-20T04:00:00+00:00"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"result": "fine"},
        {"result": "well", "day": "2026-11-24"},
        {"result": "well", "day": "2024-01-01"},
        {"result": "well", "day": "soon"},
        {"result": "well", "by": "xu"},
        {"result": "well", "note": "a\x00b"},
    ],
)
def test_a_visit_that_is_not_right_is_refused(world: World, fields: dict[str, str]) -> None:
    assert post(world, f"/homes/{MEI.home}/visits", **fields)[0] == 422
    assert of_mei(world) == []


def test_where_nobody_opened_the_visit_stays_due(world: World) -> None:
    with world.services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(MEI.home, 7, EIGHT - 8 * DAY, "lin", "change")])
    post(world, f"/homes/{MEI.home}/visits", result="not_met")
    assert "a day overdue" in page(world, f"/homes/{MEI.home}/visits")

    post(world, f"/homes/{MEI.home}/visits", result="well")

    assert "in 7 days" in page(world, f"/homes/{MEI.home}/visits")


def test_one_home_can_have_a_plan_of_its_own(world: World) -> None:
    post(world, "/visits/plan", place="garden", every_days="30")
    post(world, f"/homes/{MEI.home}/visits/plan", every_days="7")
    assert plans(world) == {MEI.home: 7, NEIGHBOUR.home: 30, NEXT_BUILDING.home: 30}

    post(world, f"/homes/{MEI.home}/visits/plan", every_days="0")

    assert "Mei Chen" not in page(world, "/visits")
    assert "Mei Chen" in page(world, "/visits?show=unplanned")
