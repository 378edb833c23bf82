"""Cuts: moments at which every later event of a home is taken away, as if its resident had collapsed just then."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from linli.errors import LinliError

COLUMNS = ["home", "at"]


def read_cuts(path: Path) -> Mapping[str, Sequence[datetime]]:
    """Return the cuts of each home as they stand in a CSV file `home,at`; raises LinliError with the row."""
    cuts: dict[str, list[datetime]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines)
            if next(rows, None) != COLUMNS:
                raise LinliError(f"{path.name} is no list of cuts: its first line must be {','.join(COLUMNS)}")
            for number, row in enumerate(rows, start=2):
                if row:
                    home, at = _read(path.name, number, row)
                    cuts.setdefault(home, []).append(at)
    except OSError as why:
        raise LinliError(f"{path.name} cannot be read: {why.strerror}") from why
    except (UnicodeDecodeError, csv.Error) as why:
        raise LinliError(f"{path.name} cannot be read: {why}") from why
    return cuts


def _read(name: str, number: int, row: Sequence[str]) -> tuple[str, datetime]:
    try:
        home, text = row
        at = datetime.fromisoformat(text)
    except ValueError:
        raise LinliError(f"{name} row {number}: write home,at with a time such as 2026-03-01T08:00:00+08:00") from None
    if at.tzinfo is None:
        raise LinliError(f"{name} row {number}: {text} has no offset from UTC")
    return home, at
