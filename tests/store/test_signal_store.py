"""The signal store in a SQLite file: the contract, and what happens to a file: kills, full disks, other programs."""

import os
import re
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from linli.errors import LinliError, SignalsDamaged, StoreDown
from linli.signals import Signal
from linli.store.sqlite_signals import SCHEMA_VERSION, SqliteSignalStore, questions
from linli.store.sqlite_signals.words import Texts
from tests.cast import EIGHT
from tests.store.contract import HOME, OTHER, SECOND, SignalStoreContract, at_each, signal
from tests.store.writer import BATCH

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = timedelta(milliseconds=50)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signals.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteSignalStore]:
    opened = SqliteSignalStore(path, busy=PATIENCE)
    yield opened
    opened.close()


@contextmanager
def open_store(path: Path) -> Iterator[SqliteSignalStore]:
    store = SqliteSignalStore(path, busy=PATIENCE)
    try:
        yield store
    finally:
        store.close()


def everything(path: Path) -> list[Signal]:
    with open_store(path) as store:
        return list(store.between(None, None))


class TestSqliteSignalStore(SignalStoreContract):
    """The contract, on a file."""


def test_a_store_opened_again_has_everything(store: SqliteSignalStore, path: Path) -> None:
    signals = at_each(SECOND, 50)
    store.append(signals)
    store.close()

    assert everything(path) == signals
    assert sorted(file.name for file in path.parent.iterdir()) == ["signals.db"]


def test_every_append_waits_for_the_disk(store: SqliteSignalStore) -> None:
    assert store._writer._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._writer._connection.execute("PRAGMA synchronous").fetchone() == (2,)


@pytest.mark.parametrize("question", [questions.RECENT, questions.PAGE, questions.EARLIER])
def test_a_question_about_a_home_goes_straight_to_its_time(store: SqliteSignalStore, question: str) -> None:
    asked = dict.fromkeys(re.findall(r":(\w+)", question), 0)
    plan = [row[3] for row in store._writer._connection.execute(f"EXPLAIN QUERY PLAN {question}", asked)]

    assert [step for step in plan if " signal " in step] in (
        ["SEARCH signal USING PRIMARY KEY (home=? AND at>? AND at<?)"],
        ["SEARCH signal USING PRIMARY KEY (home=? AND at>?)"],
    )


def test_readers_are_not_opened_anew_for_every_thread(store: SqliteSignalStore) -> None:
    store.append([signal()])
    for _ in range(20):
        with ThreadPoolExecutor(max_workers=1) as thread:
            assert thread.submit(store.recent, HOME).result() == [signal()]

    assert len(store._readers._idle) == 1


def test_a_reader_that_is_at_work_when_the_store_closes_is_closed_after_it(
    store: SqliteSignalStore, path: Path
) -> None:
    with store._readers.read() as reader:
        store.close()
        assert reader.execute("SELECT count(*) FROM signal").fetchone() == (0,)

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        reader.execute("SELECT 1")
    assert sorted(file.name for file in path.parent.iterdir()) == ["signals.db"]


def test_a_closed_store_says_that_it_is_closed(store: SqliteSignalStore) -> None:
    store.append([signal()])
    store.close()

    for ask in (store.count, lambda: store.append([signal()]), lambda: store.forget(HOME)):
        with pytest.raises(StoreDown, match=r"^signals\.db is closed$"):
            ask()


# -- other programs on the same file


def test_two_programs_may_append_in_turn(store: SqliteSignalStore, path: Path) -> None:
    with open_store(path) as other:
        for turn in range(5):
            store.append([signal(home=f"ours-{turn}", device=f"a{turn}"), signal(home="both", device=f"a{turn}")])
            other.append([signal(home=f"theirs-{turn}", device=f"b{turn}"), signal(home="both", device=f"b{turn}")])

        assert other.recent("ours-4") == [signal(home="ours-4", device="a4")]
        assert store.recent("theirs-4") == [signal(home="theirs-4", device="b4")]
        assert {one.device for one in store.recent("both")} == {f"{side}{turn}" for side in "ab" for turn in range(5)}
        assert list(store.between(None, None)) == list(other.between(None, None))


