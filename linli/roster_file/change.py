"""What an import would change and how it is done: all or nothing, and what is not named stays."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from linli.people import WEB_PUSH, Device, Home, Person, Roster
from linli.roster_file.file import RosterFile
from linli.roster_file.problems import Problems
from linli.roster_file.references import check_references
from linli.steps import Tell, nobody
from linli.store import roster as store
from linli.wire import ROOT
from linli.words import Sentence, say

LISTED = 20
"""How many ids of a kind a summary lists."""

T = TypeVar("T", Home, Device, Person)


@dataclass(frozen=True, slots=True)
class SheetChange:
    """What becomes of one sheet: ids that are new, ids with the columns that change, and how many rows change nothing."""

    added: tuple[str, ...] = ()
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """What an import changes, by sheet; `ignored` is what else was in the file.

    `moved` says of each home that comes to another site what must be done: topics and rights at the broker are by site.
    """

    homes: SheetChange
    devices: SheetChange
    people: SheetChange
    ignored: tuple[str, ...] = ()
    moved: tuple[Sentence, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether everything is as the file says already."""
        return not any(sheet.added or sheet.changed for sheet in (self.homes, self.devices, self.people))

    def summary(self) -> str:
        """Return what changes in words for the terminal: ids and columns, no names and no addresses."""
        sheets = (("homes", self.homes), ("devices", self.devices), ("people", self.people))
        lines = [line for name, sheet in sheets for line in _told(name, sheet)]
        moved = _listed([say(told, "en", ZoneInfo("UTC")) for told in self.moved])
        return "\n".join([*lines, *(f"not read: {name}" for name in self.ignored), *moved])


def _told(name: str, sheet: SheetChange) -> list[str]:
    head = f"{name}: {len(sheet.added)} added, {len(sheet.changed)} changed, {sheet.unchanged} unchanged"
    added = _listed([f"  + {id_}" for id_ in sheet.added])
    changed = _listed([f"  ~ {id_}: {', '.join(columns)}" for id_, columns in sheet.changed.items()])
    return [head, *added, *changed]


def _moved(home: Home) -> Sentence:
    return Sentence(
        "{home} comes to the site {site}: its devices must from now on publish below {topic}, "
        "and a gateway that they speak through must sign in as {site}",
        {"home": home.home, "site": home.site, "topic": f"{ROOT}/{home.site}/{home.home}"},
    )


def _listed(lines: list[str]) -> list[str]:
    rest = len(lines) - LISTED
    return lines if rest <= 0 else [*lines[:LISTED], f"    and {rest} more"]


def compare(known: Roster, file: RosterFile) -> Change:
    """Return what importing a file into a roster would change; raises BadRoster where it names what is not there."""
    return _compare(known, _checked(known, file))


def apply(connection: Connection, file: RosterFile, tell: Tell = nobody) -> Change:
    """Import a file in the caller's transaction; raises BadRoster, and then nothing may be committed."""
    store.hold(connection)
    known = store.load(connection)
    whole = _checked(known, file)
    change = _compare(known, whole)
    if not change.is_empty:
        store.save(
            connection,
            [home for home in whole.homes if known.homes.get(home.home) != home],
            [device for device in whole.devices if known.devices.get((device.home, device.device)) != device],
            [person for person in whole.people if known.people.get(person.person) != person],
            tell,
        )
    return change


def _checked(known: Roster, file: RosterFile) -> RosterFile:
    """Return a file with what it is silent about taken from the roster."""
    problems = Problems()
    check_references(file, known, problems)
    problems.refuse()
    homes, devices, people = (file.columns.get(name, frozenset()) for name in ("homes", "devices", "people"))
    return replace(
        file,
        homes=tuple(_whole(home, known.homes.get(home.home), _HOME, homes) for home in file.homes),
        devices=tuple(_whole(d, known.devices.get((d.home, d.device)), _DEVICE, devices) for d in file.devices),
        people=tuple(_whole_person(person, known.people.get(person.person), people) for person in file.people),
    )


_HOME = {name: name for name in Home.__slots__ if name != "home"}
_DEVICE = {"room": "room", "kinds": "kind", "topic": "topic", "model": "model"}
_PERSON = {
    "name": "name",
    "role": "role",
    "language": "language",
    "order": "order",
    "cares": "homes",
    "duty": "on_duty",
    "duty_exceptions": "on_duty",
}
"""A record's fields and the columns they stand in."""


def _whole(record: T, before: T | None, columns: Mapping[str, str], told: frozenset[str]) -> T:
    """Return a record with the columns that the file does not have as they were."""
    silent: dict[str, Any] = {
        name: getattr(before, name) for name, column in columns.items() if before is not None and column not in told
    }
    return replace(record, **silent)


def _whole_person(person: Person, before: Person | None, told: frozenset[str]) -> Person:
    """Return a person whose secrets and whose browsers' subscriptions outlive a file that does not speak of them."""
    if before is None:
        return person
    secrets = {channel.id: channel.secret for channel in before.channels}
    ways = [
        channel if "secret" in told else replace(channel, secret=secrets.get(channel.id, ""))
        for channel in person.channels
    ]
    if not any(channel.kind == WEB_PUSH for channel in ways):
        ways += [channel for channel in before.channels if channel.kind == WEB_PUSH]
    whole = _whole(person, before, _PERSON, told)
    return replace(whole, channels=tuple(replace(channel, order=order) for order, channel in enumerate(ways)))


def _compare(known: Roster, file: RosterFile) -> Change:
    homes = ((home.home, known.homes.get(home.home), home) for home in file.homes)
    devices = ((f"{d.home}/{d.device}", known.devices.get((d.home, d.device)), d) for d in file.devices)
    people = ((person.person, known.people.get(person.person), person) for person in file.people)
    return Change(
        homes=_sheet(homes, lambda before, after: _differing(before, after, _HOME)),
        devices=_sheet(devices, lambda before, after: _differing(before, after, _DEVICE)),
        people=_sheet(people, _differing_person),
        ignored=file.ignored,
        moved=tuple(_moved(one) for one in file.homes if known.homes.get(one.home, one).site != one.site),
    )


def _sheet(rows: Iterable[tuple[str, T | None, T]], differing: Callable[[T, T], tuple[str, ...]]) -> SheetChange:
    added: list[str] = []
    changed: dict[str, tuple[str, ...]] = {}
    unchanged = 0
    for id_, before, after in rows:
        if before is None:
            added.append(id_)
        elif before != after:
            changed[id_] = differing(before, after)
        else:
            unchanged += 1
    return SheetChange(tuple(added), changed, unchanged)


def _differing(before: T, after: T, columns: Mapping[str, str]) -> tuple[str, ...]:
    differing = (column for name, column in columns.items() if getattr(before, name) != getattr(after, name))
    return tuple(dict.fromkeys(differing))


def _differing_person(before: Person, after: Person) -> tuple[str, ...]:
    columns = list(_differing(before, after, _PERSON))
    if _reached(before) != _reached(after):
        columns.append("channel")
    elif [channel.secret for channel in before.channels] != [channel.secret for channel in after.channels]:
        columns.append("secret")
    return tuple(columns)


def _reached(person: Person) -> list[tuple[str, str, str]]:
    return [(channel.id, channel.kind, channel.address) for channel in person.channels]
