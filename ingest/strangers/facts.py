"""What gateways say of devices: Zigbee2MQTT's list, ChirpStack's names and tags, Home Assistant's discovery messages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.codecs import multitech
from ingest.codecs.message import Json, Message, inner, items, named, part

MOST_TEXT = 64
MOST_DEVICES = 500
_STATE_TOPICS = ("state_topic", "stat_t", "json_attributes_topic", "json_attr_t", "topic", "t")
_DEPTH = 4
_MODEL = re.compile(r"[A-Za-z]+\d+\S*")


@dataclass(frozen=True, slots=True)
class Facts:
    """What one gateway says of one device. `tells` are the properties and device classes that it has, in their words.

    `home`, `room` and `role` are tags that somebody has set on purpose.
    """

    source: str
    name: str = ""
    model: str = ""
    about: str = ""
    area: str = ""
    tells: tuple[str, ...] = ()
    home: str = ""
    room: str = ""
    role: str = ""


ZIGBEE2MQTT = "Zigbee2MQTT’s list"
CHIRPSTACK = "ChirpStack’s names and tags"
HOME_ASSISTANT = "Home Assistant’s discovery message"


def facts_in(message: Message) -> Iterator[tuple[str, Facts]]:
    """Yield (topic, facts) for each device that a message of a gateway tells of; nothing for any other message."""
    levels = message.levels
    try:
        if levels[-2:] == ("bridge", "devices") and levels[0].startswith("zigbee2mqtt"):
            yield from _of_zigbee2mqtt("/".join(levels[:-2]), message.json())
        elif levels[0] == "homeassistant" and levels[-1] == "config":
            yield from _of_home_assistant(levels[1], part(message.json()))
        elif levels[0] == "application" and levels[4:] == ("event", "up"):
            yield from _of_chirpstack("/".join(levels[:4]), part(message.json(), "deviceInfo"))
        elif multitech.owns(levels) and levels[-1] == "up":
            yield "/".join(levels[:-1]), _of_multitech(_text(part(message.json()).get("name")))
    except ValueError:
        return


def _of_zigbee2mqtt(base: str, told: Json) -> Iterator[tuple[str, Facts]]:
    """Read the bridge's retained list; the coordinator is the bridge itself."""
    for device in items(told)[:MOST_DEVICES]:
        entry, definition = part(device), part(device, "definition")
        name = _text(entry.get("friendly_name"))
        if not name or entry.get("disabled") is True:
            continue
        if entry.get("type") == "Coordinator":
            yield f"{base}/bridge", Facts(ZIGBEE2MQTT, "bridge", role="gateway")
            continue
        tells = tuple(dict.fromkeys(_exposed(definition.get("exposes"), _DEPTH)))
        model = _text(definition.get("model")) or _text(entry.get("model_id"))
        yield f"{base}/{name}", Facts(ZIGBEE2MQTT, name, model, _text(definition.get("description")), tells=tells)


def _exposed(told: Json, depth: int) -> Iterator[str]:
    """Yield the names of what a device exposes, and the words that its button can say."""
    for each in items(told)[:MOST_DEVICES]:
        exposed = part(each)
        name = _text(exposed.get("name")) or _text(exposed.get("type"))
        if name:
            yield name.lower()
        if name == "action":
            yield from (_text(word).lower() for word in items(exposed.get("values"))[:MOST_TEXT])
        if depth:
            yield from _exposed(exposed.get("features"), depth - 1)


def _of_chirpstack(place: str, told: dict[str, Json]) -> Iterator[tuple[str, Facts]]:
    tags = {name.lower(): _text(value) for name, value in part(told, "tags").items()}
    yield (
        place,
        Facts(
            CHIRPSTACK,
            _text(told.get("deviceName")),
            _text(told.get("deviceProfileName")),
            home=tags.get("home", ""),
            room=tags.get("room", ""),
            role=tags.get("role", ""),
        ),
    )


def _of_multitech(name: str) -> Facts:
    """Part a name into the model before it and the rest, so that no door is read in WS101."""
    first, _, rest = name.partition(" ")
    return Facts(multitech.NAME, rest, first) if _MODEL.fullmatch(first) else Facts(multitech.NAME, name)


def _of_home_assistant(component: str, told: dict[str, Json]) -> Iterator[tuple[str, Facts]]:
    """Read the message of one entity, or of a device with its components; short names are Home Assistant's own."""
    device = part(told, "device") or part(told, "dev")
    base = _text(told.get("~"))
    entities = part(told, "components") or part(told, "cmps") or {component: told}
    for entity in list(entities.values())[:MOST_DEVICES]:
        one = part(entity)
        kind = _text(one.get("platform") or one.get("p")) or component
        told_class = _text(one.get("device_class") or one.get("dev_cla"))
        facts = Facts(
            HOME_ASSISTANT,
            _text(device.get("name")) or _text(one.get("name")),
            _text(device.get("model") or device.get("mdl")),
            area=_text(device.get("suggested_area") or device.get("sa")),
            tells=(told_class or kind,),
        )
        for name in _STATE_TOPICS:
            topic = _text(one.get(name) or told.get(name), 256).replace("~", base)
            if topic:
                yield topic, facts


def _text(given: Json, limit: int = MOST_TEXT) -> str:
    """Return a text of a stranger's, short and without signs that no page should show."""
    text = named(given)[:limit]
    return "".join(sign for sign in text if sign.isprintable()).strip()


def link_of(message: Message) -> str:
    """Return how well a device is received, with the unit that its ecosystem gives it; empty where it does not say."""
    if message.payload[:1] != b"{":
        return ""
    try:
        told = message.object()
    except ValueError:
        return ""
    quality = told.get("linkquality")
    if isinstance(quality, int) and not isinstance(quality, bool):
        return f"{quality}/255"
    first = items(told.get("rxInfo"))[:1] or items(inner(told, "uplink_message", "rx_metadata"))[:1]
    strength = inner(first[0], "rssi") if first else told.get("rssi")
    return f"{strength:g} dBm" if isinstance(strength, int | float) and not isinstance(strength, bool) else ""