def test_two_programs_may_append_at_once(path: Path) -> None:
    def append(side: str) -> int:
        store = SqliteSignalStore(path)
        try:
            return sum(store.append([signal(home=f"{side}-{n}", device=f"{side}-{n}")]) for n in range(20))
        finally:
            store.close()

    SqliteSignalStore(path).close()
    with ThreadPoolExecutor() as threads:
        assert list(threads.map(append, "ab")) == [20, 20]
    assert {one.device for one in everything(path)} == {f"{side}-{n}" for side in "ab" for n in range(20)}


def test_who_begins_to_append_is_alone(store: SqliteSignalStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_store(path) as other:

        def too_late() -> None:
            with pytest.raises(StoreDown, match="locked"):
                other.append([signal(home=OTHER)])

        monkeypatch.setattr(store._writer.words, "catch_up", too_late)
        assert store.append([signal()]) == 1

    assert everything(path) == [signal()]


def test_a_home_that_another_program_forgot_may_come_back(store: SqliteSignalStore, path: Path) -> None:
    store.append([signal(home=OTHER), signal()])
    assert len(list(store.between(None, None))) == 2
    with open_store(path) as other:
        assert other.forget(HOME) == 1
        other.append([signal(home="new-home", device="new-device", room="new-room")])

    assert store.recent(HOME) == []
    assert store.recent("new-home") == [signal(home="new-home", device="new-device", room="new-room")]
    assert store.append([signal()]) == 1
    assert set(store.between(None, None)) == {
        signal(),
        signal(home=OTHER),
        signal(home="new-home", device="new-device", room="new-room"),
    }


@contextmanager
def locked_by_another_program(path: Path) -> Iterator[None]:
    code = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('BEGIN IMMEDIATE')\n"
        "print('locked', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            program.communicate()


def test_a_store_that_another_program_locks_is_down_and_comes_back(store: SqliteSignalStore, path: Path) -> None:
    store.append([signal()])
    with locked_by_another_program(path):
        # the lock is only let go below: that this is raised at all shows that it does not wait for ever
        with pytest.raises(StoreDown, match=r"^signals\.db is locked by another program"):
            store.append([signal(key="2"), signal(home="new-home")])
        with pytest.raises(StoreDown, match="locked"):
            store.forget(HOME)
        with pytest.raises(StoreDown, match="locked"):
            SqliteSignalStore(path, busy=PATIENCE)
        assert store.recent(HOME) == [signal()]
        assert store.count() == 1

    assert store.append([signal(key="2"), signal(home="new-home")]) == 2
    assert store.count() == 3


# -- kills


def test_what_was_acknowledged_outlives_any_kill(path: Path) -> None:
    acknowledged: set[int] = set()
    start = 0
    for acks in (1, 2, 5, 9):
        acknowledged |= killed_after(acks, path, start)
        stored = [int(one.home.removeprefix("batch-")) for one in everything(path)]
        found = set(stored)

        assert {stored.count(batch) for batch in found} == {BATCH}
        assert acknowledged <= found
        assert found <= acknowledged | {max(acknowledged) + 1}
        acknowledged = found
        start = max(found) + 1
    with open_store(path) as store:
        assert store.check() is None


def killed_after(acks: int, path: Path, start: int) -> set[int]:
    """Run the writer, kill it in the append after so many acknowledgements, and return all that it acknowledged."""
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("writer.py")), str(path), str(start)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        heard = [program.stdout.readline() for _ in range(acks)]
        program.kill()
        heard += program.stdout.readlines()
    return {int(line) for line in heard if line.endswith("\n")}


# -- disks


@contextmanager
def no_file_may_grow_over(size: int) -> Iterator[None]:
    resource = pytest.importorskip("resource", reason="this system knows no limit for the size of a file")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_store_that_cannot_grow_is_down_and_comes_back(store: SqliteSignalStore, path: Path) -> None:
    before = at_each(SECOND, 1000)
    store.append(before)
    with no_file_may_grow_over(1_000_000):
        before += fill_until_down(store, r"^signals\.db lies on a disk that answers with an error")
        assert set(store.between(None, None)) == set(before)

    assert store.append(filling(0)) in (0, len(filling(0)))
    assert store.append([signal(home="new-home", device="new-device")]) == 1
    assert store.recent("new-home") == [signal(home="new-home", device="new-device")]
    assert store.check() is None
    store.close()
    assert set(everything(path)) >= set(before)


