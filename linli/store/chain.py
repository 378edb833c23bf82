"""The log's chain: each line's hash covers the line before it, so whatever is changed, taken out or put in shows.

Lines that are older than the chain have an empty hash and prove nothing.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, Text, bindparam, case, func, select, type_coerce
from sqlalchemy.sql.dml import ReturningInsert

from linli.alert import Entry
from linli.clock import millis
from linli.steps import Steps, Tell, nobody
from linli.store import prepared
from linli.store import tables as t
from linli.store.prepared import Prepared
from linli.store.upsert import insert_of

_LINES = "linli.log"
_NAME = "log"
_PAGE = 2000
_LONGEST_PUZZLE = 200
"""Of how many wrong lines in a row it is still worked out which stood where."""
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Head:
    """The newest line of the log: its number and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class _Line:
    seq: int
    hash: str
    alert: str
    entry: Entry

    def follows(self, hash_before: str, *, as_line: int | None = None) -> bool:
        """Tell whether the line is whole and was written after one with this hash."""
        return self.hash == link(hash_before, self.seq if as_line is None else as_line, self.alert, self.entry)


def link(hash_before: str, seq: int, alert: str, entry: Entry) -> str:
    """Return the hash of a line: SHA-256, in hexadecimal digits, over the hash before it and all that it says."""
    return _link(hash_before, seq, alert, entry, _encode(entry.detail))


def _link(hash_before: str, seq: int, alert: str, entry: Entry, detail: bytes) -> str:
    said = (hash_before, seq, alert, millis(entry.at), entry.what, entry.who, msgspec.Raw(detail))
    return hashlib.sha256(_encode(said)).hexdigest()


@contextmanager
def gathering(connection: Connection) -> Iterator[None]:
    """Gather the lines of a transaction, and write them at its end.

    Whoever writes keeps all other writers waiting until the commit. So on a server this lock must be a transaction's
    last: two that each held what the other wants would otherwise wait for ever.
    """
    lines: list[tuple[str, Entry]] = []
    kept = connection.info  # of a connection that is lost meanwhile it cannot be asked for any more
    kept[_LINES] = lines
    try:
        yield
        if lines:
            _write(connection, lines)
    finally:
        kept.pop(_LINES, None)


def add(connection: Connection, lines: Iterable[tuple[str, Entry]]) -> None:
    """Let the transaction write these lines, each with its alert, at its end."""
    connection.info[_LINES].extend(lines)


def gathered(connection: Connection, alert: str) -> list[Entry]:
    """Return what the transaction is still to write of an alert."""
    return [entry for id_, entry in connection.info.get(_LINES, ()) if id_ == alert]


_newest_seq = select(func.coalesce(func.max(t.log.c.seq), 0)).scalar_subquery()
_hash_of = Prepared(select(t.log.c.hash).where(t.log.c.seq == bindparam("wanted")))
_INSERT = {
    name: f"INSERT INTO log (seq, alert, at, what, who, detail, hash) VALUES ({', '.join([mark] * 7)})"  # noqa: S608
    for name, mark in (("sqlite", "?"), ("postgresql", "%s"))
}
"""Takes the values as they were hashed."""


def _counting(dialect: str) -> ReturningInsert[int]:
    """Return the statement that takes the next numbers: behind what was counted, and behind whatever is there.

    A line that somebody has put in past the end must not keep linli from writing; a number left out tells of it.
    """
    known = t.revisions.c.value
    first = insert_of(dialect, t.revisions).values(name=_NAME, value=_newest_seq + bindparam("count"))
    following = case((known < _newest_seq, _newest_seq + 1), else_=known) + bindparam("count")
    return first.on_conflict_do_update(index_elements=["name"], set_={"value": following}).returning(known)


_count = Prepared(_counting)


def _write(connection: Connection, lines: list[tuple[str, Entry]]) -> None:
    last = _take_numbers(connection, len(lines))
    hash_ = _hash_of.value(connection, wanted=last - len(lines)) or ""
    rows = []
    for seq, (alert, entry) in enumerate(lines, last - len(lines) + 1):
        detail = _encode(entry.detail)
        hash_ = _link(hash_, seq, alert, entry, detail)
        rows.append((seq, alert, millis(entry.at), entry.what, entry.who, detail.decode(), hash_))
    prepared.do_each(connection, _INSERT[connection.dialect.name], rows)


def _take_numbers(connection: Connection, count: int) -> int:
    """Return the last of the next numbers; its row is held, so that the next writer sees these lines first."""
    return int(_count.value(connection, count=count))


def head(connection: Connection) -> Head | None:
    """Return the newest line, None of an empty log (primary key)."""
    row = connection.execute(select(t.log.c.seq, t.log.c.hash).order_by(t.log.c.seq.desc()).limit(1)).one_or_none()
    return Head(row.seq, row.hash) if row else None


