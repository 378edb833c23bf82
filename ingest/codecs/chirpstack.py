"""ChirpStack v4: application/…/device/…/event/…, and the gateways' …/gateway/…/state/conn.

Acknowledgements, joins, logs and locations are no signals; a location is dropped unread. Source: the project's pages
"Events" and "MQTT".
"""

from ingest.codecs import fields as f
from ingest.codecs.gathering import ONLINE, Gathering, ignored, said_available
from ingest.codecs.lorawan import UNKNOWN, take_frame, take_object
from ingest.codecs.message import Json, Message, part
from ingest.codecs.times import moment
from linli.wire import Heard

NAME = "ChirpStack"
FILTERS: tuple[str, ...] = ("application/#", "+/gateway/+/state/+")


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return (levels[0] == "application" and levels[2:3] == ("device",)) or (
        len(levels) > 3 and levels[-4] == "gateway" and levels[-2] in {"event", "state", "command"}
    )


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if levels[0] != "application":
        if levels[-2:] == ("state", "conn"):
            return said_available(levels[-3], part(message.json()).get("state"))
        if levels[-2:] == ("event", "stats"):
            return Heard(availability={levels[-3]: ONLINE})  # whatever it counts, it is there to count it
        return ignored("what a gateway sends to its network server")
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    device = levels[3] if len(levels) > 3 else levels[-1]
    match levels[4:]:
        case ("event", "up"):
            return _read_uplink(device, message)
        case ("event", "status"):
            return _read_status(device, message)
    return ignored("no uplink")


def _read_uplink(device: str, message: Message) -> Heard:
    told = message.object()
    at = moment(told.get("time"), message.received_at)
    gathering = Gathering()
    decoded = part(told, "object")
    if not decoded:
        return gathering.heard(take_frame(gathering, device, _model(told), told.get("data"), at, told.get("fPort")))
    take_object(gathering, device, decoded, at)
    return gathering.heard(UNKNOWN)


def _model(told: dict[str, Json]) -> str:
    known = part(told, "deviceInfo")
    return f"{known.get('deviceProfileName')} {known.get('deviceName')}"


def _read_status(device: str, message: Message) -> Heard:
    """Read what the device answers when its network server asks for its battery."""
    told = message.object()
    gathering = Gathering()
    if not (told.get("externalPowerSource") or told.get("batteryLevelUnavailable")):
        at = moment(told.get("time"), message.received_at)
        gathering.take(device, f.BATTERY, told.get("batteryLevel"), at)
    return gathering.heard("the battery is not known")
