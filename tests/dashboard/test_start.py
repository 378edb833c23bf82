"""The first hour: each step shows how it truly stands, the first one in can come back, and a device is connected."""

from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from dashboard import first_steps
from dashboard.first_steps import Facts, Name, State
from dashboard.pages.signin import entry_link
from dashboard.services import BrokerAddress
from linli.people import Channel, Role, Roster
from linli.store import access
from linli.store.access import Identity
from linli.store.rejections import Rejection, add
from tests.cast import BUTTON, MEI, MINUTE, OTHER_SITE, roster
from tests.dashboard.test_drills import press
from tests.dashboard.world import TestClient, World, csrf_in, furnish, make_world

ALL_WELL = Facts(
    has_password=True,
    base_url="http://linli.example:8600",
    unusable=(),
    first_signal=None,
    first_press=None,
    first_drill=None,
)


def states(people: Roster, facts: Facts) -> dict[Name, State]:
    """Return each step's state."""
    return {step.name: step.state for step in first_steps.steps(people, facts)}


def test_on_an_empty_installation_the_password_comes_first() -> None:
    found = states(Roster(), replace(ALL_WELL, has_password=False))

    assert found[Name.PASSWORD] is State.NEXT
    assert found[Name.ROSTER] is State.LATER


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("http://127.0.0.1:8600", State.WRONG),
        ("http://localhost:8600", State.WRONG),
        ("http://[::1]:8600", State.WRONG),
        ("http://192.168.1.5:8600", State.DONE),
        ("https://linli.example", State.DONE),
    ],
)
def test_links_that_only_this_computer_can_open_reach_nobody(url: str, state: State) -> None:
    assert states(roster(), replace(ALL_WELL, base_url=url))[Name.REACH] is state


def test_a_channel_that_does_not_work_here_is_told_before_anybody_needs_it() -> None:
    assert states(roster(), replace(ALL_WELL, unusable=("sms",)))[Name.REACH] is State.WRONG


def test_who_has_only_what_does_not_ring_is_named_before_anybody_needs_them() -> None:
    known = roster()
    ana = known.people["ana"]
    phone, page = Channel("ana-1", "ana", "sms", "13800000001"), Channel("ana-2", "ana", "inbox", "ana")

    for ways, unusable, is_heard in [
        ((phone,), (), True),
        ((phone,), ("sms",), False),
        ((page,), (), False),
        ((), (), False),
        ((phone, page), (), True),
    ]:
        people = Roster(homes=known.homes, people={"ana": replace(ana, channels=ways)})
        assert (first_steps.unheard(people, unusable) == []) is is_heard
        assert (states(people, replace(ALL_WELL, unusable=unusable))[Name.REACH] is State.DONE) is is_heard


def test_a_resident_who_has_no_phone_is_no_helper_that_cannot_be_reached() -> None:
    known = roster()
    residents = {name: replace(one, channels=()) for name, one in known.people.items() if one.role is Role.RESIDENT}

    assert first_steps.unheard(replace(known, people=residents), ()) == []


def test_a_drill_that_nobody_heard_is_not_yet_right() -> None:
    now: Any = "a moment"

    assert states(roster(), replace(ALL_WELL, first_press=now))[Name.DRILL] is State.WRONG


def test_a_home_for_which_nobody_would_be_called_keeps_the_roster_from_being_done() -> None:
    known = roster()
    left = {person: one for person, one in known.people.items() if one.role is not Role.STAFF or person == "lin"}

    assert [home.home for home in first_steps.alone(replace(known, people=left))] == [OTHER_SITE.home]
    assert states(replace(known, people=left), ALL_WELL)[Name.ROSTER] is State.WRONG
    assert states(known, ALL_WELL)[Name.ROSTER] is State.DONE


def test_after_the_first_drill_all_is_done() -> None:
    now: Any = "a moment"

    found = first_steps.steps(roster(), replace(ALL_WELL, first_signal=now, first_drill=now))

    assert first_steps.is_finished(found)


@pytest.fixture
def office(world: World) -> TestClient:
    return world.browser(Role.STAFF)


def choose(world: World, browser: TestClient, login: str, password: str) -> int:
    """Choose a name and a password; return the status."""
    fields = {"csrf": world.csrf(browser), "login": login, "password": password}
    return int(browser.post("/start/password", data=fields).status_code)


def test_the_first_one_in_chooses_a_password_and_comes_back_with_it(world: World, office: TestClient) -> None:
    assert 'action="/start/password"' in office.get("/start").text

    assert choose(world, office, "office", "a long password") == 303

    assert 'action="/start/password"' not in office.get("/start").text
    doorman = world.app.state.doorman
    assert doorman.check("office", "a long password", "").role == Role.STAFF


def test_with_a_password_a_link_of_the_first_start_that_nobody_used_lets_nobody_in(
    world: World, office: TestClient
) -> None:
    link, late = entry_link(world.services, Identity(Role.STAFF)), world.browser()
    secret = csrf_in(late.get(link).text)

    choose(world, office, "office", "a long password")

    assert late.post(link, data={"csrf": secret}).status_code == 404
    assert office.get("/start").status_code == 200


def test_nobody_takes_over_the_name_of_somebody_else(world: World, office: TestClient) -> None:
    choose(world, office, "office", "a long password")

    assert choose(world, office, "office", "another password") == 409

    assert world.app.state.doorman.check("office", "another password", "") is None


