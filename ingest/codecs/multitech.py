"""MultiTech Conduit: lora/{EUI}/up, also with the application's EUI before it. Its frames come as they are on the air.

Source: the maker's developer pages "MQTT Messages".
"""

from ingest.codecs.gathering import Gathering, ignored
from ingest.codecs.lorawan import UNKNOWN, take_frame, take_object
from ingest.codecs.message import Message, named, part
from ingest.codecs.times import moment
from linli.wire import Heard

NAME = "MultiTech"
FILTERS: tuple[str, ...] = ("lora/#",)


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0] in {"lora", "lorawan"}


def read(message: Message) -> Heard:
    """Return what a message says."""
    if message.levels[-1] != "up" or len(message.levels) < 3 or not message.payload.strip():
        return ignored("no uplink")
    told = message.object()
    device = named(told.get("deveui"), message.levels[-2])
    at = moment(told.get("time"), message.received_at)
    decoded = part(told, "object") or part(told, "decoded")
    gathering = Gathering()
    if not decoded:
        model = f"{told.get('model')} {told.get('name')}"
        frame = told.get("data") or told.get("payload")
        return gathering.heard(take_frame(gathering, device, model, frame, at, told.get("port")))
    take_object(gathering, device, decoded, at)
    return gathering.heard(UNKNOWN)
