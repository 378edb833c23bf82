"""How long she is out, from the exit until it is borne out that somebody is in; and when being out is too long."""

from collections.abc import Sequence

import numpy as np

from models.habits.arrays import Floats
from models.habits.model import LONGEST, LONGEST_OUT
from models.habits.presence import GONE_AFTER, Presence, Whereabouts
from models.habits.signs import Signs
from models.habits.silences import Span, touching

KNOWN = 20
"""Outings after which the longest of them says something about the next."""
UNKNOWN = 36 * 60
"""Minutes until then: she may stay a night with her daughter."""
_SLACK = 1.25


def outings_of(signs: Signs, whereabouts: Whereabouts, untaught: Sequence[Span]) -> Floats:
    """Return the lengths of past outings, minutes; those that touch an untaught span are none of her habits."""
    is_in = whereabouts.presence == Presence.IN
    home = np.flatnonzero(is_in)
    left = np.flatnonzero(~is_in & np.append(True, is_in[:-1])) if len(signs) else home
    back = np.searchsorted(home, left)
    left, back = left[back < len(home)], home[back[back < len(home)]]
    begins, ends = signs.at[left], signs.at[back]
    lengths: Floats = ((ends - begins) / 60.0)[(ends - begins >= GONE_AFTER) & ~touching(begins, ends, untaught)]
    return lengths


def out_line(outings: Floats) -> int:
    """Return how many minutes she may be out: a quarter more than ever before, but not less than the ceiling at home.

    One who is never out for more than a few hours and has not come home for twelve may lie in the street, or behind
    her door after a sign there that looked like leaving. Longer than three days does not count: the sensors were dead.
    """
    longest = float(outings[outings <= LONGEST_OUT].max(initial=0.0))
    return int(np.clip(_SLACK * longest, LONGEST if len(outings) >= KNOWN else UNKNOWN, LONGEST_OUT))
