"""Frames of Milesight sensors: channel, type, value, one after the other; what a channel means depends on the model.

Source: the maker's user guides and its public tables of payload definitions. Stored records (type 0xCE) are history and
are passed over. At the first channel that is not known the frame is given up as a whole: its length cannot be told.
"""

import re
from collections.abc import Callable, Iterator

from ingest.codecs import fields as f
from ingest.codecs.message import Json

Values = list[tuple[f.Field, Json]]
Channel = tuple[int, int]

_MODEL = re.compile(
    r"(?<![A-Z0-9])(WS101|WS136|WS156|WS202|WS203|WS301|WS52[35]|VS321|VS330|VS34[01]|VS370|VS373|AM30[78]|"
    r"EM300-?MCS|EM300-?[MSZ]LD|EM300-?TH)(?![0-9])",
    re.IGNORECASE,
)
_PRESSES = {1: "short", 2: "long", 3: "double"}
_SEEN_BY_RADAR: dict[int, Values] = {
    1: [(f.PRESENCE, False)], 2: [(f.BED, True)], 3: [(f.BED, False)], 4: [(f.FALL, True)]
}  # fmt: skip
"""What a radar above a bed says of whom it watches; 0 is normal, which is no word of where she is."""
_ALARM_OF_A_FALL = 0
_ALARMS = {1: True, 2: False, 3: False}
"""An alarm that is raised, ended, or waved aside by somebody there."""


def _byte(known: f.Field) -> Callable[[bytes], Values]:
    return lambda value: [(known, value[0])]


def _nothing(_value: bytes) -> Values:
    return []


def _warmth(value: bytes) -> Values:
    return [(f.TEMPERATURE, int.from_bytes(value[:2], "little", signed=True) / 10)]


def _moisture(value: bytes) -> Values:
    return [(f.HUMIDITY, value[0] / 2)]


def _watts(value: bytes) -> Values:
    return [(f.POWER, int.from_bytes(value, "little"))]


def _press(value: bytes) -> Values:
    return [(f.BUTTON, _PRESSES.get(value[0]))]


def _scene(value: bytes) -> Values:
    return [(f.BUTTON, f"button_{value[0]}")]


def _people(value: bytes) -> Values:
    return [(f.PRESENCE, int.from_bytes(value, "little") > 0)]


def _radar(value: bytes) -> Values:
    return _SEEN_BY_RADAR.get(value[0], [])


def _alarm(value: bytes) -> Values:
    """An alarm's number, type and state; of the types only a fall is one to us."""
    return [(f.FALL, _ALARMS[value[3]])] if value[2] == _ALARM_OF_A_FALL and value[3] in _ALARMS else []


def _breath(value: bytes) -> Values:
    rate = int.from_bytes(value[1:3], "little") / 100
    return [(f.RESPIRATION, rate)] if rate else []


Table = dict[Channel, tuple[int, Callable[[bytes], Values]]]
"""By channel and type: how many bytes follow, and what they say."""

