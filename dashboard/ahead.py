"""What linli will do by itself if a silence goes on: when the elder is asked, and who is called when after that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from dashboard.vocabulary import RUNGS
from linli.alert import Ladder, Rung
from linli.people import Home, Person, Role, Roster

NAMED = 3


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when, the shape beside it, what happens, and who would be the first to be called."""

    at: datetime
    shape: str
    what: str
    names: tuple[str, ...] = ()


_SHAPES = {
    Role.RESIDENT: "bell",
    Role.VOLUNTEER: "walk",
    Role.FAMILY: "phone",
    Role.STAFF: "people",
    Role.PROFESSIONAL: "vitals",
}


def steps_ahead(asks_at: datetime, ladder: Ladder, roster: Roster, home: Home) -> Iterator[Step]:
    """Yield the steps of a ladder from a moment on; a rung with nobody on it takes no time."""
    seen: set[Role] = set()
    at = asks_at
    for rung, following in zip_longest(ladder.rungs, ladder.rungs[1:]):
        people = _on(rung, roster, home)
        if not people:
            continue
        if rung.role not in seen:
            seen.add(rung.role)
            names = () if rung.asks else tuple(person.name or person.person for person in people[:NAMED])
            yield Step(at, _SHAPES[rung.role], RUNGS[rung.role], names)
        at += following.after - rung.after if following is not None else ladder.again_every


def _on(rung: Rung, roster: Roster, home: Home) -> list[Person]:
    people = roster.key_holders(home) if rung.keys else roster.carers(home, rung.role)
    return [person for person in people if len(person.ways) > int(rung.second_channel)]
