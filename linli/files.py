"""Files that are either whole or not there: written beside their place, then renamed."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linli.errors import LinliError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield an empty file (mode 0600) to write; it takes the place of `path` at the end, or goes if anything is raised."""
    if path.is_dir():
        raise LinliError(f"{path} is a folder; name a file in it")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", suffix=".part", dir=path.parent)
    except OSError as why:
        raise LinliError(f"{path.name} cannot be written in {path.parent}: {why.strerror}") from why
    os.close(handle)
    part = Path(name)
    try:
        yield part
        sync(part)
        part.replace(path)
        sync_folder(path.parent)
    except OSError as why:
        raise LinliError(f"{path.name} could not be written: {why.strerror}") from why
    finally:
        part.unlink(missing_ok=True)


def for_owner_alone(path: Path) -> None:
    """See that a file, new or old, can be read by its owner alone, whatever folder it is in."""
    path.touch(mode=0o600)
    path.chmod(0o600)


def sync(path: Path) -> None:
    """Wait until a file's content is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until a folder's names are on the disk; Windows has no such call and needs none."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
