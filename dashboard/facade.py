"""A compound as it stands: buildings with stairwells and floors, a place for every window. Pure; no state in it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from linli.people import Home

MOST_LINES = 8
"""How many doors of a stairwell may stand side by side, where no floor has nearly so many."""
FLAT_COLUMNS = 10
"""How many windows stand in a row where floors are not known."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a board shows of all homes: a site, a building of it, or everything."""

    site: str = ""
    building: str = ""

    def covers(self, home: Home) -> bool:
        """Tell whether a home stands in this part."""
        return self.site in ("", home.site) and self.building in ("", home.building)


EVERYTHING = Part()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a building: windows of one stairwell, or the stairs themselves, with so many columns on each side."""

    unit: str
    stairs: bool = False
    left: int = 0
    right: int = 0


@dataclass(frozen=True)
class Floor:
    """One floor, column by column: a home, or None where nobody has joined and at the stairs."""

    name: str
    places: tuple[Home | None, ...]


@dataclass(frozen=True)
class Building:
    """A building, top floor first."""

    site: str
    building: str
    columns: tuple[Column, ...]
    floors: tuple[Floor, ...]
    homes: tuple[Home, ...] = field(repr=False, default=())

    @property
    def feet(self) -> list[tuple[int, Home | None]]:
        """Return for each stairwell how many columns it spans, and one of its homes; None where it has no name."""
        by_unit = {home.unit: home for home in self.homes}
        units = list(dict.fromkeys(column.unit for column in self.columns))
        widths = [sum(column.unit == unit for column in self.columns) for unit in units]
        return [(width, by_unit.get(unit) if unit else None) for unit, width in zip(units, widths, strict=True)]


@dataclass(frozen=True)
class Street:
    """Buildings side by side; a few towers stand beside the rows of low ones instead of tearing holes into them."""

    low: tuple[Building, ...]
    towers: tuple[Building, ...] = ()


TOWER = 1.5
"""How many times as high as the others a building is that stands apart."""
MOST_TOWERS = 2
MOST_BESIDE_TOWERS = 8


def street(homes: Iterable[Home]) -> Street:
    """Return how the buildings of these homes stand beside each other."""
    found = buildings(homes)
    usual = sorted(len(building.floors) for building in found)[len(found) // 2] if found else 0
    towers = [building for building in found if len(building.floors) >= TOWER * usual]
    one_site = len({building.site for building in found}) == 1
    if not one_site or not 0 < len(towers) <= MOST_TOWERS or not 3 <= len(found) <= MOST_BESIDE_TOWERS:
        return Street(tuple(found))
    return Street(tuple(building for building in found if building not in towers), tuple(towers))


def buildings(homes: Iterable[Home]) -> list[Building]:
    """Return all buildings, by site and then as people count them: 2 before 10."""
    by_building: dict[tuple[str, str], list[Home]] = {}
    for home in homes:
        by_building.setdefault((home.site, home.building), []).append(home)
    return [
        _build(key, by_building[key]) for key in sorted(by_building, key=lambda key: (counted(key[0]), counted(key[1])))
    ]


def _build(key: tuple[str, str], homes: Sequence[Home]) -> Building:
    if not all(home.floor for home in homes):
        return _flat(key, homes)
    placed, columns = _columns(homes)
    floors = [
        Floor(floor, tuple(placed.get((floor, index)) for index in range(len(columns))))
        for floor in _all_floors({home.floor for home in homes})
    ]
    return Building(*key, tuple(columns), tuple(floors), tuple(homes))


def _flat(key: tuple[str, str], homes: Sequence[Home]) -> Building:
    """Stand the windows in rows, by door, where the roster does not say which floor they are on."""
    ordered: list[Home | None] = [*sorted(homes, key=lambda home: (counted(home.unit), counted(home.door), home.home))]
    width = min(FLAT_COLUMNS, len(ordered))
    ordered += [None] * (-len(ordered) % width)
    rows = [Floor("", tuple(ordered[start : start + width])) for start in range(0, len(ordered), width)]
    return Building(*key, tuple(Column("") for _ in range(width)), tuple(rows), tuple(homes))


def _columns(homes: Sequence[Home]) -> tuple[dict[tuple[str, int], Home], list[Column]]:
    """Return where each home stands by (floor, column), and the columns: per stairwell its doors around the stairs."""
    placed: dict[tuple[str, int], Home] = {}
    columns: list[Column] = []
    for unit in sorted({home.unit for home in homes}, key=counted):
        lines = _lines([home for home in homes if home.unit == unit])
        left = (len(lines) + 1) // 2
        for number, line in enumerate(lines):
            if number == left:
                columns.append(Column(unit, stairs=True, left=left, right=len(lines) - left))
            for home in line:
                placed[home.floor, len(columns)] = home
            columns.append(Column(unit))
        if len(lines) <= left:
            columns.append(Column(unit, stairs=True, left=len(lines)))
    return placed, columns


def _lines(homes: Sequence[Home]) -> list[list[Home]]:
    """Return a stairwell's vertical lines of homes, left to right; two homes at one place get a line each."""
    by_line: dict[str, list[Home]] = {}
    for home in homes:
        by_line.setdefault(_line_of(home), []).append(home)
    lines = _one_above_the_other(by_line)
    abreast = max(Counter(home.floor for home in homes).values())
    return lines if len(lines) <= max(2 * abreast, MOST_LINES) else _by_rank(homes)


def _by_rank(homes: Sequence[Home]) -> list[list[Home]]:
    """Return lines by how doors follow each other on their floor, where their numbers do not say what is above what."""
    lines: list[list[Home]] = []
    ordered = sorted(homes, key=lambda home: (counted(home.floor), counted(home.door), home.home))
    for _, on_floor in groupby(ordered, key=lambda home: home.floor):
        for rank, home in enumerate(on_floor):
            lines += [[]] if rank == len(lines) else []
            lines[rank].append(home)
    return lines


def _one_above_the_other(by_line: Mapping[str, Sequence[Home]]) -> list[list[Home]]:
    lines: list[list[Home]] = []
    for name in sorted(by_line, key=counted):
        fresh: list[list[Home]] = []
        for home in by_line[name]:
            free = next((line for line in fresh if all(other.floor != home.floor for other in line)), None)
            if free is None:
                fresh.append([home])
            else:
                free.append(home)
        lines.extend(fresh)
    return lines


def _line_of(home: Home) -> str:
    """Return what a door says about left and right: 02 of 502 on floor 5, 03 of 1103 on floor 11."""
    return home.door.removeprefix(home.floor) if len(home.door) > len(home.floor) else home.door


def _all_floors(floors: set[str]) -> list[str]:
    """Return all floors from the top, with those between them on which nobody has joined."""
    if all(re.fullmatch(r"[0-9]{1,2}", floor) for floor in floors):
        numbers = {int(floor): floor for floor in floors}
        return [numbers.get(number, str(number)) for number in range(max(numbers), min(*numbers, 1) - 1, -1)]
    return sorted(floors, key=counted, reverse=True)


def counted(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts names as people count: b2 before b10."""
    parts = re.findall(r"[0-9]+|[^0-9]+", name)
    return tuple((0, int(part), "") if part.isdecimal() and part.isascii() else (1, 0, part) for part in parts)
