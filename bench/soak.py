"""A day's signals in `BENCH_MINUTES` (24 otherwise) through a whole linli, while one fault after the other is thrown in.

Broker away, linli killed with -9, a store locked by somebody else, receivers down, the disk full: in an order drawn from
`BENCH_SEED` (1). In the end every message must be stored once, every press have its alert and be told, and nothing be
wrong. Signals come 60 times as fast as they would; linli's own clock runs as it does, so no deadline comes sooner, and a
step of the clock is not among the faults: only the virtual clock of the tests can be set back.
"""

import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx

from bench.broker import ExternalMosquitto
from bench.kill import Result, look, stored
from bench.outage import troubles
from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink

HOMES = 300
A_SECOND = HOMES * 400 / 1440
"""A home's 400 signals of a day in 24 minutes."""
PRESSES_A_MINUTE = 10
_DISK_MB = 800
"""More than the 500 MB that `linli check` wants to see free."""
_CALM_SECONDS = (5.0, 20.0)
_QUIET_SECONDS = 300.0


@dataclass
class Scene:
    """What a fault can be thrown at."""

    program: Program
    broker: ExternalMosquitto
    sink: Sink
    chance: random.Random

    def hold(self, least: float, most: float) -> None:
        """Let a fault last."""
        time.sleep(self.chance.uniform(least, most))


def _broker_away(scene: Scene) -> None:
    scene.broker.stop()
    scene.hold(1, 10)
    scene.broker.start()


def _killed(scene: Scene) -> None:
    scene.program.kill()
    scene.hold(0, 5)
    scene.program.start()


