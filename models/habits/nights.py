"""The nights: when she is not up and about, and whether she is one who goes out then."""

import numpy as np

from models.habits.arrays import DAY, HALF_HOURS, Ints, half_hour_of
from models.habits.place import Place
from models.habits.signs import Signs

RECENT = 28
"""Days back that count."""
ENOUGH = 14
"""Days that must be known before her own hours take the place of everybody's."""
EARLIEST, LATEST = (22 * 60, 3 * 60 + 30), (2 * 60, 6 * 60)
"""Minutes of the day between which her night may begin, and end: nobody's is shorter than from two to half past three."""
_STEP = DAY // HALF_HOURS
_DEAD_OF_NIGHT = 5
"""The half hour from which her night is looked for: half past two."""
_AROUND = 3
"""Half hours before and after in which the use of the exit counts as being at the same hour."""


def recent(signs: Signs, today: int) -> Signs:
    """Return the signs of the latest days before today (days since 1970, local)."""
    first, last = np.searchsorted(signs.minute, [(today - RECENT) * DAY, today * DAY])
    return signs.during(slice(int(first), int(last)))


def sleeps_of(signs: Signs) -> tuple[int, int] | None:
    """Return from when to when, minutes of the day, she is up and about on fewer than half of the days.

    Where people sleep and wash does not count: she turns over, and goes to the toilet.
    """
    days = len(np.unique(signs.day))
    if days < ENOUGH:
        return None
    is_up = (signs.place == Place.OTHER) | (signs.place == Place.LIVING)
    share = _days_by_half_hour(signs.day[is_up], half_hour_of(signs.minute[is_up])) / days
    still = share < 0.5
    if not still[_DEAD_OF_NIGHT] or still.all():
        return None
    begin, end = _DEAD_OF_NIGHT, _DEAD_OF_NIGHT
    while still[(begin - 1) % HALF_HOURS]:
        begin -= 1
    while still[(end + 1) % HALF_HOURS]:
        end += 1
    return _clipped(begin * _STEP % DAY, EARLIEST[0], LATEST[0]), _clipped(
        (end + 1) * _STEP % DAY, EARLIEST[1], LATEST[1]
    )


def _clipped(minute: int, least: int, most: int) -> int:
    """Return a minute of the day moved into a span that may reach over midnight; times of day count from noon."""
    noon = DAY // 2
    after_noon = [(one - noon) % DAY for one in (minute, least, most)]
    return (min(max(after_noon[0], after_noon[1]), after_noon[2]) + noon) % DAY


def nights_out_of(signs: Signs) -> tuple[int, ...]:
    """Return by half hour of the day on how many days the exit was used about then."""
    exits = np.flatnonzero(signs.is_exit)
    around = np.arange(-_AROUND, _AROUND + 1)
    minutes = (signs.minute[exits][:, None] + around[None, :] * _STEP).ravel()
    # the hour before midnight and the hour after it belong to one night
    night = ((np.repeat(signs.minute[exits], len(around)) - DAY // 2) // DAY).astype(np.int64)
    return tuple(_days_by_half_hour(night, half_hour_of(minutes)).tolist())


def _days_by_half_hour(day: Ints, half_hour: Ints) -> Ints:
    """Return on how many different days each half hour occurs."""
    pairs = np.unique(np.stack([day, half_hour]), axis=1)
    return np.bincount(pairs[1], minlength=HALF_HOURS)
