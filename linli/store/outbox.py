"""Questions to the care data about notices on their way. A claim is a lease: when it ends, the notice is sent again."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, not_, or_, select, update

from linli import canary
from linli.alert import AlertKind, AlertState, Entry, Notice, NoticeState, NoticeType, Severity
from linli.store import cases
from linli.store import tables as t
from linli.store.prepared import Prepared
from linli.store.upsert import insert_of

_WANTED = or_(t.alerts.c.state != AlertState.CLOSED, t.outbox.c.type == NoticeType.OVER)
"""Nobody is called once an alert is closed; that it is over is told just then."""
_WAITS_FOR_ROOM = and_(
    t.outbox.c.type == NoticeType.OVER, t.outbox.c.state == NoticeState.WAITING, t.outbox.c.attempts == 0
)
_LONGEST_WAIT = timedelta(hours=6)
"""How long something that is over may wait to be told while there is always something newer to tell."""
_went_out = case(
    (t.outbox.c.type == NoticeType.OVER, func.coalesce(t.outbox.c.answered_at, t.outbox.c.due_at)),
    else_=t.outbox.c.created_at,
)
_NOTICE = (
    t.outbox.c.key,
    t.outbox.c.alert,
    t.outbox.c.person,
    t.outbox.c.channel,
    t.outbox.c.type,
    t.outbox.c.severity,
    t.outbox.c.due_at,
    t.outbox.c.state,
    t.outbox.c.attempts,
    t.outbox.c.reason,
)
_ADDED = (
    "key", "alert", "person", "channel", "type", "severity", "rank", "state", "due_at", "reason", "created_at",
)  # fmt: skip
_ADD = Prepared(lambda dialect: insert_of(dialect, t.outbox).on_conflict_do_nothing(index_elements=["key"]), _ADDED)
_READY = Prepared(
    select(*_NOTICE)
    .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
    .where(
        t.IS_LIVE,
        or_(
            and_(t.outbox.c.state == NoticeState.WAITING, t.outbox.c.due_at <= bindparam("now")),
            and_(t.outbox.c.state == NoticeState.LEASED, t.outbox.c.lease_until <= bindparam("now")),
        ),
        _WANTED,
    )
    .order_by(t.outbox.c.rank, t.outbox.c.due_at, t.outbox.c.key)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=t.outbox)
)
_LEASE = Prepared(
    update(t.outbox)
    .where(t.outbox.c.key == bindparam("leased"))
    .values(state=NoticeState.LEASED, lease_until=bindparam("until"), attempts=t.outbox.c.attempts + 1)
)
_HELD = Prepared(
    select(t.outbox.c.key)
    .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
    .where(
        t.outbox.c.key == bindparam("key"),
        t.outbox.c.state == NoticeState.LEASED,
        t.outbox.c.attempts == bindparam("attempt"),
        _WANTED,
    )
)
_NEXT_DUE = Prepared(
    select(
        func.min(case((t.outbox.c.state == NoticeState.WAITING, t.outbox.c.due_at), else_=t.outbox.c.lease_until))
    ).where(t.IS_LIVE)
)
_OF_ALERT = Prepared(
    select(*_NOTICE).where(t.outbox.c.alert == bindparam("alert")).order_by(t.outbox.c.created_at, t.outbox.c.key)
)
_LAST_WRITTEN = Prepared(
    select(func.max(_went_out))
    .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
    .where(
        t.outbox.c.person == bindparam("person"),
        t.outbox.c.created_at > bindparam("since_put"),
        _went_out > bindparam("since"),
        t.outbox.c.state != NoticeState.WITHDRAWN,
        not_(_WAITS_FOR_ROOM),
        t.alerts.c.kind == bindparam("kind"),
        t.alerts.c.site == bindparam("site"),
    )
)
_SENT = Prepared(
    update(t.outbox)
    .where(t.outbox.c.key == bindparam("accepted"), t.outbox.c.state != NoticeState.SENT)
    .values(state=NoticeState.SENT, reason="", lease_until=None, answered_at=bindparam("now"))
)
_NOT_SENT_YET = Prepared(
    select(t.outbox.c.key, t.outbox.c.person, t.outbox.c.state)
    .where(t.outbox.c.alert == bindparam("alert"), t.IS_LIVE, t.outbox.c.type != NoticeType.OVER)
    .order_by(t.outbox.c.key)
    .with_for_update()
)
_WITHDRAW = Prepared(
    update(t.outbox)
    .where(t.outbox.c.key == bindparam("unwanted"))
    .values(state=NoticeState.WITHDRAWN, lease_until=None, answered_at=bindparam("now"))
)

_REVIVE = Prepared(
    update(t.outbox)
    .where(t.outbox.c.key == bindparam("wanted"), t.outbox.c.state == NoticeState.WITHDRAWN)
    .values(state=NoticeState.WAITING, due_at=bindparam("again_at"), answered_at=None)
)


def add(connection: Connection, notices: Iterable[Notice], now: datetime) -> None:
    """Put notices in the outbox; a key that is there already is left alone, so that a step taken twice sends once."""
    rows = [
        {
            "key": n.key,
            "alert": n.alert,
            "person": n.person,
            "channel": n.channel,
            "type": n.type,
            "severity": n.severity,
            "rank": n.severity.rank,
            "state": n.state,
            "due_at": n.due_at,
            "reason": n.reason,
            "created_at": now,
        }
        for n in notices
    ]
    _ADD.run_each(connection, rows)


def claim(
    connection: Connection, now: datetime, *, lease: timedelta, limit: int, others: int | None = None
) -> list[Notice]:
    """Take notices that are due, gravest first, for the length of a lease; `others` than emergencies at most so many.

    A notice whose lease has run out is due again: whoever held it may have died, and the same key makes
    the second sending harmless. Of closed alerts only the thanks are taken (ix_outbox_due).
    """
    ready = [_leased(_notice(row)) for row in _READY.rows(connection, now=now, limit=limit)]
    if others is not None:
        emergencies = sum(notice.severity is Severity.EMERGENCY for notice in ready)
        del ready[emergencies + others :]
    _LEASE.run_each(connection, [{"leased": notice.key, "until": now + lease} for notice in ready])
    return ready


def _leased(notice: Notice) -> Notice:
    return replace(notice, state=NoticeState.LEASED, attempts=notice.attempts + 1)


def _notice(row: Sequence[Any]) -> Notice:
    key, alert, person, channel, type_, severity, due_at, state, attempts, reason = row
    return Notice(
        key,
        alert,
        person,
        channel,
        NoticeType(type_),
        Severity(severity),
        due_at,
        NoticeState(state),
        attempts,
        reason,
    )


def is_held(connection: Connection, key: str, *, attempt: int) -> bool:
    """Tell whether an attempt still holds its notice, and it is still to be sent (primary keys)."""
    return _HELD.row(connection, key=key, attempt=attempt) is not None


def give_back(connection: Connection, notice: Notice, now: datetime) -> None:
    """End the lease of whoever claimed a notice and has not begun to send it (primary key)."""
    held = (t.outbox.c.state == NoticeState.LEASED, t.outbox.c.attempts == notice.attempts)
    connection.execute(update(t.outbox).where(t.outbox.c.key == notice.key, *held).values(lease_until=now))


def release(connection: Connection, now: datetime) -> None:
    """End all leases: for a start where nobody else sends, as whoever held them is dead (ix_outbox_due)."""
    held = update(t.outbox).where(t.IS_LIVE, t.outbox.c.state == NoticeState.LEASED)
    connection.execute(held.values(lease_until=now))


def next_due(connection: Connection) -> datetime | None:
    """Return when the next notice can be taken (ix_outbox_due)."""
    found: datetime | None = _NEXT_DUE.value(connection)
    return found


def hold(connection: Connection, keys: Collection[str]) -> None:
    """Hold several notices until the transaction ends, taken in the order in which `withdraw` takes them (primary key).

    Two that each held what the other wants would wait for ever. SQLite has one writer at a time.
    """
    if len(keys) > 1 and connection.dialect.name != "sqlite":
        wanted = select(t.outbox.c.key).where(t.outbox.c.key.in_(list(keys)))
        connection.execute(wanted.order_by(t.outbox.c.key).with_for_update())


def hold_all(connection: Connection, alert: str) -> None:
    """Hold all notices of an alert in the same order, before some are taken back and others go out after all."""
    if connection.dialect.name != "sqlite":
        wanted = select(t.outbox.c.key).where(t.outbox.c.alert == alert)
        connection.execute(wanted.order_by(t.outbox.c.key).with_for_update())


def record_failure(
    connection: Connection,
    key: str,
    *,
    state: NoticeState,
    now: datetime,
    due_at: datetime | None = None,
    reason: str = "",
    attempt: int | None = None,
) -> bool:
    """Write down that a notice did not get through; False when it is no longer on its way (primary key).

    `attempt` is the one that failed: a failure is told only by who holds the lease now.
    """
    values: dict[str, Any] = {"state": state, "reason": reason, "lease_until": None, "answered_at": now}
    if due_at is not None:
        values["due_at"] = due_at
    unsent = update(t.outbox).where(t.outbox.c.key == key, t.IS_LIVE)
    if attempt is not None:
        unsent = unsent.where(t.outbox.c.attempts == attempt)
    return connection.execute(unsent.values(**values)).rowcount == 1


def record_sent(connection: Connection, keys: Iterable[str], now: datetime) -> set[str]:
    """Write down that the far end has accepted notices; return those that were on their way or given up (primary key).

    An acceptance counts from everybody, also from one whose lease has long run out.
    """
    return {key for key in keys if _SENT.run(connection, accepted=key, now=now)}


def withdraw(connection: Connection, alert: str, now: datetime, *, person: str | None = None) -> int:
    """Take back what is not sent yet of an alert, or only one person's part of it (ix_outbox_alert); return how many.

    What a sender has in hand may be at its receiver already, and its answer may never be written down: the log names it.
    """
    unsent = [row for row in _NOT_SENT_YET.rows(connection, alert=alert) if person is None or row[1] == person]
    lines = [
        (alert, Entry(now, "notice_taken_back", to, {"key": key}))
        for key, to, state in unsent
        if state == NoticeState.LEASED and to != canary.PERSON
    ]
    cases.write_logs(connection, lines)
    _WITHDRAW.run_each(connection, [{"unwanted": key, "now": now} for key, _, _ in unsent])
    return len(unsent)


def send_after_all(
    connection: Connection, alert: str, now: datetime, *, at_once: Collection[str], never: Collection[str]
) -> None:
    """Let calls that were taken back unsent wait again, to some at once, to some not at all, to others until they were due.

    By the index ix_outbox_alert.
    """
    unsent = {
        notice.key: now if notice.person in at_once else max(notice.due_at, now)
        for notice in of_alert(connection, alert)
        if notice.type is NoticeType.CALL and notice.state is NoticeState.WITHDRAWN and notice.person not in never
    }
    _REVIVE.run_each(connection, [{"wanted": key, "again_at": unsent[key]} for key in sorted(unsent)])


def of_alert(connection: Connection, alert: str) -> list[Notice]:
    """Return an alert's notices, oldest first (ix_outbox_alert)."""
    return [_notice(row) for row in _OF_ALERT.rows(connection, alert=alert)]


