"""Frames of Milesight sensors: channel, type, value, one after the other; what a channel means depends on the model.

Source: the maker's user guides and its public tables of payload definitions. Stored records (type 0xCE) are history and
are passed over. At the first channel that is not known the frame is given up as a whole: its length cannot be told.
"""

import re
from collections.abc import Iterator

from ingest.codecs import fields as f
from ingest.codecs.message import Json

Values = list[tuple[f.Field, Json]]

_MODEL = re.compile(
    r"(?<![A-Z0-9])(WS101|WS202|WS203|WS301|EM300-?MCS|EM300-?[SZ]LD|EM300-?TH)(?![0-9])", re.IGNORECASE
)
_PRESSES = {1: "short", 2: "long", 3: "double"}

_COMMON: dict[tuple[int, int], int] = {
    (0xFF, 0x01): 1, (0xFF, 0x08): 6, (0xFF, 0x09): 2, (0xFF, 0x0A): 2, (0xFF, 0x0B): 1, (0xFF, 0x0F): 1,
    (0xFF, 0x16): 8, (0xFF, 0xFF): 2, (0xFF, 0xFE): 1,
}  # fmt: skip
"""What a device says of itself when it starts, with the length of each."""
_HISTORY = 0xCE
_HISTORY_LENGTHS = {"WS203": 9, "EM300MCS": 8, "EM300SLD": 8, "EM300ZLD": 8, "EM300TH": 7}
_BATTERY, _TEMPERATURE, _HUMIDITY, _STATE, _PRESS = 0x75, 0x67, 0x68, 0x00, 0x2E
_STATES: dict[str, dict[int, f.Field | None]] = {
    "WS202": {0x03: f.MOTION, 0x04: None},
    "WS203": {0x05: f.MOTION},
    "WS301": {0x03: f.OPENING, 0x04: None},
    "EM300MCS": {0x06: f.OPENING},
    "EM300SLD": {0x05: f.LEAK},
    "EM300ZLD": {0x05: f.LEAK},
}
"""The channels of one byte that says yes or no; None where it says nothing of a person or a home."""


def take_apart(model: str, frame: bytes) -> Values | None:
    """Return the values of a frame; None where the model is another's or the frame is not as documented."""
    named = _MODEL.search(model)
    if named is None:
        return None
    name = named.group(1).upper().replace("-", "")
    try:
        return list(_values(name, frame))
    except (ValueError, IndexError):
        return None


def _values(model: str, frame: bytes) -> Iterator[tuple[f.Field, Json]]:
    at = 0
    while at < len(frame):
        channel, kind = frame[at], frame[at + 1]
        length = _length(model, channel, kind)
        value = frame[at + 2 : at + 2 + length]
        if len(value) < length:
            raise ValueError("the frame ends too soon")
        yield from _value(model, channel, kind, value)
        at += 2 + length


def _length(model: str, channel: int, kind: int) -> int:
    if (channel, kind) in _COMMON:
        return _COMMON[channel, kind]
    if channel == 0x20 and kind == _HISTORY and model in _HISTORY_LENGTHS:
        return _HISTORY_LENGTHS[model]
    if (channel, kind) in {(0x01, _BATTERY), (0x04, _HUMIDITY), (0xFF, _PRESS)}:
        return 1
    if (channel, kind) == (0x03, _TEMPERATURE):
        return 2
    if kind == _STATE and channel in _STATES.get(model, ()):
        return 1
    raise ValueError("a channel that is not known")


def _value(model: str, channel: int, kind: int, value: bytes) -> Iterator[tuple[f.Field, Json]]:
    if kind == _BATTERY:
        yield f.BATTERY, value[0]
    elif kind == _TEMPERATURE:
        yield f.TEMPERATURE, int.from_bytes(value, "little", signed=True) / 10
    elif kind == _HUMIDITY:
        yield f.HUMIDITY, value[0] / 2
    elif kind == _PRESS and model == "WS101":
        yield f.BUTTON, _PRESSES.get(value[0])
    elif kind == _STATE and channel != 0xFF:
        known = _STATES[model][channel]
        if known is not None:
            yield known, value[0]
