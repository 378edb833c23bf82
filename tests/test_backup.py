"""A backup taken while linli runs is a whole installation, and bringing it back loses nothing that was there before."""

import io
import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO

import msgspec
import pytest

from linli.backup import Manifest, Part, backup, manifest, restore, taking
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.people import Roster
from linli.signals import Kind, Signal
from linli.steps import Steps
from linli.store import cases
from linli.store import roster as roster_store
from linli.store.care import CareStore, known_revisions
from linli.store.sqlite_signals import SqliteSignalStore
from tests import cast
from tests.cast import EIGHT, MINUTE
from tests.store.histories import alert, closed


@dataclass(frozen=True)
class Installation:
    """A linli at work: its folder and its open stores."""

    data: DataDir
    care: CareStore
    signals: SqliteSignalStore

    def hear(self, number: int) -> None:
        """Store one more sign of life."""
        at = EIGHT + number * MINUTE
        self.signals.append([Signal("home-7", "hall", Kind.CONTACT, "open", at, at, str(number), "entrance")])


def _open(path: Path) -> Installation:
    data = DataDir(path)
    data.secret()
    care = CareStore(f"sqlite:///{data.care}")
    if not data.care.exists():
        care.migrate()
    return Installation(data, care, SqliteSignalStore(data.signals))


def _close(linli: Installation) -> None:
    linli.care.close()
    linli.signals.close()


@pytest.fixture
def linli(tmp_path: Path, migrated_file: Path) -> Iterator[Installation]:
    shutil.copy(migrated_file, DataDir(tmp_path / "data").care)
    opened = _open(tmp_path / "data")
    with opened.care.begin() as connection:
        roster_store.save(connection, cast.HOMES, cast.DEVICES, cast.PEOPLE)
        cases.add(connection, alert("a-1"))
        cases.add(connection, closed(alert("a-0"), EIGHT))
    opened.hear(1)
    with opened.data.lock():
        yield opened
    _close(opened)


@pytest.fixture
def saved(linli: Installation, tmp_path: Path) -> Path:
    backup(linli.data.path, tmp_path / "linli.zip", now=EIGHT)
    return tmp_path / "linli.zip"


def _roster(care: CareStore) -> Roster:
    with care.read() as connection:
        return roster_store.load(connection)


def test_what_was_backed_up_is_brought_back_whole(linli: Installation, saved: Path, tmp_path: Path) -> None:
    linli.hear(2)  # after the backup, so not in it

    restored = restore(saved, tmp_path / "new", now=EIGHT)

    again = _open(tmp_path / "new")
    assert _roster(again.care) == cast.roster(revision=1)
    assert [signal.key for signal in again.signals.recent("home-7")] == ["1"]
    assert again.data.secret() == linli.data.secret()
    assert (restored.aside, restored.open_alerts) == (None, 1)
    assert sorted(path.name for path in again.data.path.iterdir() if "-" not in path.name) == [
        "care.db",
        "linli.lock",
        "secret",
        "signals.db",
    ]
    _close(again)


def test_templates_of_meters_are_brought_back_and_those_of_another_installation_go_aside(
    linli: Installation, tmp_path: Path
) -> None:
    folder = linli.data.meters
    folder.mkdir()
    (folder / "waterco.toml").write_text('readings = "data"\n', encoding="utf-8")
    (folder / "Not heeded.toml").write_text("x", encoding="utf-8")
    backup(linli.data.path, tmp_path / "linli.zip", now=EIGHT)
    other = tmp_path / "other"
    (other / "meters").mkdir(parents=True)
    (other / "meters" / "strange.toml").write_text("y", encoding="utf-8")

    restored = restore(tmp_path / "linli.zip", other, now=EIGHT, force=True)

    assert [path.name for path in (other / "meters").iterdir()] == ["waterco.toml"]
    assert (other / "meters" / "waterco.toml").read_text(encoding="utf-8") == 'readings = "data"\n'
    assert restored.aside is not None
    assert (restored.aside / "meters" / "strange.toml").is_file()


