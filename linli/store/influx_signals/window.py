"""The window: the signals of the last days in SQLite, each queued for the server in the transaction that stores it."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path

from linli.clock import Clock, millis
from linli.errors import LinliError
from linli.portions import portions
from linli.signals import Kind, Signal
from linli.store.influx_signals import spool
from linli.store.influx_signals.lines import line, tags_of
from linli.store.influx_signals.points import MOVE_BACK, asked_of_many, moved, print_of
from linli.store.influx_signals.schema import EVER, LONG_AGO, add_tables
from linli.store.influx_signals.spool import Batch, Spooled
from linli.store.sqlite_signals import SqliteSignalStore, questions
from linli.store.sqlite_signals.file import SqliteFile, flaw, looking
from linli.store.sqlite_signals.rows import Row, row_of, signals_in
from linli.store.sqlite_signals.schema import refuse_newer
from linli.store.sqlite_signals.store import BUSY

KNOWN_DAYS = 30
"""How long a signal that has left the window is known again when it is delivered once more."""
DAY_MS = 86_400_000
STRIDE_MS = 60_000
_FEW = 2500
"""A stretch with fewer signals than this was short: the next one may be twice as long."""
_MANY_TAGS = 200_000
_HOMES_AT_ONCE = 20
_Rows = list[tuple[Row, Signal]]

_PAST = "SELECT a, b FROM asked WHERE EXISTS (SELECT 1 FROM past WHERE home = a AND print = b)"
_REMOVE = "DELETE FROM signal WHERE home = ? AND at = ? AND device = ? AND kind = ? AND key = ?"


@dataclass(frozen=True, slots=True)
class Reach:
    """What of the asked span is not in the window alone, all of one moment.

    From `horizon` on everything is in the window. `newest` is the newest signal that has left it. `late` stands in the
    window though it is older; `hidden` homes are being deleted at the server, or cannot be: then what arrived before.
    """

    horizon: int
    newest: int
    late: Sequence[Signal]
    hidden: dict[str, int]

    def is_here_alone(self, begin: int) -> bool:
        """Tell whether nothing from a moment on is at the server alone."""
        return begin >= self.horizon or self.newest == LONG_AGO or self.newest < begin


class Window(SqliteSignalStore):
    """Signals, spool and memory in one file. Waits for no server."""

    def __init__(self, path: Path, clock: Clock, *, busy: timedelta = BUSY) -> None:
        super().__init__(path, busy=busy)
        self._clock = clock
        self._tags: dict[tuple[str, str, str], str] = {}
        with self._writer.write() as connection:
            add_tables(connection)
        self._queue_what_was_there()

    def append(self, signals: Sequence[Signal]) -> int:
        """Store signals and queue those that are new, in one transaction that is on the disk when this returns."""
        if not signals:
            return 0
        with self._writer.write() as connection:
            horizon = _number(connection, "SELECT horizon FROM reach")
            rows = [(row_of(signal, self._writer.words), signal) for signal in signals]
            new = _insert(connection, _without_past(connection, rows, horizon))
            self._queue(connection, new)
        return len(new)

    def _now(self) -> int:
        return millis(self._clock.now())

    def _queue(self, connection: sqlite3.Connection, new: Sequence[tuple[Row, Signal]]) -> None:
        if not new:
            return
        numbers = moved(connection, [row for row, _ in new])
        lines = [line(signal, row[1], row[7], numbers.get(row[:5]), self._tags_of(signal)) for row, signal in new]
        spool.add(connection, lines, oldest=min(row[1] for row, _ in new), arrived=self._now())

    def _tags_of(self, signal: Signal) -> str:
        names = signal.home, signal.device, signal.kind
        known = self._tags.get(names)
        if known is None:
            if len(self._tags) >= _MANY_TAGS:
                self._tags.clear()
            known = self._tags[names] = tags_of(signal.home, signal.device, Kind(signal.kind))
        return known

    def _queue_what_was_there(self) -> None:
        """Queue what the file held before InfluxDB was set, stretch by stretch; goes on where it was cut short."""
        stride = STRIDE_MS
        while True:
            with self._writer.write() as connection:
                queued = _number(connection, "SELECT queued FROM reach")
                at = self._first_from(queued, EVER, None)
                if at is None:
                    connection.execute("UPDATE reach SET queued = ?", (EVER,))
                    return
                signals, reached = self._page({"home": None, "since": at, "until": at + stride})
                self._queue(connection, [(row_of(one, self._writer.words), one) for one in signals])
                connection.execute("UPDATE reach SET queued = ?", (reached,))
            stride = stride * 2 if len(signals) < _FEW else max(reached - at, 1)

    # -- what is older than the window

    def reach(self, since: int, until: int, home: str | None) -> Reach:
        """Return what has to be known to read a span from both places."""
        asked = {"home": home, "since": since, "limit": -1}
        with self._readers.read() as connection:
            horizon, newest = connection.execute("SELECT horizon, newest FROM reach").fetchone()
            late: list[Signal] = []
            if since < horizon:
                rows = connection.execute(questions.PAGE, asked | {"until": min(until, horizon)}).fetchall()
                late = signals_in(rows, self._texts, connection)
            hidden = dict(connection.execute("SELECT home, before FROM hidden"))
            hidden.update(
                (wished, EVER) for (wished,) in connection.execute("SELECT forget FROM unsent WHERE forget > ''")
            )
        return Reach(horizon, newest, late, hidden)

    def last(self, home: str | None) -> int:
        """Return the moment of the newest signal that is in the window or has left it."""
        here = self._ask(questions.LAST, {"home": home, "since": LONG_AGO, "until": EVER})
        return max(self.reach(EVER, EVER, home).newest, LONG_AGO if here is None else here)

    def _first_from(self, since: int, until: int, home: str | None) -> int | None:
        return self._ask(questions.FIRST, {"home": home, "since": since, "until": until})

    def stretch(self, at: int, end: int, home: str | None, stride: int) -> tuple[Sequence[Signal], int, int] | None:
        """Return the next signals of the window, up to where, and how long the next stretch may be.

        None: some of it has left the window meanwhile, so that the server has to be asked for it.
        """
        signals, reached = self._page({"home": home, "since": at, "until": min(at + stride, end)})
        if signals:
            stride = stride * 2 if len(signals) < _FEW else max(reached - at, 1)
        else:
            first = self._first_from(reached, end, home)
            reached = end if first is None else first
        return None if self.horizon() > at else (signals, reached, stride)

    def horizon(self) -> int:
        """Return from which moment on all signals are in the window."""
        with self._readers.read() as connection:
            return _number(connection, "SELECT horizon FROM reach")

    def prune(self, before: int, now: int) -> int:
        """Take signals before a moment out of the window that the server has; return how many. All in milliseconds."""
        removed, stride = 0, STRIDE_MS
        while True:
            some, stride, is_done = self._prune_some(before, now // DAY_MS, stride)
            removed += some
            if is_done:
                return removed

    def _prune_some(self, before: int, day: int, stride: int) -> tuple[int, int, bool]:
        """Take out the oldest stretch; return how many went, how long the next may be, and whether nothing is left.

        The horizon moves in the same transaction, so that no signal is ever neither here nor beyond it.
        """
        with self._writer.write() as connection:
            unsent = connection.execute("SELECT min(oldest) FROM unsent").fetchone()[0]
            limit = before if unsent is None else min(before, unsent)
            at = self._first_from(LONG_AGO, limit, None)
            if at is None:
                connection.execute("UPDATE reach SET horizon = max(horizon, ?)", (limit,))
                return 0, stride, True
            signals, reached = self._page({"home": None, "since": at, "until": min(at + stride, limit)})
            rows = [row_of(one, self._writer.words) for one in signals]
            prints = [(row[0], print_of(one), day) for row, one in zip(rows, signals, strict=True)]
            connection.executemany("INSERT OR REPLACE INTO past VALUES (?, ?, ?)", prints)
            connection.executemany(_REMOVE, [row[:5] for row in rows])
            connection.executemany(MOVE_BACK, [row[:5] for row in rows])
            asked = "UPDATE reach SET horizon = max(horizon, ?), newest = max(newest, ?)"
            connection.execute(asked, (reached, rows[-1][1]))
        return len(rows), stride * 2 if len(rows) < _FEW else max(reached - at, 1), False

    def forget_prints(self, now: int) -> None:
        """Forget by what signals are known that left the window 30 days ago, a few homes at a time: it reads them all."""
        before = now // DAY_MS - KNOWN_DAYS
        with self._readers.read() as connection:
            homes = [home for (home,) in connection.execute("SELECT id FROM word WHERE text = '' ORDER BY id")]
        for some in portions(homes, _HOMES_AT_ONCE):
            with self._writer.write() as connection:
                asked = "DELETE FROM past WHERE home BETWEEN ? AND ? AND day < ?"
                connection.execute(asked, (some[0], some[-1], before))

    # -- forgetting

    def forget(self, home: str) -> int:
        """Erase a home here, at once, and queue the wish to have it deleted at the server: nothing of it is sent any more."""
        with self._writer.write() as connection:
            self._wish(connection, home)
        self._tags.clear()
        return super().forget(home)

    def _forget_rest(self, connection: sqlite3.Connection, home: str) -> None:
        """Wish once more: what was appended since the first wish must not stay at the server either."""
        self._wish(connection, home)
        super()._forget_rest(connection, home)

    def _wish(self, connection: sqlite3.Connection, home: str) -> None:
        known = connection.execute("SELECT id FROM word WHERE home = ? AND text = ''", (home,)).fetchone()
        if known is not None:
            connection.execute("DELETE FROM past WHERE home = ?", known)
            connection.execute("DELETE FROM moved WHERE home = ?", known)
        spool.wish(connection, home, self._now(), EVER)

    # -- the spool

    def first(self, most: int) -> Batch | None:
        """Return what is to be sent next."""
        with self._readers.read() as connection:
            return spool.first(connection, most)

    def done(self, batch: Batch, refused: Iterable[tuple[bytes, str]] = ()) -> None:
        """Write down that the server has a batch, but for lines that it refused."""
        with self._writer.write() as connection:
            spool.done(connection, batch, refused)

    def hide(self, home: str, before: int) -> None:
        """Write down that the server cannot delete what it has of a home: it is never shown again."""
        with self._writer.write() as connection:
            connection.execute("INSERT OR REPLACE INTO hidden VALUES (?, ?)", (home, before))

    def try_refused_again(self, since: int = LONG_AGO) -> int:
        """Queue once more what was refused, but for what is older than the server keeps anything."""
        with self._writer.write() as connection:
            return spool.try_refused_again(connection, since, self._now())

    def spooled(self) -> Spooled:
        """Return how much waits to be sent."""
        with self._readers.read() as connection:
            return spool.state(connection)

    def hourly(self) -> int:
        """Return before which moment all hours are summed up."""
        with self._readers.read() as connection:
            return _number(connection, "SELECT hourly FROM reach")

    def set_hourly(self, moment: int) -> None:
        """Write that down."""
        with self._writer.write() as connection:
            connection.execute("UPDATE reach SET hourly = ?", (moment,))


def is_window(path: Path) -> bool:
    """Tell whether a file of signals holds the last days only, and an InfluxDB what is older."""
    with looking(path) as connection:
        return _has_reach(connection) and _number(connection, "SELECT queued FROM reach") != LONG_AGO


def wrong_in(path: Path) -> str | None:
    """Read a file of signals through, and see whether an InfluxDB has refused any; changes nothing, asks no server."""
    try:
        with looking(path) as connection:
            refuse_newer(connection, path.name)
            wrong = flaw(connection, path.name)
            refused = [] if wrong or not _has_reach(connection) else spool.reasons(connection)
    except LinliError as why:
        return str(why)
    told = "; ".join(f"{count}: {why}" for why, count in refused)
    if told:
        return f"InfluxDB has refused signals, which are kept in {path.name} and sent again at a start: {told}"
    return wrong


def queue_again(path: Path) -> None:
    """Let everything in a file be queued again when it is next opened as a window.

    For a file that is now appended to without one: what comes meanwhile would never be sent, but leave the window.
    """
    file = SqliteFile(path, BUSY)
    with file.speaking(), closing(file.connect()) as connection:
        if not _has_reach(connection):
            return
        if _number(connection, "SELECT queued FROM reach") != LONG_AGO:
            connection.execute("UPDATE reach SET queued = ?", (LONG_AGO,))


def _has_reach(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'reach'").fetchone() is not None


def _without_past(connection: sqlite3.Connection, rows: _Rows, horizon: int) -> _Rows:
    """Leave out what has left the window and is delivered once more."""
    if not _number(connection, "SELECT EXISTS (SELECT 1 FROM past)"):
        return rows
    prints = [(row[0], print_of(signal)) if row[1] < horizon or signal.has_id else None for row, signal in rows]
    past = asked_of_many(connection, _PAST, [one for one in prints if one is not None])
    return [one for one, known in zip(rows, prints, strict=True) if known not in past]


def _insert(connection: sqlite3.Connection, rows: _Rows) -> _Rows:
    """Insert rows and return those that were new."""
    new: _Rows = []
    whole = len(rows) - len(rows) % questions.AT_ONCE
    for first in range(0, whole, questions.AT_ONCE):
        some = rows[first : first + questions.AT_ONCE]
        keys = connection.execute(questions.INSERTED_MANY, list(chain.from_iterable(row for row, _ in some))).fetchall()
        if len(keys) < len(some):
            left = dict.fromkeys(keys, True)  # of two alike in one batch the first is new
            some = [one for one in some if left.pop(one[0][:5], False)]
        new += some
    cursor = connection.cursor()
    new += [one for one in rows[whole:] if cursor.execute(questions.INSERT, one[0]).rowcount]
    return new


def _number(connection: sqlite3.Connection, question: str) -> int:
    return int(connection.execute(question).fetchone()[0])
