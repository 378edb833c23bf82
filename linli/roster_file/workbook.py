"""Reading an .xlsx workbook: values as a care worker sees them. Made to fail on a bomb, not to blow up."""

import itertools
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, fromstring

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.workbook import Workbook

from linli.errors import LinliError
from linli.roster_file.problems import Problems
from linli.roster_file.sheets import MAX_COLUMNS, Cell, Sheet, Unreadable, clean, read_sheet, sheet_name
from linli.steps import Steps

MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 400_000_000
MAX_ASIDE_BYTES = 10_000_000
"""Of all that is no cell: styles and the like, of which openpyxl builds whole trees, each many times as large."""
MAX_TEXTS_BYTES = 40_000_000
"""Of the table of texts, which is kept in memory."""
MAX_LINES = 1_048_576
"""As many as a spreadsheet has: a file may claim that its last row is number 10^12."""

_BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""All that a damaged workbook makes openpyxl raise: it believes what it reads."""
_CELLS = "xl/worksheets/"
_TYPES = "[Content_Types].xml"
_DAY_ZERO = date(1900, 1, 1)
_FORMULA = re.compile(rb"<(?:\w{1,4}:)?f[ >/]")
_LINE = re.compile(rb"<(?:\w{1,4}:)?row[ >/]")
_LONGEST_MARK = 10
_PIECE = 1 << 20
_A_DAY = timedelta(days=1)
_EXACT = 10**15


def read_workbook(path: Path, problems: Problems, steps: Steps) -> tuple[list[Sheet], list[str]]:
    """Return our sheets of a workbook, and the names of others that hold anything."""
    sheets: list[Sheet] = []
    others: list[str] = []
    lines_inside, formulas_inside = _look_inside(path)
    steps.expect(2 * lines_inside)  # each is unpacked here, and understood later
    with ExitStack() as books:
        typed = books.enter_context(_opened(path, values=False)) if formulas_inside else None
        values = books.enter_context(_opened(path, values=True))
        for tab in [sheet.title for sheet in values.worksheets]:
            name = sheet_name(tab)
            lines = steps.of(_lines(values, typed, tab) if typed else _plain_lines(values, tab))
            if name is None:
                others += [tab] if any(cell != "" for line in lines for cell in line) else []
            elif name in (sheet.name for sheet in sheets):
                raise LinliError(f"{path.name} has two sheets called {name}")
            else:
                sheets.append(read_sheet(name, lines, problems))
    return sheets, others


def _look_inside(path: Path) -> tuple[int, bool]:
    """Return how many lines a workbook has and whether any formula; raises LinliError for one too large to be opened."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise LinliError(f"{path.name} is larger than {MAX_FILE_BYTES // 1_000_000} MB; divide it")
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            most = _limit_passed(parts)
            if most is None:
                if _something_poses(packed, parts):
                    raise _not_a_workbook(path)
                found = [_lines_and_formulas(packed, p) for p in parts if p.filename.startswith(_CELLS)]
                return sum(lines for lines, _ in found), any(formulas for _, formulas in found)
    except _BROKEN as why:
        raise _not_a_workbook(path) from why
    raise LinliError(f"{path.name} unpacks to more than {most // 1_000_000} MB; divide it")


def _limit_passed(parts: Sequence[zipfile.ZipInfo]) -> int | None:
    """Return how many bytes all parts, or those of one sort, may unpack to where they would be more; None if all is well."""
    texts = [part for part in parts if part.filename.endswith("/sharedStrings.xml")]
    aside = [part for part in parts if _is_aside(part.filename) and part not in texts]
    limits = ((parts, MAX_UNPACKED_BYTES), (texts, MAX_TEXTS_BYTES), (aside, MAX_ASIDE_BYTES))
    return next((most for some, most in limits if sum(part.file_size for part in some) > most), None)


def _is_aside(name: str) -> bool:
    return name.lower().endswith(".rels") or (name.lower().endswith(".xml") and not name.startswith(_CELLS))


def _something_poses(packed: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> bool:
    """Tell whether what lies among the sheets is said to be something else: openpyxl would read it whole."""
    told = _told(packed.read(_TYPES), "PartName", "ContentType")
    for part in parts:
        if part.filename.lower().endswith(".rels"):
            told += _told(packed.read(part), "Target", "Type")
    return any("worksheets/" in place and not what.endswith(("/worksheet", ".worksheet+xml")) for place, what in told)


def _told(content: bytes, place: str, what: str) -> list[tuple[str, str]]:
    listed = fromstring(content)  # noqa: S314 - of bounded size, and openpyxl reads it in the same way
    return [(one.get(place, ""), one.get(what, "")) for one in listed]


def _lines_and_formulas(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, bool]:
    lines, formulas, end = 0, False, b""
    with packed.open(part) as content:
        while piece := content.read(_PIECE):
            text = end + piece
            lines += sum(mark.end() > len(end) for mark in _LINE.finditer(text))
            formulas = formulas or _FORMULA.search(text) is not None
            end = text[-_LONGEST_MARK:]
    return lines, formulas


def _not_a_workbook(path: Path) -> LinliError:
    return LinliError(f"{path.name} cannot be read as a workbook; open it, take off a password, and save it as .xlsx")


@contextmanager
def _opened(path: Path, *, values: bool) -> Iterator[Workbook]:
    with warnings.catch_warnings(), path.open("rb") as file:
        warnings.simplefilter("ignore", UserWarning)  # of styles and checks that a roster does not need
        try:
            book = load_workbook(file, read_only=True, data_only=values)
        except _BROKEN as why:
            raise _not_a_workbook(path) from why
        try:
            yield book
        except _BROKEN as why:
            raise _not_a_workbook(path) from why
        finally:
            book.close()


def _lines(values: Workbook, typed: Workbook, tab: str) -> Iterator[list[Cell]]:
    """Yield a sheet's lines; what a formula gives is known only if a spreadsheet has worked it out and saved it."""
    for shown, written in zip(_raw(values, tab), _raw(typed, tab), strict=True):
        yield [_computed(value, text) for value, text in itertools.zip_longest(shown, written)]


def _plain_lines(values: Workbook, tab: str) -> Iterator[list[Cell]]:
    for line in _raw(values, tab):
        yield ["" if value is None else _cell(value) for value in line] if any(line) else []


def _raw(book: Workbook, tab: str) -> Iterator[tuple[object, ...]]:
    sheet: Any = book[tab]  # a ReadOnlyWorksheet, whose published types are those of another class
    sheet.reset_dimensions()  # some programs write that a full sheet is one cell large
    for number, line in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)):
        if number == MAX_LINES:
            raise LinliError(f"the sheet {tab} has more than {MAX_LINES:,} lines")
        yield line


def _computed(value: object, written: object) -> Cell:
    if value is None and isinstance(written, str) and written.startswith("="):
        return Unreadable("the formula was never worked out; open the file in a spreadsheet program and save it")
    return _cell(value)


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int | float):
        return _number(value)
    return _moment(value)


def _number(value: float) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if abs(value) < _EXACT and value == int(value) else repr(value)


def _moment(value: object) -> Cell:
    if isinstance(value, timedelta) and timedelta(0) <= value < _A_DAY:
        return (datetime(1900, 1, 1) + value).time()  # noqa: DTZ001 - a spreadsheet's clock times have no zone
    if isinstance(value, datetime):
        return value.time() if value.date() < _DAY_ZERO else value.date()
    if isinstance(value, date | time):
        return value
    return Unreadable("a length of time stands where a text is expected; format the column as text")
