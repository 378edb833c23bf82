"""Signals in one SQLite file: one writing connection behind a lock, a pool of reading ones that never wait for it.

Texts are kept once, in a dictionary of each home's own words, so that a row is small and forgetting a home is whole.
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from linli.clock import from_millis, millis
from linli.errors import LinliError, StoreDown
from linli.files import replacing
from linli.signals import BloodPressure, Kind, Signal, Value

SCHEMA_VERSION = 1
BUSY = timedelta(seconds=5)
"""How long to wait for another program's lock, before StoreDown."""

_PAGE_ROWS = 5000
_FORGET_AT_ONCE = 2000
_BACKUP_PAGES = 1024
_HOUR_MS = 3_600_000
_EVER = (-(2**62), 2**62)

# Clustered by home, not by arrival: a home's day lies in a few pages, and there is no second tree to keep up.
# No foreign keys: a word is never dropped while a row needs it, and each row would pay for four look-ups.
# `word` never gives an id out twice, so a reader that knows old ids is never wrong, only behind.
_SCHEMA = """
CREATE TABLE word (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    home TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (text, home)
) STRICT;
CREATE TABLE signal (
    home INTEGER NOT NULL,
    at INTEGER NOT NULL,
    device INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    room INTEGER NOT NULL,
    value ANY NOT NULL CHECK (typeof(value) IN ('text', 'real', 'blob')),
    lag INTEGER NOT NULL,
    said_at TEXT NOT NULL,
    PRIMARY KEY (home, at, device, kind, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX signal_id ON signal (home, device, kind, key) WHERE key >= 'i' AND key < 'j';
"""

