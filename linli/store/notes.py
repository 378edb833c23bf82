"""Questions to the care data about what staff noted of a home. A note is corrected by another, and never rubbed out."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from linli.store import tables as t


@dataclass(frozen=True, slots=True)
class Note:
    """What one of the staff wrote of a home. `corrects`: the note whose place it takes; `id` 0 before it is kept."""

    home: str
    at: datetime
    by: str
    text: str
    corrects: int | None = None
    withdrawn_at: datetime | None = None
    id: int = 0


def add(connection: Connection, note: Note) -> None:
    """Keep a note."""
    connection.execute(
        insert(t.notes).values(home=note.home, at=note.at, by=note.by, text=note.text, corrects=note.corrects)
    )


def withdraw(connection: Connection, home: str, note: int, by: str, now: datetime) -> bool:
    """Take a note back; False unless it is of this home and by this person, and stands (primary key)."""
    own = (t.notes.c.id == note) & (t.notes.c.home == home) & (t.notes.c.by == by)
    return (
        connection.execute(
            update(t.notes).where(own, t.notes.c.withdrawn_at.is_(None)).values(withdrawn_at=now)
        ).rowcount
        > 0
    )


def put_back(connection: Connection, home: str, note: int, by: str) -> bool:
    """Let a note stand again that its author has withdrawn; False where another has taken its place (primary key)."""
    own = (t.notes.c.id == note) & (t.notes.c.home == home) & (t.notes.c.by == by)
    replaced = select(t.notes.c.corrects).where(t.notes.c.corrects == note)
    return (
        connection.execute(update(t.notes).where(own, t.notes.c.id.not_in(replaced)).values(withdrawn_at=None)).rowcount
        > 0
    )


def correct(connection: Connection, note: int, better: Note) -> bool:
    """Put another note in the place of one's own; False where `withdraw` says so (primary key)."""
    if not withdraw(connection, better.home, note, better.by, better.at):
        return False
    add(connection, replace(better, corrects=note))
    return True


def of_home(connection: Connection, home: str, limit: int) -> list[Note]:
    """Return the newest notes of a home that stand, newest first (ix_notes_home_at)."""
    query = select(t.notes).where(t.notes.c.home == home, t.notes.c.withdrawn_at.is_(None))
    newest = query.order_by(t.notes.c.at.desc(), t.notes.c.id.desc()).limit(limit)
    return [_note(row) for row in connection.execute(newest)]


def _note(row: Row[tuple[object, ...]]) -> Note:
    return Note(row.home, row.at, row.by, row.text, row.corrects, row.withdrawn_at, row.id)
