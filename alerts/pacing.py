"""Pacing: whoever was just told that something on a site is not heard is not written to about the same again at once.

It slows nothing but messages about homes that are not heard; every other alert passes untouched. What is new goes
before what is over.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.case import Case, Draft, Step
from linli.alert import Alert, AlertKind, AlertState, Notice
from linli.store import outbox

BETWEEN = timedelta(minutes=10)
"""How far apart two messages about a site's silence to one person are at least."""


def paced(connection: Connection, before: Case, step: Step, now: datetime) -> Step:
    """Return the step, or one that waits until everybody whom it writes to has been left alone for long enough.

    What was due by then waits with it, or the case would be due again at once. Only the long-lie clock stops for nothing.
    """
    until, alert = may_write_at(connection, step, now), before.alert
    if until <= now or alert.state is not AlertState.OPEN or step.alert.marks > alert.marks:
        return step
    draft = Draft.of(replace(before, alert=replace(alert, climb_at=max(alert.climb_at or until, until))), now)
    for request in draft.waiting():
        draft.put(replace(request, reply_due_at=max(request.reply_due_at or until, until)))
    draft.log += [entry for entry in step.log if entry.what == "opened"]
    draft.note("paced", until=until.isoformat())
    return draft.step()


def may_write_at(connection: Connection, step: Step, now: datetime) -> datetime:
    """Return when the messages of a step may go: now, unless they are about a silence of which somebody just heard.

    What waits to be told as over then waits until some time after them.
    """
    alert, people = step.alert, {notice.person for notice in step.notices}
    if alert.kind is not AlertKind.UNMONITORED or not people:
        return now
    until = _left_alone_at(connection, alert, people, now)
    _put_off_ends(connection, alert, people, until, now)
    return until


def _left_alone_at(connection: Connection, alert: Alert, people: Collection[str], now: datetime) -> datetime:
    told = outbox.last_written(connection, people, kind=alert.kind, site=alert.site, since=now - BETWEEN)
    return now if told is None else told + BETWEEN


def _put_off_ends(
    connection: Connection, alert: Alert, people: Collection[str], until: datetime, now: datetime
) -> None:
    told: dict[str, datetime] = {}
    for end in outbox.waiting_ends(connection, people, kind=alert.kind, site=alert.site, since=now):
        told[end.person] = max(end.due_at, told.get(end.person, until) + BETWEEN)
        if told[end.person] != end.due_at:
            outbox.put_off(connection, end.key, told[end.person])


def paced_ends(connection: Connection, alert: Alert, ends: Collection[Notice], now: datetime) -> list[Notice]:
    """Return the messages that an alert is over, one a person, each due when that person has been left alone for long."""
    return [replace(end, due_at=_end_may_go_at(connection, alert, end.person, now)) for end in ends]


def _end_may_go_at(connection: Connection, alert: Alert, person: str, now: datetime) -> datetime:
    waiting = outbox.waiting_ends(connection, {person}, kind=alert.kind, site=alert.site, since=now)
    return max([_left_alone_at(connection, alert, {person}, now), *(end.due_at + BETWEEN for end in waiting)])
