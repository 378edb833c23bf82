"""The readers: connections that only read, and never wait for who writes."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from linli.store.sqlite_signals.file import SqliteFile


class Readers:
    """A pool of reading connections, and not one for each thread: the web server's threads come and go."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._closed = False
        self._idle: list[sqlite3.Connection] = []

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Open a reading transaction, so that rows and the words they need are of one moment."""
        with self.lend() as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def lend(self) -> Iterator[sqlite3.Connection]:
        """Give a connection away for what is no transaction."""
        with self._file.speaking():
            connection = self._borrow()
            try:
                yield connection
            finally:
                self._give_back(connection)

    def close(self) -> None:
        """Close the connections that are idle; one that is at work is closed when it is done."""
        self._closed = True
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _borrow(self) -> sqlite3.Connection:
        with suppress(IndexError):
            return self._idle.pop()
        if self._closed:
            raise self._file.closed()
        connection = self._file.connect()
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        self._idle.append(connection)
        if self._closed:
            self.close()
