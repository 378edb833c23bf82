"""Questions to the care data about who lives where and who cares for whom, and the one way to change it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import time
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from linli.duty import Duty, DutyException
from linli.errors import Conflict
from linli.people import Care, Channel, Device, Home, Person, Role, Roster, Scope
from linli.steps import Steps, Tell, nobody
from linli.store import revisions
from linli.store import roster_rows as rows
from linli.store import tables as t
from linli.store.upsert import upsert

_ROSTER = "roster"


def revision(connection: Connection) -> int:
    """Return the number that grows with each change of the roster (primary key)."""
    return revisions.revision(connection, _ROSTER)


def bump(connection: Connection) -> None:
    """Say that the roster has changed, so that a running linli reads it anew within seconds."""
    revisions.bump(connection, _ROSTER)


def hold(connection: Connection) -> None:
    """Keep others from changing the roster until the transaction ends, so that what is read now stays true."""
    connection.execute(select(t.revisions).where(t.revisions.c.name == _ROSTER).with_for_update())


def load(connection: Connection) -> Roster:
    """Return everybody and everything known (full scans; a site's roster fits in memory)."""
    homes = connection.execute(
        select(t.homes, t.residents.c.name, t.residents.c.language, t.residents.c.phone, t.residents.c.birth_year)
        .outerjoin(t.residents, t.residents.c.home == t.homes.c.home)
        .order_by(t.homes.c.home)
    )
    devices = connection.execute(select(t.devices).order_by(t.devices.c.home, t.devices.c.device))
    return Roster(
        revision=revision(connection),
        homes={row.home: _home(row) for row in homes},
        devices={
            (row.home, row.device): Device(row.home, row.device, row.room, tuple(row.kinds), row.topic, row.model)
            for row in devices
        },
        people=_people(connection),
    )


def _home(row: Row[Any]) -> Home:
    return Home(
        home=row.home,
        site=row.site,
        building=row.building,
        unit=row.unit,
        floor=row.floor,
        door=row.door,
        resident=row.name or "",
        language=row.language or "zh",
        phone=row.phone or "",
        birth_year=row.birth_year,
        timezone=row.timezone,
        check_in_by=tuple(time.fromisoformat(text) for text in row.check_in_by),
        note=row.note,
    )


def _people(connection: Connection) -> dict[str, Person]:
    cares: dict[str, list[Care]] = defaultdict(list)
    for row in connection.execute(select(t.cares).order_by(t.cares.c.scope, t.cares.c.target)):
        cares[row.person].append(Care(Scope(row.scope), row.target))
    channels: dict[str, list[Channel]] = defaultdict(list)
    for row in connection.execute(select(t.channels).order_by(t.channels.c.position, t.channels.c.channel)):
        channels[row.person].append(
            Channel(row.channel, row.person, row.kind, row.address, row.secret, row.position),
        )
    spans: dict[str, list[Duty]] = defaultdict(list)
    for row in connection.execute(select(t.duty).order_by(t.duty.c.position)):
        weekdays = frozenset(int(day) for day in row.weekdays)
        spans[row.person].append(Duty(weekdays, time.fromisoformat(row.starts), time.fromisoformat(row.ends)))
    exceptions: dict[str, list[DutyException]] = defaultdict(list)
    for row in connection.execute(select(t.duty_exceptions).order_by(t.duty_exceptions.c.position)):
        exceptions[row.person].append(rows.duty_exception(row))
    return {
        row.person: Person(
            row.person,
            Role(row.role),
            row.name,
            row.language,
            row.position,
            tuple(cares[row.person]),
            tuple(channels[row.person]),
            tuple(spans[row.person]),
            tuple(exceptions[row.person]),
        )
        for row in connection.execute(select(t.people).order_by(t.people.c.position, t.people.c.person))
    }


def save(
    connection: Connection,
    homes: Iterable[Home],
    devices: Iterable[Device],
    people: Iterable[Person],
    tell: Tell = nobody,
) -> None:
    """Add or replace homes, devices and people, in the caller's transaction; what is not named stays.

    `tell` counts homes, devices and people together.
    """
    homes, devices, people = list(homes), list(devices), list(people)
    steps = Steps(tell, len(homes) + len(devices) + len(people))
    bump(connection)
    for some_homes in steps.some_of(homes):
        _save_homes(connection, some_homes)
    for some_devices in steps.some_of(devices):
        _save_devices(connection, some_devices)
    for some_people in steps.some_of(people):
        _save_people(connection, some_people)


def _save_homes(connection: Connection, homes: list[Home]) -> None:
    buildings = sorted({(home.site, home.building) for home in homes})
    upsert(connection, t.sites, [{"site": site} for site in sorted({home.site for home in homes})])
    upsert(connection, t.buildings, [{"site": site, "building": building} for site, building in buildings])
    upsert(connection, t.homes, [rows.home_row(home) for home in homes])
    upsert(connection, t.residents, [rows.resident_row(home) for home in homes])


def _save_devices(connection: Connection, devices: list[Device]) -> None:
    upsert(connection, t.devices, [rows.device_row(device) for device in devices])


def _save_people(connection: Connection, people: list[Person]) -> None:
    upsert(connection, t.people, [rows.person_row(person) for person in people])
    _forget_ties(connection, [person.person for person in people])
    upsert(connection, t.cares, [row for person in people for row in rows.care_rows(person)])
    upsert(connection, t.channels, [row for person in people for row in rows.channel_rows(person)])
    upsert(connection, t.duty, [row for person in people for row in rows.duty_rows(person)])
    upsert(connection, t.duty_exceptions, [row for person in people for row in rows.duty_exception_rows(person)])


def _forget_ties(connection: Connection, people: list[str]) -> None:
    """Remove whom people care for, how they are reached and when they are on duty."""
    for table in (t.cares, t.channels, t.duty, t.duty_exceptions):
        connection.execute(delete(table).where(table.c.person.in_(people)))


def forget_device(connection: Connection, home: str, device: str) -> None:
    """Remove a device from the roster; what it said stays among the signals (primary key)."""
    bump(connection)
    connection.execute(delete(t.devices).where(t.devices.c.home == home, t.devices.c.device == device))


def forget_home(connection: Connection, home: str) -> None:
    """Remove a home from the roster (primary key); raises Conflict or IntegrityError where anything is kept of it already."""
    bump(connection)
    if connection.scalar(select(t.alerts.c.id).where(t.alerts.c.home == home).limit(1)) is not None:
        raise Conflict(f"{home} has alerts")
    for table in (t.residents, t.homes):
        connection.execute(delete(table).where(table.c.home == home))


def rename_site(connection: Connection, site: str, name: str) -> None:
    """Give a site the name that people use (primary key)."""
    connection.execute(update(t.sites).where(t.sites.c.site == site).values(name=name))
    bump(connection)


def site_names(connection: Connection) -> dict[str, str]:
    """Return each site's name, its id where none was given (full scan, few rows)."""
    return {row.site: row.name or row.site for row in connection.execute(select(t.sites))}
