"""Meals: something going on in the kitchen for as long as usual, at her own times for breakfast, lunch and supper."""

import numpy as np

from models.days.grid import BIN, BINS, Grid
from models.days.own_past import WEEKS, mean_before, usual_before
from models.habits.arrays import Flags, Floats, Ints

AROUND = 75
"""Minutes before and after her usual time that count as the meal's."""
_BELL = 7
"""Bins on either side over which the kitchen's hours are smoothed, twice."""
_OTHERS_COUNT = 6.0
_OTHERS_COOK = [4.0] * 3
"""Bins of five minutes in a kitchen that others need for a meal."""
_OTHERS_EAT = [1.0, 1.0, 0.0]
_SHARE = 0.4
"""Of her usual time in the kitchen at this meal: less than that is fetching a glass of water."""
_USUAL = 0.5
"""A meal that she makes on fewer of her days is none of hers."""


def meals_of(grid: Grid, rising: Floats, is_judged: Flags) -> tuple[Floats, Floats]:
    """Return of each day how many meals she made, and how many she could have: at home, the kitchen seen.

    `rising`: when she usually rises, minutes after midnight.
    """
    kitchen = grid.by_day(grid.kitchen)
    made_count, possible_count = np.zeros(grid.days), np.zeros(grid.days)
    for peak in _peaks(kitchen, rising):
        begins, ends = np.maximum(0.0, peak - AROUND), np.minimum(24 * 60.0, peak + AROUND)
        away = grid.between(grid.away, begins, ends)
        is_possible = is_judged & (away * 2 * BIN <= ends - begins)
        amount = np.where(is_possible, grid.between(grid.kitchen, begins, ends).astype(np.float64), np.nan)
        typical = usual_before(np.where(amount > 0, amount, np.nan), _OTHERS_COOK)
        made = np.where(is_possible, (amount >= np.maximum(1.0, _SHARE * typical)).astype(np.float64), np.nan)
        counts = is_possible & (mean_before(made, _OTHERS_EAT) >= _USUAL)
        made_count += np.where(counts, np.nan_to_num(made), 0.0)
        possible_count += counts
    unknown = ~is_judged | (possible_count == 0)
    return np.where(unknown, np.nan, made_count), np.where(unknown, np.nan, possible_count)


def _peaks(kitchen: Flags, rising: Floats) -> tuple[Floats, Floats, Floats]:
    """Return when she usually has breakfast, lunch and supper, minutes after midnight, from the days before each."""
    total = np.cumsum(np.pad(kitchen.astype(np.float64), ((WEEKS + 1, 0), (0, 0))), axis=0)
    past = (total[WEEKS:] - total[:-WEEKS])[: len(kitchen)]
    breakfast = _peak(past, rising + 60, rising - 30, np.minimum(rising + 240, 690.0))
    noon, evening = np.full_like(rising, 720.0), np.full_like(rising, 1080.0)
    lunch = _peak(past, noon, np.minimum(870.0, np.maximum(630.0, breakfast + 150)), np.full_like(rising, 870.0))
    return breakfast, lunch, _peak(past, evening, np.full_like(rising, 990.0), np.full_like(rising, 1230.0))


def _peak(past: Floats, others: Floats, earliest: Floats, latest: Floats) -> Floats:
    rows = np.arange(len(past))
    profile = past.copy()
    profile[rows, _bin(others)] += _OTHERS_COUNT
    smooth = _smoothed(_smoothed(profile))
    at = np.arange(BINS)[None, :]
    is_within = (at >= _bin(earliest)[:, None]) & (at <= _bin(latest)[:, None])
    found: Floats = np.argmax(np.where(is_within, smooth, -1.0), axis=1) * float(BIN)
    return found


def _bin(minutes: Floats) -> Ints:
    return np.clip(minutes // BIN, 0, BINS - 1).astype(np.int64)


def _smoothed(profile: Floats) -> Floats:
    total = np.cumsum(np.pad(profile, ((0, 0), (_BELL + 1, _BELL))), axis=1)
    smooth: Floats = total[:, 2 * _BELL + 1 :] - total[:, : -2 * _BELL - 1]
    return smooth
