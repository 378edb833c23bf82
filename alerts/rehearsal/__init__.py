"""Past alerts once more, through another ladder: what would have changed. Pure: records in, records out.

People do again what they did, as long after their first call as then. Who was never called for an alert does what is
usual for their role.
"""

from alerts.rehearsal.comparing import Compared, Sums, Times, compare, sums
from alerts.rehearsal.habits import Habit, habits_of
from alerts.rehearsal.stage import Played, Stage
from alerts.rehearsal.truth import Past, Truth, truth_of

__all__ = [
    "Compared",
    "Habit",
    "Past",
    "Played",
    "Stage",
    "Sums",
    "Times",
    "Truth",
    "compare",
    "habits_of",
    "sums",
    "truth_of",
]
