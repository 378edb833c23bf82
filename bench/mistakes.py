"""Mistakes put into the alert engine: how many of them random histories notice, and after how many histories."""

import logging
import multiprocessing
import time
from collections import Counter

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from bench.machine import new_histories
from tests.alerts import engine_machine
from tests.alerts.engine_machine import EngineMachine
from tests.alerts.engine_mistakes import MISTAKES
from tests.alerts.fresh_engine import remove_store

PORTION = 20
"""Histories under one seed."""
PORTIONS = 25


def _try(name: str) -> tuple[str, Counter[str], int]:
    """Make one mistake in this process; return which promises were seen to be broken, and after how many histories."""
    logging.disable(logging.CRITICAL)
    promise, make = MISTAKES[name]
    make()
    seen: Counter[str] = Counter()
    for number in range(PORTIONS):
        seen.update(_broken(number))
        if seen[promise]:
            break
    remove_store()
    return name, seen, engine_machine.COUNTS["histories"]


def _broken(number: int) -> list[str]:
    try:
        run_state_machine_as_test(seed(number)(EngineMachine), settings=new_histories(PORTION))
    except AssertionError as why:
        return [line.partition(":")[0] for line in str(why).splitlines() if ": " in line]
    except Exception as why:  # noqa: BLE001 - a mistake may also make the engine stumble; that is seen, but proves no promise
        return [type(why).__name__]
    return []


def main() -> None:
    """Try every mistake and print what it broke."""
    begun, noticed = time.monotonic(), 0
    with multiprocessing.get_context("spawn").Pool(maxtasksperchild=1) as pool:
        for name, seen, histories in pool.imap_unordered(_try, MISTAKES):
            promise = MISTAKES[name][0]
            noticed += bool(seen[promise])
            verdict = f"breaks {promise!r}" if seen[promise] else "IS NOT NOTICED"
            others = ", ".join(sorted(set(seen) - {promise}))
            print(
                f"mistakes: {name}: {verdict} after {histories} histories{'; also ' if others else ''}{others}",
                flush=True,
            )
    print(
        f"mistakes: {noticed} of {len(MISTAKES)} noticed by the promise they break, in {time.monotonic() - begun:.0f} s"
    )


if __name__ == "__main__":
    main()
