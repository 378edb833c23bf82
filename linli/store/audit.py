"""Questions of the auditor to the care data, over all open cases at once, and the few things that it puts right."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from linli.alert import (
    Alert,
    AlertKind,
    AlertState,
    Entry,
    NoticeState,
    NoticeType,
    Outcome,
    Request,
    RequestState,
    Severity,
)
from linli.people import Role
from linli.portions import portions
from linli.store import tables as t
from linli.store.alert_rows import alert_of

_AT_ONCE = 500
"""So many cases are looked at in one question, and so many faults told at once."""


def open_ids(connection: Connection) -> list[tuple[str, str]]:
    """Return the id of each alert that is not closed, and what it is about (ix_alerts_one_open)."""
    query = select(t.alerts.c.id, t.alerts.c.about).where(t.IS_OPEN).order_by(t.alerts.c.id)
    return [(row.id, row.about) for row in connection.execute(query)]


def suspects(connection: Connection, late_before: datetime) -> list[str]:
    """Return open alerts without a next step, with an overdue one, or an emergency to which nobody was called.

    By ix_alerts_one_open, and the primary key of the requests.
    """
    called = (
        select(t.requests.c.person)
        .where(t.requests.c.alert == t.alerts.c.id, t.requests.c.role != Role.RESIDENT)
        .exists()
    )
    left_alone = and_(
        t.alerts.c.severity == Severity.EMERGENCY,
        t.alerts.c.state == AlertState.OPEN,
        t.alerts.c.opened_at < late_before,
        ~called,
    )
    wrong = or_(t.alerts.c.due_at.is_(None), t.alerts.c.due_at < late_before, left_alone)
    return list(connection.scalars(select(t.alerts.c.id).where(t.IS_OPEN, wrong).limit(_AT_ONCE)))


def open_of_kind(connection: Connection, kind: AlertKind) -> list[Alert]:
    """Return the alerts of a kind that are not closed (ix_alerts_one_open)."""
    return [alert_of(row) for row in connection.execute(select(t.alerts).where(t.IS_OPEN, t.alerts.c.kind == kind))]


def open_cases(connection: Connection, alerts: Collection[str]) -> list[tuple[Alert, list[Request]]]:
    """Return those of these alerts that are not closed, with everybody who was asked (primary keys)."""
    found: dict[str, tuple[Alert, list[Request]]] = {}
    for some in portions(alerts, _AT_ONCE):
        for row in connection.execute(select(t.alerts).where(t.alerts.c.id.in_(some), t.IS_OPEN)):
            found[row.id] = (alert_of(row), [])
        for row in connection.execute(select(t.requests).where(t.requests.c.alert.in_(some))):
            request = Request(
                row.person, Role(row.role), row.rung, RequestState(row.state), row.asked_at, row.reply_due_at
            )
            if row.alert in found:
                found[row.alert][1].append(request)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class IdleNotice:
    """A notice that should have moved. `is_unwanted`: its alert is closed, and it is not the thanks."""

    key: str
    alert: str
    site: str
    state: NoticeState
    is_unwanted: bool


def _is_long_over(late_before: datetime) -> ColumnElement[bool]:
    """Return the condition for a lease that should have ended; one without an end never would."""
    return or_(t.outbox.c.lease_until < late_before, t.outbox.c.lease_until.is_(None))


def idle_notices(connection: Connection, late_before: datetime) -> list[IdleNotice]:
    """Return notices that wait or are leased for too long, and those that nobody wants any more (ix_outbox_due)."""
    unwanted = and_(t.alerts.c.state == AlertState.CLOSED, t.outbox.c.type != NoticeType.OVER)
    late = or_(
        and_(t.outbox.c.state == NoticeState.WAITING, t.outbox.c.due_at < late_before),
        and_(t.outbox.c.state == NoticeState.LEASED, _is_long_over(late_before)),
    )
    query = (
        select(t.outbox.c.key, t.outbox.c.alert, t.outbox.c.state, t.alerts.c.site, unwanted.label("is_unwanted"))
        .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
        .where(t.IS_LIVE, or_(late, unwanted))
        .limit(_AT_ONCE)
    )
    return [
        IdleNotice(row.key, row.alert, row.site, NoticeState(row.state), bool(row.is_unwanted))
        for row in connection.execute(query)
    ]


def logs(connection: Connection, alerts: Collection[str]) -> dict[str, list[Entry]]:
    """Return the logs of several alerts, oldest line first (ix_log_alert_seq)."""
    found: dict[str, list[Entry]] = {alert: [] for alert in alerts}
    for some in portions(alerts, _AT_ONCE):
        query = select(t.log).where(t.log.c.alert.in_(some)).order_by(t.log.c.alert, t.log.c.seq)
        for row in connection.execute(query):
            found[row.alert].append(Entry(row.at, row.what, row.who, row.detail))
    return found


def endings(connection: Connection, alerts: Collection[str]) -> Mapping[str, tuple[str, Outcome | None]]:
    """Return the site and the outcome of those of these alerts that are closed (primary key)."""
    found: dict[str, tuple[str, Outcome | None]] = {}
    for some in portions(alerts, _AT_ONCE):
        query = select(t.alerts.c.id, t.alerts.c.site, t.alerts.c.outcome).where(
            t.alerts.c.id.in_(some), t.alerts.c.state == AlertState.CLOSED
        )
        found |= {
            row.id: (row.site, Outcome(row.outcome) if row.outcome else None) for row in connection.execute(query)
        }
    return found


def failures_since(connection: Connection, seq: int) -> list[tuple[str, Entry]]:
    """Return the site and the log's line of each message that failed and each person whom none reached (primary key)."""
    query = (
        select(t.log, t.alerts.c.site)
        .join(t.alerts, t.alerts.c.id == t.log.c.alert)
        .where(t.log.c.seq > seq, t.log.c.what.in_(("notice_failed", "person_unreachable")))
        .order_by(t.log.c.seq)
    )
    return [(row.site, Entry(row.at, row.what, row.who, row.detail)) for row in connection.execute(query)]


