"""The lines while it is not certain that she is at home: in doubt, and arriving.

In doubt something stirred after she had left, and nothing bore it out. Arriving, the exit was used after she had been
out, and nothing has stirred inside yet. Both hang on the price of a false alert alone and are the same for every home
with a sensor at the exit; for the others: `line_without_exit`.
"""

import numpy as np

from models.habits.arrays import AGE_STEP, AGES, Floats
from models.habits.stopping import PRICES, lines, survival

LASTS = 140.0
"""Minutes that a silence in doubt lasts beyond the first thirty, on average."""
AT_HOME = 1 / 3
"""The share of such silences in which somebody is in: in the others nobody waits."""
ARRIVING_LASTS = 60.0
"""The same of who is arriving: of 1,000 arrivals six were followed by half an hour of silence, none by more than two."""
ARRIVING_AT_HOME = 2 / 3
"""Of ten arrivals with a quarter of an hour of silence seven ended inside, three at the exit."""
MOST = 600.0
"""Minutes, whatever a false alert costs: she may lie there."""


def _by_price(lasts: float, at_home: float) -> Floats:
    lasting = survival(np.full(len(AGES), 1 - np.exp(-AGE_STEP / lasts)))
    return np.minimum([float(lines(lasting, price / at_home)) for price in PRICES], MOST)


DOUBT_BY_PRICE = _by_price(LASTS, AT_HOME)
"""Minutes, for each of PRICES."""
ARRIVING_BY_PRICE = _by_price(ARRIVING_LASTS, ARRIVING_AT_HOME)
