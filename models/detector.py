"""What every detector beside silence, check-ins and devices has in common, so that `Findings` can ask them all alike."""

from heapq import heapify, heappop, heappush
from typing import Protocol

from linli.finding import Finding
from models.homes import Span
from models.sensor import NEVER


class Detector(Protocol):
    """Finds one kind of thing. A finding is found again with each tick until it is told, or is no longer true."""

    def untold(self, now: int) -> list[Finding]:
        """Return what is found now and was not told yet."""
        ...

    def told(self, key: str) -> None:
        """Note that an alert stands for a finding; keys of others are passed over."""
        ...

    def next_due(self, now: int) -> int:
        """Return the earliest moment at which something new could be found; may be early, never late."""
        ...


class Deadlines:
    """When which home is to be looked at: only then does it cost anything. Homes by name, as rows change.

    A home that is due stays so until it is dropped; whoever put it looks whether there is still anything to find.
    """

    def __init__(self) -> None:
        self._ahead: list[tuple[int, str]] = []
        self._due: set[str] = set()

    def put(self, home: str, due: int) -> None:
        """Have a home looked at from a moment on; put again, it is looked at from each of the moments on."""
        heappush(self._ahead, (due, home))

    def due(self, now: int) -> list[str]:
        """Return the homes to be looked at."""
        while self._ahead and self._ahead[0][0] <= now:
            self._due.add(heappop(self._ahead)[1])
        return sorted(self._due)

    def drop(self, home: str) -> None:
        """Look at a home no more, until another of its moments comes."""
        self._due.discard(home)

    def keep(self, homes: set[str]) -> None:
        """Forget all other homes."""
        self._due &= homes
        self._ahead = [entry for entry in self._ahead if entry[1] in homes]
        heapify(self._ahead)

    def next(self) -> int:
        """Return when the next home is to be looked at, NEVER if none is; those that are due already apart."""
        return self._ahead[0][0] if self._ahead else NEVER


def after_seen(blind: list[Span], since: int, lasting: int) -> int:
    """Return when something has lasted for so long, time in which nobody could see the home left out."""
    due, seen_from = since + lasting, since
    for begin, end in sorted(blind):
        begins = max(begin, seen_from)
        if begins >= due:
            break
        if end > begins:
            due, seen_from = due + end - begins, end
    return due