# `OR IGNORE` would also pass over a row that breaks a NOT NULL: only a known row may be dropped, known by its
# moment and key, or by its message id whatever the moment.
_INSERT = """
INSERT INTO signal (home, at, device, kind, key, room, value, lag, said_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""
_RECENT = """
SELECT home, at, device, kind, key, room, value, lag, said_at FROM signal
WHERE home = (SELECT id FROM word WHERE home = :home AND text = '') AND at >= :since AND at < :until
AND (:kind IS NULL OR kind = (SELECT id FROM word WHERE home = '' AND text = :kind))
ORDER BY at DESC, lag DESC, device DESC, kind DESC, key DESC LIMIT :limit
"""
_PAGE = """
SELECT home, at, device, kind, key, room, value, lag, said_at FROM signal
WHERE home IN (SELECT id FROM word WHERE text = '' AND (:home IS NULL OR home = :home)) AND at >= :since AND at < :until
ORDER BY at, lag, device, kind, key LIMIT :limit
"""
_FIRST = """
SELECT min((SELECT min(at) FROM signal WHERE home = word.id AND at >= :since AND at < :until))
FROM word WHERE text = '' AND (:home IS NULL OR home = :home)
"""
_LAST = """
SELECT max((SELECT max(at) FROM signal WHERE home = word.id AND at >= :since AND at < :until))
FROM word WHERE text = '' AND (:home IS NULL OR home = :home)
"""
_EARLIER = """
SELECT max(at) FROM signal
WHERE home = (SELECT id FROM word WHERE home = :home AND text = '') AND at >= :since
AND device = (SELECT id FROM word WHERE home = :home AND text = :device)
AND kind = (SELECT id FROM word WHERE home = '' AND text = :kind)
AND key = :key AND value = :value
"""
_FORGET = """
DELETE FROM signal
WHERE home = (SELECT id FROM word WHERE home = :home AND text = '')
AND at <= ifnull(
    (SELECT at FROM signal WHERE home = (SELECT id FROM word WHERE home = :home AND text = '')
     ORDER BY at LIMIT 1 OFFSET :some),
    :ever
)
"""

_Stored = str | float | bytes
_Row = tuple[int, int, int, int, str, int, _Stored, int, str]
_Asked = Mapping[str, _Stored | None]


class SqliteSignalStore:
    """The signal store of one community: a file, and beside it SQLite's own log."""

    def __init__(self, path: Path, *, busy: timedelta = BUSY) -> None:
        self._path = path
        self._busy = busy
        self._lock = threading.Lock()
        self._closed = False
        self._idle: list[sqlite3.Connection] = []
        self._texts = _Texts()
        with self._spoken():
            self._writer = self._open_writer()
        self._words = _Words(self._writer)

    def append(self, signals: Sequence[Signal]) -> int:
        """Store signals in one transaction that is on the disk when this returns; return how many were new."""
        if not signals:
            return 0
        with self._write() as connection:
            rows = [self._row(signal) for signal in signals]
            before = connection.total_changes
            connection.executemany(_INSERT, rows)
            return connection.total_changes - before

    def _row(self, signal: Signal) -> tuple[int, int, int, int, str, int, _Stored, int, str]:
        id_of, home = self._words.id_of, signal.home
        at = millis(signal.at)
        # `received_at` is kept as its distance from `at`: 0 to 2 bytes in place of 6
        lag = 0 if signal.received_at is signal.at else millis(signal.received_at) - at
        return (
            id_of(home, ""),
            at,
            id_of(home, signal.device),
            id_of("", signal.kind),
            signal.key,
            id_of(home, signal.room),
            _pack(signal.value),
            lag,
            signal.said_at,
        )

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
        with self._read() as connection:
            rows = connection.execute(_RECENT, asked).fetchall()
            return self._texts.signals(rows, connection)

    def between(self, since: datetime | None, until: datetime | None, home: str | None = None) -> Iterator[Signal]:
        """Yield signals in time order, ties by arrival: stretch by stretch of time, each by the primary key of each home.

        Each page is a read of its own: an export left half read must not hold SQLite's log open.
        """
        asked = {"home": home, **_span(since, until)}
        at, last = self._edge(_FIRST, asked), self._edge(_LAST, asked)
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
        with self._read() as connection:
            rows: list[_Row] = connection.execute(_PAGE, asked | {"limit": _PAGE_ROWS}).fetchall()
            if len(rows) == _PAGE_ROWS:
                first, reached = rows[0][1], rows[-1][1]
                if first < reached:
                    rows = [row for row in rows if row[1] < reached]
                else:
                    reached += 1
                    rows = connection.execute(_PAGE, asked | {"until": reached, "limit": -1}).fetchall()
            return self._texts.signals(rows, connection), reached

    def _edge(self, question: str, asked: _Asked) -> int | None:
        with self._read() as connection:
            return _number(connection, question, asked)

    def earlier_arrival(
        self, home: str, device: str, kind: Kind, value: Value, key: str, *, since: datetime
    ) -> datetime | None:
        """Return the latest moment of an equal reading with this key, by the primary key."""
        asked = {
            "home": home,
            "device": device,
            "kind": kind.value,
            "value": _pack(value),
            "key": key,
            "since": millis(since),
        }
        return _moment(self._edge(_EARLIER, asked))

    def oldest(self) -> datetime | None:
        """Return the moment of the oldest signal: one look by the primary key for each home."""
        return _moment(self._edge(_FIRST, {"home": None, **_span(None, None)}))

    def newest(self) -> datetime | None:
        """Return the moment of the newest signal: one look by the primary key for each home."""
        return _moment(self._edge(_LAST, {"home": None, **_span(None, None)}))

    def count(self) -> int:
        """Count all signals by walking the whole table: some tens of milliseconds for each million."""
        return self._edge("SELECT count(*) FROM signal", {}) or 0

    def forget(self, home: str) -> int:
        """Erase a home's signals and words, a few thousand rows at a time so that appending goes on between them."""
        gone = 0
        more = True
        while more:
            with self._write() as connection:
                removed = connection.execute(
                    _FORGET, {"home": home, "some": _FORGET_AT_ONCE, "ever": _EVER[1]}
                ).rowcount
                more = removed > _FORGET_AT_ONCE
                if not more:
                    connection.execute("DELETE FROM word WHERE home = ?", (home,))
                    self._words.drop()
            gone += removed
        self._texts = _Texts()
        self._cut_log()
        return gone

    def _cut_log(self) -> None:
        """Empty SQLite's log, which still holds what was erased; while somebody reads, that is left to later appends."""
        with self._lock, self._spoken():
            self._writer.execute("PRAGMA busy_timeout=0")
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._writer.execute(f"PRAGMA busy_timeout={self._busy // timedelta(milliseconds=1)}")

    def backup(self, path: Path) -> None:
        """Copy the store as it is now, in steps, into a single file that appears only when it is whole.

        The copy reads inside one transaction: without it SQLite starts again at the first page after every append.
        """
        with (
            self._read() as source,
            replacing(path) as part,
            closing(sqlite3.connect(part, isolation_level=None)) as copy,
        ):
            _number(source, "SELECT count(*) FROM word")
            source.backup(copy, pages=_BACKUP_PAGES)
            copy.execute("PRAGMA journal_mode=DELETE")

    def check(self) -> str | None:
        """Read every page and return what is wrong with the file, in one sentence, or None."""
        try:
            with self._read() as connection:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except StoreDown as why:
            return str(why)
        return None if found == "ok" else f'{self._path.name} is damaged; bring a backup back with "linli restore"'

    def close(self) -> None:
        """Close all connections; the last one folds SQLite's log into the file."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        """Open the one writing transaction; it commits at the end, or leaves nothing behind."""
        with self._lock, self._spoken():
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                self._words.catch_up()
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                # words given out in this transaction are not in the file: none of them may be believed again
                self._words.drop()
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """Open a reading transaction, so that rows and the words they need are of one moment."""
        with self._spoken():
            connection = self._borrow()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)

    def _borrow(self) -> sqlite3.Connection:
        # a pool and not one connection a thread: the web server's threads come and go
        with suppress(IndexError):
            return self._idle.pop()
        if self._closed:
            raise StoreDown(f"{self._path.name} is closed")
        connection = self._connect()
        connection.execute("PRAGMA query_only=ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        self._idle.append(connection)
        if self._closed:
            self.close()

    def _open_writer(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "cache_size=-32768",
                # each batch touches a page of every home: fold the log back rarely, 16 MB at a time
                "wal_autocheckpoint=4000",
                "journal_size_limit=67108864",
                "secure_delete=ON",
            ):
                connection.execute(f"PRAGMA {pragma}")
            self._make_tables(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_tables(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        version = _number(connection, "PRAGMA user_version") or 0
        if version > SCHEMA_VERSION:
            raise LinliError(
                f"{self._path.name} was written by a newer linli (its schema is {version}, this one knows"
                f" {SCHEMA_VERSION}); install that version or restore a backup"
            )
        if version < SCHEMA_VERSION:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, timeout=self._busy.total_seconds(), isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def _spoken(self) -> Iterator[None]:
        """Turn what SQLite says into StoreDown and a sentence on what to do; a row it cannot take is a fault of ours."""
        try:
            yield
        except sqlite3.Error as why:
            if not (self._closed or _code(why) in _WRONG or isinstance(why, sqlite3.OperationalError)):
                raise
            raise StoreDown(f"{self._path.name} {_what_is_wrong(why)}") from why


class _Words:
    """The ids of texts, as the writing connection knows them; a home's own id is that of its empty text."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._ids: dict[tuple[str, str], int] = {}
        self._version: int | None = None

    def catch_up(self) -> None:
        """Read all words again if they were dropped, or if another program has written meanwhile."""
        version = _number(self._connection, "PRAGMA data_version")
        if version != self._version:
            found = self._connection.execute("SELECT home, text, id FROM word")
            self._ids = {(home, text): id_ for home, text, id_ in found}
            self._version = version

    def drop(self) -> None:
        """Believe nothing any more."""
        self._ids = {}
        self._version = None

    def id_of(self, home: str, text: str) -> int:
        """Return a text's id, given out now if it has none; home "" is for what belongs to no home."""
        known = self._ids.get((home, text))
        return self._add(home, text) if known is None else known

    def _add(self, home: str, text: str) -> int:
        added = self._connection.execute("INSERT INTO word (home, text) VALUES (?, ?)", (home, str(text))).lastrowid
        assert added is not None  # noqa: S101 - an INSERT that did not raise has made a row
        self._ids[home, text] = added
        return added


