"""What is no signal until the device list says what it is: how a switch stands, a shake, a radio code."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Turn(StrEnum):
    """How a switch or a relay stands, or that something happened that has no state: a shake, a radio code."""

    ON = "on"
    OFF = "off"
    PULSE = "pulse"


class Trigger(msgspec.Struct, frozen=True):
    """One such word of one device. `part` tells the rockers of a switch from each other; `at` None: the arrival counts."""

    device: str
    turn: Turn
    part: str = ""
    at: datetime | None = None
