"""Questions to the care data about visits: which homes are to be visited how often, and what visitors found.

Nothing is changed but by a later word: a plan gives way to the next one, and what is taken back stays on record.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, literal, select, update

from linli.store import tables as t
from linli.visit import Visit, VisitPlan, VisitResult


def plan(connection: Connection, plans: Iterable[VisitPlan]) -> None:
    """Set plans; each takes the place of the one that its home had."""
    rows = [
        {"home": p.home, "every_days": p.every_days, "set_at": p.set_at, "set_by": p.set_by, "change": p.change}
        for p in plans
    ]
    if rows:
        connection.execute(insert(t.visit_plans), rows)


def take_back_plans(connection: Connection, change: str, homes: Collection[str], now: datetime) -> int:
    """Take back what was set for some homes at one stroke, so that the plans before it hold again (ix_visit_plans_change)."""
    mine = select(t.visit_plans.c.id, t.visit_plans.c.home).where(
        t.visit_plans.c.change == change, t.visit_plans.c.undone_at.is_(None)
    )
    ids = [row.id for row in connection.execute(mine) if row.home in homes]
    if ids:
        connection.execute(update(t.visit_plans).where(t.visit_plans.c.id.in_(ids)).values(undone_at=now))
    return len(ids)


def changed(connection: Connection, change: str) -> list[VisitPlan]:
    """Return the plans that were set at one stroke and not taken back (ix_visit_plans_change)."""
    query = select(t.visit_plans).where(t.visit_plans.c.change == change, t.visit_plans.c.undone_at.is_(None))
    return [_plan(row) for row in connection.execute(query)]


def plans(connection: Connection) -> dict[str, VisitPlan]:
    """Return the plan in force of each home that ever had one (ix_visit_plans_home_id)."""
    newest = (
        select(func.max(t.visit_plans.c.id))
        .where(t.visit_plans.c.undone_at.is_(None))
        .group_by(t.visit_plans.c.home)
        .scalar_subquery()
    )
    rows = connection.execute(select(t.visit_plans).where(t.visit_plans.c.id.in_(newest)))
    return {row.home: _plan(row) for row in rows}


def plans_until(connection: Connection, until: datetime) -> dict[str, list[VisitPlan]]:
    """Return all plans that were set before a moment and not taken back, by home, oldest first (full scan; for reports)."""
    query = (
        select(t.visit_plans)
        .where(t.visit_plans.c.set_at < until, t.visit_plans.c.undone_at.is_(None))
        .order_by(t.visit_plans.c.id)
    )
    found: dict[str, list[VisitPlan]] = {}
    for row in connection.execute(query):
        found.setdefault(row.home, []).append(_plan(row))
    return found


def plan_of(connection: Connection, home: str) -> VisitPlan | None:
    """Return a home's plan in force (ix_visit_plans_home_id)."""
    query = (
        select(t.visit_plans)
        .where(t.visit_plans.c.home == home, t.visit_plans.c.undone_at.is_(None))
        .order_by(t.visit_plans.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _plan(row) if row else None


def write(connection: Connection, visit: Visit, now: datetime) -> int:
    """Write a visit down; return its number."""
    values = {"home": visit.home, "at": visit.at, "by": visit.by, "result": visit.result, "note": visit.note}
    query = insert(t.visits).values(**values, written_at=now).returning(t.visits.c.id)
    return int(connection.execute(query).scalar_one())


def take_back(connection: Connection, home: str, id: int, now: datetime) -> bool:  # noqa: A002
    """Take back what was written down by mistake, once or again; False if that home has no such visit (primary key)."""
    mine = (t.visits.c.id == id) & (t.visits.c.home == home)
    first = func.coalesce(t.visits.c.undone_at, literal(now, t.Moment()))
    return connection.execute(update(t.visits).where(mine).values(undone_at=first)).rowcount > 0


def of_home(connection: Connection, home: str, limit: int = 50) -> list[Visit]:
    """Return a home's visits, newest first (ix_visits_home_at)."""
    query = select(t.visits).where(t.visits.c.home == home, t.visits.c.undone_at.is_(None))
    return [_visit(row) for row in connection.execute(query.order_by(t.visits.c.at.desc()).limit(limit))]


def last_met(connection: Connection) -> dict[str, datetime]:
    """Return when each home's elder was last met by a visitor (full scan; some dozens of rows a home and year)."""
    query = (
        select(t.visits.c.home, func.max(t.visits.c.at).label("at"))
        .where(t.visits.c.undone_at.is_(None), t.visits.c.result != VisitResult.NOT_MET)
        .group_by(t.visits.c.home)
    )
    return {row.home: row.at for row in connection.execute(query)}


def latest(connection: Connection) -> dict[str, Visit]:
    """Return the newest visit of each home (ix_visits_home_at)."""
    newest = (
        select(t.visits.c.home, func.max(t.visits.c.at).label("at"))
        .where(t.visits.c.undone_at.is_(None))
        .group_by(t.visits.c.home)
        .subquery()
    )
    query = (
        select(t.visits)
        .join(newest, (newest.c.home == t.visits.c.home) & (newest.c.at == t.visits.c.at))
        .where(t.visits.c.undone_at.is_(None))
        .order_by(t.visits.c.id)
    )
    return {row.home: _visit(row) for row in connection.execute(query)}


def made(connection: Connection, *, since: datetime, until: datetime) -> list[Visit]:
    """Return the visits of a span, oldest first (ix_visits_at)."""
    query = select(t.visits).where(t.visits.c.at >= since, t.visits.c.at < until, t.visits.c.undone_at.is_(None))
    return [_visit(row) for row in connection.execute(query.order_by(t.visits.c.at, t.visits.c.id))]


def _plan(row: Row[tuple[object, ...]]) -> VisitPlan:
    return VisitPlan(row.home, row.every_days, row.set_at, row.set_by, row.change)


def _visit(row: Row[tuple[object, ...]]) -> Visit:
    return Visit(row.home, row.at, row.by, VisitResult(row.result), row.note, row.id)
