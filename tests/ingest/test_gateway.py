"""What the gateway asks the broker for: linli's own topics always, those of the device list as long as they are listed."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from paho.mqtt.client import ConnectFlags, DisconnectFlags
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from bench.broker import ExternalMosquitto
from bench.program import wait_for, wait_for_port
from bench.publisher import Publisher
from ingest.asked_topics import AskedTopics
from ingest.gateway import Gateway, Ticket
from ingest.intake import Arrived
from linli.clock import VirtualClock
from linli.health import Health
from linli.mqtt_url import MqttUrl
from linli.wire import ALL_SITES
from linli.words import Sentence
from tests.cast import EIGHT


class FakeClient:
    """Takes the place of paho's client and remembers what it was asked for."""

    def __init__(self) -> None:
        self.connected = True
        self.asked: list[str] = []
        self.largest = 0
        self.packets: list[int] = []
        self.given_up: list[int] = []

    def is_connected(self) -> bool:
        return self.connected

    def subscribe(self, topics: Sequence[tuple[str, int]]) -> tuple[int, int]:
        self.largest = max(self.largest, len(topics))
        self.asked += [f"+ {topic} {qos}" for topic, qos in topics]
        self.packets.append(len(self.packets) + 1)
        return 0, self.packets[-1]

    def connect(self, gateway: Gateway, *, session_present: bool = False) -> None:
        """Let the broker let linli in."""
        accepted = ReasonCode(PacketTypes.CONNACK, "Success")
        gateway._on_connect(self, None, ConnectFlags(session_present), accepted, None)  # type: ignore[arg-type]

    def disconnect(self, gateway: Gateway) -> None:
        """Lose the connection."""
        self.connected = False
        lost = ReasonCode(PacketTypes.DISCONNECT, "Unspecified error")
        gateway._on_disconnect(self, None, DisconnectFlags(is_disconnect_packet_from_server=False), lost, None)  # type: ignore[arg-type]

    def answer(self, gateway: Gateway, packet: int, reasons: list[ReasonCode]) -> None:
        """Let the broker say what it grants."""
        gateway._on_subscribe(self, None, packet, reasons, None)  # type: ignore[arg-type]

    def acknowledge(self, packets: Sequence[int]) -> None:
        self.asked += [f"ack {packet}" for packet in packets]

    def unsubscribe(self, topics: Sequence[str]) -> tuple[int, int]:
        self.asked += [f"- {topic}" for topic in topics]
        self.given_up.append(1001 + len(self.given_up))
        return 0, self.given_up[-1]

    def give_up(self, gateway: Gateway, packet: int) -> None:
        """Let the broker say that it has given something up."""
        gateway._on_unsubscribe(self, None, packet, [], None)  # type: ignore[arg-type]


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
def gateway(client: FakeClient, health: Health, tmp_path: Path) -> Gateway:
    clock = VirtualClock(EIGHT)
    made = Gateway(
        MqttUrl("127.0.0.1", 1),
        "linli",
        lambda _, __: True,
        clock,
        health,
        found=lambda: client.asked.append("found"),
        lost=lambda: None,
        asked=AskedTopics(tmp_path / "asked.json"),
    )
    made._client = client  # type: ignore[assignment]
    return made


def test_a_topic_that_is_listed_is_asked_for_once_and_given_up_when_it_is_no_more(
    gateway: Gateway, client: FakeClient
) -> None:
    gateway.listen_to(own=[ALL_SITES], others=["zigbee2mqtt/a/#"])
    gateway.listen_to(own=[ALL_SITES], others=["zigbee2mqtt/a/#", "zigbee2mqtt/b/#"])
    gateway.listen_to(own=[ALL_SITES], others=["zigbee2mqtt/b/#"])

    assert client.asked == ["+ zigbee2mqtt/a/# 1", "+ zigbee2mqtt/b/# 1", "- zigbee2mqtt/a/#"]


def test_without_a_connection_nothing_is_asked_for_and_nothing_fails(gateway: Gateway, client: FakeClient) -> None:
    client.connected = False
    gateway.listen_to(own=[ALL_SITES], others=["zigbee2mqtt/a/#"])
    gateway.listen_to(own=[ALL_SITES], others=[])

    assert client.asked == []


