"""The silences of a home: how long nothing stirred after each sign, and which of them may teach."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.habits.arrays import DAY, FIRST_AGE, Flags, Floats, Ints
from models.habits.presence import Presence, Whereabouts
from models.habits.signs import Signs

TOO_LONG = 14 * 60.0
"""Minutes: longer than anybody sleeps. With nobody out, the sensors or linli were dead: such a silence teaches nothing."""
UNSEEN_OUTING = 60.0
"""Minutes: hardly any longer silence of somebody at home ends at the exit. She had gone out unseen, and came back."""
Span = tuple[int, int]
"""From and until, seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Silences:
    """Of each sign: the silence after it, the last of them still going on. Minutes."""

    starts: Floats
    """Local minutes since 1970."""
    lengths: Floats
    place: Ints
    is_over: Flags
    is_home: Flags
    """Whether somebody was in, and the silence may teach."""
    is_judged: Flags
    """Whether she was not known to be out: a call in it would have been for nothing."""
    was_away: Flags
    """Whether a visitor found that she was out, and it is over."""

    @property
    def day(self) -> Ints:
        """The local day on which each began."""
        return (self.starts // DAY).astype(np.int64)

    def long_ones(self) -> Ints:
        """Return which of those that may teach are long enough to say something about long silences."""
        return np.flatnonzero(self.is_home & (self.lengths > FIRST_AGE))


def silences_of(
    signs: Signs,
    whereabouts: Whereabouts,
    until: int,
    untaught: Sequence[Span] = (),
    *,
    faults: Sequence[Span] = (),
    away: Sequence[Span] = (),
) -> Silences:
    """Return the silences up to a moment; those that touch one of the untaught spans teach nothing.

    Untaught is what was not this person's habit: outages, declared absences, the time of an alert that was right. What
    lies in `faults` (a device was) teaches nothing but is judged; what lies in `away` was an outing.
    """
    ends = np.append(signs.at[1:], max(until, signs.at[-1])) if len(signs) else signs.at
    lengths = (ends - signs.at) / 60.0
    is_over = np.append(np.ones(max(0, len(signs) - 1), dtype=np.bool_), np.zeros(min(1, len(signs)), dtype=np.bool_))
    is_told = ~touching(signs.at, ends, untaught)
    was_away = touching(signs.at, ends, away) & is_told & is_over
    is_judged = (whereabouts.presence != Presence.OUT) & (lengths < TOO_LONG) & is_told & ~was_away
    ends_at_exit = np.append(signs.is_exit[1:], np.zeros(min(1, len(signs)), dtype=np.bool_))
    is_unseen_outing = ends_at_exit & (lengths > UNSEEN_OUTING)
    is_home = (whereabouts.presence == Presence.IN) & is_judged & ~is_unseen_outing & ~touching(signs.at, ends, faults)
    return Silences(signs.minute, lengths, signs.place, is_over, is_home, is_judged, was_away)


def touching(begins: Ints, ends: Ints, spans: Sequence[Span]) -> Flags:
    """Tell which of some times, seconds since 1970, touch any of some spans."""
    found = np.zeros(len(begins), dtype=np.bool_)
    for begin, end in spans:
        found |= (begins < end) & (ends > begin)
    return found
