"""Recordings: CSV files of signals, `at,home,device,room,kind,value`, in time order (contract section 5)."""

import csv
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import msgspec

from linli.errors import LinliError
from linli.signals import BloodPressure, Kind, Signal, Value
from linli.steps import Tell
from linli.wire import is_id, read_value

COLUMNS = ("at", "home", "device", "room", "kind", "value")
_KINDS = {kind.value: kind for kind in Kind}
_TELL_EVERY = 500
_YEARS = range(1970, 9000)
"""What is lived through needs days before and after it; calendars end with the years 1 and 9999."""


def write_recording(signals: Iterable[Signal], out: TextIO, zone: ZoneInfo | None = None) -> int:
    """Write signals as a recording, times in `zone` (UTC if none); return how many."""
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    count = 0
    for signal in signals:
        at = signal.at.astimezone(zone or UTC).isoformat()
        room = signal.room.replace("\r", " ")  # the one character that csv leaves unquoted and then ends the row at
        rows.writerow((at, signal.home, signal.device, room, signal.kind, value_text(signal.value)))
        count += 1
    return count


def told_by_time(signals: Iterable[Signal], begin: datetime, until: datetime, tell: Tell) -> Iterator[Signal]:
    """Yield signals in time order and tell now and then how many of the seconds from `begin` to `until` lie behind."""
    total = max(1, int((until - begin).total_seconds()))
    for number, signal in enumerate(signals):
        if number % _TELL_EVERY == 0:
            tell(min(max(0, int((signal.at - begin).total_seconds())), total), total)
        yield signal
    tell(total, total)


def value_text(value: Value) -> str:
    """Return a value as a recording's cell: words as they are, numbers shortest, pressure as JSON."""
    if isinstance(value, BloodPressure):
        return msgspec.json.encode(value).decode()
    return value if isinstance(value, str) else repr(float(value)).removesuffix(".0")


def read_recording(path: Path) -> Iterator[Signal]:
    """Yield a recording's signals in order; raises LinliError with file and row where one cannot be read.

    The row number is part of each key, since recordings hold equal rows within one second that really happened.
    """
    rows = _rows(path)
    _, header = next(rows, (1, []))
    if header != list(COLUMNS):
        raise LinliError(f"{path.name} is not a recording: its first line must be {','.join(COLUMNS)}")
    before = datetime.min.replace(tzinfo=UTC)
    for number, row in rows:
        signal = _read_row(path.name, number, row)
        if signal.at < before:
            raise LinliError(f"{path.name} row {number}: the rows are not in time order")
        before = signal.at
        yield signal


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not empty, with their numbers; what is not UTF-8 is left for the row to say."""
    number = 0
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as lines:
            for number, row in enumerate(csv.reader(lines), start=1):
                if row:
                    yield number, row
    except OSError as why:
        raise LinliError(f"{path.name} cannot be read: {why.strerror}") from why
    except csv.Error as why:
        raise LinliError(f"{path.name} row {number + 1}: {why}") from why


def _read_row(name: str, number: int, row: list[str]) -> Signal:
    try:
        at, home, device, room, kind, cell = _cells(row)
        value = read_value(kind, _cell_value(kind, cell))
    except UnicodeEncodeError:
        raise LinliError(f"{name} row {number}: the row is not UTF-8") from None
    except (ValueError, OverflowError, RecursionError) as why:
        raise LinliError(f"{name} row {number}: {why}") from None
    return Signal(home, device, kind, value, at, at, f"r{number}", room)


def _cells(row: list[str]) -> tuple[datetime, str, str, str, Kind, str]:
    ",".join(row).encode()  # raises where the file was not UTF-8
    if len(row) != len(COLUMNS):
        raise ValueError(f"there are {len(row)} columns in place of {len(COLUMNS)}")
    at_text, home, device, room, kind_text, value = row
    at = datetime.fromisoformat(at_text)
    if at.tzinfo is None:
        raise ValueError("at has no offset")
    at = at.astimezone(UTC)
    if at.year not in _YEARS:
        raise ValueError(f"at must lie in the years {_YEARS[0]} to {_YEARS[-1]}")
    if not (is_id(home) and is_id(device)):
        raise ValueError("home and device must be like [a-z0-9][a-z0-9-]{0,62}")
    kind = _KINDS.get(kind_text)
    if kind is None:
        raise ValueError(f"unknown kind {kind_text[:40]!r}")
    return at, home, device, room, kind, value


def _cell_value(kind: Kind, cell: str) -> object:
    if kind is Kind.BLOOD_PRESSURE:
        parsed: object = msgspec.json.decode(cell)
        return parsed
    return cell


def offset_of(path: Path) -> str:
    """Return the time zone name of a recording's first row: `Etc/GMT-8` for +08:00; UTC for an odd offset or no row."""
    rows = _rows(path)
    next(rows, None)
    _, first = next(rows, (2, [""]))
    try:
        offset = datetime.fromisoformat(first[0]).utcoffset()
    except ValueError:
        return "UTC"
    hours = offset.total_seconds() / 3600 if offset else 0.0
    return f"Etc/GMT{-hours:+.0f}" if hours and hours == int(hours) else "UTC"
