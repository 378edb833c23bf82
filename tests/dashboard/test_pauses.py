"""A helper's "not now": by the API and by a button, until when, and what becomes of a request that waits for them."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.pauses import Until, choices, end_of
from dashboard.places import DEFAULT_ZONE, zone_of_person
from linli.alert import Alert, AlertKind, AlertState, RequestState, Severity
from linli.people import Role
from linli.store import cases, pauses
from tests.cast import ANA, EIGHT, HOUR, XU
from tests.dashboard.world import World

PATH = "/api/v1/people/me/pause"
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
IN_AN_HOUR = {"until": "2026-11-23T09:00:00+08:00"}


def asked(world: World, alert: Alert) -> dict[str, RequestState]:
    """Return where everybody stands with an alert."""
    with world.services.care.read() as connection:
        return {request.person: request.state for request in cases.requests(connection, alert.id)}


def running(world: World) -> dict[str, datetime]:
    """Return who is paused now, and until when."""
    with world.services.care.read() as connection:
        return {pause.person: pause.until for pause in pauses.running(connection, world.clock.now())}


def test_a_volunteer_who_says_not_now_is_not_called_until_then(world: World) -> None:
    answer = world.api(Role.VOLUNTEER, "ana").post(PATH, json=IN_AN_HOUR)

    assert answer.json() == {"person": "ana", "since": "2026-11-23T00:00:00Z", "until": "2026-11-23T01:00:00Z"}
    assert list(asked(world, world.press_sos())) == ["bo"]
    world.clock.advance(HOUR)
    assert list(asked(world, world.opens(AlertKind.FALL, Severity.EMERGENCY))) == ["ana"]


def test_who_can_be_called_again_is_called_again(world: World) -> None:
    ana = world.api(Role.VOLUNTEER, "ana")
    ana.post(PATH, json=IN_AN_HOUR)

    assert [ana.delete(PATH).status_code for _ in range(2)] == [204, 204]

    assert list(asked(world, world.press_sos())) == ["ana"]


def test_a_professional_may_pause_too_and_each_speaks_for_themselves_alone(world: World) -> None:
    world.api(Role.PROFESSIONAL, "wu").post(PATH, json=IN_AN_HOUR)
    world.api(Role.VOLUNTEER, "ana").post(PATH, json=IN_AN_HOUR)
    world.api(Role.VOLUNTEER, "ana").delete(PATH)

    assert set(running(world)) == {"wu"}


def test_a_request_that_waits_for_an_answer_is_answered(world: World) -> None:
    alert = world.press_sos()

    world.api(Role.VOLUNTEER, "ana").post(PATH, json=IN_AN_HOUR)

    assert asked(world, alert) == {"ana": RequestState.DECLINED, "bo": RequestState.ASKED}


def test_who_goes_already_still_goes(world: World) -> None:
    alert = world.press_sos()
    world.desk.accept(alert.id, "ana")

    world.api(Role.VOLUNTEER, "ana").post(PATH, json=IN_AN_HOUR)

    assert asked(world, alert)["ana"] is RequestState.ACCEPTED
    assert world.desk.open_alerts()[0].state is AlertState.ACCEPTED


@pytest.mark.parametrize(
    "body",
    [
        {"until": "2026-11-23T00:00:00Z"},
        {"until": "2026-11-22T00:00:00Z"},
        {"until": "2027-01-22T00:00:01Z"},
        {"until": "2026-11-23T09:00:00"},
        {"until": "tomorrow"},
        {"until": "2026-11-23T01:00:00Z", "person": "jun"},
        {},
    ],
    ids=["now", "past", "over 60 days", "no zone", "no moment", "somebody else", "nothing"],
)
def test_an_end_that_cannot_be_is_refused(world: World, body: dict[str, str]) -> None:
    alert = world.press_sos()

    assert world.api(Role.VOLUNTEER, "ana").post(PATH, json=body).status_code == 422

    assert running(world) == {}
    assert asked(world, alert) == {"ana": RequestState.ASKED}


def test_sixty_days_are_possible(world: World) -> None:
    assert world.api(Role.VOLUNTEER, "ana").post(PATH, json={"until": "2027-01-22T00:00:00Z"}).is_success


@pytest.mark.parametrize(("role", "person"), [(Role.VOLUNTEER, "gone"), (Role.PROFESSIONAL, "ana")])
def test_who_has_left_or_is_something_else_now_has_nothing_to_pause(world: World, role: str, person: str) -> None:
    assert world.api(role, person).post(PATH, json=IN_AN_HOUR).status_code == 404
    assert running(world) == {}


def press(world: World, person: str, path: str, **fields: str) -> int:
    """Press a button of the volunteer's page; return the status."""
    browser = world.browser(Role.VOLUNTEER, person)
    answer = browser.post(path, data={"csrf": world.csrf(browser), **fields})
    assert answer.status_code != 303 or answer.headers["location"] == "/volunteer"
    return int(answer.status_code)


