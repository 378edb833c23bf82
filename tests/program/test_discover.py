"""From a bridge that speaks to a button that rings, with `linli discover` alone and linli running all the time."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from bench.program import LINLI, wait_for
from bench.publisher import Publisher
from tests.program.conftest import Running

BUTTON = "zigbee2mqtt-home-31/help button"
BRIDGE = [
    {"type": "Coordinator", "friendly_name": "Coordinator", "ieee_address": "0x00"},
    {
        "type": "EndDevice",
        "friendly_name": "help button",
        "ieee_address": "0x01",
        "definition": {
            "model": "HB-1",
            "vendor": "Example",
            "description": "Emergency button",
            "exposes": [{"type": "enum", "name": "action", "property": "action", "values": ["emergency"], "access": 1}],
        },
    },
]


def discover(running: Running, *words: str) -> "subprocess.Popen[str]":
    """Start the command on the data of the running linli."""
    program = [*LINLI, "discover", *words, "--data", str(running.program.data)]
    return subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heard(running: Running, gateway: Publisher) -> list[dict[str, Any]]:
    """Listen for some seconds while the bridge speaks."""
    listening = discover(running, "--seconds", "5", "--json")

    def speaks() -> bool:
        gateway.publish("zigbee2mqtt-home-31/bridge/devices", json.dumps(BRIDGE).encode())
        gateway.publish(BUTTON, b'{"action":"","battery":80,"linkquality":90}')
        return listening.poll() is not None

    wait_for("it has listened", speaks, 30, 0.5)
    told, wrong = listening.communicate()
    assert listening.returncode == 0, wrong
    found: list[dict[str, Any]] = json.loads(told)
    return found


def said(running: Running, words: Sequence[str], status: int = 0) -> str:
    done = discover(running, *words)
    told, wrong = done.communicate(timeout=60)
    assert done.returncode == status, wrong
    return told if status == 0 else wrong


@pytest.fixture
def gateway(with_mosquitto: Running) -> Iterator[Publisher]:
    publisher = Publisher(with_mosquitto.program.mqtt_port, "garden", with_mosquitto.password, "bridge")
    publisher.wait_connected()
    yield publisher
    publisher.close()


@pytest.mark.broker
def test_what_speaks_is_shown_listed_in_one_step_rings_and_can_be_taken_out_again(
    with_mosquitto: Running, gateway: Publisher
) -> None:
    (button,) = [one for one in heard(with_mosquitto, gateway) if one["topic"] == BUTTON]
    assert (button["ecosystem"], button["role"], button["battery"]) == ("Zigbee2MQTT", "sos", 80)
    assert button["reasons"]

    listed = said(
        with_mosquitto, ["--map", BUTTON, "--home", "home-31", "--room", "bedroom", "--role", str(button["role"])]
    )
    assert listed.startswith("home-31/")

    def rings() -> bool:
        gateway.publish(BUTTON, b'{"action":"emergency","battery":80}')
        return bool(with_mosquitto.alerts("home-31"))

    wait_for("the alert", rings, 20, 0.5)
    assert with_mosquitto.alerts("home-31")[0]["kind"] == "sos"
    assert BUTTON not in [one["topic"] for one in heard(with_mosquitto, gateway)]

    undo = listed.strip().splitlines()[-1].rpartition("--unmap ")[2]
    assert said(with_mosquitto, ["--unmap", undo]).startswith("no longer listed")
    assert BUTTON in [one["topic"] for one in heard(with_mosquitto, gateway)]


@pytest.mark.broker
def test_what_cannot_be_listed_is_said_with_what_to_do(with_mosquitto: Running) -> None:
    assert "--role" in said(with_mosquitto, ["--map", BUTTON, "--home", "home-31"], 2)
    wrong_home = ["--map", BUTTON, "--home", "nobody-s", "--role", "sos"]
    assert "nobody-s" in said(with_mosquitto, wrong_home, 1)
    assert "not both" in said(with_mosquitto, ["--map", BUTTON, "--unmap", "home-31/x"], 2)


@pytest.mark.broker
def test_a_broker_that_does_not_answer_is_said(with_mosquitto: Running) -> None:
    assert "cannot be reached" in said(with_mosquitto, ["--seconds", "1", "--mqtt", "mqtt://127.0.0.1:9"], 1)


@pytest.mark.broker
def test_a_broker_that_says_no_is_told_from_one_that_is_not_there(with_mosquitto: Running) -> None:
    other = f"mqtt://linli:wrong@127.0.0.1:{with_mosquitto.program.mqtt_port}"

    assert "name the folder that linli runs in" in said(with_mosquitto, ["--seconds", "1", "--mqtt", other], 1)
