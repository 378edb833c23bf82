"""What linli does next in a case by itself: pure decisions over the case, the people around the home and the moment.

Only closing stops the clock; after the last rung the calls go round again. What people answer stands in `replies`.
"""

from dataclasses import replace
from datetime import datetime, time, timedelta

from alerts.callers import Callers
from alerts.case import LONG_AGO, Case, Draft, Step, next_mark
from linli.alert import (
    SINCE,
    Alert,
    AlertState,
    Ladder,
    NoticeType,
    Request,
    RequestState,
    Rung,
    Severity,
)
from linli.finding import Finding
from linli.people import Person, Role

DOOR_LEASE = timedelta(minutes=30)
"""How long somebody may be at the door without saying how it ended, before staff are told."""
WITHOUT_A_WORD = timedelta(minutes=5)
"""The same once she has called for help again: whoever came may have gone."""
AT_THE_GOAL = (Role.FAMILY, Role.STAFF)
AT_THE_LIMIT = (Role.FAMILY, Role.STAFF, Role.PROFESSIONAL)
"""Who is called when the long-lie clock passes its goal, and its limit."""
TAKEN_BACK = ("taken_back_at", "taken_back_by")
AGAIN_AT = "again_at"
"""What the evidence remembers of a call that was taken back, and of when it was last made."""
NO_WORD, UNANSWERED = DOUBTS = ("no_word_at", "unanswered_since")
"""Why it may be doubted that somebody is at the door: when they were asked in vain how it is, and when the same came again."""
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
    _climb(draft, callers, since=draft.now)
    return draft.step()


def _after_quiet_hours(callers: Callers, now: datetime) -> datetime:
    local = now.astimezone(callers.home.zone)
    if QUIET_UNTIL <= local.time() < QUIET_FROM:
        return now
    day = local.date() if local.time() < QUIET_UNTIL else local.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, tzinfo=callers.home.zone).astimezone(now.tzinfo)


def repeated(case: Case, finding: Finding, now: datetime) -> Step:
    """Note that the same thing was reported again while the alert is open: whatever was taken back before is called again.

    When she calls for help again, who is at the door is soon asked how it ended, and who promised long is no longer waited for.
    """
    draft = Draft.of(case, now)
    kept = {name: value for name, value in case.alert.evidence.items() if name not in TAKEN_BACK}
    draft.alert = replace(case.alert, evidence={**kept, AGAIN_AT: finding.at.isoformat()})
    if case.alert.state is AlertState.AT_DOOR:
        _doubt_who_is_there(draft, finding)
    elif case.alert.lease_until is not None and finding.severity is Severity.EMERGENCY:
        draft.alert = replace(draft.alert, lease_until=min(case.alert.lease_until, now + case.alert.ladder.lease))
    draft.note("repeated", key=finding.key)
    return draft.step()


def _doubt_who_is_there(draft: Draft, finding: Finding) -> None:
    """Whoever came may have gone: in an emergency they are asked soon, and who was asked in vain before is waited for no more."""
    was_asked = NO_WORD in draft.alert.evidence
    if was_asked or finding.severity is Severity.EMERGENCY:
        soon = draft.now if was_asked else draft.now + WITHOUT_A_WORD
        evidence = {UNANSWERED: finding.at.isoformat(), **draft.alert.evidence}
        lease = min(draft.alert.lease_until or soon, soon)
        draft.alert = replace(draft.alert, evidence=evidence, lease_until=lease)


def due(case: Case, callers: Callers, now: datetime) -> Step:
    """Take the step whose time has come: a lease that ended, a helper who is silent, the next rung."""
    draft = Draft.of(case, now)
    alert = case.alert
    if alert.state is AlertState.AT_DOOR:
        if _is_over(alert.lease_until, now):
            _ask_for_outcome(draft, callers)
        return draft.step()
    _pass_marks(draft, callers)
    if alert.state is AlertState.ACCEPTED and _is_over(alert.lease_until, now):
        _end_lease(draft, callers)
    if draft.alert.state is AlertState.OPEN:
        go_on(draft, callers)
    return draft.step()


def go_on(draft: Draft, callers: Callers) -> None:
    """Do what an open case does by itself: replace who is silent, and climb when it is time."""
    _replace_silent(draft, callers)
    _climb_if_time(draft, callers)


def _pass_marks(draft: Draft, callers: Callers) -> None:
    """She may have lain there for long: call more people, whatever rung it is and whoever has said that they go."""
    while (mark := next_mark(draft.alert)) is not None and mark <= draft.now:
        draft.alert = replace(draft.alert, marks=draft.alert.marks + 1)
        draft.note("late", minutes=round((mark - draft.alert.clock_from).total_seconds() / 60))
        is_last = draft.alert.marks == len(draft.alert.ladder.marks)
        for role in AT_THE_LIMIT if is_last else AT_THE_GOAL:
            for person in callers.of(role):
                if not _goes(draft, person):
                    draft.call(person, rung=_rung_of_mark(draft.alert), reply_within=None)