def test_many_topics_are_asked_for_in_small_packets(gateway: Gateway, client: FakeClient) -> None:
    gateway.listen_to(own=[ALL_SITES], others=[f"zigbee2mqtt/{number}/#" for number in range(1001)])

    assert len(client.asked) == 1001
    assert client.largest <= 200


def test_linlis_own_topics_are_not_among_those_that_are_given_up(gateway: Gateway, client: FakeClient) -> None:
    gateway.listen_to(own=[ALL_SITES], others=["zigbee2mqtt/a/#"])
    gateway.listen_to(own=[ALL_SITES], others=[])

    assert f"- {ALL_SITES}" not in client.asked


GARDEN, RIVER = "linli/v1/garden/#", "linli/v1/river/#"
SHED = "zigbee2mqtt/shed/#"
GRANTED, REFUSED = (ReasonCode(PacketTypes.SUBACK, identifier=code) for code in (1, 128))


def test_a_site_is_asked_for_before_another_is_given_up(gateway: Gateway, client: FakeClient) -> None:
    gateway.listen_to(own=[GARDEN], others=["zigbee2mqtt/a/#"])
    gateway.listen_to(own=[RIVER], others=["zigbee2mqtt/a/#"])

    assert client.asked == [
        f"+ {GARDEN} 1", "+ zigbee2mqtt/a/# 1", f"- {ALL_SITES}", f"+ {RIVER} 1", f"- {GARDEN}"
    ]  # fmt: skip


def test_what_was_asked_for_and_given_up_without_a_connection_is_given_up_at_the_next(
    gateway: Gateway, client: FakeClient
) -> None:
    gateway.listen_to(own=[GARDEN, RIVER], others=["zigbee2mqtt/a/#", SHED])
    client.connected = False
    gateway.listen_to(own=[GARDEN], others=["zigbee2mqtt/a/#"])
    client.connected, client.asked = True, []
    client.connect(gateway)

    assert client.asked == [
        f"+ {GARDEN} 1", "+ zigbee2mqtt/a/# 1", f"- {ALL_SITES}", f"- {RIVER}", f"- {SHED}"
    ]  # fmt: skip


def test_what_the_broker_gave_up_is_not_given_up_at_every_connection(gateway: Gateway, client: FakeClient) -> None:
    client.connected = False
    gateway.listen_to(own=[GARDEN], others=[SHED])
    gateway.listen_to(own=[GARDEN], others=[])
    client.connected = True
    client.connect(gateway)
    client.give_up(gateway, client.given_up[-1])
    client.asked = []
    client.connect(gateway)

    assert client.asked == [f"+ {GARDEN} 1"]


def test_what_is_listed_again_before_the_broker_gave_it_up_is_known_to_be_asked_for(
    gateway: Gateway, client: FakeClient
) -> None:
    gateway.listen_to(own=[GARDEN], others=[SHED])
    gateway.listen_to(own=[GARDEN], others=[])
    (_, given_up) = client.given_up
    gateway.listen_to(own=[GARDEN], others=[SHED])
    client.give_up(gateway, given_up)
    client.connected = False
    gateway.listen_to(own=[GARDEN], others=[])
    client.connected, client.asked = True, []
    client.connect(gateway)

    assert f"- {SHED}" in client.asked


def test_linli_hears_once_the_broker_has_answered_for_all_of_its_sites(
    gateway: Gateway, client: FakeClient, health: Health
) -> None:
    client.connected = False
    gateway.listen_to(own=[f"linli/v1/s-{number:03}/#" for number in range(201)], others=[])
    client.connected = True
    client.connect(gateway)
    first, second = client.packets

    client.answer(gateway, second, [GRANTED])
    assert health.troubles()
    assert "found" not in client.asked
    client.answer(gateway, first, [GRANTED] * 200)
    assert not health.troubles()
    assert "found" in client.asked


def test_a_site_that_the_broker_refuses_is_named_and_the_others_are_heard(
    gateway: Gateway, client: FakeClient, health: Health
) -> None:
    gateway.listen_to(own=[GARDEN, RIVER], others=[])
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [GRANTED, REFUSED])

    (trouble,) = health.troubles()
    assert trouble.why.fields == {"topics": RIVER}
    assert "found" in client.asked
    gateway.listen_to(own=[GARDEN], others=[])
    assert not health.troubles()


