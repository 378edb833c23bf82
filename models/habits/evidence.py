"""The evidence of one home up to a moment, held against a prior: what tonight's lines of silence are made from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.habits.arrays import AGES, Floats, Ints, decay
from models.habits.bins import bins_of, columns_of
from models.habits.deviation import Counts, cell_of, counts_by_day, deviated, ratio
from models.habits.hazard import hazards
from models.habits.line_in_doubt import ARRIVING_BY_PRICE, DOUBT_BY_PRICE
from models.habits.outings import outings_of
from models.habits.presence import Presence, Whereabouts, whereabouts_of
from models.habits.ranges import Reading
from models.habits.signs import Signs
from models.habits.silences import Silences, Span, silences_of
from models.habits.stopping import SHORTEST_LINE, lines_by_price, steps_rung, survival
from models.habits.usual import longest_by_day, usual_by_day

HALF_LIFE = 60.0
"""Days after which what was seen counts half."""
ANSWER = 5.0
"""Minutes that the elder is given to answer before anybody else is called."""
FEW_DAYS = 3
"""Days in which nothing is judged, and no line is short: the sensors are still being put up."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a home, which is all that may be learned from.

    `untaught`: spans of which nothing may be learned. `faults`, `away`: alerts of which a visitor found that a device
    was at fault, or that she was out. `has_exit`: a sensor is known to be at the exit, though it may not have spoken yet.
    `readings`: what was measured of her, oldest first.
    """

    signs: Signs
    untaught: Sequence[Span] = ()
    has_exit: bool = False
    faults: Sequence[Span] = ()
    away: Sequence[Span] = ()
    readings: Sequence[Reading] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Days count from `first_day` (since 1970, local); `today` is the one that the line is for."""

    silences: Silences
    whereabouts: Whereabouts
    outings: Floats
    """How long she was out each time, minutes; also where only a visitor found her away."""
    has_exit: bool
    """Whether a sensor is at the exit; without one it always is in doubt whether she is in."""
    first_day: int
    today: int
    usual: Floats
    """Log minutes, a row a day from the first to today, each from the days before it."""
    by_day: Counts
    seen_days: Ints
    """The days before today, counted from the first, with at least one sign."""

    @property
    def presence(self) -> Ints:
        """Where she was after each sign, Presence."""
        return self.whereabouts.presence

    def factor(self) -> Floats:
        """Return how this person differs from the prior, from all that is known."""
        return next(iter(self.factors_before([self.today - self.first_day])))

    def factors_before(self, days: Sequence[int]) -> Iterator[Floats]:
        """Yield the same as it was on the mornings of days in ascending order, counted from the first.

        Each comes from the days before it only. What is known fades by the same part each day, so one sum is carried on.
        """
        fade, begin = float(decay(np.ones(1), HALF_LIFE).item()), 0
        known = Counts(np.zeros_like(self.by_day.observed[0]), np.zeros_like(self.by_day.expected[0]))
        for day in days:
            for passed in range(begin, day):
                known = Counts(
                    (known.observed + self.by_day.observed[passed]) * fade,
                    (known.expected + self.by_day.expected[passed]) * fade,
                )
            begin = day
            yield ratio(known)


def evidence_of(history: History, usual: Floats, coefficients: Floats, now: int, today: int) -> Evidence:
    """Return the evidence from before `now` (seconds) for the local day `today`; the prior is given by its parts."""
    signs = history.signs.before(now)
    whereabouts = whereabouts_of(signs)
    silences = silences_of(signs, whereabouts, now, history.untaught, faults=history.faults, away=history.away)
    first_day = min(int(signs.day[0]), today) if len(signs) else today
    days = today - first_day
    known = usual_by_day(longest_by_day(silences, first_day, days), usual)
    bins = bins_of(silences, known, first_day)
    begun = np.minimum(silences.day[bins.silence] - first_day, max(0, days - 1))
    cell = cell_of(silences.place[bins.silence], silences.starts[bins.silence], bins.age)
    by_day = counts_by_day(begun, max(1, days), cell, bins.ended, hazards(bins.columns, coefficients))
    seen = np.unique(silences.day - first_day)
    return Evidence(
        silences,
        whereabouts,
        np.append(outings_of(signs, whereabouts, history.untaught), silences.lengths[silences.was_away]),
        history.has_exit or bool(signs.is_exit.any()),
        first_day,
        today,
        known,
        by_day,
        seen[seen < days],
    )


def rungs_of(evidence: Evidence, coefficients: Floats) -> tuple[Ints, Ints]:
    """Return of the past long silences on which day they began, and how many of PRICES would have called somebody.

    Each is judged by what was known on the morning of its day, so that the count is honest. The first days are not
    counted: the sensors are being put up.
    """
    which = judged(evidence.silences)
    begun = evidence.silences.day[which] - evidence.first_day
    which, begun = which[begun >= FEW_DAYS], begun[begun >= FEW_DAYS]
    by_price = lines_by_price(_lasting(evidence, which, begun, coefficients))
    presence = evidence.presence[which]
    by_price = np.where(presence == Presence.DOUBT, DOUBT_BY_PRICE[:, None], by_price)
    by_price = np.where(presence == Presence.ARRIVING, ARRIVING_BY_PRICE[:, None], by_price)
    return begun, steps_rung(evidence.silences.lengths[which] - ANSWER, by_price)


def _lasting(evidence: Evidence, which: Ints, begun: Ints, coefficients: Floats) -> Floats:
    """Return the survivals of silences that began on days counted from the first, by what was known on their mornings."""
    hazard = hazards_of(evidence, which, coefficients)
    cell = cell_of(evidence.silences.place[which][:, None], evidence.silences.starts[which][:, None], AGES[None, :])
    last = evidence.today - evidence.first_day
    days = np.unique(begun).tolist()
    for day, factor in zip(days, evidence.factors_before([min(day, last) for day in days]), strict=True):
        rows = np.flatnonzero(begun == day)
        hazard[rows] = deviated(hazard[rows], factor[tuple(part[rows] for part in cell)])
    return survival(hazard)


def judged(silences: Silences) -> Ints:
    """Return which silences are long enough for the shortest line, and would have called for nothing."""
    return np.flatnonzero(silences.is_judged & (silences.lengths > SHORTEST_LINE))


def hazards_of(evidence: Evidence, which: Ints, coefficients: Floats) -> Floats:
    """Return the shared hazards of silences at all AGES."""
    columns = columns_of(evidence.silences, which[:, None], AGES[None, :], evidence.usual, evidence.first_day)
    return hazards(columns, coefficients)
