"""How often each person was asked in the last days, kept up to date as a rehearsal goes on."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta


class Load:
    """Counts as the desk does: one per alert and person, at the latest time they were asked. Time only goes forwards."""

    def __init__(self, window: timedelta, fixed: Iterable[tuple[datetime, str, str]] = ()) -> None:
        self._window = window
        self._coming = deque(sorted(fixed))
        self._asked: deque[tuple[datetime, tuple[str, str]]] = deque()
        self._latest: dict[tuple[str, str], datetime] = {}
        self._counts: Counter[str] = Counter()

    def at(self, now: datetime) -> Mapping[str, int]:
        """Return the counts at a moment; they change with the next call."""
        while self._coming and self._coming[0][0] <= now:
            self.add(*self._coming.popleft())
        while self._asked and self._asked[0][0] < now - self._window:
            at, key = self._asked.popleft()
            if self._latest.get(key) == at:
                del self._latest[key]
                self._counts[key[1]] -= 1
        return self._counts

    def add(self, at: datetime, alert: str, person: str) -> None:
        """Note that somebody was asked."""
        key = (alert, person)
        if self._latest.get(key) == at:
            return
        if key not in self._latest:
            self._counts[person] += 1
        self._latest[key] = at
        self._asked.append((at, key))
