"""What a backup holds and how each part can be known again. It is read before anything in the backup is believed."""

import hashlib
import re
import zipfile
import zlib
from os import devnull
from pathlib import Path

import msgspec

from linli.errors import LinliError
from linli.steps import Steps

FORMAT = 1
NAME = "manifest.json"
CARE = "care.db"
SIGNALS = "signals.db"
FOLDERS = ("ladders", "meters")
"""Folders of files that people write: each file is a part of its own, and a restore replaces the whole folder."""
PIECE = 1 << 20
"""Files are read in pieces of this many bytes: they may be larger than the memory."""

_MAX_MANIFEST = 1 << 20
_ALLOWED = re.compile(
    r"(care\.db|signals\.db|secret[A-Za-z0-9._-]{0,60}|ladders/[a-z0-9][a-z0-9-]{0,62}\.txt|meters/[a-z0-9][a-z0-9-]{0,62}\.toml)\Z"
)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError)


class Part(msgspec.Struct, frozen=True):
    """One file: its size, its SHA-256 in hexadecimal digits, and of a database the rows of each table."""

    bytes: int
    sha256: str
    rows: dict[str, int] = {}


class Manifest(msgspec.Struct, frozen=True):
    """A backup's contents. `care_revision` and `signals_version` say which tables they are; `remarks` what is not in it.

    `log_seq` and `log_head` are the number and the hash of the log's newest line: to hold against a log that went on.
    """

    linli: str
    made_at: str
    files: dict[str, Part]
    care_revision: str = ""
    signals_version: int = 0
    remarks: list[str] = []
    log_seq: int = 0
    log_head: str = ""
    format: int = FORMAT


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(packed: zipfile.ZipFile, manifest: Manifest) -> None:
    """Put the manifest into a backup."""
    packed.writestr(NAME, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def read_manifest(packed: zipfile.ZipFile, name: str) -> Manifest:
    """Return a backup's manifest, once it is sure that it names exactly what is there and nothing that leads elsewhere."""
    try:
        with packed.open(NAME) as file:
            content = file.read(_MAX_MANIFEST + 1)
        manifest = msgspec.json.decode(content[:_MAX_MANIFEST], type=Manifest)
    except (*_BROKEN, msgspec.MsgspecError) as why:
        raise LinliError(f"{name} is not a backup of linli, or it is damaged") from why
    if manifest.format > FORMAT:
        raise LinliError(f"{name} was made by a newer linli ({manifest.linli}); install that version")
    inside = sorted(packed.namelist())
    if inside != sorted([NAME, *manifest.files]) or not all(_ALLOWED.match(part) for part in manifest.files):
        raise LinliError(f"{name} holds other files than its manifest names; nothing was touched")
    return manifest


def unpack(packed: zipfile.ZipFile, part: str, told: Part, steps: Steps, target: Path | None = None) -> None:
    """Read a part through, into a file if one is named; raises LinliError unless it is what the manifest says.

    `steps` counts bytes.
    """
    digest = hashlib.sha256()
    size = 0
    try:
        with packed.open(part) as source, (target or Path(devnull)).open("wb") as out:
            while piece := source.read(PIECE):
                size += len(piece)
                if size > told.bytes:
                    break
                digest.update(piece)
                out.write(piece)
                steps.add(len(piece))
    except _BROKEN as why:
        raise LinliError(f"the backup is damaged in {part}; nothing was touched") from why
    if size != told.bytes or digest.hexdigest() != told.sha256:
        raise LinliError(f"the backup is damaged: {part} is not what the manifest says; nothing was touched")
