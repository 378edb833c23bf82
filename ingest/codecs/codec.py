"""What every ecosystem's file offers, and which file a topic belongs to."""

from functools import lru_cache
from typing import Protocol

from ingest.codecs import (
    bthome,
    chirpstack,
    entities,
    meters,
    multitech,
    openmqttgateway,
    owntracks,
    rtl_433,
    shelly,
    tasmota,
    ttn,
    zigbee2mqtt,
)
from ingest.codecs.message import Message
from linli.wire import Heard


class Codec(Protocol):
    """One ecosystem. It never raises anything but ValueError with the reason why a message cannot be read."""

    NAME: str
    FILTERS: tuple[str, ...]
    """What to ask a broker for to hear all that speaks so, on the topics that the makers name; never linli's own."""

    def owns(self, levels: tuple[str, ...]) -> bool:
        """Tell whether a topic is of this ecosystem."""
        ...

    def read(self, message: Message) -> Heard:
        """Return what a message says."""
        ...


CODECS: tuple[Codec, ...] = (
    zigbee2mqtt,
    ttn,
    chirpstack,
    multitech,
    owntracks,
    rtl_433,
    bthome,
    meters,
    tasmota,
    openmqttgateway,
    shelly,
    entities,
)
"""In the order in which they are asked: whose topics are unmistakable comes first."""


FILTERS = tuple(dict.fromkeys(topic_filter for codec in CODECS for topic_filter in codec.FILTERS))
"""All that any ecosystem speaks on."""


Place = tuple[tuple[str, ...], Codec | None]
"""A topic's levels, and whose topic it is."""
_KEPT, _LONGEST_KEPT, _DEEPEST_KEPT = 32_768, 120, 10
"""So many topics of up to so many characters and levels are remembered: with what is known of each, some 35 MB."""


def codec_of(levels: tuple[str, ...]) -> Codec | None:
    """Return whose topic it is."""
    return next((codec for codec in CODECS if codec.owns(levels)), None)


def place_of(topic: str) -> Place:
    """Return what a topic is. A device speaks on the same ones all its life, so that the answer is mostly known."""
    is_usual = len(topic) <= _LONGEST_KEPT and topic.count("/") < _DEEPEST_KEPT
    return _known_place(topic) if is_usual else _place(topic)


def _place(topic: str) -> Place:
    levels = tuple(topic.split("/"))
    return levels, codec_of(levels)


_known_place = lru_cache(maxsize=_KEPT)(_place)