_RINGS = and_(
    ~t.outbox.c.channel.startswith("inbox-"),
    t.outbox.c.channel.not_in(select(t.channels.c.channel).where(t.channels.c.kind == "inbox")),
)
"""The condition for a message that goes somewhere: the page of one's own takes everything, and proves nothing."""


def was_reached(connection: Connection, person: str, since: datetime) -> bool:
    """Tell whether a far end has accepted a message to somebody since a moment (ix_outbox_person_created_at)."""
    accepted = (t.outbox.c.state == NoticeState.SENT, t.outbox.c.answered_at > since, _RINGS)
    return connection.scalar(select(t.outbox.c.key).where(t.outbox.c.person == person, *accepted).limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Refused:
    """How many messages a channel has not taken, and when the first of them was written."""

    messages: int
    since: datetime


def refused(connection: Connection, person: str, *, besides: Collection[str]) -> Mapping[str, Refused]:
    """Return by channel what was not taken of the messages to somebody since one last was (ix_outbox_person_created_at).

    Messages that failed for one of the reasons `besides` are left out.
    """
    accepted = (t.outbox.c.person == person, t.outbox.c.state == NoticeState.SENT, _RINGS)
    last = select(func.coalesce(func.max(t.outbox.c.answered_at), 0)).where(*accepted).scalar_subquery()
    query = (
        select(t.outbox.c.channel, func.count().label("messages"), func.min(t.outbox.c.created_at).label("since"))
        .where(
            t.outbox.c.person == person,
            t.outbox.c.created_at > last,
            t.outbox.c.state != NoticeState.SENT,
            t.outbox.c.attempts > 0,
            t.outbox.c.reason.not_in(["", *besides]),
        )
        .group_by(t.outbox.c.channel)
    )
    return {row.channel: Refused(row.messages, row.since) for row in connection.execute(query)}


def take_up(connection: Connection, alert: Alert, now: datetime, *, climb: bool) -> bool:
    """Make an alert's next step due now, unless somebody has changed it meanwhile (primary key)."""
    values = {"due_at": now, "climb_at": now} if climb else {"due_at": now}
    unchanged = (t.alerts.c.due_at.is_not_distinct_from(alert.due_at), t.alerts.c.state == alert.state)
    done = connection.execute(update(t.alerts).where(t.alerts.c.id == alert.id, *unchanged).values(values))
    return done.rowcount == 1


def end_lease(connection: Connection, key: str, now: datetime, late_before: datetime) -> bool:
    """Let a notice whose lease has long ended be claimed again (primary key)."""
    done = connection.execute(
        update(t.outbox)
        .where(t.outbox.c.key == key, t.outbox.c.state == NoticeState.LEASED, _is_long_over(late_before))
        .values(state=NoticeState.WAITING, due_at=now, lease_until=None)
    )
    return done.rowcount == 1


def take_back(connection: Connection, key: str, now: datetime) -> bool:
    """Withdraw one notice that is still on its way (primary key)."""
    done = connection.execute(
        update(t.outbox)
        .where(t.outbox.c.key == key, t.outbox.c.state.in_((NoticeState.WAITING, NoticeState.LEASED)))
        .values(state=NoticeState.WITHDRAWN, lease_until=None, answered_at=now)
    )
    return done.rowcount == 1
