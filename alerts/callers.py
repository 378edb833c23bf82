"""Who can be called for one home at one moment, nearest and least burdened first. Pure: a picture, not a query."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property

from linli.alert import Alert, AlertKind, Severity
from linli.people import Home, Person, Role, Roster
from linli.wish import Wish

HELPERS = (Role.VOLUNTEER, Role.PROFESSIONAL)
PAUSING = frozenset(HELPERS)
"""Who may say that they are not to be called for now. A pause of somebody who has become staff since counts no more."""
_HOLDERS = (Role.FAMILY, Role.STAFF, Role.PROFESSIONAL)
"""Who besides volunteers may hold a key."""
_WITHOUT_STAFF = (Role.PROFESSIONAL, Role.VOLUNTEER, Role.FAMILY)
"""Who is told instead of staff where there are none: the first of these whom a home has."""
NEVER = datetime.max.replace(tzinfo=UTC)
"""The end of being left alone that does not come by itself."""


@dataclass(frozen=True)
class Callers:
    """The people around one home.

    `load` counts how often each was asked lately. From `load_limit` times on (0: never) a volunteer is spared whatever
    is no emergency, while somebody is left who is neither spared nor among the `asked` of this alert. `paused` are not
    called, but where nobody else is left in an emergency; relatives who are, or who `wish` it so, are left alone by
    whatever is no emergency. `agreed` is the order that the relatives have given themselves.
    """

    roster: Roster
    home: Home
    now: datetime
    load: Mapping[str, int] = field(default_factory=dict)
    severity: Severity = Severity.EMERGENCY
    load_limit: int = 0
    asked: Collection[str] = frozenset()
    paused: Collection[str] = frozenset()
    holidays: Collection[date] = frozenset()
    kind: AlertKind | None = None
    wishes: Mapping[str, Wish] = field(default_factory=dict)
    agreed: Sequence[str] = ()
    homes: tuple[Home, ...] = ()
    """Where a part of a site is meant: its homes. Staff of any of them can be called, or else who is there for each."""

    def of(self, role: Role) -> list[Person]:
        """Return who of a role can be called now: the nearest first, of these who holds the key, then who was asked least.

        Off duty means not called, but staff of whom nobody is on duty are called all the same: the ladder must end at
        somebody. So are professionals who have not paused. A family has its own order and its wishes.
        """
        if role is Role.FAMILY:
            willing = [p for p in self.relatives() if self.left_alone_until(p) is None]
            return self._on_duty(willing) or willing
        reachable = self._reachable(role)
        if role is Role.STAFF and not reachable and self.homes:
            return self._instead_of_staff()
        on_duty = self._on_duty(reachable)
        if role is Role.VOLUNTEER:
            return sorted(self._rested(on_duty), key=self._nearness)
        return sorted(on_duty or reachable, key=self._nearness)

    def _instead_of_staff(self) -> list[Person]:
        """Return who is told of a part of a site that no staff look after: whoever comes first for each of its homes."""
        found: dict[str, Person] = {}
        for home in self.homes:
            one = replace(self, home=home, homes=())
            people = next(filter(None, map(one.of, _WITHOUT_STAFF)), None) or one.whoever()
            found |= {person.person: person for person in people}
        return list(found.values())

    def relatives(self) -> list[Person]:
        """Return the family whatever it wishes: in its own order, who has no place in it last."""
        places = {person: place for place, person in enumerate(self.agreed)}
        people = self._reachable(Role.FAMILY)
        return sorted(people, key=lambda p: (places.get(p.person, len(places)), *self._nearness(p)))

    def left_alone_until(self, relative: Person) -> datetime | None:
        """Return until when a relative is not to be called; `NEVER`: not for this alert. None: they can be called now."""
        wish = self.wishes.get(relative.person, Wish(relative.person))
        if self.severity is Severity.EMERGENCY:
            return None
        if relative.person in self.paused or self.kind in wish.muted:
            return NEVER
        return wish.quiet_ends(self.now, self.home.zone)

    def asleep(self) -> list[tuple[Person, datetime]]:
        """Return the relatives who are to be written to only when their quiet hours end, and when that is."""
        held = ((p, until) for p in self.relatives() if (until := self.left_alone_until(p)) is not None)
        return [(person, until) for person, until in held if until < NEVER]

    def key_holders(self) -> list[Person]:
        """Return who holds the home's spare key and is on duty, whatever their role: neighbours before family and staff."""
        if not any(p.holds_key(self.home) for people in self._listed.values() for p in people):
            return []
        volunteers = [p for p in self.of(Role.VOLUNTEER) if p.holds_key(self.home)]
        relatives = self._on_duty(self.of(Role.FAMILY))
        officials = [p for role in _HOLDERS[1:] for p in self._on_duty(self._reachable(role))]
        others = [p for p in (*relatives, *officials) if p.holds_key(self.home)]
        return [*volunteers, *sorted(others, key=lambda p: (_HOLDERS.index(p.role), *self._nearness(p)))]

    def whoever(self) -> list[Person]:
        """Return who is left when nobody who should be called can be: at any hour, whatever they wish.

        A pause is kept, unless it is an emergency and there is nobody besides.
        """
        left = [*self.relatives(), *(p for role in HELPERS for p in self._reachable(role))]
        if left or self.severity is not Severity.EMERGENCY:
            return left
        return [p for role in HELPERS for p in self._listed[role] if p.ways]

    def _reachable(self, role: Role) -> list[Person]:
        return [p for p in self._listed[role] if p.ways and not self._is_paused(p)]

    def _on_duty(self, people: list[Person]) -> list[Person]:
        return [p for p in people if p.is_on_duty(self.now, self.home.zone, self.holidays)]

    @cached_property
    def _listed(self) -> Mapping[Role, Sequence[Person]]:
        found: dict[Role, list[Person]] = {role: [] for role in Role}
        for person in self.roster.around(self.home):
            found[person.role].append(person)
        if not self.home.site:  # it is about linli itself, whatever the site
            found[Role.STAFF] = [p for p in self.roster.people.values() if p.role is Role.STAFF]
        elif self.homes:
            somewhere = {p.person: p for home in self.homes for p in self.roster.around(home)}
            found[Role.STAFF] = [p for p in somewhere.values() if p.role is Role.STAFF]
        return found

    def everybody(self) -> frozenset[str]:
        """Return who could be called at any time, by the list alone."""
        listed = (*self._listed.values(), *map(self.roster.around, self.homes))
        return frozenset(person.person for people in listed for person in people)

    def _is_paused(self, person: Person) -> bool:
        return person.role in PAUSING and person.person in self.paused

    def _rested(self, people: list[Person]) -> list[Person]:
        """Leave out who was asked too often, unless there is nobody else to ask."""
        if self.severity is Severity.EMERGENCY or not self.load_limit:
            return people
        rested = [p for p in people if self.load.get(p.person, 0) < self.load_limit]
        return rested if any(p.person not in self.asked for p in rested) else people

    def _nearness(self, person: Person) -> tuple[int, bool, int, int, str]:
        nearness = self.roster.nearness(person, self.home)
        return (*nearness, self.load.get(person.person, 0), person.order, person.person)

    def person(self, id: str) -> Person | None:  # noqa: A002
        """Return somebody by id, also off duty."""
        return self.roster.people.get(id)


def around(roster: Roster, *, site: str, home: str, now: datetime, load: Mapping[str, int]) -> Callers:
    """Return the people around a home, or around a whole site where the home is empty."""
    return Callers(roster, roster.place(home, site), now, load)


def around_part(callers: Callers, alert: Alert) -> Callers:
    """Return the people around the homes that an alert about a part of a site lists; of any other alert, as it is."""
    if alert.home or alert.kind is not AlertKind.UNMONITORED:
        return callers
    known = callers.roster.homes
    homes = tuple(known[home] for home in str(alert.evidence.get("homes", "")).split(", ") if home in known)
    return replace(callers, home=place_of(callers.roster, alert), homes=homes)


def place_of(roster: Roster, alert: Alert) -> Home:
    """Return the home of an alert; for one about a site or a part of it a home of no name, in the part that is meant."""
    place = roster.place(alert.home, alert.site)
    if place.home in roster.homes:
        return place
    building, unit = (str(alert.evidence.get(name, "")) for name in ("building", "unit"))
    return replace(place, building=building, unit=unit)
