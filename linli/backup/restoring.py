"""Bringing a backup back: everything is checked before anything is touched, and what was there is moved aside."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from linli.backup import databases
from linli.backup.manifest import CARE, FOLDERS, SIGNALS, Manifest, read_manifest, unpack
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.files import sync, sync_folder
from linli.steps import Steps, Tell, nobody
from linli.store.care import known_revisions
from linli.store.sqlite_signals import SCHEMA_VERSION

_ROOM_BYTES = 16_000_000
_UNPACKED = ".restoring-"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back. `aside` is where the earlier data is now, if there was any.

    `open_alerts` were open when the backup was made: as soon as linli runs, their people are called again.
    """

    manifest: Manifest
    aside: Path | None = None
    open_alerts: int = 0


def restore(file: Path, data_dir: Path, *, now: datetime, force: bool = False, tell: Tell = nobody) -> Restored:
    """Bring a backup back into a folder that no linli is using; data that is there is moved aside, with `force` only.

    `tell` counts bytes, each twice: unpacked and checked.
    """
    with _opened(file) as packed:
        manifest = read_manifest(packed, file.name)
        _refuse_newer(manifest, file.name)
        data = DataDir(data_dir)
        with data.lock_for_restore():
            there = _there(data, manifest)
            if there and not force and not data.unfinished_restore.exists():
                raise LinliError(f"there is data in {data_dir} already; with --force it is moved aside, not deleted")
            _clear(data)
            _check_room(data, manifest)
            with tempfile.TemporaryDirectory(prefix=_UNPACKED, dir=data.path) as folder:
                new = [
                    *_unpack(packed, manifest, Path(folder), tell),
                    *_log_head(manifest, Path(folder) / data.log_head.name),
                ]
                open_alerts = _open_alerts(new)
                aside = _swap(data, there, new, now)
    return Restored(manifest, aside, open_alerts)


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    if file.exists() and not file.is_file():  # a device may be read for ever
        raise LinliError(f"{file.name} is not a backup of linli: it is no file")
    try:
        with zipfile.ZipFile(file) as packed:
            yield packed
    except zipfile.BadZipFile as why:
        raise LinliError(f"{file.name} is not a backup of linli, or it is damaged") from why
    except OSError as why:
        raise LinliError(f"the backup could not be brought back: {why.strerror} ({file.name})") from why


def _refuse_newer(manifest: Manifest, name: str) -> None:
    unknown = manifest.care_revision and manifest.care_revision not in known_revisions()
    if unknown or manifest.signals_version > SCHEMA_VERSION:
        raise LinliError(f"{name} was made by a newer linli ({manifest.linli}); install that version")


def _there(data: DataDir, manifest: Manifest) -> list[Path]:
    """Return the files that must make room: a database's log belongs to it, and one database to the other.

    So both databases go aside, also where the backup has only one: alerts of one community on the signs of life of
    another would be worse than none. So do the folders of files that people write, whole.
    """
    endings = ("", "-wal", "-shm", "-journal")
    single = {CARE, SIGNALS, *(name for name in manifest.files if "/" not in name)}
    found = [data.path / f"{name}{ending}" for name in single for ending in endings]
    found += [data.path / name for name in FOLDERS]
    found.append(data.log_head)  # how far the log that goes had come says nothing of the one that comes
    return [path for path in found if path.exists() or path.is_symlink()]


def _clear(data: DataDir) -> None:
    """Remove what a restore that was killed has unpacked."""
    for folder in data.path.glob(f"{_UNPACKED}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _check_room(data: DataDir, manifest: Manifest) -> None:
    needed = sum(part.bytes for part in manifest.files.values()) + _ROOM_BYTES
    free = shutil.disk_usage(data.path).free
    if free < needed:
        raise LinliError(f"the data needs {needed // 1_000_000} MB and {data.path} has {free // 1_000_000} MB free")


def _unpack(packed: zipfile.ZipFile, manifest: Manifest, folder: Path, tell: Tell) -> list[Path]:
    steps = Steps(tell, 2 * sum(part.bytes for part in manifest.files.values()))
    unpacked = []
    for name, told in manifest.files.items():
        target = folder / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        target.touch(mode=0o600)
        unpack(packed, name, told, steps, target)
        if name in {CARE, SIGNALS}:
            databases.check(target)
        sync(target)
        steps.add(told.bytes)
        unpacked.append(target if target.parent == folder else target.parent)
    return list(dict.fromkeys(unpacked))


def _log_head(manifest: Manifest, target: Path) -> list[Path]:
    """Write down how far the log had come when the backup was made."""
    if not manifest.log_head:
        return []
    target.touch(mode=0o600)
    target.write_bytes(msgspec.json.encode({"seq": manifest.log_seq, "hash": manifest.log_head}))
    sync(target)
    return [target]


def _open_alerts(new: list[Path]) -> int:
    for path in new:
        if path.name == CARE:
            return databases.number(path, "SELECT count(*) FROM alerts WHERE due_at IS NOT NULL")
    return 0


def _swap(data: DataDir, there: list[Path], new: list[Path], now: datetime) -> Path | None:
    """Move the old aside and the new in. Until that is done a mark keeps linli from starting on half of it."""
    data.unfinished_restore.touch(mode=0o600)
    sync_folder(data.path)
    aside = _aside(data, now) if there else None
    for path in there:
        if aside is not None:
            path.rename(aside / path.name)
    for path in new:
        path.rename(data.path / path.name)
    sync_folder(data.path)
    data.unfinished_restore.unlink()
    sync_folder(data.path)
    return aside


def _aside(data: DataDir, now: datetime) -> Path:
    name = f"replaced-{now:%Y%m%d-%H%M%S}"
    numbered = (data.path / (name if not number else f"{name}-{number}") for number in range(1000))
    aside = next(path for path in numbered if not os.path.lexists(path))
    aside.mkdir(mode=0o700)
    return aside
