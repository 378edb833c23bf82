"""Who lives where, who cares for whom, and how each is reached: the roster, as one read-only picture."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from linli import duty as rota
from linli.duty import Duty, DutyException

WEB_PUSH = "webpush"
"""The kind of channel that is a browser: made when its owner allows it, so an import neither makes it nor takes it away."""


class Role(StrEnum):
    """What a person is to the homes they are listed for."""

    RESIDENT = "resident"
    VOLUNTEER = "volunteer"
    FAMILY = "family"
    STAFF = "staff"
    PROFESSIONAL = "professional"


@dataclass(frozen=True, slots=True)
class Home:
    """A dwelling and who lives there. `check_in_by` are local times by which the resident says that all is well."""

    home: str
    site: str
    building: str
    unit: str = ""
    floor: str = ""
    door: str = ""
    resident: str = ""
    language: str = "zh"
    phone: str = ""
    birth_year: int | None = None
    timezone: str = "Asia/Shanghai"
    check_in_by: tuple[time, ...] = ()
    note: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Return the home's time zone."""
        return ZoneInfo(self.timezone)


GATEWAY_WORDS = frozenset({"gateway", "bridge", "hub", "coordinator"})
"""A device in whose model one of these stands is what others speak through."""


@dataclass(frozen=True, slots=True)
class Device:
    """A device in a home; `topic` only for other ecosystems."""

    home: str
    device: str
    room: str = ""
    kinds: tuple[str, ...] = ()
    topic: str = ""
    model: str = ""

    @property
    def is_gateway(self) -> bool:
        """Tell whether it is what others speak through, by its model."""
        return not GATEWAY_WORDS.isdisjoint(re.findall(r"[a-z]+", self.model.lower()))

    def may_share_topic(self, other: "Device") -> bool:
        """Tell whether both may have one topic, as the gateway of several homes; of two others nobody could tell whose a value is."""
        return self.is_gateway and other.is_gateway and self.home != other.home


class Scope(StrEnum):
    """How wide a person's care reaches; `KEY` is one home, whose spare key the person holds."""

    HOME = "home"
    KEY = "key"
    BUILDING = "building"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Care:
    """One entry of a person's list of homes: a home, with its spare key or without, all of a building or of a site."""

    scope: Scope
    target: str

    def covers(self, home: Home) -> bool:
        """Tell whether a home is meant by this entry."""
        place = {Scope.BUILDING: home.building, Scope.SITE: home.site}.get(self.scope, home.home)
        return place == self.target


@dataclass(frozen=True, slots=True)
class Channel:
    """One way to reach a person, in the person's order (0 first). `id` is stable across imports of the same address."""

    id: str
    person: str
    kind: str
    address: str
    secret: str = ""
    order: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be called. No duty spans means always on duty, but for the exceptions."""

    person: str
    role: Role
    name: str = ""
    language: str = "zh"
    order: int = 0
    cares: tuple[Care, ...] = ()
    channels: tuple[Channel, ...] = ()
    duty: tuple[Duty, ...] = ()
    duty_exceptions: tuple[DutyException, ...] = ()

    @property
    def ways(self) -> tuple[Channel, ...]:
        """Return how the person is reached, in order: the channels, or the in-app inbox of who has none.

        A resident without a channel cannot be asked: nobody knows whether she looks at a screen.
        """
        if self.channels or self.role is Role.RESIDENT:
            return self.channels
        return (Channel(f"inbox-{self.person}", self.person, "inbox", self.person),)

    @property
    def browsers(self) -> tuple[Channel, ...]:
        """Return the browsers that the person lets us push to."""
        return tuple(way for way in self.channels if way.kind == WEB_PUSH)

    @property
    def first_ways(self) -> tuple[Channel, ...]:
        """Return how the person is called at once: the first of their ways, and all of their browsers with it.

        A push costs nothing and may not arrive, so it takes the place of no other message.
        """
        first = self.ways[:1]
        return (*first, *(browser for browser in self.browsers if browser not in first))

    @property
    def second_way(self) -> Channel | None:
        """Return how the person is called next, when the first ways bring no answer."""
        called = self.first_ways
        return next((way for way in self.ways if way not in called), None)

    def cares_for(self, home: Home) -> bool:
        """Tell whether a home is on the person's list."""
        return any(care.covers(home) for care in self.cares)

    def holds_key(self, home: Home) -> bool:
        """Tell whether the person holds a home's spare key."""
        return any(care.scope is Scope.KEY and care.target == home.home for care in self.cares)

    def is_on_duty(self, now: datetime, zone: ZoneInfo, holidays: Collection[date] = ()) -> bool:
        """Tell whether the person may be called at a moment, by their week and its exceptions in the site's zone."""
        return rota.is_on_duty(now.astimezone(zone), self.duty, self.duty_exceptions, holidays)


