"""Questions to the care data about a span of time as a whole: what the monthly report is made of. Reads only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from linli.alert import Alert, NoticeState, NoticeType, RequestState
from linli.people import Role
from linli.store import tables as t
from linli.store.alert_rows import alert_of

_TRIED_IN_VAIN = {NoticeState.WAITING, NoticeState.WITHDRAWN}


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
    """How many notices of the span a kind of channel has in a state; a channel that is gone has the kind "".

    `failed_tries`: how often in all the far end did not take them, also those that it took in the end.
    """

    kind: str
    state: str
    times: int
    failed_tries: int


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
        select(*(t.outbox.c[name] for name in ("alert", "channel", "state", "attempts", "reason")), t.channels.c.kind)
        .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
        .join(t.channels, t.channels.c.channel == t.outbox.c.channel, isouter=True)
        .where(
            t.alerts.c.opened_at >= since,
            t.alerts.c.opened_at < until,
            t.alerts.c.drill == 0,
            t.outbox.c.type != NoticeType.OVER,
        )
    )
    tries: dict[tuple[str, str], list[int]] = {}
    for row in connection.execute(query):
        if row.alert in alerts:
            kind = row.kind or ("inbox" if row.channel.startswith("inbox-") else "")
            tries.setdefault((kind, row.state), []).append(_failed_tries(row.state, row.attempts, row.reason))
    return [Carried(*key, len(failed), sum(failed)) for key, failed in tries.items()]


def _failed_tries(state: str, attempts: int, reason: str) -> int:
    """Return how many of a notice's tries are known to have failed; of one in hand nothing is known yet."""
    has_last_failed = state == NoticeState.FAILED or (state in _TRIED_IN_VAIN and bool(reason))
    return attempts if has_last_failed else max(0, attempts - 1)
