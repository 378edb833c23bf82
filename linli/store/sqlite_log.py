"""SQLite's write-ahead log, folded back into the file now and then.

Left to itself SQLite has the commit that fills the log do it, and write and wait for the disk many times over: of the
calls for help one in fifty was that commit. A thread of its own does it sooner; where there is none, SQLite still does.
"""

from collections.abc import Callable

EVERY_SECONDS = 1.0
_TRIES = 3
"""What is written meanwhile is left over; only a log that is folded back whole begins anew."""

_Say = Callable[[str], tuple[int, int, int]]
"""Says words to SQLite that it answers with (is somebody else at it, pages in the log, pages folded back)."""


def fold_back(say: _Say) -> None:
    """Fold the log back as far as nobody reads it; waits for nobody, and nobody waits for it."""
    for _ in range(_TRIES):
        _, pages, done = say("PRAGMA wal_checkpoint(PASSIVE)")
        if pages == done:
            return
