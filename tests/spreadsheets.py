"""Roster files as people make them: a small one that is right, and ways to write it with one thing changed."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook

Table = Sequence[Sequence[object]]

HOMES: Table = (
    ("home", "site", "building", "unit", "floor", "door", "resident", "language", "phone", "birth_year", "timezone", "check_in_by", "note"),
    ("home-7", "garden", "3", "2", 5, 502.0, "陈梅", "zh", 13800000007, 1941, "Asia/Shanghai", "20:00;9:00", "膝盖不好"),
    ("home-8", "garden", "3", "2", 4, 401, "Old Zhao"),
    ("home-40", "river", "east", None, None, None, "Qiu Yan", "en", None, None, "Asia/Urumqi"),
)  # fmt: skip
DEVICES: Table = (
    ("device", "home", "room", "kind", "topic", "model"),
    ("button-1", "home-7", "bedroom", "sos, check_in,battery"),
    ("bath", "home-7", "bathroom", "motion", "zigbee2mqtt/bath-502", "SNZB-03"),
    ("button-1", "home-8", "bedroom", "sos"),
)
PEOPLE: Table = (
    ("person", "name", "role", "homes", "channel", "address", "secret", "language", "order", "on_duty"),
    ("mei", "陈梅", "resident", "home-7"),
    ("ana", "Ana Li", "volunteer", "home-7;home-8", "webhook", "http://127.0.0.1:9/ana", "whsec_c2VjcmV0", "en", 1),
    ("ana", None, None, None, "sms", 13800000001),
    ("lin", "Lin Zhou", "staff", "site:garden; building:east", "email", "lin@example.org", None, None, None, "Mo-Fr 08:00-20:00"),
)  # fmt: skip
GOOD: Mapping[str, Table] = {"homes": HOMES, "devices": DEVICES, "people": PEOPLE}


def workbook(path: Path, sheets: Mapping[str, Table]) -> Path:
    """Write a workbook."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def csv_text(rows: Table, delimiter: str = ",") -> str:
    """Return a table as a spreadsheet program shows and saves it."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(
        ["" if cell is None else int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in row]
        for row in rows
    )
    return out.getvalue()


def folder(path: Path, sheets: Mapping[str, Table], encoding: str = "utf-8") -> Path:
    """Write a folder of CSV files."""
    path.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        (path / f"{name}.csv").write_bytes(csv_text(rows).encode(encoding))
    return path


def with_cell(table: Table, row: int, column: str, value: object) -> Table:
    """Return a table with one cell changed; `row` counts as the spreadsheet does, a new column is added."""
    headings = [*table[0], *([column] if column not in table[0] else [])]
    lines = [[*line, *[None] * (len(headings) - len(line))] for line in table[1:]]
    if row > 1:
        lines[row - 2][headings.index(column)] = value
    return (headings, *lines)


def without(table: Table, column: str) -> Table:
    """Return a table without a column."""
    place = table[0].index(column)
    return tuple((*row[:place], *row[place + 1 :]) for row in table)