@pytest.mark.parametrize(
    ("button", "length"),
    [("hours", 2), ("evening", 10), ("morning", 24), ("week", 168)],
)
def test_each_button_says_until_when(world: World, button: str, length: int) -> None:
    page = world.browser(Role.VOLUNTEER, "ana").get("/volunteer").text
    assert re.findall(r'name="end" value="(\w+)"', page) == ["hours", "evening", "morning", "week"]

    assert press(world, "ana", "/volunteer/pause", end=button) == 303

    assert running(world) == {"ana": EIGHT + length * HOUR}


@pytest.mark.parametrize(
    ("language", "told", "again"),
    [
        ("en", "You are not called until tomorrow 08:00", "I can be called again"),
        ("zh", "明天 08:00 之前不会呼叫您", "可以再呼叫我了"),
    ],
)
def test_the_page_says_that_nobody_calls_and_offers_the_way_back(
    world: World, language: str, told: str, again: str
) -> None:
    browser = world.browser(Role.VOLUNTEER, "ana", language)
    assert again not in browser.get("/volunteer").text

    press(world, "ana", "/volunteer/pause", end="morning")
    page = browser.get("/volunteer").text

    assert told in page
    assert again in page
    assert 'name="end"' not in page
    assert press(world, "ana", "/volunteer/resume") == 303
    assert told not in browser.get("/volunteer").text


def test_who_goes_while_paused_sees_both(world: World) -> None:
    alert = world.press_sos()
    world.desk.accept(alert.id, "ana")
    press(world, "ana", "/volunteer/pause", end="week")

    page = world.browser(Role.VOLUNTEER, "ana", "en").get("/volunteer").text

    assert "I am at the door" in page
    assert "You are not called until 30 Nov 08:00" in page


def test_a_button_that_is_none_is_refused(world: World) -> None:
    assert press(world, "ana", "/volunteer/pause", end="forever") == 422
    assert press(world, "ana", "/volunteer/pause") == 422
    assert running(world) == {}


def test_who_has_left_the_roster_is_offered_nothing(world: World) -> None:
    assert 'name="end"' not in world.browser(Role.VOLUNTEER, "gone").get("/volunteer").text
    assert press(world, "gone", "/volunteer/pause", end="week") == 404


def local(moment: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-23 22:00", "2026-11-24 08:00"),
        ("2026-11-23 07:00", "2026-11-24 08:00"),
        ("2026-11-24 03:59", "2026-11-24 08:00"),
        ("2026-11-24 04:00", "2026-11-25 08:00"),
    ],
)
def test_tomorrow_morning_is_the_next_one_to_come_after_the_night(now: str, morning: str) -> None:
    assert end_of(Until.MORNING, local(now), SHANGHAI) == local(morning)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_tomorrow_morning_is_at_eight_also_when_the_clocks_change(day: str) -> None:
    end = end_of(Until.MORNING, local(f"{day} 21:00", BERLIN), BERLIN)

    assert end.astimezone(BERLIN).strftime("%H:%M") == "08:00"
    assert end - local(f"{day} 21:00", BERLIN) == timedelta(hours=10 if day < "2026-06" else 12)


@pytest.mark.parametrize(("now", "is_offered"), [("16:59", True), ("17:00", False), ("18:30", False), ("23:00", False)])
def test_an_evening_that_is_near_or_over_is_not_offered(now: str, *, is_offered: bool) -> None:
    offered = {until for until, _, _ in choices(local(f"2026-11-23 {now}"), SHANGHAI)}

    assert (Until.EVENING in offered) is is_offered
    assert offered >= {Until.SOON, Until.MORNING, Until.NEXT_WEEK}


def test_an_evening_that_went_by_while_the_page_was_open_is_refused(world: World) -> None:
    world.clock.advance(11 * HOUR)

    assert press(world, "ana", "/volunteer/pause", end="evening") == 422


def test_the_clocks_are_those_of_where_somebody_helps(world: World) -> None:
    roster = world.services.roster()

    assert zone_of_person(roster, ANA) == SHANGHAI
    assert zone_of_person(roster, XU) == ZoneInfo("Asia/Urumqi")
    assert zone_of_person(roster, None) == DEFAULT_ZONE
