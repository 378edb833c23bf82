"""Numbers that grow with each change, by which a running linli sees what other commands have changed."""

from sqlalchemy import Connection, select

from linli.store import tables as t
from linli.store.upsert import insert


def revision(connection: Connection, name: str) -> int:
    """Return a number as it stands (primary key)."""
    return int(connection.scalar(select(t.revisions.c.value).where(t.revisions.c.name == name)) or 0)


def bump(connection: Connection, name: str) -> None:
    """Let a number grow: by the database itself, and first in a transaction, so that two who change it wait for each other."""
    statement = insert(connection, t.revisions).values(name=name, value=1)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["name"], set_={"value": t.revisions.c.value + 1})
    )
