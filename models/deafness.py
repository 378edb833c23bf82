"""Deafness: the time in which linli itself hears nothing, which is nobody's silence and no home's loss."""

import numpy as np

from models.homes import Homes
from models.sensor import NEVER, NONE

CATCH_UP = 30_000
"""How long the broker may need, once linli hears again, to hand over what it kept; milliseconds."""


class Deafness:
    """Knows since when linli hears nothing, and when it last did not. `since`: NEVER while it hears."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self.since = NEVER
        self._before = (NONE, NONE)

    def begin(self, at: int) -> None:
        """Take in that linli hears nothing from a moment on."""
        self.since = min(self.since, at)

    def end(self, at: int) -> None:
        """Take in that linli hears again: what it missed counts for no silence and no loss."""
        homes, since, self.since = self._homes, self.since, NEVER
        if at <= since:
            return
        self._before = (since, at)
        homes.unseen.append(("", since, at))
        for row in np.flatnonzero(homes.seen_until > since):
            homes.dwellings[row].blind.append((since, at))
        homes.lost_at[(homes.lost_at > since) & (homes.lost_at < NEVER)] += at - since
        homes.is_dirty[:] = True

    def heard_until(self, now: int) -> int:
        """Return up to when everything that was said has reached us."""
        since, until = self._before
        is_catching_up = until <= now < until + CATCH_UP
        return min(now, self.since, since if is_catching_up else now)

    def caught_up_at(self) -> int:
        """Return from when on everything that was said has reached us; NEVER while deaf."""
        return NEVER if self.since < NEVER else self._before[1] + CATCH_UP
