"""What the gateway asks the broker for: linli's own topics always, those of the device list as long as they are listed."""

from collections.abc import Sequence

import pytest

from ingest.gateway import TOPICS, Gateway, Ticket
from linli.clock import VirtualClock
from linli.health import Health
from linli.mqtt_url import MqttUrl
from tests.cast import EIGHT


class FakeClient:
    """Takes the place of paho's client and remembers what it was asked for."""

    def __init__(self) -> None:
        self.connected = True
        self.asked: list[str] = []
        self.largest = 0

    def is_connected(self) -> bool:
        return self.connected

    def subscribe(self, topics: Sequence[tuple[str, int]]) -> tuple[int, int]:
        self.largest = max(self.largest, len(topics))
        self.asked += [f"+ {topic} {qos}" for topic, qos in topics]
        return 0, 1

    def acknowledge(self, packets: Sequence[int]) -> None:
        self.asked += [f"ack {packet}" for packet in packets]

    def unsubscribe(self, topics: Sequence[str]) -> None:
        self.asked += [f"- {topic}" for topic in topics]


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def gateway(client: FakeClient) -> Gateway:
    clock = VirtualClock(EIGHT)
    made = Gateway(
        MqttUrl("127.0.0.1", 1),
        "linli",
        lambda _, __: True,
        clock,
        Health(clock),
        found=lambda: None,
        lost=lambda: None,
    )
    made._client = client  # type: ignore[assignment]
    return made


def test_a_topic_that_is_listed_is_asked_for_once_and_given_up_when_it_is_no_more(
    gateway: Gateway, client: FakeClient
) -> None:
    gateway.listen_to(["zigbee2mqtt/a/#"])
    gateway.listen_to(["zigbee2mqtt/a/#", "zigbee2mqtt/b/#"])
    gateway.listen_to(["zigbee2mqtt/b/#"])

    assert client.asked == ["+ zigbee2mqtt/a/# 1", "+ zigbee2mqtt/b/# 1", "- zigbee2mqtt/a/#"]


def test_without_a_connection_nothing_is_asked_for_and_nothing_fails(gateway: Gateway, client: FakeClient) -> None:
    client.connected = False
    gateway.listen_to(["zigbee2mqtt/a/#"])
    gateway.listen_to([])

    assert client.asked == []


def test_many_topics_are_asked_for_in_small_packets(gateway: Gateway, client: FakeClient) -> None:
    gateway.listen_to(f"zigbee2mqtt/{number}/#" for number in range(1001))

    assert len(client.asked) == 1001
    assert client.largest <= 200


def test_linlis_own_topics_are_not_among_those_that_are_given_up(gateway: Gateway, client: FakeClient) -> None:
    gateway.listen_to(["zigbee2mqtt/a/#"])
    gateway.listen_to([])

    assert f"- {TOPICS}" not in client.asked


def test_what_came_without_a_packet_is_not_acknowledged(gateway: Gateway, client: FakeClient) -> None:
    gateway.acknowledge(Ticket(0, [0]))
    gateway.acknowledge(Ticket(0, [0, 7, 0, 9]))

    assert client.asked == ["ack 7", "ack 9"]
