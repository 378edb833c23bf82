"""The pages of drills: what is overdue stands first, a trial is announced plainly, and nobody takes a drill for real."""

from datetime import timedelta

import pytest

from alerts.drill_desk import DrillDesk
from alerts.probe import NotOurs
from linli.alert import Alert, AlertKind, Outcome, Severity
from linli.finding import Finding
from linli.people import Role
from linli.store import drills, pauses
from linli.store.pauses import Pause
from linli.words import Sentence
from tests.cast import EIGHT, GARDEN, MEI, NEIGHBOUR
from tests.dashboard.world import World


def desk(world: World) -> DrillDesk:
    """Return where drills are asked for."""
    return DrillDesk(world.services.care, world.services.roster, world.services.desk, world.clock)


def press(world: World, home: str = MEI.home) -> None:
    """Let the button of a home be pressed."""
    why, evidence = Sentence("SOS pressed"), {"device": "button-1", "signal": "sos", "room": "bedroom"}
    key = f"sos:{world.clock.now().isoformat()}:{home}"
    now = world.clock.now()
    world.desk.open([Finding(key, home, GARDEN, AlertKind.SOS, Severity.EMERGENCY, now, why, evidence)])


def drill(world: World) -> Alert:
    """Run a drill in Mei's home up to its alert."""
    desk(world).announce(MEI.home, "button-1")
    press(world)
    (alert,) = world.desk.open_alerts()
    assert alert.drill
    return alert


def act(world: World, path: str, **fields: str) -> int:
    """Press a button of a staff page; return the status."""
    browser = world.browser(Role.STAFF)
    status: int = browser.post(path, data={"csrf": world.csrf(browser), **fields}).status_code
    return status


def test_the_list_has_the_overdue_first_with_their_count(world: World) -> None:
    press(world, NEIGHBOUR.home)
    page = world.browser(Role.STAFF).get("/drills?lang=en").text
    assert "Not tried for 7 days: 1 of 2" in page
    assert page.index("Mei Chen") < page.index("Old Zhao")
    assert "Not heard from for 30 days: 3 of 3" in page


def test_staff_of_another_compound_see_none_of_it(world: World) -> None:
    page = world.browser(Role.STAFF, "xu").get("/drills?lang=en").text
    assert "Mei Chen" not in page
    assert "Ana Li" not in page
    assert "No call button is listed for any home." in page
    assert "No volunteer is listed." in page


def test_a_trial_is_announced_on_the_home_page_and_called_off_there(world: World) -> None:
    staff = world.browser(Role.STAFF)
    world.gives_reason(staff)
    assert "Try bedroom now" in staff.get(f"/homes/{MEI.home}?lang=en").text
    assert act(world, f"/homes/{MEI.home}/drill", device="button-1") == 303
    page = staff.get(f"/homes/{MEI.home}?lang=en").text
    assert "the first press before 08:10 is a drill" in page
    assert act(world, f"/homes/{MEI.home}/drill/cancel") == 303
    assert "Try bedroom now" in staff.get(f"/homes/{MEI.home}?lang=en").text


def test_who_announces_one_from_the_list_sees_there_that_it_runs_and_calls_it_off(world: World) -> None:
    browser = world.browser(Role.STAFF)
    fields = {"csrf": world.csrf(browser), "back": "drills"}

    begun = browser.post(f"/homes/{MEI.home}/drill", data={"device": "button-1", **fields})
    assert begun.headers["location"] == "/drills"
    page = browser.get("/drills?lang=en").text
    assert "announced until" in page
    assert f'action="/homes/{MEI.home}/drill/cancel"' in page

    ended = browser.post(f"/homes/{MEI.home}/drill/cancel", data=fields)
    assert ended.headers["location"] == "/drills"
    assert "announced until" not in browser.get("/drills?lang=en").text


def test_while_somebody_is_in_need_nothing_can_be_announced(world: World) -> None:
    world.press_sos()
    assert act(world, f"/homes/{MEI.home}/drill", device="button-1") == 409


@pytest.mark.parametrize(
    ("language", "words"), [("en", "A drill is open in this home: it ends"), ("zh", "这户正在演练：有人应答即结束")]
)
def test_while_a_drill_waits_for_its_answer_staff_read_why_no_other_is_announced(
    world: World, language: str, words: str
) -> None:
    drill(world)
    staff = world.browser(Role.STAFF, language=language)

    answer = staff.post(f"/homes/{MEI.home}/drill", data={"csrf": world.csrf(staff), "device": "button-1"})

    assert answer.status_code == 409
    assert words in answer.text


def test_a_volunteer_is_written_to_from_the_list(world: World) -> None:
    assert act(world, "/drills/volunteer", person="ana") == 303
    with world.services.care.read() as connection:
        (kept,) = drills.of_person(connection, "ana")
    assert kept.begun_at == EIGHT
    assert act(world, "/drills/volunteer", person="nobody") == 404


def test_the_drill_of_a_volunteer_has_their_name_in_the_ledger_and_on_its_page(world: World) -> None:
    act(world, "/drills/volunteer", person="ana")
    (alert,) = world.desk.open_alerts()
    staff = world.browser(Role.STAFF, "lin")

    for path in ("/alerts", f"/alerts/{alert.id}"):
        page = staff.get(path).text
        assert "Drill: Ana Li" in page
        assert "linli itself" not in page


