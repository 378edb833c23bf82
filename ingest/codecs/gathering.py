"""What a message of several values says, gathered value by value: a bad one is refused and the others stand."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from ingest.codecs.fields import BUTTON, Field, truth
from ingest.codecs.message import Json
from linli.signals import Kind, Value
from linli.trigger import Trigger, Turn
from linli.wire import Heard, Reading

_CALLS = frozenset({"emergency", "sos", "panic"})
UNNAMED = "unnamed"
UNLISTED = "a switch, a shake or a radio code: it is what the device list says it is"
ONLINE, OFFLINE = "online", "offline"
_AVAILABLE = {"online": ONLINE, "true": ONLINE, "1": ONLINE, "on": ONLINE, "connected": ONLINE, "alive": ONLINE}
_GONE = {"offline": OFFLINE, "false": OFFLINE, "0": OFFLINE, "off": OFFLINE, "disconnected": OFFLINE}
_WORDS = _AVAILABLE | _GONE


class Gathering(msgspec.Struct):
    """Takes values one by one and turns into what was heard."""

    readings: list[Reading] = []
    availability: dict[str, str] = {}
    refused: list[str] = []
    triggers: list[Trigger] = []

    def take(self, device: str, known: Field, given: Json, at: datetime | None = None) -> None:
        """Read one value; what says nothing is passed over, what is out of range is refused."""
        if given is None:
            return
        kind, reader = known
        try:
            value = reader(given)
        except ValueError as why:
            self.refused.append(f"{kind}: {why}")
            return
        if value is not None:
            self.say(device, kind, value, at)

    def take_all(
        self, device: str, table: Mapping[str, Field], given: Mapping[str, Json], at: datetime | None = None
    ) -> None:
        """Read all values whose names are in the table, in the order in which the device told them."""
        for name, value in given.items():
            known = table.get(name)
            if known is not None:
                self.take(device, known, value, at)

    def take_press(self, device: str, name: Json, at: datetime | None = None) -> None:
        """Read the name of a press; on a button that is made for it, a press is a call for help."""
        word = name.strip().lower() if isinstance(name, str) else ""
        if word in _CALLS:
            self.say(device, Kind.SOS, "pressed", at)
        else:
            self.take(device, BUTTON, name, at)

    def say(self, device: str, kind: Kind, value: Value, at: datetime | None = None) -> None:
        """Add a value that has been read."""
        self.readings.append(Reading(device or UNNAMED, kind, value, at))

    def take_switch(self, device: str, given: Json, part: str = "", at: datetime | None = None) -> None:
        """Note how a switch or a relay stands, where it says so."""
        stands = truth(given)
        if stands is not None:
            self.triggers.append(Trigger(device or UNNAMED, Turn.ON if stands else Turn.OFF, part, at))

    def take_pulse(self, device: str, at: datetime | None = None) -> None:
        """Note that something happened that has no state: a shake, a radio code."""
        self.triggers.append(Trigger(device or UNNAMED, Turn.PULSE, at=at))

    def heard(self, otherwise: str) -> Heard:
        """Return what was heard; `otherwise` is said where that is nothing."""
        triggers = tuple(self.triggers)
        if not (self.readings or self.availability or self.refused):
            return Heard(ignored=UNLISTED if triggers else otherwise, triggers=triggers)
        return Heard(
            triggers=triggers,
            readings=tuple(self.readings),
            availability=self.availability,
            rejected="; ".join(dict.fromkeys(self.refused)) if self.refused else None,
        )


def ignored(why: str) -> Heard:
    """Return that a message is in order, and nothing in it for us."""
    return Heard(ignored=why)


def said_available(device: str, word: Json) -> Heard:
    """Return whether a device is there, in whatever way its ecosystem spells it."""
    if isinstance(word, dict):
        word = word.get("state")
    told = _WORDS.get(str(word).strip().strip('"').lower()) if isinstance(word, str | bool | int) else None
    if told is None:
        return Heard(rejected="the availability is neither online nor offline")
    return Heard(availability={device or UNNAMED: told})
