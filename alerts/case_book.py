"""The case book: opens and stores cases within a transaction of the caller. It commits nothing and wakes nobody."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts import drills, escalation, replies
from alerts.callers import Callers, around, around_part
from alerts.case import Case, Step
from alerts.ladders import LadderFor
from alerts.opening import alert_id, is_another, new_alert
from alerts.pacing import paced
from alerts.thanks import thanks
from linli import canary
from linli.alert import Alert, Outcome, RequestState
from linli.clock import millis
from linli.finding import Finding
from linli.holidays import Holidays
from linli.people import Roster
from linli.store import cases, contacts, outbox, pauses
from linli.store import drills as drill_store

logger = logging.getLogger(__name__)

LOAD_WINDOW = timedelta(days=7)
"""How far back being asked counts as a burden."""


def tell_opened(opened: Iterable[Alert | None]) -> None:
    """Write into linli's log what was opened, once it is committed: what a full disk takes back each second never was."""
    for alert in opened:
        if alert is not None:
            logger.info("alert opened alert=%s home=%s kind=%s", alert.id, alert.home, alert.kind)


def case_of(connection: Connection, alert: Alert) -> Case:
    """Return an alert with everybody who was asked to come."""
    return Case(alert, tuple(cases.requests(connection, alert.id)))


def send_after_all(connection: Connection, alert: Alert, now: datetime) -> None:
    """Call at once whoever was asked and has not answered, and at its time who was to be written to later."""
    requests, open_ = cases.requests(connection, alert.id), {RequestState.ASKED, RequestState.SILENT}
    asked = {request.person for request in requests if request.state in open_}
    answered = {request.person for request in requests} - asked
    outbox.send_after_all(connection, alert.id, now, at_once=asked, never=answered)


class CaseBook:
    """What a step changes is written down whole: the alert, who was asked, the log, and what is to be sent."""

    def __init__(
        self, roster: Callable[[], Roster], *, holidays: Holidays, load_limit: int, ladders: LadderFor
    ) -> None:
        self._roster = roster
        self._holidays = holidays
        self.load_limit = load_limit
        self._ladders = ladders

    def open(self, connection: Connection, finding: Finding, now: datetime) -> Alert | None:
        """Open an alert and return it as it is stored, or join the open one of its kind; an episode known already changes nothing."""
        told = cases.episode(connection, finding.key)
        if told is not None:
            alert_before, told_at = told
            if not is_another(finding, told_at):
                return None
            cases.move_episodes(connection, [finding.key], alert_before, now)  # sent again, this call too is known
            finding = replace(finding, key=f"{finding.key}@{millis(now)}")
        is_button = drills.could_be_drill(finding, self._roster())
        if is_button and drill_store.take_window(connection, finding, alert_id(finding.key), now):
            finding = drills.as_drill(finding)
        known = cases.open_like(connection, finding)
        if known is not None:
            cases.add_episode(connection, finding.key, known.id, now)
            if finding.drill:
                drill_store.join(connection, alert_id(finding.key), known.id)
            self.store(connection, escalation.repeated(case_of(connection, known), finding, now), now)
            return None
        alert = new_alert(finding, now, self._ladders)
        case = Case(alert)
        step = paced(connection, case, escalation.opened(alert, self.callers(connection, case, now), now), now)
        cases.add(connection, step.alert)
        cases.add_episode(connection, finding.key, alert.id, now)
        self._store_rest(connection, step, now)
        return step.alert

    def callers(self, connection: Connection, case: Case, now: datetime) -> Callers:
        """Return who can be called for a case."""
        alert = case.alert
        listed = around(drills.circle(self._roster(), alert), site=alert.site, home=alert.home, now=now, load={})
        callers = around_part(listed, alert)
        return replace(
            callers,
            load=cases.recent_load_of(connection, callers.everybody(), now - LOAD_WINDOW),
            severity=alert.severity,
            load_limit=self.load_limit,
            asked={request.person for request in case.requests},
            paused={pause.person for pause in pauses.running(connection, now)},
            holidays=self._holidays.of(alert.site),
            kind=alert.kind,
            wishes=contacts.wishes(connection, alert.home),
            agreed=[contact.person for contact in contacts.order(connection, alert.home)],
        )

    def excuse(self, connection: Connection, home: str, who: str, outcome: Outcome, now: datetime) -> None:
        """End what only the elder was asked about, by somebody's word that nobody need look."""
        for alert in cases.open_ones_of_home(connection, home):
            step = replies.excused(case_of(connection, alert), who, outcome, now)
            if step is not None:
                self.store(connection, step, now)

    def store(self, connection: Connection, step: Step, now: datetime) -> None:
        """Store a step."""
        cases.change(connection, step.alert)
        self._store_rest(connection, step, now)

    def _store_rest(self, connection: Connection, step: Step, now: datetime) -> None:
        """Store what a step changes besides the alert itself."""
        cases.put_requests(connection, step.alert.id, step.requests, drill=step.alert.drill)
        if not canary.is_about(step.alert.about):
            cases.write_log(connection, step.alert.id, step.log)
        if step.goes_on:
            outbox.hold_all(connection, step.alert.id)
        if step.withdraw:
            outbox.withdraw(connection, step.alert.id, now)
        elif step.spare:
            outbox.withdraw(connection, step.alert.id, now, person=step.spare)
        if step.goes_on:
            send_after_all(connection, step.alert, now)
        outbox.add(connection, step.notices, now)
        if step.alert.drill:
            for person in drills.who_answered(step):
                drill_store.answer(connection, step.alert.id, person, now)
        if step.is_over and not step.alert.drill:
            outbox.add(connection, thanks(outbox.of_alert(connection, step.alert.id), step.log, now), now)
