"""Topics and payloads of linli's own MQTT messages, read and written in one place by `ingest` and `simulators`.

Reading never raises and never guesses: a message becomes readings, an availability, or a reason why not.
"""

import math
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import msgspec

from linli.signals import BloodPressure, Kind, Value
from linli.trigger import Trigger

ROOT = "linli/v1"
MAX_PAYLOAD_BYTES = 8 * 1024
MAX_FOREIGN_PAYLOAD_BYTES = 256 * 1024
MAX_ID_CHARACTERS = 64
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
"""Before linli's devices were made: a clock that says less was never set."""
MAX_AHEAD = timedelta(minutes=5)
"""How far a device's clock may run ahead before the time of arrival is believed instead."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_TOPIC = re.compile(r"linli/v1/([a-z0-9][a-z0-9-]{0,62})/([a-z0-9][a-z0-9-]{0,62})/([a-z0-9][a-z0-9-]{0,62})/([^/]*)\Z")
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?\Z")
_CALLS = tuple(f"/{kind}" for kind in (Kind.SOS, Kind.CHECK_IN, Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.LEAK))
_LEVELS = 6
_KINDS = {kind.value: kind for kind in Kind}
_DECODER = msgspec.json.Decoder()
# a union written out where it is asked for is made anew each time
_TEXT_OR_WHOLE, _NUMBERS = (str, int), (int, float)
_MAX_PRESS_NAME = 64
_MAX_OWN_WORDS = 40


class Reading(msgspec.Struct, frozen=True):
    """One value as the message tells it; `at` None means that the arrival counts.

    `said_at` keeps the device's own words about the time where they cannot be believed.
    """

    device: str
    kind: Kind
    value: Value
    at: datetime | None = None
    id: str = ""
    said_at: str = ""


class Heard(msgspec.Struct, frozen=True):
    """What a message says: readings, availability by device name, or why there is nothing in it for us.

    `triggers` mean nothing but to a device list that says what they are; a message of nothing else is ignored without.
    """

    site: str = ""
    home: str = ""
    readings: tuple[Reading, ...] = ()
    availability: dict[str, str] = {}
    ignored: str | None = None
    rejected: str | None = None
    triggers: tuple[Trigger, ...] = ()


def is_id(text: str) -> bool:
    """Tell whether a text can be the id of a site, a home or a device: `[a-z0-9][a-z0-9-]{0,62}`."""
    return _ID.match(text) is not None


def signal_topic(site: str, home: str, device: str, kind: Kind) -> str:
    """Return the topic on which a device publishes a kind of signal."""
    return f"{ROOT}/{site}/{home}/{device}/{kind}"


ALL_SITES = f"{ROOT}/#"
"""What to ask a broker for to hear all that is said to linli."""


def site_topics(site: str) -> str:
    """Return what to ask a broker for to hear all that is said in a site."""
    return f"{ROOT}/{site}/#"


def availability_topic(site: str, home: str, device: str) -> str:
    """Return the retained topic on which a device says `online` or `offline`; also its last will."""
    return f"{ROOT}/{site}/{home}/{device}/availability"


def may_call(topic: str) -> bool:
    """Tell by one of linli's own topics whether its message may call for help."""
    return topic.endswith(_CALLS)


def write_payload(value: Value, *, at: datetime | None = None, id: str = "") -> bytes:  # noqa: A002 - the wire's word
    """Return the JSON payload of one value."""
    body: dict[str, object] = {"value": value}
    if at is not None:
        body["at"] = at.isoformat()
    if id:
        body["id"] = id
    return msgspec.json.encode(body)


def read(topic: str, payload: bytes, received_at: datetime) -> Heard:
    """Say what a message on one of linli's own topics means; see contract section 3."""
    found = _TOPIC.match(topic)
    if found is None:
        return _no_topic_of_ours(topic)
    site, home, device, last = found.groups()
    if len(payload) > MAX_PAYLOAD_BYTES:
        return Heard(site, home, rejected=f"the payload is larger than {MAX_PAYLOAD_BYTES} bytes")
    if last == "availability":
        return _read_availability(site, home, device, payload)
    kind = _KINDS.get(last)
    if kind is None:
        return Heard(site, home, rejected=f"unknown kind {last[:40]!r}")
    try:
        return Heard(site, home, (read_reading(device, kind, payload, received_at),))
    except ValueError as why:
        return Heard(site, home, rejected=f"{last}: {why}")


