"""A made-up community: sites, buildings, homes with their devices, and the people who care for them, by seed.

Homes are enrolled in a fixed order, so a larger community of the same seed contains the smaller one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time
from functools import cached_property
from itertools import islice
from zoneinfo import ZoneInfo

from linli.errors import LinliError
from linli.people import Channel, Device, Home, Person
from simulators.chance import stream_of
from simulators.names import residents
from simulators.neighbours import people_of
from simulators.persona import Persona, persona_of
from simulators.sensors import fit

EXAMPLE_HOME = "w-3-2-502"
"""The first home of every community; it has every device that exists."""
HOMES_PER_SITE = 100
SITE_NAMES = ("willow", "osmanthus", "plum", "bamboo", "lotus", "ginkgo", "maple", "cedar", "jasmine", "apricot")
_CHECKS_IN = 0.5
_CHECKS_IN_TWICE = 0.2
ChannelFor = Callable[[Person], Channel | None]


@dataclass(frozen=True, slots=True)
class _Building:
    units: int
    floors: int
    doors: int
    """Doors on a landing."""


_BUILDINGS = (_Building(2, 6, 2), _Building(2, 6, 2), _Building(3, 6, 2), _Building(2, 5, 2), _Building(1, 11, 3))


@dataclass(frozen=True)
class Community:
    """Who lives where with which devices, who cares for them, and each resident's habits, by home."""

    homes: tuple[Home, ...]
    devices: tuple[Device, ...]
    people: tuple[Person, ...]
    personas: Mapping[str, Persona]
    zone: ZoneInfo

    @cached_property
    def by_id(self) -> dict[str, Home]:
        """Return the homes by id."""
        return {home.home: home for home in self.homes}

    @cached_property
    def devices_by_home(self) -> dict[str, tuple[Device, ...]]:
        """Return each home's devices."""
        found: dict[str, list[Device]] = {home.home: [] for home in self.homes}
        for device in self.devices:
            found[device.home].append(device)
        return {home: tuple(devices) for home, devices in found.items()}

    def home(self, home: str) -> Home:
        """Return a home; raises LinliError naming one that exists."""
        try:
            return self.by_id[home]
        except KeyError:
            known = self.homes[0].home if self.homes else "none"
            raise LinliError(f"{home} is not a home of this community; one that is: {known}") from None

    def stairwell(self, home: Home) -> tuple[str, ...]:
        """Return the ids of the homes on the same stairs, the home's own included."""
        place = (home.site, home.building, home.unit)
        return tuple(other.home for other in self.homes if (other.site, other.building, other.unit) == place)


def _no_channel(_person: Person) -> Channel | None:
    return None


def build(homes: int, seed: int, channel_for: ChannelFor = _no_channel, timezone: str = "Asia/Shanghai") -> Community:
    """Return a community of so many homes (1 or more), in sites of a hundred; `channel_for` says how a person is reached."""
    if homes < 1:
        raise LinliError(f"a community needs at least one home, not {homes}")
    dwellings = list(islice(_dwellings(seed, timezone), homes))
    personas = {home.home: persona_of(seed, home.home) for home in dwellings}
    enrolled = tuple(
        replace(home, check_in_by=_check_in_by(seed, home.home, personas[home.home])) for home in dwellings
    )
    devices = tuple(device for home in enrolled for device in _devices(seed, home))
    people = tuple(_reachable(person, channel_for) for person in people_of(enrolled, seed))
    return Community(enrolled, devices, people, personas, ZoneInfo(timezone))


def _devices(seed: int, home: Home) -> tuple[Device, ...]:
    return fit(seed, home.home, checks_in=bool(home.check_in_by), with_everything=home.home == EXAMPLE_HOME)


def _reachable(person: Person, channel_for: ChannelFor) -> Person:
    channel = channel_for(person)
    return person if channel is None else replace(person, channels=(channel,))


def _dwellings(seed: int, timezone: str) -> Iterator[Home]:
    """Yield homes in the order in which they are enrolled, site after site, without end."""
    site = 0
    while True:
        yield from _site(seed, site, timezone)
        site += 1


def _site(seed: int, number: int, timezone: str) -> Iterator[Home]:
    """Yield a hundred homes of a site, behind doors all over its five buildings."""
    name, prefix = site_id(number), _prefix(number)
    chance = stream_of(seed, name, "site")
    doors = [home for home in _doors(name, prefix, number) if home.home != EXAMPLE_HOME]
    chance.shuffle(doors)
    if number == 0:
        doors.insert(0, next(home for home in _doors(name, prefix, number) if home.home == EXAMPLE_HOME))
    for index, (home, resident) in enumerate(zip(doors[:HOMES_PER_SITE], residents(chance), strict=True)):
        year = stream_of(seed, home.home, "birth").randint(1932, 1958)
        phone = f"000-{number:04d}-{index:04d}"
        yield replace(home, resident=resident, birth_year=year, phone=phone, timezone=timezone, note="示例住户")


def site_id(number: int) -> str:
    """Return the id of the n-th site, counted from 0."""
    turn, name = divmod(number, len(SITE_NAMES))
    return SITE_NAMES[name] + (f"-{turn + 1}" if turn else "")


def _prefix(number: int) -> str:
    """Return what the ids of a site's homes begin with; `w` is the first site's alone."""
    return "w" if number == 0 else f"s{number + 1}"


def _doors(site: str, prefix: str, number: int) -> Iterator[Home]:
    """Yield every door of a site. Building numbers run on from site to site: a building's id names no site."""
    for index, shape in enumerate(_BUILDINGS):
        building = str(number * len(_BUILDINGS) + index + 1)
        for unit in range(1, shape.units + 1):
            for floor in range(1, shape.floors + 1):
                for door in range(1, shape.doors + 1):
                    label = f"{floor}{door:02d}"
                    home = f"{prefix}-{building}-{unit}-{label}"
                    yield Home(home, site, building, str(unit), str(floor), label)


def _check_in_by(seed: int, home: str, persona: Persona) -> tuple[time, ...]:
    """Agree on when to check in: the half hour that is at least an hour and a half after rising; some also at eight."""
    chance = stream_of(seed, home, "check-in")
    draw, twice = chance.random(), chance.random()
    if draw >= _CHECKS_IN and home != EXAMPLE_HOME:
        return ()
    half_hours = int((persona.rises + 1.5) * 2) + 1
    morning = max(time(8, 30), time(half_hours // 2, 30 * (half_hours % 2)))
    return (morning, time(20, 0)) if twice < _CHECKS_IN_TWICE and persona.retires > 20.9 else (morning,)
