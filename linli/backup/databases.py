"""SQLite files: copied whole while somebody writes to them, and looked through."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from linli.errors import LinliError
from linli.steps import Steps

_PAGES = 5000
_PATIENCE_SECONDS = 30.0


def copy(source: Path, target: Path, steps: Steps) -> None:
    """Copy a database as it is at one moment, with what stands in its log, into one file without a log.

    The copy reads inside one transaction: otherwise SQLite would begin anew whenever somebody writes.
    `steps` counts bytes.
    """
    with _named(source.name), closing(_open(source)) as old, closing(sqlite3.connect(target)) as new:
        old.execute("BEGIN")
        old.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        page_bytes = _number(old, "PRAGMA page_size")
        copied = 0

        def count(_status: int, remaining: int, total: int) -> None:
            nonlocal copied
            before, copied = copied, total - remaining
            steps.add((copied - before) * page_bytes)

        old.backup(new, pages=_PAGES, progress=count)
        new.execute("PRAGMA journal_mode=DELETE")


def size(path: Path) -> int:
    """Return how many bytes a database takes, its log included."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)


def check(path: Path) -> None:
    """Read a database through; raises LinliError where it is damaged."""
    with _named(path.name), closing(_open(path)) as file:
        found = file.execute("PRAGMA integrity_check(1)").fetchone()[0]
        lost = file.execute("PRAGMA foreign_key_check").fetchone()
    if found != "ok" or lost is not None:
        raise LinliError(
            f"{path.name} is damaged: {found if found != 'ok' else 'a row refers to one that is not there'}"
        )


def rows(path: Path) -> dict[str, int]:
    """Return how many rows each table has."""
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    with _named(path.name), closing(_open(path)) as file:
        tables = [name for (name,) in file.execute(query)]
        return {name: _number(file, f'SELECT count(*) FROM "{name}"') for name in tables}  # noqa: S608 - its own tables


def number(path: Path, query: str) -> int:
    """Return the one number that a query gives."""
    with _named(path.name), closing(_open(path)) as file:
        return _number(file, query)


def text(path: Path, query: str) -> str:
    """Return the one text that a query gives, empty where there is no row."""
    with _named(path.name), closing(_open(path)) as file:
        row = file.execute(query).fetchone()
        return str(row[0]) if row else ""


def _number(file: sqlite3.Connection, query: str) -> int:
    return int(file.execute(query).fetchone()[0])


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=_PATIENCE_SECONDS
    )


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as why:
        raise LinliError(f"{name} cannot be read: {why}") from why
