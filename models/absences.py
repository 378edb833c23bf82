"""Absences: when a home is declared away, and when it was to be lived in again."""

from heapq import heappop, heappush

import numpy as np

from models.homes import Homes, Moments
from models.sensor import NEVER, NONE


class Absences:
    """Keeps the latest declared absence of each home, and when those before it were to end."""

    def __init__(self, homes: Homes) -> None:
        self._homes = homes
        self._planned: list[int] = []

    def take(self, row: int, since: int, until: int) -> None:
        """Take in a declared absence; it takes the place of the one before, whose end is remembered."""
        homes = self._homes
        if homes.away_since[row] < since:
            homes.back_by[row] = max(homes.back_by[row], min(homes.away_until[row], since))
        homes.away_since[row], homes.away_until[row] = since, until
        homes.is_dirty[row] = True
        heappush(self._planned, since)

    def end(self, row: int, at: int) -> None:
        """Take in that somebody is back before the time, or that the plan was dropped."""
        homes = self._homes
        if at <= homes.away_since[row]:
            homes.away_since[row] = NEVER
        homes.away_until[row] = min(int(homes.away_until[row]), at)
        homes.is_dirty[row] = True

    def begin(self, now: int) -> None:
        """Have the silences reckoned anew if an absence has begun."""
        while self._planned and self._planned[0] <= now:
            heappop(self._planned)
            self._homes.is_dirty[:] = True

    def is_away(self, row: int, since: int, until: int) -> bool:
        """Tell whether a declared absence touches a span of time."""
        homes = self._homes
        return bool(homes.away_since[row] <= until and homes.away_until[row] > since)

    def back_by(self, rows: Moments, now: int) -> Moments:
        """Return when each home was to be lived in again, after the last absence that has begun."""
        homes = self._homes
        begun = np.where(homes.away_since[rows] <= now, homes.away_until[rows], NONE)
        return np.maximum(homes.back_by[rows], begun)
