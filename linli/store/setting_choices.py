"""Questions to the care data about which settings staff have chosen; every choice is kept, the newest holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from linli.store import tables as t


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody has chosen a value for a setting, None for the default again; `before` is what held."""

    id: int
    at: datetime
    by: str
    name: str
    before: str
    value: str | None


def revision(connection: Connection) -> int:
    """Return a number that grows with each choice (primary key)."""
    return int(connection.scalar(select(func.max(t.setting_choices.c.id))) or 0)


def choose(connection: Connection, name: str, value: str | None, *, before: str, by: str, at: datetime) -> None:
    """Keep a choice (primary key)."""
    connection.execute(insert(t.setting_choices).values(at=at, by=by, name=name, before=before, value=value))


def in_force(connection: Connection) -> dict[str, str]:
    """Return the value of each setting whose newest choice is one (full scan, few rows)."""
    newest = {one.name: one.value for one in reversed(history(connection, limit=None))}
    return {name: value for name, value in newest.items() if value is not None}


def history(connection: Connection, limit: int | None = 30) -> Sequence[Choice]:
    """Return the choices, newest first (primary key)."""
    query = select(t.setting_choices).order_by(t.setting_choices.c.id.desc()).limit(limit)
    return [Choice(row.id, row.at, row.by, row.name, row.before, row.value) for row in connection.execute(query)]
