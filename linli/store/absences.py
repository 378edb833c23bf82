"""Questions to the care data about who is away, as the resident, the family or staff declared it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from linli.store import tables as t


@dataclass(frozen=True, slots=True)
class Absence:
    """A home is empty from one moment until another, by somebody's word."""

    home: str
    since: datetime
    until: datetime
    by: str
    note: str = ""
    is_pause: bool = False
    """She is at home, but does not wish to be watched."""


def begin(connection: Connection, absence: Absence) -> None:
    """Declare an absence; it takes the place of the one that runs (ix_absences_home_until)."""
    end(connection, absence.home, absence.since)
    connection.execute(
        insert(t.absences).values(
            home=absence.home,
            since=absence.since,
            until=absence.until,
            by=absence.by,
            note=absence.note,
            is_pause=int(absence.is_pause),
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
    return [_absence(row) for row in connection.execute(query)]


def over(connection: Connection, since: datetime, now: datetime) -> list[Absence]:
    """Return the absences that ended within a span, oldest first, each until when it truly did (ix_absences_until)."""
    ended = func.coalesce(t.absences.c.ended_at, t.absences.c.until)
    query = (
        select(t.absences)
        .where(t.absences.c.until > since, ended > since, ended <= now, ended > t.absences.c.since)
        .order_by(t.absences.c.since)
    )
    return [_as_it_was(row) for row in connection.execute(query)]


def of(connection: Connection, home: str, now: datetime) -> Absence | None:
    """Return the absence of a home that runs at a moment (ix_absences_home_until)."""
    query = select(t.absences).where(
        t.absences.c.home == home, t.absences.c.until > now, t.absences.c.since <= now, t.absences.c.ended_at.is_(None)
    )
    row = connection.execute(query).first()
    return _absence(row) if row else None


def cut_short(connection: Connection, home: str, now: datetime, since: datetime) -> Absence | None:
    """Return what would still run in a home had it not been ended since a moment (ix_absences_home_until)."""
    query = (
        select(t.absences)
        .where(t.absences.c.home == home, t.absences.c.until > now, t.absences.c.ended_at >= since)
        .order_by(t.absences.c.ended_at.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _absence(row) if row else None


def _absence(row: Row[Any]) -> Absence:
    return Absence(row.home, row.since, row.until, row.by, row.note, bool(row.is_pause))


def since(connection: Connection, home: str, moment: datetime) -> list[Absence]:
    """Return a home's absences that reached beyond a moment, each until when it truly ended (ix_absences_home_until)."""
    query = select(t.absences).where(t.absences.c.home == home, t.absences.c.until > moment)
    return [_as_it_was(row) for row in connection.execute(query)]


def _as_it_was(row: Row[Any]) -> Absence:
    return replace(_absence(row), until=min(row.until, row.ended_at or row.until))
