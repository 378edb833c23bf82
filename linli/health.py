"""What works at this moment and what does not: each part says so itself, the board and `/readyz` show it."""

import threading
from dataclasses import dataclass
from datetime import datetime

from linli.clock import Clock
from linli.words import Sentence


@dataclass(frozen=True, slots=True)
class Trouble:
    """One part of linli that does not work, since when, and what to do."""

    part: str
    since: datetime
    why: Sentence


class Health:
    """The parts in trouble now. Safe to use from every thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._troubles: dict[str, Trouble] = {}
        self._parts: set[str] = set()

    def well(self, part: str) -> None:
        """Say that a part works."""
        with self._lock:
            self._parts.add(part)
            self._troubles.pop(part, None)

    def trouble(self, part: str, why: Sentence) -> None:
        """Say that a part does not work; the moment it began is kept while it lasts."""
        with self._lock:
            self._parts.add(part)
            known = self._troubles.get(part)
            self._troubles[part] = Trouble(part, known.since if known else self._clock.now(), why)

    def forget(self, part: str) -> None:
        """Drop a part that is no longer there (a channel that was removed)."""
        with self._lock:
            self._parts.discard(part)
            self._troubles.pop(part, None)

    def troubles(self) -> list[Trouble]:
        """Return what does not work now, oldest first."""
        with self._lock:
            return sorted(self._troubles.values(), key=lambda trouble: trouble.since)

    def parts(self) -> dict[str, bool]:
        """Return each part that has spoken, and whether it works."""
        with self._lock:
            return {part: part not in self._troubles for part in sorted(self._parts)}
