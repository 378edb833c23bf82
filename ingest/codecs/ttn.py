"""The Things Stack v3: v3/{application}/devices/{device}/up and its siblings. What is simulated does not count.

Source: the documentation's pages "MQTT Server" and "Data Formats".
"""

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored
from ingest.codecs.lorawan import UNKNOWN, take_frame, take_object
from ingest.codecs.message import Json, Message, inner, items, part
from ingest.codecs.times import moment
from linli.signals import Kind
from linli.wire import Heard

NAME = "The Things Stack"
FILTERS: tuple[str, ...] = ("v3/#",)


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0] == "v3"


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if levels[2:3] != ("devices",) or len(levels) < 5:
        return ignored("no device's message")
    if levels[4] != "up" or not message.payload.strip():
        return ignored("no uplink")
    return _read_uplink(levels[3], message)


def _read_uplink(device: str, message: Message) -> Heard:
    told = message.object()
    uplink = part(told, "uplink_message") or part(told, "uplink_normalized")
    if told.get("simulated") is True or inner(uplink, "simulated") is True:
        return ignored("a simulated message")
    at = moment(uplink.get("received_at") or told.get("received_at"), message.received_at)
    gathering = Gathering()
    decoded = part(uplink, "decoded_payload")
    take_object(gathering, device, decoded, at)
    if not gathering.readings:
        _take_normalized(gathering, device, uplink, message)
    otherwise = UNKNOWN
    if not (decoded or gathering.readings or gathering.refused):
        model, frame = _model(device, told, uplink), uplink.get("frm_payload")
        otherwise = take_frame(gathering, device, model, frame, at, uplink.get("f_port"))
    if not any(reading.kind is Kind.BATTERY for reading in gathering.readings):
        gathering.take(device, f.BATTERY, inner(uplink, "last_battery_percentage", "value"), at)
    return gathering.heard(otherwise)


def _model(device: str, told: dict[str, Json], uplink: dict[str, Json]) -> str:
    named = part(uplink, "version_ids") or part(told, "end_device_ids", "version_ids")
    return f"{named.get('model_id')} {device}"


def _take_normalized(gathering: Gathering, device: str, uplink: dict[str, Json], message: Message) -> None:
    """Read the same for all makers: what the stack itself has made of the decoded payload."""
    given = uplink.get("normalized_payload")
    for entry in map(part, items(given) if isinstance(given, list) else [given]):
        at = moment(entry.get("time") or uplink.get("received_at"), message.received_at)
        for path, known in _NORMALIZED:
            gathering.take(device, known, inner(entry, *path), at)


_NORMALIZED: tuple[tuple[tuple[str, ...], f.Field], ...] = (
    (("air", "temperature"), f.TEMPERATURE),
    (("air", "relativeHumidity"), f.HUMIDITY),
    (("action", "motion", "detected"), f.MOTION),
    (("action", "contactState"), f.OPENING),
    (("water", "leak"), f.LEAK),
)
