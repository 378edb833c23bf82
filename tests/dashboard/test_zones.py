"""Clock times are those of the place that is spoken of: a home's own, or else those of the reader's homes.

Garden has the clocks of Shanghai, and is listed first; in River, Xu's compound, it is two hours earlier.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.outages import outages
from linli.alert import AlertKind, Outcome, Severity
from linli.home_state import HomeState
from linli.people import Device, Role, Roster
from linli.store import cases, rejections, visits
from linli.store.overview import Involved
from linli.store.rejections import Rejection
from linli.visit import Visit, VisitResult
from tests.cast import EIGHT, GARDEN, HOUR, MEI, OTHER_SITE, RIVER
from tests.dashboard.world import World, make_world

PAGES = (
    "/",
    "/homes",
    "/alerts",
    "/visits",
    "/rota",
    "/devices",
    "/drills",
    "/reports",
    "/consents",
    "/sites",
    "/wall",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_the_clocks_of_the_readers_homes(world: World, path: str) -> None:
    for person, zone in (("xu", "Asia/Urumqi"), ("lin", "Asia/Shanghai")):
        assert f'data-zone="{zone}"' in world.browser(Role.STAFF, person).get(path).text


def test_the_head_of_the_board_shows_their_time(world: World) -> None:
    assert "<b data-clock>06:00:00</b>" in world.browser(Role.STAFF, "xu").get("/").text


def test_an_alert_of_linli_itself_is_told_by_the_readers_clocks(world: World) -> None:
    alert = replace(world.press_sos(), id="a-own", home="", site="", kind=AlertKind.SYSTEM)
    with world.services.care.begin() as connection:
        cases.add(connection, alert)

    for person, zone in (("xu", "Asia/Urumqi"), ("lin", "Asia/Shanghai")):
        assert f'data-zone="{zone}"' in world.browser(Role.STAFF, person).get("/alerts/a-own").text


def test_to_the_whole_office_each_case_is_told_by_the_clocks_of_its_home(world: World) -> None:
    world.press_sos(MEI.home)
    world.opens(AlertKind.FALL, Severity.EMERGENCY, OTHER_SITE.home)

    queue = world.browser(Role.STAFF).get("/queue").text
    ledger = world.browser(Role.STAFF).get("/alerts").text

    assert queue.count("since 08:00") == queue.count("since 06:00") == 1
    assert ledger.count('<td class="nowrap">08:00</td>') == ledger.count('<td class="nowrap">06:00</td>') == 1


def test_what_comes_next_is_told_by_the_clocks_of_its_home(world: World) -> None:
    for home in (MEI, OTHER_SITE):
        world.homes.set(home.home, HomeState.QUIET)
    queue = world.browser(Role.STAFF).get("/queue").text
    assert "<b>11:00</b>" in queue
    assert "<b>09:00</b>" in queue


def test_a_row_of_the_homes_has_one_clock(world: World) -> None:
    page = world.browser(Role.STAFF).get("/homes?q=home-40").text
    assert page.count("05:50") == 2
    assert "07:50" not in page


def test_the_trial_of_a_button_is_told_by_the_clocks_of_its_home(home: Path) -> None:
    world = make_world(home, devices=[Device(OTHER_SITE.home, "button-1", kinds=("sos",))])
    staff = world.browser(Role.STAFF)
    staff.post(f"/homes/{OTHER_SITE.home}/drill", data={"csrf": world.csrf(staff), "device": "button-1"})

    assert "announced until 06:10" in staff.get("/drills").text
    world.close()


def test_a_visit_was_on_the_day_that_it_was_there(world: World) -> None:
    late = EIGHT - timedelta(hours=7)
    with world.services.care.begin() as connection:
        visits.write(connection, Visit(OTHER_SITE.home, late, "xu", VisitResult.WELL), EIGHT)
    assert "Sun 22 November" in world.browser(Role.STAFF).get("/visits?show=unplanned").text


def test_what_was_refused_is_told_by_the_clocks_of_where_it_came_from(world: World) -> None:
    with world.services.care.begin() as connection:
        rejections.add(connection, [Rejection(EIGHT, "t", "r", site=site) for site in (GARDEN, RIVER, "")])
    page = world.browser(Role.STAFF).get("/rejections").text
    assert page.count('<td class="nowrap">08:00</td>') == 2
    assert page.count('<td class="nowrap">06:00</td>') == 1


def test_a_lost_stairwell_is_told_by_the_clocks_of_its_homes(world: World) -> None:
    lost = tuple(replace(OTHER_SITE, home=f"r-{number}") for number in (1, 2))
    alert = replace(world.press_sos(), home="", site=RIVER, kind=AlertKind.UNMONITORED, evidence={"homes": "r-1, r-2"})
    (found,) = outages([Involved(alert)], Roster(homes={home.home: home for home in (MEI, *lost)}))
    assert found.zone == OTHER_SITE.zone


def test_today_is_the_readers_day(world: World) -> None:
    """It was closed late in the evening; then in Garden the next day begins, in River it does not."""
    world.clock.advance(15 * HOUR)
    alert = world.opens(AlertKind.LEAK, Severity.URGENT, OTHER_SITE.home)
    world.desk.close(alert.id, "xu", Outcome.SAFE)
    world.clock.advance(2 * HOUR)

    assert "Closed today: 1" in world.browser(Role.STAFF, "xu").get("/queue").text
