"""What has come and waits for the pipeline. Bounded: whoever brings more waits, and so the broker keeps the rest."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.intake import Arrived

CAPACITY = 66_000
"""How many messages may wait in memory: all that a broker hands out unacknowledged, so that a press among them is seen."""
CAPACITY_BYTES = 64 * 1024 * 1024
"""How large they may be together; a single parcel that is larger waits alone."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Messages that came together, and what to do once they are durable: told why each was refused, or None."""

    messages: Sequence[Arrived]
    done: Callable[[Sequence[str | None]], None]


class Inbox:
    """Parcels in the order of coming, those that may call for help before the others. Safe to use from every thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._urgent: deque[Parcel] = deque()
        self._others: deque[Parcel] = deque()
        self._bytes = 0
        self.waiting = 0
        """How many messages wait."""

    def put(self, parcel: Parcel, *, is_urgent: bool, patience: float) -> bool:
        """Add a parcel; False when there was no room for `patience` seconds. For what may call for help there is room twice."""
        size, times = _size(parcel), 2 if is_urgent else 1
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(size, times), patience):
                return False
            (self._urgent if is_urgent else self._others).append(parcel)
            self._bytes += size
            self.waiting += len(parcel.messages)
            self._changed.notify_all()
        return True

    def _has_room(self, size: int, times: int) -> bool:
        is_small = self.waiting < CAPACITY * times and self._bytes + size <= CAPACITY_BYTES * times
        return self.waiting == 0 or is_small

    def take(self, at_most: int, patience: float) -> list[Parcel]:
        """Return the next parcels, about so many messages; none if none came within `patience` seconds.

        What may call for help comes alone: it does not wait until others are stored with it.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or self._others, patience)
            return self._taken(self._urgent or self._others, at_most)

    def take_urgent(
        self, at_most: int, patience: float | None, until: Callable[[], bool] = lambda: False
    ) -> list[Parcel]:
        """Return only what may call for help, as `take` does: for who has others in hand.

        None, as soon as `until` is true, at which it looks when `look_again` is called.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._urgent or until(), patience)
            return self._taken(self._urgent, at_most)

    def look_again(self) -> None:
        """Let whoever waits see whether they still want to."""
        with self._changed:
            self._changed.notify_all()

    def _taken(self, parcels: deque[Parcel], at_most: int) -> list[Parcel]:
        taken, left = list[Parcel](), at_most
        while parcels and left > 0:
            taken.append(parcels.popleft())
            left -= len(taken[-1].messages)
        self.waiting -= at_most - left
        self._bytes -= sum(map(_size, taken))
        self._changed.notify_all()
        return taken


def _size(parcel: Parcel) -> int:
    return sum(len(message.payload) for message in parcel.messages)
