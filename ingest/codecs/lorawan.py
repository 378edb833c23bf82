"""What a LoRaWAN device says once its network server has taken the frame apart: names differ by maker, meanings do not.

Lists are passed over: makers put there what was recorded hours ago. A frame that nobody has taken apart is read only
where its model is known.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from ingest.codecs import dragino, makers, milesight
from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering
from ingest.codecs.message import Json
from linli.signals import Kind, Value

UNKNOWN = "no value that linli knows"
NOT_DECODED = "the frame is not decoded: choose a payload codec for this device in the network server"


def _press(given: Json) -> Value | None:
    if given is True:
        return "pressed"
    return f.press_name(given) if isinstance(given, str) and f.truth(given) is None else None


def _words_only(given: Json) -> Value | None:
    """A contact told as a number means open with one maker and closed with the next."""
    return f.open_when_true(given) if isinstance(given, str) and given.strip().lower() in {
        "open", "opened", "close", "closed"
    } else None  # fmt: skip


_WORDED: f.Field = (Kind.CONTACT, _words_only)
_PRESS: f.Field = (Kind.BUTTON, _press)
_COUNT: f.Field = (Kind.MOTION, lambda given: f.on_off(given) or f.counted(given))
_PEOPLE: f.Field = (Kind.PRESENCE, f.counted)

_NAMES: dict[f.Field, str] = {
    f.MOTION: "pir pirstatus pirtrigger motiondetected motionstatus occupancy occupancystatus occupied",
    _COUNT: "motion activity",
    f.PRESENCE: "presence presencestatus presencesensor persondetected",
    _PEOPLE: "peopletotalcounts peoplecount peoplecounts",
    f.OPENING: "door doorstatus doorstate dooropen dooropenstatus isopen windowopen",
    _WORDED: "magnet magnetstatus contact contactstatus contactstate window windowstatus reed reedstate state",
    f.LEAK: "waterleak waterleakstatus leak leakstatus leakdetected leakage leakagestatus flood waterdetected",
    f.SMOKE: "smoke smokestatus smokealarm smokedetected firealarm",
    f.GAS: "gas gasstatus gasalarm gasleak",
    f.FALL: "fall falldetected falldetection fallstatus fallalarm",
    f.BED: "bed inbed bedstatus bedoccupied bedoccupancy",
    f.SOS: "sos sosstatus sosalarm sosbutton sospressed panic panicbutton panicalarm emergency emergencybutton",
    _PRESS: "press buttonevent buttonpress buttonpressed button pressevent",
    f.TEMPERATURE: "temperature temp tempc tempcsht tempcds temperaturesht airtemperature ambienttemperature "
    "temperaturesensor sensortemperature roomtemperature",
    f.HUMIDITY: "humidity hum humsht relativehumidity airhumidity humiditysensor rh",
    f.BATTERY_NOT_VOLTS: "battery batterylevel batterypercent batterypercentage",
    f.POWER: "activepower power",
    f.HEART_RATE: "heartrate",
    f.SPO2: "spo2",
    f.RESPIRATION: "respiration respirationrate respiratoryrate breathingrate",
    f.BODY_TEMPERATURE: "bodytemperature",
}
_VALUES = {name: known for known, names in _NAMES.items() for name in names.split()}
_NESTED = frozenset({"data", "decoded", "payload", "object", "measurements"})
_MARKS = re.compile(r"[\s_.:/0-9-]")
_LONGEST_NAME = 100
"""What is longer, somebody has made up: it is neither looked at nor remembered."""


@lru_cache(maxsize=4096)
def _known(name: str) -> f.Field | None:
    """Return what a name means, whatever its case, separators and channel number."""
    return _VALUES.get("spo2" if name.lower() == "spo2" else _MARKS.sub("", name.lower()))


def take_object(gathering: Gathering, device: str, told: Mapping[str, Json], at: datetime | None) -> None:
    """Read the values of a decoded frame."""
    makers.take(gathering, device, told, at)
    for name, value in told.items():
        known = _known(name) if len(name) <= _LONGEST_NAME else None
        if known is not None:
            for each in _each(value):
                gathering.take(device, known, each, at)
        elif isinstance(value, dict) and name.lower() in _NESTED:
            take_object(gathering, device, value, at)


def _each(value: Json) -> list[Json]:
    """Return a value as it is, from inside an object with its unit, or of each of its channels."""
    if isinstance(value, list):
        return []
    if not isinstance(value, dict):
        return [value]
    return [value["value"]] if "value" in value else list(value.values())


def take_frame(
    gathering: Gathering, device: str, model: str, frame: Json, at: datetime | None, port: Json = None
) -> str:
    """Read a frame that the network server has not taken apart, if we know its model; return what to say otherwise."""
    taken_apart = _take_apart(model, frame, port if isinstance(port, int) else None)
    if taken_apart is None:
        return NOT_DECODED
    for known, value in taken_apart:
        gathering.take(device, known, value, at)
    return UNKNOWN


def _take_apart(model: str, frame: Json, port: int | None) -> list[tuple[f.Field, Json]] | None:
    if not isinstance(frame, str):
        return None
    try:
        octets = b64decode(frame, validate=True)
    except (Error, ValueError):
        return None
    found = milesight.take_apart(model, octets)
    return dragino.take_apart(model, octets, port) if found is None else found
