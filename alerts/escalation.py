"""What happens next in a case: pure decisions over the case, the people around the home and the moment.

Accepting stops the calls but starts a lease; only closing stops the clock; after the last rung the calls go round again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from alerts.callers import Callers
from alerts.case import Case, Draft, Step, role_of
from alerts.ladders import ASKED_ABOUT
from linli.alert import (
    Alert,
    AlertState,
    Entry,
    NoticeType,
    Outcome,
    Request,
    RequestState,
    Rung,
    Severity,
)
from linli.errors import Conflict
from linli.people import Person, Role

DOOR_LEASE = timedelta(minutes=30)
"""How long somebody may be at the door without saying how it ended, before staff are told."""
QUIET_FROM, QUIET_UNTIL = time(20), time(8)
"""Local hours in which notices (never emergencies or urgent alerts) wait for the morning."""


def opened(alert: Alert, callers: Callers, now: datetime) -> Step:
    """Begin a case: log it and climb the first rung that has anybody on it."""
    draft = Draft.of(Case(alert), now)
    draft.note("opened", kind=alert.kind, severity=alert.severity)
    if alert.severity is Severity.NOTICE and (morning := _after_quiet_hours(callers, now)) > now:
        draft.alert = replace(alert, climb_at=morning)
        draft.note("held", until=morning.isoformat())
        return draft.step()
    _climb(draft, callers)
    return draft.step()


def _after_quiet_hours(callers: Callers, now: datetime) -> datetime:
    local = now.astimezone(callers.home.zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=callers.home.zone).astimezone(now.tzinfo)


def repeated(case: Case, now: datetime, evidence: Mapping[str, str | float]) -> Step:
    """Note that the same thing was reported again while the alert is open."""
    draft = Draft.of(case, now)
    draft.log.append(Entry(now, "repeated", detail=evidence))
    return draft.step()


def due(case: Case, callers: Callers, now: datetime) -> Step:
    """Take the step whose time has come: a lease that ended, a helper who is silent, the next rung."""
    draft = Draft.of(case, now)
    alert = case.alert
    if alert.state is AlertState.AT_DOOR and _is_over(alert.lease_until, now):
        _ask_for_outcome(draft, callers)
    elif alert.state is AlertState.ACCEPTED and _is_over(alert.lease_until, now):
        _end_lease(draft, callers)
    elif alert.state is AlertState.OPEN:
        _replace_silent(draft, callers)
        _climb_if_time(draft, callers)
    return draft.step()


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is None or moment <= now


def _ask_for_outcome(draft: Draft, callers: Callers) -> None:
    draft.note("no_outcome")
    draft.alert = replace(draft.alert, lease_until=draft.now + DOOR_LEASE, round=draft.alert.round + 1)
    for request in list(draft.requests.values()):
        if request.state is RequestState.AT_DOOR:
            _remind(draft, callers, request)
    for person in callers.of(Role.STAFF):
        draft.call(person, rung=draft.alert.rung, reply_within=None)


def _end_lease(draft: Draft, callers: Callers) -> None:
    """Nobody at the door in time: remind who accepted, keep them on, and go on calling."""
    draft.note("lease_ended")
    draft.alert = replace(draft.alert, state=AlertState.OPEN, lease_until=None, round=draft.alert.round + 1)
    for request in list(draft.requests.values()):
        if request.state is RequestState.ACCEPTED:
            _remind(draft, callers, request)
    _climb(draft, callers)


def _remind(draft: Draft, callers: Callers, request: Request) -> None:
    person = callers.person(request.person)
    if person is None or not person.ways:
        return
    draft.write(person.person, person.ways[0], NoticeType.REMIND, request.rung)
    draft.note("reminded", person=person.person)


def _replace_silent(draft: Draft, callers: Callers) -> None:
    for request in draft.waiting():
        if request.reply_due_at is not None and request.reply_due_at <= draft.now:
            draft.put(replace(request, state=RequestState.SILENT, reply_due_at=None))
            draft.note("silent", person=request.person)
            _call_next(draft, callers, request)


def _call_next(draft: Draft, callers: Callers, instead_of: Request) -> None:
    """Call the next of the same role at once, in place of who is silent or cannot come."""
    if instead_of.rung >= len(draft.alert.ladder.rungs) or not draft.alert.ladder.rungs[instead_of.rung].count:
        return
    fresh = _not_asked(draft, callers.of(instead_of.role))
    if fresh:
        draft.call(fresh[0], rung=instead_of.rung, reply_within=draft.alert.ladder.reply_within)


def _not_asked(draft: Draft, people: list[Person]) -> list[Person]:
    return [person for person in people if person.person not in draft.requests]


def _climb_if_time(draft: Draft, callers: Callers) -> None:
    """Climb when the next rung's time has come, or at once when everybody has said that they cannot come."""
    if _is_over(draft.alert.climb_at, draft.now) or _all_declined(draft):
        _climb(draft, callers)


