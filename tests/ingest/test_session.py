"""A session reads what one read brought, whole or cut anywhere, and acknowledges many messages at once."""

import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.enums import MQTTErrorCode

from bench.flood import packet, publish
from ingest.intake import Arrived
from ingest.packets import UNREADABLE, bounds, published
from ingest.session import Session
from linli.clock import VirtualClock
from tests.cast import EIGHT

TOPIC = "linli/v1/garden/home-7/pir/motion"
CONNACK = b"\x20\x02\x00\x00"
SUBACK = b"\x90\x03\x00\x01\x01"
PATIENCE_SECONDS = 10


class Line:
    """A broker's end of a line, and the session at the other."""

    def __init__(self) -> None:
        self.taken: list[Arrived] = []
        self.reads: list[int] = []
        self.session = Session("linli", self._take, VirtualClock(EIGHT))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.lines: list[socket.socket] = []
        self.thread = threading.Thread(target=self.session.loop_forever, daemon=True)

    def _take(self, messages: Sequence[Arrived]) -> None:
        self.reads.append(len(messages))
        self.taken.extend(messages)

    def accept(self) -> socket.socket:
        """Let the session in."""
        line, _ = self.listener.accept()
        self.lines.append(line)
        line.settimeout(PATIENCE_SECONDS)
        assert line.recv(1024)[0] == 0x10
        line.sendall(CONNACK)
        return line


@pytest.fixture
def line() -> Iterator[Line]:
    """Give a line that is not connected yet, and hang up at the end."""
    made = Line()
    made.session.reconnect_delay_set(1, 1)
    made.session.connect_async("127.0.0.1", made.listener.getsockname()[1])
    made.thread.start()
    yield made
    made.session.disconnect()
    for one in (made.listener, *made.lines):
        one.close()
    made.thread.join(PATIENCE_SECONDS)
    assert not made.thread.is_alive()


def sent(*numbers: int) -> bytes:
    """Return packets of so many messages, each saying its number."""
    return b"".join(publish(TOPIC, str(number).encode(), number - 1) for number in numbers)


def wait_for(line: Line, count: int) -> None:
    """Wait until so many messages came."""
    waiting = threading.Event()
    for _ in range(PATIENCE_SECONDS * 100):
        if len(line.taken) >= count:
            return
        waiting.wait(0.01)
    raise AssertionError(f"{len(line.taken)} messages of {count} came")


def test_messages_that_come_together_are_handed_on_together_and_in_order(line: Line) -> None:
    broker = line.accept()
    broker.sendall(sent(*range(1, 501)))
    wait_for(line, 500)

    assert [message.payload for message in line.taken] == [str(number).encode() for number in range(1, 501)]
    assert [message.packet for message in line.taken] == list(range(1, 501))
    assert len(line.reads) < 50


def test_what_one_device_says_at_once_stays_in_order_and_no_two_are_one(line: Line) -> None:
    broker = line.accept()
    broker.sendall(sent(1, 2, 3))
    wait_for(line, 3)

    assert [(message.received_at - EIGHT) // timedelta(milliseconds=1) for message in line.taken] == [0, 1, 2]


def test_packets_of_pahos_own_between_messages_are_heeded_in_their_turn(line: Line) -> None:
    granted: list[int] = []
    line.session.on_subscribe = lambda *_: granted.append(len(line.taken))
    broker = line.accept()
    broker.sendall(sent(1, 2) + SUBACK + sent(3))
    wait_for(line, 3)

    assert granted == [2]


def test_what_is_cut_anywhere_is_read_whole(line: Line) -> None:
    broker = line.accept()
    whole = sent(1) + SUBACK + sent(2) + publish(TOPIC, b"x" * 300, 2)
    for start in range(0, len(whole), 7):
        broker.sendall(whole[start : start + 7])
    wait_for(line, 3)

    assert [message.payload for message in line.taken] == [b"1", b"2", b"x" * 300]


def test_many_are_acknowledged_at_once(line: Line) -> None:
    broker = line.accept()
    broker.sendall(sent(1, 2, 3))
    wait_for(line, 3)
    line.session.acknowledge([1, 2, 3])

    told = b""
    while len(told) < 12:
        told += broker.recv(64)
    assert told == b"\x40\x02\x00\x01\x40\x02\x00\x02\x40\x02\x00\x03"


def test_half_a_packet_does_not_outlive_its_connection(line: Line) -> None:
    broker = line.accept()
    broker.sendall(sent(1)[:-1])
    broker.close()
    again = line.accept()
    again.sendall(sent(2))
    wait_for(line, 1)

    assert [message.payload for message in line.taken] == [b"2"]


@pytest.mark.parametrize(
    "nonsense",
    [b"\x30\xff\xff\xff\xff\x01", b"\x32\x02\x00\x09", b"\x32\x00", b"\xf0\x00"],
    ids=["a length without end", "a topic longer than its packet", "nothing", "no such packet"],
)
def test_a_broker_that_talks_nonsense_is_hung_up_on_and_called_again(line: Line, nonsense: bytes) -> None:
    broker = line.accept()
    broker.sendall(nonsense)
    assert broker.recv(64) == b""
    line.accept().sendall(sent(1))
    wait_for(line, 1)

    assert line.taken[0].payload == b"1"


def test_a_topic_that_is_no_text_is_passed_on_as_one_that_cannot_be_read() -> None:
    come = packet(0x32, b"\x00\x02\xff\xfe" + b"\x00\x07" + b"on")
    found = bounds(come, 0)
    assert found is not None

    message = published(come[0], come, *found, EIGHT)
    assert (message.topic, message.packet, message.payload) == (UNREADABLE, 7, b"on")


@given(st.text(max_size=300), st.binary(max_size=300), st.integers(0, 65534), st.integers(0, 30))
def test_what_is_written_is_what_is_read(topic: str, payload: bytes, number: int, cut: int) -> None:
    come = publish(topic, payload, number)
    found = bounds(come, 0)
    assert found is not None
    assert found[1] == len(come)
    assert bounds(come[:1], 0) is None
    assert published(come[0], come, *found, EIGHT) == Arrived(topic, payload, EIGHT, number + 1)
    with pytest.raises(ValueError, match="shorter than it says"):
        published(come[0], come[:3], 2, min(3, cut), EIGHT)


def test_a_line_that_is_closed_is_said_to_be() -> None:
    session = Session("linli", lambda _: None, VirtualClock(EIGHT))
    here, there = socket.socketpair()
    session._sock = here
    there.close()

    assert session._packet_read() == MQTTErrorCode.MQTT_ERR_CONN_LOST
    here.close()
    session._sock = None
