"""What is usual for her, day by day, each time from the days before only."""

from collections.abc import Sequence

import numpy as np

from models.habits.arrays import Floats

WEEKS = 28
"""Days that are looked back on for what is usual."""


def _windows(values: Floats, prior: Sequence[float]) -> Floats:
    padded = np.concatenate((np.full(WEEKS, np.nan), values[:-1] if len(values) else values))
    past = np.lib.stride_tricks.sliding_window_view(padded, WEEKS)[: len(values)]
    both: Floats = np.hstack((past, np.tile(np.asarray(prior, dtype=np.float64), (len(past), 1))))
    return both


def usual_before(values: Floats, prior: Sequence[float]) -> Floats:
    """Return for each day the median of the days before it and of what is usual for others; unknown days count for nothing."""
    known = np.sort(_windows(values, prior), axis=1)  # what is not a number comes last
    count = (~np.isnan(known)).sum(axis=1)
    row = np.arange(len(values))
    low, high = known[row, np.maximum(0, (count - 1) // 2)], known[row, np.minimum(count // 2, known.shape[1] - 1)]
    usual: Floats = (low + high) / 2
    return usual


def mean_before(values: Floats, prior: Sequence[float]) -> Floats:
    """Return for each day the mean of the days before it and of what is usual for others."""
    mean: Floats = np.nanmean(_windows(values, prior), axis=1)
    return mean
