"""Frames of Dragino sensors: doors, leaks, temperature and humidity, movement, call buttons, a water meter.

Source: the maker's user manuals, sections "Uplink Payload", and its public decoders. The battery is told in volts, so it
says nothing here. On some ports stand settings, or records of hours ago in the same form: those are passed over.
"""

import re
from collections.abc import Callable

from ingest.codecs import fields as f
from ingest.codecs.message import Json

Values = list[tuple[f.Field, Json]]

_MODEL = re.compile(
    r"(?<![A-Z0-9])(LDS0[12]|LDS03A?|DS03A|LWL0[1-4]A?|LHT65[NS]-PIR|LHT65(?![NS]-VIB)|LHT52|PB0[15]|SW3L)",
    re.IGNORECASE,
)
_NOT_LIVE = frozenset({3, 4, 5})
"""The ports of stored records, of settings and of what the device is."""
_DOOR, _LEAK, _BOTH = 1, 2, 3
_SWITCH_LENGTH, _CLIMATE_LENGTH = 10, 11
_ONE, _TWO = 11, 18
"""How long the frame of a sensor with one contact is, or with two."""
_MOVEMENT = 14
_PULSES_A_LITRE = {1: 390, 2: 64, 3: 12}
_OTHER_PULSES_A_LITRE = 450


def take_apart(model: str, frame: bytes, port: int | None = None) -> Values | None:
    """Return the values of a frame; None where the model is another's or the frame is not as documented."""
    named = _MODEL.search(model)
    if named is None:
        return None
    name = named.group(1).upper()
    return next((reader(frame, port) for family, reader in _FAMILIES if name.startswith(family)), None)


def _switch(frame: bytes, _port: int | None) -> Values | None:
    """Read LDS01/02 and LWL01/02: the two highest bits of the battery's bytes are the state, the third byte says of what."""
    if len(frame) != _SWITCH_LENGTH:
        return None
    opened, wet, mode = frame[0] >> 7 & 1, frame[0] >> 6 & 1, frame[2]
    if mode == _DOOR:
        return [(f.OPENING, opened)]
    if mode == _LEAK:
        return [(f.LEAK, wet)]
    return [(f.OPENING, opened), (f.LEAK, wet)] if mode == _BOTH else None


def _counting(known: f.Field) -> Callable[[bytes, int | None], Values | None]:
    """Read those that count and time openings or leaks besides: the lowest bit of the first byte is the state."""

    def read(frame: bytes, port: int | None) -> Values | None:
        if port in _NOT_LIVE or len(frame) not in {_ONE, _TWO}:
            return None
        states = [frame[0] & 1] if len(frame) == _ONE else [frame[0] & 1, frame[_ONE] & 1]
        return [(known, max(states))]

    return read


def _climate(frame: bytes, *, at: int) -> Values | None:
    if len(frame) != _CLIMATE_LENGTH:
        return None
    degrees = int.from_bytes(frame[at : at + 2], "big", signed=True) / 100
    moist = (int.from_bytes(frame[at + 2 : at + 4], "big") & 0xFFF) / 10
    return [(f.TEMPERATURE, degrees), (f.HUMIDITY, moist)]


def _lht65(frame: bytes, port: int | None) -> Values | None:
    """Read LHT65 and its kin: the battery comes first; a bit of the seventh byte marks a stored record."""
    if port in _NOT_LIVE or (len(frame) == _CLIMATE_LENGTH and frame[6] & 0x40):
        return None
    return _climate(frame, at=2)


def _lht65_pir(frame: bytes, port: int | None) -> Values | None:
    told = _lht65(frame, port)
    if told is None or frame[6] & 0x0F != _MOVEMENT:
        return told
    return [*told, (f.MOTION, frame[7] & 1)]


def _lht52(frame: bytes, port: int | None) -> Values | None:
    return None if port in _NOT_LIVE else _climate(frame, at=0)


def _button(frame: bytes, port: int | None) -> Values | None:
    """Read PB01: the fourth byte tells a press from what it sends by the clock."""
    if port in _NOT_LIVE or len(frame) != 8:
        return None
    climate = [(f.TEMPERATURE, int.from_bytes(frame[4:6], "big", signed=True) / 10)]
    climate.append((f.HUMIDITY, int.from_bytes(frame[6:8], "big") / 10))
    return [(f.BUTTON, "press"), *climate] if frame[3] & 1 else [*climate]


def _keys(frame: bytes, port: int | None) -> Values | None:
    """Read PB05, a panel of five keys."""
    if port in _NOT_LIVE or len(frame) != 5:
        return None
    return [(f.BUTTON, f"key{key + 1}") for key in range(5) if frame[3] & 1 and frame[4] >> key & 1]


def _flow(frame: bytes, port: int | None) -> Values | None:
    """Read SW3L, which counts the turns of a wheel: all of them, or in another mode those since the last report."""
    if port in _NOT_LIVE or len(frame) != 11:
        return None
    litres = int.from_bytes(frame[1:5], "big") / _PULSES_A_LITRE.get(frame[0] >> 2 & 0x0F, _OTHER_PULSES_A_LITRE)
    return [(f.WATER if frame[5] == 1 else f.WATER_TOTAL, round(litres, 2))]


_FAMILIES: tuple[tuple[str, Callable[[bytes, int | None], Values | None]], ...] = (
    ("LDS03", _counting(f.OPENING)),
    ("DS03", _counting(f.OPENING)),
    ("LWL03", _counting(f.LEAK)),
    ("LWL04", _counting(f.LEAK)),
    ("LDS", _switch),
    ("LWL", _switch),
    ("LHT65N-PIR", _lht65_pir),
    ("LHT65S-PIR", _lht65_pir),
    ("LHT65", _lht65),
    ("LHT52", _lht52),
    ("PB01", _button),
    ("PB05", _keys),
    ("SW3L", _flow),
)
