"""The line while it is in doubt whether she is at home: something stirred after she had left, and nothing bore it out.

It hangs on the price of a false alert alone and is the same for every home with a sensor at the exit; for the others:
`line_without_exit`.
"""

import numpy as np

from models.habits.arrays import AGE_STEP, AGES, Floats
from models.habits.stopping import PRICES, lines, survival

LASTS = 140.0
"""Minutes that such a silence lasts beyond the first thirty, on average."""
AT_HOME = 1 / 3
"""The share of such silences in which somebody is in: in the others nobody waits."""
MOST = 600.0
"""Minutes, whatever a false alert costs: she may lie there."""

_LASTING = survival(np.full(len(AGES), 1 - np.exp(-AGE_STEP / LASTS)))
DOUBT_BY_PRICE: Floats = np.minimum([float(lines(_LASTING, price / AT_HOME)) for price in PRICES], MOST)
"""Minutes, for each of PRICES."""
