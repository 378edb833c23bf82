"""Single entities that are known by their names: ESPHome and Home Assistant's statestream.

Both publish {prefix}/{domain}/{name}/state; what a state means is told by the words of the name, as both name an entity
after its device class unless somebody has renamed it. Switches, lamps, shakes and helpers are triggers; phones are nothing.
Source: ESPHome's page on its MQTT client, Home Assistant's pages on statestream, binary sensors and sensors.
"""

import re
from functools import lru_cache
from itertools import pairwise

from ingest.codecs import fields as f
from ingest.codecs.gathering import OFFLINE, Gathering, ignored, said_available
from ingest.codecs.message import Message
from linli.wire import Heard

NAME = "ESPHome and Home Assistant"
FILTERS: tuple[str, ...] = (
    "homeassistant/#",
    "esphome/#",
    *(f"+/{domain}/+/state" for domain in ("binary_sensor", "sensor", "switch")),
)

_DOMAINS = frozenset(
    [
        "alarm_control_panel", "automation", "binary_sensor", "button", "calendar", "camera", "climate",
        "cover", "date", "datetime", "device_tracker", "event", "fan", "group", "humidifier", "image",
        "input_boolean", "input_button", "input_datetime", "input_number", "input_select", "input_text",
        "light", "lock", "media_player", "number", "person", "remote", "scene", "schedule", "script", "select",
        "sensor", "siren", "sun", "switch", "text", "time", "timer", "todo", "update", "vacuum", "valve",
        "water_heater", "weather", "zone", "debug", "esp32_touch", "text_sensor",
    ]
)  # fmt: skip
_READ = frozenset({"binary_sensor", "sensor", "event", "button"})
_SWITCHES = frozenset({"switch", "light", "input_boolean", "binary_sensor"})
_SHAKES = ("vibration", "tilt", "moving")
_GONE = frozenset({"unavailable"})
_UNKNOWN = frozenset({"unknown", "nan", "none", ""})

_BINARY: dict[str, f.Field] = {
    "motion": f.MOTION,
    "pir": f.MOTION,
    "occupancy": f.MOTION,
    "presence": f.PRESENCE,
    "target": f.PRESENCE,
    "door": f.OPENING,
    "window": f.OPENING,
    "contact": f.OPENING,
    "opening": f.OPENING,
    "fridge": f.OPENING,
    "leak": f.LEAK,
    "moisture": f.LEAK,
    "flood": f.LEAK,
    "smoke": f.SMOKE,
    "gas": f.GAS,
    "co": f.GAS,
    "carbon_monoxide": f.GAS,
    "bed": f.BED,
    "fall": f.FALL,
    "sos": f.SOS,
    "panic": f.SOS,
    "emergency": f.SOS,
}
_MEASURED: dict[str, f.Field] = {
    "temperature": f.TEMPERATURE,
    "humidity": f.HUMIDITY,
    "battery": f.BATTERY,
    "power": f.POWER,
    "heart_rate": f.HEART_RATE,
    "heartrate": f.HEART_RATE,
    "respiration": f.RESPIRATION,
    "respiratory_rate": f.RESPIRATION,
    "action": f.BUTTON,
    "click": f.BUTTON,
}
_OF_A_SENSOR = frozenset(
    [
        "low", "tamper", "battery", "problem", "fault", "sensitivity", "timeout", "enabled", "lock", "bell",
        "doorbell", "update",
    ]
)  # fmt: skip
"""Words of what a sensor says of itself: battery low, motion sensitivity."""
_NOT_THE_ROOM = _OF_A_SENSOR - {"battery"} | frozenset(
    [
        "voltage", "device", "chip", "cpu", "processor", "internal", "esp", "core", "set", "setpoint", "target",
        "factor", "apparent", "reactive", "dew", "absolute", "outdoor", "outside", "outdoors", "weather",
        "state", "status", "last", "count", "number", "max", "min", "forecast",
    ]
)  # fmt: skip
"""Words after which a measurement is not the room's, or not in its unit: device temperature, absolute humidity."""
_LONGEST_NAME = 255
"""What is longer is no entity's: it is neither looked at nor remembered."""


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return (
        (len(levels) > 3 and levels[-3] in _DOMAINS)
        or (len(levels) > 2 and levels[-3] in _DOMAINS and levels[-1] in {"state", "command"})
        or levels[0] in {"homeassistant", "esphome"}
        or (len(levels) == 2 and levels[1] in {"status", "debug"})
    )


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if len(levels) == 2 and levels[1] == "status":
        return said_available(levels[0], message.text())
    if levels[-1] != "state" or len(levels) < 3 or levels[-3] not in _READ | _SWITCHES:
        return ignored("an attribute, a command, a discovery or a thing that is no sensor")
    return _read_state("/".join(levels[:-3]), levels[-3], levels[-2], message.text())


def _read_state(prefix: str, domain: str, name: str, state: str) -> Heard:
    word = state.lower()
    device = name if prefix == "homeassistant" else f"{prefix}/{name}"
    if word in _GONE:
        return Heard(availability={device: OFFLINE})
    known = _known(domain, name) if domain in _READ and len(name) <= _LONGEST_NAME else None
    if word in _UNKNOWN or (known is None and domain not in _SWITCHES):
        return ignored("a state that is not known, or an entity whose name does not say what it is")
    gathering = Gathering()
    if known is None:
        _take_trigger(gathering, device, name, state)
    elif known is f.BUTTON:
        gathering.take_press(device, state)
    else:
        gathering.take(device, known, state)
    return gathering.heard("no value that linli knows")


def _take_trigger(gathering: Gathering, device: str, name: str, state: str) -> None:
    """Note how a switch stands, or a shake; what a sensor says of itself is neither."""
    if any(word in name.lower() for word in _SHAKES):
        if f.truth(state):
            gathering.take_pulse(device)
    elif _OF_A_SENSOR.isdisjoint(name.lower().split("_")):
        gathering.take_switch(device, state)


@lru_cache(maxsize=4096)
def _known(domain: str, name: str) -> f.Field | None:
    """Return what an entity tells; the last word of its name that says something counts, as the class stands last."""
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word and not word.isdigit()]
    words += [f"{first}_{second}" for first, second in pairwise(words)]
    table, others = (_BINARY, _OF_A_SENSOR) if domain == "binary_sensor" else (_MEASURED, _NOT_THE_ROOM)
    if not others.isdisjoint(words):
        return None
    return next((table[word] for word in reversed(words) if word in table), None)
