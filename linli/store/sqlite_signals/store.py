"""The signal store on a SQLite file: what `linli.store.signals` promises, asked of the writer and the readers."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from itertools import chain
from operator import itemgetter
from pathlib import Path

from linli.clock import from_millis, millis
from linli.errors import StoreDown
from linli.files import replacing
from linli.signals import Kind, Signal, Value
from linli.store.sqlite_log import fold_back
from linli.store.sqlite_signals import questions
from linli.store.sqlite_signals.file import SqliteFile, flaw
from linli.store.sqlite_signals.readers import Readers
from linli.store.sqlite_signals.rows import Row, Stored, pack, row_of, signals_in
from linli.store.sqlite_signals.words import Texts
from linli.store.sqlite_signals.writer import Writer

BUSY = timedelta(seconds=5)
"""How long to wait for another program's lock, before StoreDown."""

_PAGE_ROWS = 5000
_FORGET_AT_ONCE = 2000
_BACKUP_PAGES = 1024
_HOUR_MS = 3_600_000
_EVER = (-(2**62), 2**62)

_HOME = itemgetter(0)
_BY_ARRIVAL = itemgetter(1, 7, 2, 3, 4)
"""At, lag, device, kind, key of a row."""

_Asked = Mapping[str, Stored | None]


class SqliteSignalStore:
    """The signal store of one community: a file, and beside it SQLite's own log."""

    def __init__(self, path: Path, *, busy: timedelta = BUSY) -> None:
        self._path = path
        file = SqliteFile(path, busy)
        self._writer = Writer(file)
        self._readers = Readers(file)
        self._texts = Texts()

    def append(self, signals: Sequence[Signal]) -> int:
        """Store signals in one transaction that is on the disk when this returns; return how many were new."""
        if not signals:
            return 0
        with self._writer.write() as connection:
            rows = [row_of(signal, self._writer.words) for signal in signals]
            rows.sort(key=_HOME)  # neighbours in the file one after the other
            before = connection.total_changes
            whole = len(rows) - len(rows) % questions.AT_ONCE
            for first in range(0, whole, questions.AT_ONCE):
                some = rows[first : first + questions.AT_ONCE]
                connection.execute(questions.INSERT_MANY, list(chain.from_iterable(some)))
            connection.executemany(questions.INSERT, rows[whole:])
            return connection.total_changes - before

    def recent(
        self,
        home: str,
        *,
        kind: Kind | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 1000,
    ) -> list[Signal]:
        """Return a home's signals from `since` up to, not including, `until`; newest first, ties by arrival.

        Served by the primary key, from the newest row down.
        """
        asked = {"home": home, "kind": kind and kind.value, "limit": limit, **_span(since, until)}
        with self._readers.read() as connection:
            rows: list[Row] = connection.execute(questions.RECENT_BY_KEY, asked | {"limit": limit + 1}).fetchall()
            beyond, rows = rows[limit:], rows[:limit]
            if beyond and rows and beyond[0][1] == rows[-1][1]:  # which of one moment are the last, arrival says
                rows = connection.execute(questions.RECENT, asked).fetchall()
            elif len({row[1] for row in rows}) < len(rows):
                rows.sort(key=_BY_ARRIVAL, reverse=True)
            return signals_in(rows, self._texts, connection)

    def at_hand(self, home: str, *, limit: int) -> list[Signal]:
        """Return a home's newest signals: all are here."""
        return self.recent(home, limit=limit)

    def between(self, since: datetime | None, until: datetime | None, home: str | None = None) -> Iterator[Signal]:
        """Yield signals in time order, ties by arrival: stretch by stretch of time, each by the primary key of each home.

        Each page is a read of its own: an export left half read must not hold SQLite's log open.
        """
        asked = {"home": home, **_span(since, until)}
        at, last = self._ask(questions.FIRST, asked), self._ask(questions.LAST, asked)
        if at is None or last is None:
            return
        stride = _HOUR_MS
        while at <= last:
            signals, reached = self._page({"home": home, "since": at, "until": min(at + stride, last + 1)})
            yield from signals
            stride = stride * 2 if len(signals) < _PAGE_ROWS // 2 else reached - at
            at = reached

    def _page(self, asked: dict[str, str | int | None]) -> tuple[list[Signal], int]:
        """Return the signals of a stretch, at most a page of them but whole milliseconds, and where the next begins."""
        reached = int(asked["until"] or 0)
        with self._readers.read() as connection:
            rows: list[Row] = connection.execute(questions.PAGE, asked | {"limit": _PAGE_ROWS}).fetchall()
            if len(rows) == _PAGE_ROWS:
                first, reached = rows[0][1], rows[-1][1]
                if first < reached:
                    rows = [row for row in rows if row[1] < reached]
                else:
                    reached += 1
                    rows = connection.execute(questions.PAGE, asked | {"until": reached, "limit": -1}).fetchall()
            return signals_in(rows, self._texts, connection), reached

    def earlier_arrival(
        self, home: str, device: str, kind: Kind, value: Value, key: str, *, since: datetime
    ) -> datetime | None:
        """Return the latest moment of an equal reading with this key, by the primary key."""
        asked = {
            "home": home,
            "device": device,
            "kind": kind.value,
            "value": pack(value),
            "key": key,
            "since": millis(since),
        }
        return _moment(self._ask(questions.EARLIER, asked))

    def oldest(self) -> datetime | None:
        """Return the moment of the oldest signal: one look by the primary key for each home."""
        return _moment(self._ask(questions.FIRST, {"home": None, **_span(None, None)}))

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal: one look by the primary key for each home."""
        return _moment(self._ask(questions.LAST, {"home": None, **_span(None, None)}))

    def count(self) -> int:
        """Count all signals by walking the whole table: some tens of milliseconds for each million."""
        return self._ask(questions.COUNT, {}) or 0

    def _ask(self, question: str, asked: _Asked) -> int | None:
        with self._readers.read() as connection:
            answer: int | None = connection.execute(question, asked).fetchone()[0]
            return answer

    def forget(self, home: str) -> int:
        """Erase a home's signals and words, a few thousand rows at a time so that appending goes on between them."""
        gone = removed = self._forget_some(home)
        while removed > _FORGET_AT_ONCE:
            removed = self._forget_some(home)
            gone += removed
        self._texts = Texts()
        self._writer.cut_log()
        return gone

    def _forget_some(self, home: str) -> int:
        """Erase a home's oldest signals, and its words with the last of them."""
        asked = {"home": home, "some": _FORGET_AT_ONCE, "ever": _EVER[1]}
        with self._writer.write() as connection:
            removed = connection.execute(questions.FORGET, asked).rowcount
            if removed <= _FORGET_AT_ONCE:
                self._forget_rest(connection, home)
        return removed

    def _forget_rest(self, connection: sqlite3.Connection, home: str) -> None:
        connection.execute(questions.FORGET_WORDS, (home,))
        self._writer.words.drop()

    def tidy(self) -> None:
        """Fold SQLite's log back into the file, or some later append would have to (`sqlite_log`)."""
        with self._readers.lend() as connection:
            fold_back(lambda words: connection.execute(words).fetchone())

    def has_moved(self) -> bool:
        """Look whether the file was moved, deleted or replaced; nothing is written into it any more."""
        return self._writer.has_moved()

    def backup(self, path: Path) -> None:
        """Copy the store as it is now, in steps, into a single file that appears only when it is whole.

        The copy reads inside one transaction: without it SQLite starts again at the first page after every append.
        """
        with (
            self._readers.read() as source,
            replacing(path) as part,
            closing(sqlite3.connect(part, isolation_level=None)) as copy,
        ):
            source.execute("SELECT count(*) FROM word").fetchone()
            source.backup(copy, pages=_BACKUP_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")

    def check(self) -> str | None:
        """Read every page and return what is wrong with the file, in one sentence, or None."""
        try:
            with self._readers.read() as connection:
                return flaw(connection, self._path.name)
        except StoreDown as why:
            return str(why)

    def close(self) -> None:
        """Close all connections; the last one folds SQLite's log into the file."""
        self._readers.close()
        self._writer.close()


def _span(since: datetime | None, until: datetime | None) -> dict[str, int]:
    return {"since": millis(since) if since else _EVER[0], "until": millis(until) if until else _EVER[1]}


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_millis(value)
