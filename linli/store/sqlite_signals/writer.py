"""The writer: the one connection that writes, with its lock and the words that it has given ids to."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from linli.store.opened_file import OpenedFile
from linli.store.sqlite_lock import when_free
from linli.store.sqlite_signals.file import SqliteFile
from linli.store.sqlite_signals.schema import make_tables
from linli.store.sqlite_signals.words import Words

_FULL_PAGES = 16_000
"""A log of so many pages (64 MB) is folded back by the commit that fills it: more than a second's writing in a flood."""
_SETTINGS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "cache_size=-32768",
    # each batch touches a page of every home: fold the log back rarely
    f"wal_autocheckpoint={_FULL_PAGES}",
    "journal_size_limit=67108864",
    "secure_delete=ON",
)


class Writer:
    """Opens one writing transaction at a time; the tables are there once it is."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._closed = False
        with file.speaking():
            self._connection = _opened(file)
        self._opened = OpenedFile(file.path)
        self._opened.opened()
        self.words = Words(self._connection)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Open the one writing transaction; it commits at the end, or leaves nothing behind."""
        with self._alone() as connection:
            if self._opened.is_gone:
                raise self._opened.gone()
            when_free(
                partial(connection.execute, "BEGIN IMMEDIATE"), self._file.busy, lambda: connection.in_transaction
            )
            try:
                self.words.catch_up()
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # words given out in this transaction are not in the file: none of them may be believed again
                self.words.drop()
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def cut_log(self) -> bool:
        """Empty SQLite's log, which still holds what was erased; False while somebody reads: that is left to later appends."""
        with self._alone() as connection:
            return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0)

    def has_moved(self) -> bool:
        """Look whether the file was moved, deleted or replaced, and nobody reads it any more.

        Its log goes first: under its name it would be taken for that of the file that comes.
        """
        return self._opened.look() and self.cut_log()

    def close(self) -> None:
        """Close the connection, once nobody writes."""
        with self._lock:
            self._closed = True
            self._connection.close()

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._file.speaking():
            if self._closed:
                raise self._file.closed()
            yield self._connection


def _opened(file: SqliteFile) -> sqlite3.Connection:
    connection = file.connect()
    try:
        for setting in _SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        make_tables(connection, file.path.name)
        connection.execute("PRAGMA busy_timeout=0")  # from here on the waiting is done in `when_free`
    except BaseException:
        connection.close()
        raise
    return connection
