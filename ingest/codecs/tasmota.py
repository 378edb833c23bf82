"""Tasmota: tele/… and stat/… in either order of prefix and topic, its Zigbee bridge, its Bluetooth sensors.

Switches, relays and radio codes are triggers: nothing without a device list that says what they are. An answer to a
query tells nothing new. Source: the project's pages on MQTT, Zigbee, Bluetooth, buttons, switches, the RF bridge and
power monitoring.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored, said_available
from ingest.codecs.message import Json, Message, items, named, part
from ingest.codecs.times import moment
from linli.signals import Kind
from linli.wire import Heard

NAME = "Tasmota"
FILTERS: tuple[str, ...] = ("tele/#", "stat/#", "+/tele/#", "+/stat/#")

_PREFIXES = frozenset({"tele", "stat", "cmnd", "state"})
_READ = frozenset({"SENSOR", "RESULT"})
_BUTTON = re.compile(r"Button\S{0,4}\Z")
_LINK = "LinkQuality"
"""What every Zigbee device's message has, whichever way the bridge was told to nest it."""
_PIR = re.compile(r"PIR\d*\Z")
_SWITCH = re.compile(r"(?:POWER|Switch)(\d*)\Z")
"""A relay, or the switch at an input; with a number where there are several."""
_CODES = {"RfReceived": ("Data",), "IrReceived": ("Data", "Hash")}
"""What a bridge hears, and where the code of the sender stands."""
_RELEASED = frozenset({"CLEAR", "NONE"})
_CHIPS = frozenset({"ESP32", "MPU6050"})
"""Sensors whose temperature is their own."""
_POWER_ON_RESET = 85.0
"""What a DS18B20 says before its first measurement; nobody's room is as hot."""

_ZIGBEE: dict[str, f.Field] = {
    "Occupancy": f.MOTION,
    "PIR": f.MOTION,
    "Movement": f.MOTION,
    "Contact": f.OPENING,
    "Water": f.LEAK,
    "Fire": f.SMOKE,
    "CO": f.GAS,
    "PersonalEmergency": f.SOS,
    "BatteryPercentage": f.BATTERY,
    "Battery": f.BATTERY,
    "Temperature": f.TEMPERATURE,
    "Humidity": f.HUMIDITY,
    "ActivePower": f.POWER,
    "Click": f.BUTTON,
    "click": f.BUTTON,
}
_COMMAND = re.compile(r"000[568]!\d\d\Z")
"""A command that a remote control sends: on, off, dimming, scenes."""


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return (
        levels[0] in _PREFIXES
        or (levels[0] == "tasmota" and levels[1:2] == ("discovery",))
        or (len(levels) > 2 and levels[-2] in _PREFIXES)
    )


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    prefix = next((level for level in levels if level in _PREFIXES), "")
    if prefix in {"cmnd", ""}:
        return ignored("a command or a discovery")
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    device = "/".join(level for level in levels[:-1] if level != prefix)
    last = levels[-1]
    if last == "LWT":
        return said_available(device, message.text())
    if _BUTTON.match(last.title()):
        return _read_button(device, last, message)
    if _PIR.match(last):
        return _read_pir(device, message)
    if _SWITCH.match(last):
        gathering = Gathering()
        gathering.take_switch(device, message.text(), last.lower())
        return gathering.heard("neither on nor off")
    if last == "STATE":
        return _read_state(device, message)
    if last not in _READ:
        return ignored("a state of the device itself")
    return _read_sensors(device, message)


def _read_state(device: str, message: Message) -> Heard:
    """Read how the relays stand, which a device repeats every few minutes."""
    gathering = Gathering()
    for name, value in message.object().items():
        if _SWITCH.match(name):
            gathering.take_switch(device, value, name.lower())
    return gathering.heard("a state of the device itself")


