"""Questions to the care data about a home's relatives: their order, whether they have agreed to it, and their wishes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from linli.alert import AlertKind
from linli.store import tables as t
from linli.store.prepared import Prepared
from linli.store.upsert import upsert
from linli.wish import Wish


@dataclass(frozen=True, slots=True)
class Contact:
    """A relative's place in a home's order; `agreed_at` None: they have not said yes to it yet."""

    person: str
    agreed_at: datetime | None = None


_ORDER = Prepared(
    select(t.contacts.c.person, t.contacts.c.agreed_at)
    .where(t.contacts.c.home == bindparam("home"))
    .order_by(t.contacts.c.position, t.contacts.c.person)
)
_WISHES = Prepared(
    select(t.wishes.c.person, t.wishes.c.muted, t.wishes.c.quiet_from, t.wishes.c.quiet_until).where(
        t.wishes.c.home == bindparam("home")
    )
)


def order(connection: Connection, home: str) -> list[Contact]:
    """Return the relatives of a home in the order that they have given themselves; empty where none has (primary key)."""
    return [Contact(*row) for row in _ORDER.rows(connection, home=home)]


def put_order(connection: Connection, home: str, people: Sequence[str], by: str, now: datetime) -> None:
    """Keep an order; only who has made it has agreed to it so far (primary key)."""
    connection.execute(delete(t.contacts).where(t.contacts.c.home == home))
    rows = [
        {"home": home, "person": person, "position": position, "agreed_at": now if person == by else None}
        for position, person in enumerate(people)
    ]
    connection.execute(insert(t.contacts), rows)


def agree(connection: Connection, home: str, person: str, now: datetime) -> bool:
    """Note that a relative agrees to the order; False where they have no place in it (primary key)."""
    which = (t.contacts.c.home == home) & (t.contacts.c.person == person)
    return connection.execute(update(t.contacts).where(which).values(agreed_at=now)).rowcount > 0


def wishes(connection: Connection, home: str) -> Mapping[str, Wish]:
    """Return what each relative of a home wishes (primary key)."""
    return {row[0]: _wish(*row) for row in _WISHES.rows(connection, home=home)}


def put_wish(connection: Connection, home: str, wish: Wish) -> None:
    """Keep what a relative wishes, in place of what they wished before (primary key)."""
    row = {
        "home": home,
        "person": wish.person,
        "muted": sorted(wish.muted),
        "quiet_from": _written(wish.quiet_from),
        "quiet_until": _written(wish.quiet_until),
    }
    upsert(connection, t.wishes, [row])


def _written(moment: time | None) -> str:
    return moment.isoformat("minutes") if moment is not None else ""


def _wish(person: str, muted: Iterable[str], quiet_from: str, quiet_until: str) -> Wish:
    begin, end = (time.fromisoformat(text) if text else None for text in (quiet_from, quiet_until))
    return Wish(person, frozenset(AlertKind(kind) for kind in muted), begin, end)
