"""Questions to the care data about who looked at which home, and why. Nothing is taken out again."""

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from linli.look import Look, LookReason
from linli.store import tables as t


def note(connection: Connection, look: Look) -> None:
    """Write a look down."""
    connection.execute(
        insert(t.looks).values(
            home=look.home,
            at=look.at,
            who=look.who,
            reason=look.reason,
            words=look.words,
            alert=look.alert,
            again=int(look.is_again),
        )
    )


def of_home(connection: Connection, home: str, since: datetime) -> list[Look]:
    """Return who looked at a home from a moment on, newest first (ix_looks_home_at)."""
    query = select(t.looks).where(t.looks.c.home == home, t.looks.c.at >= since)
    return [_look(row) for row in connection.execute(query.order_by(t.looks.c.at.desc(), t.looks.c.id.desc()))]


def _look(row: Row[tuple[object, ...]]) -> Look:
    return Look(row.home, row.at, row.who, LookReason(row.reason), row.words, row.alert, bool(row.again))
