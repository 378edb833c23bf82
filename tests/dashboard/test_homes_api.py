"""The API about homes: what is told, in which language, and who is away."""

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.home_state import HomeState, Stay
from linli.people import Role
from linli.signals import BloodPressure, Kind, Signal, Value
from tests.cast import EIGHT, HOUR, MEI, MINUTE
from tests.dashboard.world import World

HOME = f"/api/v1/homes/{MEI.home}"


def test_a_home_is_told_with_its_evidence_and_with_times_that_name_their_offset(world: World) -> None:
    answer = world.api(Role.STAFF).get(HOME, headers={"accept-language": "en"})

    told = answer.json()
    assert told["state"] == "well"
    assert told["last_sign_of_life"] == "2026-11-22T23:50:00Z"
    assert told["reason"] == "Last sign of life 07:50, kitchen"
    assert told["next"]["asks_at"] == "2026-11-23T03:00:00Z"
    assert told["observed"][0] == {
        "device": "button-1",
        "room": "bedroom",
        "online": True,
        "last_heard": "2026-11-22T23:50:00Z",
        "battery": 82.0,
    }


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("", "厨房"),
        ("*", "厨房"),
        ("zh-CN,en;q=0.5", "厨房"),
        ("en-GB", "kitchen"),
        ("zh;q=0.1,en", "kitchen"),
        ("fr", "厨房"),
    ],
)
def test_the_reason_is_in_the_language_asked_for_else_in_that_of_the_home(world: World, wish: str, said: str) -> None:
    answer = world.api(Role.STAFF).get(HOME, headers={"accept-language": wish})

    assert said in answer.json()["reason"]


def test_an_open_alert_that_calls_people_makes_the_home_one_in_alert(world: World) -> None:
    staff = world.api(Role.STAFF)

    world.opens(AlertKind.LOW_BATTERY, Severity.NOTICE)
    assert staff.get(HOME).json()["state"] == "well"

    alert = world.press_sos()
    assert staff.get(HOME).json()["state"] == "alert"
    assert [home["home"] for home in staff.get("/api/v1/homes", params={"state": "alert"}).json()] == [MEI.home]

    staff.post(f"/api/v1/alerts/{alert.id}/close", json={"outcome": "safe"})
    assert staff.get(HOME).json()["state"] == "well"


def test_homes_are_filtered_by_site_and_state(world: World) -> None:
    world.homes.set("home-8", HomeState.UNMONITORED)
    staff = world.api(Role.STAFF)

    assert [home["home"] for home in staff.get("/api/v1/homes?site=river").json()] == ["home-40"]
    assert [home["home"] for home in staff.get("/api/v1/homes?state=unmonitored").json()] == ["home-8"]
    assert len(staff.get("/api/v1/homes").json()) == 4
    assert staff.get("/api/v1/homes?state=fine").status_code == 422


def test_a_family_is_never_told_rooms(world: World) -> None:
    told = world.api(Role.FAMILY, "bo").get(HOME, headers={"accept-language": "en"})

    assert told.json()["reason"] == "Last sign of life 07:50."
    assert told.json()["observed"] == []
    assert not any(word in told.text for word in ("kitchen", "bedroom", "button-1", "hall"))


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (HomeState.QUIET, "Quieter than usual; last sign of life 07:50."),
        (HomeState.UNMONITORED, "We cannot tell at the moment."),
        (HomeState.AWAY, "Away."),
    ],
)
def test_a_family_is_told_the_state_in_words_of_its_own(world: World, state: HomeState, said: str) -> None:
    world.homes.set(MEI.home, state)

    answer = world.api(Role.FAMILY, "bo").get(HOME, headers={"accept-language": "en"})

    assert answer.json()["reason"] == said


def test_it_is_said_when_people_would_be_called(world: World) -> None:
    """Mei has no channel on which she could be asked, so nobody waits for her answer."""
    coming = world.api(Role.STAFF).get(HOME).json()["next"]

    assert coming["calls_at"] == coming["asks_at"]


BATHROOM = Stay(EIGHT - 20 * MINUTE, EIGHT + 100 * MINUTE)


def in_the_bathroom(world: World) -> None:
    """Let Mei be in the bathroom, which is asked about before her silence is."""
    known = world.homes.views[MEI.home]
    coming = replace(known.next, asks_at=BATHROOM.asks_at, about=AlertKind.BATHROOM, bathroom=BATHROOM)
    world.homes.views[MEI.home] = replace(known, next=coming)


def test_a_running_stay_in_the_bathroom_is_named_with_when_it_asks_and_calls(world: World) -> None:
    in_the_bathroom(world)
    for role, person in ((Role.STAFF, "lin"), (Role.RESIDENT, "mei")):
        coming = world.api(role, person).get(HOME).json()["next"]

        assert coming["about"] == "bathroom"
        assert coming["bathroom"] == {
            "since": "2026-11-22T23:40:00Z",
            "asks_at": "2026-11-23T01:40:00Z",
            "calls_at": "2026-11-23T01:40:00Z",
        }
        assert coming["asks_at"] == coming["bathroom"]["asks_at"]


