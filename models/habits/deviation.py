"""How one person differs from others: how often silence ended, over how often the prior expected it to.

Counted where hour, age of the silence and place are alike, and held to one where there is little to count: an
empirical Bayes estimate (gamma-Poisson), in closed form, which needs no second fit.
"""

from dataclasses import dataclass

import numpy as np

from models.habits.arrays import AGE_STEP, HALF_HOURS, Floats, Ints, half_hour_of, round_the_clock
from models.habits.place import Place

STEPS = 16
_FIRST, _LAST = np.log(35.0), np.log(715.0)
_STEP = (_LAST - _FIRST) / (STEPS - 1)
HOURS_WIDTH = 2.0
"""Half hours: how far one time of day speaks for another."""
AGE_WIDTH = 0.8
"""Of the log age: 40 minutes speak for an hour and a half, little for four hours."""
SHARE_OF_PRIOR = 1.0
"""Ends of silence that the prior counts for against all places together."""
SHARE_OF_ALL_PLACES = 3.0
"""Ends of silence that all places together count for against one."""

_HOURS = round_the_clock(HOURS_WIDTH, normalised=False)
_AGE_GAPS = (np.arange(STEPS)[:, None] - np.arange(STEPS)[None, :]) * _STEP
_AGES: Floats = np.exp(-0.5 * (_AGE_GAPS / AGE_WIDTH) ** 2)


@dataclass(frozen=True, slots=True)
class Counts:
    """Ends of silence, observed and expected, by day (or without that axis), place, half hour and step of age."""

    observed: Floats
    expected: Floats


def counts_by_day(day: Ints, days: int, cell: tuple[Ints, Ints, Ints], observed: Floats, expected: Floats) -> Counts:
    """Return the counts of bins by day, smoothed so that what is alike speaks together."""
    shape = (days, len(Place), HALF_HOURS, STEPS)
    return Counts(*(_smoothed(_summed(shape, (day, *cell), values)) for values in (observed, expected)))


def _summed(shape: tuple[int, ...], cell: tuple[Ints, ...], values: Floats) -> Floats:
    flat = np.ravel_multi_index(cell, shape)
    return np.bincount(flat, weights=values, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def _smoothed(counts: Floats) -> Floats:
    smoothed: Floats = _HOURS @ (counts @ _AGES)
    return smoothed


def ratio(counts: Counts) -> Floats:
    """Return by how much to multiply the shared hazard, by place, half hour and step of age. 1 where nothing is known."""
    observed, expected = counts.observed, counts.expected
    anywhere = (observed.sum(axis=-3, keepdims=True) + SHARE_OF_PRIOR) / (
        expected.sum(axis=-3, keepdims=True) + SHARE_OF_PRIOR
    )
    found: Floats = (observed + SHARE_OF_ALL_PLACES * anywhere) / (expected + SHARE_OF_ALL_PLACES)
    return found


def cell_of(place: Ints, start: Floats, age: Floats) -> tuple[Ints, Ints, Ints]:
    """Return where silences of a place, a local minute of start and an age in minutes are counted."""
    middle = age + AGE_STEP / 2
    step = np.clip(np.round((np.log(middle) - _FIRST) / _STEP), 0, STEPS - 1).astype(np.int64)
    half_hour = half_hour_of(start + middle)
    where, when, old = np.broadcast_arrays(place, half_hour, step)
    return where, when, old


def deviated(hazard: Floats, factor: Floats) -> Floats:
    """Return a hazard, 0 to 1, multiplied in the sense of rates, so that it stays one."""
    changed: Floats = 1 - (1 - hazard) ** factor
    return changed
