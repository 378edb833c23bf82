"""A stay in the bathroom as it goes on, in whatever order its signs come."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from models.sensor import NONE

_KEPT = 64
"""Signs of a stay that are kept: so that one from elsewhere that comes late takes away only what lies before it."""


@dataclass(slots=True)
class Stay:
    """Where a home's stay stands; moments are whole seconds, in milliseconds: order within one does not count.

    `signs`: those in the bathroom since she was last known to be elsewhere; empty: she is not there.
    """

    signs: list[int] = field(default_factory=list)
    elsewhere: int = NONE
    told: int = NONE

    @property
    def since(self) -> int:
        """When she went in; of use only while she is there."""
        return self.signs[0]

    def enter(self, at: int) -> bool:
        """Take in a sign in the bathroom; tell whether the stay begins with it."""
        if at <= self.elsewhere:
            return False
        number = bisect_left(self.signs, at)
        if self.signs[number : number + 1] == [at]:
            return False
        self.signs.insert(number, at)
        if len(self.signs) > _KEPT:
            del self.signs[-2]
        return number == 0

    def leave(self, at: int) -> bool:
        """Take in that she was elsewhere, or did something on purpose; tell whether a stay begins after it all the same."""
        if at <= self.elsewhere:
            return False
        self.elsewhere = at
        if not self.signs:
            return False
        del self.signs[: bisect_right(self.signs, at)]
        return bool(self.signs)
