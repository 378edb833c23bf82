"""OpenMQTTGateway and Theengs: …/BTtoMQTT/…, …/RTL_433toMQTT, climate sensors, LWT.

A beacon says where a thing lies, not that somebody is up: beacons, trackers and phones are passed over, known or not.
A radio code of 433toMQTT is a trigger: the device list knows what sent it. Source: the projects' user guides and the
properties that the decoder lists for each device.
"""

from ingest.codecs import fields as f
from ingest.codecs import rtl_433
from ingest.codecs.gathering import Gathering, ignored, said_available
from ingest.codecs.message import Json, Message, items, named
from linli.signals import Kind, Value
from linli.wire import Heard

NAME = "OpenMQTTGateway"
FILTERS: tuple[str, ...] = (
    *(
        f"+/+/{module}/#"
        for module in (
            "BTtoMQTT",
            "RTL_433toMQTT",
            "433toMQTT",
            "PilighttoMQTT",
            "IRtoMQTT",
            "CLIMAtoMQTT",
            "DHTtoMQTT",
        )
    ),
    "+/+/HCSR501toMQTT/#",
    "+/+/LWT",
)

_CLIMATE = frozenset({"CLIMAtoMQTT", "DHTtoMQTT"})
_RADIO = "RTL_433toMQTT"
_BLUETOOTH = "BTtoMQTT"
_PIR = "HCSR501toMQTT"
_CODES = frozenset({"433toMQTT", "PilighttoMQTT", "IRtoMQTT"})
_PASSED_OVER = frozenset({"BCON", "TRACK", "RMAC", "TIRE", "BBQ"})
"""Types of what only says that it is near, and of what is warm without being a room."""
_MOVED = "WCVR"
"""The type of blinds: their motion is the motor's."""
_GRAMS = "SKALE"
_PRESSES = {0: None, 1: "single", 2: "double", 3: "triple", 4: "long", 128: "hold", 254: "hold"}
_POUNDS, _JIN = 0.45359237, 0.5


def _shut(given: Json) -> Value | None:
    word = str(given).strip().lower()
    return word if word in {"open", "closed"} else None


_VALUES: dict[str, f.Field] = {
    "tempc": f.TEMPERATURE,
    "hum": f.HUMIDITY,
    "batt": f.BATTERY,
    "motion": f.MOTION,
    "presence": f.MOTION,
    "open": (Kind.CONTACT, lambda given: f.open_when_true(given) if isinstance(given, bool) else None),
    "contact": (Kind.CONTACT, _shut),
    "leak": f.LEAK,
    "water_leak": f.LEAK,
    "wet": f.LEAK,
    "smoke": f.SMOKE,
    "bpm": f.HEART_RATE,
    "act_bpm": f.HEART_RATE,
}
_NO_BLINDS = {name: known for name, known in _VALUES.items() if name not in {"motion", "open"}}
_BUTTONS = ("button", "button1", "button2", "button3", "button4")


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return (
        any("toMQTT" in level or level.startswith("MQTTto") for level in levels)
        or (len(levels) > 1 and levels[-1] == "LWT")
        or "home_presence" in levels
    )


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    if levels[-1] == "LWT":
        return said_available(levels[-2], message.text())
    if "undecoded" in levels:
        return ignored("meant for another decoder")
    module = next((level for level in levels if level.endswith("toMQTT")), "")
    if module == _BLUETOOTH:
        return _read_advertisement(levels[-1], message)
    if module == _RADIO:
        return rtl_433.read_event(message.object(), message)
    if module in _CLIMATE:
        return _read_climate("/".join(levels[1:]), message)
    if module == _PIR:
        return _read_pir("".join(levels[-2:-1]), message)
    if module in _CODES:
        return _read_code(message)
    return ignored("nothing that linli knows the sender of")


def _read_advertisement(device: str, message: Message) -> Heard:
    told = message.json()
    gathering = Gathering()
    for each in items(told) or [told]:
        if isinstance(each, dict):
            _take_advertisement(gathering, named(each.get("id"), each.get("mac"), device), each)
    return gathering.heard("only says that it is near")


def _take_advertisement(gathering: Gathering, device: str, told: dict[str, Json]) -> None:
    kind, model = named(told.get("type")), told.get("model_id")
    if kind in _PASSED_OVER or model == "IBEACON":
        return
    if not kind and "presence" in told:
        told = {name: value for name, value in told.items() if name != "presence"}  # a tracker's, not a sensor's
    gathering.take_all(device, _NO_BLINDS if kind == _MOVED else _VALUES, told)
    if "tempc" not in told:
        gathering.take(device, f.FAHRENHEIT, told.get("tempf"))
    if told.get("avgu") == "kW":
        gathering.take(device, f.KILOWATTS, told.get("avg"))
    gathering.take(device, f.WATER_TOTAL, told.get("litres"))
    for name in _BUTTONS:
        if name in told:
            _take_press(gathering, device if name == "button" else f"{device}/{name}", told[name])
    if model != _GRAMS:
        _take_weight(gathering, device, told)


def _take_press(gathering: Gathering, device: str, given: Json) -> None:
    if isinstance(given, int) and not isinstance(given, bool):
        gathering.take(device, f.BUTTON, _PRESSES.get(given, str(given)))


def _take_weight(gathering: Gathering, device: str, told: dict[str, Json]) -> None:
    """Only what says that a person stood on it, in a unit that we know."""
    factor = {"kg": 1.0, "lb": _POUNDS, "lbs": _POUNDS, "jin": _JIN}.get(str(told.get("unit")).lower())
    weight = told.get("weight")
    if factor and isinstance(weight, int | float) and told.get("weighing_mode", "person") == "person":
        gathering.take(device, (Kind.WEIGHT, f.scaled(Kind.WEIGHT, factor)), weight)


def _read_code(message: Message) -> Heard:
    """Read which code came; on the gateway's topic the code is all that tells its sender."""
    told = message.scalar_or_json()
    code = named(told.get("value"), told.get("hex")) if isinstance(told, dict) else named(told)
    gathering = Gathering()
    if code and code != "0":
        gathering.take_pulse(code)
    return gathering.heard("no code")


def _read_climate(device: str, message: Message) -> Heard:
    told = message.object()
    gathering = Gathering()
    celsius = told.get("tempc", told.get("temp"))
    gathering.take(device, f.FAHRENHEIT if told.get("unit") == "F" else f.TEMPERATURE, celsius)
    gathering.take(device, f.HUMIDITY, told.get("hum"))
    return gathering.heard("no value that linli knows")


def _read_pir(device: str, message: Message) -> Heard:
    gathering = Gathering()
    gathering.take(device, f.MOTION, message.object().get("presence"))
    return gathering.heard("no value that linli knows")
