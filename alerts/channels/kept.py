"""Connections that lie idle until the next request to the same place, not for long."""

import itertools
import threading
from collections import defaultdict
from dataclasses import dataclass
from http.client import HTTPConnection

from linli.clock import seconds

KEPT_SECONDS = 10.0
"""An older connection may have been forgotten by a router on the way, and a request into it would hang."""
_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class Origin:
    """What a connection leads to."""

    is_tls: bool
    host: str
    port: int


class Kept:
    """The idle connections. Safe to use from several threads; a connection is in one hand at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: defaultdict[Origin, list[tuple[float, HTTPConnection]]] = defaultdict(list)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Close all that lie idle."""
        with self._lock:
            for _, connection in itertools.chain.from_iterable(self._idle.values()):
                connection.close()
            self._idle.clear()

    def take(self, origin: Origin) -> HTTPConnection | None:
        """Return the connection to an origin that was used last, if there is one that is still fresh."""
        with self._lock:
            self._close_old()
            idle = self._idle[origin]
            return idle.pop()[1] if idle else None

    def put(self, origin: Origin, connection: HTTPConnection) -> bool:
        """Keep a connection; False if there are enough."""
        with self._lock:
            if sum(map(len, self._idle.values())) >= _AT_MOST:
                return False
            self._idle[origin].append((seconds(), connection))
            return True

    def _close_old(self) -> None:
        oldest = seconds() - KEPT_SECONDS
        for origin, idle in list(self._idle.items()):
            while idle and idle[0][0] < oldest:
                idle.pop(0)[1].close()
            if not idle:
                del self._idle[origin]
