"""Which point a signal is at the server, and by what it is known again once it has left the window."""

import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, groupby

from linli.clock import millis
from linli.signals import Signal
from linli.store.influx_signals.lines import NANOS, natural_number
from linli.store.sqlite_signals.questions import AT_ONCE
from linli.store.sqlite_signals.rows import Row

_PLACE = "home = ? AND at = ? AND device = ? AND kind = ?"
_CROWDED = """
SELECT a, b, c, d FROM asked
WHERE EXISTS (SELECT 1 FROM signal WHERE home = a AND at = b AND device = c AND kind = d LIMIT 1 OFFSET 1)
"""
_KEYS = f"SELECT key FROM signal WHERE {_PLACE}"  # noqa: S608 - a constant
_MOVED = f"SELECT key, number FROM moved WHERE {_PLACE}"  # noqa: S608 - a constant
_MOVE = "INSERT OR REPLACE INTO moved VALUES (?, ?, ?, ?, ?, ?)"
MOVE_BACK = f"DELETE FROM moved WHERE {_PLACE} AND key = ?"  # noqa: S608 - a constant


def print_of(signal: Signal) -> bytes:
    """Return by what a signal of a home is known again: 16 bytes of a hash over its identity."""
    when = "" if signal.has_id else str(millis(signal.at))
    text = f"{signal.device}\0{signal.kind}\0{when}\0{signal.key}"
    return blake2b(text.encode(), digest_size=16).digest()


def asked_of_many(
    connection: sqlite3.Connection, question: str, many: Sequence[tuple[object, ...]]
) -> set[tuple[object, ...]]:
    """Ask a question about the rows of `asked`, whose columns are a, b, c … in turn; return all answers."""
    found: set[tuple[object, ...]] = set()
    whole = len(many) - len(many) % AT_ONCE
    for first in range(0, whole, AT_ONCE):
        some = many[first : first + AT_ONCE]
        found.update(connection.execute(_about(question, AT_ONCE, len(some[0])), list(chain.from_iterable(some))))
    for one in many[whole:]:
        found.update(connection.execute(_about(question, 1, len(one)), one))
    return found


@lru_cache
def _about(question: str, rows: int, columns: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"WITH asked ({', '.join('abcd'[:columns])}) AS (VALUES {', '.join([row] * rows)}) {question}"


def moved(connection: sqlite3.Connection, rows: Sequence[Row]) -> dict[tuple[object, ...], int]:
    """Return the numbers of rows that may not have their own: another of their device, kind and millisecond has it.

    The rows stand in the window already. Which were moved is written down, so that whoever comes next knows it.
    """
    numbers: dict[tuple[object, ...], int] = {}
    places = asked_of_many(connection, _CROWDED, [row[:4] for row in rows])
    crowded = [row for row in rows if row[:4] in places] if places else []
    for place, group in groupby(sorted(crowded, key=lambda row: row[:4]), key=lambda row: row[:4]):
        new = {row[4] for row in group}
        known = dict(connection.execute(_MOVED, place).fetchall())
        keys = [key for (key,) in connection.execute(_KEYS, place)]
        taken = {known.get(key, natural_number(key)) for key in keys if key not in new}
        for key in sorted(new):
            own = number = natural_number(key)
            while number in taken:
                number = (number + 1) % NANOS
            taken.add(number)
            connection.execute(MOVE_BACK, (*place, key))
            if number != own:
                numbers[*place, key] = number
                connection.execute(_MOVE, (*place, key, number))
    return numbers
