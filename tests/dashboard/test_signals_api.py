"""Signals over HTTP go through the same intake as over MQTT, and what it refuses is told and kept."""

from typing import Any

import pytest

from linli.people import Role
from linli.signals import Kind
from tests.cast import MEI
from tests.dashboard.world import World

URL = "/api/v1/signals"


def signal(**changed: object) -> dict[str, Any]:
    """Return a check-in of Mei's."""
    return {"home": MEI.home, "device": "button-1", "kind": "check_in", "value": "ok", **changed}


def test_a_signal_is_durable_once_it_is_accepted(world: World) -> None:
    answer = world.api(Role.STAFF).post(URL, json=signal(at="2026-11-23T07:59:00+08:00", id="m-1"))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "rejected": []})
    (stored,) = world.services.signals.recent(MEI.home)
    assert (stored.kind, stored.value, stored.room) == (Kind.CHECK_IN, "ok", "bedroom")
    assert stored.at.isoformat() == "2026-11-22T23:59:00+00:00"


def test_a_device_speaks_for_its_own_home_and_a_gateway_for_its_site(world: World) -> None:
    device = world.client(world.keys.device_token(MEI.home))
    gateway = world.client(world.keys.gateway_token("garden"))

    assert device.post(URL, json=signal()).status_code == 202
    assert device.post(URL, json=signal(home="home-8")).status_code == 404
    assert gateway.post(URL, json=signal(home="home-8")).status_code == 202
    assert gateway.post(URL, json=signal(home="home-40")).status_code == 404
    assert world.services.signals.count() == 2


def test_of_a_list_the_bad_ones_are_named_and_the_others_stand(world: World) -> None:
    given = [
        signal(kind="heart_rate", value=72),
        signal(kind="heart_rate", value=999),
        signal(kind="levitation"),
        "not a signal",
        {"home": MEI.home},
        signal(home="home-40"),
        signal(kind="blood_pressure", value={"systolic": 120, "diastolic": 80}),
        signal(device="a/b"),
        signal(kind="heart_rate", value=10**30),
    ]

    answer = world.client(world.keys.device_token(MEI.home)).post(URL, json=given)

    assert answer.status_code == 202
    assert answer.json()["accepted"] == 2
    reasons = {one["index"]: one["reason"] for one in answer.json()["rejected"]}
    assert reasons.keys() == {1, 2, 3, 4, 5, 7, 8}
    assert "20 to 300" in reasons[1]
    assert reasons[5] == "this home is not yours"
    assert world.services.signals.count() == 2


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"value": "perhaps"}, "ok or help"),
        ({"kind": "levitation"}, "unknown kind"),
        ({"home": "home-99"}, "home-99 is not known"),
        ({"device": "../x"}, "six levels"),
        ({"id": "x" * 65}, "longer than 64"),
    ],
)
def test_one_that_is_refused_is_told_why_and_kept_for_staff(
    world: World, changed: dict[str, object], reason: str
) -> None:
    staff = world.api(Role.STAFF)

    answer = staff.post(URL, json=signal(**changed))

    assert answer.status_code == 422
    assert reason in answer.json()["detail"]
    assert reason in staff.get("/api/v1/rejections").json()[0]["reason"]


@pytest.mark.parametrize("body", [None, 7, "x", {}, {"home": 7}, [signal()] * 1001, signal(home="h" * 300)])
def test_what_is_no_signal_at_all_is_refused(world: World, body: object) -> None:
    answer = world.api(Role.STAFF).post(URL, json=body)

    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b'{"home":"home-7","device":"d","kind":"mood","value":"\\ud800"}', b"[" * 100_000],
    ids=["empty", "cut", "not text", "half a character", "deep"],
)
def test_no_body_breaks_anything(world: World, content: bytes) -> None:
    client = world.client(world.keys.device_token(MEI.home), **{"content-type": "application/json"})

    answer = client.post(URL, content=content)

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_body_beyond_a_mebibyte_is_not_read(world: World) -> None:
    client = world.client(world.keys.device_token(MEI.home), **{"content-type": "application/json"})

    whole = client.post(URL, content=b"[" + b" " * 1024 * 1024 + b"]")
    in_parts = client.post(URL, content=(b" " * 1024 for _ in range(1025)))

    for answer in (whole, in_parts):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
    assert world.client().post(URL, content=b" " * 2 * 1024 * 1024).status_code == 401


def test_while_the_store_is_down_nothing_is_accepted_and_the_sender_is_told_to_come_again(world: World) -> None:
    world.intake.down = True

    answer = world.api(Role.STAFF).post(URL, json=[signal()])

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_staff_of_a_site_see_what_was_refused_there(world: World) -> None:
    world.api(Role.STAFF).post(URL, json=signal(value="perhaps"))

    assert len(world.api(Role.STAFF, "lin").get("/api/v1/rejections").json()) == 1
    assert world.api(Role.STAFF, "xu").get("/api/v1/rejections").json() == []
