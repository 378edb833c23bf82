"""The link in a volunteer's hand: looking changes nothing, one tap does, and afterwards no name is left."""

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.fold import fold
from linli.alert import AlertKind, AlertState, Outcome, Request, RequestState, Severity
from linli.finding import Finding
from linli.people import Care, Role, Scope
from linli.store import cases
from linli.words import Sentence
from tests.cast import ANA, GARDEN, LIN, MEI, MINUTE, NEIGHBOUR, OTHER_SITE
from tests.dashboard.world import World

WHOSE = (MEI.resident, MEI.door, MEI.phone)
MOST_BYTES = 30 * 1024


@pytest.fixture
def link(world: World) -> str:
    """Call Ana to Mei's door."""
    return world.services.links.accept(world.press_sos().id, "ana")


def state(world: World) -> AlertState:
    """Return how the alert stands."""
    return world.desk.open_alerts()[0].state


def test_looking_changes_nothing(world: World, link: str) -> None:
    for _ in range(3):
        answer = world.browser().get(link)
        assert answer.status_code == 200
        assert "Mei Chen asks for somebody to look in" in answer.text
        assert "Building 3" in answer.text
        assert MEI.phone not in answer.text

    assert state(world) is AlertState.OPEN


def test_an_accepted_request_leads_to_the_door_and_to_its_end(world: World, link: str) -> None:
    phone = world.browser()

    going = phone.post(link, data={"verb": "accept"})
    assert (going.status_code, state(world)) == (200, AlertState.ACCEPTED)
    assert "I am at the door" in going.text
    assert f"tel:{MEI.phone}" in going.text

    there = phone.post(link, data={"verb": "arrive"})
    assert state(world) is AlertState.AT_DOOR
    assert "How is Mei Chen?" in there.text

    over = phone.post(link, data={"verb": "close", "outcome": "safe", "note": "she slept"})
    assert over.status_code == 200
    assert "Thank you" in over.text
    assert not any(word in over.text for word in WHOSE)
    assert world.desk.open_alerts() == []


def test_a_post_without_a_word_does_what_the_link_is_for(world: World, link: str) -> None:
    answer = world.client(accept="application/json").post(link)

    assert answer.status_code == 200
    assert answer.json()["state"] == "accepted"
    decline = world.services.links.decline(answer.json()["id"], "ana")
    assert world.client().post(decline).status_code == 200
    assert state(world) is AlertState.OPEN


def test_sending_it_twice_is_sending_it_once(world: World, link: str) -> None:
    client = world.client(accept="application/json")

    assert client.post(link).json() == client.post(link).json()


def test_who_cannot_go_is_thanked_and_sees_no_name_any_more(world: World, link: str) -> None:
    phone = world.browser()

    answer = phone.post(link, data={"verb": "decline"})

    assert "That is fine." in answer.text
    assert not any(word in answer.text for word in WHOSE)
    assert not any(word in phone.get(link).text for word in WHOSE)
    assert "I am at the door" in phone.post(link, data={"verb": "accept"}).text


def test_who_cannot_go_is_told_that_the_next_is_asked_only_if_somebody_is(world: World, link: str) -> None:
    alert = world.desk.open_alerts()[0].id
    phone = world.browser()
    world.clock.advance(MINUTE / 60)
    assert "We are asking the next." in phone.post(link, data={"verb": "decline"}).text

    world.desk.accept(alert, "lin")
    assert "Somebody else goes already." in phone.get(link).text


def test_nobody_is_said_to_be_asked_next_where_nobody_is_left(world: World) -> None:
    alert = world.opens(AlertKind.LEAK, Severity.URGENT, OTHER_SITE.home)
    page = world.browser().post(world.services.links.accept(alert.id, "xu"), data={"verb": "decline"}).text
    assert "That is fine." in page
    assert "asking the next" not in page


def test_too_late_says_who_went_and_leaves_no_name_of_hers(world: World, link: str) -> None:
    alert = world.desk.open_alerts()[0].id
    world.desk.arrive(alert, LIN.person)
    world.api(Role.STAFF).post(f"/api/v1/alerts/{alert}/close", json={"outcome": "helped"})

    page = world.browser().get(link)
    tap = world.browser().post(link, data={"verb": "accept"})

    assert "Lin Zhou was there already. Thank you." in page.text
    for answer in (page, tap):
        assert answer.status_code == 200
        assert not any(word in answer.text for word in WHOSE)
    assert world.client(accept="application/json").post(link).status_code == 409


