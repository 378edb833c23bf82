"""Questions to the care data about what was learned of homes: each night's model as JSON, the latest ones kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from linli.store import tables as t

KEPT = 14
"""So many of a home's latest models are kept."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One model of one home."""

    home: str
    learned_at: datetime
    model: bytes


def add(connection: Connection, learned: Iterable[Learned]) -> None:
    """Store models, and forget those that are too many; one of the same moment is replaced (primary key)."""
    for one in learned:
        connection.execute(delete(t.habits).where(t.habits.c.home == one.home, t.habits.c.learned_at >= one.learned_at))
        connection.execute(insert(t.habits).values(home=one.home, learned_at=one.learned_at, model=one.model.decode()))
        _forget_old(connection, one.home)


def _forget_old(connection: Connection, home: str) -> None:
    kept = (
        select(t.habits.c.learned_at)
        .where(t.habits.c.home == home)
        .order_by(t.habits.c.learned_at.desc())
        .limit(1)
        .offset(KEPT)
    )
    too_old = connection.scalar(kept)
    if too_old is not None:
        connection.execute(delete(t.habits).where(t.habits.c.home == home, t.habits.c.learned_at <= too_old))


def newest(connection: Connection) -> Mapping[str, Learned]:
    """Return each home's latest model (primary key)."""
    latest = select(t.habits.c.home, func.max(t.habits.c.learned_at).label("at")).group_by(t.habits.c.home).subquery()
    query = select(t.habits).join(latest, (t.habits.c.home == latest.c.home) & (t.habits.c.learned_at == latest.c.at))
    return {row.home: Learned(row.home, row.learned_at, row.model.encode()) for row in connection.execute(query)}


def of_home(connection: Connection, home: str) -> list[Learned]:
    """Return a home's models, the latest first (primary key)."""
    query = select(t.habits).where(t.habits.c.home == home).order_by(t.habits.c.learned_at.desc())
    return [Learned(row.home, row.learned_at, row.model.encode()) for row in connection.execute(query)]
