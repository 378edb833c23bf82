"""Insert or replace: the one statement that SQLite and PostgreSQL spell alike and SQLAlchemy Core does not know."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace the named columns of those whose primary key is there already."""
    if rows:
        connection.execute(upserting(connection.dialect.name, table, tuple(rows[0])), rows)


@cache
def upserting(dialect: str, table: Table, columns: tuple[str, ...]) -> Insert:
    """Return the statement; making it anew each time would take longer than what the database does for it."""
    keys = [column.name for column in table.primary_key]
    statement = insert_of(dialect, table)
    changed = {name: statement.excluded[name] for name in columns if name not in keys}
    if changed:
        return statement.on_conflict_do_update(index_elements=keys, set_=changed)
    return statement.on_conflict_do_nothing(index_elements=keys)


def insert(connection: Connection, table: Table) -> Insert:
    """Return the insert that knows ON CONFLICT; the databases spell it alike."""
    return insert_of(connection.dialect.name, table)


def insert_of(dialect: str, table: Table) -> Insert:
    """Return the same for one kind of database."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
