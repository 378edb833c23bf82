"""What people answer, and what follows: pure decisions. Accepting stops the calls but starts a lease; closing ends it all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from alerts.callers import HELPERS, Callers
from alerts.case import Case, Draft, Step, role_of
from alerts.escalation import AGAIN_AT, DOOR_LEASE, call_next, go_on, without_doubts
from alerts.ladders import ASKED_ABOUT
from linli.alert import Alert, AlertKind, AlertState, Outcome, Request, RequestState, Severity
from linli.errors import Conflict
from linli.people import Person, Role
from linli.signals import PAGE

MOST_MINUTES = 120
"""The longest that somebody may promise to need to the door; the ladder goes on by the long-lie clock all the same."""
AT_ONCE_MORE = 2
"""How many more neighbours are called when whoever is at the door needs hands."""
MORE_AGAIN = timedelta(minutes=1)
"""A second tap within this time asks for nothing more."""
CONFIRMS_WITHIN = timedelta(minutes=10)
"""How long after she has taken a call back she can confirm it by doing so again."""
CONFIRMS_AFTER = timedelta(seconds=2)
"""A second message that comes sooner may be the first, sent twice by its button."""
CAN_BE_TAKEN_BACK = timedelta(minutes=30)
"""How long after an end whoever was there can say that it ended otherwise, or that somebody is still needed after all."""
_CARRIED_BY = MappingProxyType({AlertState.ACCEPTED: RequestState.ACCEPTED, AlertState.AT_DOOR: RequestState.AT_DOOR})
"""How somebody must stand for a case to be quiet: when the last of them turns back, the calls go on."""


def accepted(case: Case, person: str, role: Role, now: datetime, *, minutes: int | None = None) -> Step:
    """Somebody goes, and may say in how many minutes they will be there: stop the calls and start the lease.

    A second helper joins and the first lease stands; the same one again changes nothing but what they promise, and where
    several go, the first promise that ends is the one that counts. A promise that was not kept is not believed twice: the
    calls go on, and the new one is put on record.
    """
    draft = Draft.of(case, now)
    known = case.of(person)
    lease = timedelta(minutes=minutes) if minutes else case.alert.ladder.lease
    if known is not None and known.state.goes:
        if minutes and case.alert.state is not AlertState.AT_DOOR:
            draft.note("promised", person, until=(now + lease).isoformat())
        if minutes and case.alert.state is AlertState.ACCEPTED:
            others = any(request.state.goes for request in case.requests if request.person != person)
            until = case.alert.lease_until if others else None
            draft.alert = replace(case.alert, lease_until=min(until or now + lease, now + lease))
        return draft.step()
    _stand(draft, person, role, RequestState.ACCEPTED)
    if case.alert.state is AlertState.OPEN:
        draft.alert = replace(case.alert, state=AlertState.ACCEPTED, lease_until=now + lease)
        draft.withdraw = True
        draft.note("accepted", person, until=(now + lease).isoformat())
    else:
        draft.note("joined", person)
    return draft.step()


def _stand(draft: Draft, person: str, role: Role, state: RequestState) -> None:
    known = draft.requests.get(person)
    base = known or Request(person, role, draft.alert.rung, state, draft.now)
    draft.put(replace(base, state=state, reply_due_at=None))


def declined(case: Case, callers: Callers, person: str, now: datetime) -> Step:
    """Somebody cannot come: call the next at once; who had accepted or was at the door is let go, and the ladder goes on."""
    draft = Draft.of(case, now)
    known = case.of(person)
    if known is not None and known.state is RequestState.DECLINED:
        return draft.step()
    _stand(draft, person, known.role if known else role_of(callers.person(person)), RequestState.DECLINED)
    draft.note("declined", person)
    draft.spare = person
    if case.alert.state in _CARRIED_BY and not _anybody(draft, _CARRIED_BY[case.alert.state]):
        draft.alert = replace(
            draft.alert, state=AlertState.OPEN, lease_until=None, climb_at=draft.alert.climb_at or now
        )
        draft.goes_on = True
    if draft.alert.state is AlertState.OPEN and known is not None:
        call_next(draft, callers, known)
        go_on(draft, callers)
    return draft.step()


def _anybody(draft: Draft, state: RequestState) -> bool:
    return any(request.state is state for request in draft.requests.values())


def arrived(case: Case, person: str, role: Role, now: datetime) -> Step:
    """Somebody is at the door; the clock goes on until they say how it is."""
    draft = Draft.of(case, now)
    known = case.of(person)
    if known is None or known.state is not RequestState.AT_DOOR:
        _be_at_door(draft, person, role)
    return draft.step()


def _be_at_door(draft: Draft, person: str, role: Role) -> None:
    _stand(draft, person, role, RequestState.AT_DOOR)
    alert, lease = draft.alert, draft.now + DOOR_LEASE
    door_at, evidence = alert.door_at or draft.now, without_doubts(alert)
    draft.alert = replace(alert, state=AlertState.AT_DOOR, lease_until=lease, door_at=door_at, evidence=evidence)
    draft.withdraw = True
    draft.note("at_door", person)


def more_help(case: Case, callers: Callers, person: str, now: datetime) -> Step:
    """Whoever is at the door needs more hands: call family, staff and the next neighbours, in danger professionals.

    At the door is who has said so, and who has said that they go and now asks for hands. Staff may ask for whoever is
    there. Raises Conflict for everybody else: the calls would end though nobody has come.
    """
    draft = Draft.of(case, now)
    role = role_of(callers.person(person))
    if not may_ask_for_hands(case, person, role):
        raise Conflict(NOT_AT_THE_DOOR)
    rung = _rung_of_more_help(case)
    called_before = any(request.rung == rung for request in case.requests)
    lease = case.alert.lease_until
    if called_before and lease is not None and lease > now + DOOR_LEASE - MORE_AGAIN:
        return draft.step()
    known = case.of(person)
    if known is not None and known.state is RequestState.ACCEPTED:
        _be_at_door(draft, person, role)
    draft.goes_on = True
    draft.note("more_help", person)
    lease, round_ = now + DOOR_LEASE, draft.alert.round + 1
    draft.alert = replace(draft.alert, lease_until=lease, round=round_, evidence=without_doubts(draft.alert))
    more = _more(draft, callers)
    if not more:
        draft.note("nobody_to_call")
    for one in more:
        draft.call(one, rung=rung, reply_within=None)
    return draft.step()


TOO_LATE_TO_CORRECT = "How it ended can be said anew only by who was there and by staff, for half an hour."
NOT_THEIRS_TO_END = "Only who goes, the family and staff can say how it ended."
NOT_AT_THE_DOOR = "Say first that you go, or that you are at the door; then more hands can be called."


def may_ask_for_hands(case: Case, person: str, role: Role) -> bool:
    """Tell whether somebody may ask for more hands: they go or are at the door, or are staff while somebody is there."""
    known = case.of(person)
    goes = known is not None and known.state.goes
    return goes or (role is Role.STAFF and case.alert.state is AlertState.AT_DOOR)


def _rung_of_more_help(case: Case) -> int:
    ladder = case.alert.ladder
    return len(ladder.rungs) + len(ladder.marks) + 1


def _more(draft: Draft, callers: Callers) -> Sequence[Person]:
    there = {one.person for one in draft.requests.values() if one.state is RequestState.AT_DOOR}
    neighbours = [person for person in callers.of(Role.VOLUNTEER) if person.person not in there]
    fresh = [person for person in neighbours if person.person not in draft.requests]
    danger = callers.of(Role.PROFESSIONAL) if draft.alert.severity is Severity.EMERGENCY else []
    everybody = [*fresh[:AT_ONCE_MORE], *callers.of(Role.FAMILY), *callers.of(Role.STAFF), *danger]
    left = [person for person in everybody if person.person not in there] or neighbours or callers.whoever()
    return [person for person in left if person.person not in there]


def closed(case: Case, who: str, outcome: Outcome, note: str, now: datetime) -> Step:
    """End a case with its outcome; raises Conflict when it ended otherwise before, and for a helper who cannot know."""
    draft = Draft.of(case, now)
    alert = case.alert
    if alert.state is AlertState.CLOSED:
        if (alert.outcome, alert.note) != (outcome, note):
            raise Conflict(f"alert {alert.id} is closed already, with outcome {alert.outcome}")
        return draft.step()
    if _cannot_know(case, who):
        raise Conflict(NOT_THEIRS_TO_END)
    draft.close(outcome, note)
    draft.is_over = alert.severity is not Severity.NOTICE
    draft.note("closed", who, outcome=outcome)
    return draft.step()


def _cannot_know(case: Case, who: str) -> bool:
    """Tell whether a helper has said that they cannot come, or was only asked while somebody else goes or is there."""
    known = case.of(who)
    if known is None or known.role not in HELPERS or known.state in _CARRIED_BY.values():
        return False
    return known.state is RequestState.DECLINED or case.alert.state in _CARRIED_BY


def is_just_over(alert: Alert, now: datetime) -> bool:
    """Tell whether an end can still be taken back, or corrected."""
    return alert.closed_at is not None and now - alert.closed_at <= CAN_BE_TAKEN_BACK


def corrected(case: Case, person: str, role: Role, outcome: Outcome, now: datetime) -> Step:
    """Who was there, or staff, say that it ended otherwise: a slip of the finger teaches nothing wrong.

    Nobody is called for it. Raises Conflict for everybody else, after half an hour, and for a drill.
    """
    alert, stands = case.alert, case.of(person)
    was_there = stands is not None and stands.state is RequestState.AT_DOOR
    if alert.drill or not is_just_over(alert, now) or not (was_there or role is Role.STAFF):
        raise Conflict(TOO_LATE_TO_CORRECT)
    draft = Draft.of(case, now)
    if outcome is not alert.outcome:
        draft.alert = replace(alert, outcome=outcome)
        draft.note("corrected", person, outcome=outcome)
    return draft.step()


def lives(
    case: Case, at: datetime, now: datetime, leaves_open: Collection[AlertKind] = (), outcome: Outcome = Outcome.SAFE
) -> Step | None:
    """A sign of life while the alert is open: ends it while only the elder was asked, else it is put on record once.

    `leaves_open`: what this sign of life does not answer. `outcome`: how it ends, which is not safe where she has called for
    help, and an alert of its own stands for that.
    """
    kind = case.alert.kind
    if kind not in ASKED_ABOUT or kind in leaves_open or at <= case.alert.opened_at:
        return None
    if _is_only_asked(case):
        return closed(case, "resident", outcome, "", now)
    draft = Draft.of(case, now)
    draft.note("sign_of_life", "resident", at=at.isoformat())
    return draft.step()


def _is_only_asked(case: Case) -> bool:
    """Tell whether nobody but the elder has been asked."""
    return all(request.role is Role.RESIDENT for request in case.requests) and case.alert.state is AlertState.OPEN


def excused(case: Case, who: str, outcome: Outcome, now: datetime) -> Step | None:
    """She is said to be away, or does not wish to be watched: a question that only she was asked is over."""
    if case.alert.kind not in ASKED_ABOUT or not _is_only_asked(case):
        return None
    return closed(case, who, outcome, "", now)


@dataclass(frozen=True, slots=True)
class TakingBack:
    """A message from the home that nobody need come; `at` is when it was said, never later than we heard it.

    `can_confirm` False: it has no id of its own. Then a second one might be the first delivered again.
    """

    identity: str
    device: str
    at: datetime
    can_confirm: bool


def taken_back(case: Case, callers: Callers, said: TakingBack, now: datetime) -> Step | None:
    """She says that nobody need come: staff are told, and the calls go on until she has said so twice.

    It counts only from the button that called, or from her own page, and only if it was said after the newest call:
    another device may report how it stands, and a button may send late what was meant for a call long past. Once
    somebody goes, they go and look: then it is only put on record.
    """
    alert = case.alert
    may_say = said.device in {alert.evidence.get("device"), PAGE}
    if alert.kind is not AlertKind.SOS or not may_say or said.at < _called_last(alert):
        return None
    first = alert.evidence.get("taken_back_at")
    if not isinstance(first, str) or said.at > datetime.fromisoformat(first) + CONFIRMS_WITHIN:
        return _taken_back_once(case, callers, said, now)
    is_second = said.can_confirm and alert.evidence.get("taken_back_by") != said.identity
    if not is_second or said.at < datetime.fromisoformat(first) + CONFIRMS_AFTER:
        return None
    if alert.state is AlertState.OPEN:
        return closed(case, "resident", Outcome.SAFE, "", now)
    return None


def _called_last(alert: Alert) -> datetime:
    again = alert.evidence.get(AGAIN_AT)
    return max(alert.evidence_at, datetime.fromisoformat(again)) if isinstance(again, str) else alert.evidence_at


def _taken_back_once(case: Case, callers: Callers, said: TakingBack, now: datetime) -> Step:
    draft = Draft.of(case, now)
    remembered = {"taken_back_at": said.at.isoformat(), "taken_back_by": said.identity}
    evidence = {**case.alert.evidence, **remembered}
    draft.alert = replace(case.alert, evidence=evidence, round=case.alert.round + 1)  # staff hear of each time
    draft.note("taken_back", "resident", at=said.at.isoformat())
    for person in callers.of(Role.STAFF):
        draft.tell(person, rung=case.alert.rung)
    return draft.step()
