"""The report: every scenario in every order, and every pair of kills on the way of a call for help, as one table."""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.crash import mosquitto
from bench.crash.enumerator import Enumerator, Tally
from bench.crash.invariants import Harm
from bench.crash.life import Order
from bench.crash.runs import workshop
from bench.crash.scenarios import SCENARIOS, SOS

PAIRS = "pairs"
"""The name of the part that kills twice."""
_SHOWN = 40


def main(arguments: Sequence[str] = ()) -> int:
    """Enumerate, print the table and whatever is wrong; return 1 if anything is."""
    wishes = _wishes(arguments)
    begun = time.monotonic()
    with workshop() as shop:
        tallies = list(_tallies(Enumerator(Path(shop), wishes.every), wishes))
    for line in [line for tally in tallies for line in tally.told][:_SHOWN]:
        print(line)
    print(_row("all", tallies))
    print(f"{time.monotonic() - begun:.0f} s")
    return int(any(tally.harms for tally in tallies))


def _wishes(arguments: Sequence[str]) -> argparse.Namespace:
    names = [*(scenario.name for scenario in SCENARIOS), PAIRS, mosquitto.SCENARIO.name]
    parser = argparse.ArgumentParser(prog="python3 -m bench.crash", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(names)}")
    parser.add_argument("--every", type=int, default=1, help="take each n-th point only")
    parser.add_argument("--order", type=Order, choices=list(Order), action="append", help="only in this order")
    wishes = parser.parse_args(arguments)
    if unknown := set(wishes.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    wishes.names, wishes.order = wishes.names or names, wishes.order or list(Order)
    return wishes


def _tallies(enumerator: Enumerator, wishes: argparse.Namespace) -> Iterator[Tally]:
    print(f"{'scenario':58} {'points':>6} {'runs':>6} {'missed':>6} " + " ".join(f"{harm:>8}" for harm in Harm))
    for scenario in SCENARIOS:
        for order in wishes.order if scenario.name in wishes.names else ():
            yield _shown(enumerator.singles(scenario, order))
    for order in wishes.order if PAIRS in wishes.names else ():
        if order is not Order.AS_IT_COMES:
            yield _shown(enumerator.pairs(SOS, order))
    if mosquitto.SCENARIO.name in wishes.names:
        yield _shown(mosquitto.enumerate_points(wishes.every))


def _shown(tally: Tally) -> Tally:
    print(_row(tally.name, [tally]), flush=True)
    return tally


def _row(name: str, tallies: Sequence[Tally]) -> str:
    points, runs, missed = (
        sum(numbers) for numbers in zip(*((t.points, t.runs, t.missed) for t in tallies), strict=True)
    )
    harms = " ".join(f"{sum(tally.harms[harm] for tally in tallies):8}" for harm in Harm)
    return f"{name:58} {points:6} {runs:6} {missed:6} {harms}"
