"""Long work tells how far it has come: never back, never beyond its end, and at the end that it is done."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from linli.backup import backup, restore
from linli.data_dir import DataDir
from linli.people import Device
from linli.recording import read_recording, told_by_time
from linli.roster_file import RosterFile, apply, read_roster
from linli.roster_file import workbook as reading
from linli.steps import Steps
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from simulators.truth import write_with_truth
from tests import cast
from tests.cast import EIGHT
from tests.simulators.homes import DAY, SEED, START, willow
from tests.spreadsheets import GOOD, folder, workbook


class Watcher:
    """Notes what it is told, and that it may be."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int]] = []

    def tell(self, done: int, total: int) -> None:
        assert 0 <= done <= total
        assert not self.told or done >= self.told[-1][0]
        self.told.append((done, total))

    @property
    def totals(self) -> set[int]:
        return {total for _, total in self.told}


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    watching = Watcher()
    yield watching
    assert watching.told
    assert watching.told[-1][0] == watching.told[-1][1]


def test_few_of_many_steps_are_told(watcher: Watcher) -> None:
    assert list(Steps(watcher.tell, 1050).of(range(1050))) == list(range(1050))

    assert [done for done, _ in watcher.told] == [*range(100, 1001, 100), 1050]


def test_more_steps_than_expected_are_told_once(watcher: Watcher) -> None:
    list(Steps(watcher.tell, 10).of(range(5000)))

    assert watcher.told == [(10, 10)]


def test_a_total_that_is_known_later_is_told_with_what_is_done(watcher: Watcher) -> None:
    steps = Steps(watcher.tell, 50)
    steps.add(50)
    steps.expect(200)
    assert [len(some) for some in steps.some_of(range(200))] == [200]

    assert watcher.told == [(50, 50), (50, 250), (250, 250)]


def _table(rows: int) -> dict[str, tuple[tuple[str, ...], ...]]:
    homes = tuple((f"home-{number}", "garden", "3") for number in range(rows))
    return {"homes": (("home", "site", "building"), *homes)}


def test_a_workbook_is_counted_in_rows_unpacked_and_understood(tmp_path: Path, watcher: Watcher) -> None:
    read_roster(workbook(tmp_path / "roster.xlsx", _table(300)), tell=watcher.tell)

    assert watcher.told[0] == (0, 602)  # the heading is a row too, before it is known to be one
    assert watcher.told[-1] == (601, 601)
    assert (200, 602) in watcher.told


def test_rows_are_counted_once_also_where_a_piece_of_the_file_ends_in_one(
    tmp_path: Path, watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_PIECE", 7)
    read_roster(workbook(tmp_path / "roster.xlsx", _table(300)), tell=watcher.tell)

    assert watcher.told[0] == (0, 602)


def test_csv_files_are_counted_in_rows(tmp_path: Path, watcher: Watcher) -> None:
    read_roster(folder(tmp_path, GOOD), tell=watcher.tell)

    assert watcher.totals == {sum(len(table) - 1 for table in GOOD.values())}


def test_what_is_saved_is_counted_in_homes_devices_and_people(care_file: Path, watcher: Watcher) -> None:
    care = CareStore(f"sqlite:///{care_file}")
    devices = tuple(Device("home-7", f"pir-{number}", "hall") for number in range(1200))
    with care.begin() as connection:
        apply(connection, RosterFile(cast.HOMES, devices, cast.PEOPLE), watcher.tell)
    care.close()

    total, homes = len(cast.HOMES) + 1200 + len(cast.PEOPLE), len(cast.HOMES)
    assert watcher.totals == {total}
    assert (homes + 1000, total) in watcher.told


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "willow.csv"
    write_with_truth(path, willow(12), SEED, START, START + DAY)
    return path


@pytest.fixture
def data(tmp_path: Path, migrated_file: Path, recording: Path) -> DataDir:
    """Give an installation with a day of signals."""
    installation = DataDir(tmp_path / "data")
    installation.secret()
    shutil.copy(migrated_file, installation.care)
    signals = SqliteSignalStore(installation.signals)
    signals.append(list(read_recording(recording)))
    signals.close()
    return installation


def test_a_backup_is_counted_in_bytes_five_times(data: DataDir, tmp_path: Path, watcher: Watcher) -> None:
    manifest = backup(data.path, tmp_path / "linli.zip", now=EIGHT, tell=watcher.tell)

    size = sum(part.bytes for part in manifest.files.values())
    assert watcher.totals == {5 * size}
    assert manifest.files["care.db"].bytes in {done for done, _ in watcher.told}, "the first copy, before its check"


def test_a_restore_is_counted_in_bytes_twice(data: DataDir, tmp_path: Path, watcher: Watcher) -> None:
    manifest = backup(data.path, tmp_path / "linli.zip", now=EIGHT)

    restore(tmp_path / "linli.zip", tmp_path / "new", now=EIGHT, tell=watcher.tell)

    assert watcher.totals == {2 * sum(part.bytes for part in manifest.files.values())}
    assert manifest.files["care.db"].bytes in {done for done, _ in watcher.told}


def test_a_recording_is_counted_in_seconds_of_its_homes(tmp_path: Path, watcher: Watcher) -> None:
    write_with_truth(tmp_path / "w.csv", willow(12), SEED, START, START + DAY, tell=watcher.tell)

    assert watcher.totals == {86_400}
    assert any(0 < done < 86_400 for done, _ in watcher.told)


def test_what_lies_outside_the_time_told_of_goes_no_further_than_its_ends(recording: Path, watcher: Watcher) -> None:
    hour = timedelta(hours=1)
    found = list(told_by_time(read_recording(recording), START + 6 * hour, START + 7 * hour, watcher.tell))

    assert len(found) == len(list(read_recording(recording)))
    assert watcher.told[0] == (0, 3600)
