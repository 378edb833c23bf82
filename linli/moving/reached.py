"""How far a copy has come, in a small file: only so that the next start need not look at the days before once more.

What is written there is not believed in the end: the pass after it compares every day.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from linli.files import replacing


class _Written(msgspec.Struct, frozen=True):
    source: str
    target: str
    until: datetime


class Reached:
    """Remembers one copy, from one place to another."""

    def __init__(self, file: Path, source: str, target: str) -> None:
        self._file = file
        self._source, self._target = source, target

    def until(self) -> datetime | None:
        """Return before which moment everything is copied; None where this copy has not begun."""
        try:
            written = msgspec.json.decode(self._file.read_bytes(), type=_Written)
        except (OSError, msgspec.MsgspecError):
            return None
        is_ours = (written.source, written.target) == (self._source, self._target)
        return written.until if is_ours else None

    def note(self, until: datetime) -> None:
        """Write down that everything before a moment is copied."""
        with replacing(self._file) as part:
            part.write_bytes(msgspec.json.encode(_Written(self._source, self._target, until)))

    def forget(self) -> None:
        """Take the file away."""
        self._file.unlink(missing_ok=True)
