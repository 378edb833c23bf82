"""Server-sent events: one look at the homes and the alerts every half second, told to everybody who may know.

A heartbeat is part of the look: when linli can no longer see, it falls silent, and the pages say so.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Protocol

import msgspec
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from dashboard import sessions
from dashboard.access import STAFF, Reach, may_see_alert, may_see_home, reach_of
from dashboard.api.alerts import row as alert_row
from dashboard.api.homes import row as home_row
from dashboard.guard import Asker, GuardedRoute, Web, identity_of_token, token_of
from dashboard.language import accepted, of_page
from dashboard.services import Services
from dashboard.standing import Standing, lay_over
from dashboard.windows import Window, title_of, window_of
from linli.alert import RequestState
from linli.errors import StoreDown
from linli.people import Roster
from linli.store import cases, overview
from linli.store.access import Identity
from linli.store.overview import Involved

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.5
BEAT_EVERY = 5.0
LONGEST_SHARE = 0.1
"""At most this share of the time goes into looking, however many homes there are."""
BACKLOG = 60
"""How many changes a reader may be behind before it is dropped; it comes back and is told everything anew."""
PROOF_EVERY = 30.0
"""Seconds after which a reader must still be signed in."""


@dataclass(frozen=True)
class Seen:
    """What one look saw. `changed` are alerts in which something happened since the look before."""

    now: datetime
    seq: int
    roster: Roster
    standings: Mapping[str, Standing]
    open: tuple[Involved, ...]
    changed: tuple[Involved, ...]
    troubles: tuple[str, ...]

    def asked_now(self, person: str) -> frozenset[str]:
        """Return the homes whose open alerts ask a person who has not refused."""
        return frozenset(
            one.alert.home
            for one in self.open
            if any(r.person == person and r.state is not RequestState.DECLINED for r in one.requests)
        )


@dataclass(frozen=True)
class Change:
    """What is told after a look: the homes that look different and the alerts in which something happened.

    `frames` keeps what was written for one reader, for the next who reads the same.
    """

    seen: Seen
    homes: tuple[tuple[Standing, Window], ...]
    alerts: tuple[Involved, ...]
    troubles_changed: bool = False
    is_all: bool = False
    """This is everything there is to see, not only what is new."""
    frames: dict[tuple[str, ...], bytes] = field(default_factory=dict)

    def homes_of(self, reach: Reach) -> list[tuple[Standing, Window]]:
        """Return the homes that somebody may see."""
        asked = self.seen.asked_now(reach.person) if reach.is_helper else frozenset()
        return [one for one in self.homes if may_see_home(reach, one[0].home, asked)]

    def alerts_of(self, reach: Reach) -> list[Involved]:
        """Return the alerts that somebody may see."""
        return [one for one in self.alerts if may_see_alert(reach, one.alert, one.requests, self.seen.roster)]

    def frame(self, key: tuple[str, ...], write: Callable[[], bytes]) -> bytes:
        """Return a frame, written once for everybody who reads the same."""
        if key not in self.frames:
            self.frames[key] = write()
        return self.frames[key]


class Eyes:
    """Looks at everything, in a worker thread. Remembers what it saw, to tell what is new."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._before: Seen | None = None
        self._known: dict[str, tuple[Window, int]] = {}

    def look(self) -> Change:
        """Return what has changed since the last look; raises StoreDown when a store does not answer."""
        before, seen = self._before, self._see()
        homes = tuple(self._different(seen))
        self._before = seen
        return Change(seen, homes, seen.changed, troubles_changed=before is None or before.troubles != seen.troubles)

    def everything(self) -> Change:
        """Return all there is to see now."""
        seen = self._before or self._see()
        homes = tuple((standing, window_of(standing, seen.now)) for standing in seen.standings.values())
        return Change(seen, homes, seen.open, troubles_changed=True, is_all=True)

    def _see(self) -> Seen:
        services, before = self._services, self._before
        roster = services.roster()
        changed: list[Involved] = []
        with services.care.read() as connection:
            seq = cases.last_seq(connection)
            if before is not None and seq == before.seq:
                involved = before.open
            else:
                involved = tuple(overview.with_requests(connection, cases.open_ones(connection)))
            if before is not None and seq != before.seq:
                ids = {alert for _, alert, _ in cases.log_since(connection, before.seq)}
                changed = overview.with_requests(connection, overview.by_ids(connection, ids))
        standings = {one.home.home: one for one in lay_over(roster, services.homes.states(), involved)}
        troubles = tuple(trouble.part for trouble in services.health.troubles())
        return Seen(services.clock.now(), seq, roster, standings, involved, tuple(changed), troubles)

    def _different(self, seen: Seen) -> list[tuple[Standing, Window]]:
        found = []
        now_known: dict[str, tuple[Window, int]] = {}
        for home, standing in seen.standings.items():
            window = window_of(standing, seen.now)
            last = standing.view.last_sign_at
            known = (window, int(last.timestamp()) if last else 0)
            now_known[home] = known
            if self._known.get(home) != known:
                found.append((standing, window))
        self._known = now_known
        return found


