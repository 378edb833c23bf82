"""How often somebody may try a password: in memory and bounded, so that trying costs the memory of nobody."""

import threading
from collections import OrderedDict
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)
MAX_KEYS = 10_000


class Throttle:
    """Counts failures by key over `WINDOW`; a key with too many has to wait until the window has passed."""

    def __init__(self, limit: int, max_keys: int = MAX_KEYS) -> None:
        self._limit = limit
        self._max_keys = max_keys
        self._lock = threading.Lock()
        self._failures: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def wait(self, key: str, now: datetime) -> timedelta | None:
        """Return how long a key has to wait, None while it may try."""
        with self._lock:
            began, count = self._failures.get(key, (now, 0))
            left = began + WINDOW - now
            return left if count >= self._limit and left > timedelta(0) else None

    def failed(self, key: str, now: datetime) -> None:
        """Count a failure; where there are too many keys, the one that failed longest ago is forgotten."""
        with self._lock:
            began, count = self._failures.pop(key, (now, 0))
            if now - began >= WINDOW:
                began, count = now, 0
            self._failures[key] = (began, count + 1)
            while len(self._failures) > self._max_keys:
                self._failures.popitem(last=False)

    def forgive(self, key: str) -> None:
        """Take back one failure, which was none."""
        with self._lock:
            if key in self._failures:
                began, count = self._failures[key]
                self._failures[key] = (began, max(0, count - 1))

    def forget(self, key: str) -> None:
        """Let a key begin anew, after it was right."""
        with self._lock:
            self._failures.pop(key, None)
