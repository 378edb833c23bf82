"""What a message on any topic says: linli's own topics by `linli.wire`, all others by the codec of their ecosystem."""

from datetime import datetime

from ingest.codecs import bthome
from ingest.codecs.codec import codec_of
from ingest.codecs.message import Message
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES, Heard
from linli.wire import read as read_own

_OWN = "linli/"


def is_own(topic: str) -> bool:
    """Tell whether a topic is one of linli's own, which names its home."""
    return topic.startswith(_OWN)


def read(topic: str, payload: bytes, received_at: datetime) -> Heard:
    """Say what a message means; never raises. Names of devices stay as their ecosystem gives them."""
    if is_own(topic):
        return read_own(topic, payload, received_at)
    return _read_foreign(Message(topic, tuple(topic.split("/")), payload, received_at))


def _read_foreign(message: Message) -> Heard:
    if len(message.payload) > MAX_FOREIGN_PAYLOAD_BYTES:
        return Heard(rejected=f"the payload is larger than {MAX_FOREIGN_PAYLOAD_BYTES} bytes")
    codec = codec_of(message.levels)
    if codec is None:
        if not bthome.tells(message.payload):
            return Heard(ignored="a topic of no ecosystem that linli knows")
        codec = bthome
    try:
        return codec.read(message)
    except ValueError as why:
        return Heard(rejected=f"{codec.NAME}: {why}")
