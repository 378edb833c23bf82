"""The relatives of a home: in which order they are called, who has agreed to it, and what each wishes to be told of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from alerts.callers import around
from dashboard.access import FAMILY, Reach
from dashboard.problems import Problem, not_found
from dashboard.queue import name_of
from dashboard.services import Services
from linli.alert import AlertKind, Ladder, Rung, Severity
from linli.people import Home, Role, Roster
from linli.store import contacts, pauses
from linli.wish import Wish

CAN_BE_MUTED = (
    AlertKind.INACTIVITY,
    AlertKind.MISSED_CHECK_IN,
    AlertKind.BATHROOM,
    AlertKind.NIGHT_DOOR,
    AlertKind.VITALS,
    AlertKind.LEAK,
)
"""What a family is called for and is no emergency."""


@dataclass(frozen=True, slots=True)
class Relative:
    """One relative in the order. `paused_until`: until then they are left alone by what is no emergency."""

    person: str
    name: str
    is_reader: bool
    has_agreed: bool
    paused_until: datetime | None


@dataclass(frozen=True, slots=True)
class Called:
    """One rung as the family is shown it: after how long, and who."""

    after: timedelta
    role: Role
    count: int
    second_channel: bool
    keys: bool


def order_of(services: Services, asker: Reach, home: Home) -> list[Relative]:
    """Return the relatives in the order in which they are called; until somebody makes one, nobody has to agree."""
    roster, now = services.roster(), services.clock.now()
    with services.care.read() as connection:
        made = contacts.order(connection, home.home)
        resting = {pause.person: pause.until for pause in pauses.running(connection, now)}
    agreed = {contact.person: contact.agreed_at is not None for contact in made}
    people = in_order(roster, home, [contact.person for contact in made], now)
    return [
        Relative(
            person,
            name_of(person, roster),
            person == asker.person,
            agreed.get(person, not made),
            resting.get(person),
        )
        for person in people
    ]


def in_order(roster: Roster, home: Home, agreed: Sequence[str], now: datetime) -> list[str]:
    """Return the family of a home as the desk would call it, whatever each of them wishes."""
    known = around(roster, site=home.site, home=home.home, now=now, load={})
    return [person.person for person in replace(known, agreed=agreed).relatives()]


def move(services: Services, asker: Reach, home: Home, *, by: int) -> None:
    """Let a relative be called earlier (-1) or later (1); nobody can move another, but each can say yes to the order."""
    roster, now = services.roster(), services.clock.now()
    with services.care.begin() as connection:
        made = [contact.person for contact in contacts.order(connection, home.home)]
        people = in_order(roster, home, made, now)
        if asker.person not in people:
            raise not_found()
        place = people.index(asker.person)
        people.insert(max(0, place + by), people.pop(place))
        contacts.put_order(connection, home.home, people, asker.person, now)


def agree(services: Services, asker: Reach, home: Home) -> None:
    """Say yes to the order that another has made."""
    with services.care.begin() as connection:
        contacts.agree(connection, home.home, asker.person, services.clock.now())


def wish_of(services: Services, asker: Reach, home: Home) -> Wish:
    """Return what a relative wishes for a home."""
    with services.care.read() as connection:
        return contacts.wishes(connection, home.home).get(asker.person, Wish(asker.person))


def put_wish(services: Services, asker: Reach, home: Home, wanted: Collection[AlertKind], begin: str, end: str) -> None:
    """Keep what a relative wants to be called for, and their quiet hours; raises 422 for hours that are none."""
    if bool(begin) != bool(end):
        raise Problem(422, "Quiet hours need a beginning and an end; leave both empty for none.")
    person = services.roster().people.get(asker.person)
    if person is None or person.role != FAMILY:
        raise not_found()
    muted = frozenset(CAN_BE_MUTED).difference(wanted)
    wish = Wish(asker.person, muted, _time(begin), _time(end))
    with services.care.begin() as connection:
        contacts.put_wish(connection, home.home, wish)


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None) if text else None
    except ValueError:
        raise Problem(422, "Quiet hours are clock times, such as 22:00.") from None


def called_when(services: Services, home: Home) -> tuple[list[Called], list[Called]]:
    """Return who is called when in an emergency, and when she is silent, by the ladders of her site."""
    emergency = services.ladders(home.site, AlertKind.SOS, Severity.EMERGENCY)
    silence = services.ladders(home.site, AlertKind.INACTIVITY, Severity.URGENT)
    return _rungs(services, home, emergency), _rungs(services, home, silence)


def _rungs(services: Services, home: Home, ladder: Ladder) -> list[Called]:
    """Climb the ladder on paper: a rung with nobody on it takes no time, and the rest keep their distances."""
    roster, after, found = services.roster(), timedelta(0), []
    for rung, following in zip(ladder.rungs, [*ladder.rungs[1:], ladder.rungs[-1]], strict=True):
        if _reaches_anybody(rung, roster, home):
            found.append(Called(after, rung.role, rung.count, rung.second_channel, rung.keys))
            after += following.after - rung.after
    return found


def _reaches_anybody(rung: Rung, roster: Roster, home: Home) -> bool:
    people = roster.key_holders(home) if rung.keys else roster.carers(home, rung.role)
    return any(len(person.ways) > int(rung.second_channel) for person in people)
