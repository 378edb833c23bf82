"""Taking a home or a person out of the care data for good. What proves that calls were made stays: ids, never a name.

The log is not touched, so its chain stays whole; it has never held a name, a reading or a note.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, update

from linli.alert import AlertState
from linli.errors import Conflict
from linli.people import Role, Scope
from linli.store import access, roster
from linli.store import tables as t
from linli.store.access import Identity
from linli.words import Sentence

KEPT_OF_HOMES = frozenset({t.alerts.name, t.consents.name})
"""Alerts lose what they say of her; what she allowed and when she took it back stays as proof."""
KEPT_OF_PEOPLE = frozenset({t.requests.name})
"""That somebody was asked, by their id: other people's fair share is counted by it."""
ERASED = Sentence("Erased, as its resident was taken out.")


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows were erased, and who went with the home."""

    rows: int
    people: tuple[str, ...] = ()


def home(connection: Connection, id: str) -> Forgotten:  # noqa: A002
    """Erase a home and its resident; raises Conflict while somebody may be on the way to it (ix_alerts_home)."""
    _refuse_while_open(connection, t.alerts.c.home == id)
    _leave_no_trace(connection)
    residents = _residents_of(connection, id)
    roster.bump(connection)
    rows = _blank_alerts(connection, id)
    rows += connection.execute(
        delete(t.cares).where(t.cares.c.scope.in_((Scope.HOME, Scope.KEY)), t.cares.c.target == id)
    ).rowcount
    for table in _with("home", KEPT_OF_HOMES):
        rows += connection.execute(delete(table).where(table.c.home == id)).rowcount
    rows += _forget_sign_ins(connection, [id])
    rows += sum(person(connection, resident).rows for resident in residents)
    return Forgotten(rows, tuple(residents))


def person(connection: Connection, id: str) -> Forgotten:  # noqa: A002
    """Erase a person; raises Conflict while an open alert counts on them (primary keys)."""
    asked = select(t.requests.c.alert).where(t.requests.c.person == id)
    _refuse_while_open(connection, t.alerts.c.id.in_(asked))
    _leave_no_trace(connection)
    roster.bump(connection)
    rows = sum(
        connection.execute(delete(table).where(table.c.person == id)).rowcount
        for table in _with("person", KEPT_OF_PEOPLE)
    )
    return Forgotten(rows)


def left_alone(connection: Connection) -> list[str]:
    """Return who is listed for nobody (any more): they may want to be forgotten too (full scan, few rows)."""
    query = select(t.people.c.person).where(~t.people.c.person.in_(select(t.cares.c.person)))
    return list(connection.scalars(query.order_by(t.people.c.person)))


def _refuse_while_open(connection: Connection, which: ColumnElement[bool]) -> None:
    query = select(t.alerts.c.id).where(t.alerts.c.state != AlertState.CLOSED, which).order_by(t.alerts.c.id).limit(1)
    alert = connection.scalar(query)
    if alert is not None:
        raise Conflict(f"alert {alert} is still open; close it with its outcome first")


def _with(column: str, kept: Collection[str]) -> list[Table]:
    """Return every table that has a column, those first that point at others."""
    tables = reversed(t.metadata.sorted_tables)
    return [table for table in tables if column in table.c and table.name not in kept]


def _residents_of(connection: Connection, home: str) -> list[str]:
    """Return the residents who are listed for this home and no other."""
    elsewhere = select(t.cares.c.person).where(t.cares.c.target != home)
    query = (
        select(t.people.c.person)
        .join(t.cares, t.cares.c.person == t.people.c.person)
        .where(t.people.c.role == Role.RESIDENT, t.cares.c.target == home, ~t.people.c.person.in_(elsewhere))
        .distinct()
    )
    return list(connection.scalars(query))


def _blank_alerts(connection: Connection, home: str) -> int:
    """Take out of her alerts what they say of her, and the messages about them (ix_alerts_home, ix_outbox_alert)."""
    hers = select(t.alerts.c.id).where(t.alerts.c.home == home)
    for table in (t.outbox, t.episodes):
        connection.execute(delete(table).where(table.c.alert.in_(hers)))
    blank = {"why": ERASED, "evidence": {}, "note": "", "about": ""}
    return connection.execute(update(t.alerts).where(t.alerts.c.home == home).values(blank)).rowcount


def _forget_sign_ins(connection: Connection, people: Collection[str]) -> int:
    """Erase how the residents of homes sign in who have no row of their own."""
    roles = (Role.RESIDENT, access.by_link(Identity(Role.RESIDENT)).role)
    return sum(
        connection.execute(delete(table).where(table.c.person.in_(people), table.c.role.in_(roles))).rowcount
        for table in (t.users, t.sessions, t.tokens)
    )


def _leave_no_trace(connection: Connection) -> None:
    """Have SQLite write zeros over what is erased; a server's disk is its administrator's."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def count(connection: Connection, id: str) -> tuple[int, int]:  # noqa: A002
    """Return how many rows speak of a home, and of a person, without touching any."""
    return (
        sum(_count(connection, table, "home", id) for table in _with("home", ())),
        sum(_count(connection, table, "person", id) for table in _with("person", ())),
    )


def _count(connection: Connection, table: Table, column: str, id: str) -> int:  # noqa: A002
    return int(connection.scalar(select(func.count()).select_from(table).where(table.c[column] == id)) or 0)
