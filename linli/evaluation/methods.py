"""The ways to judge silence that are held side by side, and all homes judged by all of them, on as many cores as there are."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing import get_context

from linli.evaluation.classic import LongestYet, fixed
from linli.evaluation.evaluate import After, Habits, Learner, Outcome, Past, evaluate, nothing
from linli.people import Person
from linli.steps import Steps, Tell, nobody
from models.habits.prior import Prior
from models.rules import Rules

BUDGETS = (0.5, 1.0, 2.0, 4.0)
"""False alerts a month that a curve asks for."""

WORTH_A_PROCESS = 20_000
"""Signals (and a hundred for each cut): below it another process takes longer to begin than it helps."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to judge silence. `key` names it; `budget`: what was asked of linli's own line, None for the classic ones."""

    key: str
    rules: Rules
    learner: Learner | None = None
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Lived:
    """A home with what was recorded of it, its cuts and what still comes after them; its people if the roster knows them."""

    past: Past
    cuts: Sequence[datetime] = ()
    people: tuple[Person, ...] | None = None
    afterwards: After = nothing


def own(rules: Rules, prior: Prior, budget: float) -> Method:
    """Return linli's own line for so many false alerts a month; with 0 the fixed line of the settings."""
    return Method(f"linli-{budget:g}", rules, Habits(prior, budget) if budget else None, budget)


def classic(rules: Rules, prior: Prior) -> tuple[Method, ...]:
    """Return the classic ways."""
    half, whole = timedelta(hours=8), timedelta(hours=12)
    return (
        Method("always-12", fixed(rules, day=whole, night=whole)),
        Method("day-8-night-12", fixed(rules, day=half, night=whole)),
        Method("longest-yet", rules, LongestYet(prior)),
    )


def judged(
    homes: Sequence[Lived], methods: Sequence[Method], tell: Tell = nobody, *, cores: int | None = None
) -> list[list[Outcome]]:
    """Return for each method the outcomes of all homes, in their order; `tell` counts signals."""
    jobs = [(method, home) for method in range(len(methods)) for home in range(len(homes))]
    steps = Steps(tell, sum(len(homes[home].past.signals) for _, home in jobs))
    wanted = cores or (os.cpu_count() or 1 if sum(_weight(homes[home]) for _, home in jobs) > WORTH_A_PROCESS else 1)
    found: dict[tuple[int, int], Outcome] = {}
    for job, outcome in _done(homes, methods, jobs, min(len(jobs), wanted)):
        found[job] = outcome
        steps.add(len(homes[job[1]].past.signals))
    return [[found[method, home] for home in range(len(homes))] for method in range(len(methods))]


def _done(
    homes: Sequence[Lived], methods: Sequence[Method], jobs: Sequence[tuple[int, int]], cores: int
) -> Iterable[tuple[tuple[int, int], Outcome]]:
    """Yield jobs as they are done; those that take longest are begun first. One core needs no process besides this one."""
    longest_first = sorted(jobs, key=lambda job: -_weight(homes[job[1]]))
    if cores <= 1:
        for job in longest_first:
            yield job, _judge(homes[job[1]], methods[job[0]])
        return
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        waiting: Mapping[Future[Outcome], tuple[int, int]] = {
            pool.submit(_judge, homes[job[1]], methods[job[0]]): job for job in longest_first
        }
        for future in as_completed(waiting):
            yield waiting[future], future.result()


def _weight(home: Lived) -> int:
    return len(home.past.signals) + 100 * len(home.cuts)


def _judge(home: Lived, method: Method) -> Outcome:
    return evaluate(
        home.past,
        home.cuts,
        method.rules,
        people=home.people,
        habits=method.learner,
        afterwards=home.afterwards,
    )
