"""Insert or replace: the one statement that SQLite and PostgreSQL spell alike and SQLAlchemy Core does not know."""

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows, or replace the named columns of those whose primary key is there already."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    if changed:
        statement = statement.on_conflict_do_update(index_elements=keys, set_=changed)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, rows)


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return the insert that knows ON CONFLICT; the databases spell it alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
