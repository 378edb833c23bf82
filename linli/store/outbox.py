"""Questions to the care data about notices on their way. A claim is a lease: when it ends, the notice is sent again."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, case, func, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from linli import canary
from linli.alert import AlertKind, AlertState, Entry, Notice, NoticeState, NoticeType, Severity
from linli.store import cases
from linli.store import tables as t

_WANTED = or_(t.alerts.c.state != AlertState.CLOSED, t.outbox.c.type == NoticeType.OVER)
"""Nobody is called once an alert is closed; that it is over is told just then."""
_WAITS_FOR_ROOM = and_(
    t.outbox.c.type == NoticeType.OVER, t.outbox.c.state == NoticeState.WAITING, t.outbox.c.attempts == 0
)
_LONGEST_WAIT = timedelta(hours=6)
"""How long something that is over may wait to be told while there is always something newer to tell."""
_LIVE = (NoticeState.WAITING, NoticeState.LEASED)
_LOWEST_RANK = max(severity.rank for severity in Severity)

# The statements of each turn are made once: making one takes longer than all that the database has to do for it.
_READY = (
    select(t.outbox.c.key)
    .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
    .where(
        t.IS_LIVE,
        t.outbox.c.rank <= bindparam("rank"),
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
_HELD = (
    select(t.outbox.c.key)
    .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
    .where(
        t.outbox.c.key == bindparam("key"),
        t.outbox.c.state == NoticeState.LEASED,
        t.outbox.c.attempts == bindparam("attempt"),
        _WANTED,
    )
)
_NEXT_DUE = select(func.min(t.outbox.c.due_at)).where(t.IS_LIVE, t.outbox.c.state == NoticeState.WAITING)
_NEXT_END = select(func.min(t.outbox.c.lease_until)).where(t.IS_LIVE, t.outbox.c.state == NoticeState.LEASED)
_OF_ALERT = (
    select(t.outbox).where(t.outbox.c.alert == bindparam("alert")).order_by(t.outbox.c.created_at, t.outbox.c.key)
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
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(t.outbox).on_conflict_do_nothing(index_elements=["key"]), rows)


def claim(
    connection: Connection, now: datetime, *, lease: timedelta, limit: int, rank_at_most: int = _LOWEST_RANK
) -> list[Notice]:
    """Take notices that are due, gravest first, for the length of a lease (ix_outbox_due).

    A notice whose lease has run out is due again: whoever held it may have died, and the same key makes
    the second sending harmless. Of closed alerts only the thanks are taken. `rank_at_most` 0 takes only emergencies.
    """
    keys = list(connection.scalars(_READY, {"now": now, "limit": limit, "rank": rank_at_most}))
    if not keys:
        return []
    taken = connection.execute(
        update(t.outbox)
        .where(t.outbox.c.key.in_(keys))
        .values(state=NoticeState.LEASED, lease_until=now + lease, attempts=t.outbox.c.attempts + 1)
        .returning(t.outbox)
    )
    return sorted((_notice(row) for row in taken), key=lambda n: (n.severity.rank, n.due_at, n.key))


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        row.key,
        row.alert,
        row.person,
        row.channel,
        NoticeType(row.type),
        Severity(row.severity),
        row.due_at,
        NoticeState(row.state),
        row.attempts,
        row.reason,
    )


def is_held(connection: Connection, key: str, *, attempt: int) -> bool:
    """Tell whether an attempt still holds its notice, and it is still to be sent (primary keys)."""
    return connection.execute(_HELD, {"key": key, "attempt": attempt}).one_or_none() is not None


def release(connection: Connection, now: datetime) -> None:
    """End all leases: for a start where nobody else sends, as whoever held them is dead (ix_outbox_due)."""
    held = update(t.outbox).where(t.IS_LIVE, t.outbox.c.state == NoticeState.LEASED)
    connection.execute(held.values(lease_until=now))


def next_due(connection: Connection) -> datetime | None:
    """Return when the next notice can be taken (ix_outbox_due)."""
    found = [moment for moment in (connection.scalar(_NEXT_DUE), connection.scalar(_NEXT_END)) if moment is not None]
    return min(found, default=None)


def record(
    connection: Connection,
    key: str,
    *,
    state: NoticeState,
    now: datetime,
    due_at: datetime | None = None,
    reason: str = "",
    attempt: int | None = None,
) -> bool:
    """Write the far end's answer; False when the notice is no longer on its way (primary key).

    `attempt` is the one that was answered: a failure is told only by who holds the lease now. That it was
    accepted counts from everybody, also from one whose lease has long run out.
    """
    values: dict[str, Any] = {"state": state, "reason": reason, "lease_until": None, "answered_at": now}
    if due_at is not None:
        values["due_at"] = due_at
    which = [t.outbox.c.key == key]
    if state is NoticeState.SENT:
        which.append(t.outbox.c.state != NoticeState.SENT)
    else:
        which.append(t.outbox.c.state.in_(_LIVE))
        if attempt is not None:
            which.append(t.outbox.c.attempts == attempt)
    done = connection.execute(update(t.outbox).where(*which).values(**values))
    return done.rowcount == 1


def record_sent(connection: Connection, keys: Iterable[str], now: datetime) -> set[str]:
    """Write down that the far end has accepted notices; return those that were on their way or given up (primary key).

    What it says of one is what `record` says: an acceptance counts from everybody.
    """
    accepted = (
        update(t.outbox)
        .where(t.outbox.c.key.in_(list(keys)), t.outbox.c.state != NoticeState.SENT)
        .values(state=NoticeState.SENT, reason="", lease_until=None, answered_at=now)
        .returning(t.outbox.c.key)
    )
    return set(connection.scalars(accepted))


def withdraw(connection: Connection, alert: str, now: datetime, *, person: str | None = None) -> int:
    """Take back what is not sent yet of an alert, or only one person's part of it (ix_outbox_alert); return how many.

    What a sender has in hand may be at its receiver already, and its answer may never be written down: the log names it.
    """
    which = [t.outbox.c.alert == alert, t.outbox.c.state.in_(_LIVE), t.outbox.c.type != NoticeType.OVER]
    if person is not None:
        which.append(t.outbox.c.person == person)
    in_hand = select(t.outbox.c.key, t.outbox.c.person).where(*which, t.outbox.c.state == NoticeState.LEASED)
    lines = [
        (alert, Entry(now, "notice_taken_back", row.person, {"key": row.key}))
        for row in connection.execute(in_hand)
        if row.person != canary.PERSON
    ]
    cases.write_logs(connection, lines)
    done = connection.execute(
        update(t.outbox).where(*which).values(state=NoticeState.WITHDRAWN, lease_until=None, answered_at=now)
    )
    return done.rowcount


def of_alert(connection: Connection, alert: str) -> list[Notice]:
    """Return an alert's notices, oldest first (ix_outbox_alert)."""
    return [_notice(row) for row in connection.execute(_OF_ALERT, {"alert": alert})]


