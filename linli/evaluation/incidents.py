"""Whether what happened was noticed, how soon, and what rang where nothing had happened. Pure arithmetic."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

import numpy as np

from linli.evaluation.evaluate import Outcome
from linli.evaluation.happenings import Happening
from linli.evaluation.score import DAY, HOUR
from linli.evaluation.trial import Call

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Answered:
    """Something that happened, and the first call or notice that was right; None: none came in time."""

    happening: Happening
    ring: Call | None

    @property
    def hours(self) -> float | None:
        """Return how many hours it took."""
        return None if self.ring is None else (self.ring.at - self.happening.began) / HOUR


@dataclass(frozen=True, slots=True)
class Rang:
    """Alerts of one kind where nothing had happened that would explain them, in so many resident-days."""

    calls: int
    notices: int
    days: float

    @property
    def a_day(self) -> float:
        """Return how many rang in a resident-day; not a number where there were no days."""
        return (self.calls + self.notices) / self.days if self.days else float("nan")


@dataclass(frozen=True)
class Judgement:
    """All homes together. `rang`: by kind of alert."""

    answered: Sequence[Answered]
    rang: Mapping[str, Rang]

    @cached_property
    def by_kind(self) -> dict[str, list[Answered]]:
        """Return what happened by its kind, in the order of the alphabet."""
        found: dict[str, list[Answered]] = defaultdict(list)
        for one in self.answered:
            found[one.happening.kind].append(one)
        return dict(sorted(found.items()))

    def false_a_day(self, expects: Collection[str]) -> float:
        """Return how many alerts of some kinds rang for nothing in a resident-day."""
        return sum(self.rang[kind].a_day for kind in expects if kind in self.rang)

    def by_chance(self, answered: Iterable[Answered]) -> float:
        """Return what share of incidents those that ring for nothing would have answered by themselves."""
        happenings = [one.happening for one in answered]
        waits = np.array([(one.answered_until - one.began) / DAY for one in happenings])
        rates = np.array([self.false_a_day(one.expects) for one in happenings])
        return float(np.mean(1 - np.exp(-rates * waits)))


def judge(outcomes: Sequence[Outcome], happenings: Iterable[Happening], settled: timedelta = timedelta(0)) -> Judgement:
    """Hold what rang against what happened. What rings before a home has `settled` is not counted as false.

    Who lies on the floor needs a visit: there a notice is no answer. After a life has stopped, nothing is judged.
    """
    by_home: dict[str, list[Happening]] = defaultdict(list)
    for happening in happenings:
        by_home[happening.home].append(happening)
    answered = [
        Answered(one, _answer(one, outcome))
        for outcome in outcomes
        for one in by_home[outcome.home]
        if outcome.begins <= one.began <= outcome.ends
    ]
    kinds = sorted({ring.kind for outcome in outcomes for ring in _rings(outcome)} | _expected(answered))
    return Judgement(answered, {kind: _rang(kind, outcomes, by_home, settled) for kind in kinds})


def _expected(answered: Iterable[Answered]) -> set[str]:
    return {kind for one in answered for kind in one.happening.expects}


def _rings(outcome: Outcome) -> Iterator[Call]:
    yield from outcome.calls
    yield from outcome.notices


def _answer(happening: Happening, outcome: Outcome) -> Call | None:
    rings = outcome.calls if happening.stops_life else _rings(outcome)
    right = (r for r in rings if r.kind in happening.expects and happening.began <= r.at <= happening.answered_until)
    return min(right, key=lambda ring: ring.at, default=None)


def _rang(
    kind: str, outcomes: Iterable[Outcome], by_home: Mapping[str, Sequence[Happening]], settled: timedelta
) -> Rang:
    calls = notices = 0
    days = 0.0
    for outcome in outcomes:
        begins, ends = outcome.begins + settled, outcome.ends
        explained = list(_merged(_explained(kind, by_home.get(outcome.home, ()), ends)))
        calls += _unexplained(outcome.calls, kind, begins, ends, explained)
        notices += _unexplained(outcome.notices, kind, begins, ends, explained)
        days += _days_outside(explained, begins, ends)
    return Rang(calls, notices, days)


def _explained(kind: str, happenings: Iterable[Happening], ends: datetime) -> Iterator[Span]:
    """Yield when an alert of a kind is not false."""
    for one in happenings:
        if one.stops_life:
            yield one.began, max(one.began, ends)
        elif kind in one.expects or kind in one.follows:
            yield one.began, one.answered_until


def _merged(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield spans in order, those that touch as one."""
    current: Span | None = None
    for begins, ends in sorted(spans):
        if current is not None and begins <= current[1]:
            current = current[0], max(current[1], ends)
            continue
        if current is not None:
            yield current
        current = begins, ends
    if current is not None:
        yield current


def _unexplained(rings: Iterable[Call], kind: str, begins: datetime, ends: datetime, explained: Sequence[Span]) -> int:
    return sum(
        ring.kind == kind
        and begins <= ring.at <= ends
        and not any(since <= ring.at <= until for since, until in explained)
        for ring in rings
    )


def _days_outside(explained: Iterable[Span], begins: datetime, ends: datetime) -> float:
    within = sum((max(timedelta(0), min(until, ends) - max(since, begins)) for since, until in explained), timedelta(0))
    return max(0.0, (ends - begins - within) / DAY)
