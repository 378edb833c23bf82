"""What the gateway asks the broker for: linli's own topics always, those of the device list as long as they are listed."""

from collections.abc import Sequence

import pytest
from paho.mqtt.client import ConnectFlags
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from ingest.gateway import ALL, Gateway, Ticket
from linli.clock import VirtualClock
from linli.health import Health
from linli.mqtt_url import MqttUrl
from linli.words import Sentence
from tests.cast import EIGHT


class FakeClient:
    """Takes the place of paho's client and remembers what it was asked for."""

    def __init__(self) -> None:
        self.connected = True
        self.asked: list[str] = []
        self.largest = 0
        self.packets: list[int] = []

    def is_connected(self) -> bool:
        return self.connected

    def subscribe(self, topics: Sequence[tuple[str, int]]) -> tuple[int, int]:
        self.largest = max(self.largest, len(topics))
        self.asked += [f"+ {topic} {qos}" for topic, qos in topics]
        self.packets.append(len(self.packets) + 1)
        return 0, self.packets[-1]

    def connect(self, gateway: Gateway) -> None:
        """Let the broker let linli in."""
        accepted = ReasonCode(PacketTypes.CONNACK, "Success")
        gateway._on_connect(self, None, ConnectFlags(session_present=False), accepted, None)  # type: ignore[arg-type]

    def answer(self, gateway: Gateway, packet: int, reasons: list[ReasonCode]) -> None:
        """Let the broker say what it grants."""
        gateway._on_subscribe(self, None, packet, reasons, None)  # type: ignore[arg-type]

    def acknowledge(self, packets: Sequence[int]) -> None:
        self.asked += [f"ack {packet}" for packet in packets]

    def unsubscribe(self, topics: Sequence[str]) -> None:
        self.asked += [f"- {topic}" for topic in topics]


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def health() -> Health:
    """In trouble, as before the first connection."""
    made = Health(VirtualClock(EIGHT))
    made.trouble("broker", Sentence("Not connected to the broker yet."))
    return made


@pytest.fixture
def gateway(client: FakeClient, health: Health) -> Gateway:
    clock = VirtualClock(EIGHT)
    made = Gateway(
        MqttUrl("127.0.0.1", 1),
        "linli",
        lambda _, __: True,
        clock,
        health,
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

    assert f"- {ALL}" not in client.asked


def test_where_a_broker_is_shared_only_ones_own_sites_are_asked_for(gateway: Gateway, client: FakeClient) -> None:
    gateway.listen_to(["zigbee2mqtt/a/#"], ["linli/v1/garden/#"])
    gateway.listen_to(["zigbee2mqtt/a/#"], ["linli/v1/garden/#", "linli/v1/river/#"])

    assert client.asked == [
        f"- {ALL}", "+ linli/v1/garden/# 1", "+ zigbee2mqtt/a/# 1", "+ linli/v1/river/# 1"
    ]  # fmt: skip


GRANTED, REFUSED = (ReasonCode(PacketTypes.SUBACK, identifier=code) for code in (1, 128))


def test_linli_hears_once_all_of_its_own_topics_are_granted(
    gateway: Gateway, client: FakeClient, health: Health
) -> None:
    gateway.listen_to([], [f"linli/v1/s-{number:03}/#" for number in range(201)])
    client.connect(gateway)
    first, second = client.packets[-2:]

    client.answer(gateway, second, [GRANTED])
    assert health.troubles()
    client.answer(gateway, first, [GRANTED] * 200)
    assert not health.troubles()


def test_a_site_that_the_broker_refuses_is_named(gateway: Gateway, client: FakeClient, health: Health) -> None:
    gateway.listen_to([], ["linli/v1/garden/#", "linli/v1/river/#"])
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [GRANTED, REFUSED])

    (trouble,) = health.troubles()
    assert trouble.why.fields == {"topics": "linli/v1/river/#"}


def test_without_a_site_there_is_nothing_to_be_granted(gateway: Gateway, client: FakeClient, health: Health) -> None:
    gateway.listen_to([], [])
    client.connect(gateway)

    assert not health.troubles()


def test_what_came_without_a_packet_is_not_acknowledged(gateway: Gateway, client: FakeClient) -> None:
    gateway.acknowledge(Ticket(0, [0]))
    gateway.acknowledge(Ticket(0, [0, 7, 0, 9]))

    assert client.asked == ["ack 7", "ack 9"]
