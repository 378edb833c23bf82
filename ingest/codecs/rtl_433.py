"""rtl_433: events (one JSON object for each radio message) and devices/… (one topic for each value).

Its time is local without an offset, so the arrival counts. A heartbeat repeats what the contact was, it is no movement.
Battery words and `battery_ok` are no percentage. Source: the decoders' field names and the page on data formats.
"""

from datetime import datetime

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored, said_available
from ingest.codecs.message import Json, Message, named
from ingest.codecs.times import moment
from linli.signals import Kind, Value
from linli.wire import Heard

NAME = "rtl_433"
FILTERS: tuple[str, ...] = ("rtl_433/#", "+/rtl_433/#")

_BASE = "rtl_433"
_STILL_THERE = "a heartbeat"
_CODES = ("cmd", "button", "code", "key", "data")
"""Where a remote control's code stands."""


def _worded(given: Json) -> Value | None:
    word = str(given).strip().lower()
    return word if word in {"open", "closed"} else None


_VALUES: dict[str, f.Field] = {
    "temperature_C": f.TEMPERATURE,
    "temperature_F": f.FAHRENHEIT,
    "humidity": f.HUMIDITY,
    "motion": f.MOTION,
    "pir": f.MOTION,
    "opened": f.OPENING,
    "contact_open": f.OPENING,
    "closed": f.CONTACT,
    "state": (Kind.CONTACT, _worded),
    "water": f.LEAK,
    "water_leak": f.LEAK,
    "detect_wet": f.LEAK,
    "leak": f.LEAK,
    "smoke": f.SMOKE,
    "power_W": f.POWER,
    "power0_W": f.POWER,
}
_OF_ITSELF = frozenset({"states", "log", "cmd"})
_EVENTS: dict[str, tuple[Kind, Value]] = {
    "door/window open": (Kind.CONTACT, "open"),
    "door/window closed": (Kind.CONTACT, "closed"),
    "contact open": (Kind.CONTACT, "open"),
    "contact closed": (Kind.CONTACT, "closed"),
    "open": (Kind.CONTACT, "open"),
    "motion tripped": (Kind.MOTION, "on"),
    "motion": (Kind.MOTION, "on"),
    "water leak": (Kind.LEAK, "on"),
    "button press": (Kind.BUTTON, "press"),
    "keypad panic button": (Kind.SOS, "pressed"),
    "sos": (Kind.SOS, "pressed"),
}
"""What decoders put into words, in `event`, `extradata` or `cmd`."""


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return _BASE in levels[0].lower() or (len(levels) > 1 and levels[1].lower() == _BASE)


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    if levels[-1] == "availability":
        return said_available(levels[1], message.text())
    if "devices" in levels[:-1]:
        return _read_value(levels[levels.index("devices") + 1 :], message)
    if levels[-1] in _VALUES:
        return _read_value(levels[2:], message)
    if levels[-1] in _OF_ITSELF or message.payload[:1] != b"{":
        return ignored("what the receiver says of itself, or a value that linli does not know")
    return read_event(message.object(), message)


def _read_value(below: tuple[str, ...], message: Message) -> Heard:
    """Read one value; only alone it cannot be told whether a contact has moved or is repeated, so it is taken."""
    gathering = Gathering()
    *places, name = below or ("",)
    device = "/".join(places)
    if device and name in _VALUES:
        gathering.take(device, _VALUES[name], message.scalar_or_json())
    return gathering.heard("no value that linli knows")


def read_event(told: dict[str, Json], message: Message) -> Heard:
    """Read one radio message; OpenMQTTGateway publishes the same objects."""
    if _is_heartbeat(told):
        return ignored(_STILL_THERE)
    device = "/".join(filter(None, (named(told.get(name)) for name in ("model", "channel", "id"))))
    at = moment(told.get("time"), message.received_at)
    gathering = Gathering()
    values = {name: value for name, value in told.items() if name in _VALUES and not _is_repeated(name, told)}
    gathering.take_all(device, _VALUES, values, at)
    _take_words(gathering, device, told)
    _take_by_type(gathering, device, told)
    if not (gathering.readings or gathering.refused):
        _take_code(gathering, device, told, at)
    return gathering.heard("no value that linli knows")


def _take_code(gathering: Gathering, device: str, told: dict[str, Json], at: datetime | None) -> None:
    """Note that a remote control or a thing without a decoder of its own was heard, with what it was told to say."""
    said = named(*(told.get(name) for name in _CODES))
    if device and said:
        gathering.take_pulse(f"{device}/{said}", at)


def _is_heartbeat(told: dict[str, Json]) -> bool:
    return bool(f.truth(told.get("heartbeat"))) or str(told.get("event")).lower() == "heartbeat"


def _is_repeated(name: str, told: dict[str, Json]) -> bool:
    """Tell whether a value only repeats another one or an old state.

    Honeywell's `state` repeats `contact_open`; DSC tells with `event` 0 what has long been so; a °F beside the °C.
    """
    match name:
        case "state":
            return "contact_open" in told or "opened" in told or bool(f.truth(told.get("tamper"))) or _is_tamper(told)
        case "contact_open":
            return bool(f.truth(told.get("tamper")))
        case "closed":
            return f.truth(told.get("event")) is False
        case "temperature_F":
            return "temperature_C" in told
    return False


def _is_tamper(told: dict[str, Json]) -> bool:
    """Tell whether an older Honeywell decoder reports its lid: bit 6 of the event."""
    event = told.get("event")
    return isinstance(event, int) and not isinstance(event, bool) and bool(event & 0x40)


def _take_words(gathering: Gathering, device: str, told: dict[str, Json]) -> None:
    for name in ("event", "extradata", "cmd"):
        word = told.get(name)
        if not isinstance(word, str):
            continue
        word = word.strip().lower()
        if "panic" in word.split() or word.endswith("panic-3second"):
            word = "sos"
        known = _EVENTS.get(word)
        if known is not None and not any(reading.kind is known[0] for reading in gathering.readings):
            gathering.say(device, *known)


def _take_by_type(gathering: Gathering, device: str, told: dict[str, Json]) -> None:
    """Interlogix and Honeywell ActivLink say in `subtype` what they are; a GS558 is silent unless there is smoke."""
    if told.get("model") == "Smoke-GS558" and not f.truth(told.get("learn")):
        gathering.say(device, Kind.SMOKE, "on")
    match told.get("subtype") or told.get("class"):
        case "contact":
            gathering.take(device, (Kind.CONTACT, _worded), told.get("switch1"))
        case "motion" if _worded(told.get("switch1")) == "open":
            gathering.say(device, Kind.MOTION, "on")
        case "panic" if _worded(told.get("switch1")) == "open":
            gathering.say(device, Kind.SOS, "pressed")
        case "PIR-Motion":
            gathering.say(device, Kind.MOTION, "on")
