"""linli's own test calls through a real broker and a real channel, and what becomes of it when a part stands still.

A round may take four seconds here instead of sixty; what is noticed within 3/4 of that is noticed within 45 s there.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bench.program import Neighbourhood, Program, free_port, wait_for
from bench.sink import Sink
from linli.app import App, Asked
from linli.clock import SystemClock
from linli.data_dir import DataDir
from linli.people import Care, Channel, Person, Role, Scope
from linli.settings import load
from linli.store import roster as roster_store
from tests.cast import DEVICES, GARDEN, HOMES
from tests.needs import need

WITHIN = 4
PATIENCE = 30
"""Seconds after which a test gives up; this machine may be busy."""
QUICK = {"LINLI_CANARY_MINUTES": "0.05", "LINLI_CANARY_WITHIN_SECONDS": str(WITHIN)}


def canary_of(program: Program) -> bool | None:
    """Return whether the canary comes back, None while nothing is known of it."""
    parts = httpx.get(f"{program.url}/readyz", timeout=10).json()["parts"]
    return bool(parts["canary"]["ok"]) if "canary" in parts else None


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A linli with a Mosquitto of its own and a quick canary."""
    need("broker")
    made = Program(tmp_path, environment=QUICK)
    made.settle(Neighbourhood(3))
    made.start()
    yield made
    made.stop()


@pytest.mark.broker
def test_a_broker_that_stands_still_is_noticed_and_forgiven(program: Program) -> None:
    wait_for("a round comes back", lambda: canary_of(program) is True, PATIENCE)
    with program.api() as api:
        assert api.get("/alerts").json() == []
        assert len(api.get("/homes").json()) == 3
        broker = int((program.data / "mosquitto" / "mosquitto.pid").read_text(encoding="ascii").split()[0])
        os.kill(broker, signal.SIGSTOP)
        try:
            wait_for("it is noticed", lambda: canary_of(program) is False, PATIENCE)
            wait_for("staff are told", lambda: _kinds(api) == ["system"], PATIENCE)
        finally:
            os.kill(broker, signal.SIGCONT)
        wait_for("it is forgiven", lambda: canary_of(program) is True, PATIENCE)
        wait_for("the alarm ends", lambda: api.get("/alerts", params={"state": "open"}).json() == [], PATIENCE)


def _kinds(api: httpx.Client) -> list[str]:
    return [alert["kind"] for alert in api.get("/alerts", params={"state": "open"}).json()]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Where the canary's messages and those to staff arrive."""
    made = Sink()
    yield made
    made.close()


@pytest.fixture
def app(tmp_path: Path, sink: Sink) -> Iterator[App]:
    """A linli with the built-in broker in this process, whose canary calls a service outside."""
    settings = load(
        {
            "data": tmp_path,
            "http": f"127.0.0.1:{free_port()}",
            "mqtt_listen": f"127.0.0.1:{free_port()}",
            "broker": "demo",
            "canary_minutes": 0.05,
            "canary_within_seconds": WITHIN,
            "canary_url": f"{sink.url}/canary",
        },
        {},
    )
    made = App(settings, DataDir(tmp_path), SystemClock(), asked=Asked(mqtt_listen=True), say=print)
    way = Channel("lin-0", "lin", "webhook", f"{sink.url}/lin")
    lin = Person("lin", Role.STAFF, cares=(Care(Scope.SITE, GARDEN),), channels=(way,))
    with made.core.care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, [lin])
    made.core.refresh()
    made.start()
    yield made
    made.stop()


def test_a_sender_that_stands_still_is_noticed_and_staff_hear_of_it_without_it(app: App, sink: Sink) -> None:
    assert app.watching is not None
    watchman = app.watching.watchman
    wait_for("a round comes back", lambda: watchman.is_well, PATIENCE)
    assert not _to_staff(sink)
    app.core.sender.stop()
    wait_for("it is noticed", lambda: "canary" in {one.part for one in app.core.health.troubles()}, PATIENCE)
    wait_for("staff are told", lambda: bool(_to_staff(sink)), PATIENCE)
    app.core.sender.start()
    wait_for("it is forgiven", lambda: watchman.is_well, PATIENCE)


def _to_staff(sink: Sink) -> list[str]:
    return [key for key in sink.keys if ".direct.lin." in key]
