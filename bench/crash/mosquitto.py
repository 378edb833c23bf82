"""A call for help from end to end: a real device's client, Mosquitto, `linli run` and webhooks, killed at each point."""

import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from bench.crash.enumerator import Tally
from bench.crash.invariants import faults
from bench.crash.journal import Line, lives, read
from bench.crash.life import Order
from bench.crash.looks import Look, look, stored_signals
from bench.crash.run_linli import FATAL, FOLDER
from bench.crash.runs import Run
from bench.crash.scenarios import Call, Scenario
from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink
from linli.alert import AlertKind

HOME = "home-0"
PERSON = "v-0"
SCENARIO = Scenario("sos through Mosquitto", (), (Call(HOME, AlertKind.SOS),), is_comparable=False)
"""Its clock is the machine's: on a busy one a start takes so long that the volunteer has been silent for 20 s by then."""
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Installation:
    """A folder that was set up once, and the secrets of those who use it."""

    folder: Path
    gateway: str
    staff: str

    @classmethod
    def make(cls, folder: Path, sink: Sink) -> "Installation":
        """Set up one home, one volunteer whose webhook is the sink, and staff."""
        program = Program(folder)
        program.settle(Neighbourhood(1, webhook=sink.url))
        return cls(
            folder,
            program.command("token", "--role", "gateway", "--person", "garden"),
            program.command("token", "--role", "staff"),
        )


class Course:
    """One run: linli is started, killed where it was told to be, started again, while people and the device go on."""

    def __init__(self, folder: Path, installation: Installation, sink: Sink) -> None:
        shutil.copytree(installation.folder, folder)
        self._folder = folder
        self._sink = sink
        self._before = Counter(sink.keys)
        self._received: list[Counter[str]] = []
        self._ends: list[str] = []
        self._looks: list[Look] = []
        self._program = Program(folder, words=(sys.executable, "-m", "bench.crash.run_linli"))
        self._publisher = Publisher(self._program.mqtt_port, "garden", installation.gateway)
        self._api = httpx.Client(
            base_url=f"{self._program.url}/api/v1",
            headers={"Authorization": f"Bearer {installation.staff}"},
            timeout=10,
        )

    def run(self, fatal: str) -> Run:
        """Press, accept, arrive, close; each as soon as the one before has shown."""
        self._start(fatal)
        try:
            self._publisher.publish(f"linli/v1/garden/{HOME}/button/sos", b"pressed")
            self._until("somebody is told", lambda: bool(self._keys()))
            for verb, state in (("accept", "accepted"), ("arrive", "at_door"), ("close", "closed")):
                self._until(f"{state} is answered", lambda verb=verb: self._do(verb))  # type: ignore[misc]
            self._until("the broker has its acknowledgement", self._is_acknowledged)
            self._until("all is quiet", self._is_quiet)
        finally:
            self._end_life("well")
            self._program.stop()
            self._publisher.close()
            self._api.close()
        return self._run(fatal)

    def _start(self, fatal: str) -> None:
        self._program.environment = {FOLDER: str(self._folder), FATAL: fatal}
        try:
            self._program.start()
        except RuntimeError:
            if not fatal:
                raise
            self._bury()

    def _bury(self) -> None:
        """Note how linli ended, and start it once more."""
        process, self._program.process = self._program.process, None
        is_killed = process is not None and process.wait() == -signal.SIGKILL
        self._end_life("killed" if is_killed else f"see {self._folder}")
        self._start("")

    def _until(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait, and if linli has died start it once more."""

        def is_so() -> bool:
            if self._program.process is not None and self._program.process.poll() is not None:
                self._bury()
            return condition()

        wait_for(what, is_so, _PATIENCE_SECONDS)

    def _end_life(self, end: str) -> None:
        self._ends.append(end)
        self._looks.append(self._look())
        self._received.append(self._keys() - sum(self._received, Counter()))

    def _keys(self) -> Counter[str]:
        return Counter(self._sink.keys) - self._before

    def _look(self) -> Look:
        return look(self._program.data).about(HOME)

    def _do(self, verb: str) -> bool:
        """Answer as the volunteer; an error means to tap again."""
        (alert,) = (str(a["id"]) for a in self._look().alerts)
        body = {"outcome": "helped"} if verb == "close" else None
        try:
            return self._api.post(f"/alerts/{alert}/{verb}", json=body).is_success
        except httpx.HTTPError:
            return False

    def _is_acknowledged(self) -> bool:
        names = [line["name"] for line in read(self._folder)]
        return self._publisher.is_done and any(name.startswith("after acknowledging") for name in names)

    def _is_quiet(self) -> bool:
        found = self._look()
        is_live = any(notice["state"] in {"waiting", "leased"} for notice in found.outbox)
        return not (is_live or found.open_alerts())

    def _run(self, fatal: str) -> Run:
        told: list[list[Line]] = lives(read(self._folder))
        for life, received in zip(told, self._received, strict=True):
            life += [Line(what="received", name=key, detail=PERSON) for key in received.elements()]
        return Run(
            SCENARIO,
            Order.AS_IT_COMES,
            (fatal,) if fatal else (),
            tuple(self._ends),
            told,
            tuple(self._looks),
            stored_signals(self._program.data),
        )


def enumerate_points(every: int = 1) -> Tally:
    """Kill once at each n-th point; the points are those of a run without a kill."""
    with tempfile.TemporaryDirectory(prefix="linli-crash-") as name:
        shop, sink = Path(name), Sink()
        try:
            installation = Installation.make(shop / "settled", sink)
            unharmed = Course(shop / "unharmed", installation, sink).run("")
            tally = Tally(SCENARIO.name, len(unharmed.points))
            tally.add((), faults(unharmed, unharmed), is_missed=False)
            for number, point in enumerate(unharmed.points[every // 2 :: every]):
                lived = Course(shop / str(number), installation, sink).run(point)
                tally.add((point,), faults(lived, unharmed), is_missed=not lived.kills)
        finally:
            sink.close()
    return tally
