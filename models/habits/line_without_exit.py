"""The line where no sensor is at the exit: so long that the budget holds there too.

There it is always in doubt whether she is in: whoever stays away for a night looks like somebody who has fallen. What she
did so far says how often that happens, and so how long the line must be.
"""

import numpy as np

from models.habits.arrays import Floats
from models.habits.budget import MONTH, SHARE_OF_PRIOR, fading
from models.habits.evidence import ANSWER, Evidence, History
from models.habits.line_in_doubt import MOST
from models.habits.model import LONGEST_OUT, LONGEST_WITHOUT_EXIT
from models.habits.silences import touching

LEAST = int(MOST)
"""Minutes: less would call for every longer outing."""
_STEP = 30


def line_without_exit(evidence: Evidence, history: History, budget: float) -> int:
    """Return the shortest line, minutes, with which her own past would have kept to the budget."""
    lengths, weights = _lengths(evidence, history)
    days = evidence.today - evidence.first_day
    seen = float(fading((days - evidence.seen_days).astype(np.float64)).sum())
    for line in range(LEAST, LONGEST_WITHOUT_EXIT, _STEP):
        if weights[lengths - ANSWER >= line].sum() / (seen + SHARE_OF_PRIOR) * MONTH <= budget:
            return line
    return LONGEST_WITHOUT_EXIT


def _lengths(evidence: Evidence, history: History) -> tuple[Floats, Floats]:
    """Return how long the past silences lasted, and how much each counts; what lasted for days was an outage."""
    silences = evidence.silences
    counts = silences.is_over & (silences.lengths < LONGEST_OUT)
    begins = history.signs.at[: len(silences.lengths)]
    counts &= ~touching(begins, begins + (60 * silences.lengths).astype(np.int64), history.untaught)
    ago = evidence.today - silences.day
    return silences.lengths[counts], fading(ago[counts].astype(np.float64))
