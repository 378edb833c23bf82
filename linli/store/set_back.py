"""When the machine's clock was set back: what was to be done soon must not wait until the clock has come there again."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, text

from linli import canary
from linli.alert import Entry
from linli.clock import from_millis, millis
from linli.store import cases
from linli.store import tables as t
from linli.store.prepared import Prepared

LEAST = timedelta(seconds=2)
"""A smaller difference is only the usual correction of a clock, or two programs' clocks."""
SET_BACK = "clock_set_back"

_NEWEST = Prepared(select(t.log.c.at).order_by(t.log.c.seq.desc()).limit(1))
_ANY_OPEN = text(
    "SELECT 1 FROM alerts WHERE due_at IS NOT NULL AND NOT (severity = 'notice' AND state = 'open' AND rung = 0)"
    " UNION ALL SELECT 1 FROM outbox WHERE state IN ('waiting', 'leased') AND (due_at > :now OR lease_until > :now)"
    " UNION ALL SELECT 1 FROM drills WHERE kind IN ('button', 'volunteer') AND passed_at IS NULL AND due_by > :now LIMIT 1"
)
"""What is to come; also the word that something is over, which is on its way when its case is closed already."""
_ALERTS = text(
    "UPDATE alerts SET opened_at = opened_at - :by, evidence_at = evidence_at - :by, door_at = door_at - :by,"
    " climb_at = climb_at - :by, lease_until = lease_until - :by, due_at = due_at - :by"
    " WHERE due_at IS NOT NULL AND NOT (severity = 'notice' AND state = 'open' AND rung = 0) RETURNING id, about"
)
_REQUESTS = text(
    "UPDATE requests SET reply_due_at = reply_due_at - :by WHERE reply_due_at IS NOT NULL AND alert IN (SELECT id"
    " FROM alerts WHERE due_at IS NOT NULL AND NOT (severity = 'notice' AND state = 'open' AND rung = 0))"
)
_NOTICES = text(
    "UPDATE outbox SET due_at = due_at - :by, lease_until = lease_until - :by"
    " WHERE state IN ('waiting', 'leased') AND (due_at > :now OR lease_until > :now)"
)

_DRILLS = text(
    "UPDATE drills SET begun_at = begun_at - :by, due_by = due_by - :by"
    " WHERE kind IN ('button', 'volunteer') AND passed_at IS NULL AND due_by > :now"
)
"""An announced trial must end when it was said to: after that a press is a call for help."""


def seen(connection: Connection, before: datetime | None, now: datetime) -> timedelta | None:
    """Return by how much the clock was set back; None if it was not, or nothing is open that could wait too long.

    `before` is when we looked last. After a start only the newest line of the log is known, which may tell less than
    all (primary key, ix_alerts_due).
    """
    moments = [moment for moment in (before, _NEWEST.value(connection)) if moment is not None]
    by = max(moments, default=now) - now
    return by if by > LEAST and connection.scalar(_ANY_OPEN, {"now": millis(now)}) is not None else None


def heed(connection: Connection, by: timedelta, now: datetime) -> None:
    """Move all that is to come by as much, and write a line into each open case's log.

    A notice that is held until the morning waits for an hour of the day, and goes on waiting for it.
    """
    moved = {"by": millis(from_millis(0) + by)}
    connection.execute(_REQUESTS, moved)
    open_ones = [id_ for id_, about in connection.execute(_ALERTS, moved) if not canary.is_about(about)]
    connection.execute(_NOTICES, {**moved, "now": millis(now)})
    connection.execute(_DRILLS, {**moved, "now": millis(now)})
    line = Entry(now, SET_BACK, detail={"seconds": round(by.total_seconds())})
    cases.write_logs(connection, [(alert, line) for alert in sorted(open_ones)])
