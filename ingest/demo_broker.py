"""The broker for a machine without Mosquitto: in this very process, in pure Python, so that a demo needs nothing.

Nothing may rest on it: what it has acknowledged is lost when linli stops, and under a flood some of it before that.
"""

import asyncio
import logging
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from typing import ClassVar

from amqtt.errors import BrokerError

from ingest.accounts import Account, by_user
from ingest.broker import refuse_taken_port
from ingest.safe_broker import SafeBroker
from linli.errors import LinliError

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 20.0
_GRACE_SECONDS = 30
"""How much longer than its keep-alive a client may be silent before its last will is sent."""


class DemoBroker:
    """amqtt, hardened, in a thread with an event loop of its own. It speaks MQTT 3.1.1 only."""

    name: ClassVar[str] = "demo broker"
    durable: ClassVar[bool] = False

    def __init__(self, *, host: str, port: int, grace_seconds: int = _GRACE_SECONDS) -> None:
        self._host = host
        self._port = port
        self._grace_seconds = grace_seconds
        self._accounts: dict[str, Account] = {}
        self._running: _Running | None = None
        self._lock = threading.RLock()

    def start(self) -> None:
        """Start the broker and return once it answers."""
        with self._lock:
            refuse_taken_port(self._host, self._port)
            _keep_amqtt_discreet()
            running = _Running(self._host, self._port, self._accounts, self._grace_seconds)
            running.start()
            self._running = running
            logger.warning("demo broker started, messages are lost when it stops address=%s:%s", self._host, self._port)

    def apply(self, accounts: Iterable[Account]) -> None:
        """Let in these accounts and no others. A removed or changed password ends its connections; rights change in place."""
        with self._lock:
            self._accounts = by_user(accounts)
            if self._running is not None:
                self._running.apply(self._accounts)

    def check(self) -> str | None:
        """Start the broker again when it has died. Return what is wrong, or None."""
        with self._lock:
            if self._running is None or self._running.is_serving:
                return None
            logger.error("broker died and is started again broker=%s", self.name)
            self._running.stop()
            try:
                self.start()
            except LinliError as problem:
                return str(problem)
            return "the demo broker has stopped by itself; it is started again"

    def stop(self) -> None:
        """Stop the broker; all that it holds is gone."""
        with self._lock:
            running, self._running = self._running, None
            if running is not None:
                running.stop()


class _Running:
    """One life of the broker: its thread, its loop, and the way in from other threads."""

    def __init__(self, host: str, port: int, accounts: dict[str, Account], grace_seconds: int) -> None:
        self._address = (host, port)
        self._accounts = accounts
        self._grace_seconds = grace_seconds
        self._broker: SafeBroker | None = None
        self._up: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._thread = threading.Thread(target=self._live, name="demo-broker", daemon=True)

    @property
    def is_serving(self) -> bool:
        return self._thread.is_alive() and self._broker is not None and self._broker.is_serving

    def start(self) -> None:
        self._thread.start()
        self._up.result(_PATIENCE_SECONDS)

    def apply(self, accounts: dict[str, Account]) -> None:
        loop, _ = self._up.result()
        if self._broker is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._broker.apply(accounts), loop).result(_PATIENCE_SECONDS)

    def stop(self) -> None:
        loop, over = self._up.result()
        if self._thread.is_alive():
            loop.call_soon_threadsafe(over.set)
            self._thread.join(_PATIENCE_SECONDS)

    def _live(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        host, port = self._address
        broker = SafeBroker(host, port, self._accounts, grace_seconds=self._grace_seconds)
        over = asyncio.Event()
        try:
            await broker.start()
        except BrokerError as problem:
            self._up.set_exception(LinliError(f"the demo broker cannot listen on {host}:{port}: {problem}"))
            return
        self._broker = broker
        self._up.set_result((asyncio.get_running_loop(), over))
        await over.wait()
        await broker.close()


def _keep_amqtt_discreet() -> None:
    """Let amqtt log errors only: below that it writes down what devices say, and a line for every step it takes."""
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.ERROR)
