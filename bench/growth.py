"""What ten times as many homes cost: taking signals in, a tick, the board, a night's learning, memory.

Each is measured at several sizes, and the exponent fitted through them by least squares in logarithms: 1 is linear. Each
size has a process of its own, in which everything is wired as `linli run` does it but no thread runs. What counts is CPU,
the least of several rounds, so that other work on this machine matters less. Nights are measured at smaller sizes: a
home's night costs a tenth of a second. `python -m bench.growth HOMES` is one size.
"""

import json
import math
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import process_time

from fastapi.testclient import TestClient

from bench.flood import messages
from bench.night import night_of
from dashboard.app import create_app
from dashboard.sessions import COOKIE
from ingest.intake import Arrived
from linli.app import App, Asked
from linli.clock import SystemClock
from linli.core import Core
from linli.data_dir import DataDir
from linli.people import Device, Home
from linli.settings import Settings
from linli.store import access
from linli.store import roster as roster_store
from linli.store.access import Identity, Session
from linli.store.care import CareStore

SIZES = (1_000, 10_000, 100_000)
NIGHTS, NIGHT_DAYS = (4, 12, 36), 21
ROUNDS = 3
GOAL_EXPONENT, GOAL_MB, GOAL_MB_HOMES = 1.05, 400.0, 10_000
_BATCH = 2000
_IN_A_SITE, _IN_A_BUILDING = 1000, 60

Costs = Mapping[str, float]


def main() -> int:
    """Measure all sizes and print; 1 if anything grows faster than it may, or takes more memory."""
    costs = {size: _of_its_own(size) for size in SIZES}
    missed = costs[GOAL_MB_HOMES]["memory"] > GOAL_MB
    for name, unit in (("ingest", "s"), ("tick", "s"), ("board", "s"), ("memory", "MB")):
        missed |= _told(name, unit, {size: one[name] for size, one in costs.items()})
    missed |= _told("night", "s", {homes: night_of(homes, NIGHT_DAYS) for homes in NIGHTS})
    return int(missed)


def _told(name: str, unit: str, costs: Mapping[int, float]) -> bool:
    """Print what something costs at each size, and tell whether it grows faster than it may."""
    exponent = _exponent(costs)
    each = "  ".join(f"{size:,}: {cost:.4g} {unit}" for size, cost in costs.items())
    print(f"growth: {name:7} {each}  exponent {exponent:.2f}, goal {GOAL_EXPONENT:g}", flush=True)
    return exponent > GOAL_EXPONENT


def _exponent(costs: Mapping[int, float]) -> float:
    """Return the slope of the line through the logarithms of sizes and costs."""
    points = [(math.log(size), math.log(cost)) for size, cost in costs.items()]
    middle, height = (sum(values) / len(points) for values in zip(*points, strict=True))
    return float(sum((x - middle) * (y - height) for x, y in points) / sum((x - middle) ** 2 for x, _ in points))


def _of_its_own(size: int) -> Costs:
    words = [sys.executable, "-m", "bench.growth", str(size)]
    told: Costs = json.loads(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
    return told


def measured(size: int) -> Costs:
    """Return the seconds of CPU and the memory of so many homes in this process.

    Ingest is one message of each home, from its bytes to the store and the watch; the tick is the one after that.
    """
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as folder:
        data = DataDir(Path(folder))
        _settle(data, size)
        settings = Settings(http="127.0.0.1:0", mqtt="mqtt://127.0.0.1:1", canary_minutes=0)
        app = App(settings, data, SystemClock(), asked=Asked(), say=lambda _: None)
        app.core.warm()
        begun = datetime.now(UTC) - timedelta(hours=1)
        rounds = [_round(app.core, size, begun + timedelta(minutes=number)) for number in range(ROUNDS + 1)][1:]
        ingest, tick = (min(costs) for costs in zip(*rounds, strict=True))
        board = min(_boards(app))
        memory = _rss_mb()
        app.core.close()
    return {"ingest": ingest, "tick": tick, "board": board, "memory": memory}


def _round(core: Core, size: int, at: datetime) -> tuple[float, float]:
    """Return what it costs to take in a message of each home at a moment, and then to tick.

    Rounds are minutes apart for the homes: of two signs within a second the later one costs next to nothing.
    """
    arrivals = _arrivals(size, at)
    taken_in = _cpu(lambda: _take_in(core, arrivals))
    return taken_in, _cpu(lambda: core.pipeline.tick(at + timedelta(seconds=20)))


def _settle(data: DataDir, size: int) -> None:
    homes = [Home(f"home-{n}", _site_of(n), f"b{n // _IN_A_BUILDING}") for n in range(size)]
    devices = [
        Device(home.home, device, room) for home in homes for device, room in (("pir", "kitchen"), ("door", "entrance"))
    ]
    care = CareStore(f"sqlite:///{data.care}")
    care.migrate()
    with care.begin() as connection:
        roster_store.save(connection, homes, devices, [])
    care.close()


def _site_of(home: int) -> str:
    return f"site-{home // _IN_A_SITE}"


def _arrivals(size: int, at: datetime) -> list[Arrived]:
    """Return a message of each home."""
    said = messages(size, size, at.strftime("r%H%M"), _site_of, at)
    return [
        Arrived(topic, payload, at + timedelta(seconds=10), packet) for packet, (topic, payload) in enumerate(said, 1)
    ]


def _take_in(core: Core, arrivals: Sequence[Arrived]) -> None:
    for start in range(0, len(arrivals), _BATCH):
        taken = core.pipeline.take_in(arrivals[start : start + _BATCH])
        assert not taken.rejections


def _boards(app: App) -> list[float]:
    cookie, now = secrets.token_urlsafe(32), datetime.now(UTC)
    with app.core.care.begin() as connection:
        session = Session(Identity("staff"), secrets.token_urlsafe(32), now + timedelta(days=1))
        access.add_session(connection, cookie, session, now)
    browser = TestClient(create_app(app.services), cookies={COOKIE: cookie})
    return [_cpu(lambda: browser.get("/").raise_for_status()) for _ in range(ROUNDS)]


def _cpu(work: Callable[[], object]) -> float:
    begun = process_time()
    work()
    return process_time() - begun


def _rss_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


if __name__ == "__main__":
    print(json.dumps(measured(int(sys.argv[1]))))
