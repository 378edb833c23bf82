"""What bringing signals to an InfluxDB costs, beside a bare POST of the same lines to the same server.

Debian's InfluxDB 1.6 on loopback, asked on its own `/write`: a proxy would be what is measured. Each way is tried three
times, in turn; the best of each counts, so that a busy machine does not decide.
"""

import http.client
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS

from linli.clock import SystemClock
from linli.health import Health
from linli.signals import Kind, Signal
from linli.store.influx_signals import Address, Delivery, InfluxSignalStore
from linli.store.influx_signals.delivery import JOINED_BYTES
from linli.store.influx_signals.probe import Fitted
from linli.store.sqlite_signals import SqliteSignalStore
from tests.cast import EIGHT
from tests.influx import Influx, running_influx
from tests.needs import find

SIGNALS, BATCH, HOMES, ROUNDS = 200_000, 2_000, 1_000, 3
GOAL = 0.8
"""Of the speed of bare POSTs of the same batches."""


def main() -> int:
    """Measure and print; 1 if the goal is missed."""
    program = find("influx")
    if program is None:
        _tell("influx: there is no influxd on this machine")
        return 2
    batches = _batches()
    with running_influx(program) as server, tempfile.TemporaryDirectory() as folder:
        rates = _rates(batches, server, Path(folder))
    for name, rate in rates.items():
        _tell(f"influx: {name:44} {rate:9,.0f} signals/s")
    share = rates["sent from the queue"] / rates["bare POST of the same batches"]
    _tell(f"influx: sent from the queue is {share:.2f} of bare POSTs of the same batches, goal {GOAL}")
    return int(share < GOAL)


def _rates(batches: Sequence[Sequence[Signal]], server: Influx, folder: Path) -> dict[str, float]:
    best: dict[str, float] = {}

    def timed(name: str, act: Callable[..., object], *with_: object) -> None:
        start = time.perf_counter()
        act(*with_)
        best[name] = max(best.get(name, 0.0), SIGNALS / (time.perf_counter() - start))

    for number in range(ROUNDS):
        plain = SqliteSignalStore(folder / f"plain-{number}.db")
        timed("appended to a file alone", _append, plain, batches)
        plain.close()
        store = InfluxSignalStore(folder / f"window-{number}.db", Address(_url(server), f"linli-{number}"))
        timed("appended and queued", _append, store, batches)
        lines = _lines(store)
        joined = _joined(lines)
        timed("bare POST of the same batches", _post, server, f"bare-{number}", lines)
        timed("bare POST of the batches joined as linli does", _post, server, f"joined-{number}", joined)
        delivery = _ready(store)
        timed("sent from the queue", delivery.send_all)
        store.close()
        for name in ("bare", "joined", "linli"):
            server.say(f'DROP DATABASE "{name}-{number}"')
    return best


def _ready(store: InfluxSignalStore) -> Delivery:
    """Return a delivery that has found its server, whose client posts to the `/write` of 1.6."""
    clock, address = SystemClock(), store.server.address
    store.server.tell(f'CREATE DATABASE "{address.bucket}"')
    base = f"{address.url}/write?db={address.bucket}&precision=n&asked="
    client = InfluxDBClient(base, token="", org="-")
    store.server._writing = client.write_api(write_options=SYNCHRONOUS)  # noqa: SLF001
    delivery = Delivery(store, clock, Health(clock), window=timedelta(days=7))
    delivery._fitted = Fitted(store.server, "1.8.0")  # noqa: SLF001
    return delivery


def _append(store: SqliteSignalStore | InfluxSignalStore, batches: Sequence[Sequence[Signal]]) -> None:
    for batch in batches:
        assert store.append(batch) == len(batch)


def _lines(store: InfluxSignalStore) -> list[bytes]:
    """Return what is queued, batch by batch."""
    with store.window._readers.read() as connection:  # noqa: SLF001
        return [lines for (lines,) in connection.execute("SELECT lines FROM unsent ORDER BY number")]


def _joined(lines: Sequence[bytes]) -> list[bytes]:
    most = max(1, JOINED_BYTES // len(lines[0]))
    return [b"\n".join(lines[start : start + most]) for start in range(0, len(lines), most)]


def _post(server: Influx, database: str, bodies: Sequence[bytes]) -> None:
    server.say(f'CREATE DATABASE "{database}"')
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    for body in bodies:
        connection.request("POST", f"/write?db={database}&precision=n", body)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == http.client.NO_CONTENT
    connection.close()


def _batches() -> list[list[Signal]]:
    """Return signals of many homes, each batch as it comes from a busy broker; half of them carry an id."""
    return [[_signal(number) for number in range(start, start + BATCH)] for start in range(0, SIGNALS, BATCH)]


def _signal(number: int) -> Signal:
    kind = (Kind.MOTION, Kind.POWER, Kind.CONTACT)[number % 3]
    at = EIGHT + timedelta(milliseconds=37 * number)
    key = f"i{number:x}-{number * 31:x}" if number % 2 else f"v{number:x}abcdef"
    value = float(number % 997) / 10 if kind is Kind.POWER else "on"
    home, device = f"home-{number * 7919 % HOMES}", f"device-{number % 6}"
    return Signal(home, device, kind, value, at, at + timedelta(milliseconds=90), key, "living room")


def _url(server: Influx) -> str:
    return f"http://127.0.0.1:{server.port}"


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
