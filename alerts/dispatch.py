"""One notice on its way: claimed, given to the courier, and the answer written down. No threads here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.channels.base import Answer, Verdict
from alerts.courier import NOT_THEIRS, Courier
from alerts.retry import after, is_news, line, other_way, stem
from linli import canary
from linli.alert import Alert, Notice, NoticeState
from linli.clock import seconds
from linli.errors import StoreDown
from linli.store import cases, outbox
from linli.store.care import CareStore

LEASE = timedelta(seconds=30)
"""How long a claimed notice is left to its sender: well over one try and its commit."""


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed notice and the alert it is about."""

    notice: Notice
    alert: Alert


@dataclass(frozen=True, slots=True)
class Done:
    """A try and what came of it, after so many seconds."""

    notice: Notice
    kind: str
    answer: Answer
    seconds: float


class Dispatch:
    """Takes notices from the outbox to the far end and the answers back."""

    def __init__(self, care: CareStore, courier: Courier) -> None:
        self._care = care
        self._courier = courier

    def claim(
        self, connection: Connection, now: datetime, *, emergencies: int, others: int, known: Iterable[Alert] = ()
    ) -> list[Task]:
        """Take what is due, at most so many emergencies, and of all else so many as still have room.

        Alerts that are `known` as they stand in this transaction are not read again.
        """
        notices = outbox.claim(connection, now, lease=LEASE, limit=emergencies, others=others)
        alerts = {alert.id: alert for alert in known}
        for id_ in {notice.alert for notice in notices} - alerts.keys():
            if (alert := cases.by_id(connection, id_)) is not None:
                alerts[id_] = alert
        return [Task(notice, alerts[notice.alert]) for notice in notices]

    def send(self, task: Task) -> Done | None:
        """Try once; None when the notice was withdrawn, or taken by somebody else, after it was claimed."""
        return self.send_at_once(task) if self._is_wanted(task.notice) else None

    def send_at_once(self, task: Task) -> Done:
        """Try once with what was claimed this very moment."""
        begun = seconds()
        kind, answer = self._courier.send(task.alert, task.notice)
        return Done(task.notice, kind, answer, seconds() - begun)

    def _is_wanted(self, notice: Notice) -> bool:
        """Look again: the alert may have been closed since. A store that is down must not hold back a claimed call."""
        try:
            with self._care.read() as connection:
                return outbox.is_held(connection, notice.key, attempt=notice.attempts)
        except StoreDown:
            return True

    def record(self, connection: Connection, tries: Sequence[Done], now: datetime) -> None:
        """Write answers down; at a failure the person's next channel gets the notice at once."""
        outbox.hold(connection, [done.notice.key for done in tries])
        accepted = {done.notice.key: done for done in tries if done.answer.verdict is Verdict.ACCEPTED}
        sent = outbox.record_sent(connection, accepted, now)
        _log(connection, [done for key, done in accepted.items() if key in sent], now, "notice_sent")
        for done in tries:
            if done.answer.verdict is not Verdict.ACCEPTED:
                self._record_failure(connection, done, now)

    def _record_failure(self, connection: Connection, done: Done, now: datetime) -> None:
        notice, answer = done.notice, done.answer
        following = after(answer, notice, now)
        is_ours = outbox.record_failure(
            connection,
            notice.key,
            state=following.state,
            now=now,
            due_at=following.due_at,
            reason=answer.reason,
            attempt=notice.attempts,
        )
        if not is_ours:
            return
        if is_news(answer, notice, following.state):
            _log(connection, [done], now, "notice_failed")
        self._use_other_way(connection, done, now)

    def _use_other_way(self, connection: Connection, done: Done, now: datetime) -> None:
        person = self._courier.person(done.notice)
        other = other_way(done.notice, person, now) if person else None
        if other is not None:
            outbox.add(connection, [other], now)
        elif _is_unreachable(done) and _has_failed_everywhere(connection, done.notice):
            _log(connection, [done], now, "person_unreachable")


def _is_unreachable(done: Done) -> bool:
    """Tell whether the far end says never; who is not written to as the home is no longer theirs can be reached well."""
    return done.answer.verdict is Verdict.NEVER and done.answer.reason != NOT_THEIRS


def _has_failed_everywhere(connection: Connection, notice: Notice) -> bool:
    by_all_channels = [n for n in outbox.of_alert(connection, notice.alert) if stem(n) == stem(notice)]
    return all(n.state is NoticeState.FAILED for n in by_all_channels)


def _log(connection: Connection, tries: Sequence[Done], now: datetime, what: str) -> None:
    """Write lines of the log, which nothing can erase: so a canary's alert, which is erased, has none."""
    said = [
        (done.notice.alert, line(what, done.notice, done.kind, done.answer, now))
        for done in tries
        if done.notice.person != canary.PERSON
    ]
    cases.write_logs(connection, said)
