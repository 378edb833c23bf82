"""A rehearsal: what the line would have done on each day of a history, each day's model made from the days before it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np

from models.habits.arrays import Ints
from models.habits.calendar import midnight_of
from models.habits.evidence import ANSWER, History
from models.habits.learner import learn
from models.habits.line import Asked, asked_after
from models.habits.model import HomeModel
from models.habits.nervous import believed
from models.habits.presence import whereabouts_of
from models.habits.prior import Prior


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody but the elder would have been called, `at` seconds since 1970, in the silence after a sign."""

    sign: int
    at: int


def mornings(history: History, prior: Prior, budget: float, zone: ZoneInfo) -> Iterator[tuple[slice, HomeModel]]:
    """Yield the signs of each day, and the model that was learned at the midnight before them."""
    day = history.signs.day
    bounds = np.flatnonzero(np.diff(day, prepend=day[:1] - 1, append=day[-1:] + 1))
    for first, end in zip(bounds.tolist(), bounds[1:].tolist(), strict=False):
        midnight = midnight_of(int(day[first]), zone)
        yield slice(first, end), learn(history, prior, budget, midnight, zone)


def rehearse(history: History, prior: Prior, budget: float, zone: ZoneInfo) -> tuple[History, Asked]:
    """Return the past as it was believed, and when the elder would have been asked after each of its signs.

    What a nervous sensor said alone is left out, from the morning on which it was found out, as live. A line is fixed at
    its sign: nothing later moves it.
    """
    days = list(mornings(history, prior, budget, zone))
    is_believed = np.ones(len(history.signs), dtype=np.bool_)
    for rows, model in days:
        if model.customs.nervous:
            is_believed[rows] = believed(history.signs, model.customs.nervous)[rows]
    past = replace(history, signs=history.signs.where(is_believed))
    signs, whereabouts = past.signs, whereabouts_of(past.signs)
    asked = Asked(signs.at.copy(), signs.at.copy())
    row_of = np.append(0, np.cumsum(is_believed)).tolist()
    for day, model in days:
        rows = slice(row_of[day.start], row_of[day.stop])
        found = asked_after(model, signs.during(rows), whereabouts.during(rows))
        asked.by_line[rows], asked.by_ceiling[rows] = found.by_line, found.by_ceiling
    return past, asked


def called_at(asked: Asked, history: History) -> Ints:
    """Return when others than the elder would be called after each sign if it were the last, seconds since 1970.

    They are called when the elder has not answered for five minutes. A ceiling that has called does not call again
    before another sure sign: pulses in a home that was visited already would ring all day.
    """
    signs, sure_at, answer = history.signs, whereabouts_of(history.signs).sure_at, int(60 * ANSWER)
    called: Ints = asked.at + answer
    for sign in np.flatnonzero(called < _next_sign(history)).tolist():
        if asked.by_ceiling[sign] < asked.by_line[sign] and called[sign] == asked.by_ceiling[sign] + answer:
            later = (sure_at == sure_at[sign]) & (np.arange(len(signs)) > sign)
            called[later] = asked.by_line[later] + answer
    return called


def calls(called: Ints, history: History) -> list[Call]:
    """Return the calls on a history, at most one a silence: where no sign of life came before."""
    return [Call(sign, int(called[sign])) for sign in np.flatnonzero(called < _next_sign(history)).tolist()]


def _next_sign(history: History) -> Ints:
    return np.append(history.signs.at[1:], np.iinfo(np.int64).max)
