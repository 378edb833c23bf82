"""What happens is told to everybody who may know, once; who is too slow or no longer signed in is let go."""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

import httpx
import pytest
from starlette.concurrency import run_in_threadpool

from dashboard.access import Reach, reach_of
from dashboard.eyes import Eyes
from dashboard.live import BACKLOG, Client, Live
from dashboard.screens import Words, draw
from dashboard.voices import ApiVoice, PageVoice, Voice
from linli.alert import Outcome
from linli.home_state import HomeState
from linli.people import Role
from linli.store.access import Identity
from linli.words import Sentence
from tests.alerts.far_end import eventually
from tests.cast import MEI, MINUTE
from tests.dashboard.served import free_socket, served
from tests.dashboard.world import World, csrf_in

STAFF = Identity(Role.STAFF)
ANA = Identity(Role.VOLUNTEER, "ana")
BO = Identity(Role.FAMILY, "bo")
XU = Identity(Role.STAFF, "xu")


@pytest.fixture
def anyio_backend() -> str:
    """Run on what the server runs on."""
    return "asyncio"


def client(identity: Identity, voice: Voice, *, wants_all: bool = False, signed_in: bool = True) -> Client:
    """Return a reader."""
    return Client(lambda roster: reach_of(identity, roster), voice, lambda: signed_in, wants_all=wants_all)


def reach(world: World, identity: Identity) -> Reach:
    """Return how far somebody reaches."""
    return reach_of(identity, world.services.roster())


