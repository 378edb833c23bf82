"""Random histories of the whole alert engine under a virtual clock, in parallel, with all invariants after each step."""

import logging
import multiprocessing
import os
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.alerts import engine_machine
from tests.alerts.engine_machine import EngineMachine
from tests.alerts.fresh_engine import remove_store

HISTORIES = 10_000
PORTION = 100
"""Histories under one seed: a run that must end early has lost no more than that."""
MINUTES = float(os.environ.get("BENCH_MINUTES", "15"))
FIRST = int(os.environ.get("BENCH_FIRST", "0"))
"""The first seed: the same seed makes the same histories, so a run that goes on with another begins behind it."""
MOST_SHOWN = 3
TRIED = ("steps", "alerts", "notices", "messages tried")


def new_histories(count: int) -> settings:
    """Return that so many histories are to be made up, and none that was tried before."""
    return settings(
        max_examples=count,
        stateful_step_count=engine_machine.STEPS,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def _run(number: int) -> tuple[Counter[str], str]:
    """Run one portion; return what was tried, and the first history that breaks an invariant."""
    logging.disable(logging.CRITICAL)  # what goes wrong on purpose is no news
    engine_machine.COUNTS.clear()
    broken = ""
    try:
        run_state_machine_as_test(seed(number)(EngineMachine), settings=new_histories(PORTION))
    except AssertionError as why:
        broken = "\n".join([f"seed {number}: {why}", *getattr(why, "__notes__", [])])
    remove_store()
    return Counter(engine_machine.COUNTS), broken


def main() -> None:
    """Run ten thousand histories, or as many as the minutes allow, and print what was tried."""
    begun = time.monotonic()
    told: Counter[str] = Counter()
    broken: list[str] = []
    with multiprocessing.get_context("spawn").Pool() as pool:
        for counts, why in pool.imap_unordered(_run, range(FIRST, FIRST + HISTORIES // PORTION)):
            told += counts
            broken += [why] if why else []
            if time.monotonic() - begun > MINUTES * 60:
                pool.terminate()
                break
    tried = ", ".join(f"{told.pop(name, 0)} {name}" for name in TRIED)
    histories, violations = told.pop("histories", 0), told.pop("violations", 0)
    print(f"machine: {histories} histories, {tried} in {time.monotonic() - begun:.0f} s; {violations} violations")
    print("machine: faults and turns: " + ", ".join(f"{count} {name}" for name, count in sorted(told.items())))
    for why in broken[:MOST_SHOWN]:
        print(why)
