"""The people around the homes of a made-up community: volunteers, heads of buildings, family, staff, a clinic."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import time

from linli.duty import Duty
from linli.people import Care, Home, Person, Role, Scope
from simulators.chance import stream_of
from simulators.names import helpers

HOMES_PER_VOLUNTEER = 3
_EVERY_DAY = frozenset(range(7))
_WORKING_DAYS = frozenset(range(5))
_OFFICE = (Duty(_WORKING_DAYS, time(8), time(20)),)
_EVENINGS = (Duty(_EVERY_DAY, time(17), time(8)),)
_KIN = ("女儿", "儿子", "外孙女", "侄子")


def people_of(homes: Iterable[Home], seed: int) -> Iterator[Person]:
    """Yield everybody around the homes, residents included, site by site."""
    by_site: dict[str, list[Home]] = {}
    for home in homes:
        by_site.setdefault(home.site, []).append(home)
    for site, dwellings in by_site.items():
        yield from _residents(dwellings)
        yield from _families(dwellings, seed)
        yield from _volunteers(dwellings, seed)
        yield from _building_heads(dwellings)
        yield from _site_people(site)


def _residents(homes: Iterable[Home]) -> Iterator[Person]:
    for home in homes:
        yield Person(f"{home.home}-resident", Role.RESIDENT, home.resident, cares=_for_home(home))


def _families(homes: Iterable[Home], seed: int) -> Iterator[Person]:
    """One relative for each home, two for every third."""
    for home in homes:
        chance = stream_of(seed, home.home, "family")
        for order, kin in enumerate(chance.sample(_KIN, 2 if chance.random() < 1 / 3 else 1)):
            name = f"{home.resident}的{kin}"
            yield Person(f"{home.home}-family-{order + 1}", Role.FAMILY, name, order=order, cares=_for_home(home))


def _volunteers(homes: Iterable[Home], seed: int) -> Iterator[Person]:
    """Each is paired with up to three homes of the own stairwell, holds the key of one, and helps in the whole building."""
    pairs: dict[tuple[str, str, int], list[Home]] = {}
    seen: dict[tuple[str, str], int] = {}
    for home in homes:
        stairs = (home.building, home.unit)
        seen[stairs] = seen.get(stairs, -1) + 1
        pairs.setdefault((*stairs, seen[stairs] // HOMES_PER_VOLUNTEER), []).append(home)
    for (building, unit, number), paired in pairs.items():
        site = paired[0].site
        person = f"{site}-volunteer-{building}-{unit}-{number + 1}"
        chance = stream_of(seed, person)
        key = Care(Scope.KEY, paired[0].home)
        cares = (key, *(care for home in paired[1:] for care in _for_home(home)), Care(Scope.BUILDING, building))
        volunteer = Person(person, Role.VOLUNTEER, next(helpers(chance)), order=number, cares=cares)
        yield replace(volunteer, duty=chance.choices(((), _OFFICE, _EVENINGS), (5, 3, 2))[0])


def _building_heads(homes: Iterable[Home]) -> Iterator[Person]:
    """One volunteer for each building who can always be called."""
    for building, site in {home.building: home.site for home in homes}.items():
        cares = (Care(Scope.BUILDING, building),)
        yield Person(f"{site}-head-{building}", Role.VOLUNTEER, f"{building}号楼楼栋长", order=8, cares=cares)


def _site_people(site: str) -> Iterator[Person]:
    """The community's staff, one of them always on duty, and the clinic."""
    cares = (Care(Scope.SITE, site),)
    yield Person(f"{site}-staff-1", Role.STAFF, "社区值班", order=0, cares=cares)
    yield Person(f"{site}-staff-2", Role.STAFF, "网格员甲", order=1, cares=cares, duty=_OFFICE)
    yield Person(f"{site}-clinic", Role.PROFESSIONAL, "社区卫生服务站", order=0, cares=cares)


def _for_home(home: Home) -> tuple[Care, ...]:
    return (Care(Scope.HOME, home.home),)