def events(frames: list[bytes]) -> list[tuple[str, object]]:
    """Return (event, body) of frames."""
    found = []
    for frame in b"".join(frames).split(b"\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.decode().splitlines() if not line.startswith(":"))
        if "event" in fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def told(world: World, eyes: Eyes, identity: Identity) -> list[tuple[str, object]]:
    """Look, and return what somebody is told by the API."""
    return events(ApiVoice(world.services, "en").tell(eyes.look(), reach(world, identity)))


def test_a_change_is_told_once_and_only_to_those_whose_business_it_is(world: World) -> None:
    eyes = Eyes(world.services)
    eyes.look()
    alert = world.press_sos()
    change = eyes.look()

    def heard(identity: Identity) -> list[tuple[str, object]]:
        return events(ApiVoice(world.services, "en").tell(change, reach(world, identity)))

    for identity in (STAFF, BO, ANA):
        assert [event for event, _ in heard(identity)] == ["home", "alert"], identity
    assert heard(XU) == []
    assert heard(Identity(Role.VOLUNTEER, "kai")) == []
    (_, home), (_, case) = heard(STAFF)
    assert isinstance(home, dict)
    assert isinstance(case, dict)
    assert (home["home"], home["state"]) == (MEI.home, "alert")
    assert (case["id"], case["state"], case["text"]) == (alert.id, "open", "The call button was pressed at 08:00.")
    assert told(world, eyes, STAFF) == []


def test_the_end_of_an_alert_is_told_and_to_a_helper_without_whose_it_was(world: World) -> None:
    alert = world.press_sos()
    eyes = Eyes(world.services)
    eyes.look()
    world.desk.close(alert.id, "ana", Outcome.SAFE)
    change = eyes.look()

    (event, body), *more = events(ApiVoice(world.services, "en").tell(change, reach(world, ANA)))

    assert (event, more) == ("alert", [])
    assert isinstance(body, dict)
    assert (body["state"], body["home"], body["text"]) == ("closed", "", "Call for help")


def test_a_window_grows_darker_by_time_alone(world: World) -> None:
    eyes = Eyes(world.services)
    eyes.look()
    world.clock.advance(4 * MINUTE)
    assert told(world, eyes, STAFF) == []

    world.clock.advance(2 * MINUTE)

    eventually(
        lambda: {event for event, _ in told(world, eyes, STAFF)} == {"home"}, "homes are drawn anew in their turn"
    )


def test_our_pages_are_told_windows_alerts_and_troubles(world: World) -> None:
    eyes = Eyes(world.services)
    eyes.look()
    world.desk.accept(world.press_sos().id, "ana")
    world.health.trouble("broker", Sentence("Lost."))

    heard = dict(events(PageVoice("en").tell(eyes.look(), reach(world, STAFF))))

    assert heard["windows"] == [
        [
            MEI.home,
            "alert emergency",
            "sos",
            "walk",
            "Building 3 Unit 2, 502 Mei Chen: Call for help, somebody is on the way",
        ]
    ]
    assert heard["troubles"] == ["broker"]
    assert [alert[1:] for alert in heard["alerts"]] == [["emergency", "accepted"]]  # type: ignore[attr-defined]  # a list


def test_who_comes_back_is_told_everything(world: World) -> None:
    world.press_sos()
    eyes = Eyes(world.services)
    eyes.look()

    (all_windows, *_) = events(PageVoice("en").tell(eyes.everything(), reach(world, STAFF)))
    assert all_windows == (
        "all",
        {"alert emergency waiting|sos|": ["home-7"], "well l4||": ["home-8", "home-9", "home-40"]},
    )
    everything = events(ApiVoice(world.services, "en").tell(eyes.everything(), reach(world, STAFF)))

    assert [event for event, _ in everything].count("home") == 4
    assert [event for event, _ in everything].count("alert") == 1


async def _until(stream: AsyncGenerator[bytes, None], event: bytes) -> bytes:
    """Read on until an event comes."""
    async for frames in stream:
        if b"event: " + event in frames:
            return frames
    raise AssertionError("the stream ended")


@pytest.mark.anyio
async def test_streams_are_fed_by_one_watch_that_ends_with_the_last_of_them(world: World) -> None:
    live = Live(world.services, look_every=0.01, beat_every=0.01)
    one = live.stream(client(STAFF, ApiVoice(world.services, "en")))
    two = live.stream(client(STAFF, PageVoice("en"), wants_all=True))
    assert await anext(one) == b"retry: 2000\n\n"
    assert await anext(two) == b"retry: 2000\n\n"
    await run_in_threadpool(world.press_sos)
    live.wake()

    assert b'"state":"alert"' in await asyncio.wait_for(_until(one, b"home"), 10)
    assert b"home-40" in await asyncio.wait_for(_until(two, b"all"), 10)
    assert b"event: beat" in await asyncio.wait_for(_until(two, b"beat"), 10)

    assert live.readers == 2
    await one.aclose()
    await two.aclose()
    assert live.readers == 0


@pytest.mark.anyio
async def test_without_a_look_at_the_homes_there_is_no_heartbeat_either(world: World) -> None:
    live = Live(world.services, look_every=3600, beat_every=1)
    stream = live.stream(client(STAFF, PageVoice("en")))
    await anext(stream)
    assert b"event: beat" in await anext(stream)

    world.homes.down = True
    await live.step(at=1e9)
    world.homes.down = False
    world.clock.advance(MINUTE)
    await live.step(at=1e9)

    assert b"00:01:00" in await anext(stream)
    await stream.aclose()


@pytest.mark.anyio
async def test_closing_ends_every_stream(world: World) -> None:
    live = Live(world.services, look_every=3600)
    stream = live.stream(client(STAFF, PageVoice("en")))
    await anext(stream)

    live.close()

    async with asyncio.timeout(10):
        assert all([b"beat" in frames async for frames in stream])


@pytest.mark.anyio
async def test_a_reader_who_is_too_slow_is_dropped(world: World) -> None:
    eyes = Eyes(world.services)
    seen = eyes.look().seen
    slow = client(STAFF, PageVoice("en"))

    assert all(slow.beat(seen) for _ in range(BACKLOG))
    assert not slow.beat(seen)

    slow.end()
    assert [frames async for frames in slow.read()] == []


@pytest.mark.anyio
async def test_who_is_no_longer_signed_in_is_told_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.live.PROOF_EVERY", -1.0)
    seen = Eyes(world.services).look().seen
    gone = client(STAFF, PageVoice("en"), signed_in=False)
    gone.beat(seen)
    gone.beat(seen)

    assert len([frames async for frames in gone.read()]) == 1


def test_a_home_in_alert_is_told_to_its_helper_as_long_as_it_lasts(world: World) -> None:
    eyes = Eyes(world.services)
    eyes.look()
    alert = world.press_sos()
    assert len(told(world, eyes, ANA)) == 2

    world.desk.decline(alert.id, "ana")
    world.homes.set(MEI.home, HomeState.QUIET)

    assert [event for event, _ in told(world, eyes, ANA)] == ["alert"]


def test_the_api_streams_events_over_a_real_connection(world: World) -> None:
    token = world.token(Role.FAMILY, "bo")
    with served(world, free_socket()) as address, httpx.Client(timeout=20) as http:
        headers = {"authorization": f"Bearer {token}", "accept-language": "en"}
        with http.stream("GET", f"{address}/api/v1/events", headers=headers) as stream:
            lines = stream.iter_lines()
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert next(lines) == "retry: 2000"
            world.press_sos()
            found = [line for line in lines_until(lines, "event: alert") if line.startswith("event:")]

    assert found == ["event: home", "event: alert"]


def lines_until(lines: Iterator[str], wanted: str) -> Iterator[str]:
    """Yield lines up to the one wanted."""
    for line in lines:
        yield line
        if line == wanted:
            return


def test_many_boards_that_ask_for_the_queue_at_once_have_it_drawn_once_and_get_their_own_secret(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def counted(template: str, words: Words, **context: object) -> str:
        drawn.append(template)
        return draw(template, words, **context)

    monkeypatch.setattr("dashboard.pages.board.draw", counted)
    one, two, lin = (world.browser(Role.STAFF), world.browser(Role.STAFF), world.browser(Role.STAFF, "lin"))
    world.press_sos()
    world.app.state.live._eyes.look()

    queues = [one.get("/queue").text, two.get("/queue").text]

    assert len(drawn) == 1
    assert [csrf_in(queue) for queue in queues] == [world.csrf(one), world.csrf(two)]
    lin.get("/queue")
    assert len(drawn) == 2  # who sees other homes gets a queue of their own
    world.desk.accept(world.desk.open_alerts()[0].id, "ana")
    world.app.state.live._eyes.look()
    assert "Ana Li on the way" in one.get("/queue").text


def test_a_queue_is_read_from_the_stores_when_nobody_follows_the_streams(world: World) -> None:
    world.app.state.live._eyes.look()
    world.app.state.live._eyes._before = replace(world.app.state.live._eyes._before, looked_at=-1e9)
    world.press_sos()
    assert "Call for help" in world.browser(Role.STAFF).get("/queue").text