@pytest.mark.parametrize(
    ("login", "password"), [("", "a long password"), ("office", "too short"), ("a\nb", "a long password")]
)
def test_a_name_or_password_that_would_not_do_is_refused(
    world: World, office: TestClient, login: str, password: str
) -> None:
    assert choose(world, office, login, password) == 422

    with world.services.care.read() as connection:
        assert not access.has_users(connection)


def test_a_device_is_told_exactly_what_to_send(world: World, office: TestClient) -> None:
    page = unescape(office.get(f"/homes/{MEI.home}/connect?device=button-1&kind=sos").text)

    for exact in ("192.0.2.10", "1883", "linli/v1/garden/home-7/button-1/sos", world.keys.device_token("home-7")):
        assert f"<code>{exact}</code>" in page


@pytest.mark.parametrize(
    ("broker", "says"),
    [
        (BrokerAddress("192.0.2.10", 1883), ""),
        (BrokerAddress("127.0.0.1", 1883), "--mqtt-listen 0.0.0.0:1883"),
        (BrokerAddress("localhost", 1884, ours=False), "linli run --mqtt mqtt://ADDRESS:1884"),
    ],
    ids=["in the network", "ours", "another's"],
)
def test_a_server_that_no_device_can_reach_is_not_shown_without_a_warning(
    world: World, broker: BrokerAddress, says: str
) -> None:
    services = replace(world.services, settings=replace(world.services.settings, broker=broker))
    world.app.state.services = services

    page = world.browser(Role.STAFF).get(f"/homes/{MEI.home}/connect?device=button-1").text

    assert ("No device can reach this server" in page) == bool(says)
    assert says in page


def test_the_codes_say_the_same_as_the_text(world: World, office: TestClient) -> None:
    import segno

    page = office.get(f"/homes/{MEI.home}/connect?device=button-1&kind=sos").text
    token = world.keys.device_token("home-7")
    for text in (f"mqtt://home-7:{token}@192.0.2.10:1883", "linli/v1/garden/home-7/button-1/sos"):
        expected = segno.make(text, error="m", micro=False).svg_inline(border=4, omitsize=True)
        path = expected.partition(' d="')[2].partition('"')[0]
        assert path in page


def test_a_signal_appears_where_it_is_waited_for(world: World, office: TestClient) -> None:
    where = f"/homes/{MEI.home}/connect?device=button-1"
    assert "Nothing from this device" in office.get(where).text

    world.intake.submit([("linli/v1/garden/home-7/button-1/check_in", b"ok")])

    assert "This device is heard: the latest came just now." in office.get(where).text


def test_another_devices_signal_is_not_taken_for_it(world: World, office: TestClient) -> None:
    world.intake.submit([("linli/v1/garden/home-7/hall/contact", b"open")])

    assert "Nothing from this device" in office.get(f"/homes/{MEI.home}/connect?device=button-1").text


def test_a_refused_message_says_why_where_the_device_is_connected(world: World, office: TestClient) -> None:
    refused = Rejection(
        world.clock.now(),
        "linli/v1/garden/home-7/button-1/soss",
        "there is no kind soss",
        "pressed",
        "garden",
        "home-7",
    )
    with world.services.care.begin() as connection:
        add(connection, [refused])

    assert "there is no kind soss" in office.get(f"/homes/{MEI.home}/connect").text


def test_a_drill_is_announced_pressed_and_shows_who_got_it(world: World, office: TestClient) -> None:
    fields = {"csrf": world.csrf(office), "device": BUTTON.device, "back": "connect"}
    answer = office.post(f"/homes/{MEI.home}/drill", data=fields)
    where = f"/homes/{MEI.home}/connect"
    assert answer.headers["location"] == where
    assert "Announced: the first press before" in office.get(where).text

    press(world)
    assert "no message reached anybody" in office.get("/start").text
    (alert,) = world.desk.open_alerts()
    world.desk.accept(alert.id, "ana")

    page = office.get(where).text
    assert "who got it" in page
    assert "Ana Li" in page
    assert ">got it<" in page
    assert "on the way" not in page
    world.clock.advance(MINUTE)
    assert 'class="step done" id="drill"' in office.get("/start").text


def test_staff_of_another_compound_find_no_device_to_connect(world: World) -> None:
    assert world.browser(Role.STAFF, "lin").get(f"/homes/{MEI.home}/connect").status_code == 200
    assert world.browser(Role.STAFF, "xu").get(f"/homes/{MEI.home}/connect").status_code == 404


def test_the_first_steps_lead_to_the_home_that_was_chosen(office: TestClient) -> None:
    assert office.get("/start/connect?home=home-7").headers["location"] == "/homes/home-7/connect"
    assert office.get("/start/connect?home=//evil.example").status_code == 404


def test_whoever_has_announced_a_trial_of_a_device_is_shown_that_device_and_not_the_first_of_the_home(
    tmp_path: Path,
) -> None:
    furnish(tmp_path)
    world = make_world(tmp_path, devices=[replace(BUTTON, device="pendant-1")])
    office = world.browser(Role.STAFF, "lin")
    page = f"/homes/{MEI.home}/connect"
    assert "button-1/sos" in office.get(page).text

    fields = {"csrf": world.csrf(office), "device": "pendant-1", "back": "connect"}
    announced = office.get(office.post(f"/homes/{MEI.home}/drill", data=fields).headers["location"]).text

    assert "pendant-1/sos" in announced
    assert "the first press before" in announced
    other = office.get(f"{page}?device=button-1").text
    assert "the first press before" not in other
    assert "an unannounced press calls people for real" in other
    world.close()
