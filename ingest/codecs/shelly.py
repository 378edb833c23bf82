"""Shelly: generation 1 (a topic for each value), generations 2 and later (events/rpc, status/…), whatever the prefix.

A relay's own temperature is the chip's, not the room's; inputs that are switches, outputs and shakes are triggers.
Source: the maker's API documentation, "Gen1 MQTT" and "Gen2+ RPC notifications", and its script
"BLU Gateway BTHome to MQTT".
"""

from collections.abc import Mapping
from datetime import datetime

from ingest.codecs import bthome
from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored, said_available
from ingest.codecs.message import Json, Message, inner, items, named, part
from ingest.codecs.times import moment
from linli.signals import Kind
from linli.wire import Heard

NAME = "Shelly"
FILTERS: tuple[str, ...] = ("shellies/#", "+/events/rpc", "+/+/events/rpc", "+/status/+", "+/online")

_PRESSES = {"S": "single", "SS": "double", "SSS": "triple", "L": "long", "SL": "single_long", "LS": "long_single"}
_RELEASED = "btn_up"
_GAS = {"none": "off", "mild": "on", "heavy": "on"}

_FIRST_SENSORS: dict[str, f.Field] = {
    "state": (Kind.CONTACT, lambda given: f.open_when_true(given) if isinstance(given, str) else None),
    "motion": f.MOTION,
    "temperature": f.TEMPERATURE,
    "humidity": f.HUMIDITY,
    "battery": f.BATTERY,
    "flood": f.LEAK,
    "smoke": f.SMOKE,
    "gas": (Kind.GAS, lambda given: _GAS.get(str(given))),
    "alarm_state": (Kind.GAS, lambda given: _GAS.get(str(given))),
}
_FIRST_PARTS: dict[str, f.Field] = {
    "ext_temperature": f.TEMPERATURE,
    "ext_humidity": f.HUMIDITY,
}
_METERS = frozenset({"relay", "emeter", "light", "white", "roller"})
_HEARD = "blu"
"""Under this name a script of the maker's tells of BLU devices, which gateways tell of as `bthomedevice:`."""
_EVENT_COMPONENTS = ("input:", "bthomedevice:")


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    if levels[0] == "shellies":
        return True
    below = levels[-2:]
    return (
        below in {("events", "rpc"), ("command", "rpc")}
        or levels[-1] == "rpc"
        or (len(levels) > 2 and below[0] == "status" and ":" in below[1])
        or (levels[-1] == "online" and len(levels) > 1)
        or levels[0].startswith("shelly")
    )


def read(message: Message) -> Heard:
    """Return what a message says."""
    levels = message.levels
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    if levels[-1] == "online":
        return said_available(_device(levels[:-1]), message.text())
    if levels[-2:] == ("events", "rpc"):
        return _read_notification(_device(levels[:-2]), message)
    if levels[-2:-1] == ("status",):
        return _read_component(_device(levels[:-2]), levels[-1], message)
    if levels[0] == "shellies" and len(levels) > 2:
        return _read_first(levels[1], levels[2:], message)
    return ignored("a command, an answer or an announcement")


def _device(levels: tuple[str, ...]) -> str:
    return "/".join(levels[1:] if levels[:1] == ("shellies",) else levels)


def _read_first(device: str, below: tuple[str, ...], message: Message) -> Heard:
    """Generation 1."""
    gathering = Gathering()
    match below:
        case ("sensor", name) if name in _FIRST_SENSORS:
            gathering.take(device, _FIRST_SENSORS[name], message.scalar_or_json())
        case ("input_event", _):
            _take_press(gathering, device, part(message.object()))
        case (name, _) if name in _FIRST_PARTS:
            gathering.take(device, _FIRST_PARTS[name], message.scalar_or_json())
        case (name, _, "power") if name in _METERS:
            gathering.take(device, f.POWER, message.scalar_or_json())
        case ("relay" | "input" as name, number):
            gathering.take_switch(device, message.scalar_or_json(), f"{name}{number}")
        case ("sensor", "vibration") if f.truth(message.scalar_or_json()):
            gathering.take_pulse(device)
        case ("status",):
            _take_motion_status(gathering, device, message)
    return gathering.heard("no value that linli knows")


def _take_press(gathering: Gathering, device: str, told: Mapping[str, Json]) -> None:
    """An empty event is what a button says after a restart."""
    word = told.get("event")
    if isinstance(word, str):
        gathering.take(device, f.BUTTON, _PRESSES.get(word.strip(), word))


