"""OwnTracks: coming home and going out, the phone's battery, and whether it is there.

Only a change at a region that is called home counts. Coordinates, places and the names of networks are never looked at:
they end here. Source: the project's booklet, "JSON".
"""

from ingest.codecs import fields as f
from ingest.codecs.gathering import OFFLINE, Gathering, ignored
from ingest.codecs.message import Json, Message, named
from ingest.codecs.times import moment
from linli.signals import Kind
from linli.wire import Heard

NAME = "OwnTracks"
FILTERS: tuple[str, ...] = ("owntracks/#",)

_HOME = frozenset({"home", "house", "my home", "家", "我家", "家里", "zuhause", "maison", "casa"})
_CHANGES = {"enter": "on", "leave": "off"}


def owns(levels: tuple[str, ...]) -> bool:
    """Tell whether a topic is of this ecosystem."""
    return levels[0] == "owntracks"


def read(message: Message) -> Heard:
    """Return what a message says."""
    if len(message.levels) < 3 or not message.payload.strip():
        return ignored("no phone's message")
    if message.levels[3:4] not in {(), ("event",)}:
        return ignored("no change of place")
    told = message.object()
    device = "/".join(message.levels[1:3])
    match told.get("_type"):
        case "transition":
            return _read_transition(device, told, message)
        case "location":
            return _read_battery(device, told, message)
        case "lwt":
            return Heard(availability={device: OFFLINE})
        case "encrypted":
            return ignored("encrypted: switch the app's payload encryption off")
    return ignored("no change of place")


def _read_transition(device: str, told: dict[str, Json], message: Message) -> Heard:
    name, change = named(told.get("desc")).strip().lower(), _CHANGES.get(named(told.get("event")))
    if name not in _HOME or change is None:
        return ignored("not at home's border")
    gathering = Gathering()
    gathering.say(device, Kind.PRESENCE, change, moment(told.get("tst"), message.received_at))
    return gathering.heard("")


def _read_battery(device: str, told: dict[str, Json], message: Message) -> Heard:
    gathering = Gathering()
    gathering.take(device, f.BATTERY, told.get("batt"), moment(told.get("tst"), message.received_at))
    return gathering.heard("a place, dropped unread")