@pytest.mark.parametrize("verb", ["close", "dance"])
def test_an_end_needs_an_outcome_and_a_word_must_be_known(world: World, link: str, verb: str) -> None:
    answer = world.browser().post(link, data={"verb": verb})

    assert answer.status_code == 422
    assert state(world) is AlertState.OPEN


def test_a_link_to_look_at_does_nothing_by_itself(world: World) -> None:
    alert = world.press_sos()

    answer = world.client().post(world.services.links.request_page(alert.id, "ana"))

    assert answer.status_code == 422
    assert state(world) is AlertState.OPEN


def test_a_forged_link_and_one_of_somebody_who_was_not_asked_show_nothing(world: World, link: str) -> None:
    alert = world.desk.open_alerts()[0].id
    links = world.services.links

    for bad in (f"{link}x", "/go/x", f"/go/{'x' * 2000}", links.accept(alert, "kai"), links.accept(alert, "nobody")):
        answer = world.browser().get(bad)
        assert answer.status_code == 404
        assert not any(word in answer.text for word in WHOSE)
        assert world.browser().post(bad, data={"verb": "accept"}).status_code == 404
    assert state(world) is AlertState.OPEN


def test_who_was_taken_off_the_list_of_her_home_sees_nothing_more_and_who_goes_does(world: World, link: str) -> None:
    people = world.services.roster().people
    people["ana"] = replace(ANA, cares=(Care(Scope.HOME, "home-8"),))
    gone = world.browser()
    assert gone.get(link).status_code == gone.post(link, data={"verb": "accept"}).status_code == 404
    assert state(world) is AlertState.OPEN

    people["ana"] = ANA
    world.browser().post(link, data={"verb": "accept"})
    people["ana"] = replace(ANA, cares=(Care(Scope.HOME, "home-8"),))
    assert world.browser().get(link).status_code == 200


def test_no_account_and_no_cookie_is_needed_and_none_is_left(world: World, link: str) -> None:
    phone = world.browser()
    phone.post(link, data={"verb": "accept"})

    assert "set-cookie" not in phone.get(link).headers
    assert dict(phone.cookies) == {}


def test_a_neighbour_is_not_told_of_rooms_and_health(world: World) -> None:
    alert = world.opens(AlertKind.VITALS, Severity.URGENT)

    page = world.browser().get(world.services.links.accept(alert.id, "ana"))

    assert "A look is needed." in page.text
    assert "call button was pressed" not in page.text


def test_the_request_is_small_enough_for_a_poor_connection(world: World, link: str) -> None:
    phone = world.browser()
    pages = [phone.get(link), phone.post(link, data={"verb": "accept"}), phone.post(link, data={"verb": "arrive"})]
    files = [phone.get(f"/static/{name}") for name in ("linli.css", "phone.js", "clocks.js", "fresh.js", "live.js")]

    assert max(len(page.content) for page in pages) + len(files[0].content) < MOST_BYTES
    assert sum(len(file.content) for file in files[1:]) < MOST_BYTES / 2


def test_who_goes_says_when_they_will_be_there(world: World, link: str) -> None:
    phone = world.browser()
    phone.post(link, data={"verb": "accept"})

    going = phone.post(link, data={"verb": "accept", "minutes": "5"})

    assert world.desk.open_alerts()[0].lease_until == world.clock.now() + 5 * MINUTE
    assert "Please be there by 08:05" in going.text
    assert phone.post(link, data={"verb": "accept", "minutes": "9000"}).status_code == 422


def test_who_is_at_the_door_calls_for_more_hands_and_it_is_not_over(world: World, link: str) -> None:
    phone = world.browser()
    phone.post(link, data={"verb": "accept"})

    there = phone.post(link, data={"verb": "more_help"})

    assert state(world) is AlertState.AT_DOOR
    assert "How is Mei Chen?" in there.text
    with world.services.care.read() as connection:
        asked = {r.person for r in cases.requests(connection, world.desk.open_alerts()[0].id)}
    assert {"bo", "lin", "wu"} <= asked


