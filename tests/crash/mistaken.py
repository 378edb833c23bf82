"""The enumerator over a linli with one mistake in it: `python -m tests.crash.mistaken MISTAKE NAME…`."""

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from alerts import drills
from alerts.dispatch import Dispatch, Task
from bench.crash.report import main
from linli.alert import Alert, Entry, Ladder, NoticeState
from linli.finding import Finding
from linli.inbox import Parcel
from linli.loop import Loop
from linli.people import Roster
from linli.store import cases, outbox
from linli.store import drills as drill_store
from linli.store import tables as t
from linli.store.drills import DrillKind


def acknowledge_first() -> None:
    """Tell the broker that all is stored, and store it then."""
    take_in = Loop._take_in

    def hasty(loop: Loop, batch: list[Parcel]) -> None:
        for parcel in batch:
            parcel.done([None for _ in parcel.messages])
        take_in(loop, [replace(parcel, done=lambda _: None) for parcel in batch])

    Loop._take_in = hasty  # type: ignore[assignment, method-assign]


def mark_first() -> None:
    """Write down that a notice was sent when it is claimed, in one commit, and send it then."""
    claim = Dispatch.claim

    def marked(dispatch: Dispatch, connection: Connection, now: datetime, **limits: Any) -> list[Task]:
        tasks = claim(dispatch, connection, now, **limits)
        outbox.record_sent(connection, [task.notice.key for task in tasks], now)
        return tasks

    Dispatch.claim = marked  # type: ignore[assignment, method-assign]
    Dispatch._is_wanted = lambda *_: True  # type: ignore[method-assign]


def keep_leases() -> None:
    """Leave what a dead sender held as it is."""
    outbox.release = lambda *_: None


def send_all_again() -> None:
    """At the start, believe of nothing that it was sent."""
    release = outbox.release

    def forgetful(connection: Connection, now: datetime) -> None:
        release(connection, now)
        sent = update(t.outbox).where(t.outbox.c.state == NoticeState.SENT)
        connection.execute(sent.values(state=NoticeState.WAITING, due_at=now))

    outbox.release = forgetful


def keep_no_record() -> None:
    """Leave out of the log what was sent."""
    write_logs = cases.write_logs

    def silent(connection: Connection, lines: Iterable[tuple[str, Entry]]) -> None:
        write_logs(connection, [line for line in lines if line[1].what != "notice_sent"])

    cases.write_logs = silent


def ring_everybody() -> None:
    """Let a drill climb the ladder of a real call, to whomever that calls."""

    def everybody(roster: Roster, alert: Alert) -> Roster:  # noqa: ARG001 - that is the mistake
        return roster

    def as_real(finding: Finding | Alert) -> Ladder | None:  # noqa: ARG001
        return None

    drills.circle, drills.ladder_for = everybody, as_real


def never_spend() -> None:
    """Take every press for the one that was announced, as long as the ten minutes last."""
    take_window = drill_store.take_window

    def lasting(connection: Connection, finding: Finding, alert: str, now: datetime) -> bool:
        is_drill = take_window(connection, finding, alert, now)
        spent = update(t.drills).where(t.drills.c.kind == DrillKind.BUTTON)
        connection.execute(spent.values(passed_at=None))
        return is_drill

    drill_store.take_window = lasting


MISTAKES: Mapping[str, Callable[[], None]] = {
    "acknowledged before it is stored": acknowledge_first,
    "marked as sent before it is sent": mark_first,
    "leases of the dead are kept": keep_leases,
    "sent again after every start": send_all_again,
    "sent without a line in the log": keep_no_record,
    "a drill rings everybody": ring_everybody,
    "a trial is never spent": never_spend,
}

if __name__ == "__main__":
    MISTAKES[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))
