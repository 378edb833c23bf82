"""Slow decline: less and less movement over weeks, too little from one day to the next to be seen by any other kind.

Page's sum (Page, *Continuous inspection schemes*, 1954) over her daily movement, standardised robustly by days that lie
at least three weeks back: what slides away slowly must not be compared with yesterday.
"""

import numpy as np

from models.days.surprise import Change
from models.habits.arrays import Floats

LAG, LOOKS_BACK = 21, 56
"""Days: each is held against the 56 that ended three weeks before it."""
LEAST = 14
"""Judged days among those, without which nothing is said."""
WEEKS = 14
"""Judged days that a decline must have lasted."""
LARGE = 0.8
"""The last week's movement over what was usual: above that it is not worth a word."""
_SLACK = 0.75
"""Standard deviations below her usual that a day may lie without a word."""
_LIMIT = 10.0
_MOST = 2.5
_OTHERS_SPREAD, _OTHERS_COUNT = 0.2, 10.0
"""How far days lie apart in other homes, as a share of the usual; counts like so many days of her own."""
_WEEK = 7


def declines(movement: Floats) -> list[Change]:
    """Return the declines in a row of days, oldest first; days that are not known say and teach nothing."""
    centre, spread = _own_before(movement)
    excess = np.minimum((centre - movement) / spread, _MOST) - _SLACK
    found: list[Change] = []
    total, since, is_told = 0.0, list[int](), False
    for row in np.flatnonzero(~np.isnan(excess)).tolist():
        total = min(total + float(excess[row]), 2 * _LIMIT)
        if total <= 0:
            total, since, is_told = 0.0, [], False
            continue
        since.append(row)
        recent = movement[since[-_WEEK:]]
        is_large = total >= _LIMIT and len(since) >= WEEKS and np.median(recent) <= LARGE * centre[row]
        if is_large and not is_told:
            is_told = True
            found.append(Change(since[0], row, np.array([centre[row]]), recent))
    return found


def _own_before(movement: Floats) -> tuple[Floats, Floats]:
    """Return for each day the middle and the spread of the days that are held against it; unknown while they are few."""
    padded = np.concatenate((np.full(LAG + LOOKS_BACK, np.nan), movement))
    past = np.lib.stride_tricks.sliding_window_view(padded, LOOKS_BACK)[: len(movement)]
    count = (~np.isnan(past)).sum(axis=1)
    centre = _median(past, count)
    own = 1.4826 * _median(np.abs(past - centre[:, None]), count)
    spread = np.sqrt((count * own**2 + _OTHERS_COUNT * (_OTHERS_SPREAD * centre) ** 2) / (count + _OTHERS_COUNT))
    return centre, np.where(spread > 0, spread, np.nan)


def _median(rows: Floats, count: Floats) -> Floats:
    known = np.sort(rows, axis=1)  # what is not a number comes last
    row, enough = np.arange(len(rows)), count >= LEAST
    low, high = (known[row, np.maximum(0, at)] for at in ((count - 1) // 2, np.minimum(count // 2, LOOKS_BACK - 1)))
    middle: Floats = np.where(enough, (low + high) / 2, np.nan)
    return middle
