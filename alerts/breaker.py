"""Keeps an address that hangs from holding all workers: once it has hung three times, one try at a time."""

import threading
from collections import Counter

from alerts.channels.base import Verdict
from linli.alert import Severity

HANGS = 3
"""How many tries in a row may end without an answer before an address counts as hanging."""


class Breaker:
    """Counts who is at which channel. A call alone is never refused; only a second one into a known hang is.

    Emergencies wait for none but each other.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside: Counter[tuple[str, bool]] = Counter()
        self._hung: Counter[str] = Counter()

    def enter(self, channel: str, severity: Severity) -> bool:
        """Begin a try; False if it would only hang beside another one. After True, `leave` must follow."""
        lane = (channel, severity is Severity.EMERGENCY)
        with self._lock:
            if self._hung[channel] >= HANGS and self._inside[lane]:
                return False
            self._inside[lane] += 1
            return True

    def leave(self, channel: str, severity: Severity, verdict: Verdict) -> None:
        """End a try."""
        lane = (channel, severity is Severity.EMERGENCY)
        with self._lock:
            self._inside[lane] -= 1
            if not self._inside[lane]:
                del self._inside[lane]
            if verdict is Verdict.UNKNOWN:
                self._hung[channel] += 1
            else:
                del self._hung[channel]