def _no_topic_of_ours(topic: str) -> Heard:
    parts = topic.split("/")
    if parts[:2] != ["linli", "v1"]:
        return Heard(ignored="not a linli topic")
    if len(parts) != _LEVELS:
        return Heard(rejected="the topic does not have the six levels linli/v1/site/home/device/kind")
    return Heard(rejected="site, home and device in the topic must be like [a-z0-9][a-z0-9-]{0,62}")


def _read_availability(site: str, home: str, device: str, payload: bytes) -> Heard:
    if not payload:
        return Heard(site, home, ignored="an empty retained message only clears the topic")
    word = payload.decode("ascii", "replace").strip().strip('"').lower()
    if word not in {"online", "offline"}:
        return Heard(site, home, rejected="availability must be online or offline")
    return Heard(site, home, availability={device: word})


def read_reading(device: str, kind: Kind, payload: bytes, received_at: datetime) -> Reading:
    """Return the reading in a payload; raises ValueError with the reason where there is none."""
    body = _parse(payload)
    if not isinstance(body, dict):
        if kind is Kind.BUTTON and isinstance(body, int | float) and not isinstance(body, bool):
            body = _text(payload)  # a press whose name is 1; inside an object it would be a number
        return Reading(device, kind, read_value(kind, body))
    if kind is Kind.BLOOD_PRESSURE and "value" not in body and "systolic" in body:
        body = body | {"value": body}
    if "value" not in body:
        raise ValueError("the object has no value")
    id_ = _read_id(body.get("id"))
    at = read_time(body.get("at"), received_at)
    said_at = "" if at is not None else _own_words(body.get("at"))
    return Reading(device, kind, read_value(kind, body["value"]), at, id_, said_at)


def _parse(payload: bytes) -> object:
    if payload[:1] == b"{":
        with suppress(ValueError, RecursionError):  # then below it is said why
            return _DECODER.decode(payload)
    text = _text(payload)
    if not text:
        raise ValueError("the payload is empty")
    try:
        parsed: object = msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except msgspec.DecodeError:
        if text[0] in '{["':
            raise ValueError("the payload is not valid JSON") from None
        return text
    return parsed


def _text(payload: bytes) -> str:
    try:
        return payload.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise ValueError("the payload is not UTF-8") from None


def _own_words(given: object) -> str:
    """Return a time as the device wrote it; what is no text and no number is no time."""
    return str(given)[:_MAX_OWN_WORDS] if isinstance(given, str | int | float) else ""


def _read_id(given: object) -> str:
    if given is None:
        return ""
    if isinstance(given, bool) or not isinstance(given, _TEXT_OR_WHOLE):
        raise ValueError("id must be a text")
    text = str(given)
    if len(text) > MAX_ID_CHARACTERS:
        raise ValueError(f"id is longer than {MAX_ID_CHARACTERS} characters")
    return text if text.isprintable() else ""  # no database takes every character, and a call for help must ring


def read_time(given: object, received_at: datetime) -> datetime | None:
    """Return a device's time if it can be believed, else None: then the arrival counts.

    Understood are RFC 3339 with an offset and epoch milliseconds; from 2015 to five minutes ahead of the arrival.
    """
    try:
        at = _parse_time(given)
    except (ValueError, OverflowError, OSError):
        return None
    if at is None or not EARLIEST <= at <= received_at + MAX_AHEAD:
        return None
    return at


def _parse_time(given: object) -> datetime | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, _NUMBERS):
        return datetime.fromtimestamp(given / 1000, UTC)
    if not isinstance(given, str):
        return None
    at = datetime.fromisoformat(given.strip().upper())  # RFC 3339 allows a small t and z
    if at.tzinfo is UTC:
        return at
    return None if at.tzinfo is None else at.astimezone(UTC)


