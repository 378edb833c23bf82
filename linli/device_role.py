"""What a device is to a home, in one word: the word stands for the kinds that the device list names, and for the room."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from linli.people import Device
from linli.signals import EXIT_ROOM, Kind
from linli.wire import is_id


class DeviceRole(StrEnum):
    """In the order in which they are offered."""

    SOS = "sos"
    CHECK_IN = "check_in"
    EXIT_DOOR = "exit_door"
    DOOR = "door"
    MOTION = "motion"
    PRESENCE = "presence"
    BED = "bed"
    LEAK = "leak"
    SMOKE = "smoke"
    GAS = "gas"
    POWER = "power"
    CLIMATE = "climate"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class _Row:
    kinds: tuple[Kind, ...]
    room: str = ""
    model: str = ""


_ROWS = {
    DeviceRole.SOS: _Row((Kind.SOS, Kind.BATTERY)),
    DeviceRole.CHECK_IN: _Row((Kind.CHECK_IN, Kind.BATTERY)),
    DeviceRole.EXIT_DOOR: _Row((Kind.CONTACT, Kind.BATTERY), room=EXIT_ROOM),
    DeviceRole.DOOR: _Row((Kind.CONTACT, Kind.BATTERY)),
    DeviceRole.MOTION: _Row((Kind.MOTION, Kind.BATTERY)),
    DeviceRole.PRESENCE: _Row((Kind.PRESENCE, Kind.BATTERY)),
    DeviceRole.BED: _Row((Kind.BED, Kind.BATTERY), room="bedroom"),
    DeviceRole.LEAK: _Row((Kind.LEAK, Kind.BATTERY)),
    DeviceRole.SMOKE: _Row((Kind.SMOKE, Kind.BATTERY)),
    DeviceRole.GAS: _Row((Kind.GAS, Kind.BATTERY)),
    DeviceRole.POWER: _Row((Kind.POWER,)),
    DeviceRole.CLIMATE: _Row((Kind.TEMPERATURE, Kind.HUMIDITY, Kind.BATTERY)),
    DeviceRole.GATEWAY: _Row((Kind.BATTERY,), model="gateway"),
}


def as_row(role: DeviceRole, *, home: str, room: str, topic: str, model: str, taken: Collection[str]) -> Device:
    """Return the row of the device list for a device in this role; `taken` are the ids that the home has already."""
    row = _ROWS[role]
    room = row.room if role is DeviceRole.EXIT_DOOR else room or row.room
    kinds = tuple(str(kind) for kind in row.kinds)
    return Device(home, _free_id(role, room, taken), room, kinds, topic.strip("/"), _modelled(model, row.model))


def _modelled(model: str, word: str) -> str:
    """Return a model that says what it must: a gateway is known by a word in it."""
    return model if not word or word in model.lower() else f"{model} {word}".strip()


def _free_id(role: DeviceRole, room: str, taken: Collection[str]) -> str:
    word = role.replace("_", "-")
    named = f"{room}-{word}" if is_id(f"{room}-{word}") and role is not DeviceRole.EXIT_DOOR else word
    numbered = (f"{named}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (named, *numbered) if one not in taken)
