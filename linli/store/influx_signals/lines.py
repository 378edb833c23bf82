r"""A signal as a line of InfluxDB's protocol, and back.

`signal,home=…,device=…,kind=… key="…",text="…"|number=…|systolic=…,diastolic=…[,room="…"][,lag=…i][,said_at="…"] TIME`

TIME is in nanoseconds: the signal's millisecond, and within it a number that is the key's own, so that two signals of one
device, kind and millisecond are two points and one signal is the same point however often it is sent. Control characters,
`\` and `%` are written as in URLs (`%0A`): neither tags nor lines can hold them all, and so a line is one line.
"""

import re
from collections.abc import Sequence
from datetime import timedelta
from zlib import crc32

from linli.clock import from_millis
from linli.signals import BloodPressure, Kind, Signal, Value

MEASUREMENT = "signal"
NANOS = 1_000_000
"""Nanoseconds in a millisecond: so many signals of one device and kind can be told apart in each."""
COLUMNS = (
    "home", "device", "kind", "key", "text", "number", "systolic", "diastolic", "room", "lag", "said_at",
)  # fmt: skip
"""What is read, behind the time."""

_CODED = re.compile(r"[%\\\x00-\x1f\x7f]")
_CODE = re.compile(r"%([0-9A-F]{2})")
_EMPTY = "%"
"""What stands for a tag without a letter, which InfluxDB does not know."""


def natural_number(key: str) -> int:
    """Return a key's number within its millisecond, if no other signal there has it: 0 to 999,999."""
    return crc32(key.encode()) % NANOS


def tags_of(home: str, device: str, kind: Kind) -> str:
    """Return the beginning of a line, up to its fields."""
    return f"{beginning(home)}device={tag(device)},kind={kind.value} "


def beginning(home: str) -> str:
    """Return what all lines of a home begin with, and no other's."""
    return f"{MEASUREMENT},home={tag(home)},"


def line(signal: Signal, at: int, lag: int, number: int | None, tags: str) -> str:
    """Return a signal as a line, without a line's end.

    `at` is its moment and `lag` how much later it arrived, in milliseconds; `number` None: the key's own. `tags` are as
    `tags_of` gives them.
    """
    fields = [f"key={_quoted(signal.key)}", *_value(signal.value)]
    if signal.room:
        fields.append(f"room={_quoted(signal.room)}")
    if lag:
        fields.append(f"lag={lag}i")
    if signal.said_at:
        fields.append(f"said_at={_quoted(signal.said_at)}")
    return f"{tags}{','.join(fields)} {at * NANOS + (natural_number(signal.key) if number is None else number)}"


def _value(value: Value) -> list[str]:
    if isinstance(value, BloodPressure):
        return [f"systolic={float(value.systolic)!r}", f"diastolic={float(value.diastolic)!r}"]
    return [f"text={_quoted(value)}"] if isinstance(value, str) else [f"number={float(value)!r}"]


def signal_in(row: Sequence[object]) -> Signal:
    """Return the signal in a row of the server's answer: the time in nanoseconds, then `COLUMNS`."""
    nanos, home, device, kind, key, text, number, systolic, diastolic, room, lag, said_at = row
    at = int(str(nanos)) // NANOS
    value: Value
    if text is not None:
        value = plain(str(text))
    elif number is not None:
        value = _float(number)
    else:
        value = BloodPressure(_float(systolic), _float(diastolic))
    return Signal(
        plain(str(home)),
        plain(str(device)),
        Kind(str(kind)),
        value,
        moment := from_millis(at),
        moment if lag is None else moment + timedelta(milliseconds=int(str(lag))),
        plain(str(key)),
        "" if room is None else plain(str(room)),
        "" if said_at is None else plain(str(said_at)),
    )


def _float(number: object) -> float:
    if not isinstance(number, int | float):
        raise ValueError("a number was expected")
    return float(number)


def coded(text: str) -> str:
    """Return a text without what a line cannot hold."""
    return _CODED.sub(lambda found: f"%{ord(found[0]):02X}", text) if text else _EMPTY


def plain(text: str) -> str:
    """Return the text that `coded` made this of."""
    if text == _EMPTY:
        return ""
    return _CODE.sub(lambda found: chr(int(found[1], 16)), text) if "%" in text else text


def literal(text: str) -> str:
    """Return a tag's value as InfluxQL writes it."""
    return "'" + coded(text).replace("'", "\\'") + "'"


def tag(text: str) -> str:
    """Return a text as a tag's value."""
    return coded(text).replace(",", "\\,").replace("=", "\\=").replace(" ", "\\ ")


def _quoted(text: str) -> str:
    if text.isalnum():  # nearly always: there is nothing to look for
        return f'"{text}"'
    return '"' + (coded(text).replace('"', '\\"') if text else "") + '"'