class Client:
    """One reader, with what waits for it. `still_in` tells, now and then, whether they are still signed in."""

    def __init__(
        self,
        reach: Callable[[Roster], Reach],
        voice: "Voice",
        still_in: Callable[[], bool],
        *,
        wants_all: bool,
    ) -> None:
        self.wants_all = wants_all
        self._reach = reach
        self._voice = voice
        self._still_in = still_in
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(BACKLOG)

    def tell(self, change: Change) -> bool:
        """Queue what a change means for this reader; False if it is too far behind."""
        return self._put(b"".join(self._voice.tell(change, self._reach(change.seen.roster))))

    def beat(self, seen: Seen) -> bool:
        """Queue a heartbeat; False if the reader is too far behind."""
        return self._put(self._voice.beat(seen))

    def _put(self, frames: bytes) -> bool:
        if not frames:
            return True
        try:
            self._waiting.put_nowait(frames)
        except asyncio.QueueFull:
            return False
        return True

    def end(self) -> None:
        """Let the stream end; what has not been read yet is dropped."""
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def read(self) -> AsyncGenerator[bytes, None]:
        """Yield what is told until the stream ends or the reader is no longer signed in."""
        clock = asyncio.get_running_loop().time
        proved = clock()
        while (frames := await self._waiting.get()) is not None:
            yield frames
            if clock() - proved > PROOF_EVERY:
                if not await run_in_threadpool(self._still_in):
                    return
                proved = clock()


class Voice(Protocol):
    """How a kind of reader is told things."""

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the frames of what a reader may know of a change."""
        ...

    def beat(self, seen: Seen) -> bytes:
        """Return a heartbeat."""
        ...


class Live:
    """Looks while anybody reads, and tells each reader what they may know."""

    def __init__(self, services: Services, *, look_every: float = LOOK_EVERY, beat_every: float = BEAT_EVERY) -> None:
        self._eyes = Eyes(services)
        self._look_every = look_every
        self._beat_every = beat_every
        self._clients: set[Client] = set()
        self._task: asyncio.Task[None] | None = None
        self._nudge = asyncio.Event()
        self._has_looked = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._next_beat = 0.0

    def wake(self) -> None:
        """Look at once; may be called from any thread."""
        self._from_any_thread(self._nudge.set)

    def close(self) -> None:
        """End every stream, so that the server can stop; may be called from any thread."""
        self._from_any_thread(self._end_all)

    def _from_any_thread(self, act: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(act)

    @property
    def readers(self) -> int:
        """Return how many streams are open."""
        return len(self._clients)

    async def stream(self, client: Client) -> AsyncGenerator[bytes, None]:
        """Yield what a reader is told. The first byte comes after the first look, so that nothing later is missed."""
        self._clients.add(client)
        self._start()
        try:
            await self._first_look()
            yield b"retry: 2000\n\n"
            self._nudge.set()
            async for frames in client.read():
                yield frames
        finally:
            self._clients.discard(client)

    async def _first_look(self) -> None:
        try:
            await asyncio.wait_for(self._has_looked.wait(), BEAT_EVERY)
        except TimeoutError:
            return

    def _start(self) -> None:
        if self._task is None:
            self._loop = asyncio.get_running_loop()
            self._has_looked.clear()
            self._task = asyncio.create_task(self._watch(), name="live")
            self._task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        """End every stream when the watch ends, whatever ended it: the readers come back and start it anew."""
        if not task.cancelled() and task.exception() is not None:
            logger.error("live updates failed", exc_info=task.exception())
        self._task = None
        self._end_all()

    def _end_all(self) -> None:
        for client in list(self._clients):
            client.end()

    async def _watch(self) -> None:
        """Look and tell until nobody reads any more."""
        clock = asyncio.get_running_loop().time
        while self._clients:
            began = clock()
            await self.step(began)
            await self._rest(clock() - began)

    async def step(self, at: float) -> None:
        """Look once and tell; `at` is the loop's time in seconds. No heartbeat goes out when nothing could be seen."""
        change = await self._look()
        if change is None:
            return
        await self._tell(change)
        if at >= self._next_beat:
            self._next_beat = at + self._beat_every
            self._to_each(partial(Client.beat, seen=change.seen))

    async def _look(self) -> Change | None:
        """Return what has changed; nothing of what was so before the first look, and nothing while a store is down."""
        try:
            change = await run_in_threadpool(self._eyes.look)
        except StoreDown as why:
            logger.warning("cannot look at the homes reason=%s", why)
            return None
        if not self._has_looked.is_set():
            self._has_looked.set()
            return Change(change.seen, (), ())
        return change

    async def _tell(self, change: Change) -> None:
        if any(client.wants_all for client in self._clients):
            everything = await run_in_threadpool(self._eyes.everything)
            self._to_each(lambda client: _catch_up(client, everything))
        if change.homes or change.alerts or change.troubles_changed:
            self._to_each(lambda client: client.tell(change))

    def _to_each(self, tell: Callable[[Client], bool]) -> None:
        for client in list(self._clients):
            if not tell(client):
                logger.info("live reader too slow, dropped")
                self._clients.discard(client)
                client.end()

    async def _rest(self, took: float) -> None:
        try:
            await asyncio.wait_for(self._nudge.wait(), max(self._look_every, took / LONGEST_SHARE))
        except TimeoutError:
            return
        self._nudge.clear()