def test_the_manifest_says_what_is_in_it(linli: Installation, tmp_path: Path) -> None:
    (linli.data.path / "secret-vapid.pem").write_text("a second secret")
    told = backup(linli.data.path, tmp_path / "linli.zip", now=EIGHT)

    assert set(told.files) == {"care.db", "signals.db", "secret", "secret-vapid.pem"}
    assert told.files["care.db"].rows["homes"] == len(cast.HOMES)
    assert told.files["signals.db"].rows["signal"] == 1
    assert (told.made_at, told.care_revision, told.remarks) == ("2026-11-23T00:00:00+00:00", max(known_revisions()), [])
    with zipfile.ZipFile(tmp_path / "linli.zip") as packed:
        assert manifest.read_manifest(packed, "linli.zip") == told


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps permissions in another way")
def test_nobody_else_can_read_a_backup_or_what_comes_out_of_it(saved: Path, tmp_path: Path) -> None:
    restore(saved, tmp_path / "new", now=EIGHT)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [saved, *(tmp_path / "new").iterdir()]}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_a_backup_taken_while_everything_is_written_is_consistent(linli: Installation, tmp_path: Path) -> None:
    """Each alert's evidence is stored before the alert: in the copy no alert may be without its signal."""
    stop = threading.Event()
    ready = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        try:
            for number in range(10, 100_000):
                linli.hear(number)
                with linli.care.begin() as connection:
                    cases.add(connection, closed(alert(f"a-{number}"), EIGHT))
                ready.set()
                if stop.is_set():
                    return
        except Exception as why:  # noqa: BLE001 - any failure at all is the test's finding
            failures.append(why)

    writer = threading.Thread(target=work)
    writer.start()
    ready.wait()
    for number in range(3):
        backup(linli.data.path, tmp_path / f"{number}.zip", now=EIGHT)
    stop.set()
    writer.join()

    assert failures == []
    for number in range(3):
        restore(tmp_path / f"{number}.zip", tmp_path / f"new-{number}", now=EIGHT)
        again = _open(tmp_path / f"new-{number}")
        heard = {signal.key for signal in again.signals.recent("home-7", limit=100_000)}
        with again.care.read() as connection:
            alerts = {one.id.removeprefix("a-") for one in cases.search(connection, limit=100_000)} - {"0", "1"}
        _close(again)
        assert alerts
        assert alerts <= heard


def test_a_backup_takes_the_place_of_the_last_one_only_when_it_is_whole(
    linli: Installation, saved: Path, tmp_path: Path
) -> None:
    before = saved.read_bytes()
    linli.signals.close()
    content = bytearray(linli.data.signals.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    linli.data.signals.write_bytes(content)

    with pytest.raises(LinliError, match=r"signals\.db"):
        backup(linli.data.path, saved, now=EIGHT)

    assert saved.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "linli.zip"]


