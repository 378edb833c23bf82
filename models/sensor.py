"""A sensor: one device as `Watch` knows it, and until when it can be relied on. Moments are milliseconds."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from linli.people import Device
from linli.signals import KINDS_OF_LIFE, Kind
from models.device_clock import Lag
from models.rules import Rules

NONE = -(2**62)
"""The moment of what never was."""
NEVER = 2**62
"""The moment of what will never be."""

_MILLISECOND = timedelta(milliseconds=1)


def in_millis(span: timedelta) -> int:
    """Return a span as whole milliseconds."""
    return span // _MILLISECOND


class Sight(IntEnum):
    """What a device can see of a person: nothing, what she does on purpose, or her mere being up and about.

    Only the last may judge a silence: who has a call button and nothing else is silent all day, and well.
    """

    NOTHING = 0
    DEEDS = 1
    MOVEMENT = 2


_MOVEMENT = frozenset({Kind.MOTION, Kind.PRESENCE, Kind.BED, Kind.CONTACT, Kind.WATER})
SIGHT = {
    kind: Sight.MOVEMENT if kind in _MOVEMENT else Sight.DEEDS if kind in KINDS_OF_LIFE else Sight.NOTHING
    for kind in Kind
}

_WORD = re.compile(r"[a-z]+")
_SIGHT_BY_WORD = {str(kind): sight for kind, sight in SIGHT.items()}


def sight_of(kinds: Iterable[str]) -> Sight:
    """Return the best sight that a device list's kinds give; words that are no kind count for nothing."""
    return max((_SIGHT_BY_WORD.get(kind, Sight.NOTHING) for kind in kinds), default=Sight.NOTHING)


@dataclass(slots=True)
class Sensor:
    """One device. `is_bridge`: its being offline blinds those behind it, as it has sent nothing of its own.

    `is_gateway`: the device list says that it is one, whatever it sends. `contact`: the latest word of a contact at the
    exit, `open` or `closed`.
    """

    device: str
    supervision: int
    room: str = ""
    where: str = ""
    """The room that its latest sign of life named, for homes without a device list."""
    sight: Sight = Sight.NOTHING
    is_listed: bool = False
    is_bridge: bool = True
    is_gateway: bool = False
    has_will: bool = False
    heard: int = NONE
    down: int = NONE
    down_from: int = NONE
    battery: float | None = None
    battery_at: int = NONE
    told_week: str = ""
    contact: str = ""
    contact_at: int = NONE
    lag: Lag | None = None

    def say_contact(self, word: str, at: int) -> None:
        """Take in what a contact at the exit says; of two words of one moment the open door counts."""
        if (at, word) > (self.contact_at, self.contact):
            self.contact, self.contact_at = word, at

    def learn(self, sight: Sight) -> None:
        """Take in that the device sends signals of its own."""
        self.is_bridge = self.is_gateway
        self.sight = max(self.sight, sight)

    def list_as(self, device: Device, rules: Rules) -> None:
        """Take over what the device list says, keeping what was heard."""
        self.is_listed = True
        self.room = device.room
        self.sight = max(self.sight, sight_of(device.kinds))
        self.is_gateway = not rules.gateway_words.isdisjoint(_WORD.findall(device.model.lower()))
        self.is_bridge = self.is_gateway or (self.is_bridge and not device.kinds)
        is_mains = device.model.lower() in rules.mains_models and not self.has_will
        self.supervision = in_millis(rules.mains_supervision if is_mains else rules.supervision)

    def go_down(self, at: int) -> None:
        """Take in that it was said to be offline; said again, it is so since the first time."""
        self.down_from = min(self.down_from, at) if self.is_down() else at
        self.down = max(self.down, at)

    def is_down(self) -> bool:
        """Tell whether it was said to be offline and has not been heard since."""
        return self.down > NONE and self.heard <= self.down

    def down_since(self) -> int:
        """Return since when it has been offline; of use only while it is."""
        return self.down_from if self.heard <= self.down_from else self.down

    def seen_until(self, bridge_down: int) -> int:
        """Return until when it can be relied on if nothing more is heard of it; NONE if it never was."""
        if self.heard == NONE:
            return NONE
        downs = (down for down in (self.down_since(), bridge_down) if down >= self.heard)
        return min([self.heard + self.supervision, *downs])