def _catch_up(client: Client, everything: Change) -> bool:
    if not client.wants_all:
        return True
    client.wants_all = False
    return client.tell(everything)


def _frame(event: str, body: object, seq: int) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, event.encode(), msgspec.json.encode(body))


class ApiVoice:
    """Tells `home` and `alert` events, each as the API tells homes and alerts."""

    def __init__(self, services: Services, language: str | None) -> None:
        self._services = services
        self._language = language

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the events that a reader may know."""
        wording = (reach.role, self._language or "", reach.person if reach.is_helper else "")
        frames = []
        for standing, _ in change.homes_of(reach):
            key = ("home", *wording, standing.home.home)
            frames.append(change.frame(key, partial(self._home, standing, reach, change.seen.seq)))
        for involved in change.alerts_of(reach):
            key = ("alert", *wording, involved.alert.id)
            frames.append(change.frame(key, partial(self._alert, involved, reach, change.seen.seq)))
        return frames

    def beat(self, seen: Seen) -> bytes:
        """Return a comment: programs need no event to know that the line is open."""
        return b": %s\n\n" % seen.now.isoformat().encode()

    def _home(self, standing: Standing, reach: Reach, seq: int) -> bytes:
        return _frame("home", home_row(standing, reach, self._language).model_dump(mode="json"), seq)

    def _alert(self, involved: Involved, reach: Reach, seq: int) -> bytes:
        told = alert_row(self._services, involved, reach, self._language)
        return _frame("alert", told.model_dump(mode="json"), seq)


class PageVoice:
    """Tells our own pages: `windows` to redraw, `alerts` in which something happened, `troubles`, and `beat`.

    To who has just come it tells `all`: how each window looks, as homes by look, which is a tenth as long.
    """

    def __init__(self, language: str) -> None:
        self._language = language

    def tell(self, change: Change, reach: Reach) -> list[bytes]:
        """Return the events that a reader may know."""
        seq = change.seen.seq
        frames = self._windows(change, reach)
        alerts = [[one.alert.id, one.alert.severity, one.alert.state] for one in change.alerts_of(reach)]
        if alerts:
            frames.append(_frame("alerts", alerts, seq))
        if change.troubles_changed and reach.role == STAFF:
            frames.append(_frame("troubles", change.seen.troubles, seq))
        return frames

    def _windows(self, change: Change, reach: Reach) -> list[bytes]:
        homes = change.homes_of(reach)
        if change.is_all:
            by_look: dict[str, list[str]] = {}
            for _, window in homes:
                by_look.setdefault(f"{window.look}|{window.glyph}|{window.badge}", []).append(window.home)
            return [_frame("all", by_look, change.seen.seq)]
        windows = [self._window(standing, window) for standing, window in homes]
        return [_frame("windows", windows, change.seen.seq)] if windows else []

    def _window(self, standing: Standing, window: Window) -> list[str]:
        return [window.home, window.look, window.glyph, window.badge, title_of(standing, self._language)]

    def beat(self, seen: Seen) -> bytes:
        """Return an event with our time: the pages count their clocks by it, and miss it when it does not come."""
        return _frame("beat", seen.now.isoformat(), seen.seq)


def open_stream(live: Live, client: Client) -> StreamingResponse:
    """Return the answer that never ends by itself."""
    return StreamingResponse(live.stream(client), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


router = APIRouter(route_class=GuardedRoute)


@router.get("/api/v1/events", tags=["events"], response_class=StreamingResponse)
async def events(services: Web, asker: Asker, request: Request) -> StreamingResponse:
    """Server-sent events `home` and `alert`; who comes back with Last-Event-ID is told everything anew."""
    token = token_of(request)
    client = Client(
        partial(_again, asker),
        ApiVoice(services, accepted(request)),
        lambda: identity_of_token(services, token) is not None,
        wants_all="last-event-id" in request.headers,
    )
    return open_stream(live_of(request), client)


@router.get("/live", include_in_schema=False)
async def live_page(services: Web, asker: Asker, request: Request) -> StreamingResponse:
    """What our own pages listen to; always everything first, as the page may be older than the stream."""
    client = Client(
        partial(_again, asker),
        PageVoice(of_page(request)),
        lambda: sessions.of(services, request) is not None,
        wants_all=True,
    )
    return open_stream(live_of(request), client)


def live_of(request: Request) -> Live:
    """Return the one watch of this process."""
    live: Live = request.app.state.live
    return live


def _again(asker: Reach, roster: Roster) -> Reach:
    """Return how far a reader reaches by the roster of this moment."""
    return reach_of(Identity(asker.role, asker.person), roster)
