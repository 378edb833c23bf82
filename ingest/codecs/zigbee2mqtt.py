"""Zigbee2MQTT, with any base topic that begins so: devices, their `/action` and `/availability`, and the bridge.

Source: the project's guide, "MQTT topics and messages", and the `exposes` of its devices.
"""

from datetime import datetime

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored, said_available
from ingest.codecs.message import Json, Message
from ingest.codecs.times import moment
from linli.wire import Heard

NAME = "Zigbee2MQTT"
FILTERS: tuple[str, ...] = ("zigbee2mqtt/#", "+/bridge/devices", "+/bridge/state")

_NOT_A_HAND = ("vibrat", "tilt", "drop", "region_", "fall")
"""Actions that a lorry in the street, a pet or a radar sets off, not a hand on a button."""
_SHAKE = "vibrat"
_SWITCH = "state"
"""What a switch says of itself; its rockers add a name: `state_left`, `state_l1`."""
_TURNS = (_SWITCH, "vibration")
_SWITCHED = frozenset({"on", "off"})
"""A cover's or a lock's state is in other words."""
_COMMANDS = frozenset({"set", "get"})

_VALUES: dict[str, f.Field] = {
    "occupancy": f.MOTION,
    "presence": f.PRESENCE,
    "contact": f.CONTACT,
    "water_leak": f.LEAK,
    "smoke": f.SMOKE,
    "gas": f.GAS,
    "carbon_monoxide": f.GAS,
    "sos": f.SOS,
    "battery": f.BATTERY,
    "temperature": f.TEMPERATURE,
    "local_temperature": f.TEMPERATURE,
    "humidity": f.HUMIDITY,
    "power": f.POWER,
    "heart_rate": f.HEART_RATE,
    "fall_down_status": f.FALL,
    "fall_status": f.FALL,
}


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0].startswith("zigbee2mqtt") and len(levels) > 1


def read(message: Message) -> Heard:
    """Return what a message says."""
    below, last = message.levels[1:], message.levels[-1]
    if below[0] == "bridge":
        return _read_bridge(below, message)
    if any(level in _COMMANDS for level in below[1:]):
        return ignored("a command")
    if not message.payload.strip():
        return ignored("the device was renamed or removed, or its button reset")
    if last == "availability" and len(below) > 1:
        return said_available("/".join(below[:-1]), message.scalar_or_json())
    told = message.scalar_or_json()
    if isinstance(told, dict):
        return _read_device("/".join(below), told, message)
    return _read_attribute(below, told)


def _read_bridge(below: tuple[str, ...], message: Message) -> Heard:
    if below[1:] == ("state",):
        return said_available("bridge", message.scalar_or_json())
    return ignored("what the bridge says of itself")


def _read_device(device: str, told: dict[str, Json], message: Message) -> Heard:
    gathering = Gathering()
    at = moment(told.get("last_seen"), message.received_at)
    action = told.get("action") or told.get("click")
    _take_action(gathering, device, action, at)
    gathering.take_all(device, _VALUES, told, at)
    for name, value in told.items():
        if name.startswith(_TURNS):
            _take_trigger(gathering, device, name, value, at)
    return gathering.heard("no value that linli knows")


def _take_trigger(gathering: Gathering, device: str, name: str, value: Json, at: datetime | None) -> None:
    first, _, rocker = name.partition("_")
    if first == _SWITCH and str(value).lower() in _SWITCHED:
        gathering.take_switch(device, value, rocker, at)
    elif name == "vibration" and value is True:
        gathering.take_pulse(device, at)


def _read_attribute(below: tuple[str, ...], told: Json) -> Heard:
    """Read one value on a topic of its own: `/action`, and `output: attribute`."""
    if len(below) < 2:
        return Heard(rejected="a device's message must be a JSON object")
    device, name = "/".join(below[:-1]), below[-1]
    gathering = Gathering()
    if name in {"action", "click"}:
        _take_action(gathering, device, told, None)
    elif name in _VALUES:
        gathering.take(device, _VALUES[name], told)
    else:
        _take_trigger(gathering, device, name, told, None)
    return gathering.heard("no value that linli knows")


def _take_action(gathering: Gathering, device: str, action: Json, at: datetime | None) -> None:
    word = action.strip().lower() if isinstance(action, str) else ""
    if word.startswith(_SHAKE):
        gathering.take_pulse(device, at)
    elif not word.startswith(_NOT_A_HAND):
        gathering.take_press(device, action, at)