def _all_declined(draft: Draft) -> bool:
    answers = [request.state for request in draft.requests.values() if request.role is not Role.RESIDENT]
    more_rungs = draft.alert.rung < len(draft.alert.ladder.rungs)
    return more_rungs and bool(answers) and all(state is RequestState.DECLINED for state in answers)


def _climb(draft: Draft, callers: Callers) -> None:
    """Climb to the next rung that has anybody on it; past the last one, go round again."""
    ladder = draft.alert.ladder
    while draft.alert.rung < len(ladder.rungs):
        index = draft.alert.rung
        draft.alert = replace(draft.alert, rung=index + 1)
        if _call_rung(draft, callers, ladder.rungs[index], index):
            draft.alert = replace(draft.alert, climb_at=draft.now + _gap(draft.alert))
            return
    _go_round(draft, callers)


def _gap(alert: Alert) -> timedelta:
    """Return how long the rung just climbed has before the next one."""
    rungs = alert.ladder.rungs
    if alert.rung >= len(rungs):
        return alert.ladder.again_every
    return rungs[alert.rung].after - rungs[alert.rung - 1].after


def _call_rung(draft: Draft, callers: Callers, rung: Rung, index: int) -> bool:
    if rung.second_channel:
        return _call_second_channels(draft, callers, index)
    people = _not_asked(draft, callers.of(rung.role))
    chosen = people[: rung.count] if rung.count else people
    reply_within = None if rung.role is Role.STAFF else draft.alert.ladder.reply_within
    if rung.asks:
        reply_within = draft.alert.ladder.rungs[index + 1].after - rung.after
    for person in chosen:
        draft.call(person, rung=index, reply_within=reply_within, asks=rung.asks)
    return bool(chosen)


def _call_second_channels(draft: Draft, callers: Callers, index: int) -> bool:
    reached = False
    for request in list(draft.requests.values()):
        person = callers.person(request.person)
        silent = request.state in {RequestState.ASKED, RequestState.SILENT}
        if person is None or not silent or len(person.ways) < 2:
            continue
        draft.write(person.person, person.ways[1], NoticeType.CALL, request.rung)
        draft.note("second_channel", person=person.person, rung=index)
        reached = True
    return reached


def _go_round(draft: Draft, callers: Callers) -> None:
    """The ladder never runs out: call staff and professionals again, or whoever there is."""
    again = draft.alert.ladder.again_every
    draft.alert = replace(draft.alert, round=draft.alert.round + 1, climb_at=draft.now + again)
    people = [*callers.of(Role.STAFF), *_if_emergency(draft.alert, callers.of(Role.PROFESSIONAL))]
    people = people or [*callers.of(Role.FAMILY), *callers.of(Role.VOLUNTEER)]
    if not people:
        draft.note("nobody_to_call")
    for person in people:
        draft.call(person, rung=draft.alert.rung, reply_within=None)


def _if_emergency(alert: Alert, people: list[Person]) -> list[Person]:
    return people if alert.severity is Severity.EMERGENCY else []


