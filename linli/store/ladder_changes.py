"""Questions to the care data about who changed which ladder file; every change is kept, the files say what holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from linli.store import tables as t


@dataclass(frozen=True, slots=True)
class LadderChange:
    """Somebody has put a text in the place of another; None: no file. `name` is a site, or `default`."""

    id: int
    at: datetime
    by: str
    name: str
    before: str | None
    text: str | None


def add(connection: Connection, name: str, text: str | None, *, before: str | None, by: str, at: datetime) -> None:
    """Keep a change (primary key)."""
    connection.execute(insert(t.ladder_changes).values(at=at, by=by, name=name, before=before, text=text))


def of(connection: Connection, name: str, limit: int = 30) -> Sequence[LadderChange]:
    """Return the changes of a file, newest first (ix_ladder_changes_name_id)."""
    c = t.ladder_changes.c
    query = select(t.ladder_changes).where(c.name == name).order_by(c.id.desc()).limit(limit)
    return [LadderChange(*row) for row in connection.execute(query.with_only_columns(*_COLUMNS))]


_COLUMNS = [t.ladder_changes.c[name] for name in LadderChange.__slots__]
