"""The resident's own: what she is told of a call, who looked at how she is, and what she allows, pauses and ends."""

from datetime import timedelta

import pytest

from dashboard.consents import LONGEST_PAUSE
from linli.alert import AlertKind, AlertState, Outcome, Severity
from linli.consent import Consent
from linli.look import Look, LookReason
from linli.people import Role
from linli.store import consents, looks
from tests.cast import EIGHT, HOUR, MEI, MINUTE, OTHER_SITE
from tests.dashboard.world import TestClient, World


def post(world: World, client: TestClient, path: str, **fields: object) -> int:
    return int(client.post(path, data={"csrf": world.csrf(client), **fields}).status_code)


@pytest.fixture
def mei(world: World) -> TestClient:
    return world.browser(Role.RESIDENT, "mei")


def look(world: World, who: str, hours: float, reason: LookReason = LookReason.VISIT, words: str = "") -> None:
    with world.services.care.begin() as connection:
        looks.note(connection, Look(MEI.home, world.clock.now() - hours * HOUR, who, reason, words))


def test_she_sees_who_looked_how_often_and_why_for_a_month(world: World, mei: TestClient) -> None:
    assert "Nobody so far" in mei.get("/me").text
    look(world, "lin", 50, LookReason.OTHER, "asked after her cat")
    look(world, "lin", 2)
    look(world, "xu", 24 * 31)

    page = mei.get("/me/data").text

    assert "<b>Lin Zhou</b>" in page
    assert "2 times · last 06:00" in page
    assert "another reason: asked after her cat" in page
    assert "Xu Han" not in page, "a month is over"
    assert "<b>Lin Zhou</b> 2 times" in mei.get("/me").text


def test_she_sees_and_hears_on_how_many_days_her_family_looked_and_who_was_called_to_her(
    world: World, mei: TestClient
) -> None:
    assert 'data-say="Nobody has looked this month."' in mei.get("/me/data").text
    look(world, "lin", 50)
    look(world, "ana", 30, LookReason.HELPER)
    look(world, "bo", 26, LookReason.RELATIVE)
    look(world, "bo", 1, LookReason.RELATIVE)

    page = mei.get("/me/data").text

    assert "<b>Bo Chen</b><span>family</span><span>on 2 days · last 07:00</span>" in page
    assert "was called and said: I go" in page
    said = "This month 3 people looked at how you are: Ana Li, volunteer; Lin Zhou, community staff; Bo Chen, family."
    assert f'data-say="{said}"' in page
    front = mei.get("/me").text
    assert front.index("Lin Zhou") < front.index("Bo Chen"), "who looks most comes last"


def test_what_others_looked_at_is_none_of_her_business(world: World, mei: TestClient) -> None:
    with world.services.care.begin() as connection:
        looks.note(connection, Look(OTHER_SITE.home, EIGHT, "xu", LookReason.VISIT))

    assert "Xu Han" not in mei.get("/me/data").text


def test_a_consent_is_written_down_with_who_and_when_and_once(world: World, mei: TestClient) -> None:
    for given in ("true", "true", "false"):
        assert post(world, mei, f"/me/{MEI.home}/rooms", given=given) == 303
        world.clock.advance(MINUTE)

    with world.services.care.read() as connection:
        kept = consents.of_home(connection, MEI.home)
    assert [(one.is_given, one.by, one.at) for one in kept] == [
        (False, "mei", EIGHT + 2 * MINUTE),
        (True, "mei", EIGHT),
    ]
    page = mei.get("/me/data").text
    assert "the family may see the room" in page
    assert "the family may not see the room any more" in page
    staff = world.browser(Role.STAFF, "lin").get("/consents").text
    assert "the family may not see the room any more" in staff
    assert "the family may see" not in world.browser(Role.STAFF, "xu").get("/consents").text


def test_she_pauses_and_staff_see_that_it_was_she_and_not_that_she_is_well(world: World, mei: TestClient) -> None:
    assert post(world, mei, f"/me/{MEI.home}/pause", hours="3") == 303

    seen = world.api(Role.STAFF).get(f"/api/v1/homes/{MEI.home}").json()
    assert seen["state"] == "away"
    assert seen["last_sign_of_life"] is None
    assert seen["reason"].endswith("11:00；按“请来人”照样有效。")
    assert "linli does not watch until 11:00." in mei.get("/me").text
    assert "linli pauses" in mei.get("/me/data").text

    assert post(world, mei, f"/me/{MEI.home}/resume") == 303
    assert world.api(Role.STAFF).get(f"/api/v1/homes/{MEI.home}").json()["state"] == "well"
    assert "linli watches again" in mei.get("/me/data").text


@pytest.mark.parametrize("length", [timedelta(0), -HOUR, LONGEST_PAUSE + HOUR], ids=["none", "past", "too long"])
def test_a_pause_without_an_end_in_reach_is_refused(world: World, mei: TestClient, length: timedelta) -> None:
    until = (EIGHT + length).isoformat()

    assert post(world, mei, f"/me/{MEI.home}/pause", until=until) == 422


