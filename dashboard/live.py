"""Server-sent events: one look at the homes and the alerts every quarter of a second, told to everybody who may know.

A heartbeat is part of the look: when linli can no longer see, it falls silent, and the pages say so.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from dashboard import sessions
from dashboard.access import WALL, Reach, reach_of
from dashboard.eyes import Change, Eyes, Seen
from dashboard.facade import Part
from dashboard.guard import Asker, GuardedRoute, Language, Web, identity_of_token, token_of
from dashboard.language import of_page
from dashboard.services import Services
from dashboard.voices import ApiVoice, MapVoice, PageVoice, Voice, WallVoice
from linli.errors import StoreDown
from linli.people import Roster
from linli.store.access import Identity

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.25
_REST = 2
"""After a look that took long, so many times as long: looking takes a third of a core at most."""
BEAT_EVERY = 5.0
BACKLOG = 60
"""How many changes a reader may be behind before it is dropped; it comes back and is told everything anew."""
PROOF_EVERY = 30.0
"""Seconds after which a reader must still be signed in."""


class Client:
    """One reader, with what waits for it. `still_in` tells, now and then, whether they are still signed in."""

    def __init__(
        self,
        reach: Callable[[Roster], Reach],
        voice: Voice,
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
    def seen(self) -> Seen | None:
        """Return what was just seen, for a page to be drawn of; None while nobody looks."""
        return self._eyes.last

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
            await asyncio.wait_for(self._nudge.wait(), max(self._look_every, _REST * took))
        except TimeoutError:
            return
        self._nudge.clear()


def _catch_up(client: Client, everything: Change) -> bool:
    if not client.wants_all:
        return True
    client.wants_all = False
    return client.tell(everything)


def open_stream(live: Live, client: Client) -> StreamingResponse:
    """Return the answer that never ends by itself."""
    return StreamingResponse(live.stream(client), media_type="text/event-stream", headers={"x-accel-buffering": "no"})


router = APIRouter(route_class=GuardedRoute)


@router.get("/api/v1/events", tags=["events"], response_class=StreamingResponse)
async def events(services: Web, asker: Asker, language: Language, request: Request) -> StreamingResponse:
    """Server-sent events `home` and `alert`; who comes back with Last-Event-ID is told everything anew."""
    token = token_of(request)
    client = Client(
        partial(_again, asker),
        ApiVoice(services, language),
        lambda: identity_of_token(services, token) is not None,
        wants_all="last-event-id" in request.headers,
    )
    return open_stream(live_of(request), client)


@router.get("/live", include_in_schema=False)
async def live_page(
    services: Web,
    asker: Asker,
    request: Request,
    view: Annotated[str, Query(max_length=10)] = "",
    site: Annotated[str, Query(max_length=80)] = "",
    building: Annotated[str, Query(max_length=80)] = "",
) -> StreamingResponse:
    """What our own pages listen to; always everything first, as the page may be older than the stream."""
    part = Part(site, building)
    client = Client(
        partial(_again, asker),
        _voice(view, asker, part, of_page(request)),
        lambda: sessions.of(services, request) is not None,
        wants_all=True,
    )
    return open_stream(live_of(request), client)


def _voice(view: str, asker: Reach, part: Part, language: str) -> Voice:
    """Return how a page is told; a screen on the wall only ever as a wall, whatever it asks for."""
    if view == "wall" or asker.role == WALL:
        return WallVoice()
    return MapVoice(part) if view == "map" else PageVoice(language, part)


def live_of(request: Request) -> Live:
    """Return the one watch of this process."""
    live: Live = request.app.state.live
    return live


def _again(asker: Reach, roster: Roster) -> Reach:
    """Return how far a reader reaches by the roster of this moment."""
    return reach_of(Identity(asker.role, asker.person), roster)
