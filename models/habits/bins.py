"""Long silences cut into ten-minute pieces, each of which ended the silence or did not: what a hazard is learned from."""

from dataclasses import dataclass

import numpy as np

from models.habits.arrays import AGE_STEP, AGES, DAY, FIRST_AGE, LAST_AGE, Flags, Floats, Ints
from models.habits.features import features
from models.habits.signs import is_weekend
from models.habits.silences import Silences
from models.habits.usual import usual_at

LOOKS_AHEAD = 6 * 60
"""Minutes: a silence that begins after six in the evening is judged by the kind of day that comes after it."""


@dataclass(frozen=True, slots=True)
class Bins:
    """One row for each ten minutes of each silence beyond its first thirty, up to twelve hours."""

    silence: Ints
    age: Floats
    """Minutes after the last sign at which the ten begin."""
    ended: Floats
    """1 where the silence ended in them, else 0."""
    columns: Floats
    """The features, one row a bin."""


def bins_of(silences: Silences, usual: Floats, first_day: int) -> Bins:
    """Return the bins of the silences that may teach. `usual` holds log minutes, a row a day from the first on."""
    long = silences.long_ones()
    lengths = silences.lengths[long]
    counts = np.minimum(np.ceil((np.minimum(lengths, LAST_AGE) - FIRST_AGE) / AGE_STEP), len(AGES)).astype(np.int64)
    which = np.repeat(np.arange(len(long)), counts)
    number = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_last = number == counts[which] - 1
    ended = is_last & (lengths[which] <= LAST_AGE) & silences.is_over[long][which]
    silence, age = long[which], AGES[number]
    columns = columns_of(silences, silence, age, usual, first_day)
    return Bins(silence, age, ended.astype(np.float64), columns)


def columns_of(silences: Silences, which: Ints, age: Floats, usual: Floats, first_day: int) -> Floats:
    """Return the features of silences at ages (broadcast together), by what was usual on the day each began."""
    start, day = silences.starts[which], silences.day[which] - first_day
    usual_now = usual_at(
        usual, np.broadcast_to(day, np.shape(start + age)).astype(np.float64), start + age + AGE_STEP / 2
    )
    weekend = judged_by_weekend(start).astype(np.float64)
    return features(start, age, silences.place[which], weekend, usual_now)


def judged_by_weekend(start: Floats) -> Flags:
    """Tell of silences by the local minute of their start whether a Saturday or Sunday is the day they are judged by."""
    return is_weekend(((start + LOOKS_AHEAD) // DAY).astype(np.int64))
