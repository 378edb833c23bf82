"""From rows of the sheet `people` to people: one person's rows are their channels, in order."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from linli.duty import Duty, DutyException
from linli.people import Channel, Person, Role
from linli.roster_file import cells, channels
from linli.roster_file.duty import duty
from linli.roster_file.problems import Problems
from linli.roster_file.reading import Reading
from linli.roster_file.sheets import Sheet
from linli.steps import Steps

T = TypeVar("T")


def read_people(sheet: Sheet, problems: Problems, steps: Steps) -> tuple[dict[str, tuple[int, Person]], dict[str, int]]:
    """Return each person with their first row, and the row of each channel."""
    rows: dict[str, list[Reading]] = {}
    found: dict[str, tuple[int, Person]] = {}
    of_channels: dict[str, int] = {}
    for row in sheet.rows:
        reading = Reading(row, sheet.columns, problems)
        person = reading.need("person", cells.person_id, "")
        if person:
            rows.setdefault(person, []).append(reading)
    for person, theirs in rows.items():
        ways = _channels(person, theirs)
        found[person] = (theirs[0].row.number, _person(person, theirs, ways))
        of_channels |= {way.id: row.row.number for row, way in zip(theirs, ways, strict=True) if way is not None}
        steps.add(len(theirs))
    return found, of_channels


def _person(person: str, rows: Sequence[Reading], ways: Sequence[Channel | None]) -> Person:
    role = _agreed(rows, "role", [row.get("role", cells.role, None) for row in rows])
    cares = _agreed(rows, "homes", [row.get("homes", cells.cares, None) for row in rows])
    orders = [row.get("order", cells.order, None) for row in rows]
    _missing(rows, "role")
    _missing(rows, "homes")
    on_duty = _agreed(rows, "on_duty", [row.get("on_duty", duty, None) for row in rows]) or ()
    if not any(row.has("channel") or row.has("address") for row in rows) and role is not Role.RESIDENT:
        _missing(rows, "channel")
        _missing(rows, "address")
    return Person(
        person=person,
        role=role or Role.RESIDENT,
        name=_agreed(rows, "name", [row.get("name", cells.words(100), None) for row in rows]) or "",
        language=_agreed(rows, "language", [row.get("language", cells.language, None) for row in rows]) or "zh",
        order=min((order for order in orders if order is not None), default=0),
        cares=cares or (),
        channels=_in_order(ways, orders),
        duty=tuple(dict.fromkeys(entry for entry in on_duty if isinstance(entry, Duty))),
        duty_exceptions=tuple(entry for entry in on_duty if isinstance(entry, DutyException)),
    )


def _agreed(rows: Sequence[Reading], column: str, told: Sequence[T | None]) -> T | None:
    """Return what the rows say of a person; each may be silent, but none may say something else than the first."""
    said: T | None = None
    at = 0
    for row, value in zip(rows, told, strict=True):
        if value is None:
            continue
        if said is None:
            said, at = value, row.row.number
        elif value != said:
            row.fault(column, f"row {at} says something else of the same person; leave it empty here")
    return said


def _missing(rows: Sequence[Reading], column: str) -> None:
    if not any(row.has(column) for row in rows):
        rows[0].need(column, cells.plain, "")


def _channels(person: str, rows: Sequence[Reading]) -> list[Channel | None]:
    found: list[Channel | None] = []
    first: dict[str, int] = {}
    for row in rows:
        channel = _channel(person, row)
        if channel is not None and channel.id in first:
            row.fault("address", f"row {first[channel.id]} names the same channel and address")
            channel = None
        elif channel is not None:
            first[channel.id] = row.row.number
        found.append(channel)
    return found


def _channel(person: str, row: Reading) -> Channel | None:
    if not (row.has("channel") or row.has("address")):
        if row.has("secret"):
            row.fault("secret", "a secret belongs to a channel and an address")
        return None
    kind = row.need("channel", lambda cell: channels.kind_of(cells.narrow(cell)), "")
    if not kind:
        return None
    address = row.need("address", lambda cell: channels.address_of(kind, cells.narrow(cell)), "")
    secret = row.get("secret", lambda cell: channels.secret_of(kind, cells.plain(cell)), "")
    return Channel(channels.channel_id(person, kind, address), person, kind, address, secret) if address else None


def _in_order(ways: Sequence[Channel | None], orders: Sequence[int | None]) -> tuple[Channel, ...]:
    """Return the channels as their rows' `order` says, else as they stand; a row without one belongs to the row above."""
    numbered: list[tuple[int, Channel]] = []
    above = 0
    for way, order in zip(ways, orders, strict=True):
        above = above if order is None else order
        if way is not None:
            numbered.append((above, way))
    numbered.sort(key=lambda entry: entry[0])
    return tuple(replace(way, order=order) for order, (_, way) in enumerate(numbered))
