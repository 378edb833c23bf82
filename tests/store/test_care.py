"""The care data's engine keeps its promises on SQLite and on PostgreSQL."""

import gc
import sqlite3
import threading
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from linli.errors import LinliError, StoreDown
from linli.store import prepared
from linli.store import tables as t
from linli.store.care import CareStore
from tests.postgres import Cluster

IMPATIENT = timedelta(milliseconds=50)


def _sites(care: CareStore) -> list[str]:
    with care.read() as connection:
        return list(connection.scalars(select(t.sites.c.site).order_by(t.sites.c.site)))


def test_what_is_written_is_read_back(care: CareStore) -> None:
    with care.begin() as connection:
        connection.execute(insert(t.sites).values(site="garden", name="花园"))

    assert _sites(care) == ["garden"]


def test_nothing_of_a_broken_transaction_stays(care: CareStore) -> None:
    def half() -> None:
        with care.begin() as connection:
            connection.execute(insert(t.sites).values(site="garden"))
            raise KeyError

    with pytest.raises(KeyError):
        half()

    assert _sites(care) == []


def test_who_only_reads_cannot_write(care: CareStore) -> None:
    with pytest.raises(StoreDown, match=r"read-?only"), care.read() as connection:
        connection.execute(insert(t.sites).values(site="garden"))


def test_a_reader_sees_one_moment_and_never_waits_for_a_writer(care: CareStore) -> None:
    with care.read() as reading:
        before = list(reading.scalars(select(t.sites.c.site)))
        with care.begin() as writing:
            writing.execute(insert(t.sites).values(site="garden"))
        after = list(reading.scalars(select(t.sites.c.site)))

    assert (before, after) == ([], [])
    assert _sites(care) == ["garden"]


def test_a_home_of_no_building_is_refused(care: CareStore) -> None:
    home = insert(t.homes).values(home="home-7", site="garden", building="3", check_in_by=[])

    with pytest.raises(IntegrityError), care.begin() as connection:
        connection.execute(home)


def test_a_number_where_a_text_belongs_is_refused(care: CareStore) -> None:
    wrong = text("INSERT INTO revisions (name, value) VALUES ('roster', 'many')")

    with pytest.raises(DBAPIError), care.begin() as connection:
        connection.execute(wrong)


def test_every_sqlite_table_of_ours_is_strict(migrated_file: Path) -> None:
    file = sqlite3.connect(migrated_file)
    lax = file.execute(
        "SELECT name FROM pragma_table_list WHERE NOT strict AND name NOT LIKE 'sqlite_%' AND schema = 'main'"
    ).fetchall()
    file.close()

    assert lax == [("alembic_version",)]


def test_the_store_is_down_while_somebody_else_holds_it(care_url: str) -> None:
    care = CareStore(care_url, busy_timeout=IMPATIENT)
    with care.begin() as connection:
        connection.execute(insert(t.sites).values(site="garden"))

    with care.begin() as holder:
        holder.execute(t.sites.update().values(name="Garden"))
        with pytest.raises(StoreDown, match="lock"), care.begin() as connection:
            connection.execute(t.sites.update().values(name="River"))

    with care.begin() as connection:
        connection.execute(insert(t.sites).values(site="river"))
    assert _sites(care) == ["garden", "river"]
    care.close()


