"""The file: how it is opened, and in which words it is said that it does not answer."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from linli.errors import SignalsDamaged, StoreDown
from linli.store.sqlite_lock import code_of

_WRONG = {
    sqlite3.SQLITE_BUSY: "is locked by another program; close what has it open",
    sqlite3.SQLITE_LOCKED: "is locked by another program; close what has it open",
    sqlite3.SQLITE_FULL: "cannot grow, its disk is full; make room",
    sqlite3.SQLITE_IOERR: "lies on a disk that answers with an error; look at the disk and the room on it",
    sqlite3.SQLITE_CORRUPT: 'is damaged; bring a backup back with "linli restore"',
    sqlite3.SQLITE_NOTADB: 'is not a signal store; bring a backup back with "linli restore"',
    sqlite3.SQLITE_READONLY: "may not be written; give it to the user that runs linli",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; see that its folder is there and belongs to the user that runs linli",
}

_DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite file; `busy` is how long to wait for another program's lock."""

    path: Path
    busy: timedelta

    def connect(self) -> sqlite3.Connection:
        """Open a connection that any thread may use, one at a time, and that begins transactions only when told."""
        return sqlite3.connect(
            self.path, timeout=self.busy.total_seconds(), isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Turn what SQLite says into StoreDown and a sentence on what to do; a row it cannot take is a fault of ours."""
        try:
            yield
        except sqlite3.Error as why:
            wrong = _WRONG.get(code_of(why))
            if wrong is None and not isinstance(why, sqlite3.OperationalError):
                raise
            down = SignalsDamaged if code_of(why) in _DAMAGED else StoreDown
            raise down(f"{self.path.name} {wrong or f'does not answer: {why}'}") from why

    def closed(self) -> StoreDown:
        """Return what to raise once the store is closed."""
        return StoreDown(f"{self.path.name} is closed")


@contextmanager
def looking(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that is there for who must not change it: no table is made. Raises StoreDown for what is no SQLite file."""
    file = SqliteFile(path, timedelta(seconds=5))
    with file.speaking(), closing(file.connect()) as connection:
        connection.execute("PRAGMA query_only=ON")
        yield connection


def flaw(connection: sqlite3.Connection, name: str) -> str | None:
    """Read every page and return what is wrong with a file, in one sentence, or None."""
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    return None if found == "ok" else f'{name} is damaged; bring a backup back with "linli restore"'


def holds_signals(path: Path) -> bool:
    """Tell whether a file that is there is a store of signals; raises StoreDown for what is no SQLite file."""
    with looking(path) as connection:
        return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'signal'").fetchone() is not None
