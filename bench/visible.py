"""How long from a published signal until another program can read its row: one after the other, a hundred a second."""

import socket
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from bench.broker import ExternalMosquitto
from bench.flood import CONNACK_BYTES, SITES, connect, publish
from bench.program import Neighbourhood, Program, wait_for, wait_for_port
from linli.signals import Kind
from linli.wire import signal_topic, write_payload

HOMES = 1000
COUNT = 2000
EVERY_SECONDS = 0.01
GOAL_MS = 5.0
_LOOK_SECONDS = 0.0002
_ROWS = "SELECT count(*) FROM signal WHERE home = (SELECT id FROM word WHERE home = ? AND text = '')"


def main() -> int:
    """Measure and print; 1 if the median is above the goal."""
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        broker = ExternalMosquitto(Path(folder) / "broker")
        broker.start()
        wait_for_port(broker.port)
        program = Program(Path(folder), mqtt=broker.url)
        program.settle(Neighbourhood(HOMES))
        program.start()
        try:
            with closing(sqlite3.connect(f"file:{program.data / 'signals.db'}?mode=ro", uri=True)) as db:
                delays = sorted(_delays(broker.port, db))
        finally:
            program.stop()
            broker.stop()
    middle, worst = 1000 * statistics.median(delays), 1000 * delays[int(len(delays) * 0.99) - 1]
    print(
        f"visible: published → readable at {1 / EVERY_SECONDS:.0f}/s: median {middle:.2f} ms, p99 {worst:.2f} ms, "
        f"max {1000 * delays[-1]:.1f} ms, n {len(delays)}; goal: median {GOAL_MS:g} ms"
    )
    return int(middle > GOAL_MS)


def _delays(port: int, db: sqlite3.Connection) -> list[float]:
    delays = []
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(connect("visible"))
        line.recv(CONNACK_BYTES)
        begun = time.perf_counter()
        for number in range(COUNT):
            time.sleep(max(0.0, begun + number * EVERY_SECONDS - time.perf_counter()))
            delays.append(_delay(line, db, number))
            line.recv(64)  # the broker's acknowledgement
    return delays


def _delay(line: socket.socket, db: sqlite3.Connection, number: int) -> float:
    home, before = f"home-{number % HOMES}", number // HOMES
    packet = publish(signal_topic(SITES[0], home, "pir", Kind.MOTION), write_payload("on", id=f"v-{number}"), number)
    sent = time.perf_counter()
    line.sendall(packet)
    wait_for(home, lambda: db.execute(_ROWS, (home,)).fetchone()[0] > before, 30, _LOOK_SECONDS)
    return time.perf_counter() - sent