def test_a_full_disk_is_said_and_survived(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, open_store(disk / "signals.db") as store:
        kept = fill_until_down(store, r"^signals\.db cannot grow, its disk is full")

        assert set(store.between(None, None)) == set(kept)
        (disk / "ballast").unlink()
        assert store.append([signal(home="new-home", device="new-device")]) == 1
        assert store.recent("new-home") == [signal(home="new-home", device="new-device")]
        assert store.check() is None


def filling(number: int) -> list[Signal]:
    return [signal(home=f"filling-{number}", device=f"device-{n}", key="k" * 64, room=f"{n}") for n in range(200)]


def fill_until_down(store: SqliteSignalStore, says: str) -> list[Signal]:
    """Append until the store is down, also when asked again, and return what it took."""
    taken: list[Signal] = []
    for number in range(1000):
        try:
            store.append(filling(number))
        except StoreDown:
            break
        taken += filling(number)
    with pytest.raises(StoreDown, match=says):
        store.append(filling(number))
    return taken


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)],  # noqa: S607
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("only root can make a small disk")
    try:
        (folder / "ballast").write_bytes(bytes(1_000_000))
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607


def test_a_damaged_file_is_down_and_says_what_helps(store: SqliteSignalStore, path: Path) -> None:
    store.append(at_each(SECOND, 5000))
    store.close()
    damage(path)

    with open_store(path) as damaged:
        assert damaged.check() == 'signals.db is damaged; bring a backup back with "linli restore"'
        with pytest.raises(StoreDown, match='is damaged; bring a backup back with "linli restore"'):
            list(damaged.between(None, None))
        with pytest.raises(SignalsDamaged, match="is damaged"):
            damaged.append(at_each(SECOND / 2, 10_000))


def damage(path: Path) -> None:
    """Overwrite what follows the first pages, where the schema is."""
    content = bytearray(path.read_bytes())
    content[6 * 4096 :] = b"\xaa" * (len(content) - 6 * 4096)
    path.write_bytes(content)


def test_a_file_that_is_something_else_is_left_alone(path: Path) -> None:
    path.write_text("at,home,device,room,kind,value\n" * 500, encoding="utf-8")

    with pytest.raises(SignalsDamaged, match=r"^signals\.db is not a signal store"):
        SqliteSignalStore(path)
    assert path.read_text(encoding="utf-8").startswith("at,home")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreDown, match=r"^signals\.db cannot be opened; see that its folder is there"):
        SqliteSignalStore(tmp_path / "nowhere" / "signals.db")


def test_a_store_of_a_newer_linli_is_left_alone(store: SqliteSignalStore, path: Path) -> None:
    store.append([signal()])
    store._writer._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    store.close()

    with pytest.raises(LinliError, match="written by a newer linli") as refused:
        SqliteSignalStore(path)
    assert not isinstance(refused.value, StoreDown)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM signal").fetchone() == (1,)
    connection.close()


def test_a_fault_of_ours_is_not_taken_for_a_fault_of_the_disk(store: SqliteSignalStore) -> None:
    nameless = signal(key=None)  # type: ignore[arg-type]  # what the types rule out, to see that it is loud

    with pytest.raises(sqlite3.IntegrityError):
        store.append([signal(), nameless])
    assert store.count() == 0


# -- copies


def test_a_copy_is_one_whole_file(store: SqliteSignalStore, tmp_path: Path) -> None:
    store.append(at_each(SECOND, 3000))
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / "copy.db").write_text("an older copy", encoding="utf-8")
    store.backup(copies / "copy.db")

    assert [file.name for file in copies.iterdir()] == ["copy.db"]
    assert (copies / "copy.db").read_bytes()[18:20] == b"\1\1", "a file that needs a log beside it is not whole"
    assert everything(copies / "copy.db") == at_each(SECOND, 3000)
    assert store.append([signal(key="after")]) == 1


class _Stepping(sqlite3.Connection):
    """A connection that copies page by page, with somebody else's turn after each."""

    def take_turns(self, turn: Callable[[], None]) -> None:
        self._turn = turn

    def backup(self, target: sqlite3.Connection, **_: object) -> None:
        super().backup(target, pages=1, progress=lambda *_: self._turn())


