"""What a case's log says of it: the log folded, line by line, into the state in which the tables must have it. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from linli.alert import AlertState, Entry, Outcome, RequestState

JOURNALLED = "journalled"
"""The log's word for calls that were made while no database answered."""
_LINLI = "linli"
_STATES = MappingProxyType(
    {
        "accepted": AlertState.ACCEPTED,
        "at_door": AlertState.AT_DOOR,
        "lease_ended": AlertState.OPEN,
        "called_anew": AlertState.OPEN,
        "closed": AlertState.CLOSED,
    }
)
"""Lines after which the case is in another state, whatever it was in."""
_ANSWERS = MappingProxyType(
    {
        "accepted": RequestState.ACCEPTED,
        "joined": RequestState.ACCEPTED,
        "drill_answered": RequestState.ACCEPTED,
        "declined": RequestState.DECLINED,
        "at_door": RequestState.AT_DOOR,
    }
)
"""Lines by somebody about themselves."""
_CARRIED_BY = MappingProxyType({AlertState.ACCEPTED: RequestState.ACCEPTED, AlertState.AT_DOOR: RequestState.AT_DOOR})
"""Who is needed for a case to stay in a state; without them it is open again."""
_CALLS = frozenset({"called", "asked"})
_MAY_BE_ASKED = frozenset({None, RequestState.SILENT, RequestState.DECLINED})


@dataclass(frozen=True, slots=True)
class Folded:
    """A case as its log tells it.

    `is_whole` False: part of it took place without a store, and may tell of what was decided there while somebody
    decided otherwise here; then the log proves nothing.
    """

    state: AlertState = AlertState.OPEN
    people: Mapping[str, RequestState] = field(default_factory=dict)
    door_at: datetime | None = None
    outcome: Outcome | None = None
    is_whole: bool = True


def fold(entries: Iterable[Entry], before: Folded | None = None) -> Folded:
    """Return the case after these lines, oldest first; `before` is the case as the lines before them tell it."""
    folded = before or Folded()
    for entry in entries:
        folded = _after(folded, entry)
    return folded


def _after(case: Folded, entry: Entry) -> Folded:
    if entry.what == JOURNALLED:
        return replace(case, is_whole=False)
    case = _with_person(case, entry)
    state = _STATES.get(entry.what, case.state)
    if case.state is AlertState.CLOSED:
        state = case.state
    if state in _CARRIED_BY and _CARRIED_BY[state] not in case.people.values():
        state = AlertState.OPEN  # whoever went, or was there, has turned back
    if entry.what == "at_door":
        return replace(case, state=state, door_at=case.door_at or entry.at)
    if entry.what == "closed":
        return replace(case, state=state, outcome=case.outcome or Outcome(str(entry.detail["outcome"])))
    if entry.what == "corrected":
        return replace(case, outcome=Outcome(str(entry.detail["outcome"])))
    return case if state is case.state else replace(case, state=state)


def _with_person(case: Folded, entry: Entry) -> Folded:
    if entry.what in _ANSWERS and entry.who != _LINLI:
        return _put(case, entry.who, _ANSWERS[entry.what])
    person = str(entry.detail.get("person", ""))
    if entry.what == "silent":
        return _put(case, person, RequestState.SILENT)
    if entry.what in _CALLS and case.people.get(person) in _MAY_BE_ASKED:
        return _put(case, person, RequestState.ASKED)
    return case


def _put(case: Folded, person: str, state: RequestState) -> Folded:
    return replace(case, people={**case.people, person: state})
