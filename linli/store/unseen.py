"""Questions to the care data about when homes could not be seen: nobody's silence, and nothing to learn from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from linli.store import tables as t
from linli.store.upsert import upsert

EVERY_HOME = ""
"""The home of a span in which linli itself heard nothing."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A home was offline, or linli deaf, from one moment until another."""

    home: str
    since: datetime
    until: datetime


def put(connection: Connection, spans: Iterable[Unseen]) -> None:
    """Store spans that are over; one that is known by its begin gets the new end (primary key)."""
    ends = {(one.home, one.since): one.until for one in spans}
    upsert(
        connection, t.unseen, [{"home": home, "since": since, "until": until} for (home, since), until in ends.items()]
    )


def of_home(connection: Connection, home: str, since: datetime) -> list[Unseen]:
    """Return when a home could not be seen, those of every home too, that reached beyond a moment (primary key)."""
    query = select(t.unseen).where(t.unseen.c.home.in_((home, EVERY_HOME)), t.unseen.c.until > since)
    return [Unseen(row.home, row.since, row.until) for row in connection.execute(query.order_by(t.unseen.c.since))]


def overlapping(connection: Connection, since: datetime, until: datetime) -> list[Unseen]:
    """Return when any home could not be seen within a span, in no order (ix_unseen_until)."""
    query = select(t.unseen).where(t.unseen.c.until > since, t.unseen.c.since < until)
    return [Unseen(row.home, row.since, row.until) for row in connection.execute(query)]


def forget(connection: Connection, before: datetime) -> None:
    """Forget what ended before a moment (ix_unseen_until)."""
    connection.execute(delete(t.unseen).where(t.unseen.c.until < before))