def test_where_all_is_refused_nothing_is_heard(gateway: Gateway, client: FakeClient, health: Health) -> None:
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [REFUSED])

    assert health.troubles()
    assert "found" not in client.asked


def test_a_site_that_is_refused_at_run_time_is_named_too(gateway: Gateway, client: FakeClient, health: Health) -> None:
    gateway.listen_to(own=[GARDEN], others=[])
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [GRANTED])
    gateway.listen_to(own=[GARDEN, RIVER], others=[])
    client.answer(gateway, client.packets[-1], [REFUSED])

    assert [trouble.why.fields for trouble in health.troubles()] == [{"topics": RIVER}]


def test_a_broker_that_kept_the_session_is_heard_before_it_answers(
    gateway: Gateway, client: FakeClient, health: Health
) -> None:
    client.connect(gateway, session_present=True)

    assert not health.troubles()
    assert "found" in client.asked


def test_a_roster_that_changes_while_the_connection_is_lost_makes_nothing_heard(
    gateway: Gateway, client: FakeClient, health: Health
) -> None:
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [GRANTED])
    client.disconnect(gateway)
    client.asked = []
    gateway.listen_to(own=[GARDEN], others=[])

    assert health.troubles()
    assert "found" not in client.asked


def test_what_was_refused_once_and_is_granted_at_the_next_connection_is_heard(
    gateway: Gateway, client: FakeClient, health: Health
) -> None:
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [REFUSED])
    client.connect(gateway)
    client.answer(gateway, client.packets[-1], [GRANTED])

    assert not health.troubles()
    assert "found" in client.asked


def test_without_a_site_there_is_nothing_to_be_granted(gateway: Gateway, client: FakeClient, health: Health) -> None:
    gateway.listen_to(own=[], others=[])
    client.connect(gateway)

    assert not health.troubles()


@pytest.mark.broker
def test_a_broker_forgets_a_site_and_a_device_that_were_taken_out_while_linli_was_stopped(tmp_path: Path) -> None:
    broker = ExternalMosquitto(tmp_path / "broker")
    broker.start()
    wait_for_port(broker.port)
    publisher = Publisher(broker.port, "bench", "")
    publisher.wait_connected()
    heard: list[str] = []
    for own, others in (([GARDEN, RIVER], [SHED]), ([GARDEN], [])):
        listening = _listening(broker.port, tmp_path / "asked.json", own, others, heard)
        heard.clear()
        for topic in (
            "linli/v1/river/home-7/hall/motion",
            "zigbee2mqtt/shed/a/b",
            "linli/v1/garden/home-7/hall/motion",
        ):
            publisher.publish(topic, b"on")
        wait_for("the garden is heard", lambda: "garden" in heard, 10)
        listening.stop()
    publisher.close()
    broker.stop()

    assert heard == ["garden"]


def _listening(port: int, asked: Path, own: Sequence[str], others: Sequence[str], heard: list[str]) -> Gateway:
    clock, hears, has_given_up = VirtualClock(EIGHT), threading.Event(), threading.Event()

    def deliver(messages: Sequence[Arrived], ticket: Ticket) -> bool:
        heard.extend(message.topic.split("/")[2] for message in messages)
        made.acknowledge(ticket)
        return True

    made = Gateway(
        MqttUrl("127.0.0.1", port), "linli", deliver, clock, Health(clock),
        found=hears.set, lost=hears.clear, asked=AskedTopics(asked),
    )  # fmt: skip
    made.listen_to(own=own, others=others)
    made._client.on_unsubscribe = lambda *_: has_given_up.set()
    made.start()
    assert hears.wait(10)
    assert has_given_up.wait(10)
    return made


def test_what_came_without_a_packet_is_not_acknowledged(gateway: Gateway, client: FakeClient) -> None:
    gateway.acknowledge(Ticket(0, [0]))
    gateway.acknowledge(Ticket(0, [0, 7, 0, 9]))

    assert client.asked == ["ack 7", "ack 9"]
