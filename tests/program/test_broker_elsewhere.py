"""linli beside the Mosquitto of `deploy/`: whom the roster names is let in there, and heard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.program import Neighbourhood, Program, wait_for
from bench.publisher import Publisher
from linli.errors import LinliError
from linli.keys import Keys
from linli.own_broker import elsewhere
from linli.settings import Settings
from tests.deployed import DeployedMosquitto


@pytest.fixture
def deployed(tmp_path: Path) -> Iterator[DeployedMosquitto]:
    broker = DeployedMosquitto(tmp_path)
    yield broker
    broker.stop()


@pytest.mark.broker
def test_a_press_is_heard_by_way_of_a_broker_elsewhere_also_while_linli_is_restarted(
    deployed: DeployedMosquitto, tmp_path: Path
) -> None:
    program = Program(
        tmp_path, mqtt=f"mqtt://127.0.0.1:{deployed.port}", environment={"LINLI_MQTT_ACCOUNTS": str(deployed.accounts)}
    )
    program.settle(Neighbourhood(2))
    deployed.start()
    program.start()
    password = program.command("token", "--role", "gateway", "--person", "garden")
    publisher = Publisher(deployed.port, "garden", password)
    try:
        publisher.wait_connected()
        publisher.publish("linli/v1/garden/home-0/button/sos", b"pressed")
        _is_told_of(program, "home-0")

        assert program.stop() == 0
        publisher.publish("linli/v1/garden/home-1/button/sos", b"pressed")
        program.start()

        _is_told_of(program, "home-1")
    finally:
        publisher.close()
        program.stop()


def _is_told_of(program: Program, home: str) -> None:
    with program.api() as api:
        wait_for("the alert", lambda: bool(api.get("/alerts", params={"home": home}).json()), 15)


def test_accounts_without_a_broker_are_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match="say in mqtt where"):
        elsewhere(Settings(data=tmp_path, mqtt_accounts=str(tmp_path)), Keys(b"a secret of these tests"))
