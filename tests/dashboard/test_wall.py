"""The wall tells everybody who passes that somebody is needed and where, and nobody who it is or who is out."""

import pytest

from dashboard.access import WALL, reach_of
from dashboard.eyes import Eyes
from dashboard.facade import EVERYTHING
from dashboard.live import _voice
from dashboard.standing import Standing
from dashboard.voices import WallVoice
from dashboard.wall import window_on_wall
from linli.alert import AlertKind, Severity
from linli.home_state import HomeState
from linli.people import Role
from linli.store.access import Identity
from tests.cast import GARDEN, HOMES, MEI, MINUTE, NEIGHBOUR, OTHER_SITE, PEOPLE, RIVER
from tests.dashboard.test_live import events
from tests.dashboard.test_pages import Strict
from tests.dashboard.world import TestClient, World, csrf_in, view

SCREEN = Identity(WALL, GARDEN)


def screen(world: World, site: str = GARDEN) -> TestClient:
    """Return a browser on the wall of a site."""
    return world.browser(WALL, site)


@pytest.mark.parametrize("kind", list(AlertKind))
def test_a_wall_names_no_person_no_door_and_no_kind_but_a_call_and_fire(world: World, kind: AlertKind) -> None:
    world.opens(kind, Severity.EMERGENCY)
    world.desk.accept(world.opens(AlertKind.BATHROOM, Severity.URGENT, NEIGHBOUR.home).id, "ana")

    drawn = screen(world).get("/wall", params={"lang": "en"}).text

    assert not Strict(drawn).faults
    people = {person.name for person in PEOPLE} | {home.resident for home in HOMES}
    private = people | {MEI.door, NEIGHBOUR.door, MEI.home, NEIGHBOUR.home, MEI.phone, "bathroom", "Bathroom"}
    assert {word for word in private if word in drawn} == set()
    assert "Building 3" in drawn
    assert "Floor 5" in drawn
    told = {AlertKind.SOS: "Call for help", AlertKind.SMOKE: "Smoke", AlertKind.GAS: "Gas"}
    assert told.get(kind, "Somebody is needed at once") in drawn


def test_who_is_out_looks_like_who_has_not_joined_and_freshness_has_one_level(world: World) -> None:
    away, well = (standing_of(world, state) for state in (HomeState.AWAY, HomeState.WELL))
    now = world.clock.now()

    assert window_on_wall(away, 1, now) is None
    looks = {window_on_wall(well, 1, now + age * MINUTE).look for age in (0, 59, 600)}  # type: ignore[union-attr]  # drawn
    assert looks == {"well l4"}
    world.homes.set(NEIGHBOUR.home, HomeState.AWAY)
    drawn = screen(world).get("/wall").text
    assert 'class="w away' not in drawn
    assert "<b>2</b>" in drawn  # of three homes one is out, and is in no count


def standing_of(world: World, state: HomeState) -> Standing:
    """Return Mei's home in a state."""
    return Standing(MEI, view(MEI.home, state, world.clock.now()))


def test_a_screen_of_one_site_sees_nothing_of_another(world: World) -> None:
    world.press_sos(OTHER_SITE.home)

    assert "Call for help" not in screen(world).get("/wall", params={"lang": "en"}).text
    assert "Call for help" in screen(world, RIVER).get("/wall", params={"lang": "en"}).text
    assert "Call for help" in screen(world, "").get("/wall", params={"lang": "en"}).text


def test_a_screen_is_told_that_something_happened_and_nothing_else_whatever_it_asks_for(world: World) -> None:
    eyes, reach = Eyes(world.services), reach_of(SCREEN, world.services.roster())
    eyes.look()
    world.press_sos()
    for asked in ("", "map", "wall"):
        voice = _voice(asked, reach, EVERYTHING, "en")
        assert isinstance(voice, WallVoice)
    change = eyes.look()
    assert events(WallVoice().tell(change, reach)) == [("wall", None)]
    assert WallVoice().tell(change, reach_of(Identity(WALL, RIVER), world.services.roster())) == []


@pytest.mark.parametrize("path", ["/", "/homes", f"/homes/{MEI.home}", "/alerts", "/queue", "/walls", "/family", "/me"])
def test_a_screen_opens_no_other_page(world: World, path: str) -> None:
    assert screen(world).get(path).status_code == 404


def test_staff_let_a_screen_in_by_a_link_and_end_it(world: World) -> None:
    staff = world.browser(Role.STAFF, "lin")
    made = staff.post("/walls", data={"csrf": world.csrf(staff), "site": GARDEN}).text
    link = made.partition('value="http://testserver')[2].partition('"')[0]
    assert world.browser().post(link, data={"csrf": ""}).status_code == 200  # no mark of a visit: the button again
    tv = world.browser()
    entered = tv.post(link, data={"csrf": csrf_in(tv.get(link).text)})

    assert entered.headers["location"] == "/wall"
    assert tv.get("/wall").status_code == 200
    assert world.browser().post(link, data={"csrf": ""}).status_code == 404  # it lets in once
    world.clock.advance(60 * 24 * 60 * MINUTE)
    assert tv.get("/wall").status_code == 200  # nobody has to sign in on a wall

    staff = world.browser(Role.STAFF, "lin")
    staff.post("/walls/end", data={"csrf": world.csrf(staff), "site": GARDEN})
    assert tv.get("/wall").status_code == 303


@pytest.mark.parametrize(
    ("person", "site", "status"), [("lin", RIVER, 404), ("lin", "", 404), ("xu", RIVER, 200), ("", "", 200)]
)
def test_only_who_looks_after_a_whole_site_lets_screens_show_it(
    world: World, person: str, site: str, status: int
) -> None:
    staff = world.browser(Role.STAFF, person)
    fields = {"csrf": world.csrf(staff), "site": site}
    assert staff.post("/walls", data=fields).status_code == status
    assert staff.post("/walls/end", data=fields).status_code == (303 if status == 200 else status)


def test_the_emergency_that_nobody_has_accepted_stands_before_the_one_that_somebody_has(world: World) -> None:
    first = world.press_sos()
    world.desk.accept(first.id, "ana")
    world.clock.advance(MINUTE)
    world.press_sos("home-9")

    drawn = screen(world).get("/wall", params={"lang": "en"}).text

    great = drawn.partition('id="great"')[2].partition("</section>")[0]
    assert "Building 4" in great
    assert "Nobody is on the way yet" in drawn
