"""What outcomes come to: false alerts per resident-month, and how long nobody came. Pure arithmetic."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from linli.evaluation.evaluate import TAIL, Answer, Outcome

MONTH = timedelta(days=30.4)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SETTLED = timedelta(days=14)
"""The first days of a home are told apart: until then little is known of its resident."""
SOON = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Score:
    """False alerts in so many days, and the delays of the cuts in hours (at most 48 where nobody was called)."""

    name: str
    false: int
    days: float
    delays: tuple[float, ...]

    @property
    def a_month(self) -> float:
        """Return false alerts per resident-month of 30.4 days; not a number where there were no days."""
        return self.false / self.days * (MONTH / DAY) if self.days else float("nan")

    @property
    def a_month_between(self) -> tuple[float, float]:
        """Return the rates a month between which the true one lies, 95 in 100 times: few events say little (Poisson)."""
        month = self.a_month / self.false if self.false else MONTH / DAY / self.days if self.days else float("nan")
        return _least(self.false) * month, _most(self.false) * month

    def delay(self, share: float) -> float:
        """Return the delay in hours within which somebody was called in this share of the cuts."""
        return float(np.quantile(self.delays, share)) if self.delays else float("nan")

    @property
    def soon(self) -> float:
        """Return the share, 0 to 1, of the cuts in which somebody was called within 12 h."""
        return float(np.mean(np.array(self.delays) <= SOON / HOUR)) if self.delays else float("nan")


_Z = 1.96


def _least(count: int) -> float:
    """Return the lower end of the Poisson interval of a count, by the cube of Wilson and Hilferty."""
    return count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3 if count else 0.0


def _most(count: int) -> float:
    more = count + 1
    return more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3


def score(outcome: Outcome, settled: timedelta = timedelta(0)) -> Score:
    """Return the score of one home from `settled` after its first signal on."""
    begins = outcome.begins + settled
    false = sum(begins <= call.at <= outcome.ends for call in outcome.calls)
    answers = [answer for answer in outcome.answers if answer.at >= begins and not _had_called(answer)]
    days = max(timedelta(0), outcome.ends - begins) / DAY
    return Score(outcome.home, false, days, tuple(_hours(answer) for answer in answers))


def _had_called(answer: Answer) -> bool:
    """Tell whether the silence into which the cut falls had called somebody already: then nothing is to be measured."""
    return answer.call is not None and answer.call.at <= answer.at


def _hours(answer: Answer) -> float:
    delay = answer.delay
    return (TAIL if delay is None else min(delay, TAIL)) / HOUR


def pooled(scores: Iterable[Score], name: str = "all") -> Score:
    """Return the scores of several homes as one: each resident-day and each cut counts alike."""
    known: Sequence[Score] = list(scores)
    return Score(
        name,
        sum(one.false for one in known),
        sum(one.days for one in known),
        tuple(delay for one in known for delay in one.delays),
    )