class _Texts:
    """The texts behind ids, as readers have met them; it only grows, so threads may share it."""

    def __init__(self) -> None:
        self._homes: dict[int, str] = {}
        self._texts: dict[int, str] = {}
        self._kinds: dict[int, Kind] = {}

    def signals(self, rows: Sequence[_Row], connection: sqlite3.Connection) -> list[Signal]:
        """Return the signals in rows; words not met so far are read through the connection that read the rows."""
        try:
            return self._signals(rows)
        except KeyError:
            self._learn(connection)
            return self._signals(rows)

    def _signals(self, rows: Sequence[_Row]) -> list[Signal]:
        homes, texts, kinds = self._homes, self._texts, self._kinds
        return [
            Signal(
                homes[home],
                texts[device],
                kinds[kind],
                _pressure(value) if isinstance(value, bytes) else value,
                moment := from_millis(at),
                from_millis(at + lag) if lag else moment,
                key,
                texts[room],
                said_at,
            )
            for home, at, device, kind, key, room, value, lag, said_at in rows
        ]

    def _learn(self, connection: sqlite3.Connection) -> None:
        newest = max(self._texts, default=0)
        for id_, home, text in connection.execute("SELECT id, home, text FROM word WHERE id > ?", (newest,)):
            if not home:
                self._kinds[id_] = Kind(text)
            elif not text:
                self._homes[id_] = home
            self._texts[id_] = text


def _pack(value: Value) -> _Stored:
    if isinstance(value, BloodPressure):
        return f"{value.systolic!r}/{value.diastolic!r}".encode()
    return value if isinstance(value, str) else float(value)  # a float is an int where somebody wrote 72


def _pressure(stored: bytes) -> BloodPressure:
    systolic, _, diastolic = stored.partition(b"/")
    return BloodPressure(float(systolic), float(diastolic))


def _span(since: datetime | None, until: datetime | None) -> dict[str, int]:
    return {"since": millis(since) if since else _EVER[0], "until": millis(until) if until else _EVER[1]}


def _number(connection: sqlite3.Connection, question: str, asked: _Asked | None = None) -> int | None:
    answer: int | None = connection.execute(question, asked or {}).fetchone()[0]
    return answer


def _moment(value: int | None) -> datetime | None:
    return None if value is None else from_millis(value)


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


def _what_is_wrong(why: sqlite3.Error) -> str:
    return _WRONG.get(_code(why), f"does not answer: {why}")


def _code(why: sqlite3.Error) -> int:
    code: int = getattr(why, "sqlite_errorcode", 0)
    return code & 0xFF  # the higher bits only refine these
