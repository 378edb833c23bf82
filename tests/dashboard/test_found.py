"""What speaks on the broker and is not listed: staff see it, list it in one form, and take that back."""

import pytest

from linli.people import Device, Role
from linli.store import roster as roster_store
from linli.stranger import Stranger
from tests.cast import MEI
from tests.dashboard.world import TestClient, World

BUTTON = "zigbee2mqtt/button 502 bedroom"
FORM = f"/devices/found/{Stranger(BUTTON, '').id}"


@pytest.fixture
def office(world: World) -> TestClient:
    world.overhear(BUTTON, '{"action":"emergency","battery":71,"linkquality":120}')
    return world.browser(Role.STAFF)


def listed(world: World) -> dict[tuple[str, str], Device]:
    with world.services.care.read() as connection:
        return {key: one for key, one in roster_store.load(connection).devices.items() if one.topic == BUTTON}


def send(world: World, office: TestClient, path: str, **fields: str) -> str:
    answer = office.post(path, data={"csrf": world.csrf(office), **fields})
    assert answer.status_code in {303, 409, 422}, answer.text
    return str(answer.headers.get("location", answer.text))


def test_what_is_not_listed_is_shown_with_a_guess_and_its_reasons(office: TestClient) -> None:
    shown = office.get("/devices/found?lang=en").text

    assert BUTTON in shown
    assert "call button" in shown
    assert "bedroom" in shown
    assert "Its name holds the door 502, which only one home here has." in shown
    assert "71 % · 120/255" in shown


def test_its_topic_stands_in_no_address(office: TestClient) -> None:
    shown = office.get("/devices/found").text

    assert f'href="{FORM}"' in shown
    assert "502%20" not in shown


def test_the_form_is_filled_in_with_the_guess(office: TestClient) -> None:
    form = office.get(FORM).text

    assert f'<option value="{MEI.home}" selected>' in form
    assert '<option value="sos" selected>' in form
    assert 'name="room" value="bedroom"' in form


def test_one_form_lists_it_and_one_press_takes_it_back(world: World, office: TestClient) -> None:
    where = send(world, office, FORM, home=MEI.home, room="bedroom", role="sos")

    assert listed(world) == {
        (MEI.home, "bedroom-sos"): Device(MEI.home, "bedroom-sos", "bedroom", ("sos", "battery"), BUTTON)
    }
    said = office.get(where).text
    assert 'name="device" value="bedroom-sos"' in said
    assert FORM not in said

    send(world, office, "/devices/back", home=MEI.home, device="bedroom-sos")
    assert listed(world) == {}
    assert send(world, office, "/devices/back", home=MEI.home, device="bedroom-sos") == "/devices/found"


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"home": MEI.home, "role": ""}, "Please choose what it is there for."),
        ({"home": "home-99", "role": "sos"}, "Please choose a home of the list"),
        ({"home": MEI.home, "room": "x" * 40, "role": "sos"}, "a room in 32 letters at most"),
    ],
    ids=["no role", "no such home", "a long room"],
)
def test_what_is_wrong_with_the_form_is_said_in_it(
    world: World, office: TestClient, fields: dict[str, str], why: str
) -> None:
    office.get("/devices/found?lang=en")

    assert why in send(world, office, FORM, **fields)
    assert listed(world) == {}


def test_a_device_that_somebody_has_listed_meanwhile_is_not_listed_twice(world: World, office: TestClient) -> None:
    office.get("/devices/found?lang=en")
    send(world, office, FORM, home=MEI.home, role="sos")

    assert "Somebody has listed it meanwhile." in send(world, office, FORM, home="home-8", role="sos")
    assert len(listed(world)) == 1


def test_an_own_device_of_a_home_cannot_be_taken_out_here(world: World, office: TestClient) -> None:
    send(world, office, "/devices/back", home=MEI.home, device="button-1")

    with world.services.care.read() as connection:
        assert (MEI.home, "button-1") in roster_store.load(connection).devices


def test_with_nothing_found_the_page_says_what_to_do(world: World) -> None:
    shown = world.browser(Role.STAFF).get("/devices/found?lang=en").text

    assert "Nothing speaks that is not listed." in shown
    assert "Pair the device with its gateway" in shown
    assert "linli token --role gateway --person garden" in shown
    assert "such as zigbee2mqtt-garden/…" in shown