def _locked(name: str, scene: Scene) -> None:
    with closing(sqlite3.connect(scene.program.data / name, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        scene.hold(3, 12)
        other.execute("ROLLBACK")


def _receivers_down(scene: Scene) -> None:
    scene.sink.is_down = True
    scene.hold(5, 20)
    scene.sink.is_down = False


def _disk_full(scene: Scene) -> None:
    filler = scene.program.data / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(1 << 16))
    except OSError:
        scene.hold(3, 10)
    finally:
        filler.unlink()


FAULTS: dict[str, Callable[[Scene], None]] = {
    "broker away": _broker_away,
    "linli killed with -9": _killed,
    "signals.db locked": partial(_locked, "signals.db"),
    "care.db locked": partial(_locked, "care.db"),
    "receivers down": _receivers_down,
    "disk full": _disk_full,
}


@contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Put a small disk of its own under the data; yields whether that may be done here."""
    folder.mkdir(mode=0o700)
    words = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MB}m,mode=0700", "linli-soak", str(folder)]
    may = shutil.which("mount") is not None and not subprocess.run(words, capture_output=True, check=False).returncode
    try:
        yield may
    finally:
        if may:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class Load:
    """What is published: motion, and now and then a press in a home that had none."""

    publisher: Publisher
    minutes: float
    pressed: dict[str, float] = field(default_factory=dict)

    @property
    def presses(self) -> int:
        """Return how many presses there are."""
        return min(HOMES, int(self.minutes * PRESSES_A_MINUTE))

    @property
    def count(self) -> int:
        """Return how many messages there are."""
        return int(self.minutes * 60 * A_SECOND)

    def run(self) -> None:
        """Publish everything, evenly over the time."""
        begun, every = time.monotonic(), self.count // self.presses
        for number in range(self.count):
            press, rest = divmod(number, every)
            is_press = rest == every // 2 and press < self.presses
            home = f"home-{press if is_press else number % HOMES}"
            device, value = ("button/sos", "pressed") if is_press else ("pir/motion", "on")
            if is_press:
                self.pressed[home] = time.time()
            self.publisher.publish(
                f"linli/v1/garden/{home}/{device}", b'{"value":"%s","id":"n%d"}' % (value.encode(), number)
            )
            time.sleep(max(0.0, begun + number / A_SECOND - time.monotonic()))


def main() -> int:
    """Run it and print what was found; 1 if anything is wrong."""
    minutes, seed = float(os.environ.get("BENCH_MINUTES", "24")), int(os.environ.get("BENCH_SEED", "1"))
    with ExitStack() as around:
        folder = Path(around.enter_context(tempfile.TemporaryDirectory(prefix="linli-bench-")))
        has_disk = around.enter_context(_small_disk(folder / "data"))
        sink, broker = Sink(), ExternalMosquitto(folder / "broker")
        around.callback(sink.close)
        broker.start()
        around.callback(broker.stop)
        program = Program(folder, mqtt=broker.url, environment={"LINLI_MQTT": broker.url})
        program.environment["LINLI_HTTP"] = f"{program.host}:{program.http_port}"  # for linli check
        program.settle(Neighbourhood(HOMES, webhook=sink.url))
        program.start()
        around.callback(program.stop)
        load = Load(around.enter_context(closing(Publisher(broker.port, "garden", ""))), minutes)
        load.publisher.wait_connected()
        scene = Scene(program, broker, sink, random.Random(seed))  # noqa: S311 - a schedule, not a secret
        return int(not _lived_through(scene, load, [name for name in FAULTS if has_disk or name != "disk full"]))


def _lived_through(scene: Scene, load: Load, names: list[str]) -> bool:
    """Publish while faults come; print a table and tell whether all is right in the end."""
    begun = time.monotonic()
    flood = threading.Thread(target=load.run, daemon=True)
    flood.start()
    times, lasted = Counter[str](), Counter[str]()
    while flood.is_alive():
        scene.hold(*_CALM_SECONDS)
        name = scene.chance.choice(sorted(set(names) - times.keys()) or names)
        at = time.monotonic()
        FAULTS[name](scene)
        times[name] += 1
        lasted[name] += round(time.monotonic() - at)
    flood.join()
    print(
        f"soak: {load.minutes:g} min, {load.count} messages, {load.presses} presses; faults, how often, for how long in all"
    )
    for name in FAULTS:
        told = (
            f"{times[name]:3} times {lasted[name]:5} s" if name in names else "not tried: no disk can be mounted here"
        )
        print(f"soak: {name:22} {told}")
    try:
        _wait_until_quiet(scene, load)
    except TimeoutError as why:
        print(f"soak: {why}")
    found = look(scene.program, scene.sink, load.count, load.presses, time.monotonic() - begun)
    return _print(found, scene, load)


def _wait_until_quiet(scene: Scene, load: Load) -> None:
    wait_for("the broker has everything", lambda: load.publisher.is_done, _QUIET_SECONDS)
    wait_for("the store is quiet", lambda: stored(scene.program) >= load.count, _QUIET_SECONDS, 0.5)
    wait_for("the volunteers are told", lambda: load.pressed.keys() <= scene.sink.told, _QUIET_SECONDS, 0.5)
    wait_for("nothing is in trouble", lambda: not troubles(scene.program), _QUIET_SECONDS, 1)


def _print(found: Result, scene: Scene, load: Load) -> bool:
    delays = sorted((scene.sink.first_for(home) or time.time()) - at for home, at in load.pressed.items())
    counted, checked = _counters(scene.program), _check(scene.program)
    agrees = counted == {"sos": load.presses, "waiting": 0, "rejections": 0}
    twice = sum(count > 1 for count in scene.sink.keys.values())
    print(f"soak: sent {found.sent}   stored {found.stored}   different {found.distinct}")
    print(
        f"soak: presses {found.presses}   episodes {found.episodes}   alerts {found.alerts}   told {found.told}   stuck {found.stuck}"
    )
    print(
        f"soak: press to first call: median {statistics.median(delays):.2f} s   max {delays[-1]:.1f} s   keys seen twice {twice}"
    )
    print(f"soak: /metrics says {counted}; other alerts {dict(found.others)}")
    print(f"soak: linli check: {checked or 'nothing wrong'}")
    is_right = found.is_right and agrees and not checked
    print("soak: every message once, every press one alert and told" if is_right else "soak: WRONG")
    return is_right


def _counters(program: Program) -> dict[str, int]:
    """Return what linli itself counts: calls for help of homes, what waits in memory, what was ever refused."""
    text = httpx.get(f"{program.url}/metrics", timeout=30).text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    sos = sum(float(value) for name, value in values.items() if name.startswith("linli_alerts{") and '"sos"' in name)
    waiting, rejections = values["linli_messages_waiting"], values["linli_stored_rejections_total"]
    return {"sos": int(sos), "waiting": int(float(waiting)), "rejections": int(float(rejections))}


def _check(program: Program) -> str:
    try:
        program.command("check")
    except RuntimeError as why:
        return str(why)
    return ""
