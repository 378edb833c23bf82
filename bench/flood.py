"""Messages of many homes, written out as packets beforehand, and poured into a broker as fast as it takes them.

What is measured is who subscribes. So a message costs its publisher no more than a copy into the socket: alone, the
broker takes 60,000 to 130,000 of them a second, more than any subscriber here, and keeps for each what it has not taken.
"""

import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from linli.signals import Kind
from linli.wire import signal_topic, write_payload

SITES = ("garden", "river")
"""The homes are taken in turns."""
SENSORS = (("pir", Kind.MOTION), ("door", Kind.CONTACT), ("plug", Kind.POWER), ("thermometer", Kind.TEMPERATURE))
_AT_ONCE = 250
_STRIDE = 617
"""Homes do not speak in the order in which they are listed; a prime lets each of them have its turn."""
_IN_FLIGHT = 4000
_PUBLISH_AT_QOS_1 = 0x32
CONNACK_BYTES = _ACKNOWLEDGEMENT = 4
"""Bytes of a broker's answer to a connection, and to a message."""


def site_of(home: int) -> str:
    """Return the site of a home."""
    return SITES[home % len(SITES)]


def messages(
    homes: int, count: int, name: str, site_of: Callable[[int], str], begun: datetime | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield ordinary signals of many homes, each with its time, from now on if not said, and an id that begins with `name`."""
    begun = begun or datetime.now(UTC)
    for number in range(count):
        turn, home = number // homes, number * _STRIDE % homes
        device, kind = SENSORS[turn % len(SENSORS)]
        at = begun + timedelta(milliseconds=number / 100)
        payload = write_payload(_value(kind, number), at=at, id=f"{name}-{number}")
        yield signal_topic(site_of(home), f"home-{home}", device, kind), payload


def _value(kind: Kind, number: int) -> str | float:
    if kind is Kind.MOTION:
        return "on"
    if kind is Kind.CONTACT:
        return "open" if number % 2 else "closed"
    return 15 + number % 100 / 10


class Flood:
    """Messages at QoS 1, ready to be sent."""

    def __init__(self, messages: Sequence[tuple[str, bytes]]) -> None:
        packets = [publish(topic, payload, number) for number, (topic, payload) in enumerate(messages)]
        self.count = len(packets)
        self._chunks = [packets[start : start + _AT_ONCE] for start in range(0, self.count, _AT_ONCE)]

    def pour(self, port: int) -> float:
        """Publish everything; return the moment it began, once the broker has acknowledged all of it."""
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(connect("flood"))
            _read_exactly(line, CONNACK_BYTES)
            begun, sent, acknowledged = time.time(), 0, 0
            for chunk in self._chunks:
                line.sendall(b"".join(chunk))
                sent += len(chunk) * _ACKNOWLEDGEMENT
                while sent - acknowledged > _IN_FLIGHT * _ACKNOWLEDGEMENT:
                    acknowledged += _received(line)
            while acknowledged < sent:
                acknowledged += _received(line)
            return begun


def _received(line: socket.socket) -> int:
    count = len(line.recv(65536))
    if not count:
        raise ConnectionError("the broker hung up on the flood")
    return count


def _read_exactly(line: socket.socket, count: int) -> None:
    while count:
        count -= len(line.recv(count))


def connect(name: str) -> bytes:
    """Return what begins a session (MQTT 3.1.1, clean, no keep-alive)."""
    return packet(0x10, _text("MQTT") + b"\x04\x02\x00\x00" + _text(name))


def publish(topic: str, payload: bytes, number: int) -> bytes:
    """Return a PUBLISH at QoS 1; its packet id follows from its number, the first of which is 0."""
    return packet(_PUBLISH_AT_QOS_1, _text(topic) + struct.pack("!H", number % 65535 + 1) + payload)


def _text(text: str) -> bytes:
    return struct.pack("!H", len(text.encode())) + text.encode()


def packet(first: int, body: bytes) -> bytes:
    """Return an MQTT packet."""
    length, left = bytearray(), len(body)
    while True:
        left, low = divmod(left, 128)
        length.append(low | (128 if left else 0))
        if not left:
            return bytes([first]) + bytes(length) + body
