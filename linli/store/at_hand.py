"""SQLite's connections between two transactions: left open as SQLAlchemy has made them.

To lend one from SQLAlchemy's own pool and give it back takes as long as a short transaction's statements together.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import BoundedSemaphore

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as NoConnectionFree

AT_MOST = 40
"""So many transactions at a time; whoever comes then waits for one to end."""
_KEPT = 8
"""So many connections stay open while nobody uses them."""


class AtHand:
    """The connections of an engine that pools none itself. `patience`: how long to wait for one when all are lent."""

    def __init__(self, engine: Engine, patience: timedelta) -> None:
        self.engine = engine
        self._patience = patience
        self._room = BoundedSemaphore(AT_MOST)
        self._idle = deque[Connection]()

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Lend a connection for one transaction, as `Engine.begin` does; closed when anything is raised in it.

        Raises SQLAlchemy's TimeoutError when none became free.
        """
        if not self._room.acquire(timeout=self._patience.total_seconds()):
            raise NoConnectionFree
        try:
            connection = self._take()
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                connection.close()
                raise
            self._keep(connection)
        finally:
            self._room.release()

    def _take(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self.engine.connect()

    def _keep(self, connection: Connection) -> None:
        if len(self._idle) < _KEPT:
            self._idle.append(connection)
        else:
            connection.close()

    def dispose(self) -> None:
        """Close what is at hand."""
        while self._idle:
            self._idle.pop().close()
