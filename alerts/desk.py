"""The desk: every change of an alert goes through here, each as one transaction with its notices and its log."""

import hashlib
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import escalation
from alerts.callers import Callers, around
from alerts.case import Case, Step, role_of
from alerts.ladders import ASKED_ABOUT, default_ladder
from linli.alert import Alert, AlertKind, AlertState, Outcome
from linli.clock import Clock
from linli.errors import Conflict, LinliError
from linli.finding import Finding
from linli.people import Roster
from linli.store import cases, outbox
from linli.store.care import CareStore

logger = logging.getLogger(__name__)

END_BY_THEMSELVES = frozenset({AlertKind.UNMONITORED, AlertKind.LOW_BATTERY})
"""What is over when its cause has gone, without anybody at the door."""
LOAD_WINDOW = timedelta(days=7)
"""How far back being asked counts as a burden."""


class UnknownAlert(LinliError):
    """There is no such alert."""


class Desk:
    """Opens, accepts, declines, arrives and closes; all idempotent. `wake` is called after each commit with notices."""

    def __init__(self, care: CareStore, roster: Callable[[], Roster], clock: Clock, wake: Callable[[], None]) -> None:
        self._care = care
        self._roster = roster
        self._clock = clock
        self._wake = wake
        self._lock = threading.Lock()
        self._asked_homes: frozenset[str] = frozenset()
        self._passing: dict[str, tuple[tuple[str, AlertKind], ...]] = {}
        self._seen_alive: set[str] = set()

    def open(self, findings: Sequence[Finding]) -> None:
        """Open an alert for each finding, or join the open one of its kind; an episode known already changes nothing.

        One transaction for all: when this returns, the alerts, their first notices and their log are durable.
        """
        if not findings:
            return
        now = self._clock.now()
        with self._care.begin() as connection:
            for finding in findings:
                self._open_one(connection, finding, now)
        self._committed()

    def _open_one(self, connection: Connection, finding: Finding, now: datetime) -> None:
        if cases.of_episode(connection, finding.key) is not None:
            return
        known = cases.open_like(connection, finding)
        if known is not None:
            cases.add_episode(connection, finding.key, known.id, now)
            case = Case(known, tuple(cases.requests(connection, known.id)))
            self._store(connection, escalation.repeated(case, now, {"key": finding.key}))
            return
        alert = _new_alert(finding, now)
        step = escalation.opened(alert, self._callers(connection, alert, now), now)
        cases.add(connection, step.alert)
        cases.add_episode(connection, finding.key, alert.id, now)
        self._store(connection, step)
        logger.info("alert opened alert=%s home=%s kind=%s", alert.id, alert.home, alert.kind)

    def _callers(self, connection: Connection, alert: Alert, now: datetime) -> Callers:
        load = cases.recent_load(connection, now - LOAD_WINDOW)
        return around(self._roster(), site=alert.site, home=alert.home, now=now, load=load)

    def _store(self, connection: Connection, step: Step) -> None:
        now = self._clock.now()
        cases.change(connection, step.alert)
        cases.put_requests(connection, step.alert.id, step.requests)
        cases.write_log(connection, step.alert.id, step.log)
        if step.withdraw:
            outbox.withdraw(connection, step.alert.id, now)
        elif step.spare:
            outbox.withdraw(connection, step.alert.id, now, person=step.spare)
        outbox.add(connection, step.notices, now)

    def accept(self, alert: str, person: str) -> Alert:
        """Somebody goes."""
        return self._change(
            alert,
            lambda case, _, now: escalation.accepted(case, person, role_of(self._roster().people.get(person)), now),
        )

    def decline(self, alert: str, person: str) -> Alert:
        """Somebody cannot come."""
        return self._change(alert, lambda case, callers, now: escalation.declined(case, callers, person, now))

    def arrive(self, alert: str, person: str) -> Alert:
        """Somebody is at the door."""
        return self._change(
            alert,
            lambda case, _, now: escalation.arrived(case, person, role_of(self._roster().people.get(person)), now),
        )

    def close(self, alert: str, who: str, outcome: Outcome, note: str = "") -> Alert:
        """It is over; the outcome is written down."""
        return self._change(alert, lambda case, _, now: escalation.closed(case, who, outcome, note, now), closing=True)

    def _change(
        self,
        id_: str,
        decide: Callable[[Case, Callers, datetime], Step],
        *,
        closing: bool = False,
    ) -> Alert:
        now = self._clock.now()
        with self._care.begin() as connection:
            alert = cases.by_id(connection, id_, for_update=True)
            if alert is None:
                raise UnknownAlert(f"there is no alert {id_}")
            if alert.state is AlertState.CLOSED and not closing:
                raise Conflict(f"alert {id_} is closed already")
            case = Case(alert, tuple(cases.requests(connection, id_)))
            step = decide(case, self._callers(connection, alert, now), now)
            if step.log:
                self._store(connection, step)
        self._committed()
        return step.alert

    def tick(self, now: datetime) -> int:
        """Take every step that is due, each case in its own transaction; return how many."""
        with self._care.read() as connection:
            waiting = cases.due(connection, now)
        for id_ in waiting:
            self._take_step(id_, now)
        if waiting:
            self._committed()
        return len(waiting)

    def _take_step(self, id_: str, now: datetime) -> None:
        with self._care.begin() as connection:
            alert = cases.by_id(connection, id_, for_update=True)
            if alert is None or alert.due_at is None or alert.due_at > now:
                return
            case = Case(alert, tuple(cases.requests(connection, id_)))
            self._store(connection, escalation.due(case, self._callers(connection, alert, now), now))

    @property
    def waits_for_life(self) -> bool:
        """Tell whether any alert is open that a sign of life could answer."""
        return bool(self._asked_homes)

    def sign_of_life(self, home: str, at: datetime) -> None:
        """The elder was seen to be up and about: what she was asked about is answered."""
        if home not in self._asked_homes:
            return
        now = self._clock.now()
        with self._care.begin() as connection:
            for alert in cases.open_ones_of_home(connection, home):
                case = Case(alert, tuple(cases.requests(connection, alert.id)))
                step = escalation.lives(case, at, now)
                if step is None or (step.alert.state is not AlertState.CLOSED and alert.id in self._seen_alive):
                    continue
                self._seen_alive.add(alert.id)
                self._store(connection, step)
        self._committed()

    def passing(self, homes: Collection[str] | None = None) -> list[tuple[str, str, AlertKind]]:
        """Return (alert, home, kind) of open alerts, of some homes or all, that end when their cause has gone."""
        known = self._passing
        within = known if homes is None else known.keys() & set(homes)
        return [(alert, home, kind) for home in sorted(within) for alert, kind in known[home]]

    def end_by_itself(self, alert: str) -> None:
        """Close a notice whose cause has gone (a sensor is heard again, a battery was changed)."""
        self._change(alert, lambda case, _, now: escalation.closed(case, "linli", Outcome.OTHER, "", now), closing=True)

    def open_alerts(self) -> list[Alert]:
        """Return all open alerts, the gravest and oldest first."""
        with self._care.read() as connection:
            return cases.open_ones(connection)

    def next_due(self) -> datetime | None:
        """Return when the next step of any alert is due."""
        with self._care.read() as connection:
            return cases.next_due(connection)

    def _committed(self) -> None:
        with self._care.read() as connection:
            asked = cases.open_by_home(connection, ASKED_ABOUT)
            passing = cases.open_by_home(connection, END_BY_THEMSELVES)
        with self._lock:
            self._asked_homes = frozenset(asked)
            self._passing = passing
        self._wake()

    def start(self) -> None:
        """Read what was open when linli stopped; its overdue steps are taken at the first tick."""
        self._committed()


def _new_alert(finding: Finding, now: datetime) -> Alert:
    return Alert(
        id="a-" + hashlib.sha256(finding.key.encode()).hexdigest()[:12],
        site=finding.site,
        home=finding.home,
        kind=finding.kind,
        severity=finding.severity,
        state=AlertState.OPEN,
        opened_at=now,
        evidence_at=finding.at,
        why=finding.why,
        ladder=default_ladder(finding.kind, finding.severity),
        evidence=dict(finding.evidence),
        about=finding.about,
        drill=finding.drill,
        due_at=now,
        climb_at=now,
    )
