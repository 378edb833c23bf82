"""Questions to the care data about a span of time as a whole: what the monthly report is made of. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from linli.alert import Alert, NoticeType, RequestState
from linli.people import Role
from linli.store import tables as t
from linli.store.alert_rows import alert_of


@dataclass(frozen=True, slots=True)
class Past:
    """An alert that was opened in the span. `accepted_at`: when the first person said that they go."""

    alert: Alert
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """How often a person stood so with a request that was made in the span."""

    person: str
    role: Role
    state: RequestState
    times: int


@dataclass(frozen=True, slots=True)
class Carried:
    """How many notices of the span a kind of channel has in a state; a channel that is gone has the kind ""."""

    kind: str
    state: str
    times: int


def alerts(connection: Connection, *, since: datetime, until: datetime) -> list[Past]:
    """Return the alerts opened in a span, drills apart, oldest first (ix_alerts_opened, ix_log_alert_seq)."""
    accepted = (
        select(func.min(t.log.c.at))
        .where(t.log.c.alert == t.alerts.c.id, t.log.c.what == "accepted")
        .scalar_subquery()
        .label("accepted_at")
    )
    query = (
        select(t.alerts, accepted)
        .where(t.alerts.c.opened_at >= since, t.alerts.c.opened_at < until, t.alerts.c.drill == 0)
        .order_by(t.alerts.c.opened_at, t.alerts.c.id)
    )
    return [Past(alert_of(row), row.accepted_at) for row in connection.execute(query)]


def asked(connection: Connection, alerts: Collection[str], *, since: datetime, until: datetime) -> list[Asked]:
    """Return how people stood with the requests of some alerts, opened in the span (ix_alerts_opened, primary key)."""
    query = (
        select(t.requests.c.alert, t.requests.c.person, t.requests.c.role, t.requests.c.state)
        .join(t.alerts, t.alerts.c.id == t.requests.c.alert)
        .where(t.alerts.c.opened_at >= since, t.alerts.c.opened_at < until, t.alerts.c.drill == 0)
    )
    counts: dict[tuple[str, Role, RequestState], int] = {}
    for row in connection.execute(query):
        if row.alert in alerts:
            key = (row.person, Role(row.role), RequestState(row.state))
            counts[key] = counts.get(key, 0) + 1
    return [Asked(*key, times) for key, times in counts.items()]


def carried(connection: Connection, alerts: Collection[str], *, since: datetime, until: datetime) -> list[Carried]:
    """Return what became of the calls of some alerts, opened in the span, by kind of channel (ix_alerts_opened)."""
    query = (
        select(t.outbox.c.alert, t.channels.c.kind, t.outbox.c.state, t.outbox.c.channel)
        .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
        .join(t.channels, t.channels.c.channel == t.outbox.c.channel, isouter=True)
        .where(
            t.alerts.c.opened_at >= since,
            t.alerts.c.opened_at < until,
            t.alerts.c.drill == 0,
            t.outbox.c.type != NoticeType.OVER,
        )
    )
    counts: dict[tuple[str, str], int] = {}
    for row in connection.execute(query):
        if row.alert in alerts:
            kind = row.kind or ("inbox" if row.channel.startswith("inbox-") else "")
            counts[kind, row.state] = counts.get((kind, row.state), 0) + 1
    return [Carried(*key, times) for key, times in counts.items()]
