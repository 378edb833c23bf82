"""What must hold of every open case, proven from the tables, the log and the moment. Pure: finds, changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from alerts.case import next_step
from alerts.fold import Folded
from linli.alert import Alert, AlertState, Outcome, Request, RequestState, Severity
from linli.people import Role


class Fault(StrEnum):
    """What can be wrong with a case or with one of its notices."""

    NO_NEXT_STEP = "no_next_step"
    LATE_STEP = "late_step"
    STEP_PUT_OFF = "step_put_off"
    NOBODY_CALLED = "nobody_called"
    LOG_DIFFERS = "log_differs"
    NOTICE_LATE = "notice_late"
    LEASE_STUCK = "lease_stuck"
    CALLS_AFTER_THE_END = "calls_after_the_end"


def faults_of(
    alert: Alert,
    requests: Sequence[Request],
    folded: Folded | None,
    *,
    late_before: datetime,
    anybody: Callable[[], bool],
) -> list[Fault]:
    """Return what is wrong with an open case. `folded` None: its log has not been read yet.

    A step that was due before `late_before` is late. `anybody` tells whether there is somebody who can be called.
    """
    found = [_step(alert, requests, late_before)]
    if _is_left_alone(alert, requests, late_before) and anybody():
        found.append(Fault.NOBODY_CALLED)
    if folded is not None and not agrees(folded, alert, {r.person: r.state for r in requests}):
        found.append(Fault.LOG_DIFFERS)
    return [fault for fault in found if fault is not None]


def _step(alert: Alert, requests: Sequence[Request], late_before: datetime) -> Fault | None:
    if alert.due_at is None:
        return Fault.NO_NEXT_STEP
    if alert.due_at < late_before:
        return Fault.LATE_STEP
    waiting = [r for r in requests if r.state is RequestState.ASKED and r.reply_due_at is not None]
    wanted = next_step(alert, waiting)
    is_later = wanted is not None and wanted < alert.due_at and wanted < late_before
    return Fault.STEP_PUT_OFF if is_later else None


def _is_left_alone(alert: Alert, requests: Sequence[Request], late_before: datetime) -> bool:
    """Tell whether nobody was called to an emergency in the time that calling takes; the elder herself is nobody."""
    if alert.severity is not Severity.EMERGENCY or alert.state is not AlertState.OPEN:
        return False
    return alert.opened_at < late_before and all(r.role is Role.RESIDENT for r in requests)


def agrees(folded: Folded, alert: Alert, people: Mapping[str, RequestState]) -> bool:
    """Tell whether the log says the same of a case as the tables."""
    if not folded.is_whole:
        return True
    return (folded.state, folded.people, folded.door_at, folded.outcome) == (
        alert.state,
        people,
        alert.door_at,
        alert.outcome,
    )


def ended_as_told(folded: Folded, outcome: Outcome | None) -> bool:
    """Tell whether the log says of a case that has ended that it has, and how."""
    return not folded.is_whole or (folded.state, folded.outcome) == (AlertState.CLOSED, outcome)
