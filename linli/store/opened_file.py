"""A file that was opened: is it still the one of its name? SQLite goes on writing into one that was moved or deleted."""

from pathlib import Path

from linli.errors import FileMoved

_Identity = tuple[int, int]


class OpenedFile:
    """Known by its device and inode. Nothing in here opens the file: to close it would drop SQLite's locks on it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_gone = False
        """Whether another file has the name, or none, as was found last; once so it stays so, as inodes are used again."""
        self._opened: _Identity | None = None
        self._seen: _Identity | None = None

    def opened(self) -> None:
        """Take note of what was opened just now; raises FileMoved where it is not what was opened first."""
        if self._opened is None:
            self._opened = self._seen = self._identity()
        self.expect()

    def closed(self) -> None:
        """Forget what was opened, as nothing has it open any more: whatever stands there next may be opened."""
        self._opened = None

    def expect(self) -> None:
        """Raise FileMoved where it is gone: who opens it now would get another file, or make an empty one."""
        if self.is_gone or self._identity() != self._opened is not None:
            raise self.gone()

    def look(self) -> bool:
        """Tell whether it is gone: two looks, a second apart, find the same other file or none.

        One look alone may meet a file system that is away for a moment, or numbers its files anew at each.
        """
        before, self._seen = self._seen, self._identity()
        self.is_gone |= self._opened is not None and before == self._seen != self._opened
        return self.is_gone

    def gone(self) -> FileMoved:
        """Return what to raise once it is gone."""
        return FileMoved(f"{self.path.name} was moved, deleted or replaced while linli ran")

    def _identity(self) -> _Identity | None:
        """Return which file has the name now; what was seen last where the file system does not say."""
        try:
            found = self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            return self._seen
        return found.st_dev, found.st_ino