@dataclass(frozen=True)
class Roster:
    """Everybody and everything known, at one revision. Never changed: an import makes a new one."""

    revision: int = 0
    homes: dict[str, Home] = field(default_factory=dict)
    devices: dict[tuple[str, str], Device] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Return the ids of all sites, sorted."""
        return tuple(sorted({home.site for home in self.homes.values()}))

    @cached_property
    def devices_by_topic(self) -> dict[str, tuple[Device, ...]]:
        """Return the devices of other ecosystems by their topic; a gateway that homes share stands there several times."""
        found: dict[str, list[Device]] = {}
        for key in sorted(self.devices):
            topic = self.devices[key].topic.strip("/")
            if topic:
                found.setdefault(topic, []).append(self.devices[key])
        return {topic: tuple(devices) for topic, devices in found.items()}

    @cached_property
    def devices_by_home(self) -> dict[str, tuple[Device, ...]]:
        """Return each home's devices, by device id."""
        found: dict[str, list[Device]] = {}
        for key in sorted(self.devices):
            found.setdefault(key[0], []).append(self.devices[key])
        return {home: tuple(devices) for home, devices in found.items()}

    @cached_property
    def _people_by_target(self) -> dict[tuple[Scope, str], tuple[Person, ...]]:
        found: dict[tuple[Scope, str], dict[str, Person]] = {}
        for person in self.people.values():
            for care in person.cares:
                found.setdefault((care.scope, care.target), {})[person.person] = person
        return {target: tuple(people.values()) for target, people in found.items()}

    def place(self, home: str, site: str) -> Home:
        """Return a home; where none is meant, or it is listed no more, one without a name whose clocks are its site's.

        Without a site too, as when linli itself is meant, they are those of any home.
        """
        known = self.homes.get(home)
        if known is not None:
            return known
        nowhere = Home(home, site, building="")
        zones = (one.timezone for one in self.homes.values() if site in {"", one.site})
        return replace(nowhere, timezone=next(zones, nowhere.timezone))

    def carers(self, home: Home, role: Role) -> list[Person]:
        """Return who of a role is listed for a home, nearest first, then by the people table's order."""
        people = (p for p in self.around(home) if p.role == role)
        return sorted(people, key=lambda p: (*self.nearness(p, home), p.order, p.person))

    def around(self, home: Home) -> list[Person]:
        """Return everybody who is listed for a home, in no order."""
        places = ((Scope.KEY, home.home), (Scope.HOME, home.home))
        targets = (*places, (Scope.BUILDING, home.building), (Scope.SITE, home.site))
        return list({p.person: p for target in targets for p in self._people_by_target.get(target, ())}.values())

    def key_holders(self, home: Home) -> list[Person]:
        """Return who holds a home's spare key, by the people table's order."""
        return sorted(self._people_by_target.get((Scope.KEY, home.home), ()), key=lambda p: (p.order, p.person))

    def nearness(self, person: Person, home: Home) -> tuple[int, bool]:
        """Return what sorts the nearest first: among the paired, who holds the key, since the door may be locked."""
        return self.distance(person, home), not person.holds_key(home)

    def distance(self, person: Person, home: Home) -> int:
        """Return how near a person is to a home: 0 paired with it, 1 same stairwell, 2 same building, 3 same site."""
        return min((self._care_distance(care, home) for care in person.cares), default=3)

    def _care_distance(self, care: Care, home: Home) -> int:
        if care.scope is Scope.SITE:
            return 3
        if care.scope is Scope.BUILDING:
            return 2 if care.covers(home) else 3
        if care.target == home.home:
            return 0
        other = self.homes.get(care.target)
        if other is None or (other.site, other.building) != (home.site, home.building):
            return 3
        return 1 if other.unit == home.unit and home.unit else 2
