"""An append-only file for the time in which no database answers: one line an entry, its checksum before its JSON.

Room for it is kept from the start, so that it can be written on a disk that is full. It decides nothing.
"""

import os
import stat
import threading
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from linli.errors import LinliError

RESERVE = 4 << 20
"""Bytes that a file takes from the start: some hundred calls for help with everybody who was called for them."""
NAME = "journal"
_EMPTY = b"\0"
_PIECE = 1 << 16


class JournalLost(LinliError):
    """No place takes an entry: it is kept in memory alone, and gone if linli ends now."""


class JournalFile:
    """One file: entries, then zeros up to the reserve. A line that was cut short, or was spoilt, costs only itself."""

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        self.path = folder / NAME
        self._reserve = reserve
        self._end = 0
        self._torn = False
        self._file: int | None = None
        self.damaged = 0

    def open(self) -> list[bytes]:
        """Make the file if it is not there, keep its room, and return its whole entries; raises OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_strangers(self.path.parent)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
        self._file = os.open(self.path, flags, 0o600)
        content = self._read()
        kept = content.rstrip(_EMPTY)
        self._end = len(kept)
        self._torn = bool(kept) and not kept.endswith(b"\n")
        with suppress(OSError):
            self._keep_room(len(content))
        return self._entries(kept)

    @property
    def has_room(self) -> bool:
        """Tell whether the file has all the room that was to be kept for it."""
        return self._file is not None and os.fstat(self._file).st_size >= self._reserve

    def _read(self) -> bytes:
        file = self._opened()
        os.lseek(file, 0, os.SEEK_SET)
        pieces = []
        while piece := os.read(file, _PIECE):
            pieces.append(piece)
        return b"".join(pieces)

    def _keep_room(self, size: int) -> None:
        """Fill the file up with zeros: a hole, or room that was only promised, can be refused when the disk is full."""
        if size < self._reserve:
            self._write(size, _EMPTY * (self._reserve - size))

    def _entries(self, kept: bytes) -> list[bytes]:
        lines = [line.strip(_EMPTY) for line in kept.split(b"\n")]
        found = [(line, entry_of(line)) for line in lines if line]
        self.damaged = sum(entry is None for _, entry in found)
        return [entry for _, entry in found if entry is not None]

    def append(self, entries: Sequence[bytes]) -> None:
        """Write entries and wait until they are on the disk; raises OSError, then none of them counts."""
        lines = b"".join(line_of(entry) for entry in entries)
        if self._torn:
            lines = b"\n" + lines
        try:
            self._write(self._end, lines)
        except OSError:
            self._wipe(len(lines))
            raise
        self._end += len(lines)
        self._torn = False

    def _wipe(self, length: int) -> None:
        """Take back what was written of entries that do not count; what cannot be taken back is read twice at worst."""
        room = os.fstat(self._opened()).st_size - self._end
        with suppress(OSError):
            self._write(self._end, _EMPTY * min(length, room))

    def empty(self) -> None:
        """Forget all entries, but not the room; raises OSError."""
        if self._end:
            self._write(0, _EMPTY * self._end)
        if self._end > self._reserve:
            os.ftruncate(self._opened(), self._reserve)
        self._end, self._torn = 0, False
        with suppress(OSError):
            self._keep_room(os.fstat(self._opened()).st_size)

    @property
    def is_empty(self) -> bool:
        """Tell whether the file is open and holds no entry, whole or spoilt."""
        return self._file is not None and self._end == 0

    def remove(self) -> None:
        """Take the file away, and its folder if nothing else is in it."""
        self.path.unlink()
        with suppress(OSError):
            self.path.parent.rmdir()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
        self._file = None

    def _write(self, at: int, content: bytes) -> None:
        file, left = self._opened(), memoryview(content)
        os.lseek(file, at, os.SEEK_SET)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)

    def _opened(self) -> int:
        if self._file is None:
            raise OSError("the journal is not open")
        return self._file


class Journal:
    """Files in the order of preference: when one takes nothing more, the next does, until all is forgotten."""

    def __init__(self, folders: Sequence[Path], *, reserve: int = RESERVE) -> None:
        self._files = [JournalFile(folder, reserve=reserve) for folder in folders]
        self._usable: list[JournalFile] = []
        self._lock = threading.Lock()
        self.wrong = ""

    def open(self) -> list[bytes]:
        """Open what can be opened and return the entries of an earlier run; raises nothing, `wrong` says what failed."""
        entries = []
        with self._lock:
            for file in self._files:
                try:
                    entries += file.open()
                except OSError as why:
                    self._is_wrong(file, why)
                    file.close()
                else:
                    self._use(file)
        return entries

    @property
    def damaged(self) -> int:
        """Return how many lines of the earlier run could not be read."""
        return sum(file.damaged for file in self._usable)

    def append(self, entries: Sequence[bytes]) -> None:
        """Write entries to the first place that takes them; raises JournalLost when none does."""
        with self._lock:
            while self._usable:
                try:
                    self._usable[0].append(entries)
                except OSError as why:
                    self._is_wrong(self._usable.pop(0), why)
                else:
                    return
            raise JournalLost(self.wrong or "the journal is not open")

    def empty(self) -> None:
        """Forget all entries everywhere, and try every place again."""
        with self._lock:
            self._usable, self.wrong = [], ""
            for file in self._files:
                try:
                    file.empty()
                except OSError as why:
                    self._is_wrong(file, why)
                else:
                    self._use(file)

    def close(self) -> None:
        """Let go of the files; what was only kept ready, in a place that others use too, is taken away."""
        with self._lock:
            self._usable = []
            for number, file in enumerate(self._files):
                is_spare = number > 0 and file.is_empty
                with suppress(OSError):
                    file.close()
                    if is_spare:
                        file.remove()

    def _use(self, file: JournalFile) -> None:
        self._usable.append(file)
        if not file.has_room and not self.wrong:
            self.wrong = f"{file.path.parent}: there is no room to keep"

    def _is_wrong(self, file: JournalFile, why: OSError) -> None:
        self.wrong = self.wrong or f"{file.path.parent}: {why.strerror or why}"


def line_of(entry: bytes) -> bytes:
    """Return an entry as it stands in the file: its checksum in eight hexadecimal digits, itself, the end of the line."""
    return b"%08x %b\n" % (zlib.crc32(entry), entry)


def entry_of(line: bytes) -> bytes | None:
    """Return what a line holds; None if it is not what was written."""
    told, _, entry = line.partition(b" ")
    return entry if told == b"%08x" % zlib.crc32(entry) else None


def _refuse_strangers(folder: Path) -> None:
    """Refuse a folder that somebody else made or can write to: the second place lies where everybody may make some."""
    if os.name != "posix":
        return
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & stat.S_IWOTH:
        raise PermissionError(1, "the folder belongs to somebody else")
