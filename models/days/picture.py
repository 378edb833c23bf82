"""The picture of one local day: numbers that staff would ask about. What could not be seen is None, never 0.

A day is told at the midnight that ends it. Its night is the one that ends in it, looked for from six in the evening
before until noon; what she does is counted from midnight to midnight.
"""

from dataclasses import dataclass, fields

import numpy as np

from models.habits.arrays import Floats


@dataclass(frozen=True, slots=True)
class DayPicture:
    """One day. Clock times are minutes after its midnight; below 0 is the evening before."""

    day: int
    """Local days since 1970."""
    bed: float | None
    rises: float | None
    stirs: float | None
    """Bouts of movement in her usual hours of sleep."""
    night_bathroom: float | None
    """Visits to the bathroom in her usual hours of sleep."""
    day_bathroom: float | None
    """Visits to the bathroom in twelve hours up and at home."""
    meals: float | None
    """How often something went on in the kitchen at her own meal times."""
    meals_possible: float | None
    """At how many of her own meal times she was at home and the kitchen could be seen."""
    outings: float | None
    hours_out: float | None
    movement: float | None
    """Share, 0 to 1, of the five minutes up and at home in which something stirred."""
    bouts: float | None
    rooms: float | None
    judged_hours: float
    """In which the home could be judged: no outage, no declared absence, no emergency."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """A home's days in a row, as columns; what is not known is not a number. The names are those of DayPicture."""

    first_day: int
    bed: Floats
    rises: Floats
    stirs: Floats
    night_bathroom: Floats
    day_bathroom: Floats
    meals: Floats
    meals_possible: Floats
    outings: Floats
    hours_out: Floats
    movement: Floats
    bouts: Floats
    rooms: Floats
    judged_hours: Floats

    def __len__(self) -> int:
        """Return how many days there are."""
        return len(self.judged_hours)

    def column(self, name: str) -> Floats:
        """Return one number of all days."""
        column: Floats = getattr(self, name)
        return column

    def of(self, row: int) -> DayPicture:
        """Return one day."""
        told = {name: _known(float(self.column(name)[row])) for name in NUMBERS}
        return DayPicture(day=self.first_day + row, judged_hours=float(self.judged_hours[row]), **told)


NUMBERS = tuple(one.name for one in fields(DayPicture) if one.name not in {"day", "judged_hours"})


def _known(value: float) -> float | None:
    return None if np.isnan(value) else value
