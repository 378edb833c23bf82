"""A world behind a real server on a free port of this machine, for what a test client cannot do: streams and browsers."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from bench.screens import camera
from bench.screens.camera import free_socket
from tests.dashboard.world import World

__all__ = ["free_socket", "served"]


@contextmanager
def served(world: World, listening: socket.socket) -> Iterator[str]:
    """Serve a world; yield its address."""
    with camera.served(world.app, listening):
        yield camera.url_of(listening)
