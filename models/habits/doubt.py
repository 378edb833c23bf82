"""The line in doubt: how long silence may last where nobody can tell whether she is in, so that the budget holds there too.

With a sensor at the exit, doubt is short and rare. Without one it never ends: whoever stays away for a night looks like
somebody who has fallen. What she did so far says how often that happens, and so how long the line must be.
"""

import numpy as np

from models.habits.arrays import Floats
from models.habits.budget import MONTH, SHARE_OF_PRIOR, fading
from models.habits.evidence import ANSWER, Evidence, History
from models.habits.model import LONGEST, LONGEST_UNSEEN
from models.habits.presence import Presence
from models.habits.silences import touches

DOUBT = 600
"""Minutes of silence while it is in doubt whether she is at home: two thirds of such silences are of empty homes."""
_STEP = 30
_OUTAGE = 72 * 60.0
"""Minutes: what lasted longer was no outing that a line could wait for."""


def doubt_line(evidence: Evidence, history: History, budget: float, *, sees_exit: bool) -> int:
    """Return the shortest line in doubt, minutes, with which her own past would have kept to the budget."""
    lengths, weights = _silences_in_doubt(evidence, history, sees_exit=sees_exit)
    days = evidence.today - evidence.first_day
    seen = float(fading((days - evidence.seen_days).astype(np.float64)).sum())
    for line in range(DOUBT, LONGEST if sees_exit else LONGEST_UNSEEN, _STEP):
        if weights[lengths - ANSWER >= line].sum() / (seen + SHARE_OF_PRIOR) * MONTH <= budget:
            return line
    return LONGEST if sees_exit else LONGEST_UNSEEN


def _silences_in_doubt(evidence: Evidence, history: History, *, sees_exit: bool) -> tuple[Floats, Floats]:
    """Return how long the past silences lasted that began in doubt, and how much each counts."""
    silences, presence = evidence.silences, evidence.whereabouts.presence
    is_doubtful = (presence == Presence.DOUBT) | (presence == Presence.ARRIVING)
    counts = silences.is_over & (silences.lengths < _OUTAGE) & (is_doubtful if sees_exit else presence != Presence.OUT)
    ends = history.signs.at[: len(silences.lengths)] + (60 * silences.lengths).astype(np.int64)
    counts &= ~touches(history.signs.at[: len(silences.lengths)], ends, history.untaught)
    ago = (evidence.today - evidence.first_day) - (silences.day - evidence.first_day)
    return silences.lengths[counts], fading(ago[counts].astype(np.float64))
