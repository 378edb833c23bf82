"""The page of the rota shows where nobody would come, and leads to who could; only for one's own homes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from linli.duty import Duty
from linli.people import Role
from linli.store import pauses
from linli.store.pauses import Pause
from tests.cast import ANA, EIGHT, HOUR, JUN, KAI
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import World, make_world

DAYTIME = Duty(frozenset(range(7)), time(8), time(20))
GAP = "/rota/gap?site=garden&role=volunteer&since=2026-11-24T20:00&until=2026-11-25T08:00"


@pytest.fixture
def daytime(home: Path) -> Iterator[World]:
    """Return a world whose volunteers are on duty by day."""
    made = make_world(home, people=[replace(one, duty=(DAYTIME,)) for one in (ANA, JUN, KAI)])
    yield made
    made.close()


def page(world: World, path: str, person: str = "lin", language: str = "en") -> str:
    """Return a page as staff see it."""
    told: str = world.browser(Role.STAFF, person, language).get(path).text
    return told


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_nights_are_dark_and_each_leads_to_who_could_come(daytime: World, language: str) -> None:
    told = page(daytime, "/rota", language=language)

    assert Strict(told).faults == []
    links = re.findall(r'class="bare"[^>]*><a href="([^"]+)"', told)
    assert len(links) >= 14
    assert 'class="l4"' in told
    assert daytime.browser(Role.STAFF, "lin").get(links[0].replace("&amp;", "&")).status_code == 200


def test_a_gap_names_its_homes_and_who_could_fill_it_with_their_number(daytime: World) -> None:
    told = page(daytime, GAP)

    assert Strict(told).faults == []
    assert "nobody is on duty for 3 of 3 homes" in told
    assert 'href="tel:13800000001"' in told
    assert all(name in told for name in ("Ana Li", "Jun Wang", "Kai Gao", "Mei Chen"))
    assert "on duty that day 08:00–20:00" in told


def test_a_time_without_a_gap_says_so(daytime: World) -> None:
    told = page(daytime, GAP.replace("24T20:00", "24T09:00").replace("25T08:00", "24T12:00"))

    assert "Somebody is on duty for every home in this time." in told


def test_who_is_on_duty_somewhere_else_is_named_apart(home: Path) -> None:
    world = make_world(home, people=[replace(ANA, duty=(DAYTIME,))])
    told = page(world, GAP)

    assert "nobody is on duty for 1 of 3 homes" in told
    assert told.index("Ana Li") < told.index("On duty then, but not listed") < told.index("Jun Wang")
    world.close()


def test_a_volunteer_who_has_paused_leaves_a_gap(world: World) -> None:
    assert "no gap in 14 days" in page(world, "/rota")
    with world.services.care.begin() as connection:
        pauses.begin(connection, Pause("ana", EIGHT, EIGHT + 2 * HOUR))

    told = page(world, "/rota")

    assert "nobody for 1 of 3 homes" in told
    assert "08:00–10:00" in told


def test_the_page_says_who_is_on_duty_now(daytime: World) -> None:
    assert "Ana Li <small>until 20:00" in page(daytime, "/rota")
    daytime.clock.advance(timedelta(hours=13))

    assert "An alert goes to the next rung at once." in page(daytime, "/rota")


def test_staff_see_the_rota_of_their_own_site_only(daytime: World) -> None:
    told = page(daytime, "/rota", "xu")
    assert "Xu Han" in told
    assert "Ana Li" not in told

    xu = daytime.browser(Role.STAFF, "xu")
    assert xu.get("/rota?site=garden").status_code == 404
    assert xu.get(GAP).status_code == 404


def test_staff_who_look_after_no_home_are_told_so(world: World) -> None:
    assert "No home is listed for you yet." in page(world, "/rota", "nobody")


@pytest.mark.parametrize(
    ("since", "until"),
    [("soon", "later"), ("2026-11-25T08:00", "2026-11-24T20:00"), ("2026-11-01T08:00", "2026-11-02T08:00")],
)
def test_a_gap_that_cannot_be_is_refused(daytime: World, since: str, until: str) -> None:
    lin = daytime.browser(Role.STAFF, "lin")
    asked = {"site": "garden", "role": "volunteer", "since": since, "until": until}

    assert lin.get("/rota/gap", params=asked).status_code == 422
