"""Where a home is, in the words of the people who live there, and the time zone that its clocks show."""

import re
import unicodedata
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from dashboard.access import Reach
from linli.alert import Alert
from linli.people import Home, Person, Roster
from linli.words import translate

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")
_NUMBERED = re.compile(r"(?:b|bldg|building|u|unit|no)?[-.]?0*([0-9]{1,4})\Z", re.IGNORECASE)


def zone_of(roster: Roster, alert: Alert) -> ZoneInfo | None:
    """Return the zone in which an alert's clock times are told: its home's, or that of any home of its site."""
    return zone_at(roster, alert.home, alert.site)


def zone_at(roster: Roster, home: str, site: str) -> ZoneInfo | None:
    """Return the zone of a home, or that of any home of a site; None where neither is known, as when linli is meant."""
    known = roster.homes.get(home) or next((one for one in roster.homes.values() if one.site == site), None)
    return known.zone if known else None


def zone_of_reader(roster: Roster, reach: Reach | None) -> ZoneInfo:
    """Return the zone in which is told what is about no home: that of the reader's first home, or of any for nobody's."""
    mine = (home for home in roster.homes.values() if reach.covers(home)) if reach is not None else ()
    return next((home.zone for home in mine), roster.place("", "").zone)


def zone_of_person(roster: Roster, person: Person | None) -> ZoneInfo:
    """Return the zone of the first home that somebody cares for."""
    homes = roster.homes.values() if person else ()
    return next((home.zone for home in homes if person and person.cares_for(home)), DEFAULT_ZONE)


def building_name(home: Home, language: str) -> str:
    """Return a building as people call it: `b3` and `3` are 3号楼, a name stays a name."""
    return _named(home.building, "Building {number}", language)


def unit_name(home: Home, language: str) -> str:
    """Return the stairwell, empty where the building has only one."""
    return _named(home.unit, "Unit {number}", language)


def _named(id: str, template: str, language: str) -> str:  # noqa: A002
    numbered = _NUMBERED.match(id)
    return translate(template, language).format(number=numbered[1]) if numbered else id


def floor_name(home: Home, language: str) -> str:
    """Return the floor in words, empty where it is not known."""
    return translate("Floor {number}", language).format(number=home.floor) if home.floor else ""


def address(home: Home, language: str) -> str:
    """Return building, stairwell and door; the id where the roster says none of them."""
    stairs = [building_name(home, language), unit_name(home, language)]
    if language == "zh":
        return " ".join(part for part in (_side_by_side(stairs), home.door) if part) or home.home
    return ", ".join(part for part in (" ".join(part for part in stairs if part), home.door) if part) or home.home


def _side_by_side(parts: Iterable[str]) -> str:
    """Return parts as Chinese writes them, without a gap, but for one between words of another script."""
    told = ""
    for part in parts:
        gap = " " if told and part and not _is_wide(told[-1]) and not _is_wide(part[0]) else ""
        told += gap + part
    return told


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in {"W", "F"}
