"""How many messages a second linli stores for good, beside others that subscribe to the same flood, in turns.

Each turn has a Mosquitto, a data folder and a subscriber of its own; the messages are written out beforehand. A first
flood warms up, a second is measured: from its first message until the last is counted, or stored and to be read. The
subscriber is there all the time, as the rivals' sessions do not all outlive them. linli takes part twice: as one process
for all sites, and as one for each of two sites on the same broker. What counts is the ratio of two turns
of one round, and of those the median: publisher, broker and subscriber share this machine with whatever else it does.

How many commits a second the disk bears is told as well: who commits each message by itself cannot be faster.
"""

import os
import statistics
import tempfile
from collections import defaultdict
from pathlib import Path

from bench.broker import ExternalMosquitto
from bench.flood import SENSORS, Flood, messages, site_of
from bench.program import wait_for_port
from bench.rivals import OURS, Rival, all_rivals
from bench.stored import commits_a_second

HOMES = 1000
COUNT = 60_000
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7"))
WARM = HOMES * len(SENSORS)
GOALS = {
    "paho v5, counting": 1.5,
    "C, counting": 0.45,
    "Node-RED, SQLite with WAL": 10.0,
    "Home Assistant, recorder": 15.0,
}


def main() -> int:
    """Measure all that are installed and print the rates and the medians of the ratios; 1 if a goal is missed."""
    rivals = all_rivals(HOMES)
    for rival in rivals:
        if rival.missing:
            print(f"ingest: left out: {rival.name}: {rival.missing}")
    there = [rival for rival in rivals if not rival.missing]
    rates: dict[str, list[float]] = defaultdict(list)
    commits: list[float] = []
    for number in range(ROUNDS):
        commits.append(commits_a_second())
        start = number % len(there)
        for rival in there[start:] + there[:start]:
            rates[rival.name].append(_turn(rival, number))
        shown = "  ".join(f"{name} {told[-1]:.0f}/s" for name, told in rates.items())
        print(f"ingest: {shown}  the disk {commits[-1]:.0f} commits/s", flush=True)
    print(
        f"ingest: the disk: median {statistics.median(commits):.0f} commits a second ({min(commits):.0f} to {max(commits):.0f})"
    )
    return _told(rates)


def _turn(rival: Rival, number: int) -> float:
    """Return how many messages a second one subscriber takes; none is lost, or this does not return."""
    warm, flood = (
        Flood(list(messages(HOMES, count, f"{name}{number}", site_of)))
        for name, count in (("w", WARM), ("m", int(COUNT * rival.share)))
    )
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        broker = ExternalMosquitto(Path(folder) / "broker")
        broker.start()
        try:
            wait_for_port(broker.port)
            with rival.run(broker.port, Path(folder), (warm.count, flood.count)) as taken:
                warm.pour(broker.port)
                taken(warm.count)
                begun = flood.pour(broker.port)
                return flood.count / (taken(warm.count + flood.count) - begun)
        finally:
            broker.stop()


def _told(rates: dict[str, list[float]]) -> int:
    missed = 0
    for name in OURS:
        print(
            f"ingest: {name}: median {statistics.median(rates[name]):.0f}/s stored and acknowledged, none lost,"
            f" n {len(rates[name])}"
        )
    for name, goal in GOALS.items():
        if name not in rates:
            continue
        ratios = [sorted(own / other for own, other in zip(rates[ours], rates[name], strict=True)) for ours in OURS]
        missed += statistics.median(ratios[0]) < goal
        shown = " and ".join(f"{statistics.median(some):.2f} ({some[0]:.2f} to {some[-1]:.2f})" for some in ratios)
        print(f"ingest: beside {name}: {statistics.median(rates[name]):.0f}/s, ratio {shown}, goal {goal:g}")
    return int(missed > 0)
