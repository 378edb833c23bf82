"""Who holds the key of a home: told to staff and to whoever goes there, and to nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.outlook import planned
from linli.people import Care, Person, Role, Scope
from tests.cast import ANA, BO, JUN, MEI
from tests.dashboard.world import World, csrf_in, make_world

KEY = "The key is with Jun Wang."


def holding(person: Person) -> Person:
    """Return somebody with the key to Mei's door."""
    return replace(person, cares=(*person.cares, Care(Scope.KEY, MEI.home)))


@pytest.fixture
def world(home: Path) -> Iterator[World]:
    """Return a world in which Jun has Mei's key."""
    made = make_world(home, people=[holding(JUN)])
    yield made
    made.close()


def test_who_goes_learns_where_the_key_is_and_not_before(world: World) -> None:
    phone, link = world.browser(), world.services.links.accept(world.press_sos().id, "ana")

    assert "key is with" not in phone.get(link).text
    assert KEY in phone.post(link, data={"verb": "accept"}).text
    assert KEY in phone.post(link, data={"verb": "arrive"}).text
    assert "Jun" not in phone.post(link, data={"verb": "close", "outcome": "safe"}).text


def test_who_cannot_go_after_all_is_not_told_any_more(world: World) -> None:
    phone, link = world.browser(), world.services.links.accept(world.press_sos().id, "ana")
    phone.post(link, data={"verb": "accept"})

    assert "key is with" not in phone.post(link, data={"verb": "decline"}).text


def test_whoever_has_the_key_themselves_is_reminded_of_it(world: World) -> None:
    phone, link = world.browser(), world.services.links.accept(world.press_sos().id, "jun")

    assert "You hold the key." not in phone.get(link).text
    going = phone.post(link, data={"verb": "accept"}).text
    assert "You hold the key." in going
    assert "go in with your key" in going
    assert "call somebody with a key" not in going
    chinese = world.browser(language="zh")
    assert "备用钥匙在您手里。" in chinese.get(link).text


def test_a_link_in_the_hand_of_staff_says_it_at_once(world: World) -> None:
    link = world.services.links.request_page(world.press_sos().id, "lin")

    assert KEY in world.browser().get(link).text


def test_the_volunteers_own_page_says_it_once_they_go(world: World) -> None:
    alert = world.press_sos()
    ana = world.browser(Role.VOLUNTEER, "ana")
    before = ana.get("/volunteer").text
    assert "key is with" not in before

    ana.post(f"/alerts/{alert.id}/accept", data={"csrf": csrf_in(before)})
    assert KEY in ana.get("/volunteer").text


def test_the_familys_page_says_it_once_they_go(world: World) -> None:
    alert = world.press_sos()
    bo = world.browser(Role.FAMILY, "bo")
    before = bo.get("/family").text
    assert "key is with" not in before

    bo.post(f"/alerts/{alert.id}/accept", data={"csrf": csrf_in(before)})
    assert KEY in bo.get("/family").text


def test_staff_see_key_holders_at_the_alert_and_at_the_home(world: World) -> None:
    alert = world.press_sos()
    staff = world.browser(Role.STAFF)

    assert "holds the spare key" in staff.get(f"/alerts/{alert.id}").text
    assert staff.get(f"/homes/{MEI.home}").text.count("Holds the spare key") == 1
    world.gives_reason(staff, "home-9")
    other = staff.get("/homes/home-9").text
    assert "Ping Sun" in other
    assert "Holds the spare key" not in other
    assert "备用钥匙保管人" in world.browser(Role.STAFF, language="zh").get(f"/homes/{MEI.home}").text


def test_the_api_names_key_holders_to_staff_and_to_who_has_accepted(world: World) -> None:
    alert = world.press_sos()
    url = f"/api/v1/alerts/{alert.id}"
    jun = [{"person": "jun", "name": "Jun Wang", "role": "volunteer"}]
    ana = world.api(Role.VOLUNTEER, "ana")

    assert world.api(Role.STAFF).get(url).json()["key_holders"] == jun
    assert ana.get(url).json()["key_holders"] == []
    assert world.api(Role.FAMILY, "bo").get(url).json()["key_holders"] == []
    assert ana.post(f"{url}/accept").json()["key_holders"] == jun
    assert ana.post(f"{url}/arrive").json()["key_holders"] == jun
    ana.post(f"{url}/close", json={"outcome": "safe"})
    assert ana.get(url).json()["key_holders"] == []


def test_what_will_happen_names_the_key_holders_rung_only_where_somebody_holds_one(home: Path) -> None:
    for people, is_planned in (([holding(ANA)], True), ([BO], False)):
        made = make_world(home, people=people)
        alert = made.press_sos()
        rungs = (replace(alert.ladder.rungs[0], keys=True, count=0), *alert.ladder.rungs)
        steps = planned(replace(alert, ladder=replace(alert.ladder, rungs=rungs), rung=0), made.services.roster())
        assert (steps[0].what.template == "Whoever holds the key is called") == is_planned
        made.close()
