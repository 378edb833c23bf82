"""The budget: the price of a false alert at which a home has as many as it was given.

For every past silence it is known at which prices it would have called somebody. Counted over this home's own weeks,
held to the same count over other homes while its own weeks are few, it says how many false alerts a price means; the
lowest price within the budget is taken (conformal risk control). A false alert that a visitor reports is a long
silence among the others, and so raises the price by itself; weeks without one lower it.
"""

import numpy as np

from models.habits.arrays import Floats, Ints, decay
from models.habits.stopping import PRICES

MONTH = 30.4
"""Days."""
SHARE_OF_PRIOR = 20.0
"""Days that other homes count for."""
HALF_LIFE = 45.0
"""Days."""
_BLUR = 0.35
"""Of the log price: a silence that would have called almost counts in part."""
_LOG = np.log(PRICES)
_HALF_STEP = (_LOG[1] - _LOG[0]) / 2


def exceedances(rungs: Ints, weights: Floats) -> Floats:
    """Return how many silences would have called somebody at each of PRICES, from the rungs they reached."""
    reached = np.flatnonzero(rungs > 0)
    highest = _LOG[rungs[reached] - 1] + _HALF_STEP
    apart = (highest[None, :] - _LOG[:, None]) / _BLUR
    counted: Floats = (1 / (1 + np.exp(-1.702 * apart))) @ weights[reached]
    return counted


def rates(own: Floats, days: float, shared: Floats) -> Floats:
    """Return the false alerts a month to expect at each of PRICES, from own exceedances in `days` and others' a day."""
    monthly = (own + SHARE_OF_PRIOR * shared) / (days + SHARE_OF_PRIOR) * MONTH
    falling: Floats = np.minimum.accumulate(monthly)
    return falling


def price_within(budget: float, monthly: Floats) -> int:
    """Return which of PRICES is the lowest within a budget of false alerts a month; the highest if none is."""
    within = np.flatnonzero(monthly <= budget)
    return int(within[0]) if len(within) else len(PRICES) - 1


def fading(days_ago: Floats) -> Floats:
    """Return how much a day counts, 0 to 1, that lies some days back."""
    return decay(days_ago, HALF_LIFE)
