"""A call for help while another process holds both databases: a real linli, a real lock, a real webhook."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from bench.sink import Sink
from tests.program.conftest import Running

FIVE_SECONDS = 5.0
HOLDER = """
import sqlite3, sys
held = [sqlite3.connect(path, isolation_level=None) for path in sys.argv[1:]]
for one in held:
    one.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_another(data: Path) -> Iterator[None]:
    """Let a process of its own hold both databases."""
    words = [sys.executable, "-c", HOLDER, str(data / "care.db"), str(data / "signals.db")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            assert holder.stdout.readline() == b"held\n"
            yield
        finally:
            holder.stdin.close()


class Community:
    """A linli of its own, for the tests that lock, kill and start it."""

    def __init__(self, folder: Path) -> None:
        self.sink = Sink()
        self.program = Program(folder, broker="demo")
        self.program.settle(Neighbourhood(4, webhook=self.sink.url))
        self.program.start()
        self.running = Running(self.program, self.sink)
        self._publishers: list[Publisher] = []

    def gateway(self) -> Publisher:
        """Return a connection to the broker that is let in."""
        publisher = Publisher(self.program.mqtt_port, "garden", self.running.password)
        publisher.wait_connected()
        self._publishers.append(publisher)
        return publisher

    def keys(self, home: str) -> dict[str, int]:
        """Return how often each message about a home came."""
        neighbour = home.replace("home-", "v-")  # the only one that each home has
        return {key: times for key, times in self.sink.keys.items() if f".{neighbour}." in key}

    def log(self, home: str) -> list[str]:
        """Return what the log of a home's one alert says."""
        (alert,) = self.running.alerts(home)
        told = self.running.api.get(f"/alerts/{alert['id']}").json()["timeline"]
        return [str(entry["what"]) for entry in told]

    def board(self) -> dict[str, dict[str, object]]:
        """Return what each part says of itself."""
        parts: dict[str, dict[str, object]] = httpx.get(f"{self.program.url}/readyz", timeout=10).json()["parts"]
        return parts

    def close(self) -> None:
        """End it all."""
        for publisher in self._publishers:
            publisher.close()
        self.running.api.close()
        with suppress(ProcessLookupError):
            self.program.stop()
        self.sink.close()


@pytest.fixture
def community(tmp_path: Path) -> Iterator[Community]:
    """A running linli and its neighbours."""
    made = Community(tmp_path)
    yield made
    made.close()


def test_a_call_reaches_a_neighbour_within_five_seconds_and_is_one_alert_afterwards(community: Community) -> None:
    gateway = community.gateway()
    with held_by_another(community.program.data):
        pressed = time.time()
        gateway.publish("linli/v1/garden/home-1/button/sos", b"pressed")
        for _ in range(50):
            gateway.publish("linli/v1/garden/home-2/button/sos", b'{"value":"pressed","id":"p-1"}')
        wait_for("the phones", lambda: {"home-1", "home-2"} <= community.sink.told, 20)
        assert all((community.sink.first_for(home) or 0) - pressed < FIVE_SECONDS for home in ("home-1", "home-2"))
        assert community.board()["journal"]["why"] == (
            "The database does not answer; calls for help are being made from the journal."
        )
    wait_for("the alert", lambda: "journalled" in _log_if_open(community, "home-1"), 20)
    wait_for("the acknowledgement", lambda: community.board()["journal"]["ok"] is True, 20)

    for home in ("home-1", "home-2"):
        log = community.log(home)
        assert [log.count(what) for what in ("opened", "called", "notice_sent", "journalled")] == [1, 1, 1, 1]
        assert list(community.keys(home).values()) == [1]
    assert httpx.post(community.sink.links_for("home-1")["accept"], timeout=10).status_code == 200
    assert community.running.alerts("home-1")[0]["state"] == "accepted"


def test_killed_while_it_calls_linli_opens_the_alert_from_the_journal_at_its_next_start(community: Community) -> None:
    """The demo broker dies with linli, so the message itself is lost."""
    with held_by_another(community.program.data):
        community.gateway().publish("linli/v1/garden/home-1/button/sos", b"pressed")
        wait_for("the phone", lambda: community.sink.first_for("home-1") is not None, 20)
        journal = community.program.data / "journal" / "journal"
        wait_for("the answer is written", lambda: b'"answered"' in journal.read_bytes(), 5)
        community.program.kill()
    community.program.start()
    wait_for("the alert", lambda: "journalled" in _log_if_open(community, "home-1"), 20)

    assert community.log("home-1").count("notice_sent") == 1
    assert list(community.keys("home-1").values()) == [1]
    with sqlite3.connect(community.program.data / "care.db") as care:
        assert care.execute("SELECT count(*) FROM alerts WHERE home = 'home-1'").fetchone() == (1,)


def _log_if_open(community: Community, home: str) -> list[str]:
    return community.log(home) if community.running.alerts(home) else []
