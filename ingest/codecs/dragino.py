"""Frames of Dragino sensors: door LDS02, leak LWL02, temperature and humidity LHT65 and LHT52.

Source: the maker's user manuals, sections "Uplink Payload". The battery is told in volts, so it says nothing here.
"""

import re

from ingest.codecs import fields as f
from ingest.codecs.message import Json

Values = list[tuple[f.Field, Json]]

_MODEL = re.compile(r"(?<![A-Z0-9])(LDS0[1-3]|LWL0[1-3]|LHT65|LHT52)", re.IGNORECASE)
_DOOR, _LEAK, _BOTH = 1, 2, 3
_SWITCH_LENGTH, _CLIMATE_LENGTH = 10, 11


def take_apart(model: str, frame: bytes) -> Values | None:
    """Return the values of a frame; None where the model is another's or the frame is not as documented."""
    named = _MODEL.search(model)
    if named is None:
        return None
    if named.group(1).upper().startswith("LHT"):
        return _climate(frame, at=2 if named.group(1).upper() == "LHT65" else 0)
    return _switch(frame)


def _switch(frame: bytes) -> Values | None:
    """Read LDS and LWL: the two highest bits of the battery's bytes are the state, the third byte says of what."""
    if len(frame) != _SWITCH_LENGTH:
        return None
    opened, wet, mode = frame[0] >> 7 & 1, frame[0] >> 6 & 1, frame[2]
    if mode == _DOOR:
        return [(f.OPENING, opened)]
    if mode == _LEAK:
        return [(f.LEAK, wet)]
    return [(f.OPENING, opened), (f.LEAK, wet)] if mode == _BOTH else None


def _climate(frame: bytes, *, at: int) -> Values | None:
    """Read LHT65 (the battery's two bytes come first) and LHT52."""
    if len(frame) != _CLIMATE_LENGTH:
        return None
    degrees = int.from_bytes(frame[at : at + 2], "big", signed=True) / 100
    moist = int.from_bytes(frame[at + 2 : at + 4], "big") / 10
    return [(f.TEMPERATURE, degrees), (f.HUMIDITY, moist)]
