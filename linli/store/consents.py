"""Questions to the care data about what residents allow. Lines are only ever added, and stay when a home is forgotten."""

from collections.abc import Collection

from sqlalchemy import Connection, insert, select

from linli.consent import Consent, ConsentChange
from linli.store import tables as t

_COLUMNS = (
    t.consents.c.home,
    t.consents.c.about,
    t.consents.c.is_given,
    t.consents.c.at,
    t.consents.c.by,
    t.consents.c.until,
)


def note(connection: Connection, change: ConsentChange) -> None:
    """Write a change down."""
    connection.execute(
        insert(t.consents).values(
            home=change.home,
            about=change.about,
            is_given=int(change.is_given),
            at=change.at,
            by=change.by,
            until=change.until,
        )
    )


def of_home(connection: Connection, home: str) -> list[ConsentChange]:
    """Return every change of a home, newest first (ix_consents_home_id)."""
    query = select(*_COLUMNS).where(t.consents.c.home == home).order_by(t.consents.c.id.desc())
    return [_change(*row) for row in connection.execute(query)]


def of_homes(connection: Connection, homes: Collection[str], limit: int) -> list[ConsentChange]:
    """Return the latest changes in some homes, newest first (primary key, from the newest line down)."""
    found: list[ConsentChange] = []
    for row in connection.execute(select(*_COLUMNS).order_by(t.consents.c.id.desc())):
        if row.home in homes:
            found.append(_change(*row))
        if len(found) == limit:
            break
    return found


def wishing(connection: Connection, about: Consent) -> list[ConsentChange]:
    """Return, for every home, what was given or wished for and not taken back, oldest first (primary key)."""
    latest: dict[str, ConsentChange] = {}
    for row in connection.execute(select(*_COLUMNS).where(t.consents.c.about == about).order_by(t.consents.c.id)):
        latest[row.home] = _change(*row)
    return [change for change in latest.values() if change.is_given]


def running(connection: Connection, home: str, about: Consent) -> ConsentChange | None:
    """Return what she has given or wished for and not taken back (ix_consents_home_id)."""
    query = (
        select(*_COLUMNS)
        .where(t.consents.c.home == home, t.consents.c.about == about)
        .order_by(t.consents.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return _change(*row) if row is not None and row.is_given else None


def _change(home: str, about: str, is_given: int, at: object, by: str, until: object) -> ConsentChange:
    return ConsentChange(home, Consent(about), bool(is_given), at, by, until)  # type: ignore[arg-type]  # moments
