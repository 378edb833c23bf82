"""A roster file: what it says of homes, devices and people, and what it is silent about."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from linli.people import Device, Home, Person
from linli.roster_file.sheets import COLUMNS

ALL_COLUMNS: Mapping[str, frozenset[str]] = {name: frozenset(columns) for name, columns in COLUMNS.items()}


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What a file says. `columns` are those it has: of others it says nothing, so they stay as they are.

    `rows` tells where ("homes", home), ("devices", home/device), ("people", person) and ("channels", id) stand;
    `ignored` what else is in the file and was not read.
    """

    homes: tuple[Home, ...] = ()
    devices: tuple[Device, ...] = ()
    people: tuple[Person, ...] = ()
    columns: Mapping[str, frozenset[str]] = field(default_factory=lambda: ALL_COLUMNS)
    rows: Mapping[tuple[str, str], int] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
