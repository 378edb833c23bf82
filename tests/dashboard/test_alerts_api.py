"""The API about alerts: what is told, and that doing a thing twice is doing it once."""

import pytest

from dashboard.access import reach_of
from dashboard.eyes import Eyes
from dashboard.voices import ApiVoice
from linli.alert import AlertKind, Outcome, Severity
from linli.people import Role
from linli.signals import Kind
from linli.store.access import Identity
from models.emergencies import emergency
from tests.cast import MEI, MINUTE
from tests.dashboard.world import TestClient, World
from tests.models.vigil import signal

ENGLISH = {"accept-language": "en"}


def test_an_alert_says_why_and_who_and_what_happened(world: World) -> None:
    alert = world.press_sos()
    world.advance(MINUTE)
    told = world.api(Role.STAFF).get(f"/api/v1/alerts/{alert.id}", headers=ENGLISH).json()

    assert (told["kind"], told["severity"], told["state"]) == ("sos", "emergency", "open")
    assert told["opened_at"] == "2026-11-23T00:00:00Z"
    assert told["text"] == "The call button was pressed at 08:00."
    assert told["evidence"] == {"room": "bedroom", "device": "button-1", "value": "pressed"}
    assert {"person": "ana", "name": "Ana Li", "role": "volunteer"}.items() <= told["people"][0].items()
    assert [line["what"] for line in told["timeline"]][:2] == ["opened", "called"]
    assert told["timeline"][1]["detail"]["person"] == "ana"


def test_alerts_are_listed_newest_first_by_state_and_home(world: World) -> None:
    first = world.press_sos()
    world.advance(MINUTE)
    second = world.press_sos("home-8")
    staff = world.api(Role.STAFF)
    staff.post(f"/api/v1/alerts/{first.id}/close", json={"outcome": "drill"})

    def listed(**query: str) -> list[str]:
        return [alert["id"] for alert in staff.get("/api/v1/alerts", params=query).json()]

    assert listed() == [second.id, first.id]
    assert listed(state="open") == [second.id]
    assert listed(state="closed") == [first.id]
    assert listed(home="home-8") == [second.id]
    assert listed(limit="1") == [second.id]


@pytest.mark.parametrize("query", ["state=all%20of%20them", "limit=0", "limit=-1", f"home={'x' * 64}"])
def test_a_query_that_is_not_right_is_refused(world: World, query: str) -> None:
    assert world.api(Role.STAFF).get(f"/api/v1/alerts?{query}").status_code == 422


def test_more_rows_than_there_can_be_are_as_many_as_there_can_be(world: World) -> None:
    alert = world.press_sos()
    staff = world.api(Role.STAFF)

    answers = [
        staff.get(f"/api/v1/{what}?limit={limit}") for what in ("alerts", "rejections") for limit in (1001, 10**30)
    ]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [one["id"] for one in answers[0].json()] == [alert.id]


@pytest.mark.parametrize("id", ["a-none", "x" * 65, "a%00", "%F0%9F%8E%88", "..%2f"])
def test_an_alert_that_is_not_there_is_not_found(world: World, id: str) -> None:  # noqa: A002
    assert world.api(Role.STAFF).get(f"/api/v1/alerts/{id}").status_code == 404


def test_doing_a_thing_twice_gives_the_same_answer(world: World) -> None:
    alert = world.press_sos()
    ana = world.api(Role.VOLUNTEER, "ana")
    url = f"/api/v1/alerts/{alert.id}"
    for verb, state, body in [
        ("accept", "accepted", None),
        ("arrive", "at_door", None),
        ("close", "closed", {"outcome": "helped", "note": "lifted up"}),
    ]:
        first = ana.post(f"{url}/{verb}", json=body)
        world.clock.advance(MINUTE / 6)
        again = ana.post(f"{url}/{verb}", json=body)

        assert first.status_code == 200, first.text
        assert first.json()["state"] == state
        assert first.json() == again.json() == ana.get(url).json()


def test_closing_otherwise_than_it_was_closed_is_a_conflict(world: World) -> None:
    alert = world.press_sos()
    staff = world.api(Role.STAFF)
    staff.post(f"/api/v1/alerts/{alert.id}/close", json={"outcome": "helped"})

    again = staff.post(f"/api/v1/alerts/{alert.id}/close", json={"outcome": "drill"})
    late = staff.post(f"/api/v1/alerts/{alert.id}/accept")

    assert (again.status_code, late.status_code) == (409, 409)
    assert again.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", [None, {}, {"outcome": "fine"}, {"outcome": "safe", "note": "x" * 501}, {"outcome": "safe", "note": "\x07"}]
)
def test_closing_needs_an_outcome_of_ours(world: World, body: dict[str, str] | None) -> None:
    alert = world.press_sos()

    answer = world.api(Role.STAFF).post(f"/api/v1/alerts/{alert.id}/close", json=body)

    assert answer.status_code == 422
    assert world.desk.open_alerts() != []


