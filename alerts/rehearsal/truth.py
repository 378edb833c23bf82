"""What truly happened with an alert, read from its log: who was called when, and what each did how long after."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from linli.alert import Alert, Entry, Request
from linli.people import Role

LINLI, RESIDENT = "linli", "resident"
"""Who ends an alert without anybody having come."""


class Verb(StrEnum):
    """What somebody does about an alert."""

    GO = "accepted"
    JOIN = "joined"
    PROMISE = "promised"
    DECLINE = "declined"
    ARRIVE = "at_door"
    MORE_HELP = "more_help"
    CLOSE = "closed"
    LIVE = "sign_of_life"


_VERBS = {str(verb): verb for verb in Verb}
_CALLS = frozenset({"called", "asked"})


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody does, how long after their first call (of who was not called, after the opening)."""

    who: str
    verb: Verb
    after: timedelta
    minutes: int | None = None


@dataclass(frozen=True)
class Past:
    """An alert as the care data has it: closed, with everybody asked and its log, oldest line first."""

    alert: Alert
    requests: tuple[Request, ...]
    log: tuple[Entry, ...]


@dataclass(frozen=True)
class Truth:
    """What happened. `acts` by person are of those who were called; `others` came of themselves, at their own time."""

    alert: Alert
    asked: Mapping[str, datetime] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    acts: Mapping[str, tuple[Act, ...]] = field(default_factory=dict)
    others: tuple[Act, ...] = ()
    person_after: timedelta | None = None
    door_after: timedelta | None = None

    @property
    def ends_at(self) -> datetime:
        """Return when it was closed."""
        return self.alert.closed_at or self.alert.opened_at

    @property
    def calls_end_at(self) -> datetime:
        """Return until when those who were called had reason to answer: somebody went, or it was over."""
        return self.ends_at if self.person_after is None else self.alert.opened_at + self.person_after


def truth_of(past: Past) -> Truth:
    """Read what happened from a log."""
    asked = _asked(past.log)
    acts: dict[str, list[Act]] = {}
    others: list[Act] = []
    for entry in past.log:
        verb = _VERBS.get(entry.what)
        if verb is None:
            continue
        first = asked.get(entry.who)
        was_called = first is not None and first <= entry.at
        since = first if first is not None and was_called else past.alert.opened_at
        act = Act(entry.who, verb, entry.at - since, _minutes(entry, past.alert))
        (acts.setdefault(entry.who, []) if was_called else others).append(act)
    met = contacts(past.log, past.alert.opened_at)
    roles = {request.person: request.role for request in past.requests}
    return Truth(past.alert, asked, roles, {who: tuple(done) for who, done in acts.items()}, tuple(others), *met)


def _asked(log: Iterable[Entry]) -> dict[str, datetime]:
    """Return when each person was first called."""
    found: dict[str, datetime] = {}
    for entry in log:
        if entry.what in _CALLS:
            found.setdefault(str(entry.detail.get("person", "")), entry.at)
    return found


def _minutes(entry: Entry, alert: Alert) -> int | None:
    """Return in how many minutes somebody promised to be there; None for the ladder's own time."""
    until = entry.detail.get("until")
    if not isinstance(until, str):
        return None
    promised = datetime.fromisoformat(until) - entry.at
    return None if promised == alert.ladder.lease else max(1, round(promised / timedelta(minutes=1)))


def contacts(log: Iterable[Entry], opened_at: datetime) -> tuple[timedelta | None, timedelta | None]:
    """Return how long it took until a person went, came or ended it, and until one was at the door; None: never."""
    person = door = None
    for entry in log:
        after = entry.at - opened_at
        if entry.what == Verb.ARRIVE:
            door = after if door is None else door
        ended = entry.what == Verb.CLOSE and entry.who not in {LINLI, RESIDENT}
        if person is None and (ended or entry.what in {Verb.GO, Verb.ARRIVE}):
            person = after
    return person, door
