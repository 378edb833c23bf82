"""Many things a few at a time: a question to a store takes only so many values, and nothing long may hold a lock."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def portions(items: Iterable[T], at_most: int) -> Iterator[list[T]]:
    """Yield items in lists of at most so many, in their order; of an iterator no more than the next list is read."""
    left = iter(items)
    while some := list(islice(left, at_most)):
        yield some