def undelivered(connection: Connection, alerts: Collection[str]) -> frozenset[str]:
    """Return those of some alerts of whose messages none arrived and none is on its way (ix_outbox_alert)."""
    alive = t.outbox.c.state.not_in([NoticeState.FAILED, NoticeState.WITHDRAWN])
    query = select(t.outbox.c.alert).where(t.outbox.c.alert.in_(sorted(alerts))).group_by(t.outbox.c.alert)
    return frozenset(connection.scalars(query.having(func.sum(case((alive, 1), else_=0)) == 0)))


def counts(connection: Connection) -> dict[str, int]:
    """Return how many notices are in each state (full scan; for metrics)."""
    query = select(t.outbox.c.state, func.count().label("times")).group_by(t.outbox.c.state)
    return {row.state: row.times for row in connection.execute(query)}


def last_written(
    connection: Connection, people: Collection[str], *, kind: AlertKind, site: str, since: datetime
) -> datetime | None:
    """Return when any of some people was last written to about a kind of alert of a site, if it was after a moment.

    What was taken back unsent was never written, and that something is over is only once it has gone out, since it may
    wait (ix_outbox_person_created_at).
    """
    since_put = since - _LONGEST_WAIT
    each = (
        _LAST_WRITTEN.value(connection, person=person, since=since, since_put=since_put, kind=kind, site=site)
        for person in people
    )
    return max((moment for moment in each if moment is not None), default=None)


def waiting_ends(
    connection: Connection, people: Collection[str], *, kind: AlertKind, site: str, since: datetime
) -> list[Notice]:
    """Return what was not sent yet of the messages to some people that a kind of alert of a site is over, soonest first.

    Of those put there after a moment (ix_outbox_person_created_at).
    """
    query = (
        select(*_NOTICE)
        .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
        .where(
            t.outbox.c.person.in_(list(people)),
            t.outbox.c.created_at > since - _LONGEST_WAIT,
            _WAITS_FOR_ROOM,
            t.alerts.c.kind == kind,
            t.alerts.c.site == site,
        )
        .order_by(t.outbox.c.due_at, t.outbox.c.key)
    )
    return [_notice(row) for row in connection.execute(query)]


def put_off(connection: Connection, key: str, until: datetime) -> None:
    """Let a notice that nobody has claimed wait longer (primary key)."""
    waiting = update(t.outbox).where(t.outbox.c.key == key, t.outbox.c.state == NoticeState.WAITING)
    connection.execute(waiting.values(due_at=until))
