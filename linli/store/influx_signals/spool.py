"""The spool: lines that the server has not got yet, in the order in which they came, in the same file as the window."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from linli.store.influx_signals.lines import NANOS, beginning

_AT_MOST_ROWS = 500
_ADD = "INSERT INTO unsent (oldest, arrived, size, forget, lines) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Spooled:
    """How much waits to be sent. `since`: when the oldest of it arrived, in milliseconds; None when nothing waits."""

    batches: int
    size: int
    since: int | None
    refused: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What is sent next: lines, or the wish to have a home deleted.

    `oldest` is the earliest moment among the lines, `arrived` when the first was queued, in milliseconds.
    """

    numbers: tuple[int, int]
    lines: bytes = b""
    forget: str | None = None
    oldest: int = 0
    arrived: int = 0


def add(connection: sqlite3.Connection, lines: Sequence[str], *, oldest: int, arrived: int) -> None:
    """Queue lines."""
    text = "\n".join(lines).encode()
    connection.execute(_ADD, (oldest, arrived, len(text), None, text))


def wish(connection: sqlite3.Connection, home: str, arrived: int, ever: int) -> None:
    """Let nothing of a home be sent that is queued, and queue the wish to have it deleted behind what is on its way."""
    start = beginning(home).encode()
    _rewrite(connection, start)
    connection.execute("DELETE FROM refused WHERE instr(line, ?) = 1", (start,))
    connection.execute("DELETE FROM unsent WHERE forget = ?", (home,))
    connection.execute(_ADD, (ever, arrived, 0, home, b""))


def _rewrite(connection: sqlite3.Connection, start: bytes) -> None:
    found = connection.execute("SELECT number FROM unsent WHERE instr(lines, ?)", (start,)).fetchall()
    for (number,) in found:
        (lines,) = connection.execute("SELECT lines FROM unsent WHERE number = ?", (number,)).fetchone()
        kept = b"\n".join(line for line in lines.split(b"\n") if not line.startswith(start))
        if kept:
            connection.execute("UPDATE unsent SET lines = ?, size = ? WHERE number = ?", (kept, len(kept), number))
        else:
            connection.execute("DELETE FROM unsent WHERE number = ?", (number,))


def first(connection: sqlite3.Connection, most: int) -> Batch | None:
    """Return what is to be sent next: the oldest batches joined up to about `most` bytes, or one wish."""
    asked = "SELECT number, size, forget, oldest, arrived FROM unsent ORDER BY number LIMIT ?"
    waiting = connection.execute(asked, (_AT_MOST_ROWS,)).fetchall()
    if not waiting:
        return None
    number, _, forget, oldest, arrived = waiting[0]
    if forget is not None:
        return Batch((number, number), forget=forget, arrived=arrived)
    size, last = 0, number
    for other, more, stop, other_oldest, _ in waiting:
        if stop is not None or (size and size + more > most):
            break
        size, last, oldest = size + more, other, min(oldest, other_oldest)
    rows = connection.execute("SELECT lines FROM unsent WHERE number BETWEEN ? AND ? ORDER BY number", (number, last))
    return Batch((number, last), b"\n".join(lines for (lines,) in rows), None, oldest, arrived)


def done(connection: sqlite3.Connection, batch: Batch, refused: Iterable[tuple[bytes, str]]) -> None:
    """Take out what the server has, and keep what it refused with its words."""
    connection.execute("DELETE FROM unsent WHERE number BETWEEN ? AND ?", batch.numbers)
    connection.executemany("INSERT INTO refused (line, why) VALUES (?, ?)", refused)


def try_refused_again(connection: sqlite3.Connection, since: int, arrived: int) -> int:
    """Queue once more what was refused, as somebody may have mended the cause; return how many lines.

    What is older than `since` is dropped: the server would not have kept it for so long.
    """
    found = [line for (line,) in connection.execute("SELECT line FROM refused ORDER BY rowid")]
    lines = [line for line in found if _moment(line) >= since]
    if lines:
        text = b"\n".join(lines)
        connection.execute(_ADD, (min(map(_moment, lines)), arrived, len(text), None, text))
    connection.execute("DELETE FROM refused")
    return len(lines)


def _moment(line: bytes) -> int:
    return int(line.rpartition(b" ")[2]) // NANOS


def state(connection: sqlite3.Connection) -> Spooled:
    """Return how much waits."""
    batches, size, since = connection.execute(
        "SELECT count(*), ifnull(sum(size), 0), min(arrived) FROM unsent"
    ).fetchone()
    (refused,) = connection.execute("SELECT count(*) FROM refused").fetchone()
    return Spooled(batches, size, since, refused)


def reasons(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return why lines were refused, and how many each time."""
    asked = "SELECT why, count(*) FROM refused GROUP BY why ORDER BY count(*) DESC LIMIT 5"
    return list(connection.execute(asked))