def read_value(kind: Kind, given: object) -> Value:
    """Return a value of the kind, in range; raises ValueError with the reason. Never clamps."""
    return _READERS[kind](given)


_ON = {"on", "true", "1", "yes"}
_OFF = {"off", "false", "0", "no"}


def _on_off(given: object) -> Value:
    word = str(given).strip().lower() if isinstance(given, _TEXT_OR_WHOLE) else ""
    if word in _ON:
        return "on"
    if word in _OFF:
        return "off"
    raise ValueError("the value must be on or off")


def _one_of(*words: str) -> Callable[[object], Value]:
    def reader(given: object) -> Value:
        word = given.strip().lower() if isinstance(given, str) else ""
        if word not in words:
            raise ValueError(f"the value must be {' or '.join(words)}")
        return word

    return reader


def _press_name(given: object) -> Value:
    if not isinstance(given, str) or not given.strip():
        raise ValueError("the value must be the name of the press")
    if len(given) > _MAX_PRESS_NAME or not given.isprintable():
        raise ValueError(f"the name of the press must be at most {_MAX_PRESS_NAME} printable characters")
    return given.strip()


def as_number(given: object) -> float:
    """Return a number given as a number or as plain decimal text; raises ValueError otherwise."""
    if isinstance(given, str) and _NUMBER.match(given.strip()):
        given = float(given)
    if isinstance(given, bool) or not isinstance(given, _NUMBERS):
        raise ValueError("the value must be a number")
    try:
        number = float(given)
    except OverflowError:
        raise ValueError("the number is too large") from None
    if not math.isfinite(number):
        raise ValueError("the value must be a finite number")
    return number


def _within(low: float, high: float, unit: str) -> Callable[[object], Value]:
    def reader(given: object) -> Value:
        number = as_number(given)
        if not low <= number <= high:
            raise ValueError(f"outside {low:g} to {high:g} {unit}".rstrip())
        return number

    return reader


def _pressure(given: object) -> Value:
    if not isinstance(given, dict) or not {"systolic", "diastolic"} <= given.keys():
        raise ValueError("the value must have systolic and diastolic")
    reader = _within(30, 300, "mmHg")
    return BloodPressure(_number(reader(given["systolic"])), _number(reader(given["diastolic"])))


def _number(value: Value) -> float:
    assert isinstance(value, float)  # noqa: S101 - narrows the type; `_within` returns nothing else
    return value


def _mood(given: object) -> Value:
    number = as_number(given)
    if number not in {1, 2, 3, 4, 5}:
        raise ValueError("the value must be a whole number from 1 to 5")
    return number


_READERS: dict[str, Callable[[object], Value]] = {
    Kind.CHECK_IN: _one_of("ok", "help"),
    Kind.SOS: _one_of("pressed", "cancelled"),
    Kind.FALL: _on_off,
    Kind.SMOKE: _on_off,
    Kind.GAS: _on_off,
    Kind.LEAK: _on_off,
    Kind.MOTION: _on_off,
    Kind.PRESENCE: _on_off,
    Kind.BED: _on_off,
    Kind.CONTACT: _one_of("open", "closed"),
    Kind.BUTTON: _press_name,
    Kind.POWER: _within(0, 100_000, "W"),
    Kind.WATER: _within(0, 100_000, "L"),
    Kind.HEART_RATE: _within(20, 300, "/min"),
    Kind.RESPIRATION: _within(2, 80, "/min"),
    Kind.SPO2: _within(50, 100, "%"),
    Kind.BLOOD_PRESSURE: _pressure,
    Kind.BODY_TEMPERATURE: _within(25, 45, "°C"),
    Kind.WEIGHT: _within(20, 300, "kg"),
    Kind.GLUCOSE: _within(0.5, 50, "mmol/L"),
    Kind.TEMPERATURE: _within(-40, 85, "°C"),
    Kind.HUMIDITY: _within(0, 100, "%"),
    Kind.MOOD: _mood,
    Kind.BATTERY: _within(0, 100, "%"),
}
