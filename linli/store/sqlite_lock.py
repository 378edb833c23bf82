"""Waiting for SQLite's one lock, so that nobody else has to wait for who waits.

SQLite's own waiting keeps the connection to itself. A garbage collection that meets anything left over from it, in
whatever thread, then stands still for as long: a call for help made without the store once waited 5 s more for that.
"""

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta

from linli.clock import seconds

_ASK_AGAIN_SECONDS = 0.01


def when_free(begin: Callable[[], object], patience: timedelta, is_begun: Callable[[], bool]) -> None:
    """Do what takes the lock, again and again while another program has it; the connection's busy timeout must be 0.

    Raises what `begin` raises, for a lock that does not become free in time too. `is_begun` looks whether the lock was
    taken: Python hides that it was not where another thread collects a cursor of the connection in that very moment.
    """
    until = seconds() + patience.total_seconds()
    while True:
        try:
            begin()
        except Exception as why:
            if code_of(getattr(why, "orig", why)) != sqlite3.SQLITE_BUSY or seconds() > until:
                raise
        else:
            if is_begun():
                return
        time.sleep(_ASK_AGAIN_SECONDS)


def code_of(why: BaseException | None) -> int:
    """Return which of SQLite's errors this is, 0 for none of them; the higher bits would only refine it."""
    code: int = getattr(why, "sqlite_errorcode", 0)
    return code & 0xFF
