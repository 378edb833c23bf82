"""A day unlike her days: many numbers a little off at once, of which none alone says anything.

An isolation forest (Liu, Ting and Zhou, *Isolation forest*, 2008) over her own days, yesterday among them: all are
treated alike, so yesterday's rank among her days is honest. It is grown for one question and thrown away: nothing of
it is stored. It is asked only where yesterday is far off in two numbers, since a reason must be given; that is one
night in thirty, so the hundredth of a second that a forest costs, and the second of its library, are rarely spent.
"""

from dataclasses import dataclass

import numpy as np

from models.days.picture import Pictures
from models.days.surprise import MEMORY
from models.habits.arrays import Floats

LEAST = 28
"""Judged days without which no forest is grown."""
TREES = 100
FAR = 3.0
"""Robust standard deviations from her usual that a number must lie to be a reason."""
STRICT = 0.65
"""Isolation score, 0 to 1, above which a day stands apart."""
REASONS = 3
_LEAST_NUMBERS = 4

_LEAST_SPREAD = {
    "rises": 20.0,
    "stirs": 1.0,
    "night_bathroom": 1.0,
    "day_bathroom": 1.5,
    "meals": 0.5,
    "outings": 0.7,
    "movement": 0.05,
    "bouts": 2.0,
}
"""By number: how far her days are taken to lie apart at least. A habit kept to the minute is no reason to ring.

The hours that she was out are none of them: half of all days that stood apart were no more than a long day out.
"""


@dataclass(frozen=True, slots=True)
class Unlike:
    """What made a day unlike her others: numbers that were far off, the farthest first, and what is usual for them."""

    reasons: tuple[str, ...]
    now: tuple[float, ...]
    usual: tuple[float, ...]
    score: float


def unlike(pictures: Pictures, row: int) -> Unlike | None:
    """Return why a day was unlike those before it; None: it was not, or too little is known."""
    names, usual, off = _standardised(pictures, row)
    if len(names) < _LEAST_NUMBERS:
        return None
    order = np.argsort(-np.abs(off[-1]), kind="stable")
    far = [int(at) for at in order if abs(off[-1, at]) >= FAR][:REASONS]
    if len(far) < 2:
        return None
    score, others = _isolation(off)
    if score < STRICT or score <= others.max():
        return None
    reasons = tuple(names[at] for at in far)
    now = tuple(float(pictures.column(name)[row]) for name in reasons)
    return Unlike(reasons, now, tuple(usual[at] for at in far), score)


def _standardised(pictures: Pictures, row: int) -> tuple[list[str], list[float], Floats]:
    """Return the numbers that are known of a day and of enough days before it, what is usual, and how far off each day is."""
    first = max(0, row - MEMORY)
    names, usual, columns = list[str](), list[float](), list[Floats]()
    for name, least in _LEAST_SPREAD.items():
        days = pictures.column(name)[first : row + 1]
        known = days[:-1][~np.isnan(days[:-1])]
        if np.isnan(days[-1]) or len(known) < LEAST:
            continue
        centre = float(np.median(known))
        spread = max(1.4826 * float(np.median(np.abs(known - centre))), least)
        names.append(name)
        usual.append(centre)
        columns.append((days - centre) / spread)
    off = np.array(columns, dtype=np.float64).reshape(len(names), row + 1 - first).T
    enough = np.isnan(off).sum(axis=1) <= len(names) // 2
    return names, usual, np.nan_to_num(off[enough])


def _isolation(off: Floats) -> tuple[float, Floats]:
    """Return the isolation score of the last day, and those of the others; the same days give the same."""
    from sklearn.ensemble import IsolationForest  # noqa: PLC0415 - two seconds and 100 MB that most programs never need

    forest = IsolationForest(n_estimators=TREES, random_state=0).fit(off)
    scores = -forest.score_samples(off)
    return float(scores[-1]), scores[:-1]