def test_an_end_too_soon_is_taken_back_by_one_tap_and_calls_more_people(world: World, link: str) -> None:
    phone = world.browser()
    for verb in ("accept", "arrive"):
        phone.post(link, data={"verb": verb})
    over = phone.post(link, data={"verb": "close", "outcome": "safe"})
    assert "Somebody is still needed" in over.text

    for _ in range(2):
        again = phone.post(link, data={"verb": "again"})
        assert again.status_code == 303

    (alert,) = world.desk.open_alerts()
    assert (alert.home, alert.kind, alert.state) == (MEI.home, AlertKind.SOS, AlertState.AT_DOOR)
    assert "How is Mei Chen?" in phone.get(again.headers["location"]).text


def test_a_wrong_outcome_is_tapped_anew_and_nobody_is_called_for_it(world: World, link: str) -> None:
    phone = world.browser()
    for verb in ("accept", "arrive"):
        phone.post(link, data={"verb": verb})
    id_ = world.desk.open_alerts()[0].id
    over = phone.post(link, data={"verb": "close", "outcome": "device_fault"}).text
    assert "It ended otherwise" in over
    assert 'value="device_fault"' not in over

    for _ in range(2):
        corrected = phone.post(link, data={"verb": "correct", "outcome": "helped"})
        assert "· Helped" in corrected.text

    assert world.desk.open_alerts() == []
    with world.services.care.read() as connection:
        alert, log = cases.by_id(connection, id_), cases.read_log(connection, id_)
    assert alert is not None
    assert (alert.outcome, alert.state) == (Outcome.HELPED, AlertState.CLOSED)
    assert [entry.what for entry in log].count("corrected") == 1
    told = fold(log)
    assert (told.outcome, told.state) == (Outcome.HELPED, AlertState.CLOSED)


@pytest.mark.parametrize("wait", [31 * MINUTE, 0 * MINUTE], ids=["long over", "never been there"])
def test_only_who_was_there_can_take_an_end_back_and_only_for_half_an_hour(
    world: World, link: str, wait: timedelta
) -> None:
    phone = world.browser()
    phone.post(link, data={"verb": "accept"})
    if wait:
        phone.post(link, data={"verb": "arrive"})
    world.desk.close(world.desk.open_alerts()[0].id, "lin", Outcome.SAFE)
    world.clock.advance(wait)

    assert phone.post(link, data={"verb": "again"}).status_code == 409
    assert world.desk.open_alerts() == []
    program = world.client(accept="application/json")
    assert program.post(link, data={"verb": "correct", "outcome": "helped"}).status_code == 409


def test_a_family_that_was_asked_for_several_homes_sees_what_it_is_and_not_whose(world: World) -> None:
    now, why = world.clock.now(), Sentence("The sensors of 2 homes are silent.")
    about: dict[str, str | float] = {"homes": f"{MEI.home}, {NEIGHBOUR.home}", "count": 2, "building": MEI.building}
    world.desk.open([Finding("k", "", GARDEN, AlertKind.UNMONITORED, Severity.URGENT, now, why, about, about="3/1")])
    (alert,) = world.desk.open_alerts()
    assert world.api(Role.FAMILY, "bo").get(f"/api/v1/alerts/{alert.id}").status_code == 404

    asked = [Request(one, role, 0, RequestState.ASKED, now) for one, role in (("bo", Role.FAMILY), ("ana", ANA.role))]
    with world.services.care.begin() as connection:
        cases.put_requests(connection, alert.id, asked)

    assert why.template in world.browser().get(world.services.links.request_page(alert.id, "bo")).text
    assert world.browser(Role.FAMILY, "bo").get("/").status_code in {200, 303}
    for role, person in ((Role.FAMILY, "bo"), (Role.VOLUNTEER, "ana")):
        answer = world.api(role, person).get(f"/api/v1/alerts/{alert.id}")
        assert answer.status_code == 200
        assert NEIGHBOUR.home not in answer.text
    assert NEIGHBOUR.home in world.api(Role.STAFF, "lin").get(f"/api/v1/alerts/{alert.id}").text