def _read_button(device: str, button: str, message: Message) -> Heard:
    """Read how firmware before version 9 tells of a press: on a topic of its own, in capitals."""
    told = {name.title(): value for name, value in message.object().items()}
    gathering = Gathering()
    _take_press(gathering, device, button.title(), told)
    return gathering.heard("no press")


def _read_pir(device: str, message: Message) -> Heard:
    gathering = Gathering()
    gathering.take(device, f.MOTION, message.text())
    return gathering.heard("neither on nor off")


def _read_sensors(device: str, message: Message) -> Heard:
    told = message.object()
    at = moment(told.get("Time"), message.received_at)
    gathering = Gathering()
    in_fahrenheit = told.get("TempUnit") == "F"
    for name, values in told.items():
        if _SWITCH.match(name):
            stands = values.get("Action") if isinstance(values, dict) else values
            gathering.take_switch(device, stands, name.lower(), at)
        if not isinstance(values, dict):
            continue
        if name in _CODES:
            _take_code(gathering, named(*(values.get(field) for field in _CODES[name])), at)
        elif name == "ZbReceived":
            _take_zigbee(gathering, {device: values} if _LINK in values else values)
        elif _LINK in values:
            _take_zigbee(gathering, {name: values})
        elif name == "LwReceived":
            _take_lorawan(gathering, values)
        elif _BUTTON.match(name):
            _take_press(gathering, device, name, values)
        elif name not in _CHIPS:
            _take_sensor(gathering, f"{device}/{name}", values, at, celsius=not in_fahrenheit)
    return gathering.heard("no value that linli knows")


def _take_code(gathering: Gathering, code: str, at: datetime | None) -> None:
    if code:
        gathering.take_pulse(code, at)


def _take_zigbee(gathering: Gathering, devices: dict[str, Json]) -> None:
    for name, values in devices.items():
        if not isinstance(values, dict):
            continue
        device = named(values.get("Name"), name)
        gathering.take_all(device, _ZIGBEE, values)
        if any(_COMMAND.match(field) for field in values):
            _take_remote(gathering, device, values)
        elif "Power" in values:
            gathering.take_switch(device, values["Power"])


def _take_remote(gathering: Gathering, device: str, values: dict[str, Json]) -> None:
    """A remote's command is a press; its name is what Tasmota makes of it."""
    command = next(field for field in values if _COMMAND.match(field))
    named = ("Power", "ArrowClick", "DimmerUp", "DimmerDown", "DimmerStep", "DimmerMove", "DimmerStop")
    word = next((f"{name.lower()}_{values[name]}".lower() for name in named if name in values), command)
    gathering.say(device, Kind.BUTTON, word)


def _take_lorawan(gathering: Gathering, devices: dict[str, Json]) -> None:
    """Its decoders tell the battery in volts."""
    for name, values in devices.items():
        for field, known in (("DoorOpen", f.OPENING), ("Leak", f.LEAK), ("WaterLeak", f.LEAK)):
            gathering.take(name, known, part(values).get(field))


def _take_press(gathering: Gathering, device: str, button: str, values: dict[str, Json]) -> None:
    action = values.get("Action")
    if isinstance(action, str) and action.upper() not in _RELEASED:
        gathering.take(f"{device}/{button}", f.BUTTON, action.lower())


def _take_sensor(
    gathering: Gathering, device: str, values: dict[str, Json], at: datetime | None, *, celsius: bool
) -> None:
    degrees = values.get("Temperature")
    if degrees != _POWER_ON_RESET or "DS18" not in device:
        gathering.take(device, f.TEMPERATURE if celsius else f.FAHRENHEIT, degrees, at)
    gathering.take(device, f.HUMIDITY, values.get("Humidity"), at)
    gathering.take(device, f.BATTERY, values.get("Battery"), at)
    if device.endswith("/ENERGY"):
        for watts in _each(values.get("Power")):
            gathering.take(device, f.POWER, watts, at)


def _each(given: Json) -> Iterator[Json]:
    """Yield the power of each channel; a plug with one tells it bare."""
    yield from items(given) if isinstance(given, list) else [given]