def test_an_outcome_whose_note_is_null_has_none(world: World) -> None:
    alert = world.press_sos()

    answer = world.api(Role.STAFF).post(f"/api/v1/alerts/{alert.id}/close", json={"outcome": "safe", "note": None})

    assert (answer.status_code, answer.json()["note"]) == (200, "")


def test_a_program_is_told_in_the_language_that_it_asks_for_or_else_its_persons(world: World) -> None:
    found = emergency(signal(MEI.home, "button-1", Kind.SOS, "pressed", world.clock.now(), "bedroom"), MEI)
    assert found is not None
    world.desk.open([found])
    (alert,) = world.desk.open_alerts()
    bo, nobody, lin = world.api(Role.FAMILY, "bo"), world.api(Role.STAFF), world.api(Role.STAFF, "lin")

    def texts(client: TestClient, **headers: str) -> set[str]:
        paths = ("alerts", f"alerts/{alert.id}")
        listed, one = (client.get(f"/api/v1/{path}", headers=headers).json() for path in paths)
        return {listed[0]["text"], one["text"]}

    assert texts(bo) == {"SOS pressed at 08:00."}
    assert not "".join(texts(bo, **{"accept-language": "zh"})).isascii()
    assert not "".join(texts(lin) | texts(nobody)).isascii()
    assert "".join(texts(lin, **ENGLISH)).isascii()
    assert bo.get(f"/api/v1/homes/{MEI.home}").json()["reason"].isascii()
    assert not lin.get(f"/api/v1/homes/{MEI.home}").json()["reason"].isascii()


def test_staff_without_a_name_act_as_staff(world: World) -> None:
    alert = world.press_sos()

    told = world.api(Role.STAFF).post(f"/api/v1/alerts/{alert.id}/accept").json()

    assert (told["state"], told["people"][-1]["person"]) == ("accepted", "staff")
    assert told["lease_until"] is not None


def test_a_family_is_not_told_the_room_of_the_evidence(world: World) -> None:
    alert = world.opens(AlertKind.BATHROOM, Severity.URGENT)

    told = world.api(Role.FAMILY, "bo").get(f"/api/v1/alerts/{alert.id}", headers=ENGLISH).json()

    assert told["evidence"] == {"value": "pressed"}
    assert told["text"] == "Quieter than usual for some time."
    assert told["home"] == MEI.home


def test_a_family_is_not_told_what_staff_wrote_at_the_end(world: World) -> None:
    alert = world.press_sos()
    world.desk.close(alert.id, "lin", Outcome.HELPED, "found beside the bathtub")
    bo, path = world.api(Role.FAMILY, "bo"), f"/api/v1/alerts/{alert.id}"

    assert bo.get(path).json()["note"] is None
    assert all("bathtub" not in bo.get(read).text for read in (path, "/api/v1/alerts", "/api/v1/alerts?state=closed"))
    again = bo.post(f"{path}/close", json={"outcome": "helped", "note": "found beside the bathtub"})
    assert (again.status_code, again.json()["note"]) == (200, None)
    assert world.api(Role.STAFF, "lin").get(path).json()["note"] == "found beside the bathtub"


def test_a_family_is_never_told_in_which_room_she_called(world: World) -> None:
    def pressed(world: World) -> None:
        found = emergency(signal(MEI.home, "hall-button", Kind.SOS, "pressed", world.clock.now(), "hall"), MEI)
        assert found is not None
        world.desk.open([found])

    eyes = Eyes(world.services)
    eyes.look()
    pressed(world)
    world.advance(MINUTE)
    pressed(world)
    (alert,) = world.desk.open_alerts()
    bo = world.api(Role.FAMILY, "bo")
    who = reach_of(Identity(Role.FAMILY, "bo"), world.services.roster())
    heard = b"".join(ApiVoice(world.services, "en").tell(eyes.look(), who)).decode()
    told = [bo.get(f"/api/v1/{what}", headers=ENGLISH) for what in ("homes", "alerts", f"alerts/{alert.id}")]

    assert told[0].json()[0]["reason"] == "SOS pressed at 08:00."
    assert told[1].json()[0]["text"] == told[2].json()["text"] == "SOS pressed at 08:00."
    assert "repeated" in [line["what"] for line in told[2].json()["timeline"]]
    assert "SOS pressed at 08:00." in heard
    assert "hall" not in heard + "".join(answer.text for answer in told)
