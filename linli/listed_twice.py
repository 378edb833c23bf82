"""What stands in the device list twice: then nobody can tell whose a message is, or it counts in two homes. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from linli.people import Device, Roster

_IDENTIFIER = re.compile(r"(?:0x)?([0-9a-f]{12}|[0-9a-f]{16})\Z")
"""A device's own number: the address of a radio, the EUI of a LoRaWAN device."""


@dataclass(frozen=True, slots=True)
class Twice:
    """A topic, or a device's own number, and the rows that name it."""

    what: str
    rows: tuple[Device, ...]


def listed_twice(roster: Roster) -> Iterator[Twice]:
    """Yield each topic of several rows, gateways aside, and each device's number that stands in several homes.

    One sensor that two gateways of a home hear is one sensor on two topics, and in order.
    """
    for topic, rows in roster.devices_by_topic.items():
        if len(rows) > 1 and not all(row.is_gateway for row in rows):
            yield Twice(topic, rows)
    numbered: dict[str, list[Device]] = {}
    for topic, rows in roster.devices_by_topic.items():
        number = _number(topic)
        if number:
            numbered.setdefault(number, []).extend(rows)
    for number, rows_of in numbered.items():
        if len({row.home for row in rows_of}) > 1 and len({row.topic for row in rows_of}) > 1:
            yield Twice(number, tuple(rows_of))


def _number(topic: str) -> str:
    last = topic.rpartition("/")[2].lower().replace(":", "").replace("-", "")
    found = _IDENTIFIER.match(last)
    return found.group(1) if found else ""
