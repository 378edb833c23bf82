"""A stairwell with enough neighbours to climb a whole ladder, and a case opened in it."""

from dataclasses import replace
from datetime import datetime

from alerts.callers import Callers, around
from alerts.case import Case, Step
from alerts.escalation import opened
from alerts.ladders import default_ladder
from linli.alert import Alert, AlertKind, AlertState, Severity
from linli.people import Care, Channel, Person, Role, Roster, Scope
from linli.words import Sentence
from tests.cast import BO, EIGHT, GARDEN, LIN, MEI, WU
from tests.cast import roster as cast_roster


def volunteer(number: int, *, channels: int = 2) -> Person:
    """Return a volunteer of Mei's building; a lower number comes first."""
    name = f"v{number}"
    kinds = ("webhook", "sms")[:channels]
    ways = tuple(
        Channel(f"{name}-{kind}", name, kind, f"http://127.0.0.1:9/{name}", order=i) for i, kind in enumerate(kinds)
    )
    return Person(name, Role.VOLUNTEER, order=number, cares=(Care(Scope.BUILDING, MEI.building),), channels=ways)


SEVEN = tuple(volunteer(number) for number in range(1, 8))
EVERYBODY = (*SEVEN, BO, LIN, WU)


def town(*people: Person) -> Roster:
    """Return the cast's homes with these people."""
    return replace(cast_roster(), people={person.person: person for person in people or EVERYBODY})


def callers(now: datetime, *people: Person) -> Callers:
    """Return who is around Mei."""
    return around(town(*people), site=GARDEN, home=MEI.home, now=now, load={})


def new_alert(kind: AlertKind = AlertKind.SOS, severity: Severity = Severity.EMERGENCY) -> Alert:
    """Return an alert as the desk makes it."""
    return Alert(
        "a-1",
        GARDEN,
        MEI.home,
        kind,
        severity,
        AlertState.OPEN,
        EIGHT,
        EIGHT,
        Sentence("The call button was pressed."),
        default_ladder(kind, severity),
        due_at=EIGHT,
        climb_at=EIGHT,
    )


def after(case: Case, step: Step) -> Case:
    """Return the case as it stands once a step is stored."""
    changed = {request.person: request for request in step.requests}
    kept = {request.person: request for request in case.requests}
    return Case(step.alert, tuple({**kept, **changed}.values()))


def begun(kind: AlertKind, severity: Severity, *people: Person) -> tuple[Case, Step]:
    """Return a case just opened, and the step that opened it."""
    alert = new_alert(kind, severity)
    step = opened(alert, callers(EIGHT, *people), EIGHT)
    return after(Case(alert), step), step
