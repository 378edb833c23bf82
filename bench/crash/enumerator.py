"""The enumerator: finds the points of a scenario, and has it lived through once for each, with a kill just there."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from bench.crash.invariants import Fault, Harm, faults
from bench.crash.life import Order
from bench.crash.runs import Run, run
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


class Enumerator:
    """Runs in as many processes as there are cores. `every` n takes each n-th point only."""

    def __init__(self, shop: Path, every: int = 1) -> None:
        self._shop = shop
        self._every = every

    def singles(self, scenario: Scenario, order: Order) -> Tally:
        """Kill once, at each point."""
        unharmed, tally = self._unharmed(scenario, order)
        for verdict in self._all(unharmed, [(point,) for point in self._some(_points(unharmed))]):
            tally.add(verdict.fatal, verdict.found, is_missed=verdict.is_missed)
        return tally

    def pairs(self, scenario: Scenario, order: Order) -> Tally:
        """Kill at each point, and again at each point of the life that follows."""
        unharmed, tally = self._unharmed(scenario, order)
        tally.name += ", pairs"
        firsts = [(point,) for point in self._some(_points(unharmed))]
        seconds = [(*first.fatal, point) for first in self._all(unharmed, firsts) for point in self._some(first.points)]
        tally.points = len(seconds)
        for verdict in self._all(unharmed, seconds):
            tally.add(verdict.fatal, verdict.found, is_missed=verdict.is_missed)
        return tally

    def _unharmed(self, scenario: Scenario, order: Order) -> tuple[Run, Tally]:
        unharmed = run(self._shop, scenario, order)
        tally = Tally(f"{scenario.name}, {order}", len(unharmed.points))
        tally.add((), faults(unharmed, unharmed), is_missed=False)
        return unharmed, tally

    def _some(self, points: Sequence[str]) -> Sequence[str]:
        return points[self._every // 2 :: self._every]

    def _all(self, unharmed: Run, fatal: Sequence[tuple[str, ...]]) -> Iterator[_Verdict]:
        with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
            yield from pool.imap(partial(_try, self._shop, unharmed), fatal)


def _points(unharmed: Run) -> list[str]:
    """Return the points by name; by number where the order is left to the system and no name is sure to come."""
    if unharmed.order is Order.AS_IT_COMES:
        return [f"#{number}" for number in range(1, len(unharmed.points) + 1)]
    return unharmed.points


def _try(shop: Path, unharmed: Run, fatal: tuple[str, ...]) -> _Verdict:
    lived = run(shop, unharmed.scenario, unharmed.order, fatal)
    return _Verdict(fatal, faults(lived, unharmed), lived.kills < len(fatal), lived.points)
