"""What has been waiting for how long: things come, and go when they are done. Safe to use from every thread."""

import threading
from collections.abc import Iterable
from typing import Generic, TypeVar

from linli.clock import seconds

Thing = TypeVar("Thing")


class Overdue(Generic[Thing]):
    """Counts from the coming of each thing. Things are told apart by identity, so a message that came twice is two."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: dict[int, tuple[float, Thing]] = {}

    def came(self, thing: Thing) -> None:
        """Begin to count."""
        with self._lock:
            self._since[id(thing)] = (seconds(), thing)

    def part(self, thing: Thing, pieces: Iterable[Thing]) -> None:
        """Let pieces take the place of a thing, if that still waits: they have waited as long."""
        with self._lock:
            since = self._since.pop(id(thing), None)
            if since is not None:
                self._since |= {id(piece): (since[0], piece) for piece in pieces}

    def went(self, thing: Thing) -> None:
        """Stop counting."""
        with self._lock:
            self._since.pop(id(thing), None)

    def __contains__(self, thing: Thing) -> bool:
        """Tell whether a thing still waits."""
        with self._lock:
            return id(thing) in self._since

    def take(self, longer_than: float) -> list[Thing]:
        """Return what has waited for more than so many seconds, oldest first; each is returned once."""
        limit = seconds() - longer_than
        with self._lock:
            late = [thing for since, thing in self._since.values() if since <= limit]
            for thing in late:
                del self._since[id(thing)]
        return late
