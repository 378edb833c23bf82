"""Questions to the care data over many alerts at once, as the screens and the metrics ask them. Reads only."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, or_, select

from linli.alert import Alert, Request, RequestState
from linli.people import Role
from linli.portions import portions
from linli.store import tables as t
from linli.store.alert_rows import alert_of
from linli.store.cases import newest

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Involved:
    """An alert together with everybody who was asked."""

    alert: Alert
    requests: tuple[Request, ...] = ()


def search(
    connection: Connection,
    *,
    state: str = "all",
    homes: Collection[str] | None = None,
    site_wide: Collection[str] = (),
    home: str | None = None,
    limit: int = 100,
) -> list[Alert]:
    """Return alerts, newest first (ix_alerts_opened, ix_alerts_home).

    `homes` None means all; otherwise those of the homes named and the ones about the whole of a site in `site_wide`.
    """
    query = newest(state).limit(limit)
    if home is not None:
        query = query.where(t.alerts.c.home == home)
    if homes is not None:
        of_sites = and_(t.alerts.c.home == "", t.alerts.c.site.in_(site_wide))
        query = query.where(or_(t.alerts.c.home.in_(homes), of_sites))
    return [alert_of(row) for row in connection.execute(query)]


def asked(connection: Connection, person: str, limit: int = 100) -> list[Alert]:
    """Return the alerts for which a person was asked, asked latest first (ix_requests_person_asked_at_drill)."""
    query = (
        select(t.alerts)
        .join(t.requests, t.requests.c.alert == t.alerts.c.id)
        .where(t.requests.c.person == person)
        .order_by(t.requests.c.asked_at.desc(), t.alerts.c.id)
        .limit(limit)
    )
    return [alert_of(row) for row in connection.execute(query)]


def homes_asking(connection: Connection, person: str) -> frozenset[str]:
    """Return the homes whose open alerts have asked a person who has not refused (ix_alerts_due, primary key)."""
    query = (
        select(t.alerts.c.home)
        .join(t.requests, t.requests.c.alert == t.alerts.c.id)
        .where(
            t.alerts.c.due_at.is_not(None),
            t.requests.c.person == person,
            t.requests.c.state != RequestState.DECLINED,
        )
    )
    return frozenset(connection.scalars(query))


def with_requests(connection: Connection, alerts: Sequence[Alert]) -> list[Involved]:
    """Return alerts with everybody who was asked for them, in the order given (primary key)."""
    found = _requests(connection, [alert.id for alert in alerts])
    return [Involved(alert, tuple(found.get(alert.id, ()))) for alert in alerts]


def _requests(connection: Connection, alerts: Sequence[str]) -> dict[str, list[Request]]:
    found: dict[str, list[Request]] = {}
    for some in portions(alerts, _CHUNK):
        query = (
            select(t.requests).where(t.requests.c.alert.in_(some)).order_by(t.requests.c.asked_at, t.requests.c.person)
        )
        for row in connection.execute(query):
            request = Request(
                row.person, Role(row.role), row.rung, RequestState(row.state), row.asked_at, row.reply_due_at
            )
            found.setdefault(row.alert, []).append(request)
    return found


def by_ids(connection: Connection, ids: Iterable[str]) -> list[Alert]:
    """Return the alerts of these ids, in no order (primary key)."""
    found: list[Alert] = []
    for some in portions(sorted(set(ids)), _CHUNK):
        query = select(t.alerts).where(t.alerts.c.id.in_(some))
        found.extend(alert_of(row) for row in connection.execute(query))
    return found


def tally(connection: Connection) -> dict[tuple[str, str], int]:
    """Return how many alerts there are by (kind, state), drills apart (full scan; for metrics)."""
    query = (
        select(t.alerts.c.kind, t.alerts.c.state, func.count())
        .where(t.alerts.c.drill == 0)
        .group_by(t.alerts.c.kind, t.alerts.c.state)
    )
    return {(kind, state): count for kind, state, count in connection.execute(query)}
