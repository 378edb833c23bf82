"""The report: every scenario in every order, and every pair of kills on the way of a call for help, as one table."""

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.crash import mosquitto
from bench.crash.enumerator import Enumerator, Plan, Tally
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
        tallies = list(_tallies(Enumerator(Path(shop)), wishes, begun))
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
    parser.add_argument("--in-turn", action="store_true", help="each scenario in one order only, one after the other")
    parser.add_argument("--order", type=Order, choices=list(Order), action="append", help="only in this order")
    wishes = parser.parse_args(arguments)
    if unknown := set(wishes.names) - set(names):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    wishes.names, wishes.order = wishes.names or names, wishes.order or list(Order)
    return wishes


def _tallies(enumerator: Enumerator, wishes: argparse.Namespace, begun: float) -> Iterator[Tally]:
    harms = " ".join(f"{harm:>8}" for harm in Harm)
    print(f"{'scenario':58} {'points':>6} {'runs':>6} {'missed':>6} {harms}   done after")
    for tally in enumerator.enumerate(_plans(wishes)):
        yield _shown(tally, begun)
    if mosquitto.SCENARIO.name in wishes.names:
        yield _shown(mosquitto.enumerate_points(wishes.every), begun)


def _plans(wishes: argparse.Namespace) -> list[Plan]:
    wanted = [scenario for scenario in SCENARIOS if scenario.name in wishes.names]
    plans = [
        Plan(scenario, order, wishes.every)
        for number, scenario in enumerate(wanted)
        for order in ([wishes.order[number % len(wishes.order)]] if wishes.in_turn else wishes.order)
    ]
    orders = [order for order in wishes.order if PAIRS in wishes.names and order is not Order.AS_IT_COMES]
    return [*plans, *(Plan(SOS, order, wishes.every, pairs=True) for order in orders)]


def _shown(tally: Tally, begun: float) -> Tally:
    print(f"{_row(tally.name, [tally])}   {time.monotonic() - begun:6.0f} s", flush=True)
    return tally


def _row(name: str, tallies: Sequence[Tally]) -> str:
    points, runs, missed = (
        sum(numbers) for numbers in zip(*((t.points, t.runs, t.missed) for t in tallies), strict=True)
    )
    harms = " ".join(f"{sum(tally.harms[harm] for tally in tallies):8}" for harm in Harm)
    return f"{name:58} {points:6} {runs:6} {missed:6} {harms}"
