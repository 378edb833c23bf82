"""Evidence that her days have changed, from one number a day: conformal ranks, bet on and summed up.

How a day ranks among her own past days needs no law for the number: as long as nothing has changed, every rank is as
likely as any other, whatever the number's spread (Vovk, Gammerman and Shafer, *Algorithmic learning in a random
world*, 2005). A bet on small ranks that is fair in this sense multiplies up when they keep coming; begun anew
whenever it has lost, it is a CUSUM, and it crosses a limit no more often than once in that many days (Shin, Ramdas and
Rinaldo, *E-detectors*, 2023).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.habits.arrays import Floats

MEMORY = 56
"""Judged days that a day is ranked among."""
LEAST = 14
"""Judged days without which nothing is said."""
HABIT = 21
"""Judged days after which what was told has become her habit, and counts as usual."""
LATELY = 14
"""Judged days of a change that its size is told from, at most: one that grows must not be measured by its beginning."""
GIVE_UP = 28
"""Judged days after which a bet that was not won is taken back."""
RECOVERED = 3
"""Days in a row that win nothing, so are like her usual ones: an episode is over."""
_MOST_A_DAY = 10.0
"""What one day may win: no change is told of two days."""
_MOST = 50.0
"""How far above the limit the stake may rise, in multiples of it."""


@dataclass(frozen=True, slots=True)
class Bet:
    """How a number is watched. `sign`: 1 where more of it is a change, -1 where less is.

    `edge`: 0 to 1; the smaller, the more is won by the rarest ranks and lost by all others. `limit`: days between two
    false notices, at least, as long as nothing changes. `is_large` is asked with the usual days and the changed ones.
    """

    sign: int
    edge: float
    limit: float
    is_large: Callable[[Floats, Floats], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """What was usual, and the days from the first changed one to the day on which it was found. Rows count from the first."""

    begins: int
    found: int
    usual: Floats
    changed: Floats


def changes(values: Floats, bet: Bet) -> list[Change]:
    """Return the changes in a row of days, oldest first; days that are not known say and teach nothing."""
    watch = _Watch(bet)
    for row in np.flatnonzero(~np.isnan(values)).tolist():
        watch.see(row, float(values[row]))
    return watch.found


class _Watch:
    """`_past`: her usual days. `_since`: those since the bet began to win, or since a change was told."""

    def __init__(self, bet: Bet) -> None:
        self._bet = bet
        self._past: list[float] = []
        self._since: list[tuple[int, float]] = []
        self._stake = 1.0
        self._is_told = False
        self._calm = 0
        self.found: list[Change] = []

    def see(self, row: int, value: float) -> None:
        wins = won(value, self._past, self._bet) if len(self._past) >= LEAST else 0.0
        self._calm = 0 if wins > 1.0 else self._calm + 1
        self._stake = min(max(1.0, self._stake) * wins, self._bet.limit * _MOST)
        self._since.append((row, value))
        if self._is_told:
            self._live_with_it()
        elif self._stake <= 1.0 or self._calm >= RECOVERED or len(self._since) >= GIVE_UP:
            self._begin_anew([*self._past, *self._values()])
        elif self._stake >= self._bet.limit:
            self._tell(row)

    def _tell(self, row: int) -> None:
        usual, changed = np.array(self._past), np.array(self._values()[-LATELY:])
        if self._bet.is_large(usual, changed):
            self.found.append(Change(self._since[-len(changed)][0], row, usual, changed))
            self._is_told = True

    def _live_with_it(self) -> None:
        """Wait until her days are as before, or until the new ones are what is usual."""
        if self._calm >= RECOVERED:
            self._begin_anew([*self._past, *self._values()[-RECOVERED:]])
        elif len(self._since) >= HABIT:
            self._begin_anew(self._values())

    def _begin_anew(self, past: list[float]) -> None:
        self._past, self._since, self._stake, self._is_told, self._calm = past[-MEMORY:], [], 1.0, False, 0

    def _values(self) -> list[float]:
        return [value for _, value in self._since]


def won(value: float, past: Sequence[float], bet: Bet) -> float:
    """Return what a day's rank multiplies the stake by: 1 on average while nothing changes. Equal days share their ranks."""
    low, high = _ranks(value, past, bet.sign)
    return float(min(_MOST_A_DAY, (high**bet.edge - low**bet.edge) / (high - low)))


def _ranks(value: float, past: Sequence[float], sign: int) -> tuple[float, float]:
    among = np.array(past) * sign
    beyond, equal = int((among > value * sign).sum()), int((among == value * sign).sum())
    return beyond / (len(among) + 1), (beyond + equal + 1) / (len(among) + 1)
