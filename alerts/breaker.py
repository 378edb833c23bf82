"""Keeps a far end that hangs from holding all workers: once it has hung three times, two tries at a time, one an address.

What hangs is seldom one address but the gateway or the host behind it, so that is counted, and each address by itself.
"""

import threading
from collections import Counter
from collections.abc import Callable

from alerts.channels.base import Verdict
from linli.alert import Severity
from linli.clock import seconds

HANGS = 3
"""How many tries in a row may be held before what is behind them counts as hanging."""
HELD_SECONDS = 2.0
"""A try of so long without a yes was held; a far end that refuses at once holds nobody."""
FORGOTTEN_SECONDS = 120.0
"""So long after the last try that was held, nothing is known of a far end any more."""
AT_ONCE = 2
"""How many tries there are at a time at a far end that hangs; only one of them by the same channel."""
CROWD = 12
"""How many of the sender's sixteen workers may be at a far end that has not answered anybody in the last HELD_SECONDS."""


def was_held(verdict: Verdict, took: float) -> bool:
    """Tell whether a try of so many seconds brought no yes and kept a worker for long."""
    return verdict is not Verdict.ACCEPTED and took >= HELD_SECONDS


class Breaker:
    """Counts who is at which far end, and by which channel. A call alone is never refused, whatever has hung before.

    At what hangs, emergencies wait for none but each other.
    """

    def __init__(
        self, crowd: int = CROWD, patience: float = HELD_SECONDS, clock: Callable[[], float] = seconds
    ) -> None:
        self._crowd = crowd
        self._patience = patience
        self._seconds = clock
        self._changed = threading.Condition()
        self._inside: Counter[tuple[str, bool]] = Counter()
        self._hung: dict[str, tuple[int, float]] = {}
        self._begun_at: dict[str, float] = {}
        self._answered_at: dict[str, float] = {}

    def enter(self, far_end: str, channel: str, severity: Severity) -> bool:
        """Begin a try; False if it would only hang beside others. After True, `leave` must follow."""
        is_emergency = severity is Severity.EMERGENCY
        room = {far_end: AT_ONCE, _by(channel): 1}
        with self._changed:
            if not self._finds_room(far_end):
                return False
            if any(self._hangs(name) and self._inside[name, is_emergency] >= most for name, most in room.items()):
                return False
            if not self._crowd_at(far_end):
                self._begun_at[far_end] = self._seconds()
            self._inside.update((name, is_emergency) for name in room)
            return True

    def leave(self, far_end: str, channel: str, severity: Severity, *, is_held: bool | None) -> None:
        """End a try: whether it was held, None if nothing was sent."""
        with self._changed:
            for name in (far_end, _by(channel)):
                self._inside[name, severity is Severity.EMERGENCY] -= 1
                if is_held:
                    self._hung[name] = (self._hangs_in_a_row(name) + 1, self._seconds())
                elif is_held is not None:
                    self._hung.pop(name, None)
            self._inside = +self._inside
            if is_held is False:
                self._answered_at[far_end] = self._seconds()
            self._changed.notify_all()

    def _finds_room(self, far_end: str) -> bool:
        """Wait while there is a crowd at a far end of which nothing is known yet: whether it hangs shows soon."""
        while self._crowd_at(far_end) >= self._crowd and not self._hangs(far_end) and not self._is_alive(far_end):
            left = self._begun_at[far_end] + self._patience - self._seconds()
            if left <= 0:
                return False
            self._changed.wait(left)
        return True

    def _is_alive(self, far_end: str) -> bool:
        last = self._answered_at.get(far_end)
        return last is not None and self._seconds() - last < self._patience

    def _crowd_at(self, far_end: str) -> int:
        return self._inside[far_end, True] + self._inside[far_end, False]

    def _hangs(self, name: str) -> bool:
        return self._hangs_in_a_row(name) >= HANGS

    def _hangs_in_a_row(self, name: str) -> int:
        count, last = self._hung.get(name, (0, 0.0))
        return count if self._seconds() - last < FORGOTTEN_SECONDS else 0


def _by(channel: str) -> str:
    """Return a name for a channel that no far end has."""
    return f"by {channel}"
