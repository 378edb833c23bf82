"""Where one MQTT packet ends and the next begins, and what a PUBLISH says (MQTT 3.1.1, sections 2 and 3.3)."""

import struct
from collections.abc import Sequence
from datetime import datetime

from ingest.intake import Arrived

PUBLISH, PUBACK = 0x30, 0x40
UNREADABLE = "linli/v1/?"
"""Stands for a topic that is not UTF-8."""

_TYPE, _DUP, _QOS, _RETAIN = 0xF0, 0x08, 0x06, 0x01
_ACKNOWLEDGES = 0x4002 << 16
"""A PUBACK is this and the packet id: four bytes."""
_LAST_SHIFT = 21
"""A packet's length takes four bytes of seven bits each at most."""


def is_publish(first: int) -> bool:
    """Tell by its first byte whether a packet is a message."""
    return first & _TYPE == PUBLISH


def bounds(come: bytes, at: int) -> tuple[int, int] | None:
    """Return where the packet that begins at `at` has its body and its end, None while its length is not all there.

    Raises ValueError where no packet can be.
    """
    length, shift = 0, 0
    for body in range(at + 1, len(come)):
        byte = come[body]
        length |= (byte & 127) << shift
        if byte < 128:
            return body + 1, body + 1 + length
        if shift == _LAST_SHIFT:
            raise ValueError("a packet's length takes more than four bytes")
        shift += 7
    return None


def published(first: int, come: bytes, body: int, end: int, received_at: datetime) -> Arrived:
    """Return the message whose packet lies whole between `body` and `end`; raises ValueError if its parts do not fit."""
    topic_at, has_packet = body + 2, first & _QOS
    packet_at = topic_at + int.from_bytes(come[body:topic_at])
    payload_at = packet_at + 2 if has_packet else packet_at
    if payload_at > end:
        raise ValueError("a message is shorter than it says")
    try:
        topic = come[topic_at:packet_at].decode()
    except UnicodeDecodeError:
        topic = UNREADABLE
    packet = int.from_bytes(come[packet_at:payload_at]) if has_packet else 0
    return Arrived(topic, come[payload_at:end], received_at, packet, bool(first & _DUP), bool(first & _RETAIN))


def acknowledgements(packets: Sequence[int]) -> bytes:
    """Return the PUBACKs of these packets, one after the other."""
    return struct.pack(f"!{len(packets)}I", *[_ACKNOWLEDGES | packet for packet in packets])
