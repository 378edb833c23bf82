"""linli goes on with what stands in the place of a care database that is gone, if that can be used, and says what to do if not."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.opening import new_alert
from linli.alert import AlertKind, Severity
from linli.clock import VirtualClock
from linli.finding import Finding
from linli.health import Health
from linli.moved_care import PART, Moved, MovedCare, kept_files, open_emergencies, put_back, unusable
from linli.store import cases
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.words import Sentence, catalogue, say
from tests.cast import DEVICES, EIGHT, HOMES, MEI, PEOPLE


class Watched:
    """A care database with the cast in it, whoever looks after it, and a backup."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.care = CareStore(f"sqlite:///{file}")
        with self.care.begin() as connection:
            roster_store.save(connection, HOMES, DEVICES, PEOPLE)
        self.care.cut_log()
        self.backup = Path(shutil.copyfile(file, file.with_name("backup.db")))
        self.health = Health(VirtualClock(EIGHT))
        self.went_on: list[Moved] = []
        self._moved = MovedCare(self.care, VirtualClock(EIGHT), self.health, self.went_on.append)

    def look(self, times: int = 2) -> str:
        """Look so many times, and return what is said of it."""
        for _ in range(times):
            self._moved.look()
        return " ".join(say(one.why, "en", ZoneInfo("UTC")) for one in self.health.troubles() if one.part == PART)

    def trouble(self) -> Sentence:
        (trouble,) = self.health.troubles()
        return trouble.why


@pytest.fixture
def watched(care_file: Path) -> Iterator[Watched]:
    made = Watched(care_file)
    yield made
    made.care.close()


def test_of_a_file_that_stands_there_nothing_is_said(watched: Watched) -> None:
    assert watched.look(5) == ""
    assert watched.health.parts() == {PART: True}
    assert kept_files(watched.file) == []


def test_what_a_deleted_file_held_is_kept_and_it_is_said_where(watched: Watched) -> None:
    watched.file.unlink()

    said = watched.look()

    (kept,) = kept_files(watched.file)
    assert "there is no file" in said
    assert kept.name in said
    assert unusable(kept) is None
    assert watched.went_on == []


def test_once_it_is_there_again_linli_goes_on(watched: Watched) -> None:
    watched.file.unlink()
    watched.look(3)
    (kept,) = kept_files(watched.file)
    kept.rename(watched.file)

    watched.look(1)

    assert watched.went_on == [Moved(kept)]


def test_linli_goes_on_with_a_backup_that_took_its_place(watched: Watched) -> None:
    watched.backup.replace(watched.file)

    watched.look()

    (kept,) = kept_files(watched.file)
    assert watched.went_on == [Moved(kept)]


def test_at_a_start_without_the_file_what_was_kept_is_put_back(watched: Watched) -> None:
    watched.file.unlink()
    watched.look()
    (kept,) = kept_files(watched.file)

    assert put_back(CareStore(f"sqlite:///{watched.file}")) == kept

    assert unusable(watched.file) is None
    assert put_back(watched.care) is None, "it stands there"


def test_at_a_start_without_any_file_nothing_is_put_back(tmp_path: Path) -> None:
    (tmp_path / "care.moved-20261128T000000.000000Z.db").touch()

    assert put_back(CareStore(f"sqlite:///{tmp_path / 'care.db'}")) is None


def _half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:20_000])


def _of_nobody(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.executescript("PRAGMA foreign_keys=OFF; DELETE FROM homes;")


def _of_tomorrow(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.executescript("UPDATE alembic_version SET version_num = '9999'")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_half, "not whole yet"),
        (_empty, "no care database"),
        (_of_nobody, "lists no homes"),
        (_of_tomorrow, "newer linli"),
    ],
    ids=["half copied", "empty", "of nobody", "of a newer linli"],
)
def test_what_cannot_be_used_is_said_and_left_alone(watched: Watched, spoil: object, why: str) -> None:
    assert callable(spoil)
    spoil(watched.backup)
    before = watched.backup.read_bytes()
    watched.backup.replace(watched.file)

    said = watched.look(3)

    assert why in said
    assert watched.went_on == []
    assert watched.file.read_bytes() == before
    assert _in_chinese(watched.trouble())


def _in_chinese(sentence: Sentence) -> bool:
    """Tell whether it and whatever fills it is in the catalogue."""
    within = [field for field in sentence.fields.values() if isinstance(field, Sentence)]
    texts = [one.template for one in (sentence, *within)] + [str(sentence.fields["why"])]
    return all(text in catalogue("zh") for text in texts)


def test_until_what_it_held_is_kept_nothing_is_let_go(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    watched.file.unlink()
    shutil.copyfile(watched.backup, watched.file)
    with monkeypatch.context() as full:
        full.setattr("linli.store.care.replacing", _no_room)
        said = watched.look(4)
        assert watched.went_on == []

    assert "do not stop linli" in said
    watched.look(1)
    (kept,) = kept_files(watched.file)
    assert watched.went_on == [Moved(kept)]


def _no_room(_: Path) -> object:
    raise sqlite3.OperationalError("database or disk is full")


def test_whoever_called_and_is_not_known_any_more_is_called_for_again(watched: Watched) -> None:
    press = _finding("press-1", Severity.EMERGENCY, AlertKind.SOS)
    silence = _finding("silence-1", Severity.URGENT, AlertKind.INACTIVITY)
    with watched.care.begin() as connection:
        for finding in (press, silence):
            cases.add(connection, new_alert(finding, EIGHT))
    watched.backup.replace(watched.file)
    watched.look()
    (moved,) = watched.went_on
    assert moved.kept is not None

    with closing(CareStore(f"sqlite:///{watched.file}")) as today:
        (again,) = open_emergencies(moved.kept, today, {MEI.home})
        assert (again.home, again.kind, again.at, again.why) == (MEI.home, press.kind, press.at, press.why)
        assert open_emergencies(moved.kept, today, {"home-8"}) == []
        with today.begin() as connection:
            cases.add(connection, new_alert(press, EIGHT))
        assert open_emergencies(moved.kept, today, {MEI.home}) == []


def _finding(key: str, severity: Severity, kind: AlertKind) -> Finding:
    return Finding(key, MEI.home, MEI.site, kind, severity, EIGHT, Sentence("The help button was pressed"))
