"""A care store that fails: now and then a transaction, and for a while the whole of it, as real databases do.

Gone is played here, and so are the faults that happen once. Locked and full are real: another program's transaction
holds the lock, and SQLite itself finds no page that it may still write.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import event

from linli.errors import StoreDown
from linli.store.care import CareStore
from tests.listening import listen

IMPATIENCE = timedelta(milliseconds=5)
"""How long a lock is waited for, in real time: here nobody ever lets go of it meanwhile."""
_MOST_PAGES = 2**30


class Outage(StrEnum):
    """Why nothing can be written for a while. Gone: nor read. Full: only what needs no more room is still written."""

    GONE = "gone"
    LOCKED = "locked"
    FULL = "full"


class At(StrEnum):
    """Where in a transaction the database fails; after the commit means that only the answer is lost."""

    BEGIN = "begin"
    STATEMENT = "statement"
    COMMIT = "commit"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure: so many transactions from now, at one place, there after so many statements."""

    after: int
    at: At
    statements: int = 0


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # the machine never loses its power here


class FaultyCare(CareStore):
    """The real store, of which a transaction now and then fails."""

    def __init__(self, url: str) -> None:
        super().__init__(url, busy_timeout=IMPATIENCE)
        self.faults: list[Fault] = []
        self.outage: Outage | None = None
        self._other_program: sqlite3.Connection | None = None
        self.injected: Counter[str] = Counter()
        self._statements_left: int | None = None
        listen(self._writing.engine, self._before_statement)
        self._most_pages = _MOST_PAGES
        event.listen(self._writing.engine, "connect", self._heed_most_pages)
        event.listen(self._writing.engine, "connect", _without_waiting_for_the_disk)

    def begin_outage(self, why: Outage) -> None:
        """Let nothing be written from now on."""
        self.end_outage()
        self.outage = why
        if why is Outage.FULL:
            self._set_most_pages(1)
        if why is Outage.LOCKED:
            self._other_program = sqlite3.connect(str(self.url.database), isolation_level=None)
            self._other_program.execute("BEGIN IMMEDIATE")

    def end_outage(self) -> None:
        """Let all be as it was before it."""
        if self.outage is Outage.FULL:
            self._set_most_pages(_MOST_PAGES)
        self.outage = None
        if self._other_program is not None:
            self._other_program.rollback()
            self._other_program.close()
            self._other_program = None

    def _set_most_pages(self, most: int) -> None:
        """Let the file grow no longer than this; SQLite takes 1 as: no longer than it is. It is said to each connection."""
        self._writing.dispose()
        self._most_pages = most

    def _heed_most_pages(self, connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count={self._most_pages}")

    def _before_statement(self, *_: Any) -> None:
        if self._statements_left is None:
            return
        self._statements_left -= 1
        if self._statements_left < 0:
            self._statements_left = None
            self._fail(At.STATEMENT)

    def _fail(self, why: str) -> None:
        self.injected[f"store {why}"] += 1
        raise StoreDown(f"the care database failed on purpose: {why}")

    def _take_fault(self) -> Fault | None:
        if not self.faults:
            return None
        first = self.faults.pop(0)
        if first.after:
            self.faults.insert(0, Fault(first.after - 1, first.at, first.statements))
            return None
        return first

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """Open a transaction that may write, and that may fail."""
        fault = self._take_fault()
        place = fault.at if fault else None
        if self.outage is Outage.GONE or place is At.BEGIN:
            self._fail(self.outage or At.BEGIN)
        try:
            with self._counting(), super().begin() as connection:
                self._statements_left = fault.statements if fault and place is At.STATEMENT else None
                yield connection
                if place is At.COMMIT:
                    self._fail(At.COMMIT)
        finally:
            self._statements_left = None
        if place is At.AFTER:
            self._fail(At.AFTER)

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Count what SQLite itself refuses in an outage."""
        try:
            yield
        except StoreDown as why:
            words = {Outage.LOCKED: "database is locked", Outage.FULL: "database or disk is full"}
            if self.outage is not None and words.get(self.outage, "played") in str(why):
                self.injected[f"store {self.outage}"] += 1
            raise

    @contextmanager
    def read(self) -> Iterator[Any]:
        """Open a transaction that only reads; there is none while the store is gone."""
        if self.outage is Outage.GONE:
            self._fail(self.outage)
        with super().read() as connection:
            yield connection
