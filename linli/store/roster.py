"""Questions to the care data about who lives where and who cares for whom, and the one way to change it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import time
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from linli.people import Care, Channel, Device, Duty, Home, Person, Role, Roster, Scope
from linli.store import tables as t

_ROSTER = "roster"


def revision(connection: Connection) -> int:
    """Return the number that grows with each change of the roster (primary key)."""
    found = connection.scalar(select(t.revisions.c.value).where(t.revisions.c.name == _ROSTER))
    return int(found or 0)


def bump(connection: Connection) -> None:
    """Say that the roster has changed, so that a running linli reads it anew within seconds.

    Counted by the database itself, and first in a transaction: two who change the roster wait for each other.
    """
    statement = _insert(connection, t.revisions).values(name=_ROSTER, value=1)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": t.revisions.c.value + 1})
    )


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
        )
        for row in connection.execute(select(t.people).order_by(t.people.c.position, t.people.c.person))
    }


def save(connection: Connection, homes: Iterable[Home], devices: Iterable[Device], people: Iterable[Person]) -> None:
    """Add or replace homes, devices and people, in the caller's transaction; what is not named stays."""
    bump(connection)
    _save_homes(connection, list(homes))
    upsert(
        connection,
        t.devices,
        [
            {
                "home": d.home,
                "device": d.device,
                "room": d.room,
                "kinds": list(d.kinds),
                "topic": d.topic,
                "model": d.model,
            }
            for d in devices
        ],
    )
    _save_people(connection, list(people))


def _save_homes(connection: Connection, homes: list[Home]) -> None:
    upsert(connection, t.sites, [{"site": site} for site in sorted({h.site for h in homes})])
    pairs = sorted({(h.site, h.building) for h in homes})
    upsert(connection, t.buildings, [{"site": site, "building": building} for site, building in pairs])
    upsert(
        connection,
        t.homes,
        [
            {
                "home": h.home,
                "site": h.site,
                "building": h.building,
                "unit": h.unit,
                "floor": h.floor,
                "door": h.door,
                "timezone": h.timezone,
                "check_in_by": [moment.isoformat("minutes") for moment in h.check_in_by],
                "note": h.note,
            }
            for h in homes
        ],
    )
    upsert(
        connection,
        t.residents,
        [
            {
                "home": h.home,
                "name": h.resident,
                "language": h.language,
                "phone": h.phone,
                "birth_year": h.birth_year,
            }
            for h in homes
        ],
    )


def _save_people(connection: Connection, people: list[Person]) -> None:
    upsert(
        connection,
        t.people,
        [
            {"person": p.person, "role": p.role, "name": p.name, "language": p.language, "position": p.order}
            for p in people
        ],
    )
    ids = [p.person for p in people]
    for start in range(0, len(ids), _CHUNK):
        for table in (t.cares, t.channels, t.duty):
            connection.execute(delete(table).where(table.c.person.in_(ids[start : start + _CHUNK])))
    upsert(
        connection,
        t.cares,
        [{"person": p.person, "scope": c.scope, "target": c.target} for p in people for c in p.cares],
    )
    upsert(
        connection,
        t.channels,
        [
            {
                "channel": c.id,
                "person": p.person,
                "kind": c.kind,
                "address": c.address,
                "secret": c.secret,
                "position": c.order,
            }
            for p in people
            for c in p.channels
        ],
    )
    upsert(
        connection,
        t.duty,
        [
            {
                "person": p.person,
                "position": position,
                "weekdays": "".join(str(day) for day in sorted(span.weekdays)),
                "starts": span.start.isoformat("minutes"),
                "ends": span.end.isoformat("minutes"),
            }
            for p in people
            for position, span in enumerate(p.duty)
        ],
    )


_CHUNK = 500


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace the named columns of those whose primary key is there already."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, rows)


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return the insert that knows ON CONFLICT; the databases spell it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def forget_person(connection: Connection, person: str) -> None:
    """Remove a person from the roster; what they did stays in the log (primary key, then by person)."""
    bump(connection)
    for table in (t.cares, t.channels, t.duty):
        connection.execute(delete(table).where(table.c.person == person))
    connection.execute(delete(t.people).where(t.people.c.person == person))


def rename_site(connection: Connection, site: str, name: str) -> None:
    """Give a site the name that people use (primary key)."""
    connection.execute(update(t.sites).where(t.sites.c.site == site).values(name=name))
    bump(connection)


def site_names(connection: Connection) -> dict[str, str]:
    """Return each site's name, its id where none was given (full scan, few rows)."""
    return {row.site: row.name or row.site for row in connection.execute(select(t.sites))}


def count_homes(connection: Connection) -> int:
    """Return how many homes there are (index scan)."""
    return int(connection.scalar(select(func.count()).select_from(t.homes)) or 0)
