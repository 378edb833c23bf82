"""Questions to the care data about who cannot be called for now, by their own word."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from linli.store import tables as t
from linli.store.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Pause:
    """Somebody is not to be called from one moment until another."""

    person: str
    since: datetime
    until: datetime


def begin(connection: Connection, pause: Pause) -> None:
    """Note a pause; it takes the place of the one that runs (ix_pauses_person_until)."""
    end(connection, pause.person, pause.since)
    connection.execute(insert(t.pauses).values(person=pause.person, since=pause.since, until=pause.until))


def end(connection: Connection, person: str, now: datetime) -> bool:
    """End a person's pause; False if none ran (ix_pauses_person_until)."""
    running = (t.pauses.c.person == person) & (t.pauses.c.until > now) & t.pauses.c.ended_at.is_(None)
    return connection.execute(update(t.pauses).where(running).values(ended_at=now)).rowcount > 0


def of(connection: Connection, person: str, now: datetime) -> Pause | None:
    """Return a person's pause that runs at a moment (ix_pauses_person_until)."""
    query = select(t.pauses).where(
        t.pauses.c.person == person, t.pauses.c.until > now, t.pauses.c.since <= now, t.pauses.c.ended_at.is_(None)
    )
    found = connection.execute(query).first()
    return _pause(found) if found else None


_RUNNING = Prepared(
    select(t.pauses.c.person, t.pauses.c.since, t.pauses.c.until).where(
        t.pauses.c.until > bindparam("now"), t.pauses.c.since <= bindparam("now"), t.pauses.c.ended_at.is_(None)
    )
)


def running(connection: Connection, now: datetime) -> list[Pause]:
    """Return all pauses that run at a moment (ix_pauses_until)."""
    return [Pause(*row) for row in _RUNNING.rows(connection, now=now)]


def _pause(row: Row[tuple[object, ...]]) -> Pause:
    return Pause(row.person, row.since, row.until)
