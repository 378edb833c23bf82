"""A login of the whole office says who sits there before it opens a home or does anything, and the log names them."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from dashboard.pages.signin import entry_link
from linli.alert import AlertState
from linli.look import LookReason
from linli.people import Role
from linli.store import cases, looks
from linli.store.access import Identity
from linli.stranger import Stranger
from tests.cast import EIGHT, MEI
from tests.dashboard.world import TestClient, World, csrf_in, make_world

HOME = f"/homes/{MEI.home}"


@pytest.fixture
def desk(world: World) -> TestClient:
    """Return a browser in the office at which nobody has said who they are."""
    return world.browser(Role.STAFF, sits="")


def sits(world: World, desk: TestClient, person: str, page: str = "/") -> tuple[int, str]:
    """Choose a name; return the status and where it leads."""
    answer = desk.post("/who", data={"csrf": world.csrf(desk), "person": person, "next": page})
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize("path", [HOME, f"{HOME}/visits", "/alerts/{alert}"])
def test_nobody_opens_a_home_without_a_name_but_everybody_sees_the_board(
    world: World, desk: TestClient, path: str
) -> None:
    path = path.format(alert=world.press_sos().id)

    assert "Who are you?" in desk.get("/").text
    assert desk.get(path).headers["location"] == f"/who?next={quote(path)}"
    assert "Lin Zhou" in desk.get(f"/who?next={path}").text
    assert sits(world, desk, "lin", path) == (303, path)
    assert desk.get(path).status_code == 200


def test_what_was_pressed_without_a_name_is_not_done_and_the_page_says_so(world: World, desk: TestClient) -> None:
    alert = world.press_sos()

    answer = desk.post(f"/alerts/{alert.id}/accept", data={"csrf": world.csrf(desk)})

    assert answer.headers["location"] == f"/who?next=/alerts/{alert.id}&undone=true"
    assert "has not been done yet" in desk.get(answer.headers["location"]).text
    assert world.desk.open_alerts()[0].state is AlertState.OPEN


def test_who_lists_a_device_is_asked_before_the_form_and_led_back_to_it(world: World, desk: TestClient) -> None:
    world.overhear("zigbee2mqtt/button 502", '{"action":"single"}')
    form = f"/devices/found/{Stranger('zigbee2mqtt/button 502', '').id}"

    assert "zigbee2mqtt/button 502" in desk.get("/devices/found").text
    assert desk.get(form).headers["location"] == f"/who?next={form}"
    pressed = desk.post(form, data={"csrf": world.csrf(desk), "home": MEI.home, "role": "sos"})
    assert pressed.headers["location"] == f"/who?next={form}&undone=true"
    assert sits(world, desk, "lin", form) == (303, form)
    assert desk.get(form).status_code == 200


def test_the_log_and_the_resident_are_told_the_name_and_not_staff(world: World, desk: TestClient) -> None:
    sits(world, desk, "lin")
    world.gives_reason(desk)
    alert = world.press_sos()
    desk.post(f"/alerts/{alert.id}/accept", data={"csrf": world.csrf(desk)})

    with world.services.care.read() as connection:
        assert {one.who for one in looks.of_home(connection, MEI.home, EIGHT)} == {"lin"}
        assert "lin" in {entry.who for entry in cases.read_log(connection, alert.id)}
    assert "<b>Lin Zhou</b>" in world.browser(Role.RESIDENT, "mei").get("/me/data").text


def test_who_gets_up_says_so_and_the_next_one_is_asked(world: World, desk: TestClient) -> None:
    sits(world, desk, "lin")
    assert "<b>Lin Zhou</b>" in desk.get("/").text

    assert sits(world, desk, "") == (303, "/who")

    assert "<b>Lin Zhou</b>" not in desk.get("/").text
    assert desk.get(HOME).headers["location"].startswith("/who")
    sits(world, desk, "xu")
    world.gives_reason(desk)
    with world.services.care.read() as connection:
        assert [one.who for one in looks.of_home(connection, MEI.home, EIGHT)] == ["xu"]


@pytest.mark.parametrize("person", ["ana", "mei", "nobody"])
def test_only_listed_staff_can_sit_there(world: World, desk: TestClient, person: str) -> None:
    assert sits(world, desk, person)[0] == 404
    assert desk.get(HOME).headers["location"].startswith("/who")


def test_who_has_left_the_roster_sits_there_no_more(world: World, desk: TestClient) -> None:
    sits(world, desk, "lin")
    roster = world.services.roster()
    left = replace(roster, people={id_: one for id_, one in roster.people.items() if id_ != "lin"})
    world.app.state.services = replace(world.services, roster=lambda: left)

    assert desk.get(HOME).headers["location"].startswith("/who")


def test_where_no_staff_are_listed_nobody_is_kept_out(world: World, desk: TestClient) -> None:
    roster = world.services.roster()
    none = replace(roster, people={id_: one for id_, one in roster.people.items() if one.role is not Role.STAFF})
    world.app.state.services = replace(world.services, roster=lambda: none)

    assert desk.get(HOME).status_code == 200
    assert "Who are you?" not in desk.get("/").text
    assert "No staff are listed yet" in desk.get("/who").text


def test_who_comes_by_a_link_or_a_token_of_their_own_is_never_asked(world: World) -> None:
    lin = world.browser(Role.STAFF, "lin")

    assert lin.get(HOME).status_code == 200
    assert "/who" not in lin.get("/").text
    assert world.api(Role.STAFF).get(f"/api/v1{HOME}").status_code == 200
    alert = world.press_sos()
    assert world.api(Role.STAFF).post(f"/api/v1/alerts/{alert.id}/accept").status_code == 200


def test_a_page_elsewhere_is_never_led_to(world: World, desk: TestClient) -> None:
    assert sits(world, desk, "lin", "//evil.example/") == (303, "/")


def test_in_the_demo_the_first_of_the_staff_sits_there_already(home: Path) -> None:
    world = make_world(home, demo=True)
    link, browser = entry_link(world.services, Identity(Role.STAFF)), world.browser()

    browser.post(link, data={"csrf": csrf_in(browser.get(link).text)})

    assert browser.get(HOME).status_code == 200
    assert "<b>Lin Zhou</b>" in browser.get("/").text
    world.close()


def test_a_look_at_a_call_through_the_office_is_nobody_elses(world: World, desk: TestClient) -> None:
    alert = world.press_sos()
    sits(world, desk, "lin")
    for _ in range(2):
        desk.get(f"/alerts/{alert.id}")

    with world.services.care.read() as connection:
        assert [(one.who, one.reason, one.alert) for one in looks.of_home(connection, MEI.home, EIGHT)] == [
            ("lin", LookReason.ALERT, alert.id)
        ]
