"""The tables of a signal file, and their version."""

import sqlite3

from linli.errors import LinliError

SCHEMA_VERSION = 1

# Clustered by home, not by arrival: a home's day lies in a few pages, and there is no second tree to keep up.
# No foreign keys: a word is never dropped while a row needs it, and each row would pay for four look-ups.
# `word` never gives an id out twice, so a reader that knows old ids is never wrong, only behind.
# `signal_id` costs about as much as the row itself. Other orders of its columns, a hash in place of the key and other
# page sizes were measured and are no cheaper: ids are random, so each dirties a page of its own.
_SCHEMA = """
CREATE TABLE word (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    home TEXT NOT NULL,
    text TEXT NOT NULL,
    UNIQUE (text, home)
) STRICT;
CREATE TABLE signal (
    home INTEGER NOT NULL,
    at INTEGER NOT NULL,
    device INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    room INTEGER NOT NULL,
    value ANY NOT NULL CHECK (typeof(value) IN ('text', 'real', 'blob')),
    lag INTEGER NOT NULL,
    said_at TEXT NOT NULL,
    PRIMARY KEY (home, at, device, kind, key)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX signal_id ON signal (home, device, kind, key) WHERE key >= 'i' AND key < 'j';
"""


def refuse_newer(connection: sqlite3.Connection, name: str) -> int:
    """Return the version of a file's tables; raises LinliError for a file of a newer linli."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise LinliError(
            f"{name} was written by a newer linli (its schema is {version}, this one knows {SCHEMA_VERSION});"
            " install that version or restore a backup"
        )
    return version


def make_tables(connection: sqlite3.Connection, name: str) -> None:
    """Make the tables where there are none; raises LinliError for a file of a newer linli, which it leaves as it is."""
    connection.execute("BEGIN IMMEDIATE")
    version = refuse_newer(connection, name)
    if version < SCHEMA_VERSION:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
    connection.execute("COMMIT")
