"""MultiTech Conduit: lora/{EUI}/up of its own broker, lorawan/{gateway}/{application}/{EUI}/up of its application.

Its frames come as they are on the air; of the device a message tells the name that somebody gave it. Source: the maker's
developer pages "MQTT Messages" and "LoRaWAN Application, MQTT".
"""

from ingest.codecs.gathering import OFFLINE, ONLINE, Gathering, ignored
from ingest.codecs.lorawan import UNKNOWN, take_frame, take_object
from ingest.codecs.message import Message, named, part
from ingest.codecs.times import moment
from linli.wire import Heard

NAME = "MultiTech"
FILTERS: tuple[str, ...] = ("lora/#", "lorawan/#")

_STANDS = {"init": ONLINE, "close": OFFLINE, "disconnect": OFFLINE, "disconnected": OFFLINE}
"""What a gateway says of itself, often without a payload; the last two are its last will."""
_OF_A_GATEWAY, _THROUGH_A_GATEWAY = 3, 5


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0] in {"lora", "lorawan"}


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if levels[0] == "lorawan" and len(levels) == _OF_A_GATEWAY and levels[-1] in _STANDS:
        return Heard(availability={levels[1]: _STANDS[levels[-1]]})
    if levels[-1] != "up" or len(levels) < 3 or not message.payload.strip():
        return ignored("no uplink")
    told = message.object()
    device = named(told.get("deveui"), levels[-2])
    at = moment(told.get("time"), message.received_at)
    decoded = part(told, "object") or part(told, "decoded")
    gathering = Gathering()
    if levels[0] == "lorawan" and len(levels) == _THROUGH_A_GATEWAY:
        gathering.availability[levels[1]] = ONLINE  # when it has found the broker again, it says so in no other way
    if not decoded:
        model = f"{told.get('model')} {told.get('name')}"
        frame = told.get("data") or told.get("payload")
        return gathering.heard(take_frame(gathering, device, model, frame, at, told.get("port")))
    take_object(gathering, device, decoded, at)
    return gathering.heard(UNKNOWN)