def _take_motion_status(gathering: Gathering, device: str, message: Message) -> None:
    """`active` says that the sensor is switched on; `timestamp` when it last saw somebody."""
    told = message.object()
    at = moment(told.get("timestamp"), message.received_at)
    gathering.take(device, f.MOTION, told.get("motion"), at)
    gathering.take(device, f.BATTERY, told.get("bat"), at)
    gathering.take(device, f.TEMPERATURE, inner(told, "tmp", "value"), at)


def _read_notification(device: str, message: Message) -> Heard:
    told = message.object()
    device = named(told.get("src"), device)
    params = part(told, "params")
    at = moment(params.get("ts"), message.received_at)
    gathering = Gathering()
    method = named(told.get("method"))
    if method == "NotifyEvent":
        for event in items(params.get("events")):
            _take_event(gathering, device, part(event), message.received_at)
    elif method in {"NotifyStatus", "NotifyFullStatus"}:
        for component, status in params.items():
            if component == _HEARD:
                _take_heard(gathering, part(status))
            else:
                _take_component(gathering, device, component, part(status), at)
    return gathering.heard("no value that linli knows")


def _take_event(gathering: Gathering, device: str, event: Mapping[str, Json], received_at: datetime) -> None:
    component, word = named(event.get("component")), named(event.get("event"))
    if component.startswith("script:"):
        _take_advertisement(gathering, part(event.get("data")))
    if component == _HEARD and word == "button":
        told = part(event.get("data"))
        bthome.take_values(gathering, named(told.get("device")), {"button": told.get("value")})
    if not component.startswith(_EVENT_COMPONENTS) or word in {_RELEASED, "config_changed"}:
        return
    gathering.take(f"{device}/{component}", f.BUTTON, word, moment(event.get("ts"), received_at))


def _take_heard(gathering: Gathering, devices: Mapping[str, Json]) -> None:
    """Read how BLU devices stand by the maker's script for gateways; it tells presses as events besides."""
    for name, state in devices.items():
        bthome.take_values(gathering, name, {said: value for said, value in part(state).items() if said != "button"})


def _take_advertisement(gathering: Gathering, told: dict[str, Json]) -> None:
    """Read what a script on the device has heard of a BLU device."""
    heard = part(told, "payload") or told
    if "BTHome_version" in heard:
        bthome.take_values(gathering, named(heard.get("address"), heard.get("addr")), heard)


def _read_component(device: str, component: str, message: Message) -> Heard:
    gathering = Gathering()
    _take_component(gathering, device, component, part(message.json()), None)
    return gathering.heard("no value that linli knows")


def _take_component(
    gathering: Gathering, device: str, component: str, status: Mapping[str, Json], at: datetime | None
) -> None:
    kind = component.partition(":")[0]
    if kind in _SWITCHES:
        gathering.take_switch(device, status.get(_SWITCHES[kind]), component, at)
    for name, path, known in _COMPONENTS.get(kind, ()):
        found = status.get(name) if path is None else inner(status.get(name), path)
        gathering.take(device, known, found, at)


_SWITCHES = {"switch": "output", "input": "state"}
"""What can be on or off, and where it says so; an input that is a button has no state."""
_POWERS: tuple[tuple[str, str | None, f.Field], ...] = (("apower", None, f.POWER),)
_COMPONENTS: dict[str, tuple[tuple[str, str | None, f.Field], ...]] = {
    "bthomedevice": (("battery", None, f.BATTERY),),
    "temperature": (("tC", None, f.TEMPERATURE),),
    "humidity": (("rh", None, f.HUMIDITY),),
    "devicepower": (("battery", "percent", f.BATTERY),),
    "smoke": (("alarm", None, f.SMOKE),),
    "flood": (("alarm", None, f.LEAK),),
    "gas": (("alarm", None, f.GAS),),
    "motion": (("motion", None, f.MOTION),),
    "presence": (("value", None, f.PRESENCE), ("presence", None, f.PRESENCE)),
    "presencezone": (("value", None, f.PRESENCE), ("state", None, f.PRESENCE)),
    "switch": _POWERS,
    "pm1": _POWERS,
    "light": _POWERS,
    "cover": _POWERS,
    "em": (("total_act_power", None, f.POWER),),
    "em1": (("act_power", None, f.POWER),),
}