def _rung_of_mark(alert: Alert) -> int:
    """Return a number of its own for a mark, so that its messages are not taken for those of a rung."""
    return len(alert.ladder.rungs) + alert.marks


def _goes(draft: Draft, person: Person) -> bool:
    known = draft.requests.get(person.person)
    return known is not None and known.state.goes


def _is_over(moment: datetime | None, now: datetime) -> bool:
    return moment is None or moment <= now


def _ask_for_outcome(draft: Draft, callers: Callers) -> None:
    draft.note("no_outcome")
    evidence = {**draft.alert.evidence, NO_WORD: draft.now.isoformat()}
    lease = draft.now + DOOR_LEASE
    draft.alert = replace(draft.alert, lease_until=lease, round=draft.alert.round + 1, evidence=evidence)
    for request in list(draft.requests.values()):
        if request.state is RequestState.AT_DOOR:
            _remind(draft, callers, request)
    if UNANSWERED in evidence:
        _call_anew(draft, callers)
        return
    for person in callers.of(Role.STAFF) or _at_the_end(draft.alert, callers):
        draft.call(person, rung=draft.alert.rung, reply_within=None)


def _call_anew(draft: Draft, callers: Callers) -> None:
    """Begin the ladder again, also with whom it has called before: the same has come again, and nobody says how it is."""
    alert = draft.alert
    marks = max(alert.marks, sum(alert.clock_from + mark <= draft.now for mark in alert.ladder.marks))
    draft.note("called_anew", marks=marks)
    draft.goes_on = True
    draft.alert = replace(
        alert,
        state=AlertState.OPEN,
        lease_until=None,
        rung=0,
        marks=marks,
        evidence={**without_doubts(alert), SINCE: alert.evidence[UNANSWERED]},
    )
    for request in list(draft.requests.values()):
        if not request.state.goes:
            draft.put(replace(request, rung=LONG_AGO, reply_due_at=None))
    _climb(draft, callers, since=draft.now)


def without_doubts(alert: Alert) -> dict[str, str | float]:
    """Return the evidence as it is once somebody at the door has let hear of themselves."""
    return {name: value for name, value in alert.evidence.items() if name not in DOUBTS}


def _end_lease(draft: Draft, callers: Callers) -> None:
    """Nobody at the door in time: remind who accepted, keep them on, and go on calling."""
    draft.note("lease_ended")
    draft.goes_on = True
    draft.alert = replace(draft.alert, state=AlertState.OPEN, lease_until=None, round=draft.alert.round + 1)
    for request in list(draft.requests.values()):
        if request.state is RequestState.ACCEPTED:
            _remind(draft, callers, request)
    _climb(draft, callers, since=draft.now)


def _remind(draft: Draft, callers: Callers, request: Request) -> None:
    person = callers.person(request.person)
    if person is None or not person.ways:
        return
    draft.write(person, NoticeType.REMIND, request.rung)
    draft.note("reminded", person=person.person)


def _replace_silent(draft: Draft, callers: Callers) -> None:
    for request in draft.waiting():
        if _is_over(request.reply_due_at, draft.now):
            draft.put(replace(request, state=RequestState.SILENT, reply_due_at=None))
            draft.note("silent", person=request.person)
            call_next(draft, callers, request)


def call_next(draft: Draft, callers: Callers, instead_of: Request) -> None:
    """Call the next of the same role at once, in place of who is silent or cannot come."""
    rungs = draft.alert.ladder.rungs
    if not LONG_AGO < instead_of.rung < len(rungs) or not rungs[instead_of.rung].count:
        return
    if rungs[instead_of.rung].role is not instead_of.role:  # called beside the others for the key alone
        return
    fresh = _not_asked(draft, callers.of(instead_of.role))
    if fresh:
        draft.call(fresh[0], rung=instead_of.rung, reply_within=draft.alert.ladder.reply_within)


def _not_asked(draft: Draft, people: list[Person]) -> list[Person]:
    return [p for p in people if (known := draft.requests.get(p.person)) is None or known.rung == LONG_AGO]


def _climb_if_time(draft: Draft, callers: Callers) -> None:
    """Climb when the next rung's time has come, or at once when everybody has said that they cannot come."""
    if _all_declined(draft):
        _climb(draft, callers, since=draft.now)
    while _is_over(draft.alert.climb_at, draft.now):
        _climb(draft, callers, since=draft.alert.climb_at or draft.now)


