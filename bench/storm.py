"""A thousand buttons pressed within ten seconds over ten thousand homes; and one at a time, beside the bare script."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench.broker import ExternalMosquitto
from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink

HOMES = 10_000
PRESSES = 1000
WITHIN_SECONDS = 10.0
ROUNDS = 200
"""How many single presses, taken in turns with the bare script."""


def main() -> None:
    """Measure both and print the delays."""
    sink = Sink()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        program = Program(Path(folder))
        program.settle(Neighbourhood(HOMES, webhook=sink.url, homes_each=10))
        print(f"storm: {HOMES} homes, ready in {program.start():.1f} s")
        try:
            password = program.command("token", "--role", "gateway", "--person", "garden")
            publisher = Publisher(program.mqtt_port, "garden", password)
            publisher.wait_connected()
            with _load(program.mqtt_port, password), _bare(Path(folder), sink) as bare:
                time.sleep(20)
                _in_turns(publisher, bare, sink)
                _storm(publisher, sink)
            publisher.close()
        finally:
            program.stop()
            sink.close()


@contextmanager
def _load(port: int, password: str) -> Iterator[None]:
    """Let every home send one message a minute meanwhile."""
    words = [sys.executable, "-m", "bench.murmur", str(port), "garden", str(HOMES)]
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


@contextmanager
def _bare(folder: Path, sink: Sink) -> Iterator[Publisher]:
    broker = ExternalMosquitto(folder / "bare")
    broker.start()
    time.sleep(1)
    words = [str(broker.port), str(folder / "bare.db"), sink.url]
    script = subprocess.Popen([sys.executable, "-m", "bench.bare", *words])
    publisher = Publisher(broker.port, "bench", "")
    publisher.wait_connected()
    time.sleep(2)
    try:
        yield publisher
    finally:
        publisher.close()
        script.terminate()
        script.wait(timeout=10)
        broker.stop()


def _in_turns(publisher: Publisher, bare: Publisher, sink: Sink) -> None:
    ours, theirs = [], []
    for number in range(ROUNDS):
        ours.append(_press(publisher, sink, f"home-{number}", "linli"))
        theirs.append(_press(bare, sink, f"bare-{number}", "bare"))
    for name, delays in (("linli", ours), ("bare script", theirs)):
        _tell(f"one at a time, {name}", delays)
    medians = statistics.median(ours) / statistics.median(theirs)
    print(f"storm: ratio of medians {medians:.2f}, of p99 {_p99(ours) / _p99(theirs):.2f}")


def _press(publisher: Publisher, sink: Sink, home: str, who: str) -> float:
    begun = time.time()
    publisher.publish(f"linli/v1/garden/{home}/button/sos", b'{"value":"pressed"}')
    wait_for(f"the webhook of {who}", partial(_is_told, sink, home), 10, 0.0005)
    return (sink.first_for(home) or 0) - begun


def _is_told(sink: Sink, home: str) -> bool:
    return sink.first_for(home) is not None


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
        f"storm: {name:26} → gateway median {1000 * statistics.median(told):7.1f} ms   p99 {1000 * _p99(told):7.1f} ms   "
        f"max {1000 * told[-1]:7.1f} ms   n {len(told)}"
    )


def _p99(delays: list[float]) -> float:
    return sorted(delays)[int(len(delays) * 0.99) - 1]
