"""Questions to the care data about who is away, as the resident, the family or staff declared it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from linli.store import tables as t


@dataclass(frozen=True, slots=True)
class Absence:
    """A home is empty from one moment until another, by somebody's word."""

    home: str
    since: datetime
    until: datetime
    by: str
    note: str = ""


def begin(connection: Connection, absence: Absence) -> None:
    """Declare an absence; it takes the place of the one that runs (ix_absences_home_until)."""
    end(connection, absence.home, absence.since)
    connection.execute(
        insert(t.absences).values(
            home=absence.home, since=absence.since, until=absence.until, by=absence.by, note=absence.note
        )
    )


def end(connection: Connection, home: str, now: datetime) -> bool:
    """End what runs in a home; False if nothing did (ix_absences_home_until)."""
    running = (t.absences.c.home == home) & (t.absences.c.until > now) & t.absences.c.ended_at.is_(None)
    return connection.execute(update(t.absences).where(running).values(ended_at=now)).rowcount > 0


def running(connection: Connection, now: datetime) -> list[Absence]:
    """Return all absences that run at a moment (ix_absences_until)."""
    query = select(t.absences).where(
        t.absences.c.until > now, t.absences.c.since <= now, t.absences.c.ended_at.is_(None)
    )
    return [Absence(row.home, row.since, row.until, row.by, row.note) for row in connection.execute(query)]


def since(connection: Connection, home: str, moment: datetime) -> list[Absence]:
    """Return a home's absences that reached beyond a moment, each until when it truly ended (ix_absences_home_until)."""
    query = select(t.absences).where(t.absences.c.home == home, t.absences.c.until > moment)
    return [
        Absence(row.home, row.since, min(row.until, row.ended_at or row.until), row.by, row.note)
        for row in connection.execute(query)
    ]
