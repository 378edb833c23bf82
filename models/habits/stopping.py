"""Optimal stopping: given how likely a silence is to go on, when is asking worth its price?

Of all silences that begin alike, the line t costs `price` for each that outlasts it (a false alert), and for each minute
at which she could have fallen the wait from then until t. Waiting counts more than in proportion: a second hour is
worse than the first.
"""

import numpy as np

from models.habits.arrays import AGE_ENDS, AGE_STEP, AGES, FIRST_AGE, LAST_AGE, Floats, Ints

PRICES: Floats = np.exp(np.linspace(np.log(1e4), np.log(1e8), 80))
"""What one false alert may cost, in minutes of life at home times minutes of delay: the ladder that a budget climbs."""
POWER = 1.5
"""Between 1 and 2.5 the same false alerts buy the same delay: more shortens the longest waits, less the usual ones."""
_LONG_WAIT = 180.0
"""Minutes: the wait that counts as much as itself."""
SHORTEST_LINE = 90.0
"""Minutes."""
SELDOM = 0.05
"""The share that lasts longer than what is said to be seldom outlasted: of silences of half an hour or more, of stays."""
_OPEN = AGE_ENDS >= SHORTEST_LINE


def _wait(minutes: Floats) -> Floats:
    counted: Floats = _LONG_WAIT * (np.maximum(minutes, 0) / _LONG_WAIT) ** POWER
    return counted


_WAITS: Floats = _wait(AGE_ENDS[None, :] - (AGES + AGE_STEP / 2)[:, None]) * AGE_STEP
_FIRST_WAITS: Floats = _wait(AGE_ENDS - FIRST_AGE / 2) * FIRST_AGE


def survival(hazard: Floats) -> Floats:
    """Return the share of silences that last as long as each of AGE_ENDS, from the hazards at AGES in the last axis."""
    lasting = np.exp(np.cumsum(np.log1p(-hazard), axis=-1))
    return np.concatenate([np.ones_like(lasting[..., :1]), lasting], axis=-1)


def seldom_longer(lasting: Floats) -> Ints:
    """Return the age, minutes, that a share of SELDOM outlasts, for survivals in the last axis; LAST_AGE where more do."""
    is_rare = lasting <= SELDOM
    found = np.where(is_rare.any(axis=-1), AGE_ENDS[np.argmax(is_rare, axis=-1)], LAST_AGE)
    return np.asarray(found, dtype=np.int64)


def cost_of_waiting(lasting: Floats) -> Floats:
    """Return what each line of AGE_ENDS costs in delay."""
    between = (lasting[..., 1:] + lasting[..., :-1]) / 2
    cost: Floats = between @ _WAITS + _FIRST_WAITS
    return cost


def lines(lasting: Floats, price: float) -> Floats:
    """Return the best line, minutes, for silences of these survivals (last axis). It grows with the price."""
    cost = price * lasting + cost_of_waiting(lasting)
    best: Floats = AGE_ENDS[_OPEN][np.argmin(cost[..., _OPEN], axis=-1)]
    return best


def lines_by_price(lasting: Floats) -> Floats:
    """Return the best lines, minutes, for every price of PRICES in the first axis."""
    waiting = cost_of_waiting(lasting)
    return np.stack([AGE_ENDS[_OPEN][np.argmin((p * lasting + waiting)[..., _OPEN], axis=-1)] for p in PRICES])


def steps_rung(lengths: Floats, by_price: Floats) -> Ints:
    """Return for how many of PRICES, from the lowest on, silences of these lengths would have called somebody."""
    return np.asarray((lengths[None, :] >= by_price).sum(axis=0), dtype=np.int64)
