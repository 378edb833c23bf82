"""What one record says of another: is it there, and does it mean one thing? Asked over file and store together."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from linli.bots import bot_of
from linli.people import Device, Home, Person, Role, Roster, Scope
from linli.roster_file.file import RosterFile
from linli.roster_file.problems import Problems
from linli.signals import Kind

_CALLS = frozenset({Kind.SOS, Kind.CHECK_IN, Kind.FALL, Kind.SMOKE, Kind.GAS})
"""What a device says by which somebody calls for help."""


class Places:
    """All homes there will be after the import, by what people are listed for."""

    def __init__(self, homes: Mapping[str, Home]) -> None:
        self.homes = homes
        self.sites = {home.site for home in homes.values()}
        self.sites_of_building: dict[str, set[str]] = defaultdict(set)
        for home in homes.values():
            if home.site:  # one that could not be read was told already
                self.sites_of_building[home.building].add(home.site)


def check_references(file: RosterFile, known: Roster, problems: Problems) -> None:
    """Note every name in a file that leads nowhere, or to two things."""
    places = Places({**known.homes, **{home.home: home for home in file.homes}})
    for home in file.homes:
        _check_home(home, file.rows.get(("homes", home.home), 0), places, problems)
    for device in file.devices:
        if device.home not in places.homes:
            row = file.rows.get(("devices", _id(device)), 0)
            problems.add("devices", row, "home", f'"{device.home}" is not known; add it to the sheet homes')
    _check_topics(file, known, problems)
    for person in file.people:
        _check_person(person, file.rows.get(("people", person.person), 0), places, problems)
    _check_buildings_others_care_for(file, known, places, problems)
    _check_bots(file, known, problems)


def _check_home(home: Home, row: int, places: Places, problems: Problems) -> None:
    if home.home in places.sites:
        problems.add("homes", row, "home", f'"{home.home}" is also a site; both are names at the broker, change one')
    if home.site in places.homes and home.site != home.home:
        problems.add("homes", row, "site", f'"{home.site}" is also a home; both are names at the broker, change one')


def _check_topics(file: RosterFile, known: Roster, problems: Problems) -> None:
    """Note where a file gives who calls for help by a device the topic of such a one in another home.

    What else stands there twice, and what the roster has twice already, linli check tells.
    """
    named = {(one.home, one.device): _with_topic(one, file, known) for one in file.devices}
    new = {key: one for key, one in named.items() if one.topic and not _speaks_as_before(one, known)}
    listed: dict[str, dict[str, Device]] = defaultdict(dict)
    for key, one in {**known.devices, **named}.items():
        if key not in new:
            listed[one.topic.strip("/")].setdefault(one.home, one)
    for one in new.values():
        there = listed[one.topic.strip("/")]
        other = next((device for home, device in there.items() if home != one.home), None)
        if other is not None and not one.may_share_topic(other) and _calls(one) and _calls(other):
            _tell_topic(one, other, file, problems)
        there.setdefault(one.home, one)


def _calls(device: Device) -> bool:
    return not _CALLS.isdisjoint(device.kinds)


def _with_topic(device: Device, file: RosterFile, known: Roster) -> Device:
    """Return a device with the topic and the model that it will have: of what the file is silent, those it has."""
    before, told = known.devices.get((device.home, device.device), device), file.columns.get("devices", frozenset())
    topic, model = ((device if name in told else before) for name in ("topic", "model"))
    return replace(device, topic=topic.topic, model=model.model)


def _speaks_as_before(device: Device, known: Roster) -> bool:
    before = known.devices.get((device.home, device.device))
    return before is not None and (before.topic, before.is_gateway) == (device.topic, device.is_gateway)


def _tell_topic(device: Device, other: Device, file: RosterFile, problems: Problems) -> None:
    row, its_row = (file.rows.get(("devices", _id(one)), 0) for one in (device, other))
    if its_row:
        problems.add(
            "devices", row, "topic", f'"{device.topic}" stands in row {its_row} already; each device has its own'
        )
        return
    problems.add(
        "devices",
        row,
        "topic",
        f'"{device.topic}" is the topic of {other.device} of {other.home}; take that out first with '
        f'"linli discover --unmap {_id(other)}", or list it in this file too, without a topic',
    )


def _id(device: Device) -> str:
    return f"{device.home}/{device.device}"


def _check_person(person: Person, row: int, places: Places, problems: Problems) -> None:
    if person.role is Role.RESIDENT and any(care.scope is Scope.KEY for care in person.cares):
        problems.add("people", row, "homes", "a resident is never called; list who holds a key as a volunteer")
    for care in person.cares:
        if care.scope in {Scope.HOME, Scope.KEY} and care.target not in places.homes:
            problems.add("people", row, "homes", f'home "{care.target}" is not known; add it to the sheet homes')
        elif care.scope is Scope.SITE and care.target not in places.sites:
            problems.add("people", row, "homes", f'site "{care.target}" is not known; no home is in it')
        elif care.scope is Scope.BUILDING:
            _check_building(care.target, row, places, problems)


def _check_building(building: str, row: int, places: Places, problems: Problems) -> None:
    sites = sorted(places.sites_of_building.get(building, ()))
    if not sites:
        problems.add("people", row, "homes", f'building "{building}" is not known; no home is in it')
    elif len(sites) > 1:
        problems.add(
            "people",
            row,
            "homes",
            f'building "{building}" stands on {len(sites)} sites ({", ".join(sites)}); '
            "give each its own id, or list the homes",
        )


def _check_buildings_others_care_for(file: RosterFile, known: Roster, places: Places, problems: Problems) -> None:
    """Note where a home would give a second meaning to a building that somebody who is not in the file cares for."""
    new = {home.building: home for home in reversed(file.homes) if len(places.sites_of_building[home.building]) > 1}
    named = {person.person for person in file.people}
    for person in known.people.values():
        for care in person.cares:
            if care.scope is Scope.BUILDING and care.target in new and person.person not in named:
                row = file.rows.get(("homes", new[care.target].home), 0)
                text = f'building "{care.target}" would stand on two sites, and {person.person} cares for it'
                problems.add("homes", row, "building", f"{text}; give it its own id")


def _check_bots(file: RosterFile, known: Roster, problems: Problems) -> None:
    """Note where a group's bot is listed for a second person: whoever in the group taps would answer as that person."""
    named = {person.person for person in file.people}
    first = {
        (way.kind, bot_of(way)): person.person
        for person in known.people.values()
        if person.person not in named
        for way in person.channels
    }
    for person in file.people:
        for way in person.channels:
            other = first.setdefault((way.kind, bot_of(way)), person.person) if bot_of(way) else person.person
            if other != person.person:
                row = file.rows.get(("channels", way.id), 0)
                problems.add("people", row, "address", f"{other} is reached by the same group's bot; {ONE_PERSON}")


ONE_PERSON = "list the group once, as a person of its own, since everybody in it sees the links"
