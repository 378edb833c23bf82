"""Notifications on one's own devices: allowed, tried and ended by their owner, seen by nobody else."""

import json
from collections.abc import Iterator

import pytest

from linli.people import Channel, Role
from tests.alerts.gateways.push import PushService
from tests.alerts.test_channel_kinds import GOOD
from tests.cast import EIGHT
from tests.dashboard.world import TestClient, World

PHONE = {**GOOD, "endpoint": "https://fcm.googleapis.com/fcm/send/abc"}


@pytest.fixture
def service(world: World) -> Iterator[PushService]:
    opened = PushService()
    opened.now, opened.trusted_key = EIGHT, world.services.browsers.public_key
    yield opened
    opened.close()
    assert opened.misused == []


@pytest.fixture
def ana(world: World) -> TestClient:
    return world.browser(Role.VOLUNTEER, "ana")


def subscribe(world: World, client: TestClient, told: object = PHONE) -> int:
    form = {"csrf": world.csrf(client), "subscription": json.dumps(told)}
    status: int = client.post("/notifications", data=form).status_code
    return status


def test_a_phone_that_was_allowed_becomes_a_way_to_its_owner(world: World, ana: TestClient) -> None:
    assert "No device rings yet." in ana.get("/notifications").text

    assert subscribe(world, ana, {**PHONE, "expirationTime": None, "more": "x" * 50}) == 303

    (kept,) = world.services.browsers.of("ana")
    assert json.loads(kept.address) == PHONE
    page = ana.get("/notifications").text
    assert "Chrome" in page
    assert PHONE["endpoint"] not in page


def test_allowing_it_twice_is_allowing_it_once_and_two_phones_are_two(world: World, ana: TestClient) -> None:
    for endpoint in ("https://web.push.apple.com/1", "https://web.push.apple.com/1", "https://web.push.apple.com/2"):
        subscribe(world, ana, {**PHONE, "endpoint": endpoint})

    assert len(world.services.browsers.of("ana")) == 2


@pytest.mark.parametrize(
    "told",
    [
        "",
        {},
        {**PHONE, "keys": {}},
        {**PHONE, "endpoint": "http://push.example/1"},
        {**PHONE, "endpoint": "https://127.0.0.1/1"},
        {**PHONE, "endpoint": "https://[::1]/1"},
        {**PHONE, "endpoint": "https://router/1"},
        {**PHONE, "endpoint": "https://printer.local/1"},
    ],
)
def test_what_is_no_browser_outside_is_refused_and_not_quoted(world: World, ana: TestClient, told: object) -> None:
    form = {"csrf": world.csrf(ana), "subscription": json.dumps(told)}

    answer = ana.post("/notifications", data=form)

    assert answer.status_code == 422
    assert "push.example" not in answer.text
    assert world.services.browsers.of("ana") == []


def test_a_try_out_arrives_and_the_page_says_that_it_was_sent(
    world: World, ana: TestClient, service: PushService
) -> None:
    world.services.browsers.add(Channel("c-1", "ana", "webpush", service.address))

    page = ana.post("/notifications/try", data={"csrf": world.csrf(ana)})

    assert "Sent. It should ring in a moment" in page.text
    assert [shown["title"] for shown in service.shown] == ["A try-out: notifications reach you here."]


def test_a_phone_that_has_ended_is_told_of_and_listed_no_more(
    world: World, ana: TestClient, service: PushService
) -> None:
    world.services.browsers.add(Channel("c-1", "ana", "webpush", service.address))
    service.mode = "gone"

    page = ana.post("/notifications/try", data={"csrf": world.csrf(ana)})

    assert "This one has ended" in page.text
    assert world.services.browsers.of("ana") == []
    assert "No device rings yet." in ana.get("/notifications").text


def test_only_the_owner_can_end_it_and_only_that_one_ends(world: World, ana: TestClient) -> None:
    subscribe(world, ana, {**PHONE, "endpoint": "https://web.push.apple.com/other"})
    subscribe(world, ana)
    other, kept = world.services.browsers.of("ana")
    jun = world.browser(Role.VOLUNTEER, "jun")

    jun.post("/notifications/forget", data={"csrf": world.csrf(jun), "channel": kept.id})
    assert world.services.browsers.of("ana") == [other, kept]

    ana.post("/notifications/forget", data={"csrf": world.csrf(ana), "channel": kept.id})
    assert world.services.browsers.of("ana") == [other]


def test_staff_in_general_are_told_to_come_under_their_own_name(world: World) -> None:
    office = world.browser(Role.STAFF)

    assert "Sign in under your own name" in office.get("/notifications").text
    assert subscribe(world, office) == 404


def test_the_page_works_for_family_staff_and_professionals(world: World) -> None:
    for role, person in ((Role.FAMILY, "bo"), (Role.STAFF, "lin"), (Role.PROFESSIONAL, "wu")):
        client = world.browser(role, person)
        assert subscribe(world, client, {**PHONE, "endpoint": f"https://web.push.apple.com/{person}"}) == 303
        assert "Safari" in client.get("/notifications").text


def test_without_scripts_the_page_says_why_there_is_no_button(ana: TestClient) -> None:
    assert "Notifications need scripts" in ana.get("/notifications").text
