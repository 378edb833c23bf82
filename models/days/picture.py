"""The pictures of local days: numbers that staff would ask about. What could not be seen is unknown, never 0.

A day is told at the midnight that ends it. Its night is the one that ends in it, looked for from six in the evening
before until noon; what she does is counted from midnight to midnight.
"""

from dataclasses import dataclass

from models.habits.arrays import Floats


@dataclass(frozen=True, slots=True)
class Pictures:
    """A home's days in a row, as columns; what is not known is not a number.

    Clock times are minutes after the day's midnight; below 0 is the evening before.
    """

    first_day: int
    """Local days since 1970."""
    bed: Floats
    rises: Floats
    stirs: Floats
    """Bouts of movement in her usual hours of sleep."""
    night_bathroom: Floats
    """Visits to the bathroom in her usual hours of sleep."""
    day_bathroom: Floats
    """Visits to the bathroom in twelve hours up and at home."""
    meals: Floats
    """How often something went on in the kitchen at her own meal times."""
    meals_possible: Floats
    """At how many of her own meal times she was at home and the kitchen could be seen."""
    outings: Floats
    movement: Floats
    """Share, 0 to 1, of the five minutes up and at home in which something stirred."""
    bouts: Floats
    judged_hours: Floats
    """In which the home could be judged: no outage, no declared absence, no emergency."""

    def __len__(self) -> int:
        """Return how many days there are."""
        return len(self.judged_hours)

    def column(self, name: str) -> Floats:
        """Return one number of all days."""
        column: Floats = getattr(self, name)
        return column
