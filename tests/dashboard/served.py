"""A world behind a real server on a free port of this machine, for what a test client cannot do: streams and browsers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from tests.dashboard.world import World


@contextmanager
def served(world: World, listening: socket.socket) -> Iterator[str]:
    """Serve a world; yield its address."""
    started = threading.Event()
    server = _Server(world, started)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="web")
    thread.start()
    try:
        assert started.wait(30)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        world.app.state.live.close()
        server.should_exit = True
        thread.join(30)


def free_socket() -> socket.socket:
    """Return a socket on a free port."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    return listening


class _Server(uvicorn.Server):
    """Says when it has started."""

    def __init__(self, world: World, started: threading.Event) -> None:
        super().__init__(uvicorn.Config(world.app, log_config=None, access_log=False, timeout_graceful_shutdown=1))
        self._has_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self._has_started.set()
