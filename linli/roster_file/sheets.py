"""The three sheets of a roster, as rows of cleaned cells under known headings; from which file they come is no matter."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from linli.roster_file.problems import Problems

MAX_ROWS = 200_000
MAX_COLUMNS = 32

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "homes": (
        "home",
        "site",
        "building",
        "unit",
        "floor",
        "door",
        "resident",
        "language",
        "phone",
        "birth_year",
        "timezone",
        "check_in_by",
        "note",
    ),
    "devices": ("device", "home", "room", "kind", "topic", "model"),
    "people": (
        "person",
        "name",
        "role",
        "homes",
        "channel",
        "address",
        "secret",
        "language",
        "order",
        "on_duty",
    ),
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "homes": ("home", "site", "building"),
    "devices": ("device", "home", "kind"),
    "people": ("person", "role", "homes", "channel", "address"),
}


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that the spreadsheet itself could not give a value."""

    why: str


Cell = str | date | time | Unreadable
"""A text (numbers are texts already), a day or a clock time that a spreadsheet has made of what was typed, or neither."""

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACES = " \t\r\n\u00a0\u3000"
_ERRORS = {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!"}
_SHORTENED = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the cells that hold something, by column."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's known columns, as far as it has them, and its rows."""

    name: str
    columns: frozenset[str] = frozenset()
    rows: tuple[Row, ...] = ()


def clean(text: str) -> Cell:
    """Return a text without what nobody sees: spaces at its ends, marks of direction and width."""
    seen = text.strip(_SPACES)
    if not seen.isascii():
        seen = _INVISIBLE.sub("", unicodedata.normalize("NFC", seen)).replace("\u00a0", " ").strip(_SPACES)
    if seen in _ERRORS:
        return Unreadable(f"the formula gives {seen}")
    if seen[:1].isdigit() and _SHORTENED.match(seen):
        return Unreadable("the spreadsheet has shortened a long number; format the column as text and type it again")
    return seen


def half_width(text: str) -> str:
    """Return a text with the wide digits, letters and signs of Chinese keyboards made narrow: `５０２；` is `502;`."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def sheet_name(text: str) -> str | None:
    """Return which of our sheets a tab or a file is meant to be, None if none."""
    name = half_width(text).strip().lower()
    return name if name in COLUMNS else None


def read_sheet(name: str, lines: Iterable[Sequence[Cell]], problems: Problems) -> Sheet:
    """Return a sheet from its lines, the first that holds anything being the heading; empty lines are passed over."""
    headings: list[str] | None = None
    rows: list[Row] = []
    for number, line in enumerate(lines, start=1):
        if not any(cell != "" for cell in line):
            continue
        if headings is None:
            headings = _headings(name, number, line, problems)
        elif len(rows) == MAX_ROWS:
            problems.add(name, number, "", f"more than {MAX_ROWS:,} rows; import the rest from a second file")
            break
        else:
            rows.append(Row(name, number, _cells(name, number, line, headings, problems)))
    if headings is None:
        problems.add(name, 1, "", f"the sheet is empty; its heading must name {', '.join(REQUIRED[name])}")
    return Sheet(name, frozenset(headings or ()) & frozenset(COLUMNS[name]), tuple(rows))


def _headings(name: str, number: int, line: Sequence[Cell], problems: Problems) -> list[str]:
    headings = [_heading(cell) for cell in line]
    for place, heading in enumerate(headings):
        if heading and heading not in COLUMNS[name]:
            known = ", ".join(COLUMNS[name])
            problems.add(name, number, heading[:40], f"unknown column; the columns are {known}")
        elif heading and heading in headings[:place]:
            problems.add(name, number, heading, "the column stands there twice")
    for column in REQUIRED[name]:
        if column not in headings:
            problems.add(name, number, column, "the column is missing")
    return headings


def _heading(cell: Cell) -> str:
    text = half_width(cell) if isinstance(cell, str) else "(not a text)"
    return re.sub(r"[\s-]+", "_", text.lower())


def _cells(
    name: str, number: int, line: Sequence[Cell], headings: Sequence[str], problems: Problems
) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for place, cell in enumerate(line):
        if cell == "":
            continue
        heading = headings[place] if place < len(headings) else ""
        if heading:
            cells.setdefault(heading, cell)
        else:
            problems.add(name, number, _letters(place), "a value under no heading")
    return cells


def _letters(place: int) -> str:
    """Return what spreadsheets call a column: 0 is A, 26 is AA."""
    high, low = divmod(place, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)
