"""The usual longest silence: how long, at each half hour of the day, this person is silent at most on a usual day."""

import numpy as np

from models.habits.arrays import DAY, HALF_HOURS, Floats, half_hour_of, smooth_day
from models.habits.silences import Silences

_STEP = DAY // HALF_HOURS
SHORTEST = 10.0
"""Minutes: below this nothing is told apart."""
HALF_LIFE = 60.0
"""Days."""
SHARE_OF_PRIOR = 4.0
"""Days that the prior counts for."""
_WIDTH = 1.0


def longest_by_day(silences: Silences, first_day: int, days: int) -> Floats:
    """Return for each day and half hour the longest that silence had lasted by then, as log minutes; NaN where unknown."""
    longest = np.full(days * HALF_HOURS, np.nan)
    home = np.flatnonzero(silences.is_home & (silences.lengths > 0))
    starts = silences.starts[home] - first_day * DAY
    ends = starts + silences.lengths[home]
    first = (starts // _STEP).astype(np.int64)
    last = np.minimum((ends // _STEP).astype(np.int64), days * HALF_HOURS - 1)
    spans = np.maximum(last - first + 1, 0)
    which = np.repeat(np.arange(len(home)), spans)
    slot = first[which] + np.arange(len(which)) - np.repeat(np.cumsum(spans) - spans, spans)
    reached = np.minimum(ends[which], (slot + 1) * _STEP) - starts[which]
    np.fmax.at(longest, slot, reached)
    by_day: Floats = np.log(np.maximum(longest, SHORTEST)).reshape(days, HALF_HOURS)
    return by_day


def usual_by_day(longest: Floats, prior: Floats) -> Floats:
    """Return what was usual on each day, and on the day after the last, from the days before it only; log minutes."""
    known = ~np.isnan(longest)
    values = np.where(known, longest, 0.0)
    fade = 0.5 ** (1 / HALF_LIFE)
    usual = np.empty((len(longest) + 1, HALF_HOURS))
    total, weight = np.zeros(HALF_HOURS), np.zeros(HALF_HOURS)
    for day in range(len(longest) + 1):
        sums = smooth_day(np.stack([total, weight]), _WIDTH)
        usual[day] = (sums[0] + SHARE_OF_PRIOR * prior) / (sums[1] + SHARE_OF_PRIOR)
        if day < len(longest):
            total, weight = (total + values[day]) * fade, (weight + known[day]) * fade
    return usual


def usual_at(usual: Floats, day: Floats, minute: Floats) -> Floats:
    """Return what is usual on days (rows of `usual`) at local minutes."""
    found: Floats = usual[day.astype(np.int64), half_hour_of(minute)]
    return found
