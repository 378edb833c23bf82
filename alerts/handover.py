"""What was done without a store, written into the store when it answers again, as if the desk had done it there.

May be done any number of times: what stands there already stays, and what is new is added.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from alerts.case_book import send_after_all
from alerts.fold import JOURNALLED
from alerts.stopgap import PARKED, Stopgap, climbed
from linli.alert import Alert, AlertState, Entry, Notice, NoticeState
from linli.store import cases, outbox


def hand_over(connection: Connection, gap: Stopgap, now: datetime) -> bool:
    """Write a stopgap down; False when the store knows no alert for it and has to open one, or joins another.

    An alert that somebody has changed in the store since keeps that change: then only the messages are written down.
    """
    stored = cases.by_id(connection, gap.alert, for_update=True)
    if stored is None and not _open(connection, gap, now):
        return False
    ours = gap.case if stored is not None and stored == gap.before else None
    if ours is not None:
        _put(connection, gap, ours.alert)
    elif stored is not None and stored.state is not AlertState.CLOSED:
        _go_on_behind(connection, stored, gap)
    _write_notices(connection, gap, now)
    if ours is not None and gap.goes_on:
        send_after_all(connection, ours.alert, now)
    elif ours is None and stored is not None and stored.state is not AlertState.OPEN:
        outbox.withdraw(connection, gap.alert, now)
    _write_log(connection, gap, now)  # last: lines once gathered are written, whatever the tables refuse
    return True


def _open(connection: Connection, gap: Stopgap, now: datetime) -> bool:
    if gap.case is None or not gap.is_new:
        return False
    alert, finding = gap.case.alert, gap.findings[0]
    if cases.of_episode(connection, finding.key) is not None:
        return False
    if cases.open_like(connection, finding) is not None:
        return False
    cases.add(connection, alert)
    cases.add_episode(connection, finding.key, alert.id, now)
    _put(connection, gap, alert)
    return True


def _go_on_behind(connection: Connection, stored: Alert, gap: Stopgap) -> None:
    """Let the store's ladder go on from where it stands, and know of everybody who was asked here: they may answer.

    Where ours has climbed further it calls under new keys: calls under ours would go to nobody.
    """
    known = {request.person for request in cases.requests(connection, gap.alert)}
    cases.put_requests(connection, gap.alert, [one for one in gap.asked.values() if one.person not in known])
    if gap.climbed > climbed(stored):
        cases.change(connection, replace(stored, round=gap.climbed[0] + 1))


def _put(connection: Connection, gap: Stopgap, alert: Alert) -> None:
    cases.change(connection, alert)
    cases.put_requests(connection, alert.id, gap.case.requests if gap.case else ())


def _write_log(connection: Connection, gap: Stopgap, now: datetime) -> None:
    """Write the lines that are not there yet, and one that tells how many there were."""
    if not gap.log:
        return
    since = gap.log[0].at.isoformat()
    written = _lines_told(cases.read_log(connection, gap.alert), since)
    if written < len(gap.log):
        detail: dict[str, str | float] = {"since": since, "called": " ".join(gap.reached()), "lines": len(gap.log)}
        told = Entry(now, JOURNALLED, detail=detail)
        cases.write_log(connection, gap.alert, [*gap.log[written:], told])


def _lines_told(log: Iterable[Entry], since: str) -> int:
    """Return how many lines of this outage are in the log; an alert may live through several."""
    told = (entry.detail for entry in log if entry.what == JOURNALLED and entry.detail["since"] == since)
    return max((int(detail["lines"]) for detail in told), default=0)


def _write_notices(connection: Connection, gap: Stopgap, now: datetime) -> None:
    """Hand the notices on: what was accepted is sent, what is on its way is left alone for a while, the rest waits."""
    outbox.add(connection, [_handed(notice, gap, now) for notice in gap.notices.values()], now)
    sent = [notice.key for notice in gap.notices.values() if notice.state is NoticeState.SENT]
    if sent:
        outbox.record_sent(connection, sent, now)
    for key in gap.parked - gap.trying:
        _record_late(connection, gap.notices[key], now)


def _handed(notice: Notice, gap: Stopgap, now: datetime) -> Notice:
    if notice.key in gap.trying:
        return replace(notice, due_at=now + PARKED)
    if notice.state is NoticeState.SENT:
        return replace(notice, state=NoticeState.WAITING)
    return notice


def _record_late(connection: Connection, notice: Notice, now: datetime) -> None:
    """Write down what became of a message whose answer came after it was handed over."""
    if notice.state is not NoticeState.SENT:
        outbox.record_failure(
            connection, notice.key, state=notice.state, now=now, due_at=notice.due_at, reason=notice.reason, attempt=0
        )