def test_her_wish_to_be_taken_out_stays_open_with_staff_until_she_takes_it_back(world: World, mei: TestClient) -> None:
    for _ in range(2):
        assert post(world, mei, f"/me/{MEI.home}/leave") == 303
    (open_,) = world.desk.open_alerts()
    assert (open_.kind, open_.severity, open_.home, open_.site) == (AlertKind.SYSTEM, Severity.NOTICE, "", MEI.site)
    assert "linli forget home-7" in world.browser(Role.STAFF, "lin").get("/consents").text
    assert "Nobody has asked" in world.browser(Role.STAFF, "xu").get("/consents").text
    assert world.browser(Role.FAMILY, "bo").get("/family").text.count("taken out") == 0

    assert post(world, mei, f"/me/{MEI.home}/stay") == 303
    assert world.desk.open_alerts() == []
    with world.services.care.read() as connection:
        assert consents.running(connection, MEI.home, Consent.LEAVE) is None
    world.clock.advance(MINUTE)
    assert post(world, mei, f"/me/{MEI.home}/leave") == 303
    assert len(world.desk.open_alerts()) == 1, "a second wish is a wish of its own"


def test_staff_write_down_that_she_stays_after_all_with_their_name(world: World, mei: TestClient) -> None:
    post(world, mei, f"/me/{MEI.home}/leave")
    world.clock.advance(MINUTE)

    assert post(world, world.browser(Role.STAFF, "lin"), f"/me/{MEI.home}/stay") == 303

    page = mei.get("/me/data").text.partition("What I have changed")[2]
    assert "stays after all</b><small>Lin Zhou" in page.replace("\n", "")


def test_a_press_of_the_button_on_the_wall_is_not_told_as_one_of_the_button_on_the_page(world: World) -> None:
    world.press_sos()

    page = world.browser(Role.RESIDENT, "mei", "zh").get("/me").text

    assert "您发出了呼叫" in page
    assert "请来人" not in page


def test_she_is_told_who_comes_and_what_has_happened_in_order(world: World, mei: TestClient) -> None:
    alert = world.press_sos()
    page = mei.get("/me").text
    assert "We are calling somebody to you" in page
    assert "You called for help" in page

    world.desk.accept(alert.id, "ana")
    page = mei.get("/me").text
    assert "Ana Li is on the way" in page
    assert "paired neighbour" in page
    assert "at your door by <b>08:10</b>" in page
    assert page.index("You called for help") < page.index("Ana Li says: I come") < page.index("08:10</b><span>")

    world.desk.arrive(alert.id, "ana")
    assert "Ana Li is at the door" in mei.get("/me").text
    world.desk.close(alert.id, "ana", Outcome.SAFE, "")
    assert "I am fine" in mei.get("/me").text


def test_after_a_later_call_it_is_not_said_that_she_told_us_that_she_is_well(world: World, mei: TestClient) -> None:
    well, called = "Today at 08:00 you told us that you are well", "Today at 08:02 you called for help; that is over"
    post(world, mei, f"/me/{MEI.home}/fine", press="p-1")
    world.clock.advance(2 * MINUTE)
    alert = world.press_sos()
    world.clock.advance(HOUR)
    world.desk.close(alert.id, "ana", Outcome.HELPED, "")

    page = mei.get("/me").text
    assert well not in page
    assert page.count(called) == 2, "to be read and to be heard"

    post(world, mei, f"/me/{MEI.home}/fine", press="p-2")
    page = mei.get("/me").text
    assert "Today at 09:02 you told us that you are well" in page
    assert called not in page


def test_a_call_from_before_she_said_that_she_is_well_and_one_of_a_sensor_change_nothing(
    world: World, mei: TestClient
) -> None:
    alert = world.press_sos()
    world.desk.close(alert.id, "ana", Outcome.SAFE, "")
    world.clock.advance(2 * MINUTE)
    post(world, mei, f"/me/{MEI.home}/fine", press="p-1")
    world.clock.advance(MINUTE)
    leak = world.opens(AlertKind.LEAK, Severity.URGENT)
    world.desk.close(leak.id, "ana", Outcome.SAFE, "")

    assert "Today at 08:02 you told us that you are well" in mei.get("/me").text


def test_every_state_of_her_page_can_be_read_aloud_and_a_call_speaks_by_itself(world: World, mei: TestClient) -> None:
    def said() -> list[str]:
        return [part.partition(">")[0] for part in mei.get("/me").text.split('class="aloud" ')[1:]]

    rest = said()
    assert "Today you have not told us yet" in rest[0]
    assert "at-once" not in rest[0]
    post(world, mei, f"/me/{MEI.home}/fine", press="p-1")
    assert "Today at 08:00 you told us that you are well" in said()[0]
    post(world, mei, f"/homes/{MEI.home}/away", hours=2)
    assert "You are noted as away until 10:00." in said()[0]
    world.press_sos()
    called = said()
    assert "Somebody has been called" in called[0]
    assert "data-say-at-once" in called[0]


@pytest.mark.parametrize(("role", "person"), [("staff", "lin"), ("family", "bo"), ("volunteer", "ana")])
def test_nobody_takes_a_call_back_but_on_her_own_page(world: World, role: str, person: str) -> None:
    alert = world.press_sos()

    assert post(world, world.browser(role, person), f"/me/{MEI.home}/cancel", press="p-1") == 404

    (still,) = world.desk.open_alerts()
    assert (still.id, still.state) == (alert.id, AlertState.OPEN)
