"""What a meter platform pushes: where things stand in it is told by a file, and nothing is answered before it is stored."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from linli.people import Device
from linli.store import rejections
from tests.cast import EIGHT, HOUR, MEI, OTHER_SITE
from tests.dashboard.world import World, make_world

METER = Device(MEI.home, "meter", "bathroom", ("water",), "meters/utility/7431")
ACROSS = Device(OTHER_SITE.home, "meter", "bathroom", ("water",), "meters/utility/9")
NIGHTLY = """
readings = "meters.*.log.*"
meter = "id"
value = "values.1"
unit_at = "unit"
time = "when"
timezone = "Asia/Shanghai"
"""


@pytest.fixture
def town(home: Path) -> Iterator[World]:
    made = make_world(home, devices=(METER, ACROSS))
    yield made
    made.close()


def push(town: World, *counts: tuple[float, timedelta], meter: str = "7431") -> httpx.Response:
    """Push what a meter has counted, so long after eight, as the compound's utility."""
    data = [{"no": meter, "sum": count, "at": (EIGHT + after).isoformat()} for count, after in counts]
    client = town.client(town.keys.gateway_token(MEI.site))
    answer: httpx.Response = client.post("/api/v1/meters/utility", json={"data": data})
    return answer


def litres(town: World, home: str = MEI.home) -> list[object]:
    return [signal.value for signal in reversed(town.services.signals.recent(home, limit=10))]


def test_what_was_pushed_is_stored_before_it_is_answered(town: World) -> None:
    town.clock.advance(timedelta(hours=3))
    answer = push(town, (118.2, HOUR), (118.206, 2 * HOUR))

    assert (answer.status_code, answer.json()) == (202, {"accepted": 2, "rejected": []})
    assert litres(town) == [0.0, 6.0]


def test_what_is_pushed_again_counts_once(town: World) -> None:
    town.clock.advance(timedelta(hours=3))
    for _ in range(3):
        assert push(town, (118.2, HOUR), (118.206, 2 * HOUR)).status_code == 202

    assert litres(town) == [0.0, 6.0]


def test_while_nothing_can_be_stored_the_platform_is_told_to_come_again(town: World) -> None:
    town.intake.down = True

    assert push(town, (118.2, HOUR)).status_code == 503
    assert litres(town) == []


def test_one_bad_reading_does_not_hold_up_the_others(town: World) -> None:
    client = town.client(town.keys.gateway_token(MEI.site))
    data = [
        {"no": "7431", "sum": "118.2", "at": EIGHT.isoformat()},
        {"no": "8", "sum": 3, "at": EIGHT.isoformat()},
        {"no": "7431", "at": EIGHT.isoformat()},
        {"no": "a/b", "sum": 3},
        {"no": "9", "sum": 3},
        {"no": "7431", "sum": -4, "at": EIGHT.isoformat()},
    ]
    answer = client.post("/api/v1/meters/utility", json={"data": data})

    assert answer.status_code == 202, answer.text
    assert answer.json()["accepted"] == 1
    assert [(one["index"], one["reason"]) for one in answer.json()["rejected"]] == [
        (1, 'meters/utility/8 is the topic of no device; add it with "linli import"'),
        (2, "no value at sum"),
        (3, "no meter's name of 1 to 64 characters at no"),
        (4, "this home is not yours"),
        (5, "water: no meter counts so far"),
    ]
    assert litres(town, OTHER_SITE.home) == []
    with town.services.care.read() as connection:
        assert len(rejections.latest(connection, limit=9)) == 2


def test_a_name_and_a_password_will_do_where_no_bearer_can_be_set(town: World) -> None:
    password = b64encode(f"utility:{town.keys.gateway_token(MEI.site)}".encode()).decode()
    body = {"data": [{"no": "7431", "sum": 118.2, "at": EIGHT.isoformat()}]}

    assert town.client(authorization=f"Basic {password}").post("/api/v1/meters/utility", json=body).status_code == 202
    for wrong in ("Basic !", "Basic dXRpbGl0eQ==", "Basic dXRpbGl0eTpub25zZW5zZQ=="):
        refused = town.client(authorization=wrong).post("/api/v1/meters/utility", json=body)
        assert refused.status_code == 401


def test_a_list_within_a_list_and_a_time_without_offset_are_found(town: World, tmp_path: Path) -> None:
    (tmp_path / "meters" / "nightly.toml").write_text(NIGHTLY, encoding="utf-8")
    client = town.client(town.keys.gateway_token(MEI.site))
    body = {"meters": [{"id": 7431, "unit": "kWh", "log": [{"when": "2026-11-23 07:00:00", "values": [0, 812]}]}]}
    answer = client.post("/api/v1/meters/nightly", json=body)

    assert answer.json()["rejected"] == [
        {"index": 0, "reason": 'meters/nightly/7431 is the topic of no device; add it with "linli import"'}
    ]
    with town.services.care.read() as connection:
        (refused,) = rejections.latest(connection, limit=9)
    assert refused.payload == '{"value":812,"unit":"kWh","at":"2026-11-23T07:00:00+08:00","total":true}'


@pytest.mark.parametrize(
    ("platform", "body", "status"),
    [
        ("utility", {"data": []}, 422),
        ("utility", {"other": 1}, 422),
        ("utility", [1, 2], 422),
        ("utility", None, 422),
        ("utility", {"data": [{"no": "7431"}] * 1001}, 413),
        ("nobody", {"data": []}, 404),
        ("..", {"data": []}, 404),
        ("wrong", {"data": []}, 503),
    ],
)
def test_what_cannot_be_read_at_all_says_so(
    town: World, tmp_path: Path, platform: str, body: object, status: int
) -> None:
    (tmp_path / "meters" / "wrong.toml").write_text('meter = "no"', encoding="utf-8")
    client = town.client(town.keys.gateway_token(MEI.site))
    answer = client.post(f"/api/v1/meters/{platform}", json=body)

    assert answer.status_code == status
    assert litres(town) == []


def test_a_body_that_is_too_large_is_not_read(town: World) -> None:
    client = town.client(town.keys.gateway_token(MEI.site))

    assert client.post("/api/v1/meters/utility", content=b"[" + b"1," * 600_000 + b"1]").status_code == 413
    assert client.post("/api/v1/meters/utility", content=b'{"data":').status_code == 422