def test_a_disk_that_loses_what_was_written_is_noticed_at_once(
    linli: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forgetful(source: IO[bytes], target: IO[bytes], _: Steps) -> None:
        target.write(source.read()[:-1] + b"?")

    monkeypatch.setattr(taking, "_pour", forgetful)
    with pytest.raises(LinliError, match="the backup is damaged"):
        backup(linli.data.path, tmp_path / "b.zip", now=EIGHT)

    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_care_data_on_a_server_is_said_to_be_missing(linli: Installation, tmp_path: Path) -> None:
    linli.care.close()
    linli.data.care.unlink()
    told = backup(linli.data.path, tmp_path / "b.zip", now=EIGHT, care_url="postgresql+psycopg://linli:pw@db/linli")

    assert set(told.files) == {"signals.db", "secret"}
    assert told.remarks == [
        "The care data (people, alerts) is on a database server and not in this file: copy it with pg_dump."
    ]
    assert restore(tmp_path / "b.zip", tmp_path / "new", now=EIGHT).open_alerts == 0


def test_care_data_in_another_file_is_found(linli: Installation, tmp_path: Path) -> None:
    elsewhere = CareStore(f"sqlite:///{tmp_path / 'other.db'}")
    elsewhere.migrate()
    elsewhere.close()
    told = backup(linli.data.path, tmp_path / "b.zip", now=EIGHT, care_url=f"sqlite:///{tmp_path / 'other.db'}")

    assert told.files["care.db"].rows["homes"] == 0


def test_a_full_disk_is_said_before_anything_is_written(
    linli: Installation, saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taking, "_ROOM_BYTES", 1 << 60)
    with pytest.raises(LinliError, match=r"the backup needs [0-9]+ MB"):
        backup(linli.data.path, tmp_path / "b.zip", now=EIGHT)
    monkeypatch.setattr("linli.backup.restoring._ROOM_BYTES", 1 << 60)
    with pytest.raises(LinliError, match=r"the data needs [0-9]+ MB"):
        restore(saved, tmp_path / "new", now=EIGHT)

    assert not (tmp_path / "b.zip").exists()


def test_a_backup_of_nothing_or_to_nowhere_is_refused(linli: Installation, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for data, out, said in [
        (tmp_path / "typo", tmp_path / "b.zip", "there is no data folder"),
        (tmp_path / "empty", tmp_path / "b.zip", "nothing to back up"),
        (linli.data.path, tmp_path / "nowhere" / "b.zip", "there is no folder"),
        (linli.data.path, tmp_path, "is a folder"),
    ]:
        with pytest.raises(LinliError, match=said):
            backup(data, out, now=EIGHT)
    assert not (tmp_path / "typo").exists()


def test_nothing_is_brought_back_under_a_running_linli(linli: Installation, saved: Path) -> None:
    with pytest.raises(LinliError, match="another linli .* is using"):
        restore(saved, linli.data.path, now=EIGHT, force=True)


def test_data_that_is_there_is_moved_aside_when_asked_and_never_deleted(saved: Path, tmp_path: Path) -> None:
    old = _open(tmp_path / "old")
    old.hear(5)
    secret = old.data.secret()
    _close(old)
    before = {path.name: path.read_bytes() for path in old.data.path.iterdir()}

    with pytest.raises(LinliError, match="there is data in .* already"):
        restore(saved, old.data.path, now=EIGHT)
    assert {name: (old.data.path / name).read_bytes() for name in before} == before

    first = restore(saved, old.data.path, now=EIGHT, force=True)
    second = restore(saved, old.data.path, now=EIGHT, force=True)

    assert first.aside == old.data.path / "replaced-20261123-000000"
    assert second.aside == old.data.path / "replaced-20261123-000000-1"
    assert {name: (first.aside / name).read_bytes() for name in before} == before
    aside = _open(first.aside)
    assert aside.data.secret() == secret
    assert [signal.key for signal in aside.signals.recent("home-7")] == ["5"]
    _close(aside)


def test_the_log_of_a_killed_database_goes_aside_with_it(saved: Path, tmp_path: Path) -> None:
    data = DataDir(tmp_path / "old")
    for name in ("care.db", "care.db-wal", "care.db-shm", "signals.db"):
        (data.path / name).write_bytes(name.encode())

    restored = restore(saved, data.path, now=EIGHT, force=True)

    assert restored.aside is not None
    assert sorted(path.name for path in restored.aside.iterdir()) == [
        "care.db",
        "care.db-shm",
        "care.db-wal",
        "signals.db",
    ]
    assert not (data.path / "care.db-wal").exists()


def test_signals_of_another_installation_do_not_stay_beside_care_data_that_has_none(
    linli: Installation, tmp_path: Path
) -> None:
    linli.signals.close()
    linli.data.signals.unlink()
    backup(linli.data.path, tmp_path / "b.zip", now=EIGHT)
    old = DataDir(tmp_path / "old")
    old.signals.write_bytes(b"others lived here")

    restored = restore(tmp_path / "b.zip", old.path, now=EIGHT, force=True)

    assert restored.aside is not None
    assert (restored.aside / "signals.db").read_bytes() == b"others lived here"
    assert not old.signals.exists()


def test_a_restore_that_was_cut_short_is_taken_up_again(saved: Path, tmp_path: Path) -> None:
    data = DataDir(tmp_path / "new")
    data.unfinished_restore.touch()
    (data.path / "care.db").write_bytes(b"half of the files are there")
    (data.path / ".restoring-abc").mkdir()
    (data.path / ".restoring-abc" / "signals.db").touch()
    with pytest.raises(LinliError, match="cut short"), data.lock():
        pass
    with pytest.raises(LinliError, match="cut short"):
        backup(data.path, tmp_path / "b.zip", now=EIGHT)

    restored = restore(saved, data.path, now=EIGHT)

    assert restored.aside is not None
    assert (restored.aside / "care.db").read_bytes() == b"half of the files are there"
    assert not (data.path / ".restoring-abc").exists()
    with data.lock():
        assert _number_of_homes(data) == len(cast.HOMES)


def _number_of_homes(data: DataDir) -> int:
    care = CareStore(f"sqlite:///{data.care}")
    with care.read() as connection:
        count = len(roster_store.load(connection).homes)
    care.close()
    return count


def _rewritten(saved: Path, **parts: bytes) -> Path:
    """Write the backup again with some parts changed, added, or (empty) left out."""
    with zipfile.ZipFile(saved) as packed:
        content = {name: packed.read(name) for name in packed.namelist()}
    content |= {name: part for name, part in parts.items() if part}
    path = saved.with_name("changed.zip")
    with zipfile.ZipFile(path, "w") as packed:
        for name, part in content.items():
            if parts.get(name, b"x"):
                packed.writestr(name, part)
    return path


def _manifest_of(saved: Path) -> Manifest:
    with zipfile.ZipFile(saved) as packed:
        return manifest.read_manifest(packed, saved.name)


def _told(changed: Manifest) -> bytes:
    return msgspec.json.encode(changed)


def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    """A device has no end."""
    with pytest.raises(LinliError, match="zero is not a backup of linli"):
        restore(Path("/dev/zero"), tmp_path, now=EIGHT)


def test_a_damaged_or_foreign_file_touches_nothing(saved: Path, tmp_path: Path) -> None:
    told = _manifest_of(saved)
    whole = saved.read_bytes()
    flipped = bytearray(whole)
    flipped[len(flipped) // 2] ^= 0xFF
    escape = {"../../escaped": b"x", "secret/../../escaped": b"x", "/etc/escaped": b"x", "care.db-wal": b"x"}
    stranger = Part(1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
    files = {
        "text": b"this is not a backup",
        "other zip": _zip({"readme.txt": b"hello"}),
        "no manifest": _rewritten(saved, **{"manifest.json": b""}).read_bytes(),
        "bad manifest": _rewritten(saved, **{"manifest.json": b'{"files": []}'}).read_bytes(),
        "flipped": bytes(flipped),
        "short": whole[: len(whole) // 2],
        "changed": _rewritten(saved, **{"signals.db": b"other content"}).read_bytes(),
        "part missing": _rewritten(saved, secret=b"").read_bytes(),
        "part too many": _rewritten(saved, **{"secret-2": b"x"}).read_bytes(),
        "another secret": _rewritten(saved, secret=b"0" * told.files["secret"].bytes).read_bytes(),
        "longer than told": _rewritten(saved, secret=b"x" * 10_000).read_bytes(),
        **{
            name: _rewritten(
                saved,
                **{
                    "manifest.json": _told(msgspec.structs.replace(told, files={**told.files, name: stranger})),
                    name: content,
                },
            ).read_bytes()
            for name, content in escape.items()
        },
    }

    for name, content in files.items():
        path = tmp_path / "wrong.zip"
        path.write_bytes(content)
        with pytest.raises(LinliError, match=r"wrong\.zip|the backup is damaged"):
            restore(path, tmp_path / "new", now=EIGHT)
        left = [path.name for path in (tmp_path / "new").glob("*")] if (tmp_path / "new").exists() else []
        assert left in ([], ["linli.lock"]), name
    assert not list(tmp_path.rglob("escaped"))


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return out.getvalue()


@pytest.mark.parametrize("change", [{"care_revision": "9999"}, {"signals_version": 999}, {"format": 2}])
def test_what_a_newer_linli_has_made_is_refused(saved: Path, tmp_path: Path, change: dict[str, object]) -> None:
    newer = msgspec.structs.replace(_manifest_of(saved), **change)
    path = _rewritten(saved, **{"manifest.json": _told(newer)})

    with pytest.raises(LinliError, match="made by a newer linli"):
        restore(path, tmp_path / "new", now=EIGHT)
    assert not (tmp_path / "new").exists()


def test_no_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match=r"No such file or directory \(nothing\.zip\)"):
        restore(tmp_path / "nothing.zip", tmp_path / "new", now=EIGHT + timedelta(days=1))
