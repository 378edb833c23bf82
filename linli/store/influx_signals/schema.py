"""What stands beside the signals of the window: what is still to be sent, and what is known of what was sent."""

import sqlite3

# `unsent` is the spool, oldest first; a row with `forget` is the wish to have a home deleted. `refused` are lines that
# the server will never take. `past` knows again what left the window, by a hash of its identity; `moved` are signals
# whose number within the millisecond was taken. `reach` has one row: from `horizon` on all signals are in the window,
# `newest` is the newest that ever left it; up to `queued` what stood in the file before InfluxDB was set has been
# queued; before `hourly` all hours are summed up. All in milliseconds.
_TABLES = """
CREATE TABLE IF NOT EXISTS unsent (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    oldest INTEGER NOT NULL,
    arrived INTEGER NOT NULL,
    size INTEGER NOT NULL,
    forget TEXT,
    lines BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS refused (line BLOB NOT NULL, why TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS past (
    home INTEGER NOT NULL,
    print BLOB NOT NULL,
    day INTEGER NOT NULL,
    PRIMARY KEY (home, print)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS moved (
    home INTEGER NOT NULL,
    at INTEGER NOT NULL,
    device INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (home, at, device, kind, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hidden (home TEXT PRIMARY KEY, before INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reach (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    horizon INTEGER NOT NULL,
    newest INTEGER NOT NULL,
    queued INTEGER NOT NULL,
    hourly INTEGER NOT NULL
) STRICT;
"""
LONG_AGO, EVER = -(2**62), 2**62


def add_tables(connection: sqlite3.Connection) -> None:
    """Add the tables to a file of signals that has none of them yet."""
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute("INSERT OR IGNORE INTO reach VALUES (1, ?, ?, ?, ?)", (LONG_AGO, LONG_AGO, LONG_AGO, LONG_AGO))
