"""The stays in the bathroom: how long until she was seen elsewhere, and how long one may last before somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.habits.arrays import DAY, Flags, Floats, Ints
from models.habits.customs import BathroomLine
from models.habits.place import Place
from models.habits.presence import Presence, Whereabouts
from models.habits.signs import Signs
from models.habits.silences import Span, touching
from models.habits.stopping import SELDOM

SHARE = 0.1
"""The part of the home's budget of false alerts that its bathroom may use up."""
LEAST, MOST = 45, 180
"""Minutes: no line is shorter; beyond the other the bathroom says nothing that the silence line does not say."""
AGAIN_HALF = 1.5
"""A line is at least so many times her longest stay: the longest of the next weeks may well be longer."""
PRIOR_DAYS = 10
"""Days that the other homes' stays count for."""
PRIOR_LONG = 0.1
"""Stays of more than an hour in those days; of more than twice as long there are a quarter as many."""
PRIOR_LONG_BY_NIGHT = 0.3
"""Evenings, in those days, on which the bathroom is the last place seen before sleep, however long that is."""
NIGHT_FROM, NIGHT_UNTIL = 20 * 60, 5 * 60
"""Minutes of the local day: who goes in between may have gone to bed from there, unseen."""
_MONTH = 30
_HOUR = 60
_FEW = 20


@dataclass(frozen=True, slots=True)
class Stays:
    """One row a stay that is over and may teach; minutes."""

    starts: Floats
    """Local minutes since 1970."""
    lengths: Floats

    def of(self, rows: Flags) -> "Stays":
        """Return some of them."""
        return Stays(self.starts[rows], self.lengths[rows])


def stays_of(signs: Signs, whereabouts: Whereabouts, untaught: Sequence[Span] = ()) -> Stays:
    """Return the stays: from the first sign in the bathroom until the next in another place, while she was in."""
    placed = np.flatnonzero(signs.is_placed)
    at, is_there = signs.at[placed], signs.place[placed] == Place.WASHING
    begins = np.flatnonzero(is_there & ~np.append(False, is_there[:-1])) if len(placed) else placed
    ends = _next_elsewhere(is_there, begins)
    begins, ends = begins[ends < len(placed)], ends[ends < len(placed)]
    may_teach = whereabouts.presence[placed][ends - 1] == Presence.IN
    may_teach &= ~touching(at[begins], at[ends], untaught)
    begins, ends = begins[may_teach], ends[may_teach]
    return Stays(signs.minute[placed][begins], (at[ends] - at[begins]) / 60.0)


def _next_elsewhere(is_there: Flags, begins: Ints) -> Ints:
    """Return the first row after each beginning that is not in the bathroom; the number of rows if there is none."""
    elsewhere = np.append(np.flatnonzero(~is_there), len(is_there))
    found: Ints = elsewhere[np.searchsorted(elsewhere, begins)]
    return found


def is_night(minute: Floats) -> Flags:
    """Tell of local minutes whether who goes to the bathroom then may have gone to bed from there."""
    of_day = minute % DAY
    night: Flags = (of_day >= NIGHT_FROM) | (of_day < NIGHT_UNTIL)
    return night


_LEAST_SHARE = 1e-9
"""Whoever asks for less has no line either way; below it the arithmetic ends."""


def lines_by_day_and_night(stays: Stays, budget: float) -> tuple[BathroomLine, BathroomLine]:
    """Return how long a stay may last that began by day, and one that began in the evening or at night."""
    by_night = is_night(stays.starts)
    day, night = stays.of(~by_night), stays.of(by_night)
    share = max(SHARE * budget, _LEAST_SHARE)
    can_judge_night = _MONTH * PRIOR_LONG_BY_NIGHT / (PRIOR_DAYS + _days(night)) <= share
    return _line(day, share), _line(night, share) if can_judge_night else BathroomLine(0, _usual(night))


def _line(stays: Stays, share: float) -> BathroomLine:
    """Return the least line that other homes' stays and hers allow.

    The expected number a month of stays beyond a line L, as long as none of hers was: 30 x PRIOR_LONG x (60 / L)^2
    over PRIOR_DAYS and her own days; the line is where that is the share. One of hers would be more than the share.
    """
    by_others = _HOUR * (_MONTH * PRIOR_LONG / ((PRIOR_DAYS + _days(stays)) * share)) ** 0.5
    by_her = AGAIN_HALF * float(stays.lengths.max(initial=0.0))
    limit = int(np.ceil(max(LEAST, by_others, by_her)))
    return BathroomLine(limit if limit <= MOST else 0, _usual(stays))


def _days(stays: Stays) -> int:
    return len(np.unique(stays.starts // DAY))


def _usual(stays: Stays) -> int:
    if len(stays.lengths) < _FEW:
        return 0
    return max(1, int(np.ceil(np.quantile(stays.lengths, 1 - SELDOM))))
