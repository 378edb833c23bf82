"""Questions to the care data about who of the staff looked at which home, and why. Nothing is taken out again."""

from datetime import datetime

from sqlalchemy import Connection, insert, select

from linli.look import Look, LookReason
from linli.store import tables as t

_COLUMNS = (t.looks.c.home, t.looks.c.at, t.looks.c.who, t.looks.c.reason, t.looks.c.words, t.looks.c.alert)


def note(connection: Connection, look: Look) -> None:
    """Write a look down."""
    connection.execute(
        insert(t.looks).values(
            home=look.home, at=look.at, who=look.who, reason=look.reason, words=look.words, alert=look.alert
        )
    )


def of_home(connection: Connection, home: str, since: datetime) -> list[Look]:
    """Return who looked at a home from a moment on, newest first (ix_looks_home_at)."""
    query = select(*_COLUMNS).where(t.looks.c.home == home, t.looks.c.at >= since)
    return [_look(*row) for row in connection.execute(query.order_by(t.looks.c.at.desc(), t.looks.c.id.desc()))]


def _look(home: str, at: datetime, who: str, reason: str, words: str, alert: str) -> Look:
    return Look(home, at, who, LookReason(reason), words, alert)