def of_person(connection: Connection, person: str, limit: int = 50) -> list[Notice]:
    """Return a person's latest notices, newest first: the inbox (ix_outbox_person_created_at)."""
    query = (
        select(t.outbox)
        .where(t.outbox.c.person == person)
        .order_by(t.outbox.c.created_at.desc(), t.outbox.c.key)
        .limit(limit)
    )
    return [_notice(row) for row in connection.execute(query)]


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
    went_out = case(
        (t.outbox.c.type == NoticeType.OVER, func.coalesce(t.outbox.c.answered_at, t.outbox.c.due_at)),
        else_=t.outbox.c.created_at,
    )
    latest: datetime | None = connection.scalar(
        select(func.max(went_out))
        .join(t.alerts, t.alerts.c.id == t.outbox.c.alert)
        .where(
            t.outbox.c.person.in_(list(people)),
            t.outbox.c.created_at > since - _LONGEST_WAIT,
            went_out > since,
            t.outbox.c.state != NoticeState.WITHDRAWN,
            not_(_WAITS_FOR_ROOM),
            t.alerts.c.kind == kind,
            t.alerts.c.site == site,
        )
    )
    return latest


def waiting_ends(
    connection: Connection, people: Collection[str], *, kind: AlertKind, site: str, since: datetime
) -> list[Notice]:
    """Return what was not sent yet of the messages to some people that a kind of alert of a site is over, soonest first.

    Of those put there after a moment (ix_outbox_person_created_at).
    """
    query = (
        select(t.outbox)
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
