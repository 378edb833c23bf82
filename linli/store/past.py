"""Questions to the care data about alerts that are over, many at once, as a rehearsal asks them. Reads only."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from linli.alert import Alert, AlertState, Entry
from linli.portions import portions
from linli.store import tables as t
from linli.store.alert_rows import alert_of

_CHUNK = 500


def closed_of(connection: Connection, since: datetime, until: datetime, site: str | None = None) -> list[Alert]:
    """Return the closed alerts that opened in [since, until), oldest first, of one site or all (ix_alerts_opened)."""
    query = (
        select(t.alerts)
        .where(t.alerts.c.opened_at >= since, t.alerts.c.opened_at < until, t.alerts.c.state == AlertState.CLOSED)
        .order_by(t.alerts.c.opened_at, t.alerts.c.id)
    )
    if site is not None:
        query = query.where(t.alerts.c.site == site)
    return [alert_of(row) for row in connection.execute(query)]


def count_open_of(connection: Connection, since: datetime, until: datetime, site: str | None = None) -> int:
    """Return how many of the alerts that opened in [since, until) are open still (ix_alerts_due)."""
    query = select(func.count()).where(
        t.alerts.c.due_at.is_not(None), t.alerts.c.opened_at >= since, t.alerts.c.opened_at < until
    )
    if site is not None:
        query = query.where(t.alerts.c.site == site)
    return int(connection.scalar(query) or 0)


def logs(connection: Connection, alerts: Sequence[str]) -> Iterator[tuple[str, Entry]]:
    """Yield (alert, entry) of the logs of several alerts, each log oldest first (ix_log_alert_seq)."""
    for some in portions(alerts, _CHUNK):
        query = select(t.log).where(t.log.c.alert.in_(some)).order_by(t.log.c.seq)
        for row in connection.execute(query):
            yield row.alert, Entry(row.at, row.what, row.who, row.detail)


def asked_of(connection: Connection, since: datetime, until: datetime) -> list[tuple[datetime, str, str]]:
    """Return (when, alert, person) of the requests in [since, until), oldest first, drills left out.

    Served by ix_requests_asked_at_person_drill.
    """
    query = (
        select(t.requests.c.asked_at, t.requests.c.alert, t.requests.c.person)
        .where(t.requests.c.asked_at >= since, t.requests.c.asked_at < until, t.requests.c.drill == 0)
        .order_by(t.requests.c.asked_at)
    )
    return [(row.asked_at, row.alert, row.person) for row in connection.execute(query)]
