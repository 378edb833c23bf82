"""A store whose file was moved writes nothing into it any more, makes no empty one, and spoils none that comes."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from linli.errors import FileMoved, LinliError
from linli.store import tables as t
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from tests.store.contract import signal


@pytest.fixture
def care(care_file: Path) -> Iterator[CareStore]:
    store = CareStore(f"sqlite:///{care_file}")
    _add(store, "garden")
    yield store
    store.close()


def _add(care: CareStore, site: str) -> None:
    with care.begin() as connection:
        connection.execute(insert(t.sites).values(site=site))


def _sites(care: CareStore) -> list[str]:
    with care.read() as connection:
        return list(connection.scalars(select(t.sites.c.site).order_by(t.sites.c.site)))


def _sites_in(path: Path) -> list[str]:
    with closing(CareStore(f"sqlite:///{path}")) as care:
        return _sites(care)


def _found_gone(store: CareStore | SqliteSignalStore) -> bool:
    return [store.has_moved(), store.has_moved()] == [False, True]


def test_nothing_is_written_nor_read_once_it_is_gone(care: CareStore, care_file: Path) -> None:
    care_file.rename(care_file.with_name("elsewhere.db"))

    assert _found_gone(care)
    for act in (lambda: _add(care, "river"), lambda: _sites(care), care.tidy):
        with pytest.raises(FileMoved, match="care.db was moved, deleted or replaced"):
            act()


def test_no_empty_file_is_made_where_it_stood(care: CareStore, care_file: Path) -> None:
    care_file.rename(care_file.with_name("elsewhere.db"))

    with pytest.raises(FileMoved):
        _sites(care)  # whoever reads first opens a connection of its own

    assert not care_file.exists()


def test_what_it_held_is_kept_whole(care: CareStore, care_file: Path) -> None:
    care_file.unlink()
    _add(care, "river")
    assert _found_gone(care)

    kept = care_file.with_name("kept.db")
    care.keep(kept)

    assert _sites_in(kept) == ["garden", "river"]


def test_what_cannot_be_kept_now_can_be_kept_later(care: CareStore, care_file: Path) -> None:
    care_file.unlink()
    assert _found_gone(care)
    for _ in range(3):
        with pytest.raises(LinliError, match="cannot be written"):
            care.keep(care_file.parent / "nowhere" / "kept.db")

    care.keep(care_file.with_name("kept.db"))

    assert _sites_in(care_file.with_name("kept.db")) == ["garden"]


def test_its_log_is_not_taken_for_that_of_the_file_that_comes(
    care: CareStore, care_file: Path, migrated_file: Path
) -> None:
    moved = care_file.rename(care_file.with_name("elsewhere.db"))
    _add(care, "river")
    shutil.copyfile(migrated_file, care_file)

    assert _found_gone(care)
    assert care.let_go()

    assert _sites_in(care_file) == []
    with closing(sqlite3.connect(f"{moved.as_uri()}?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT site FROM sites ORDER BY site").fetchall() == [("garden",), ("river",)]


def test_it_is_not_let_go_while_somebody_reads(care_file: Path) -> None:
    care = CareStore(f"sqlite:///{care_file}", busy_timeout=timedelta(milliseconds=50))
    _add(care, "garden")
    with care.read() as connection:
        connection.execute(select(t.sites))
        _add(care, "river")
        care_file.rename(care_file.with_name("elsewhere.db"))
        assert _found_gone(care)
        assert not care.let_go()

    assert care.let_go()
    with pytest.raises(FileMoved):
        care.keep(care_file.with_name("kept.db"))


def test_a_store_that_was_closed_opens_what_stands_there_next(
    care: CareStore, care_file: Path, migrated_file: Path
) -> None:
    care.close()
    care_file.rename(care_file.with_name("elsewhere.db"))
    shutil.copyfile(migrated_file, care_file)

    assert _sites(care) == []


def test_the_signals_log_is_not_taken_for_that_of_the_file_that_comes(tmp_path: Path) -> None:
    path = tmp_path / "signals.db"
    store = SqliteSignalStore(path)
    store.append([signal()])
    path.rename(tmp_path / "elsewhere.db")
    store.append([signal(key="2")])

    assert _found_gone(store)
    with pytest.raises(FileMoved, match="signals.db was moved"):
        store.append([signal(key="3")])
    store.close()

    with closing(SqliteSignalStore(path)) as new, closing(SqliteSignalStore(tmp_path / "elsewhere.db")) as before:
        assert (new.count(), before.count()) == (0, 2)
