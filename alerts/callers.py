"""Who can be called for one home at one moment, nearest and least burdened first. Pure: a picture, not a query."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from linli.people import Home, Person, Role, Roster


@dataclass(frozen=True)
class Callers:
    """The people around one home. `load` counts how often each was asked lately."""

    roster: Roster
    home: Home
    now: datetime
    load: Mapping[str, int] = field(default_factory=dict)

    def of(self, role: Role) -> list[Person]:
        """Return who of a role can be called now.

        Off duty means not called, but staff of whom nobody is on duty are called all the same: the ladder must end at
        somebody. A family has no duty.
        """
        reachable = [person for person in self.roster.carers(self.home, role) if person.ways]
        on_duty = [person for person in reachable if person.is_on_duty(self.now, self.home.zone)]
        if role in {Role.STAFF, Role.PROFESSIONAL, Role.FAMILY, Role.RESIDENT} and not on_duty:
            on_duty = reachable
        return sorted(on_duty, key=self._nearness)

    def _nearness(self, person: Person) -> tuple[int, int, int, str]:
        return (self.roster.distance(person, self.home), self.load.get(person.person, 0), person.order, person.person)

    def person(self, id: str) -> Person | None:  # noqa: A002
        """Return somebody by id, also off duty."""
        return self.roster.people.get(id)


def around(roster: Roster, *, site: str, home: str, now: datetime, load: Mapping[str, int]) -> Callers:
    """Return the people around a home, or around a whole site where the home is empty."""
    known = roster.homes.get(home)
    return Callers(roster, known or Home(home, site, ""), now, load)
