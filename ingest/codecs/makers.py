"""What single makers' payload codecs say in a way of their own: more than one name must be read together.

Source: the public decoders of Milesight (VS373, WS136, WS156) and Dragino (LHT65N-PIR, PB01, PB05, SW3L).
"""

import re
from collections.abc import Mapping
from datetime import datetime

from ingest.codecs import fields as f
from ingest.codecs.gathering import Gathering
from ingest.codecs.message import Json, items, part

_SCENE = re.compile(r"(button_\d+)_(?:d2d|msgid)\Z")
_BUTTON = "button_"
_KEY = re.compile(r"key\d\Z")
_DETECTED: dict[str, tuple[f.Field, bool]] = {
    "fall": (f.FALL, True),
    "in_bed": (f.BED, True),
    "out_of_bed": (f.BED, False),
    "vacant": (f.PRESENCE, False),
    "occupied": (f.PRESENCE, True),
}
"""What a radar above a bed tells where others say only whether somebody is there."""
_ALARMS = {"alarm_triggered": True, "alarm_deactivated": False, "alarm_ignored": False}


def take(gathering: Gathering, device: str, told: Mapping[str, Json], at: datetime | None) -> None:
    """Read what needs to be read together."""
    if "detection_status" in told:
        _take_detected(gathering, device, told["detection_status"], at)
    for event in items(told.get("events")):
        _take_alarm(gathering, device, part(event), at)
    scenes = (_SCENE.match(name) for name in told if name.startswith(_BUTTON))
    for name in dict.fromkeys(found.group(1) for found in scenes if found):
        gathering.take(device, f.BUTTON, name, at)
    if "Sound_key" in told:
        _take_keys(gathering, device, told, at)
    if "Move_count" in told:
        gathering.take(device, f.MOTION, told.get("Exti_pin_level") == "Activity", at)
    if "Water_flow_value" in told:
        known = f.WATER if "Last_pulse" in told else f.WATER_TOTAL
        gathering.take(device, known, told["Water_flow_value"], at)


def _take_detected(gathering: Gathering, device: str, status: Json, at: datetime | None) -> None:
    detected = _DETECTED.get(str(status))
    if detected is not None:
        gathering.take(device, *detected, at)


def _take_alarm(gathering: Gathering, device: str, event: Mapping[str, Json], at: datetime | None) -> None:
    """Of a radar's alarms only a fall is one to us."""
    state = _ALARMS.get(str(event.get("alarm_status")))
    if event.get("alarm_type") == "fall" and state is not None:
        gathering.take(device, f.FALL, state, at)


def _take_keys(gathering: Gathering, device: str, told: Mapping[str, Json], at: datetime | None) -> None:
    """Read a button, or each key of a panel; without the alarm it only reports by the clock."""
    if told.get("Alarm") != "TRUE":
        return
    keys = [name for name in told if _KEY.match(name)]
    for name in keys:
        if told[name] == "Yes":
            gathering.take(device, f.BUTTON, name, at)
    if not keys:
        gathering.take(device, f.BUTTON, "press", at)
