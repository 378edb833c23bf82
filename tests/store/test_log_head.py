"""How far the log had come is kept outside the database, so a log that was cut off there is noticed here."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from linli.backup import backup, restore
from linli.checkup import faults
from linli.clock import VirtualClock
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.health import Health
from linli.settings import Settings, load
from linli.store import cases, chain, log_head
from linli.store.care import CareStore
from linli.store.chain import Head
from linli.store.log_head import EVERY, HeadKeeper
from tests.cast import EIGHT, MINUTE
from tests.store.histories import opened
from tests.store.test_chain import TEN


class Kept:
    """A folder with a log of ten lines, and who keeps its head."""

    def __init__(self, folder: Path, migrated: Path) -> None:
        self.data = DataDir(folder)
        self.data.care.write_bytes(migrated.read_bytes())
        self.care = CareStore(f"sqlite:///{self.data.care}")
        self.health = Health(VirtualClock(EIGHT))
        self.keeper = HeadKeeper(self.care, self.data.log_head, self.health)
        opened(self.care, "a-1")
        self.write()

    def write(self) -> None:
        with self.care.begin() as connection:
            cases.write_log(connection, "a-1", TEN)

    def cut(self, after: int) -> None:
        """Cut the log off behind a line, and hide it."""
        with self.care.begin() as connection:
            connection.execute(text("DROP TRIGGER IF EXISTS log_no_delete"))
            connection.execute(text("DELETE FROM log WHERE seq > :after"), {"after": after})
            connection.execute(text("UPDATE revisions SET value = :after WHERE name = 'log'"), {"after": after})

    def log_faults(self, folder: Path | None = None) -> list[str]:
        """Return what `linli check` says of the log."""
        settings: Settings = load({"data": folder or self.data.path}, config=None)
        found = faults(settings, DataDir(settings.data), VirtualClock(EIGHT))
        return [fault for fault in found if "log" in fault and "Mosquitto" not in fault]

    def troubles(self) -> list[str]:
        return [trouble.part for trouble in self.health.troubles()]


@pytest.fixture
def kept(tmp_path: Path, migrated_file: Path) -> Iterator[Kept]:
    made = Kept(tmp_path / "data", migrated_file)
    yield made
    made.care.close()


def test_the_head_is_kept_now_and_then(kept: Kept) -> None:
    kept.keeper.tick(EIGHT)
    first = log_head.read(kept.data.log_head)
    kept.write()
    kept.keeper.tick(EIGHT + EVERY - timedelta(seconds=1))
    assert log_head.read(kept.data.log_head) == first

    kept.keeper.tick(EIGHT + EVERY)

    assert first is not None
    assert first.seq == 10
    assert log_head.read(kept.data.log_head) != first
    assert kept.health.parts() == {"log": True}
    assert kept.log_faults() == []


def test_a_log_that_was_cut_off_is_noticed_and_the_head_stays_as_evidence(kept: Kept) -> None:
    kept.keeper.tick(EIGHT)
    kept.cut(7)
    with kept.care.read() as connection:
        assert list(chain.flaws(connection)) == []
    kept.write()

    kept.keeper.tick(EIGHT + EVERY)

    assert kept.troubles() == ["log"]
    head = log_head.read(kept.data.log_head)
    assert head is not None
    assert head.seq == 10
    assert kept.log_faults() == ["log line 10 is another than linli has written: the log is not ours"]


def test_an_empty_log_has_no_head(tmp_path: Path, care_file: Path) -> None:
    care = CareStore(f"sqlite:///{care_file}")
    HeadKeeper(care, tmp_path / "log.head", Health(VirtualClock(EIGHT))).tick(EIGHT)
    care.close()

    assert log_head.read(tmp_path / "log.head") is None


def test_a_head_that_cannot_be_read_is_said_and_not_written_over(kept: Kept) -> None:
    kept.data.log_head.write_text("half a li")
    with pytest.raises(LinliError, match="cannot be read"):
        log_head.read(kept.data.log_head)

    kept.keeper.tick(EIGHT)

    assert kept.troubles() == ["log"]
    assert kept.data.log_head.read_text() == "half a li"


def test_check_names_no_more_faults_than_somebody_reads(kept: Kept) -> None:
    with kept.care.begin() as connection:
        for _ in range(5):
            cases.write_log(connection, "a-1", TEN)
    with kept.care.begin() as connection:
        connection.execute(text("DROP TRIGGER IF EXISTS log_no_delete"))
        connection.execute(text("DELETE FROM log WHERE seq % 2 = 0 AND seq < 40"))

    found = kept.log_faults()

    assert found[0] == "log line 2 is missing"
    assert (len(found), found[-1]) == (11, "and 9 more faults of the log")


def test_a_restored_log_is_whole_and_older_than_the_head_that_was_there(kept: Kept, tmp_path: Path) -> None:
    kept.data.secret()
    told = backup(kept.data.path, tmp_path / "linli.zip", now=EIGHT)
    kept.write()
    kept.keeper.tick(EIGHT)
    kept.care.close()

    restored = restore(tmp_path / "linli.zip", kept.data.path, now=EIGHT + MINUTE, force=True)

    assert restored.aside is not None
    assert (restored.aside / "log.head").exists()
    assert log_head.read(kept.data.log_head) == Head(told.log_seq, told.log_head)
    assert told.log_seq == 10
    assert kept.log_faults() == []
    kept.write()
    assert kept.log_faults() == []
    kept.cut(5)
    assert kept.log_faults() == ["the log has been at line 10 and does not have it any more: its end was cut off"]
