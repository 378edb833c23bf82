"""A thousand buttons pressed within ten seconds over ten thousand homes; and one at a time, beside the bare script.

The bare script runs twice: once it hears all that linli hears and commits it too, once it hears nothing but the presses.
Of those one at a time each is looked after and closed before the next, as in a community on a busy day; of the thousand
none is answered, so that a thousand ladders climb.
"""

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from bench.broker import ExternalMosquitto
from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink
from bench.stored import commits_a_second

HOMES = 10_000
PRESSES = 1000
WITHIN_SECONDS = 10.0
EACH = float(os.environ.get("BENCH_A_MINUTE", "1"))
"""How many messages each home sends in a minute."""
ROUNDS = 1000
"""How many single presses, taken in turns with the bare script."""
LONGEST_PAUSE = 0.02
"""Up to so many seconds lie between two presses, so that they fall anywhere between linli's ticks and batches."""


def main() -> None:
    """Measure both and print the delays."""
    sink = Sink()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as name, ExitStack() as around:
        folder, program = Path(name), Program(Path(name))
        program.settle(Neighbourhood(HOMES, webhook=sink.url, homes_each=10))
        print(f"storm: {HOMES} homes, {EACH:g} messages a minute each, ready in {program.start():.1f} s")
        around.callback(sink.close)
        around.callback(program.stop)
        password = program.command("token", "--role", "gateway", "--person", "garden")
        linli = around.enter_context(_connected(Publisher(program.mqtt_port, "garden", password)))
        around.enter_context(_load(program.mqtt_port, password))
        busy = around.enter_context(_bare(folder / "busy", sink))
        around.enter_context(_load(busy.port, ""))
        idle = around.enter_context(_bare(folder / "idle", sink))
        time.sleep(20)
        api = around.enter_context(program.api())
        _tell_disk()
        _in_turns({"linli": linli, BUSY: busy.publisher, IDLE: idle.publisher}, sink, api)
        _tell_disk()
        _storm(linli, sink)


BUSY, IDLE = "bare script, the same load", "bare script, no load"


@contextmanager
def _connected(publisher: Publisher) -> Iterator[Publisher]:
    publisher.wait_connected()
    try:
        yield publisher
    finally:
        publisher.close()


@contextmanager
def _load(port: int, password: str) -> Iterator[None]:
    """Let every home send its messages meanwhile."""
    words = [sys.executable, "-m", "bench.murmur", str(port), "garden", str(HOMES), str(EACH)]
    load = subprocess.Popen(words, stdin=subprocess.PIPE, text=True)
    if load.stdin is not None:
        load.stdin.write(password + "\n")
        load.stdin.flush()
    try:
        yield
    finally:
        print(f"storm: the load was {'there all the time' if load.poll() is None else 'GONE before the end'}")
        load.terminate()
        load.wait(timeout=60)


@dataclass(frozen=True)
class Bare:
    """A bare script that runs, and who presses its buttons."""

    port: int
    publisher: Publisher


@contextmanager
def _bare(folder: Path, sink: Sink) -> Iterator[Bare]:
    broker = ExternalMosquitto(folder)
    broker.start()
    time.sleep(1)
    words = [str(broker.port), str(folder / "bare.db"), sink.url]
    script = subprocess.Popen([sys.executable, "-m", "bench.bare", *words])
    try:
        with _connected(Publisher(broker.port, "bench", "")) as publisher:
            time.sleep(2)
            yield Bare(broker.port, publisher)
    finally:
        script.terminate()
        script.wait(timeout=10)
        broker.stop()


def _in_turns(publishers: Mapping[str, Publisher], sink: Sink, api: httpx.Client) -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    delays: dict[str, list[float]] = {name: [] for name in publishers}
    for number in range(ROUNDS):
        for name, publisher in publishers.items():
            time.sleep(chance.uniform(0, LONGEST_PAUSE))
            home = f"home-{number}" if name == "linli" else f"{name}-{number}"
            delays[name].append(_press(publisher, sink, home, name))
            if name == "linli":
                _look_after(api, home)
    for name, told in delays.items():
        _tell(f"one at a time, {name}", told)
    ours = delays.pop("linli")
    for name, theirs in delays.items():
        medians = statistics.median(ours) / statistics.median(theirs)
        print(f"storm: linli beside the {name}: ratio of medians {medians:.2f}, of p99 {_p99(ours) / _p99(theirs):.2f}")


def _look_after(api: httpx.Client, home: str) -> None:
    for alert in api.get("/alerts", params={"state": "open", "home": home}).raise_for_status().json():
        api.post(f"/alerts/{alert['id']}/close", json={"outcome": "safe"}).raise_for_status()


def _press(publisher: Publisher, sink: Sink, home: str, who: str) -> float:
    begun = time.time()
    publisher.publish(f"linli/v1/garden/{home}/button/sos", b'{"value":"pressed"}')
    wait_for(f"the webhook of {who}", partial(_is_told, sink, home), 10, 0.0005)
    return (sink.first_for(home) or 0) - begun


def _is_told(sink: Sink, home: str) -> bool:
    return sink.first_for(home) is not None


def _tell_disk() -> None:
    """Say how fast the disk is at this moment: both commit each press, and linli does more besides."""
    print(f"storm: the disk bears {commits_a_second():.0f} commits a second")


def _storm(publisher: Publisher, sink: Sink) -> None:
    homes = [f"home-{number}" for number in range(ROUNDS, ROUNDS + PRESSES)]
    begun: dict[str, float] = {}
    start = time.monotonic()
    for number, home in enumerate(homes):
        time.sleep(max(0.0, start + number * WITHIN_SECONDS / PRESSES - time.monotonic()))
        begun[home] = time.time()
        publisher.publish(f"linli/v1/garden/{home}/button/sos", b'{"value":"pressed"}')
    wait_for("every home is told of", lambda: all(_is_told(sink, home) for home in homes), 120, 0.5)
    _tell(f"{PRESSES} within {WITHIN_SECONDS:g} s", [(sink.first_for(home) or 0) - begun[home] for home in homes])
    print(f"storm: keys seen twice: {sum(times > 1 for times in sink.keys.values())}")


def _tell(name: str, delays: list[float]) -> None:
    told = sorted(delays)
    print(
        f"storm: {name:41} → gateway median {1000 * statistics.median(told):7.1f} ms   p99 {1000 * _p99(told):7.1f} ms   "
        f"max {1000 * told[-1]:7.1f} ms   n {len(told)}"
    )


def _p99(delays: list[float]) -> float:
    return sorted(delays)[int(len(delays) * 0.99) - 1]
