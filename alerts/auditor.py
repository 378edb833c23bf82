"""The auditor: proves every few seconds that no open case and no notice was forgotten, puts right what it can, and says so.

It does not trust the rest of linli, and the rest of linli must not depend on it: whatever it meets, the tick goes on.
"""

import logging
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from alerts.callers import around
from alerts.case_proofs import Fault, ended_as_told, faults_of
from alerts.desk import Desk
from alerts.fold import Folded, fold
from alerts.unreachable import Unreachable
from linli import canary
from linli.alert import Alert, AlertKind, Entry, NoticeState, Severity
from linli.errors import StoreDown
from linli.finding import Finding
from linli.health import Health
from linli.people import Role, Roster
from linli.store import audit, cases
from linli.store.audit import IdleNotice
from linli.store.care import CareStore
from linli.words import Sentence

logger = logging.getLogger(__name__)

PART = ABOUT = "auditor"
EVERY = timedelta(seconds=10)
TOLERANCE = timedelta(seconds=5)
"""How late a step or a message may be before it counts as forgotten."""
LOOK_BACK = 20_000
"""How many lines of the log a new auditor looks through for people who were not reached."""
IN_TURN = 100
"""How many cases are held against their logs at a time; those whose logs grew are as soon as they did."""
_AT_ONCE = 200
"""How many logs are read, and how many faults are put right, at a time; the rest follows."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """A fault. `key` names the notice where it is one; `alert` is the open case as it was found, if it is about that."""

    fault: Fault
    id: str
    site: str
    key: str = ""
    alert: Alert | None = None


class Auditor:
    """Audits when it is time. For the thread `pipeline` alone; `wake` wakes the sender."""

    def __init__(
        self, care: CareStore, roster: Callable[[], Roster], desk: Desk, health: Health, wake: Callable[[], None]
    ) -> None:
        self._care = care
        self._roster = roster
        self._desk = desk
        self._health = health
        self._wake = wake
        self._unreachable = Unreachable(roster)
        self._next: datetime | None = None
        self._last: datetime | None = None
        self._was_gap = False
        self._awake_since: datetime | None = None
        self._told_to: int | None = None
        self._folded_to = 0
        self._turn = ""
        self._folds: dict[str, Folded] = {}
        self._known: set[tuple[Fault, str, str]] = set()

    def tick(self, now: datetime) -> None:
        """Audit if it is time; raises nothing."""
        self._notice_stop(now)
        if self._next is not None and self._next - EVERY <= now < self._next:
            return
        self._next = now + EVERY
        try:
            self.audit(now)
        except StoreDown as why:
            self._folds.clear()
            logger.warning("nothing can be audited: %s", why)
        except Exception:  # it watches over the tick, and must never be what ends it
            self._folds.clear()  # it may have been cut short in the middle
            logger.exception("the audit failed")
            self._health.trouble(PART, Sentence("linli cannot look after its own work; see the log."))

    def _notice_stop(self, now: datetime) -> None:
        """Note that linli or its host stood still, or that the clock was set: what fell due meanwhile is not late yet.

        Ticks that are slow again and again are no such stop: then things are late.
        """
        is_gap = self._last is None or not timedelta(0) <= now - self._last <= TOLERANCE
        if is_gap and not self._was_gap:
            self._awake_since = now
        self._last, self._was_gap = now, is_gap

    def _late_before(self, now: datetime) -> datetime:
        if self._awake_since is not None and now - self._awake_since <= TOLERANCE:
            return _NEVER
        return now - TOLERANCE

    def audit(self, now: datetime) -> list[Found]:
        """Prove, put right and tell; return what was found."""
        late_before = self._late_before(now)
        with self._care.read() as connection:
            newest = cases.last_seq(connection)
            open_ones = [id_ for id_, about in audit.open_ids(connection) if not canary.is_about(about)]
            changed, ended = self._fold_on(connection, open_ones, newest)
            looked_at = {*changed, *self._in_turn(open_ones), *audit.suspects(connection, late_before)}
            found = [
                *ended,
                *self._cases(connection, looked_at & set(open_ones), late_before, now),
                *map(_of_notice, audit.idle_notices(connection, late_before)),
            ]
            told_to = max(0, newest - LOOK_BACK) if self._told_to is None else self._told_to
            unreachable = self._unreachable.found(connection, told_to)
            reached = self._unreachable.over(connection)
        self._put_right(found, now, late_before)
        self._tell(found, now)
        self._desk.open(unreachable)
        for alert in reached:
            self._desk.end_by_itself(alert)
        self._told_to = newest
        return found

    def _in_turn(self, open_ones: Sequence[str]) -> list[str]:
        """Return the next few cases, whose every row is held against the log though nothing is known to have changed."""
        behind = bisect_right(open_ones, self._turn)
        turn = [*open_ones[behind:], *open_ones[:behind]][:IN_TURN]
        self._turn = turn[-1] if turn else ""
        return turn

    def _fold_on(self, connection: Connection, open_ones: Sequence[str], newest: int) -> tuple[list[str], list[Found]]:
        """Fold what the logs say anew; return whose did, and the cases that have ended otherwise than theirs say."""
        lines: dict[str, list[Entry]] = {}
        for _, alert, entry in cases.log_since(connection, self._folded_to) if self._folds else ():
            lines.setdefault(alert, []).append(entry)
        self._folded_to = newest
        changed = sorted(lines.keys() & self._folds.keys())
        for alert in changed:
            self._folds[alert] = fold(lines[alert], self._folds[alert])
        gone = {alert: self._folds.pop(alert) for alert in self._folds.keys() - set(open_ones)}
        unread = [alert for alert in open_ones if alert not in self._folds][:_AT_ONCE]
        self._folds |= {alert: fold(entries) for alert, entries in audit.logs(connection, unread).items()}
        ended = [
            Found(Fault.LOG_DIFFERS, alert, site)
            for alert, (site, outcome) in audit.endings(connection, gone).items()
            if not ended_as_told(gone[alert], outcome)
        ]
        return [*changed[:_AT_ONCE], *unread], ended

    def _cases(
        self, connection: Connection, looked_at: Collection[str], late_before: datetime, now: datetime
    ) -> Iterable[Found]:
        for alert, requests in audit.open_cases(connection, looked_at):
            faults = faults_of(
                alert,
                requests,
                self._folds.get(alert.id),
                late_before=late_before,
                anybody=partial(self._is_anybody_there, alert, now),
            )
            yield from (Found(fault, alert.id, alert.site, alert=alert) for fault in faults)

    def _is_anybody_there(self, alert: Alert, now: datetime) -> bool:
        callers = around(self._roster(), site=alert.site, home=alert.home, now=now, load={})
        return any(callers.of(role) for role in Role if role is not Role.RESIDENT)

    def _put_right(self, found: Iterable[Found], now: datetime, late_before: datetime) -> None:
        """Put right what can be, each in a transaction of its own, and put it on the case's record once."""
        faults = list(found)
        for one in faults[:_AT_ONCE]:
            with self._care.begin() as connection:
                is_done = _mend(connection, one, now, late_before)
                if is_done and _name(one) not in self._known:
                    detail: Mapping[str, str | float] = {"fault": one.fault} | ({"key": one.key} if one.key else {})
                    cases.write_log(connection, one.id, [Entry(now, "put_right", detail=detail)])
        if faults:
            self._wake()

    def _tell(self, found: list[Found], now: datetime) -> None:
        for one in found:
            if _name(one) not in self._known:
                logger.error("audit found fault=%s alert=%s notice=%s", one.fault, one.id, one.key or "-")
        is_news = {_name(one) for one in found} - self._known
        self._known = {_name(one) for one in found}
        if not found:
            self._health.well(PART)
            return
        self._health.trouble(
            PART, Sentence("linli had left {count} steps or messages undone; see the log.", {"count": len(found)})
        )
        sites = {one.site for one in found if _name(one) in is_news}
        self._desk.open([_finding(site, [one for one in found if one.site == site], now) for site in sorted(sites)])


