"""Pacing: whoever was just told that something on a site is not heard is not written to about the same again at once.

It slows nothing but messages about homes that are not heard; every other alert passes untouched.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.case import Case, Draft, Step
from linli.alert import Alert, AlertKind, AlertState
from linli.store import outbox

BETWEEN = timedelta(minutes=10)
"""How far apart two messages about a site's silence to one person are at least."""


def paced(connection: Connection, before: Alert, step: Step, now: datetime) -> Step:
    """Return the step, or one that waits until everybody whom it writes to has been left alone for long enough."""
    until = may_write_at(connection, step, now)
    if until <= now or before.state is not AlertState.OPEN:
        return step
    draft = Draft.of(Case(replace(before, climb_at=until)), now)
    draft.log += [entry for entry in step.log if entry.what == "opened"]
    draft.note("paced", until=until.isoformat())
    return draft.step()


def may_write_at(connection: Connection, step: Step, now: datetime) -> datetime:
    """Return when the messages of a step may go: now, unless they are about a silence of which somebody just heard."""
    alert, people = step.alert, {notice.person for notice in step.notices}
    if alert.kind is not AlertKind.UNMONITORED or not people:
        return now
    told = outbox.last_written(connection, people, kind=alert.kind, site=alert.site, since=now - BETWEEN)
    return now if told is None else told + BETWEEN