def test_who_waits_for_the_lock_holds_up_nobody_who_tidies_up_after_it(care_file: Path) -> None:
    care = CareStore(f"sqlite:///{care_file}", busy_timeout=timedelta(seconds=4))
    with care.begin() as connection:
        left_over: list[object] = [connection.connection.cursor().execute("SELECT 1")]
    left_over.append(left_over)  # only the garbage collector finds it

    def wait() -> None:
        begins.set()
        with pytest.raises(StoreDown, match="lock"), care.begin():
            pass

    def tidy_up() -> None:
        gc.collect()
        tidied.set()

    begins, tidied = threading.Event(), threading.Event()
    waiting = threading.Thread(target=wait)
    with closing(sqlite3.connect(care_file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting.start()
        begins.wait()
        waiting.join(timeout=0.5)
        del left_over
        threading.Thread(target=tidy_up).start()
        tidied.wait()
        was_waiting = waiting.is_alive()
        waiting.join()

    assert was_waiting
    care.close()


def test_a_lock_that_was_only_said_to_be_taken_is_asked_for_again(
    care_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python says so where another thread collects a cursor of the connection in that very moment."""
    care = CareStore(f"sqlite:///{care_file}")
    do, said = prepared.do, list[str]()

    def hide_the_first(connection: Connection, words: str) -> int:
        said.append(words)
        return do(connection, words) if len(said) > 1 else 0

    def half() -> None:
        with care.begin() as connection:
            connection.execute(insert(t.sites).values(site="garden"))
            raise KeyError

    monkeypatch.setattr(prepared, "do", hide_the_first)
    with pytest.raises(KeyError):
        half()

    assert said == ["BEGIN IMMEDIATE"] * 2
    monkeypatch.undo()
    assert _sites(care) == [], "without a transaction nothing could be taken back"
    care.close()


def test_the_store_is_down_when_every_connection_is_taken(care_url: str) -> None:
    care = CareStore(care_url, busy_timeout=IMPATIENT)
    with ExitStack() as taken:
        for _ in range(40):
            taken.enter_context(care.read())
        with pytest.raises(StoreDown, match="too busy"):
            taken.enter_context(care.read())

    assert _sites(care) == []
    care.close()


def test_the_store_is_down_when_the_disk_is_full(care_file: Path) -> None:
    care = CareStore(f"sqlite:///{care_file}")
    rows = [{"site": f"site-{n}", "name": "x" * 500} for n in range(1000)]

    def write() -> None:
        with care.begin() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1")  # which is: not one page more than there are
            connection.execute(insert(t.sites), rows)

    with pytest.raises(StoreDown, match="full"):
        write()

    assert _sites(care) == []
    care.close()


def test_the_store_is_down_when_its_file_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "care.db"
    path.write_bytes(b"this was a database once " * 200)
    care = CareStore(f"sqlite:///{path}")

    with pytest.raises(StoreDown, match="damaged"):
        care.migrate()
    care.close()


def test_the_store_is_down_when_there_is_no_such_folder(tmp_path: Path) -> None:
    care = CareStore(f"sqlite:///{tmp_path / 'nowhere' / 'care.db'}")

    with pytest.raises(StoreDown, match="unable to open"):
        care.migrate()


@pytest.mark.postgres
def test_a_database_that_knows_bytes_only_keeps_every_name(postgres_cluster: Cluster) -> None:
    name = postgres_cluster.create_database("SQL_ASCII")
    care = CareStore(postgres_cluster.url(name))
    care.migrate()
    with care.begin() as connection:
        connection.execute(insert(t.sites).values(site="garden", name="花园"))
    with care.read() as connection:
        assert connection.scalar(select(t.sites.c.name)) == "花园"
    care.close()
    postgres_cluster.drop_database(name)


@pytest.mark.postgres
def test_the_store_is_down_while_the_server_is_gone_and_up_again_afterwards(postgres_url: str) -> None:
    care = CareStore(postgres_url)
    care.migrate()
    with pytest.raises(StoreDown), care.begin() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    assert _sites(care) == []
    care.close()


@pytest.mark.parametrize(
    ("before", "asked"),
    [
        ("", "SELECT count(*) FROM sites FOR UPDATE"),
        ("DROP TABLE looks", "SELECT * FROM looks"),
        ("SET ROLE pg_monitor", "SELECT * FROM sites"),
    ],
    ids=["not supported, as on a standby", "no such table, as in a restore", "no such right"],
)
def test_the_store_is_down_while_a_server_refuses_to_work(postgres_url: str, before: str, asked: str) -> None:
    care = CareStore(postgres_url)
    care.migrate()

    def ask() -> None:
        with care.begin() as connection:
            if before:
                connection.execute(text(before))
            connection.execute(text(asked))

    with pytest.raises(StoreDown, match="refuses to work"):
        ask()
    assert _sites(care) == []
    care.close()


def test_what_only_the_driver_finds_wrong_is_a_fault_of_ours(care: CareStore) -> None:
    def ask() -> None:
        with care.begin() as connection:
            prepared.do(connection, "SELECT 1", [object()])

    with pytest.raises(DBAPIError):
        ask()


def test_the_store_is_down_where_no_server_answers(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    care = CareStore(f"postgresql+psycopg://linli@/linli?host={tmp_path}")

    with pytest.raises(StoreDown, match="does not answer"):
        care.migrate()


@pytest.mark.parametrize("url", ["", "linli", "nosuch://host/care", "sqlite://", "sqlite:///:memory:"])
def test_an_address_that_names_no_database_is_told_at_once(url: str) -> None:
    with pytest.raises(LinliError, match="cannot be used"):
        CareStore(url)


def test_programs_that_start_together_make_the_tables_once(empty_url: str) -> None:
    stores = [CareStore(empty_url) for _ in range(4)]
    failures: list[Exception] = []

    def start(store: CareStore) -> None:
        try:
            store.migrate()
        except Exception as why:  # noqa: BLE001 - any failure at all is the test's finding
            failures.append(why)

    threads = [threading.Thread(target=start, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert _sites(stores[0]) == []
    for store in stores:
        store.close()
