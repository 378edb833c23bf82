"""How single values of other ecosystems are read: what says nothing is None, what is out of range a ValueError.

Nothing here guesses: a word that is not known says nothing.
"""

from collections.abc import Callable

from ingest.codecs.message import Json
from linli.signals import Kind, Total, Value
from linli.wire import as_number, read_value

_PLAIN = (str, int, float)
Reader = Callable[[Json], Value | None]
Field = tuple[Kind, Reader]

_YES = frozenset(
    [
        "on", "true", "1", "yes", "detected", "detect", "trigger", "triggered", "active", "occupied", "motion",
        "moving", "alarm", "alert", "wet", "leak", "leaking",
    ]
)  # fmt: skip
_NO = frozenset(
    ["off", "false", "0", "no", "none", "normal", "clear", "cleared", "inactive", "vacant", "idle", "dry", "undetected"]
)
_YES_MORE = frozenset(("motion detected", "water leak", "leak detected", "flood"))
_NO_MORE = frozenset(("no motion", "no leak", "not detected", "unoccupied", "ok"))
_OPEN = frozenset(["open", "opened", "on", "true", "1"])
_CLOSED = frozenset(["close", "closed", "off", "false", "0", "shut"])
_UNKNOWN_TEMPERATURES = frozenset(
    (
        327.67,
        327.68,
        -327.68,
        3276.7,
        3276.8,
        -3276.8,
        6553.5,
        655.35,
        655.34,
        -127.0,
        127.99,
        -127.99,
        163.835,
        -163.835,
        -273.15,
        -999.0,
        -9999.0,
        999.0,
    )
)
"""What sensors say instead of a temperature when the probe is missing or has not measured."""
_UNKNOWN_HUMIDITIES = frozenset(
    (104.7, 104.8, 110.0, 127.5, 163.83, 163.835, 6553.5, 655.35, 3276.7, 255.0, -1.0, -999.0, 999.0)
)
_UNKNOWN_BATTERIES = frozenset((-1.0, 255.0))
_HIGHEST_VOLTAGE = 5.0
"""A battery of so little may be volts as well as percent where the ecosystem does not say which."""
_FULL = 100.0
_ZERO_CELSIUS_IN_FAHRENHEIT = 32.0
_HIGHEST_COUNT = 1e12
"""No meter's dial has so many places."""


def _word(given: Json) -> str:
    if isinstance(given, str):
        return given.strip().lower()
    if isinstance(given, float) and given in {0.0, 1.0}:
        return str(int(given))
    return str(given).lower() if isinstance(given, bool | int) else ""


def truth(given: Json) -> bool | None:
    """Tell whether a value says yes or no, or None where it says neither."""
    word = _word(given)
    if word in _YES or word in _YES_MORE:
        return True
    return False if word in _NO or word in _NO_MORE else None


def on_off(given: Json) -> Value | None:
    """Return `on` or `off`."""
    said = truth(given)
    return None if said is None else "on" if said else "off"


def counted(given: Json) -> Value | None:
    """Return `on` for a count of events that is above zero."""
    number = _plain(given)
    return None if number is None else "on" if number > 0 else "off"


def open_when_true(given: Json) -> Value | None:
    """Return `open` or `closed` where yes and 1 mean open."""
    word = _word(given)
    return "open" if word in _OPEN else "closed" if word in _CLOSED else None


def closed_when_true(given: Json) -> Value | None:
    """Return `open` or `closed` where yes and 1 mean that the contact is made."""
    if isinstance(given, str) and given.strip().lower() in {"open", "opened", "close", "closed"}:
        return open_when_true(given)
    said = open_when_true(given)
    return None if said is None else "closed" if said == "open" else "open"


def fallen(given: Json) -> Value | None:
    """Return whether somebody has fallen; a radar that only thinks so (`maybe_fall`) says nothing."""
    word = _word(given)
    if word.startswith("fall"):
        return "on"
    return "off" if word in _NO or word == "normal" else "on" if word in _YES else None


def pressed(given: Json) -> Value | None:
    """Return `pressed`; a reset says nothing, for only a person ends a call for help."""
    return "pressed" if truth(given) or _word(given) == "pressed" else None


def press_name(given: Json) -> Value | None:
    """Return the name of a press; an empty one is the button's reset."""
    if isinstance(given, bool) or not isinstance(given, str | int) or not str(given).strip():
        return None
    name = str(given).strip()
    return None if name.lower() in {"none", "null"} else read_value(Kind.BUTTON, name)


