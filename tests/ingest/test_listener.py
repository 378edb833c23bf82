"""Strangers are listened for while somebody looks, on a connection of its own, and never at the cost of what is ours."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.accounts import LINLI_USER, gateway_account, linli_account
from ingest.mosquitto import Mosquitto
from ingest.strangers.listener import LISTENED, MOST_A_SECOND, Listener
from linli.clock import VirtualClock
from linli.mqtt_url import MqttUrl
from linli.people import Roster
from tests.cast import EIGHT, GARDEN
from tests.ingest.mqtt_clients import HOST, MqttClient, free_port, wait_until

pytestmark = pytest.mark.broker

NOBODY = Roster()


class House:
    """A broker with a bridge that speaks at it, and a listener that nobody has asked for anything yet."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.clock = VirtualClock(EIGHT)
        self.listener = Listener(MqttUrl(HOST, port, LINLI_USER, "of linli"), self.clock)
        self.bridge = MqttClient(port, GARDEN, "of garden", f"{GARDEN}-bridge")

    def found(self) -> list[str]:
        return sorted(one.topic for one in self.listener.found(NOBODY).strangers)

    def is_connected(self) -> bool:
        return self.listener.is_connected

    def listen(self) -> None:
        self.listener.listen()
        wait_until(self.is_connected, "it is connected")
        self.hears("zigbee2mqtt/known")

    def hears(self, topic: str, payload: object = None) -> None:
        """Speak until it is heard: the subscription may come after the connection."""

        def is_heard() -> bool:
            self.bridge.publish(topic, json.dumps(payload or {"occupancy": True}))
            return topic in self.found()

        wait_until(is_heard, f"{topic} is heard")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    port = free_port()
    broker = Mosquitto(tmp_path / "broker", host=HOST, port=port)
    broker.apply((linli_account("of linli"), gateway_account(GARDEN, "of garden", ("#",))))
    broker.start()
    made = House(port)
    yield made
    made.listener.stop()
    made.bridge.close()
    broker.stop()


def test_nobody_is_listened_to_until_somebody_looks(house: House) -> None:
    house.bridge.publish("zigbee2mqtt/x", '{"occupancy": true}')

    assert not house.is_connected()
    assert house.listener.found(NOBODY).since is None
    house.listen()
    assert house.listener.found(NOBODY).since == EIGHT
    assert house.found() == ["zigbee2mqtt/known"]


def test_it_rests_an_hour_after_the_last_look_and_forgets_what_it_heard(house: House) -> None:
    house.listen()
    house.clock.advance(LISTENED - timedelta(minutes=1))
    house.listener.rest()
    assert house.is_connected()

    house.listener.listen()
    house.clock.advance(LISTENED - timedelta(minutes=1))
    house.listener.rest()
    assert house.is_connected()

    house.clock.advance(timedelta(minutes=1))
    house.listener.rest()
    assert not house.is_connected()
    assert house.listener.found(NOBODY).since is None
    assert not any(LINLI_USER in thread.name for thread in threading.enumerate())
    house.listener.listen()
    wait_until(house.is_connected, "it listens anew")
    assert house.found() == []


def test_a_bridge_with_a_name_of_its_own_is_listened_to_once_it_says_that_it_is_there(house: House) -> None:
    house.listen()
    house.bridge.publish("zigbee2mqtt-north/x", '{"occupancy": true}')
    house.bridge.publish("zigbee2mqtt-north/bridge/state", "online")
    house.hears("zigbee2mqtt-north/y")

    assert "zigbee2mqtt-north/x" not in house.found()


def test_made_up_bridges_are_not_all_listened_to(house: House) -> None:
    house.listen()
    for number in range(30):
        house.bridge.publish(f"zigbee2mqtt-{number}/bridge/state", "online")
    house.hears("zigbee2mqtt-3/x")

    house.bridge.publish("zigbee2mqtt-29/x", '{"occupancy": true}')
    house.hears("zigbee2mqtt/last")
    assert "zigbee2mqtt-29/x" not in house.found()


def test_a_flood_is_passed_over(house: House) -> None:
    taken = [house.listener._has_time() for _ in range(10 * MOST_A_SECOND)]

    assert all(taken[:MOST_A_SECOND])
    assert not all(taken)


def test_a_broker_that_says_no_is_told_as_the_broker_says_it(house: House) -> None:
    wrong = Listener(MqttUrl(HOST, house.port, LINLI_USER, "guessed"), house.clock)
    wrong.listen()

    wait_until(lambda: wrong.refusal, "the broker says no")
    assert not wrong.is_connected
    wrong.stop()