_COMMON: Table = {
    (0xFF, 0x01): (1, _nothing), (0xFF, 0x08): (6, _nothing), (0xFF, 0x09): (2, _nothing),
    (0xFF, 0x0A): (2, _nothing), (0xFF, 0x0B): (1, _nothing), (0xFF, 0x0F): (1, _nothing),
    (0xFF, 0x16): (8, _nothing), (0xFF, 0xFF): (2, _nothing), (0xFF, 0xFE): (1, _nothing),
    (0x01, 0x75): (1, _byte(f.BATTERY)),
}  # fmt: skip
"""What a device says of itself when it starts, and its battery."""
_WARMTH: Channel = (0x03, 0x67)
_CLIMATE: Table = {_WARMTH: (2, _warmth), (0x83, 0x67): (3, _warmth), (0x04, 0x68): (1, _moisture)}
_PANEL: Table = {(0xFF, 0x34): (3, _scene)}
_LEAK: Table = {(0x05, 0x00): (1, _byte(f.LEAK)), (0x20, 0xCE): (8, _nothing)}
_SEAT: Table = {(0x03, 0x00): (1, _byte(f.PRESENCE))}
_SOCKET: Table = {
    (0x03, 0x74): (2, _nothing), (0x04, 0x80): (4, _watts), (0x05, 0x81): (1, _nothing), (0x06, 0x83): (4, _nothing),
    (0x07, 0xC9): (2, _nothing), (0x08, 0x70): (1, _nothing),
}  # fmt: skip
_AIR: Table = _CLIMATE | {
    (0x05, 0x00): (1, _byte(f.MOTION)), (0x06, 0xCB): (1, _nothing), (0x07, 0x7D): (2, _nothing),
    (0x08, 0x7D): (2, _nothing), (0x08, 0xE6): (2, _nothing), (0x09, 0x73): (2, _nothing), (0x0E, 0x01): (1, _nothing),
    (0x0B, 0x7D): (2, _nothing), (0x0C, 0x7D): (2, _nothing),
}  # fmt: skip
_BED_RADAR: Table = {
    (0x03, 0xF8): (6, _radar), (0x07, 0xB0): (8, _radar), (0x06, 0xFB): (5, _alarm), (0x08, 0xB1): (3, _breath),
    (0x04, 0xF9): (4, _nothing), (0x05, 0xFA): (8, _nothing), (0x09, 0xB2): (6, _nothing), (0x0A, 0xB3): (5, _nothing),
    (0x0B, 0xB4): (9, _nothing), (0x0C, 0xB4): (9, _nothing), (0x20, 0xCE): (9, _nothing),
}  # fmt: skip
_TABLES: dict[str, Table] = {
    "WS101": {(0xFF, 0x2E): (1, _press)},
    "WS136": _PANEL,
    "WS156": _PANEL,
    "WS202": {(0x03, 0x00): (1, _byte(f.MOTION)), (0x04, 0x00): (1, _nothing)},
    "WS203": _CLIMATE | {(0x05, 0x00): (1, _byte(f.MOTION)), (0x20, 0xCE): (9, _nothing)},
    "WS301": {(0x03, 0x00): (1, _byte(f.OPENING)), (0x04, 0x00): (1, _nothing)},
    "WS523": _SOCKET,
    "WS525": _SOCKET,
    "VS321": _CLIMATE | {
        (0x05, 0xFD): (2, _people), (0x06, 0xFE): (4, _nothing), (0x07, 0xFF): (1, _nothing),
        (0x08, 0xF4): (2, _nothing), (0x0A, 0xEF): (4, _nothing),
    },
    "VS330": {(0x02, 0x82): (2, _nothing), (0x03, 0x8E): (1, _byte(f.PRESENCE)), (0x04, 0x8E): (1, _nothing)},
    "VS340": _SEAT,
    "VS341": _SEAT,
    "VS370": _SEAT | {(0x04, 0x00): (1, _nothing)},
    "VS373": _BED_RADAR,
    "AM307": _AIR,
    "AM308": _AIR,
    "EM300MCS": _CLIMATE | {(0x06, 0x00): (1, _byte(f.OPENING)), (0x20, 0xCE): (8, _nothing)},
    "EM300MLD": _LEAK,
    "EM300SLD": _CLIMATE | _LEAK,
    "EM300ZLD": _CLIMATE | _LEAK,
    "EM300TH": _CLIMATE | {(0x20, 0xCE): (7, _nothing)},
}  # fmt: skip


def take_apart(model: str, frame: bytes) -> Values | None:
    """Return the values of a frame; None where the model is another's or the frame is not as documented."""
    named = _MODEL.search(model)
    if named is None:
        return None
    try:
        return list(_values(_COMMON | _TABLES[named.group(1).upper().replace("-", "")], frame))
    except (KeyError, IndexError):
        return None


def _values(table: Table, frame: bytes) -> Iterator[tuple[f.Field, Json]]:
    at = 0
    while at < len(frame):
        length, reader = table[frame[at], frame[at + 1]]
        value = frame[at + 2 : at + 2 + length]
        if len(value) < length:
            raise IndexError("the frame ends too soon")
        yield from reader(value)
        at += 2 + length