def lost(connection: Connection, kept: Head) -> str | None:
    """Return what has become of a line that was once the newest, None if it still stands (primary key)."""
    hash_ = _hash_of.value(connection, wanted=kept.seq)
    if hash_ is None:
        return f"the log has been at line {kept.seq} and does not have it any more: its end was cut off"
    return None if hash_ == kept.hash else f"log line {kept.seq} is another than linli has written: the log is not ours"


def flaws(connection: Connection, tell: Tell = nobody) -> Iterator[str]:
    """Read the log through; yield what is wrong with it, in one sentence each. `tell` counts lines."""
    newest = head(connection)
    counted = int(connection.scalar(select(func.count()).select_from(t.log)) or 0)
    yield from _walk(Steps(tell, counted).of(_lines(connection)))
    yield from _end(connection, newest.seq if newest else 0)


def _lines(connection: Connection) -> Iterator[_Line]:
    """Return every line; what cannot be read any more is told as one that says something else."""
    seq: int | None = None
    while True:
        query = select(*_AS_WRITTEN).order_by(t.log.c.seq).limit(_PAGE)
        rows = connection.execute(query if seq is None else query.where(t.log.c.seq > seq)).all()
        for row in rows:
            yield _Line(row.seq, row.hash, row.alert, Entry(row.at, row.what, row.who, _detail(row.detail)))
        if len(rows) < _PAGE:
            return
        seq = rows[-1].seq


_AS_WRITTEN = (
    t.log.c.seq,
    t.log.c.hash,
    t.log.c.alert,
    t.log.c.at,
    t.log.c.what,
    t.log.c.who,
    type_coerce(t.log.c.detail, Text).label("detail"),
)


def _detail(written: str) -> dict[str, str | float]:
    try:
        detail = msgspec.json.decode(written)
    except msgspec.MsgspecError:
        detail = None
    return detail if isinstance(detail, dict) else {"unreadable": written}


def _walk(lines: Iterator[_Line]) -> Iterator[str]:
    before = Head(0, "")
    has_begun = False
    wrong: list[_Line] = []
    start = before
    for line in lines:
        has_begun = has_begun or line.hash != ""
        if has_begun and line.seq > before.seq + 1:
            yield from _puzzle(start, wrong)
            wrong = []
            yield _missing(before.seq + 1, line.seq - 1)  # what a line stands after is gone: it cannot be judged
        elif has_begun and not line.follows(before.hash):
            start = start if wrong else before
            wrong.append(line)
        else:
            yield from _puzzle(start, wrong)
            wrong = []
        before = Head(line.seq, line.hash)
    yield from _puzzle(start, wrong)


def _missing(first: int, last: int) -> str:
    return f"log line {first} is missing" if first == last else f"log lines {first} to {last} are missing"


def _puzzle(before: Head, wrong: list[_Line]) -> Iterator[str]:
    """Say of wrong lines in a row which were moved and which changed."""
    if len(wrong) > _LONGEST_PUZZLE:
        yield f"log lines {wrong[0].seq} to {wrong[-1].seq} were changed or moved, or another was put in before them"
        return
    places = _places(before, wrong)
    moved = {now: was for now, was in places.items() if now != was}
    for now, was in sorted(moved.items()):
        yield f"log line {now} is out of order: it was line {was}"
    unknown = [line.seq for line in wrong if line.seq not in places]
    if moved and unknown:
        yield f"log line {unknown[0]} was put in or changed"
    elif len(unknown) > 1:
        yield f"log lines {unknown[0]} to {unknown[-1]} were changed or moved, or another was put in before them"
    elif unknown:
        yield f"log line {unknown[0]} was changed, or line {unknown[0] - 1} together with its hash"


def _places(before: Head, wrong: list[_Line]) -> dict[int, int]:
    """Return where lines stood when they were written, by where they stand now, as far as one leads to the next."""
    places: dict[int, int] = {}
    hash_ = before.hash
    for seq in range(before.seq + 1, before.seq + 1 + len(wrong)):
        found = next((line for line in wrong if line.seq not in places and line.follows(hash_, as_line=seq)), None)
        if found is None:
            break
        places[found.seq] = seq
        hash_ = found.hash
    return places


def _end(connection: Connection, newest: int) -> Iterator[str]:
    written = connection.scalar(select(t.revisions.c.value).where(t.revisions.c.name == _NAME))
    if written is not None and newest < written:
        yield f"{_missing(newest + 1, written)}: the end of the log was cut off"
    if written is not None and newest > written:
        yield f"after log line {written} others stand that linli has not written"
