"""Messages at QoS 1 through Mosquitto while linli is killed with -9 again and again: is every one there, once?"""

import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.broker import ExternalMosquitto
from bench.flood import SITES, Flood
from bench.flood import messages as flood_of
from bench.program import Neighbourhood, Program, wait_for, wait_for_port
from bench.publisher import Publisher
from bench.sink import Sink

HOMES = 500
FLOODED_HOMES, FLOODED = 1000, 100_000


@dataclass(frozen=True)
class Result:
    """What was found afterwards."""

    sent: int
    stored: int
    distinct: int
    presses: int
    episodes: int
    alerts: int
    told: int
    stuck: int
    seconds: float
    others: Mapping[str, int]
    """How many alerts of other kinds there are, such as linli's own about its restarts; they are no presses."""

    @property
    def is_right(self) -> bool:
        """Tell whether nothing was lost, doubled or stuck."""
        once = self.sent == self.stored == self.distinct
        return once and self.presses == self.episodes == self.alerts == self.told and not self.stuck


def messages(count: int, presses: int) -> Iterator[tuple[str, bytes]]:
    """Yield motion of many homes with a press of the button in some of them, each with an id of its own."""
    every = count // presses
    for number in range(count):
        if number % every == every // 2 and number // every < presses:
            home = f"home-{number // every}"
            yield f"linli/v1/garden/{home}/button/sos", b'{"value":"pressed","id":"n%d"}' % number
        else:
            yield f"linli/v1/garden/home-{number % HOMES}/pir/motion", b'{"value":"on","id":"n%d"}' % number


def run(count: int = 200_000, kills: int = 5, presses: int = 100, seed: int = 1, rate: int = 4000) -> Result:
    """Publish while killing; wait until all is quiet; look into the stores."""
    sink = Sink()
    chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        program = Program(Path(folder))
        program.settle(Neighbourhood(HOMES, webhook=sink.url))
        program.start()
        password = program.command("token", "--role", "gateway", "--person", "garden")
        publisher = Publisher(program.mqtt_port, "garden", password)
        publisher.wait_connected()
        begun = time.monotonic()

        def publish() -> None:
            for number, (topic, payload) in enumerate(messages(count, presses)):
                publisher.publish(topic, payload)
                if number % 100 == 0:
                    time.sleep(max(0.0, begun + number / rate - time.monotonic()))

        flood = threading.Thread(target=publish, daemon=True)
        flood.start()
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0.3, 0.8) * count / rate / kills)
                program.kill()
                program.start()
            flood.join()
            wait_for("the broker has everything", lambda: publisher.is_done, 300)
            wait_for("the store is quiet", lambda: stored(program) >= count, 300, 0.5)
            wait_for("the volunteers are told", lambda: len(sink.told) >= presses, 60, 0.2)
            with suppress(TimeoutError):  # what fell due while linli was dead is done at its first ticks
                wait_for("nothing is overdue", lambda: not stuck(program), 30, 0.2)
            return look(program, sink, count, presses, time.monotonic() - begun)
        finally:
            publisher.close()
            program.stop()
            sink.close()


def flooded(count: int = 100_000, kills: int = 3) -> int:
    """Kill in the middle of a flood, as fast as the broker takes it; return how many messages are stored, each once."""
    flood = Flood(list(flood_of(FLOODED_HOMES, count, "k", lambda _: SITES[0])))
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        broker = ExternalMosquitto(Path(folder) / "broker")
        broker.start()
        wait_for_port(broker.port)
        program = Program(Path(folder), mqtt=broker.url)
        program.settle(Neighbourhood(FLOODED_HOMES))
        program.start()
        try:
            pouring = threading.Thread(target=flood.pour, args=[broker.port])
            pouring.start()
            for number in range(kills):
                part = count * (number + 1) // (kills + 1)
                wait_for("a part is stored", lambda part=part: stored(program) >= part, 300, 0.01)  # type: ignore[misc]
                program.kill()
                program.start()
            pouring.join()
            wait_for("the store is quiet", lambda: stored(program) >= count, 300, 0.1)
            with _open(program, "signals.db") as db:
                kept, distinct = db.execute("SELECT count(*), count(DISTINCT key) FROM signal").fetchone()
            return kept if kept == distinct else -1
        finally:
            program.stop()
            broker.stop()


def _open(program: Program, name: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{program.data / name}?mode=ro", uri=True)


def stored(program: Program) -> int:
    """Return how many signals are in the store."""
    with _open(program, "signals.db") as db:
        return int(db.execute("SELECT count(*) FROM signal").fetchone()[0])


def look(program: Program, sink: Sink, count: int, presses: int, seconds: float) -> Result:
    """Look into the stores once all is quiet; `count` messages were sent, `presses` of them presses."""
    with _open(program, "signals.db") as db:
        kept, distinct = db.execute("SELECT count(*), count(DISTINCT key) FROM signal").fetchone()
    with _open(program, "care.db") as db:
        episodes = db.execute(
            "SELECT count(*) FROM episodes JOIN alerts ON alerts.id = episodes.alert WHERE kind = 'sos' AND drill = 0"
        ).fetchone()[0]
        alerts = db.execute("SELECT count(*) FROM alerts WHERE kind = 'sos' AND drill = 0").fetchone()[0]
        others = dict(db.execute("SELECT kind, count(*) FROM alerts WHERE kind <> 'sos' GROUP BY kind").fetchall())
    told = len(sink.told)
    return Result(count, kept, distinct, presses, episodes, alerts, told, stuck(program), seconds, others)


def stuck(program: Program) -> int:
    """Return how many steps and messages are long due."""
    now = time.time() * 1000
    with _open(program, "care.db") as db:
        steps = db.execute("SELECT count(*) FROM alerts WHERE state <> 'closed' AND due_at < ?", (now - 5000,))
        unsent = db.execute(
            "SELECT count(*) FROM outbox WHERE state IN ('waiting','leased') AND due_at < ?", (now - 35_000,)
        )
        return int(steps.fetchone()[0] + unsent.fetchone()[0])


def main() -> int:
    """Run in full and print what was found; 1 if anything is wrong."""
    result = run()
    print(result)
    print("kill: every message once, every press one alert" if result.is_right else "kill: WRONG")
    kept = flooded(FLOODED)
    print(f"kill: {kept} of {FLOODED} stored, each once, with kills in the middle of a flood")
    return int(not result.is_right or kept != FLOODED)
