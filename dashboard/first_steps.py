"""The first hour: what is still to be done until somebody is really looked after, told from how things are. Pure."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from linli.people import Home, Person, Role, Roster


class State(StrEnum):
    """Where a step stands. `wrong`: begun, but not as it must be."""

    DONE = "done"
    WRONG = "wrong"
    NEXT = "next"
    LATER = "later"


class Name(StrEnum):
    """The steps, in order."""

    PASSWORD = "password"  # noqa: S105 - a step's name
    ROSTER = "roster"
    REACH = "reach"
    DEVICE = "device"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class Facts:
    """How things are."""

    has_password: bool
    base_url: str
    unusable: tuple[str, ...]
    first_signal: datetime | None
    first_press: datetime | None
    """When a button or a volunteer was first tried with success, whether or not that reached anybody."""
    first_drill: datetime | None
    """When a drill first reached somebody."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step and where it stands."""

    name: Name
    state: State


def steps(roster: Roster, facts: Facts) -> list[Step]:
    """Return all steps: those that are done, those that are wrong, the first other one as next."""
    found: list[Step] = []
    for name in Name:
        state = _STATES[name](roster, facts)
        if state is State.LATER and not any(step.state is State.NEXT for step in found):
            state = State.NEXT
        found.append(Step(name, state))
    return found


def is_finished(found: Iterable[Step]) -> bool:
    """Tell whether nothing is left to do."""
    return all(step.state is State.DONE for step in found)


def _password(_: Roster, facts: Facts) -> State:
    return State.DONE if facts.has_password else State.LATER


def _roster(roster: Roster, _: Facts) -> State:
    if not roster.homes:
        return State.LATER
    return State.WRONG if alone(roster) else State.DONE


def _reach(roster: Roster, facts: Facts) -> State:
    is_wrong = facts.unusable or is_loopback(facts.base_url) or unheard(roster, facts.unusable)
    return State.WRONG if is_wrong else State.DONE


def _device(_: Roster, facts: Facts) -> State:
    return State.DONE if facts.first_signal else State.LATER


def _drill(_: Roster, facts: Facts) -> State:
    if facts.first_drill:
        return State.DONE
    return State.WRONG if facts.first_press else State.LATER


_STATES: dict[Name, Callable[[Roster, Facts], State]] = {
    Name.PASSWORD: _password,
    Name.ROSTER: _roster,
    Name.REACH: _reach,
    Name.DEVICE: _device,
    Name.DRILL: _drill,
}


def alone(roster: Roster) -> list[Home]:
    """Return the homes for which nobody at all would be called."""
    called = [role for role in Role if role is not Role.RESIDENT]
    return [home for home in roster.homes.values() if not any(roster.carers(home, role) for role in called)]


def unheard(roster: Roster, unusable: Collection[str]) -> list[Person]:
    """Return those who are called by nothing that rings: every way of theirs is broken here, or a page to look at."""
    return [
        person
        for person in roster.people.values()
        if person.role is not Role.RESIDENT and all(way.kind == "inbox" or way.kind in unusable for way in person.ways)
    ]


def is_loopback(url: str) -> bool:
    """Tell whether an address leads every computer to itself: nobody else can open such a link."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
