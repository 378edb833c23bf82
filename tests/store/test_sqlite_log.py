"""The log of a SQLite file is folded back by who has time, and by the commit that fills it where nobody has."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from linli.store import tables as t
from linli.store.care import _FULL_PAGES, CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from tests.store.contract import signal


def _kept(path: Path, table: str) -> int:
    """Return how many rows stand in the file itself, without its log."""
    alone = path.with_name("alone.db")
    shutil.copyfile(path, alone)
    with closing(sqlite3.connect(alone)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


Made = tuple[CareStore | SqliteSignalStore, Callable[[], object], Callable[[], int]]
"""A store, what writes one row into it, and how many of them stand in its file."""


def _care(folder: Path) -> Made:
    path = folder / "care.db"
    store = CareStore(f"sqlite:///{path}")
    store.migrate()
    assert store.cut_log()

    def write() -> None:
        with store.begin() as connection:
            connection.execute(insert(t.sites).values(site="garden"))

    return store, write, lambda: _kept(path, "sites")


def _signals(folder: Path) -> Made:
    path = folder / "signals.db"
    store = SqliteSignalStore(path)
    store.tidy()
    return store, lambda: store.append([signal()]), lambda: _kept(path, "signal")


@pytest.fixture(params=[_care, _signals])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Made]:
    made: Made = request.param(tmp_path)
    yield made
    made[0].close()


def test_what_was_committed_stands_in_the_file_once_it_is_tidied(made: Made) -> None:
    store, write, kept = made
    write()
    assert kept() == 0

    store.tidy()

    assert kept() == 1


def test_whoever_reads_holds_nobody_up(tmp_path: Path) -> None:
    store, write, kept = _care(tmp_path)
    with closing(sqlite3.connect(tmp_path / "care.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM sites").fetchone()
        write()

        store.tidy()  # does what it can, and does not wait
        assert kept() == 0

    store.tidy()
    assert kept() == 1
    store.close()


def test_a_log_that_nobody_tidies_is_folded_back_by_the_commit_that_fills_it(tmp_path: Path) -> None:
    path = tmp_path / "care.db"
    store = CareStore(f"sqlite:///{path}")
    store.migrate()
    assert store.cut_log()
    name = "x" * 1_000_000
    for number in range(_FULL_PAGES * 4096 // len(name) + 2):
        with store.begin() as connection:
            connection.execute(insert(t.sites).values(site=f"site-{number}", name=name))

    assert _kept(path, "sites") > 0
    assert path.with_name("care.db-wal").stat().st_size < 2 * _FULL_PAGES * 4096
    store.close()