def test_a_drill_colours_no_home_and_counts_nowhere(world: World) -> None:
    drill(world)
    page = world.browser(Role.STAFF).get("/queue?lang=en").text
    assert "nobody is in danger" in page
    assert "Nobody is waiting" in page
    assert "need somebody" not in page
    assert world.api(Role.STAFF).get(f"/api/v1/homes/{MEI.home}").json()["state"] != "alert"
    metrics = world.client().get("/metrics").text
    assert 'linli_alerts{kind="sos"' not in metrics


def test_the_ledger_and_the_alert_say_drill_and_so_does_the_api(world: World) -> None:
    alert = drill(world)
    staff = world.browser(Role.STAFF)
    assert "Drill: Call for help" in staff.get("/alerts?lang=en").text
    assert "Drill: Mei Chen" in staff.get(f"/alerts/{alert.id}?lang=en").text
    assert world.api(Role.STAFF).get(f"/api/v1/alerts/{alert.id}").json()["drill"] is True


def test_the_link_in_a_drills_message_asks_for_one_tap_and_sends_nobody_anywhere(world: World) -> None:
    alert = drill(world)
    link = world.services.links.accept(alert.id, "ana")
    phone = world.browser()
    page = phone.get(link, headers={"accept-language": "en"}).text
    assert "This is a drill: nobody is in danger." in page
    assert "I got it" in page
    assert "I go<" not in page
    assert MEI.resident not in page
    answer = phone.post(link, data={"verb": "accept"}, headers={"accept-language": "en"})
    assert "This was a drill, and it is over." in answer.text
    assert world.desk.open_alerts() == []
    ended = world.api(Role.STAFF).get(f"/api/v1/alerts/{alert.id}").json()
    assert ended["outcome"] == Outcome.DRILL


def test_the_volunteers_page_shows_a_drill_as_one(world: World) -> None:
    drill(world)
    page = world.browser(Role.VOLUNTEER, "ana").get("/volunteer?lang=en").text
    assert "This is a drill: nobody is in danger." in page
    assert "I got it" in page
    assert MEI.resident not in page


def test_a_real_call_beside_the_drill_is_shown_as_ever(world: World) -> None:
    drill(world)
    world.clock.advance(timedelta(seconds=1))
    press(world)
    page = world.browser(Role.STAFF).get("/queue?lang=en").text
    assert "need somebody: 1" in page
    assert world.api(Role.STAFF).get(f"/api/v1/homes/{MEI.home}").json()["state"] == "alert"


def test_the_probe_takes_only_what_linli_has_signed(world: World) -> None:
    assert world.client().post("/canary", content=b"{}").status_code == 404


@pytest.mark.parametrize("raises", [True, False])
def test_the_probe_hands_headers_and_body_on_as_they_came(world: World, raises: bool) -> None:  # noqa: FBT001
    taken: list[tuple[str, bytes]] = []

    def take(headers: object, body: bytes) -> bool:
        taken.append((str(headers["webhook-id"]), body))  # type: ignore[index]
        if raises:
            raise NotOurs("no")
        return False

    object.__setattr__(world.services, "probe", take)
    answer = world.client(**{"webhook-id": "n-1"}).post("/canary", content=b'{"a": 1}')
    assert taken == [("n-1", b'{"a": 1}')]
    assert answer.status_code == (404 if raises else 204)


def test_what_was_tried_in_vain_is_closed_by_staff_and_opened_again(world: World) -> None:
    tried = desk(world).announce(MEI.home, "button-1")
    world.clock.advance(timedelta(hours=1))
    staff = world.browser(Role.STAFF, "lin")

    def press(verb: str) -> str:
        answer = staff.post(f"/drills/{tried.id}/{verb}", data={"csrf": world.csrf(staff)})
        assert answer.status_code == 303
        return str(staff.get("/drills?lang=en").text)

    assert "tried 08:00, nothing came" in staff.get("/drills?lang=en").text
    assert "tried 08:00 in vain; closed 09:00 by Lin Zhou" in press("close")
    assert "tried 08:00, nothing came" in press("open")


def test_staff_of_another_compound_close_no_drill_here(world: World) -> None:
    tried = [desk(world).announce(MEI.home, "button-1"), desk(world).ask("ana")]
    browser = world.browser(Role.STAFF, "xu")
    csrf = world.csrf(browser)

    answers = [browser.post(f"/drills/{one.id}/close", data={"csrf": csrf}).status_code for one in tried]

    assert answers == [404, 404]


def test_who_has_said_not_now_has_no_button_but_until_when(world: World) -> None:
    with world.services.care.begin() as connection:
        pauses.begin(connection, Pause("ana", EIGHT, EIGHT + timedelta(days=1)))

    page = world.browser(Role.STAFF).get("/drills?lang=en").text
    assert page.count("Write to them now") == 2
    assert "not now, until " in page
    assert act(world, "/drills/volunteer", person="ana") == 303
    assert world.desk.open_alerts() == []
