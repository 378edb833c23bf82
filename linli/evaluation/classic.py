"""The classic ways to judge silence, to hold linli's own against: fixed lines, and the longest ever seen and some more.

Only the line is theirs. Who is out, what is asked first and who is called is judged by the same rules as linli's own.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from linli.evaluation.evaluate import Past
from linli.evaluation.trial import Learn
from models.habits.arrays import DAY, SLOT, SLOTS, Floats, Ints, half_hour_of
from models.habits.calendar import day_of
from models.habits.evidence import History
from models.habits.learner import learn
from models.habits.model import LONGEST, LONGEST_OUT, SHORTEST, HomeModel
from models.habits.place import Place
from models.habits.presence import whereabouts_of
from models.habits.prior import Prior
from models.habits.signs import Signs, signs_of
from models.habits.silences import silences_of
from models.habits.usual import longest_by_day
from models.rules import Rules

HISTORY = 45
"""Days."""
FEW_DAYS = 3
"""Days from which the longest silence means anything."""
HALF_AGAIN, SLACK = 1.5, 30.0
"""The longest silence and half of it, and minutes besides."""
_AROUND = 2
"""Half hours before and after that count as the same hour."""


def fixed(rules: Rules, *, day: timedelta, night: timedelta) -> Rules:
    """Return the rules with other fixed lines; whoever went out may stay away for as long as under linli's own."""
    return replace(rules, day_line=day, night_line=night, out_line=timedelta(minutes=LONGEST_OUT))


@dataclass(frozen=True, slots=True)
class LongestYet:
    """The longest silence of the last weeks at that hour, half as long again and half an hour besides."""

    prior: Prior

    def of(self, past: Past) -> Learn:
        """Return what learns a home; it looks at nothing that lies after the moment it is asked about."""
        signs = signs_of(past.signals, past.home.zone)
        at_first = cache(lambda: _of_nobody(self.prior, signs, past.home.zone))

        def learned(now: datetime) -> HomeModel:
            table = table_of(longest_by_hour(signs.before(int(now.timestamp())), now, past.home.zone))
            return replace(at_first(), learned_at=now, table=table)

        return learned


def _of_nobody(prior: Prior, signs: Signs, zone: ZoneInfo) -> HomeModel:
    """Return the model of a home without a history: what it knows besides its table is the same for every home."""
    first = datetime.fromtimestamp(int(signs.at[0]) if len(signs) else 0, UTC)
    return replace(learn(History(signs.before(0), has_exit=True), prior, 1.0, first, zone), out=LONGEST_OUT)


def longest_by_hour(signs: Signs, now: datetime, zone: ZoneInfo) -> Floats | None:
    """Return the longest silence at each half hour of the last weeks, minutes; None after hardly any days."""
    today = day_of(now, zone)
    if not len(signs) or today - int(signs.day[0]) < FEW_DAYS:
        return None
    first = max(int(signs.day[0]), today - HISTORY)
    silences = silences_of(signs, whereabouts_of(signs), int(now.timestamp()))
    by_day = np.exp(longest_by_day(silences, int(signs.day[0]), today - int(signs.day[0])))[first - int(signs.day[0]) :]
    longest = np.fmax.reduce(by_day, axis=0)
    around = np.stack([np.roll(longest, shift) for shift in range(-_AROUND, _AROUND + 1)])
    widest: Floats = np.fmax.reduce(around, axis=0)
    return np.where(np.isnan(widest), np.nanmax(widest, initial=float(LONGEST)), widest)


def table_of(longest: Floats | None) -> Ints:
    """Return how long silence may last after a sign in each quarter of an hour: until it outlasts the line of that hour."""
    if longest is None:
        return _for_all(np.full(SLOTS, LONGEST, dtype=np.int64))
    ages = np.arange(SHORTEST, LONGEST + 1, 5.0)
    starts = (np.arange(SLOTS) + 0.5) * SLOT
    line = (HALF_AGAIN * longest + SLACK)[half_hour_of((starts[:, None] + ages[None, :]) % DAY)]
    is_over = ages[None, :] > line
    limits = np.where(is_over.any(axis=1), ages[np.argmax(is_over, axis=1)], LONGEST)
    return _for_all(limits.astype(np.int64))


def _for_all(limits: Ints) -> Ints:
    return np.broadcast_to(limits, (2, len(Place), SLOTS)).copy()
