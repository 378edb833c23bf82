"""What the chance of a next sign of life depends on: hour, age of the silence, place of the last sign, usual silence."""

import numpy as np

from models.habits.arrays import AGE_STEP, DAY, Floats, Ints
from models.habits.place import Place

_HARMONICS = 3
_DEEPEST_NIGHT = 3 * 60
_MORNING, _MORNING_WIDTH = 8 * 60, 100
_LEAST_RATIO, _MOST_RATIO = -2.5, 1.5

NAMES = (
    "one",
    *(f"{wave} of {harmonic} a day" for harmonic in range(1, _HARMONICS + 1) for wave in ("cosine", "sine")),
    "age",
    "age squared",
    "age by night",
    "age by morning",
    "sleeping",
    "washing",
    "sleeping by night",
    "washing by night",
    "weekend by morning",
    "age over usual",
    "age over usual squared",
    "age over usual by night",
    *(f"start, {wave} of {harmonic} a day" for harmonic in (1, 2) for wave in ("cosine", "sine")),
    "living",
    "living by night",
)


def features(start: Floats, age: Floats, place: Ints, is_weekend: Floats, usual: Floats) -> Floats:
    """Return the features of ten minutes of a silence, in the last axis; the arguments are broadcast together.

    `start` is the local minute of the last sign, `age` minutes since then at which the ten begin, `is_weekend` 0 or 1
    and `usual` (log minutes) hold for the moment itself, not for the start.
    """
    middle = age + AGE_STEP / 2
    hour = 2 * np.pi * ((start + middle) % DAY) / DAY
    begun = 2 * np.pi * (start % DAY) / DAY
    night = 0.5 * (1 + np.cos(hour - 2 * np.pi * _DEEPEST_NIGHT / DAY))
    morning = _bump(hour)
    log_age = np.log(middle / 60)
    over_usual = np.clip(np.log(middle) - usual, _LEAST_RATIO, _MOST_RATIO)
    sleeping, washing, living = (np.asarray(place == kind, dtype=np.float64) for kind in _TOLD_APART)
    columns = [
        np.ones_like(hour),
        *(wave(harmonic * hour) for harmonic in range(1, _HARMONICS + 1) for wave in (np.cos, np.sin)),
        log_age,
        log_age**2,
        log_age * night,
        log_age * morning,
        sleeping,
        washing,
        sleeping * night,
        washing * night,
        is_weekend * morning,
        over_usual,
        over_usual**2,
        over_usual * night,
        *(wave(harmonic * begun) for harmonic in (1, 2) for wave in (np.cos, np.sin)),
        living,
        living * night,
    ]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


_TOLD_APART = (Place.SLEEPING, Place.WASHING, Place.LIVING)


def _bump(hour: Floats) -> Floats:
    apart = (hour * DAY / (2 * np.pi) - _MORNING + DAY / 2) % DAY - DAY / 2
    bump: Floats = np.exp(-0.5 * (apart / _MORNING_WIDTH) ** 2)
    return bump
