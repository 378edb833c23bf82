"""When rows can be read: what a store has taken, as another program sees it; and how many commits the disk bears."""

import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.program import wait_for

_WITHIN_SECONDS = 300
_COMMITS = 1000


def count(path: Path, table: str) -> int:
    """Return how many rows a table has; 0 where there is none yet."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        found: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - our own words
        return found


def when_stored(path: Path, table: str, wanted: int) -> float:
    """Return the moment at which another connection could read so many rows, in seconds since 1970."""
    wait_for(f"{wanted} rows in {path.name}", lambda: count(path, table) >= wanted, _WITHIN_SECONDS, 0.02)
    found = count(path, table)
    assert found == wanted, f"{found - wanted} rows too many in {path.name}"
    return time.time()


def commits_a_second() -> float:
    """Return how many rows a second SQLite commits here one by one, with WAL and `synchronous=FULL`."""
    with (
        tempfile.TemporaryDirectory(prefix="linli-bench-") as folder,
        closing(sqlite3.connect(Path(folder) / "commits.db", isolation_level=None)) as db,
    ):
        db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE signal (value TEXT);")
        begun = time.perf_counter()
        for _ in range(_COMMITS):
            db.execute("INSERT INTO signal VALUES ('on')")
        return _COMMITS / (time.perf_counter() - begun)
