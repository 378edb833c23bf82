"""What an import would change, as rows for a person to look through: new, changed with old beside new, and not named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from linli.people import Care, Device, Home, Person, Roster, Scope
from linli.roster_file import Change, RosterFile, SheetChange

LISTED = 100
"""How many rows of a kind are shown; the rest is counted."""

Record = Home | Device | Person
Records = Mapping[str, Record]


@dataclass(frozen=True, slots=True)
class Cell:
    """One column that changes. `before` and `after` are empty where the value is nobody's to see."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is new or changes."""

    id: str
    told: str
    cells: tuple[Cell, ...] = ()
    number: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes of one sheet. `left` are those that the file does not name: they stay as they are."""

    name: str
    added: tuple[Row, ...]
    added_count: int
    changed: tuple[Row, ...]
    changed_count: int
    unchanged: int
    left: tuple[str, ...]
    left_count: int


def parts(known: Roster, file: RosterFile, change: Change) -> list[Part]:
    """Return what becomes of each sheet that the file has."""
    homes: Records = known.homes
    devices: Records = {f"{home}/{device}": one for (home, device), one in known.devices.items()}
    people: Records = known.people
    sheets: list[tuple[str, Records, Records, SheetChange]] = [
        ("homes", homes, {one.home: one for one in file.homes}, change.homes),
        ("devices", devices, {f"{one.home}/{one.device}": one for one in file.devices}, change.devices),
        ("people", people, {one.person: one for one in file.people}, change.people),
    ]
    return [_part(name, before, after, changed, file) for name, before, after, changed in sheets if after]


def _part(name: str, before: Records, after: Records, change: SheetChange, file: RosterFile) -> Part:
    left = sorted(before.keys() - after.keys())
    added = [Row(id_, _told(after[id_]), number=file.rows.get((name, id_), 0)) for id_ in change.added[:LISTED]]
    changed = [
        Row(id_, _told(after[id_]), _cells(before[id_], after[id_], columns), file.rows.get((name, id_), 0))
        for id_, columns in list(change.changed.items())[:LISTED]
    ]
    counts = len(change.added), len(change.changed)
    return Part(
        name, tuple(added), counts[0], tuple(changed), counts[1], change.unchanged, tuple(left[:LISTED]), len(left)
    )


def _told(record: Record) -> str:
    if isinstance(record, Home):
        return " ".join(part for part in (record.resident, record.building, record.unit, record.door) if part)
    if isinstance(record, Device):
        return " ".join(part for part in (record.room, *record.kinds) if part)
    return record.name


def _cells(before: Record, after: Record, columns: Iterable[str]) -> tuple[Cell, ...]:
    return tuple(Cell(column, _cell(before, column), _cell(after, column)) for column in columns)


def _cell(record: Record, column: str) -> str:
    """Return what would stand in a column, as it would be typed."""
    if column == "secret":
        return ""
    if isinstance(record, Person) and column == "homes":
        return "; ".join(map(_care, record.cares))
    if isinstance(record, Person) and column == "channel":
        return "; ".join(f"{channel.kind} {channel.address}" for channel in record.channels)
    if isinstance(record, Person) and column == "on_duty":
        return f"{len(record.duty)} + {len(record.duty_exceptions)}"
    name = "kinds" if isinstance(record, Device) and column == "kind" else column
    value = getattr(record, name)
    if isinstance(value, tuple):
        return "; ".join(f"{one:%H:%M}" if isinstance(one, time) else str(one) for one in value)
    return "" if value is None else str(value)


def _care(care: Care) -> str:
    return care.target if care.scope is Scope.HOME else f"{care.scope}:{care.target}"
