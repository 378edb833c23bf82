"""Drills: which alerts are one, whom they may call, and how they end. Pure decisions.

A drill goes the way of a real call as far as a phone, behind every real one; it calls no professional, no family and no
staff, and whoever answers has ended it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.case import Case, Draft, Step
from alerts.ladders import NOTICE, SYSTEM
from linli import canary
from linli.alert import Alert, AlertKind, Ladder, Outcome, Request, RequestState, Rung, Severity
from linli.finding import Finding
from linli.people import Device, Role, Roster
from linli.signals import PAGE, Kind

WINDOW = timedelta(minutes=10)
"""How long an announced trial of a button waits for the press; and how long its alert waits for a volunteer."""
REPLY_WITHIN = timedelta(days=1)
"""How long a volunteer has for "I got it"."""
REMINDER = "drills"
"""What a reminder to staff is about."""


def _ladder(lasts: timedelta) -> Ladder:
    return Ladder((Rung(timedelta(0), Role.VOLUNTEER, count=1),), lease=lasts, reply_within=lasts, again_every=lasts)


OF_BUTTON, OF_VOLUNTEER = _ladder(WINDOW), _ladder(REPLY_WITHIN)
_WEEKLY = replace(NOTICE, again_every=timedelta(days=7))


def ladder_for(finding: Finding | Alert) -> Ladder | None:
    """Return the ladder of a drill, and of what is about linli itself; None where the site's own is climbed."""
    if finding.drill:
        return OF_VOLUNTEER if not finding.home else OF_BUTTON
    if finding.kind is not AlertKind.SYSTEM:
        return None
    if finding.about == REMINDER:
        return _WEEKLY
    return SYSTEM if finding.severity is Severity.URGENT else None


def buttons(roster: Roster, home: str) -> list[Device]:
    """Return the call buttons that are listed for a home."""
    return [device for device in roster.devices_by_home.get(home, ()) if Kind.SOS in device.kinds]


def could_be_drill(finding: Finding, roster: Roster) -> bool:
    """Tell whether a finding is what an announced trial waits for: the press of a button, never of her page.

    Where buttons are listed for the home, of one of these.
    """
    if finding.kind is not AlertKind.SOS or finding.evidence.get("signal") != Kind.SOS or finding.drill:
        return False
    device, listed = finding.evidence.get("device"), [button.device for button in buttons(roster, finding.home)]
    return device != PAGE and (not listed or device in listed)


def as_drill(finding: Finding) -> Finding:
    """Return a press as the drill that it is: no emergency, so that no real call ever waits behind it."""
    return replace(finding, drill=True, severity=Severity.URGENT)


def circle(roster: Roster, alert: Alert) -> Roster:
    """Return whom an alert may call: everybody listed, but for a drill only volunteers, or the one it is about."""
    if not alert.drill:
        return roster
    if canary.is_about(alert.about):
        return _only(roster, alert, canary.PERSON)
    if not alert.home:
        return _only(roster, alert, alert.about)
    volunteers = {id_: person for id_, person in roster.people.items() if person.role is Role.VOLUNTEER}
    return replace(roster, people=volunteers)


def _only(roster: Roster, alert: Alert, person: str) -> Roster:
    known = roster.people.get(person)
    return canary.alone_with(roster.place(alert.home, alert.site), known) if known is not None else Roster()


def answered(case: Case, person: str, role: Role, now: datetime) -> Step:
    """Somebody has the message: that is all a drill wants to know, so it ends."""
    draft = Draft.of(case, now)
    known = case.of(person) or Request(person, role, case.alert.rung, RequestState.ASKED, now)
    draft.put(replace(known, state=RequestState.ACCEPTED, reply_due_at=None))
    draft.note("drill_answered", person)
    return _ended(draft, person)


def over(case: Case, now: datetime) -> Step:
    """Nobody has answered in time: a drill calls nobody else, it ends."""
    return _ended(Draft.of(case, now), "linli")


def who_answered(step: Step) -> list[str]:
    """Return who has answered a drill with this step."""
    return [request.person for request in step.requests if request.state is RequestState.ACCEPTED]


def _ended(draft: Draft, who: str) -> Step:
    draft.close(Outcome.DRILL)
    draft.note("closed", who, outcome=Outcome.DRILL)
    return draft.step()