def test_a_family_is_told_when_it_asks_and_not_that_she_is_in_the_bathroom(world: World) -> None:
    in_the_bathroom(world)
    told = world.api(Role.FAMILY, "bo").get(HOME)

    assert told.json()["next"]["asks_at"] == "2026-11-23T01:40:00Z"
    assert told.json()["next"]["bathroom"] is told.json()["next"]["about"] is None
    assert "room" not in told.text.replace('"bathroom":null', "")


def signal(kind: Kind, value: Value, *, minutes: int) -> Signal:
    """Return a signal of Mei's button some minutes before eight."""
    at = EIGHT - minutes * MINUTE
    return Signal(MEI.home, "button-1", kind, value, at, at, f"k{minutes}", room="bedroom")


def test_signals_come_newest_first_between_two_moments(world: World) -> None:
    world.services.signals.append(
        [
            signal(Kind.MOTION, "on", minutes=30),
            signal(Kind.HEART_RATE, 72.0, minutes=20),
            signal(Kind.BLOOD_PRESSURE, BloodPressure(120, 80), minutes=10),
        ]
    )
    staff = world.api(Role.STAFF)

    everything = staff.get(f"{HOME}/signals").json()
    assert [one["value"] for one in everything] == [{"systolic": 120.0, "diastolic": 80.0}, 72.0, "on"]
    assert everything[2] == {
        "at": "2026-11-22T23:30:00Z",
        "received_at": "2026-11-22T23:30:00Z",
        "device": "button-1",
        "room": "bedroom",
        "kind": "motion",
        "value": "on",
    }
    part = {"from": "2026-11-23T07:30:00+08:00", "to": "2026-11-22T23:50:00Z"}
    assert [one["kind"] for one in staff.get(f"{HOME}/signals", params=part).json()] == ["heart_rate", "motion"]
    assert [one["kind"] for one in staff.get(f"{HOME}/signals?kind=motion").json()] == ["motion"]
    assert len(staff.get(f"{HOME}/signals?limit=1").json()) == 1
    assert len(staff.get(f"{HOME}/signals?limit=1000000").json()) == 3


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=many",
        "kind=steps",
        "from=2026-11-22T23:50:00",
        "from=yesterday",
        "to=0001-01-01T00:00:00Z",
        "to=9999-12-31T23:59:59-08:00",
    ],
)
def test_a_query_that_is_not_right_is_refused_and_told_where(world: World, query: str) -> None:
    answer = world.api(Role.STAFF).get(f"{HOME}/signals?{query}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["where"] == f"query.{query.partition('=')[0]}"


def test_an_absence_whose_note_is_null_has_none(world: World) -> None:
    answer = world.api(Role.FAMILY, "bo").post(
        f"{HOME}/away", json={"until": "2026-11-25T08:00:00+08:00", "note": None}
    )

    assert (answer.status_code, answer.json()["note"]) == (200, "")


def test_away_begins_and_ends_and_says_the_same_when_repeated(world: World) -> None:
    bo = world.api(Role.FAMILY, "bo")
    until = {"until": "2026-11-25T08:00:00+08:00", "note": "at her sister's"}

    first = bo.post(f"{HOME}/away", json=until)
    assert first.json() == bo.post(f"{HOME}/away", json=until).json()
    assert first.json()["until"] == "2026-11-25T00:00:00Z"
    assert (world.homes.absences[0].by, world.homes.absences[0].note) == ("bo", "at her sister's")
    assert bo.get(HOME).json()["state"] == "away"

    assert [bo.delete(f"{HOME}/away").status_code for _ in range(2)] == [204, 204]
    assert bo.get(HOME).json()["state"] == "well"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"until": "2026-11-25T08:00:00"},
        {"until": EIGHT.isoformat()},
        {"until": (EIGHT + timedelta(days=400)).isoformat()},
        {"until": (EIGHT + HOUR).isoformat(), "note": "x" * 501},
        {"until": (EIGHT + HOUR).isoformat(), "note": "a\x00b"},
        {"until": (EIGHT + HOUR).isoformat(), "forever": True},
    ],
)
def test_an_absence_must_end_and_be_written_rightly(world: World, body: dict[str, str]) -> None:
    answer = world.api(Role.STAFF).post(f"{HOME}/away", json=body)

    assert answer.status_code == 422
    assert world.homes.absences == []


def test_while_a_store_is_down_it_is_said_and_when_to_come_again(world: World) -> None:
    world.homes.down = True

    answer = world.api(Role.STAFF).get("/api/v1/homes")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["detail"] == "nothing can be read"
