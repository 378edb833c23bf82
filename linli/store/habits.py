"""Questions to the care data about what was learned of homes: each night's model as JSON, and which of them is in use.

A home has its newest model unless an older one is held. Who holds one or lets it go says so by `bump`, so that a running
linli heeds it within seconds.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from linli.held_model import Held, Why
from linli.portions import portions
from linli.store import revisions
from linli.store import tables as t
from linli.store.upsert import upsert

KEPT = 14
"""So many of a home's latest models are kept, and the one that is held."""
_HABITS = "habits"
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Learned:
    """One model of one home."""

    home: str
    learned_at: datetime
    model: bytes


def revision(connection: Connection) -> int:
    """Return the number that grows whenever somebody has chosen another model (primary key)."""
    return revisions.revision(connection, _HABITS)


def bump(connection: Connection) -> None:
    """Say that another model is to be used; who does it first in a transaction waits for others who do."""
    revisions.bump(connection, _HABITS)


def add(connection: Connection, learned: Iterable[Learned]) -> None:
    """Store models, and forget those that are too many; one of the same moment is replaced, unless it is held (primary key)."""
    for one in learned:
        kept = held_of(connection, one.home)
        at = kept.learned_at if kept else None
        if at == one.learned_at:
            continue
        of_home_since = (t.habits.c.home == one.home) & (t.habits.c.learned_at >= one.learned_at)
        connection.execute(delete(t.habits).where(of_home_since, t.habits.c.learned_at.is_distinct_from(at)))
        connection.execute(insert(t.habits).values(home=one.home, learned_at=one.learned_at, model=one.model.decode()))
        _forget_old(connection, one.home, at)


def _forget_old(connection: Connection, home: str, held: datetime | None) -> None:
    kept = (
        select(t.habits.c.learned_at)
        .where(t.habits.c.home == home)
        .order_by(t.habits.c.learned_at.desc())
        .limit(1)
        .offset(KEPT)
    )
    too_old = connection.scalar(kept)
    if too_old is not None:
        old = (t.habits.c.home == home) & (t.habits.c.learned_at <= too_old)
        connection.execute(delete(t.habits).where(old, t.habits.c.learned_at.is_distinct_from(held)))


def newest(connection: Connection) -> dict[str, datetime]:
    """Return when each home was learned last (primary key)."""
    query = select(t.habits.c.home, func.max(t.habits.c.learned_at).label("at")).group_by(t.habits.c.home)
    return {row.home: row.at for row in connection.execute(query)}


def of_home(connection: Connection, home: str) -> list[Learned]:
    """Return a home's models, the latest first (primary key)."""
    query = select(t.habits).where(t.habits.c.home == home).order_by(t.habits.c.learned_at.desc())
    return [Learned(row.home, row.learned_at, row.model.encode()) for row in connection.execute(query)]


def in_use(connection: Connection) -> Mapping[str, datetime]:
    """Return when the model was learned that each home has: the one that is held, else the latest (primary keys)."""
    same = (t.habits.c.home == t.held_models.c.home) & (t.habits.c.learned_at == t.held_models.c.learned_at)
    kept = select(t.habits.c.home, t.habits.c.learned_at).join(t.held_models, same)
    return {**newest(connection), **{row.home: row.learned_at for row in connection.execute(kept)}}


def these(connection: Connection, moments: Mapping[str, datetime]) -> Iterator[Learned]:
    """Yield the models of homes that were learned at these moments, a few hundred at a time (primary key).

    Asked moment by moment, which most homes share: of pairs SQLite would look through the whole table.
    """
    homes: dict[datetime, list[str]] = {}
    for home, learned_at in moments.items():
        homes.setdefault(learned_at, []).append(home)
    for learned_at, all_of_them in homes.items():
        for some in portions(all_of_them, _AT_ONCE):
            query = select(t.habits).where(t.habits.c.home.in_(some), t.habits.c.learned_at == learned_at)
            for row in connection.execute(query):
                yield Learned(row.home, row.learned_at, row.model.encode())


def in_use_of(connection: Connection, home: str) -> Learned | None:
    """Return the model that one home has (primary keys)."""
    known, held = of_home(connection, home), held_of(connection, home)
    kept = (one for one in known if held is not None and one.learned_at == held.learned_at)
    return next(kept, known[0] if known else None)


def hold(connection: Connection, held: Held) -> None:
    """Keep a home on one of its models, or note anew why (primary key)."""
    upsert(
        connection,
        t.held_models,
        [
            {
                "home": held.home,
                "learned_at": held.learned_at,
                "since": held.since,
                "why": held.why,
                "difference": dict(held.difference),
            }
        ],
    )


def let_go(connection: Connection, home: str) -> None:
    """Let a home have its newest model again (primary key)."""
    connection.execute(delete(t.held_models).where(t.held_models.c.home == home))


def held_of(connection: Connection, home: str) -> Held | None:
    """Return the model that is held for a home (primary key)."""
    row = connection.execute(select(t.held_models).where(t.held_models.c.home == home)).first()
    return Held(row.home, row.learned_at, row.since, Why(row.why), row.difference) if row else None


def held(connection: Connection) -> Mapping[str, Held]:
    """Return the models that are held, by home (full scan: few rows, or all for some nights)."""
    query = select(t.held_models).order_by(t.held_models.c.home)
    return {
        row.home: Held(row.home, row.learned_at, row.since, Why(row.why), row.difference)
        for row in connection.execute(query)
    }
