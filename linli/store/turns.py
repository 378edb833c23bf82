"""One writer at a time, in the order of asking: SQLite itself lets writers poll for its lock, and the unlucky starve."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from linli.errors import StoreDown


class Turns:
    """A lock that is passed on in the order in which it was asked for. Not for a thread that has it already."""

    def __init__(self, patience: timedelta) -> None:
        self._patience = patience.total_seconds()
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def take(self) -> Iterator[None]:
        """Wait for one's turn and hold it; raises StoreDown when it does not come in time."""
        self._wait()
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self) -> None:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return
            mine = threading.Event()
            self._waiting.append(mine)
        if not mine.wait(self._patience) and self._give_up(mine):
            raise StoreDown("the care database is locked by another change to it that does not end")

    def _give_up(self, mine: threading.Event) -> bool:
        """Leave the queue; False when the turn has come in this very moment."""
        with self._lock:
            if mine.is_set():
                return False
            self._waiting.remove(mine)
            return True

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False