def test_a_copy_is_made_while_appending_goes_on(store: SqliteSignalStore, path: Path, tmp_path: Path) -> None:
    before = at_each(SECOND, 3000)
    store.append(before)
    (pages,) = store._writer._connection.execute("PRAGMA page_count").fetchone()
    turns = 0

    def append() -> None:
        nonlocal turns
        turns += 1
        assert turns <= 2 * pages, "the copy begins again with every append"
        store.append([signal(home=OTHER, key=f"{turns}-{n}") for n in range(20)])

    copying = sqlite3.connect(path, factory=_Stepping, isolation_level=None)
    copying.take_turns(append)
    store._readers._idle.append(copying)
    store.backup(tmp_path / "copy.db")

    assert turns >= pages > 20
    assert store.count() == len(before) + 20 * turns
    assert everything(tmp_path / "copy.db") == before


def test_a_copy_that_fails_leaves_nothing_behind(store: SqliteSignalStore, tmp_path: Path) -> None:
    store.append(at_each(SECOND, 20_000))
    copies = tmp_path / "copies"
    copies.mkdir()
    with no_file_may_grow_over(400_000), pytest.raises(LinliError):
        store.backup(copies / "copy.db")

    assert list(copies.iterdir()) == []
    with pytest.raises(LinliError, match="cannot be written"):
        store.backup(tmp_path / "nowhere" / "copy.db")


# -- forgetting


def test_no_byte_of_a_forgotten_home_stays(store: SqliteSignalStore, path: Path) -> None:
    secrets = [b"secret-home", b"secret-device", b"secret-room", b"secret-press", b"secret-key", b"secret-time"]
    home, device, room, press, key, time = (secret.decode() for secret in secrets)
    store.append(at_each(SECOND, 500, home=OTHER))
    store.append(
        [
            signal(EIGHT + n * SECOND, home=home, device=device, room=room, value=press, key=f"{key}{n}", said_at=time)
            for n in range(500)
        ]
    )
    assert len(store.recent(home)) == 500
    assert found_in(path, secrets) == secrets

    store.forget(home)

    assert found_in(path, secrets) == []
    assert "secret" not in repr((vars(store._texts), vars(store._writer.words)))
    assert store.count() == 500


def test_forgetting_does_not_wait_for_a_reader(store: SqliteSignalStore) -> None:
    store.append([signal(), signal(home=OTHER)])
    with store._readers.read() as reader:
        assert reader.execute("SELECT count(*) FROM signal").fetchone() == (2,)
        assert store.forget(HOME) == 1
        assert reader.execute("SELECT count(*) FROM signal").fetchone() == (2,)

    assert store.count() == 1


def test_a_reader_is_not_confused_by_a_home_that_is_forgotten_meanwhile(
    store: SqliteSignalStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Texts.learn

    def forget_and_learn(texts: Texts, connection: sqlite3.Connection) -> None:
        store.forget(HOME)
        learn(texts, connection)

    store.append([signal()])
    with open_store(path) as reader:
        monkeypatch.setattr(Texts, "learn", forget_and_learn)
        assert reader.recent(HOME) == [signal()]
        assert reader.recent(HOME) == []


def test_empty_years_are_crossed_in_few_steps(store: SqliteSignalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    page = SqliteSignalStore._page

    def counted(self: SqliteSignalStore, question: dict[str, str | int | None]) -> tuple[list[Signal], int]:
        asked.append(question)
        return page(self, question)

    monkeypatch.setattr(SqliteSignalStore, "_page", counted)
    store.append([signal(EIGHT - timedelta(days=20_000)), signal(), *at_each(timedelta(days=1), 500, home=OTHER)])

    assert len(list(store.between(None, None))) == 502
    assert len(asked) < 50


def found_in(path: Path, texts: list[bytes]) -> list[bytes]:
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return [text for text in texts if text in content]


def test_appending_goes_on_between_the_steps_of_forgetting(store: SqliteSignalStore) -> None:
    store.append(at_each(SECOND, 10_000))
    forgotten = threading.Event()

    def append() -> int:
        appended = 0
        while not forgotten.is_set():
            appended += store.append([signal(home=OTHER, key=f"{appended}")])
        return appended

    with ThreadPoolExecutor() as threads:
        appending = threads.submit(append)
        try:
            gone = store.forget(HOME)
        finally:
            forgotten.set()

    assert gone == 10_000
    assert store.count() == appending.result()