def accepted(case: Case, person: str, role: Role, now: datetime) -> Step:
    """Somebody goes: stop the calls and start the lease. A second helper joins; the same one again changes nothing."""
    draft = Draft.of(case, now)
    known = case.of(person)
    if known is not None and known.state in {RequestState.ACCEPTED, RequestState.AT_DOOR}:
        return draft.step()
    _stand(draft, person, role, RequestState.ACCEPTED)
    if case.alert.state is AlertState.OPEN:
        draft.alert = replace(case.alert, state=AlertState.ACCEPTED, lease_until=now + case.alert.ladder.lease)
        draft.withdraw = True
        draft.note("accepted", person, until=(now + case.alert.ladder.lease).isoformat())
    else:
        draft.note("joined", person)
    return draft.step()


def _stand(draft: Draft, person: str, role: Role, state: RequestState) -> None:
    known = draft.requests.get(person)
    base = known or Request(person, role, draft.alert.rung, state, draft.now)
    draft.put(replace(base, state=state, reply_due_at=None))


def declined(case: Case, callers: Callers, person: str, now: datetime) -> Step:
    """Somebody cannot come: call the next at once; who had accepted is let go, and the ladder goes on."""
    draft = Draft.of(case, now)
    known = case.of(person)
    if known is not None and known.state is RequestState.DECLINED:
        return draft.step()
    _stand(draft, person, known.role if known else role_of(callers.person(person)), RequestState.DECLINED)
    draft.note("declined", person)
    draft.spare = person
    if case.alert.state is AlertState.ACCEPTED and not _anybody(draft, RequestState.ACCEPTED):
        draft.alert = replace(
            draft.alert, state=AlertState.OPEN, lease_until=None, climb_at=draft.alert.climb_at or now
        )
    if draft.alert.state is AlertState.OPEN and known is not None:
        _call_next(draft, callers, known)
        _climb_if_time(draft, callers)
    return draft.step()


def _anybody(draft: Draft, state: RequestState) -> bool:
    return any(request.state is state for request in draft.requests.values())


def arrived(case: Case, person: str, role: Role, now: datetime) -> Step:
    """Somebody is at the door; the clock goes on until they say how it is."""
    draft = Draft.of(case, now)
    known = case.of(person)
    if known is not None and known.state is RequestState.AT_DOOR:
        return draft.step()
    _stand(draft, person, role, RequestState.AT_DOOR)
    draft.alert = replace(case.alert, state=AlertState.AT_DOOR, lease_until=now + DOOR_LEASE)
    draft.withdraw = True
    draft.note("at_door", person)
    return draft.step()


def closed(case: Case, who: str, outcome: Outcome, note: str, now: datetime) -> Step:
    """End a case with its outcome; raises Conflict when it ended otherwise before."""
    draft = Draft.of(case, now)
    alert = case.alert
    if alert.state is AlertState.CLOSED:
        if (alert.outcome, alert.note) != (outcome, note):
            raise Conflict(f"alert {alert.id} is closed already, with outcome {alert.outcome}")
        return draft.step()
    draft.alert = replace(
        alert, state=AlertState.CLOSED, closed_at=now, outcome=outcome, note=note, climb_at=None, lease_until=None
    )
    draft.withdraw = True
    draft.note("closed", who, outcome=outcome)
    return draft.step()


def lives(case: Case, at: datetime, now: datetime) -> Step | None:
    """A sign of life while the alert is open: ends it while only the elder was asked, else it is put on record once."""
    if case.alert.kind not in ASKED_ABOUT or at <= case.alert.opened_at:
        return None
    if all(request.role is Role.RESIDENT for request in case.requests) and case.alert.state is AlertState.OPEN:
        return closed(case, "resident", Outcome.SAFE, "", now)
    draft = Draft.of(case, now)
    draft.note("sign_of_life", "resident", at=at.isoformat())
    return draft.step()
