"""What each ecosystem's file offers the simulator, and what they share."""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from linli.people import Device, Home
from simulators.page import Event

Message = tuple[str, bytes, bool]
"""A topic, what is published on it, and whether the broker keeps it."""


class Ecosystem(Protocol):
    """One ecosystem: where a device of it speaks, and how it says what happened."""

    def carries(self, device: Device) -> bool:
        """Tell whether there is such a device in this ecosystem."""
        ...

    def topic(self, home: Home, device: Device) -> str:
        """Return what the device list names as a device's topic."""
        ...

    def say(self, home: Home, device: Device, kind: str, event: Event) -> Iterator[Message]:
        """Yield the messages that say what an event says; `kind` is the last level of its topic."""
        ...


def written(told: object) -> bytes:
    """Return JSON as it is published."""
    return msgspec.json.encode(told)
