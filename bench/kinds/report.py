"""Runs the community and prints its tables, ready for a page of the documentation."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np

from bench.kinds.trials import PROCESSES, Town, live_all
from linli.evaluation.evaluate import Outcome
from linli.evaluation.happenings import Happening
from linli.evaluation.incident_table import hours_of, within
from linli.evaluation.incidents import Answered, Judgement, judge
from linli.evaluation.score import DAY, HOUR, MONTH, SETTLED, SOON
from simulators.incidents import NATURES, IncidentKind

SEED = 20
START = datetime.fromisoformat("2026-03-02T00:00:00+08:00")
BANDS = ((0, 6), (6, 12), (12, 18), (18, 24))
ENOUGH = 0.9
SELDOM = 1 / 50
"""False alerts a resident-day up to which that share is asked for."""
SLOW = ("housebound", "meals-forgotten", "restless-nights")


def main() -> int:
    """Live through two hundred homes and 120 days, or as many as the environment says, and print the tables."""
    town = Town(
        int(os.environ.get("BENCH_HOMES", "200")), int(os.environ.get("BENCH_DAYS", "120")), SEED, START
    )  # fmt: skip
    seconds = 60 * float(os.environ.get("BENCH_MINUTES", "inf"))
    begun = time.monotonic()
    outcomes: list[Outcome] = []
    happenings: list[Happening] = []
    for tried in live_all(town, seconds):
        outcomes.extend(tried.outcomes)
        happenings.extend(tried.happenings)
        sys.stderr.write(f"kinds: {len(outcomes)} of {town.homes} homes, {time.monotonic() - begun:.0f} s\n")
    judged = judge(outcomes, happenings, SETTLED)
    struck = {one.home for one in happenings}
    print(
        f"kinds: {len(outcomes)} of {town.homes} homes, {town.days} days, seed {town.seed}; {len(judged.answered)} incidents, "
        f"{len(outcomes) - len(struck)} homes with none; {time.monotonic() - begun:.0f} s with {PROCESSES} processes\n"
    )
    for line in tables(judged):
        print(line)
    return 0


def tables(judged: Judgement) -> Iterator[str]:
    """Yield the tables: by kind of incident, by kind of alert, and collapses by the hour of the day."""
    yield from _by_kind(judged)
    yield ""
    yield from _by_alert(judged)
    yield ""
    yield from _by_hour(judged.answered)
    yield ""
    yield from _verdicts(judged)


def _by_kind(judged: Judgement) -> Iterator[str]:
    yield "| what happened | times | noticed | median | 90 % | false a month | false in 50 days | by chance |"
    yield "|---|---|---|---|---|---|---|---|"
    for kind in [kind for kind in IncidentKind if kind in judged.by_kind]:
        answered = judged.by_kind[kind]
        hours, a_day = hours_of(answered), judged.false_a_day(NATURES[kind].expects)
        yield (
            f"| {kind} | {len(answered)} | {len(hours) / len(answered):.0%} | {within(hours, 0.5)} | {within(hours, 0.9)} "
            f"| {a_day * (MONTH / DAY):.2f} | {a_day * 50:.2f} | {judged.by_chance(answered):.0%} |"
        )


def _by_alert(judged: Judgement) -> Iterator[str]:
    yield "| rang where nothing had happened | calls | notices | resident-days | a month | in 50 days |"
    yield "|---|---|---|---|---|---|"
    for alert, rang in judged.rang.items():
        month, fifty = rang.a_day * (MONTH / DAY), rang.a_day * 50
        yield f"| {alert} | {rang.calls} | {rang.notices} | {rang.days:.0f} | {month:.2f} | {fifty:.2f} |"


def _by_hour(answered: Sequence[Answered]) -> Iterator[str]:
    yield "| collapse | at | times | called | median | 90 % | within 12 h |"
    yield "|---|---|---|---|---|---|---|"
    collapses = [one for one in answered if one.happening.stops_life]
    kinds = sorted({one.happening.kind for one in collapses})
    for kind in kinds:
        yield from _bands(kind, [one for one in collapses if one.happening.kind == kind])
    if len(kinds) > 1:
        yield from _bands("all", collapses)


def _bands(name: str, collapses: Sequence[Answered]) -> Iterator[str]:
    for since, until in BANDS:
        some = [one for one in collapses if since <= one.happening.began.hour < until]
        if some:
            yield f"| {name} | {since:02}–{until:02} h {_called(some)}"
    yield f"| {name} | any hour {_called(collapses)}"


def _called(some: Sequence[Answered]) -> str:
    hours = hours_of(some)
    soon = np.mean([one.hours is not None and one.hours <= SOON / HOUR for one in some])
    return f"| {len(some)} | {len(hours) / len(some):.0%} | {within(hours, 0.5)} | {within(hours, 0.9)} | {soon:.0%} |"


def _verdicts(judged: Judgement) -> Iterator[str]:
    """Say of what goes on for weeks whether it is noticed often enough at few enough false alerts."""
    for kind in [kind for kind in SLOW if kind in judged.by_kind]:
        answered = judged.by_kind[kind]
        share = len(hours_of(answered)) / len(answered)
        a_day = judged.false_a_day(answered[0].happening.expects)
        verdict = "reached" if share >= ENOUGH and a_day <= SELDOM else "NOT reached"
        yield f"{kind}: {share:.0%} at {a_day * 50:.2f} false alerts in 50 days; 90 % at 1 or fewer is {verdict}"