def _all_declined(draft: Draft) -> bool:
    answers = [request.state for request in draft.requests.values() if request.role is not Role.RESIDENT]
    more_rungs = draft.alert.rung < len(draft.alert.ladder.rungs)
    return more_rungs and bool(answers) and all(state is RequestState.DECLINED for state in answers)


def _climb(draft: Draft, callers: Callers, *, since: datetime) -> None:
    """Climb to the next rung that has anybody on it; past the last one, go round again.

    The next rung counts from when this one was due: who was promised staff after 90 s has them then, however late we are.
    """
    ladder = draft.alert.ladder
    for index in range(draft.alert.rung, len(ladder.rungs)):
        if _call_rung(draft, callers, ladder.rungs[index], index):
            is_last = index + 1 == len(ladder.rungs)
            climb_at = (draft.now if is_last else since) + _gap(ladder, index)
            draft.alert = replace(draft.alert, rung=index + 1, climb_at=climb_at)
            return
    _go_round(draft, callers)


def _gap(ladder: Ladder, index: int) -> timedelta:
    """Return how long a rung has before the next one."""
    rungs = ladder.rungs
    if index + 1 == len(rungs):
        return ladder.again_every
    return rungs[index + 1].after - rungs[index].after


def _call_rung(draft: Draft, callers: Callers, rung: Rung, index: int) -> bool:
    if rung.second_channel:
        return _call_second_channels(draft, callers, index)
    people = _not_asked(draft, callers.key_holders() if rung.keys else callers.of(rung.role))
    chosen = people[: rung.count] if rung.count else people
    holder = _missing_key_holder(draft, callers, chosen)
    reply_within = None if rung.role is Role.STAFF and not rung.count else draft.alert.ladder.reply_within
    if rung.asks:
        reply_within = draft.alert.ladder.rungs[index + 1].after - rung.after
    for person in chosen:
        draft.call(person, rung=index, reply_within=reply_within, asks=rung.asks)
    if rung.role is Role.FAMILY and not rung.keys:
        for person, until in callers.asleep():
            draft.hold(person, until, index)
    if holder is not None:
        draft.call(holder, rung=index, reply_within=None)
    return bool(chosen)


def _missing_key_holder(draft: Draft, callers: Callers, chosen: list[Person]) -> Person | None:
    """Return somebody with the key where an emergency's first calls reach nobody who has it: the door may be locked."""
    if draft.alert.severity is not Severity.EMERGENCY or draft.requests or not chosen:
        return None
    holders = callers.key_holders()
    return None if any(person in holders for person in chosen) else next(iter(holders), None)


def _call_second_channels(draft: Draft, callers: Callers, index: int) -> bool:
    reached = False
    just_called = {notice.person for notice in draft.notices}  # in a step that was long overdue
    for request in list(draft.requests.values()):
        person = callers.person(request.person)
        silent = request.state in {RequestState.ASKED, RequestState.SILENT} and request.person not in just_called
        if person is None or not silent or person.second_way is None:
            continue
        draft.write_by(person, person.second_way, NoticeType.CALL, request.rung)
        draft.note("second_channel", person=person.person, rung=index)
        reached = True
    return reached


def _go_round(draft: Draft, callers: Callers) -> None:
    """The ladder never runs out: call staff and professionals again, or whoever there is."""
    ladder = draft.alert.ladder
    climb_at = draft.now + ladder.again_every
    draft.alert = replace(draft.alert, rung=len(ladder.rungs), round=draft.alert.round + 1, climb_at=climb_at)
    people = _at_the_end(draft.alert, callers)
    if not people:
        draft.note("nobody_to_call")
    # a trial disturbs one, also where nobody is on duty
    for person in people[:1] if draft.alert.drill else people:
        is_silent = person.person in draft.requests
        draft.call(person, rung=draft.alert.rung, reply_within=None)
        if is_silent and person.second_way is not None and draft.alert.severity is not Severity.NOTICE:
            draft.write_by(person, person.second_way, NoticeType.CALL, draft.alert.rung)  # the first may lie unread


def _at_the_end(alert: Alert, callers: Callers) -> list[Person]:
    """Return who is called when everybody else has been: staff, in danger professionals, or whoever there is."""
    people = [*callers.of(Role.STAFF), *_if_emergency(alert, callers.of(Role.PROFESSIONAL))]
    return people or [*callers.of(Role.FAMILY), *callers.of(Role.VOLUNTEER)] or callers.whoever()


def _if_emergency(alert: Alert, people: list[Person]) -> list[Person]:
    return people if alert.severity is Severity.EMERGENCY else []
