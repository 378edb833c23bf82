"""Points: every commit of either store and every call to the outside, counted and named; one of them may be fatal.

A point has two sides, just before the thing is done and just after. At the fatal one the process kills itself with -9.
"""

import os
import re
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from bench.crash.journal import Journal

_WRITES = re.compile(
    r"\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|UPDATE|DELETE\s+FROM|CREATE\s+\w+|ALTER)\s+(\w+)", re.IGNORECASE
)


class Points:
    """Counts the points of one life. `fatal` is the name of one, or `#n` for the n-th (1 is the first), or empty."""

    def __init__(self, journal: Journal, fatal: str) -> None:
        self._journal = journal
        self._fatal = fatal
        self._lock = threading.Lock()
        self._times: Counter[str] = Counter()
        self._count = 0

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        """Reach the near side of a point, let the thing be done, and reach its far side."""
        with self._lock:
            self._times[what] += 1
            name = f"{what} ({self._times[what]})"
        self._reach(f"before {name}")
        yield
        self._reach(f"after {name}")

    def _reach(self, name: str) -> None:
        with self._lock:
            self._count += 1
            is_fatal = self._fatal in {name, f"#{self._count}"}
            self._journal.write("killed" if is_fatal else "point", name)
            if is_fatal:
                _die()


def _die() -> NoReturn:
    """End this process as a power cut would; the lock that the caller holds keeps all others from the next point."""
    os.kill(os.getpid(), signal.SIGKILL)
    while True:
        signal.pause()


class CountedConnection(sqlite3.Connection):
    """A connection whose commits are points, if they change anything."""

    points: ClassVar[Points]

    def __init__(self, database: str | Path, *arguments: Any, **options: Any) -> None:
        super().__init__(database, *arguments, **options)
        self._store = Path(database).stem
        self._tables: set[str] = set()
        self._before = self._version()
        self.set_trace_callback(self._notice)

    def _notice(self, statement: str) -> None:
        written = _WRITES.match(statement)
        if written:
            self._tables.add(written[1])

    def _version(self) -> tuple[int, int]:
        return self.total_changes, super().execute("PRAGMA schema_version").fetchone()[0]

    def commit(self) -> None:
        """Commit; this is how SQLAlchemy does it."""
        with self._counted():
            super().commit()

    def rollback(self) -> None:
        """Roll back."""
        super().rollback()
        self._forget()

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Execute; a commit in words is how the signal store does it."""
        if sql == "COMMIT":
            with self._counted():
                return super().execute(sql, *parameters)
        done = super().execute(sql, *parameters)
        if sql == "ROLLBACK":
            self._forget()
        return done

    @contextmanager
    def _counted(self) -> Iterator[None]:
        if not self._tables or self._version() == self._before:
            yield
        else:
            who = threading.current_thread().name
            with self.points.around(f"{who} commits {self._store}: {', '.join(sorted(self._tables))}"):
                yield
        self._forget()

    def _forget(self) -> None:
        self._tables.clear()
        self._before = self._version()


def count_commits(points: Points) -> None:
    """Make every connection to a SQLite file that is opened from now on a counted one. For a process of its own."""
    CountedConnection.points = points
    connect = sqlite3.connect

    def connect_counted(database: str, **options: Any) -> sqlite3.Connection:
        return connect(database, factory=CountedConnection, **options)

    # in place of the overloads of the original, under both of its names
    sqlite3.connect = sqlite3.dbapi2.connect = connect_counted  # type: ignore[assignment]
