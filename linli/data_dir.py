"""The folder in which an installation keeps everything, what its files are called, and who may use it at a time."""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from linli.errors import LinliError
from linli.files import replacing, sync_folder
from linli.wire import is_id

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

SECRET_BYTES = 32
_ASIDE = "signals.damaged-"
_LOCKED_BYTE = 1 << 30
"""Windows hides what it locks: a byte far behind the number that others want to read."""


class DataDir:
    """An installation's folder; made for its owner alone when it is new."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as why:
            raise LinliError(
                f"the data folder {path} cannot be made: {why.strerror}; name another with --data"
            ) from why

    @property
    def care(self) -> Path:
        """Return where the care database is, unless it is a server's."""
        return self.path / "care.db"

    @property
    def signals(self) -> Path:
        """Return where the signals are."""
        return self.path / "signals.db"

    def set_signals_aside(self, now: datetime) -> Path:
        """Give the file of the signals and SQLite's log of it another name, so that a new one is begun; return that name.

        Raises LinliError where that cannot be done.
        """
        aside = self.path / f"{_ASIDE}{now:%Y%m%dT%H%M%S.%fZ}.db"
        try:
            for part in ("", "-wal", "-shm"):
                beside = self.signals.with_name(self.signals.name + part)
                if beside.exists():
                    beside.rename(aside.with_name(aside.name + part))
            sync_folder(self.path)
        except OSError as why:
            raise LinliError(f"{self.signals.name} is damaged and cannot be set aside: {why.strerror}") from why
        return aside

    def signals_aside(self) -> list[Path]:
        """Return the damaged files of signals that were set aside, the oldest first."""
        return sorted(self.path.glob(f"{_ASIDE}*.db"))

    @property
    def secret_file(self) -> Path:
        """Return where the secret is from which all others grow."""
        return self.path / "secret"

    @property
    def ladders(self) -> Path:
        """Return the folder of the ladder files, which need not be there."""
        return self.path / "ladders"

    @property
    def meters(self) -> Path:
        """Return the folder of the templates of meter platforms, which need not be there."""
        return self.path / "meters"

    @property
    def log_head(self) -> Path:
        """Return where it is written down how far the log had come."""
        return self.path / "log.head"

    @property
    def _own_broker(self) -> Path:
        return self.path / "broker.address"

    def note_own_broker(self, host: str, port: int) -> None:
        """Write down where linli's own broker listens: with a taken port it is not where the settings say."""
        self._own_broker.write_text(f"{host}:{port}\n", encoding="ascii")

    def own_broker_at(self) -> str:
        """Return where linli's own broker listens or did last, host:port; empty where there was none."""
        return self._own_broker.read_text("ascii").strip() if self._own_broker.exists() else ""

    @property
    def _pages(self) -> Path:
        return self.path / "pages.address"

    def note_pages(self, url: str) -> None:
        """Write down where the pages of the linli that holds this folder are; a full disk keeps no linli from starting."""
        self.forget_pages()
        with suppress(LinliError), replacing(self._pages) as part:
            part.write_text(f"{os.getpid()} {url}\n", encoding="ascii")

    def forget_pages(self) -> None:
        """Take that away again."""
        with suppress(OSError):
            self._pages.unlink(missing_ok=True)

    def pages_at(self) -> str:
        """Return where the pages of the linli that holds this folder are; empty where it has not written it down.

        What another process wrote that was killed, or that came with a copied folder, says nothing of this one.
        """
        try:
            writer, _, url = self._pages.read_text("ascii").strip().partition(" ")
            holder = self._lock_file.read_text("ascii").strip()
        except (OSError, ValueError):
            return ""
        return url if writer == holder else ""

    @property
    def told_outward(self) -> Path:
        """Return where it is written down which topics at the broker hold what linli has told others."""
        return self.path / "outward.json"

    @property
    def asked_topics(self) -> Path:
        """Return where it is written down which topics its broker may still keep for linli."""
        return self.path / "asked-topics.json"

    @property
    def unfinished_restore(self) -> Path:
        """Return the file that is there only while a restore is at work: until it is gone, files are missing."""
        return self.path / "restore.unfinished"

    def secrets(self) -> list[Path]:
        """Return all files that a backup must hold besides the databases: those whose names begin with `secret`."""
        return sorted(path for path in self.path.glob("secret*") if path.is_file() and not path.is_symlink())

    def written_files(self) -> list[Path]:
        """Return the ladders and the templates of meters, of those that are named as linli heeds them."""
        found = [*_files(self.ladders, "*.txt"), *_files(self.meters, "*.toml")]
        return [path for path in found if is_id(path.stem) and path.is_file() and not path.is_symlink()]

    def secret(self) -> bytes:
        """Return the installation's 32 secret bytes, made on first use; also two first users get the same."""
        if not self.secret_file.exists():
            self._make_secret()
        try:
            found = bytes.fromhex(self.secret_file.read_text("ascii").strip())
        except (OSError, ValueError) as why:
            raise LinliError(f"{self.secret_file} cannot be read; restore it from a backup") from why
        if len(found) < SECRET_BYTES:
            raise LinliError(f"{self.secret_file} is too short; restore it from a backup")
        return found

    def _make_secret(self) -> None:
        try:
            handle, name = tempfile.mkstemp(prefix=".secret-", dir=self.path)  # mode 0600
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(SECRET_BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            _place(Path(name), self.secret_file)
            sync_folder(self.path)
        except OSError as why:
            raise LinliError(f"{self.secret_file} cannot be written: {why.strerror}") from why

    @property
    def _lock_file(self) -> Path:
        return self.path / "linli.lock"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the folder for one running linli; raises LinliError while another holds it. Ends with the process."""
        with self._locked():
            if self.unfinished_restore.exists():
                raise LinliError(f'a restore into {self.path} was cut short; run "linli restore" again')
            yield

    @contextmanager
    def lock_for_restore(self) -> Iterator[None]:
        """Hold the folder like `lock`, also where an earlier restore was cut short."""
        with self._locked():
            yield

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            file = os.fdopen(os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        except OSError as why:
            raise LinliError(f"the data folder {self.path} cannot be used: {why.strerror}") from why
        with file:
            if not _take(file):
                raise LinliError(
                    f"another linli{_holder(file)} is using {self.path}; stop it first, or name another folder with --data"
                )
            file.seek(0)
            file.truncate()
            with suppress(OSError):  # it only tells others who holds it; on a full disk linli must start all the same
                os.write(file.fileno(), str(os.getpid()).encode())
            try:
                yield
            finally:
                _let_go(file)


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern)) if folder.is_dir() else []


def _place(made: Path, at: Path) -> None:
    """Give a file its name, unless that is taken: then somebody else was first."""
    try:
        at.hardlink_to(made)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        if not at.exists():
            made.rename(at)
    made.unlink(missing_ok=True)


def _holder(file: IO[str]) -> str:
    number = file.read(20).strip()
    return f" (process {number})" if number.isdigit() else ""


if sys.platform == "win32":

    def _take(file: IO[str]) -> bool:
        file.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            file.seek(0)
        return True

    def _let_go(file: IO[str]) -> None:
        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:

    def _take(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as why:
            raise LinliError(
                f"the data folder's file system knows no locks ({why.strerror}); use a local disk"
            ) from why
        return True

    def _let_go(file: IO[str]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
