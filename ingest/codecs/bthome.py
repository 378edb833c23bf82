"""BTHome sensors, Shelly BLU above all, as a gateway's script publishes them: one JSON object for each advertisement.

Source: the BTHome v2 format and the published script for Shelly gateways (`shelly-blu/events/…`).
"""

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering, ignored
from ingest.codecs.message import Json, Message, named
from linli.signals import Kind
from linli.wire import Heard

NAME = "BTHome"
FILTERS: tuple[str, ...] = ("shelly-blu/#",)

_PRESSES = {
    1: "single",
    2: "double",
    3: "triple",
    4: "long",
    5: "long_double",
    6: "long_triple",
    0x80: "hold",
    0xFE: "hold",
}

_VALUES: dict[str, f.Field] = {
    "battery": f.BATTERY,
    "temperature": f.TEMPERATURE,
    "humidity": f.HUMIDITY,
    "motion": f.MOTION,
    "occupancy": f.MOTION,
    "presence": f.PRESENCE,
    "window": f.OPENING,
    "door": f.OPENING,
    "opening": f.OPENING,
    "moisture": f.LEAK,
    "water_leak": f.LEAK,
    "smoke": f.SMOKE,
    "gas": f.GAS,
    "carbon_monoxide": f.GAS,
    "power": f.POWER,
}


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0] == "shelly-blu"


def read(message: Message) -> Heard:
    """Return what a message says."""
    if not message.payload.strip():
        return ignored("an empty retained message only clears the topic")
    told = message.object()
    if "service_data" in told and isinstance(told["service_data"], dict):
        told = told["service_data"] | {name: told[name] for name in ("address",) if name in told}
    gathering = Gathering()
    take_values(gathering, named(told.get("address"), told.get("addr"), message.levels[-1]), told)
    return gathering.heard("no value that linli knows, or an encrypted advertisement")


def tells(payload: bytes) -> bool:
    """Tell whether a payload on an unknown topic is BTHome: the script lets people choose the topic."""
    return b'"BTHome_version"' in payload


def take_values(gathering: Gathering, device: str, told: dict[str, Json]) -> None:
    """Read the values of one advertisement; an encrypted one has none."""
    if told.get("encryption") is True:
        return
    presses = told.get("button")
    for number, press in enumerate(presses if isinstance(presses, list) else [presses], start=1):
        name = _press(press)
        if name is not None:
            gathering.say(f"{device}/{number}" if isinstance(presses, list) else device, Kind.BUTTON, name)
    gathering.take_all(device, _VALUES, told)
    if f.truth(told.get("vibration")):
        gathering.take_pulse(device)


def _press(given: Json) -> str | None:
    return _PRESSES.get(given) if isinstance(given, int) and not isinstance(given, bool) else None
