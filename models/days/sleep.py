"""When she went to bed and rose: the stretch of a night that is quietest for longest."""

from dataclasses import dataclass

import numpy as np

from models.days.grid import BIN, EVENING, NOON, Grid
from models.days.own_past import usual_before
from models.habits.arrays import Floats

LEAST_SLEEP = 150.0
"""Minutes: a night without so long a rest is not told by when she rose."""
_USUAL_BED, _USUAL_RISING = [-120.0] * 3, [390.0] * 3
"""Of people in general: ten in the evening, half past six. Counts like three days of her own."""
_MARGIN = 30.0
"""Minutes after she usually is in bed, and before she usually rises, that do not count as her hours of sleep."""
_MAY_BE_UNSEEN = 60


@dataclass(frozen=True, slots=True)
class Nights:
    """Minutes after the midnight of the day on which each night ends. `core_*`: her usual hours of sleep."""

    bed: Floats
    rises: Floats
    usual_rising: Floats
    core_begins: Floats
    core_ends: Floats


def nights_of(grid: Grid) -> Nights:
    """Return the nights of a grid."""
    bed, rises = _rests(grid.nights(grid.quiet))
    unseen = grid.between(grid.unseen, np.full(grid.days, float(EVENING)), np.full(grid.days, float(NOON))) * BIN
    out = grid.between(grid.away, bed, rises) * BIN
    is_known = (rises - bed >= LEAST_SLEEP) & (unseen <= _MAY_BE_UNSEEN) & (out <= _MAY_BE_UNSEEN)
    is_known[:1] = False  # its evening lies before the first sign
    bed, rises = (np.where(is_known, edge, np.nan) for edge in (bed, rises))
    usual_bed, usual_rising = usual_before(bed, _USUAL_BED), usual_before(rises, _USUAL_RISING)
    return Nights(bed, rises, usual_rising, usual_bed + _MARGIN, usual_rising - _MARGIN)


def _rests(quiet: Floats) -> tuple[Floats, Floats]:
    """Return where the stretch with the largest sum begins and ends, row by row (Kadane's algorithm)."""
    total = np.cumsum(np.pad(quiet, ((0, 0), (1, 0))), axis=1)
    lowest = np.minimum.accumulate(total, axis=1)
    end = np.argmax(total - lowest, axis=1)
    before = np.arange(total.shape[1])[None, :] <= end[:, None]
    begin = np.argmin(np.where(before, total, np.inf), axis=1)
    bed: Floats = begin * float(BIN) + EVENING
    rises: Floats = end * float(BIN) + EVENING
    return bed, rises
