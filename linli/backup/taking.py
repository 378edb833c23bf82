"""Taking a backup while linli runs."""

import shutil
import tempfile
import zipfile
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import IO

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from linli.backup import databases
from linli.backup.manifest import (
    CARE,
    FOLDERS,
    PIECE,
    SIGNALS,
    Manifest,
    Part,
    read_manifest,
    sha256_of,
    unpack,
    write_manifest,
)
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.files import replacing
from linli.steps import Steps, Tell, nobody

_ROOM_BYTES = 16_000_000
_PASSES = 5
"""How often each byte is gone through: copied, checked, described, packed, and read again."""
_ELSEWHERE = "The care data (people, alerts) is on a database server and not in this file: copy it with pg_dump."


def backup(data_dir: Path, out: Path, *, now: datetime, care_url: str = "", tell: Tell = nobody) -> Manifest:
    """Write a copy of an installation to one file (mode 0600), checked, whole or not at all; return what is in it.

    `care_url` is the care database's address where one is set; what is on a server must be copied there, which
    the manifest's remarks say. `tell` counts bytes, each as often as it is gone through.
    """
    sources, remarks = _sources(data_dir, care_url)
    size = sum(databases.size(path) for path in sources.values())
    _check_room(out, size)
    steps = Steps(tell, _PASSES * size)
    with replacing(out) as part, tempfile.TemporaryDirectory(prefix=".linli-backup-", dir=out.parent) as folder:
        copies = {name: Path(folder) / name for name in sources}
        for name in FOLDERS:
            (Path(folder) / name).mkdir()
        # care data first: whatever an alert refers to is then among the signals, which only grow
        for name, source in sorted(sources.items()):
            _copy(source, copies[name], steps)
        # known only now: what stood in a log has taken the place of older pages, or made the file longer
        steps.expect((_PASSES - 2) * sum(path.stat().st_size for path in copies.values()))
        manifest = _describe(copies, remarks, now, steps)
        _pack(part, copies, manifest, now, steps)
        _verify(part, out.name, steps)
    return manifest


def _sources(data_dir: Path, care_url: str) -> tuple[dict[str, Path], list[str]]:
    if not data_dir.is_dir():
        raise LinliError(f"there is no data folder {data_dir}; name it with --data")
    data = DataDir(data_dir)
    if data.unfinished_restore.exists():
        raise LinliError(f'a restore into {data_dir} was cut short; run "linli restore" again before a backup')
    care, remarks = _care(data, care_url)
    written = {f"{path.parent.name}/{path.name}": path for path in data.written_files()}
    named = {CARE: care, SIGNALS: data.signals, **{path.name: path for path in data.secrets()}, **written}
    sources = {name: path for name, path in named.items() if path is not None and path.is_file()}
    if not {CARE, SIGNALS} & sources.keys():
        raise LinliError(f"there is nothing to back up in {data_dir}")
    return sources, remarks


def _care(data: DataDir, care_url: str) -> tuple[Path | None, list[str]]:
    if not care_url:
        return data.care, []
    try:
        url = make_url(care_url)
    except ArgumentError as why:
        raise LinliError("setting care: the address of the care database cannot be read") from why
    if url.get_backend_name() == "sqlite" and url.database:
        return Path(url.database), []
    return None, [_ELSEWHERE]


def _check_room(out: Path, size: int) -> None:
    if out.is_dir():
        raise LinliError(f"{out} is a folder; name a file in it")
    if not out.parent.is_dir():
        raise LinliError(f"there is no folder {out.parent}")
    free = shutil.disk_usage(out.parent).free
    needed = 2 * size + _ROOM_BYTES  # the copies, and the file they are packed into
    if free < needed:
        raise LinliError(f"the backup needs {needed // 1_000_000} MB and {out.parent} has {free // 1_000_000} MB free")


def _copy(source: Path, target: Path, steps: Steps) -> None:
    if target.name not in {CARE, SIGNALS}:
        shutil.copyfile(source, target)
        steps.add(2 * target.stat().st_size)
        return
    databases.copy(source, target, steps)
    databases.check(target)
    steps.add(target.stat().st_size)


def _describe(copies: dict[str, Path], remarks: list[str], now: datetime, steps: Steps) -> Manifest:
    log_seq, log_head = _log_head(copies.get(CARE))
    return Manifest(
        linli=_version(),
        made_at=now.isoformat(timespec="seconds"),
        files={name: _part(name, path, steps) for name, path in copies.items()},
        care_revision=databases.text(copies[CARE], "SELECT version_num FROM alembic_version") if CARE in copies else "",
        signals_version=databases.number(copies[SIGNALS], "PRAGMA user_version") if SIGNALS in copies else 0,
        remarks=remarks,
        log_seq=log_seq,
        log_head=log_head,
    )


def _log_head(care: Path | None) -> tuple[int, str]:
    if care is None:
        return 0, ""
    seq = databases.number(care, "SELECT coalesce(max(seq), 0) FROM log")
    return seq, databases.text(care, "SELECT hash FROM log ORDER BY seq DESC LIMIT 1")


def _part(name: str, path: Path, steps: Steps) -> Part:
    rows = databases.rows(path) if name in {CARE, SIGNALS} else {}
    part = Part(path.stat().st_size, sha256_of(path), rows)
    steps.add(part.bytes)
    return part


def _version() -> str:
    try:
        return version("linli")
    except PackageNotFoundError:
        return "unknown"


def _pack(part: Path, copies: dict[str, Path], manifest: Manifest, now: datetime, steps: Steps) -> None:
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        write_manifest(packed, manifest)
        for name, path in copies.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with path.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
                _pour(source, target, steps)


def _pour(source: IO[bytes], target: IO[bytes], steps: Steps) -> None:
    while piece := source.read(PIECE):
        target.write(piece)
        steps.add(len(piece))


def _verify(part: Path, name: str, steps: Steps) -> None:
    """Read what was written; a disk that lies must not be noticed on the day of need."""
    with zipfile.ZipFile(part) as packed:
        manifest = read_manifest(packed, name)
        for file, told in manifest.files.items():
            unpack(packed, file, told, steps)