def _of_notice(notice: IdleNotice) -> Found:
    if notice.is_unwanted:
        return Found(Fault.CALLS_AFTER_THE_END, notice.alert, notice.site, notice.key)
    is_leased = notice.state is NoticeState.LEASED
    return Found(Fault.LEASE_STUCK if is_leased else Fault.NOTICE_LATE, notice.alert, notice.site, notice.key)


def _mend(connection: Connection, found: Found, now: datetime, late_before: datetime) -> bool:
    """Put one fault right; a late notice needs only a sender that is awake, and a log that differs needs people."""
    if found.fault is Fault.CALLS_AFTER_THE_END:
        return audit.take_back(connection, found.key, now)
    if found.fault is Fault.LEASE_STUCK:
        return audit.end_lease(connection, found.key, now, late_before)
    if found.alert is not None and found.fault is not Fault.LOG_DIFFERS:
        return audit.take_up(connection, found.alert, now, climb=found.fault is Fault.NOBODY_CALLED)
    return False


def _name(found: Found) -> tuple[Fault, str, str]:
    return found.fault, found.id, found.key


def _finding(site: str, found: list[Found], now: datetime) -> Finding:
    counts = Counter(str(one.fault) for one in found)
    named = ", ".join(dict.fromkeys(one.id for one in found[:20]))
    return Finding(
        f"{ABOUT}:{site}:{now.date().isoformat()}",
        "",
        site,
        AlertKind.SYSTEM,
        Severity.URGENT,
        now,
        Sentence(
            "linli had left steps or messages of alerts undone. Look at these alerts: {alerts}", {"alerts": named}
        ),
        {"alerts": named, **{fault: float(count) for fault, count in counts.items()}},
        about=ABOUT,
    )
