"""What will happen with an alert if nobody does anything: the steps that the desk will take, by its own rules."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.vocabulary import RUNGS
from linli.alert import Alert, AlertState, Rung
from linli.people import Home, Person, Role, Roster
from linli.words import Sentence

SHOWN = 4


@dataclass(frozen=True, slots=True)
class Planned:
    """One step: when, what is done, and why it might not come to that."""

    at: datetime
    what: Sentence
    unless: Sentence
    rung: Rung | None = None
    """The rung that is climbed; None for what stands on no rung."""


_NOBODY_ACCEPTED = Sentence("if nobody has accepted")
_NOBODY_AT_DOOR = Sentence("if nobody is at the door")
_NO_OUTCOME = Sentence("if no outcome is written down")
_NOT_CLOSED = Sentence("until this is closed")


def planned(alert: Alert, roster: Roster) -> list[Planned]:
    """Return the coming steps of an open alert, soonest first; none once it is closed."""
    if alert.state is AlertState.CLOSED or alert.due_at is None:
        return []
    if alert.state is AlertState.AT_DOOR:
        at = alert.lease_until or alert.due_at
        return [Planned(at, Sentence("Community staff are called"), _NO_OUTCOME)]
    if alert.state is AlertState.ACCEPTED:
        steps = _climbs(alert, roster, alert.lease_until or alert.due_at, _NOBODY_AT_DOOR)
    else:
        steps = _climbs(alert, roster, alert.climb_at or alert.due_at, _NOBODY_ACCEPTED)
    return sorted([*steps, *_marks(alert)], key=lambda step: step.at)[:SHOWN]


def _marks(alert: Alert) -> list[Planned]:
    """Return when the long-lie clock calls more people."""
    if alert.drill:
        return []
    left = alert.ladder.marks[alert.marks :]
    return [Planned(alert.clock_from + mark, Sentence("More people are called"), _NOBODY_AT_DOOR) for mark in left]


def _climbs(alert: Alert, roster: Roster, at: datetime, unless: Sentence) -> list[Planned]:
    """Climb the ladder on paper; a rung with nobody on it takes no time."""
    rungs = alert.ladder.rungs
    home = roster.place(alert.home, alert.site)
    steps: list[Planned] = []
    for index in range(alert.rung, len(rungs)):
        if not _reaches_anybody(rungs[index], roster, home):
            continue
        steps.append(Planned(at, _words(rungs[index]), unless, rungs[index]))
        at += _gap(alert, index)
    steps.append(Planned(at, Sentence("Community staff are called again"), _NOT_CLOSED))
    return steps[:SHOWN]


def _gap(alert: Alert, index: int) -> timedelta:
    rungs = alert.ladder.rungs
    return alert.ladder.again_every if index + 1 >= len(rungs) else rungs[index + 1].after - rungs[index].after


def _reaches_anybody(rung: Rung, roster: Roster, home: Home) -> bool:
    people = roster.key_holders(home) if rung.keys else roster.carers(home, rung.role)
    return any(person.second_way if rung.second_channel else person.ways for person in people)


def _words(rung: Rung) -> Sentence:
    if rung.keys:
        return Sentence("Whoever holds the key is called")
    return Sentence("Neighbours are called another way") if rung.second_channel else Sentence(RUNGS[rung.role])


def nearness(person: Person, home: Home, roster: Roster) -> int | None:
    """Return how near a volunteer is: 0 paired, 1 same stairwell, 2 same building, 3 same site; None for others."""
    return roster.distance(person, home) if person.role is Role.VOLUNTEER else None
