"""A running linli for the tests of the whole program; one for all tests with the same broker."""

from collections.abc import Iterator

import pytest

from bench.program import Neighbourhood, Program
from bench.sink import Sink
from tests.needs import need

HOMES = 40


class Running:
    """A program, where its webhooks arrive, and how its gateway gets in."""

    def __init__(self, program: Program, sink: Sink) -> None:
        self.program = program
        self.sink = sink
        self.api = program.api()
        self.password = program.command("token", "--role", "gateway", "--person", "garden")

    def alerts(self, home: str) -> list[dict[str, object]]:
        """Return a home's alerts, newest first."""
        found: list[dict[str, object]] = self.api.get("/alerts", params={"home": home}).json()
        return found


def _running(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    sink = Sink()
    program = Program(tmp_path_factory.mktemp(broker), broker=broker)
    program.settle(Neighbourhood(HOMES, webhook=sink.url))
    program.start()
    running = Running(program, sink)
    yield running
    running.api.close()
    assert program.stop() == 0
    sink.close()


@pytest.fixture(scope="session")
def with_mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Linli with a Mosquitto of its own."""
    need("broker")
    yield from _running("mosquitto", tmp_path_factory)


@pytest.fixture(scope="session")
def with_demo_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Linli with the broker that needs nothing."""
    yield from _running("demo", tmp_path_factory)


@pytest.fixture(params=[pytest.param("with_mosquitto", marks=pytest.mark.broker), "with_demo_broker"])
def running(request: pytest.FixtureRequest) -> Running:
    """Linli with either broker."""
    found: Running = request.getfixturevalue(request.param)
    return found
