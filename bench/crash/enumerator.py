"""The enumerator: finds the points of a scenario, and has it lived through once for each, with a kill just there."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.pool import Pool
from pathlib import Path

from bench.crash.invariants import Fault, Harm, faults
from bench.crash.life import Order
from bench.crash.runs import Run, run, settled, warm_up
from bench.crash.scenarios import Scenario


@dataclass
class Tally:
    """What was found for one scenario in one order. A point that a run did not reach is no proof: it is `missed`."""

    name: str
    points: int
    runs: int = 0
    missed: int = 0
    harms: Counter[Harm] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, fatal: Sequence[str], found: Iterable[Fault], *, is_missed: bool) -> None:
        """Count one run."""
        self.runs += 1
        self.missed += is_missed
        for fault in found:
            self.harms[fault.harm] += 1
            self.told.append(f"{self.name}, killed {' and '.join(fatal) or 'never'}: {fault.harm}: {fault.words}")


@dataclass(frozen=True)
class _Verdict:
    fatal: tuple[str, ...]
    found: list[Fault]
    is_missed: bool
    points: list[str]


@dataclass(frozen=True)
class Plan:
    """What to kill: a scenario in one order, at each n-th of its points (`every`), once or in `pairs`."""

    scenario: Scenario
    order: Order
    every: int = 1
    pairs: bool = False

    def some(self, points: Sequence[str]) -> Sequence[str]:
        """Return the points that are taken, of all; at least one."""
        return points[min(self.every // 2, len(points) - 1) :: self.every]


class Enumerator:
    """Runs in a few more processes than there are cores, as each run waits for its own threads now and then."""

    def __init__(self, shop: Path) -> None:
        self._shop = shop

    def enumerate(self, plans: Sequence[Plan]) -> Iterator[Tally]:
        """Kill where the plans say, all of it through one set of processes; yield what was found, plan by plan."""
        for people in {plan.scenario.people for plan in plans if plan.scenario.is_settled}:
            settled(self._shop, people)
        with multiprocessing.get_context("fork").Pool((os.cpu_count() or 1) + 1, warm_up) as pool:
            unharmed = pool.map(partial(_live_unharmed, self._shop), plans, chunksize=1)
            begun = [
                (plan, lived, pool.imap(partial(_try, self._shop, lived), _firsts(plan, lived)))
                for plan, lived in zip(plans, unharmed, strict=True)
            ]
            for plan, lived, verdicts in begun:
                yield self._pairs(pool, plan, lived, verdicts) if plan.pairs else _singles(plan, lived, verdicts)

    def _pairs(self, pool: Pool, plan: Plan, unharmed: Run, firsts: Iterable[_Verdict]) -> Tally:
        """Kill at each point, and again at each point of the life that follows."""
        seconds = [(*first.fatal, point) for first in firsts for point in plan.some(first.points)]
        tally = _singles(plan, unharmed, pool.imap(partial(_try, self._shop, unharmed), seconds))
        tally.name, tally.points = f"{tally.name}, pairs", len(seconds)
        return tally


def _singles(plan: Plan, unharmed: Run, verdicts: Iterable[_Verdict]) -> Tally:
    tally = Tally(f"{plan.scenario.name}, {plan.order}", len(unharmed.points))
    tally.add((), faults(unharmed, unharmed), is_missed=False)
    for verdict in verdicts:
        tally.add(verdict.fatal, verdict.found, is_missed=verdict.is_missed)
    return tally


def _firsts(plan: Plan, unharmed: Run) -> list[tuple[str, ...]]:
    return [(point,) for point in plan.some(_points(unharmed))]


def _points(unharmed: Run) -> list[str]:
    """Return the points by name; by number where the order is left to the system and no name is sure to come."""
    if unharmed.order is Order.AS_IT_COMES:
        return [f"#{number}" for number in range(1, len(unharmed.points) + 1)]
    return unharmed.points


def _live_unharmed(shop: Path, plan: Plan) -> Run:
    return run(shop, plan.scenario, plan.order)


def _try(shop: Path, unharmed: Run, fatal: tuple[str, ...]) -> _Verdict:
    lived = run(shop, unharmed.scenario, unharmed.order, fatal)
    return _Verdict(fatal, faults(lived, unharmed), lived.kills < len(fatal), lived.points)