def number(kind: Kind, unknown: frozenset[float] = frozenset()) -> Reader:
    """Return a reader of a number in the kind's range; words and what stands for "unknown" say nothing."""

    def read(given: Json) -> Value | None:
        plain = _plain(given)
        return None if plain is None or plain in unknown else read_value(kind, plain)

    return read


def _plain(given: Json) -> float | None:
    if given is None or isinstance(given, bool) or not isinstance(given, _PLAIN):
        return None
    try:
        return as_number(given)
    except ValueError:
        if isinstance(given, str):
            return None
        raise


def scaled(kind: Kind, factor: float) -> Reader:
    """Return a reader of a number in another unit, of which one is `factor` of ours."""

    def read(given: Json) -> Value | None:
        plain = _plain(given)
        return None if plain is None else read_value(kind, round(plain * factor, 3))

    return read


def counted_in(factor: float) -> Reader:
    """Return a reader of what a meter has counted so far, in a unit that is `factor` litres or watt-hours."""

    def read(given: Json) -> Value | None:
        plain = _plain(given)
        if plain is None:
            return None
        if not 0 <= plain * factor <= _HIGHEST_COUNT:
            raise ValueError("no meter counts so far")
        return Total(round(plain * factor, 3))

    return read


def percent(given: Json) -> Value | None:
    """Return a battery's percentage; a word for it says nothing."""
    if isinstance(given, str):
        given = given.strip().removesuffix("%").strip()
    return _battery(given)


def percent_not_volts(given: Json) -> Value | None:
    """Return a battery's percentage where others write volts into the same field: then so little says nothing."""
    plain = _plain(given)
    return percent(given) if plain is not None and _HIGHEST_VOLTAGE < plain <= _FULL else None


def fahrenheit(given: Json) -> Value | None:
    """Return a temperature in °C from one in °F."""
    plain = _plain(given)
    return None if plain is None else temperature(round((plain - _ZERO_CELSIUS_IN_FAHRENHEIT) / 1.8, 2))


_battery = number(Kind.BATTERY, _UNKNOWN_BATTERIES)
temperature = number(Kind.TEMPERATURE, _UNKNOWN_TEMPERATURES)
humidity = number(Kind.HUMIDITY, _UNKNOWN_HUMIDITIES)

MOTION: Field = (Kind.MOTION, on_off)
PRESENCE: Field = (Kind.PRESENCE, on_off)
BED: Field = (Kind.BED, on_off)
SMOKE: Field = (Kind.SMOKE, on_off)
GAS: Field = (Kind.GAS, on_off)
LEAK: Field = (Kind.LEAK, on_off)
FALL: Field = (Kind.FALL, fallen)
OPENING: Field = (Kind.CONTACT, open_when_true)
CONTACT: Field = (Kind.CONTACT, closed_when_true)
SOS: Field = (Kind.SOS, pressed)
BUTTON: Field = (Kind.BUTTON, press_name)
BATTERY: Field = (Kind.BATTERY, percent)
BATTERY_NOT_VOLTS: Field = (Kind.BATTERY, percent_not_volts)
TEMPERATURE: Field = (Kind.TEMPERATURE, temperature)
FAHRENHEIT: Field = (Kind.TEMPERATURE, fahrenheit)
HUMIDITY: Field = (Kind.HUMIDITY, humidity)
POWER: Field = (Kind.POWER, number(Kind.POWER))
KILOWATTS: Field = (Kind.POWER, scaled(Kind.POWER, 1000))
WATT_HOURS_TOTAL: Field = (Kind.POWER, counted_in(1))
KILOWATT_HOURS_TOTAL: Field = (Kind.POWER, counted_in(1000))
WATER: Field = (Kind.WATER, number(Kind.WATER))
WATER_M3: Field = (Kind.WATER, scaled(Kind.WATER, 1000))
WATER_TOTAL: Field = (Kind.WATER, counted_in(1))
WATER_TOTAL_M3: Field = (Kind.WATER, counted_in(1000))
HEART_RATE: Field = (Kind.HEART_RATE, number(Kind.HEART_RATE))
RESPIRATION: Field = (Kind.RESPIRATION, number(Kind.RESPIRATION))
SPO2: Field = (Kind.SPO2, number(Kind.SPO2))
WEIGHT: Field = (Kind.WEIGHT, number(Kind.WEIGHT))
BODY_TEMPERATURE: Field = (Kind.BODY_TEMPERATURE, number(Kind.BODY_TEMPERATURE))
