"""What a message on any topic says: linli's own topics by `linli.wire`, all others by the codec of their ecosystem."""

from datetime import datetime

from msgspec.structs import replace

from ingest.codecs import bthome
from ingest.codecs.codec import Codec, place_of
from ingest.codecs.message import Message
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES, Heard
from linli.wire import read as read_own

MOST_VALUES = 200
"""No gateway tells more in one message. Each may be a call for help, and all others would wait behind ten thousand."""
_OWN = "linli/"


def is_own(topic: str) -> bool:
    """Tell whether a topic is one of linli's own, which names its home."""
    return topic.startswith(_OWN)


def read(topic: str, payload: bytes, received_at: datetime) -> Heard:
    """Say what a message means; never raises. Names of devices stay as their ecosystem gives them."""
    if is_own(topic):
        return read_own(topic, payload, received_at)
    levels, codec = place_of(topic)
    return _read_foreign(Message(topic, levels, payload, received_at), codec)


def _read_foreign(message: Message, codec: Codec | None) -> Heard:
    if len(message.payload) > MAX_FOREIGN_PAYLOAD_BYTES:
        return Heard(rejected=f"the payload is larger than {MAX_FOREIGN_PAYLOAD_BYTES} bytes")
    if codec is None:
        if not bthome.tells(message.payload):
            return Heard(ignored="a topic of no ecosystem that linli knows")
        codec = bthome
    try:
        return _within_reason(codec.read(message))
    except ValueError as why:
        return Heard(rejected=f"{codec.NAME}: {why}")


def _within_reason(heard: Heard) -> Heard:
    """Return what was heard, or the first values of too many and a refusal of the rest."""
    if max(len(heard.readings), len(heard.triggers)) <= MOST_VALUES:
        return heard
    why = f"a message may have {MOST_VALUES} values at most; the rest was left out"
    some, turns = heard.readings[:MOST_VALUES], heard.triggers[:MOST_VALUES]
    return replace(heard, readings=some, triggers=turns, ignored=None, rejected=why)
