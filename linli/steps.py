"""How far long work has come, told to whoever watches. Nothing here knows a terminal, or whether anybody looks."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from linli.portions import portions

T = TypeVar("T")

Tell = Callable[[int, int], None]
"""Is called now and then with what is done and with all there is to do, both in one unit: rows, bytes or seconds."""

_TELL_EVERY = 100
_AT_ONCE = 500


def nobody(_done: int, _total: int) -> None:
    """Tell nobody."""


class Steps:
    """Work that is counted towards a total. One step costs next to nothing: only some of them are told."""

    def __init__(self, tell: Tell = nobody, total: int = 0) -> None:
        self._tell = tell
        self._done = 0
        self._told = 0
        self._total = total

    def expect(self, more: int) -> None:
        """Set the total anew: so much is still to come."""
        self._total = self._done + more
        self._say()

    def add(self, count: int) -> None:
        """Note that so much more is done; more than the total is never told."""
        self._done = min(self._done + count, self._total)
        if self._done - self._told >= _TELL_EVERY or self._done == self._total != self._told:
            self._say()

    def of(self, items: Iterable[T]) -> Iterator[T]:
        """Yield items, and count each once its turn is over."""
        for item in items:
            yield item
            self.add(1)

    def some_of(self, items: Iterable[T]) -> Iterator[list[T]]:
        """Yield items a few hundred at a time, and count them once their turn is over."""
        for some in portions(items, _AT_ONCE):
            yield some
            self.add(len(some))

    def _say(self) -> None:
        self._told = self._done
        self._tell(self._done, self._total)
