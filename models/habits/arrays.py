"""The kinds of arrays that this room computes with, and its grid of time."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY = 1440
"""Minutes."""
SLOT = 15
"""Minutes of a slot of the line table."""
SLOTS = DAY // SLOT
HALF_HOURS = 48
FIRST_AGE = 30.0
"""Minutes: a silence that ends sooner says nothing about long ones."""
AGE_STEP = 10.0
LAST_AGE = 720.0
AGES: Floats = np.arange(FIRST_AGE, LAST_AGE, AGE_STEP)
"""Where each ten minutes of a silence begin, minutes after the last sign of life."""
AGE_ENDS: Floats = np.append(AGES, LAST_AGE)
"""What a line can be, minutes."""


def decay(days_ago: Floats, half_life: float) -> Floats:
    """Return the weight, 0 to 1, of what lies some days back."""
    weights: Floats = 0.5 ** (days_ago / half_life)
    return weights


def half_hour_of(minute: Floats) -> Ints:
    """Return the half hour of the day, 0 to 47, of local minutes."""
    return ((minute % DAY) // (DAY // HALF_HOURS)).astype(np.int64)


def smooth_day(rows: Floats, width: float) -> Floats:
    """Return rows of 48 half hours, each smoothed round the clock by a bell of a width in half hours."""
    smoothed: Floats = rows @ round_the_clock(width, normalised=True).T
    return smoothed


def round_the_clock(width: float, *, normalised: bool) -> Floats:
    """Return the bell, 48 by 48, that lets half hours near each other speak for each other, over midnight too."""
    at = np.arange(HALF_HOURS)
    apart = (at[:, None] - at[None, :] + HALF_HOURS // 2) % HALF_HOURS - HALF_HOURS // 2
    bell: Floats = np.exp(-0.5 * (apart / width) ** 2)
    return bell / bell.sum(axis=1, keepdims=True) if normalised else bell
