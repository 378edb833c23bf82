"""A signal: one thing that one device in one home said at one moment. No parsing here; that is `linli.wire`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from linli.clock import millis


class Kind(StrEnum):
    """What a device can tell; each with the values that `linli.wire` accepts for it."""

    CHECK_IN = "check_in"
    SOS = "sos"
    FALL = "fall"
    SMOKE = "smoke"
    GAS = "gas"
    LEAK = "leak"
    MOTION = "motion"
    PRESENCE = "presence"
    BED = "bed"
    CONTACT = "contact"
    BUTTON = "button"
    POWER = "power"
    WATER = "water"
    HEART_RATE = "heart_rate"
    RESPIRATION = "respiration"
    SPO2 = "spo2"
    BLOOD_PRESSURE = "blood_pressure"
    BODY_TEMPERATURE = "body_temperature"
    WEIGHT = "weight"
    GLUCOSE = "glucose"
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    MOOD = "mood"
    BATTERY = "battery"


@dataclass(frozen=True, slots=True)
class BloodPressure:
    """Systolic over diastolic, mmHg."""

    systolic: float
    diastolic: float


Value = str | float | BloodPressure


class Total(float):
    """What a meter has counted so far: litres, or for `power` watt-hours. The signal is what came since the last count."""


ID_KEY = "i"
"""What the key of a signal begins with that has a message id: the id is unique for its device and kind."""


class Signal(msgspec.Struct, frozen=True, gc=False):
    """One reading of one device.

    `at` is the home's clock (or the arrival, where that could not be believed), `received_at` ours.
    `key` tells two readings of the same kind, moment and device apart, and makes redelivery harmless.
    `said_at` keeps the device's own words about the time where they could not be believed.
    """

    home: str
    device: str
    kind: Kind
    value: Value
    at: datetime
    received_at: datetime
    key: str
    room: str = ""
    said_at: str = ""

    @property
    def has_id(self) -> bool:
        """Tell whether the device has given the message an id, so that a second one is not the first sent again."""
        return self.key.startswith(ID_KEY)

    @property
    def identity(self) -> str:
        """Return what makes the signal one of its kind, however often and late it is delivered."""
        when = "" if self.has_id else str(millis(self.at))
        return f"{self.home}:{self.device}:{self.kind}:{when}:{self.key}"


PAGE = "page"
"""The device under whose name a press on the resident's own page is stored."""
EXIT_ROOM = "entrance"
LEAST_LITRES = 1.0
"""Less water than this since the last report may be a dripping tap."""

_EVENTS_OF_LIFE = {
    Kind.CHECK_IN: {"ok", "help"},
    Kind.SOS: {"pressed", "cancelled"},
    Kind.MOTION: {"on"},
    Kind.PRESENCE: {"on"},
    Kind.BED: {"on", "off"},
    Kind.CONTACT: {"open", "closed"},
}
_ALWAYS_LIFE = {
    Kind.BUTTON,
    Kind.HEART_RATE,
    Kind.RESPIRATION,
    Kind.SPO2,
    Kind.BLOOD_PRESSURE,
    Kind.BODY_TEMPERATURE,
    Kind.WEIGHT,
    Kind.GLUCOSE,
    Kind.MOOD,
}
KINDS_OF_LIFE = frozenset(_EVENTS_OF_LIFE) | frozenset(_ALWAYS_LIFE) | {Kind.WATER}


def is_sign_of_life(kind: Kind, value: Value) -> bool:
    """Tell whether somebody must have been up and about for this reading to exist.

    A motion sensor's `off` is its timer, a plug's power may be the fridge: neither counts.
    """
    if kind in _ALWAYS_LIFE:
        return True
    if kind is Kind.WATER:
        return isinstance(value, float) and value >= LEAST_LITRES
    return value in _EVENTS_OF_LIFE.get(kind, ())
