"""One home's last day among nine million rows: by the signal store, and by bare sqlite3 on the same file, in turns.

And a home's page by the program that runs on it. `BENCH_ROWS` says how many rows there are.
"""

import os
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bench.board import Doors
from bench.program import Neighbourhood, Program
from dashboard.sessions import COOKIE
from linli.clock import millis
from linli.signals import Kind, Signal
from linli.store.sqlite_signals import SqliteSignalStore

HOMES = 1000
ROWS = int(os.environ.get("BENCH_ROWS", "9000000"))
DAYS = 30
ROUNDS = 1000
PAGES = 40
GOAL_RATIO, GOAL_PAGE_MS = 1.5, 100.0
START_SECONDS = 300
_DAY = timedelta(days=1)

# a movement, then its end, all day and night; the moments of two homes are not the same
_FILL = """
WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n + 1 < :each)
INSERT INTO signal
SELECT home.id, :since + n * :every + home.id % 1000, device.id, kind.id, 'i' || home.id || '-' || n, room.id,
       CASE n % 2 WHEN 0 THEN 'on' ELSE 'off' END, 40, ''
FROM word AS home JOIN word AS device ON device.home = home.home AND device.text = 'pir'
JOIN word AS room ON room.home = home.home AND room.text = 'kitchen'
JOIN word AS kind ON kind.home = '' AND kind.text = 'motion' CROSS JOIN n
WHERE home.text = '' AND home.home <> '' ORDER BY home.id
"""
_BARE = """
SELECT home, at, device, kind, key, room, value, lag, said_at FROM signal
WHERE home = (SELECT id FROM word WHERE home = ? AND text = '') AND at >= ? ORDER BY at DESC LIMIT 1000
"""


def main() -> int:
    """Measure both and print; 1 if a goal is missed."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        program = Program(Path(folder))
        program.settle(Neighbourhood(HOMES))
        now, path = datetime.now(UTC), program.data / "signals.db"
        begun = time.monotonic()
        _fill(path, now)
        size = path.stat().st_size / 1e6
        print(f"reads: {ROWS} rows of {HOMES} homes, {size:.0f} MB, in {time.monotonic() - begun:.0f} s")
        ratio = _compared(path, now)
        page = _pages(program)
    return int(ratio > GOAL_RATIO or page > GOAL_PAGE_MS)


def _fill(path: Path, now: datetime) -> None:
    store = SqliteSignalStore(path)
    store.append(
        [Signal(home, "pir", Kind.MOTION, "on", now, now, "first", "kitchen") for home in Neighbourhood(HOMES).ids]
    )
    store.close()
    each, span = ROWS // HOMES, millis(now) - millis(now - DAYS * _DAY)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA synchronous=OFF")
        db.execute(_FILL, {"each": each, "since": millis(now) - span, "every": span // each})
        db.commit()


def _compared(path: Path, now: datetime) -> float:
    """Return the median of the ratios of two reads of one home's last day, one after the other."""
    chance, store = random.Random(1), SqliteSignalStore(path)  # noqa: S311 - no secret
    ours, bare, rows = list[float](), list[float](), 0
    since = now - _DAY
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        for number in range(ROUNDS):
            home = f"home-{chance.randrange(HOMES)}"
            turns: list[tuple[list[float], Callable[[], object]]] = [
                (ours, lambda home=home: store.recent(home, since=since)),  # type: ignore[misc]
                (bare, lambda home=home: db.execute(_BARE, (home, millis(since))).fetchall()),  # type: ignore[misc]
            ]
            store.recent(home, since=since)  # who comes first would otherwise fetch the pages for both
            for told, read in turns if number % 2 else reversed(turns):
                told.append(_timed(read))
        rows = len(store.recent("home-1", since=since))
    store.close()
    ratio = statistics.median(one / other for one, other in zip(ours, bare, strict=True))
    print(
        f"reads: last day of one home ({rows} rows): median {1000 * statistics.median(ours):.3f} ms, bare sqlite3 "
        f"{1000 * statistics.median(bare):.3f} ms, ratio {ratio:.2f}, goal {GOAL_RATIO:g}"
    )
    return ratio


def _timed(read: Callable[[], object]) -> float:
    begun = time.perf_counter()
    read()
    return time.perf_counter() - begun


def _pages(program: Program) -> float:
    """Return the median of a home's page, in milliseconds."""
    print(f"reads: linli is ready in {program.start(START_SECONDS):.1f} s on that file, {program.rss_mb():.0f} MB")
    try:
        with httpx.Client(
            base_url=program.url, cookies={COOKIE: Doors(program).open(1, sits="staff-1")[0]}, timeout=60
        ) as browser:
            times = sorted(1000 * _timed(lambda number=number: _page(browser, number)) for number in range(PAGES))  # type: ignore[misc]
    finally:
        program.stop()
    middle = statistics.median(times)
    print(
        f"reads: a home's page: median {middle:.0f} ms, longest {times[-1]:.0f} ms, n {PAGES}; goal {GOAL_PAGE_MS:g} ms"
    )
    return middle


def _page(browser: httpx.Client, number: int) -> None:
    browser.get(f"/homes/home-{number}").raise_for_status()
