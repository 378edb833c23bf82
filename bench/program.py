"""A `linli run` under measurement: its data, its process, its addresses and its tokens."""

import csv
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

LINLI = [sys.executable, "-c", "from linli.cli import main; main()"]
START_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody uses at this moment."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def wait_for(what: str, condition: Callable[[], bool], seconds: float = START_SECONDS, every: float = 0.05) -> float:
    """Wait for a condition and return how long it took, in seconds; raises TimeoutError naming it."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(every)
    return time.monotonic() - begun


def wait_for_port(port: int) -> None:
    """Return once somebody listens on a port of this machine."""

    def is_open() -> bool:
        with socket.socket() as trial:
            return trial.connect_ex(("127.0.0.1", port)) == 0

    wait_for("the port is open", is_open)


@dataclass(frozen=True)
class Neighbourhood:
    """Example homes in one site, each with a button and a sensor, and one volunteer for every so many homes."""

    homes: int
    webhook: str = ""
    homes_each: int = 1
    check_in_by: str = ""
    extra_channels: Sequence[tuple[str, str]] = ()
    site: str = "garden"
    first: int = 0
    every: int = 1
    """Only every so many homes, from this number on."""

    @property
    def ids(self) -> list[str]:
        """Return the homes' ids."""
        return [f"home-{number}" for number in self._numbers]

    @property
    def _numbers(self) -> range:
        return range(self.first, self.homes, self.every)

    def write(self, folder: Path) -> None:
        """Write the roster as the three CSV files that `linli import` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        self._table(
            folder / "homes.csv",
            ["home", "site", "building", "unit", "floor", "door", "resident", "check_in_by"],
            [
                [h, self.site, f"b{n // 60}", "1", str(n % 60 // 4 + 1), str(n % 60), f"Example {n}", self.check_in_by]
                for n, h in zip(self._numbers, self.ids, strict=True)
            ],
        )
        self._table(
            folder / "devices.csv",
            ["device", "home", "room", "kind"],
            [row for h in self.ids for row in (["button", h, "hall", "sos,check_in"], ["pir", h, "kitchen", "motion"])],
        )
        people = [["staff-1", "staff", f"site:{self.site}", "inbox", "staff-1", "", "1"]]
        for number in range(0, len(self.ids), self.homes_each):
            homes = ";".join(self.ids[number : number + self.homes_each])
            person = f"v-{self._numbers[number]}"
            if self.webhook:
                url = f"{self.webhook}/{person}"
                people.append([person, "volunteer", homes, "webhook", url, "whsec_" + "bGlubGk" * 5 + "=", "1"])
            people.extend([person, "volunteer", homes, kind, address, "", "1"] for kind, address in self.extra_channels)
        self._table(folder / "people.csv", ["person", "role", "homes", "channel", "address", "secret", "order"], people)

    @staticmethod
    def _table(path: Path, header: list[str], rows: list[list[str]]) -> None:
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([header, *rows])


@dataclass
class Program:
    """One installation in a folder and the process that runs on it."""

    folder: Path
    broker: str = "mosquitto"
    environment: dict[str, str] = field(default_factory=dict)
    mqtt: str = ""
    host: str = "127.0.0.1"
    http_port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    words: Sequence[str] = tuple(LINLI)

    @property
    def data(self) -> Path:
        """Return the data folder."""
        return self.folder / "data"

    @property
    def url(self) -> str:
        """Return where the API is."""
        return f"http://{self.host}:{self.http_port}"

    def command(self, *words: str) -> str:
        """Run a command of linli on the same data; return what it printed."""
        done = subprocess.run(
            [*LINLI, *words, "--data", str(self.data)], capture_output=True, text=True, check=False, env=self._env()
        )
        if done.returncode:
            raise RuntimeError(f"linli {words[0]}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _env(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def settle(self, neighbourhood: Neighbourhood) -> None:
        """Import a neighbourhood."""
        neighbourhood.write(self.folder / "roster")
        self.command("import", str(self.folder / "roster"))

    def start(self, within: float = START_SECONDS) -> float:
        """Start `linli run`; return how many seconds it took to be ready."""
        words = ["run", "--data", str(self.data), "--http", f"{self.host}:{self.http_port}", "--broker", self.broker]
        words += ["--mqtt", self.mqtt] if self.mqtt else ["--mqtt-listen", f"127.0.0.1:{self.mqtt_port}"]
        log = (self.folder / "linli.log").open("ab")
        self.process = subprocess.Popen([*self.words, *words], stdout=log, stderr=log, env=self._env())
        log.close()
        return wait_for("linli is ready", self._is_ready, within)

    def _is_ready(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            said = (self.folder / "linli.log").read_text("utf-8", errors="replace").splitlines()
            raise RuntimeError("\n".join(["linli ended; the last it said:", *said[-20:]]))
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """End the process with -9, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Stop the process in good order, and a broker that a killed one left behind; return the exit status."""
        status = self._end(signal.SIGTERM)
        left = self.data / "mosquitto" / "mosquitto.pid"
        if left.exists():
            with suppress(ProcessLookupError):
                os.kill(int(left.read_text(encoding="ascii").split()[0]), signal.SIGTERM)
        return status

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(how)
        status = self.process.wait(timeout=60)
        self.process = None
        return status

    def api(self) -> httpx.Client:
        """Return a client that may see every site."""
        token = self.command("token", "--role", "staff")
        return httpx.Client(base_url=f"{self.url}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def rss_mb(self) -> float:
        """Return the memory that the process holds, in MB (Linux)."""
        if self.process is None:
            return 0.0
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
