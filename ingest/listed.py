"""Whose a message of another ecosystem is: the device list ties its topic to a home, and says what its values mean there.

A value stands at its topic, followed by the name that the ecosystem gives the device; the row whose topic is the longest
beginning of that owns it. So `zigbee2mqtt/bath-502` owns its `/action` and `/availability`, and
`tele/stairs/SENSOR/0x1A2B` one of the sensors that share a message. What no row owns is a stranger's and ends here.
A switch, a shake or a radio code becomes what its row says it is, and nothing where no row says so, or where the device
says of itself, in the same message, what it is there for: a door contact that feels a shake has not been opened.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from msgspec.structs import replace

from ingest.codecs.codec import FILTERS
from linli.people import Device, Roster
from linli.signals import Kind
from linli.trigger import Trigger, Turn
from linli.wire import ROOT, Heard, Reading

_EMERGENCIES = frozenset({Kind.SOS, Kind.FALL, Kind.SMOKE, Kind.GAS})
_UNASKED = _EMERGENCIES | {Kind.LEAK, Kind.BATTERY}
"""What is taken from a listed device whether its row names it or not."""
_LET_GO = ("release", "released", "btn_up", "_stop")
"""How the names of a press end that only tell of its end."""
_SEEN = frozenset({Kind.MOTION, Kind.PRESENCE, Kind.BED})
"""What sensors call by each other's names: the row says which it is."""
_MEANT = (Kind.SOS, Kind.CHECK_IN, Kind.CONTACT, Kind.MOTION, Kind.PRESENCE, Kind.BED, Kind.LEAK, Kind.SMOKE, Kind.GAS)
"""What a row can say that a switch, a shake or a radio code is; where it says more, the gravest a hand can do counts."""
_PRESSED = {Kind.SOS: "pressed", Kind.CHECK_IN: "ok"}
_A_MOMENT = timedelta(milliseconds=1)
_MOST_LEVELS = 128
"""A listed topic has no more, as it has 256 characters at most; all others would wait minutes for a name of 100,000."""
_TWINS = {"stat": "tele"}
"""A Tasmota device answers on one and reports on the other; the list names the other."""


class Turned(Reading, frozen=True):
    """What a switch, a shake or a radio code means. `source`: which of them, `turn`: how it stands; a change counts.

    `lag`: how long after the message it was, so that what one message says twice stays in order.
    """

    source: str = ""
    turn: Turn = Turn.PULSE
    lag: timedelta = timedelta(0)


def heard_in_homes(heard: Heard, topic: str, roster: Roster) -> list[Heard]:
    """Return what a message says of each home, under the names of the device list; nothing for strangers."""
    found: dict[str, Heard] = {}
    if heard.rejected is not None:
        for device in owners_of(topic, "", roster):
            _tell(found, device, roster, rejected=heard.rejected)
    for reading in heard.readings:
        _take(found, reading, owners_of(topic, reading.device, roster), roster)
    speaking = {(home, one.device) for home, told in found.items() for one in told.readings if one.kind in _MEANT}
    for trigger in heard.triggers:
        owners = owners_of(topic, trigger.device, roster)
        for device in owners:
            if (device.home, device.device) not in speaking:
                meant = (one for one in as_meant(trigger, device) if len(owners) == 1 or _is_heeded(one, device))
                _tell(found, device, roster, readings=tuple(meant))
    for name, word in heard.availability.items():
        for device in owners_of(topic, name, roster):
            _tell(found, device, roster, availability={device.device: word})
    return list(found.values())


def _take(found: dict[str, Heard], reading: Reading, owners: tuple[Device, ...], roster: Roster) -> None:
    """Give a reading to its owner; of several nobody can tell whose it is, but a call for help is heard in every home."""
    for device in owners:
        meant = as_listed(reading, device)
        if meant is not None and (len(owners) == 1 or _is_heeded(meant, device)):
            _tell(found, device, roster, readings=(meant,))
        elif len(owners) > 1 and (not device.is_gateway or reading.kind in _EMERGENCIES):
            why = f"{reading.kind}: {device.topic} is listed in several homes; list the device's own topic"
            _tell(found, device, roster, rejected=why)


def _is_heeded(reading: Reading, device: Device) -> bool:
    """Tell whether a home heeds what may be another's: a call for help, and from a gateway if its row names such calls."""
    return reading.kind in _EMERGENCIES and (not device.is_gateway or reading.kind in device.kinds)


def _tell(
    found: dict[str, Heard],
    device: Device,
    roster: Roster,
    *,
    readings: tuple[Reading, ...] = (),
    availability: Mapping[str, str] = {},
    rejected: str | None = None,
) -> None:
    home = roster.homes.get(device.home)
    if home is None:
        return
    told = found.get(device.home) or Heard(home.site, device.home)
    found[device.home] = replace(
        told,
        readings=told.readings + readings,
        availability={**told.availability, **availability},
        rejected=told.rejected or rejected,
    )


def owners_of(topic: str, name: str, roster: Roster) -> tuple[Device, ...]:
    """Return whose a value is that stands at a topic under a name: the rows of the longest beginning that is listed."""
    listed = roster.devices_by_topic
    return next((listed[part] for part in beginnings(topic, name) if part in listed), ())


def beginnings(topic: str, name: str) -> Iterator[str]:
    """Yield the topic with the device's name after it, and every beginning of that, longest first."""
    first, slash, rest = topic.strip("/").partition("/")
    for written in dict.fromkeys((first, _TWINS.get(first, first))):
        levels = f"{written}{slash}{rest}/{name}".rstrip("/").split("/", _MOST_LEVELS)[:_MOST_LEVELS]
        for end in range(len(levels), 0, -1):
            yield "/".join(levels[:end])


def as_listed(reading: Reading, device: Device) -> Reading | None:
    """Return a reading as the device list wants it understood, or None where the home does not want it.

    A press of a button that is listed for calls for help is one; letting it go is nothing. Of what lies behind a
    gateway unlisted, only an emergency is heard.
    """
    named, kinds = replace(reading, device=device.device), device.kinds
    if device.is_gateway or not kinds:
        return named if reading.kind in _EMERGENCIES else None
    if reading.kind is Kind.BUTTON:
        return _as_meant(named, kinds)
    if reading.kind in _UNASKED or reading.kind in kinds:
        return named
    meant = next((kind for kind in kinds if kind in _SEEN), None)
    return replace(named, kind=Kind(meant)) if meant is not None and reading.kind in _SEEN else None


def as_meant(trigger: Trigger, device: Device) -> tuple[Turned, ...]:
    """Return what a switch, a shake or a radio code is to the home, by the kinds of its row.

    A shake or a code at a door is an opening and a closing: nobody would hear it close.
    """
    kind = next((kind for kind in _MEANT if kind in device.kinds), None)
    if kind is None or device.is_gateway:
        return ()
    if kind in _PRESSED:
        values = [_PRESSED[kind]]
    elif kind is Kind.CONTACT:
        values = {Turn.ON: ["open"], Turn.OFF: ["closed"]}.get(trigger.turn, ["open", "closed"])
    elif kind is Kind.MOTION:
        values = ["on"]
    else:
        values = ["off" if trigger.turn is Turn.OFF else "on"]
    source = f"{trigger.device}/{trigger.part}"
    return tuple(
        Turned(device.device, kind, value, trigger.at, source=source, turn=trigger.turn, lag=place * _A_MOMENT)
        for place, value in enumerate(values)
    )


def _as_meant(press: Reading, kinds: tuple[str, ...]) -> Reading | None:
    """Return what a press means: a call for help goes before a check-in, and both before a mere press."""
    if str(press.value).lower().endswith(_LET_GO):
        return None
    if Kind.SOS in kinds:
        return replace(press, kind=Kind.SOS, value="pressed")
    if Kind.CHECK_IN in kinds:
        return replace(press, kind=Kind.CHECK_IN, value="ok")
    return press if Kind.BUTTON in kinds else None


def filters(roster: Roster) -> tuple[str, ...]:
    """Return what to ask a broker for, so that everything in the device list is heard and nothing else.

    Several devices may share a message, whose topic then is a beginning of theirs: those are asked for one by one.
    """
    below: dict[str, None] = {}
    above: dict[str, None] = {}
    for topic in _foreign(roster.devices_by_topic):
        for twin in (topic, *_twins_of(topic)):
            levels = twin.split("/")
            below[twin] = None
            above.update(dict.fromkeys("/".join(levels[:end]) for end in range(2, len(levels))))
    asked = {f"{topic}/#": None for topic in below if not _lies_below(topic, below)}
    return (*asked, *(topic for topic in above if topic not in below and not _lies_below(topic, below)))


def _twins_of(topic: str) -> list[str]:
    first, slash, rest = topic.partition("/")
    return [f"{other}{slash}{rest}" for other, told in _TWINS.items() if told == first]


def _lies_below(topic: str, others: Mapping[str, None]) -> bool:
    """Tell whether what is asked for below another topic brings this one along; a broker could send it twice."""
    levels = topic.split("/")
    return any("/".join(levels[:end]) in others for end in range(1, len(levels)))


def topics_of(roster: Roster, homes: Iterable[str]) -> tuple[str, ...]:
    """Return on what else the devices of some homes may speak: their listed topics, but none that others list too."""
    ours = set(homes)
    mine = {
        topic: None
        for home in sorted(ours)
        for device in roster.devices_by_home.get(home, ())
        for topic in _foreign([device.topic.strip("/")])
        if all(other.home in ours for other in roster.devices_by_topic.get(topic, ()))
    }
    return tuple(f"{twin}/#" for topic in mine for twin in (topic, *_twins_of(topic)))


_MANY_HOMES = 300


def unlisted_topics_of(roster: Roster, site: str) -> tuple[str, ...]:
    """Return on what a site's gateway may speak before anybody has listed it, so that it can be found and listed.

    Alone, on everything that ecosystems speak on; beside other sites only where its own id stands in the topic, and
    nowhere that another site's device list names. Bridges may have the id of the site or of one of its homes in their
    base topic; in a site of many homes only that of the site, as a broker goes through all of them for each message.
    """
    homes = [home.home for home in roster.homes.values() if home.site == site]
    named = [f"zigbee2mqtt-{one}" for one in (site, *(homes if len(homes) <= _MANY_HOMES else ()))]
    if roster.sites == (site,):
        return (*FILTERS, *(f"{base}/#" for base in named))
    taken = {
        "/".join(device.topic.strip("/").split("/")[:end])
        for device in roster.devices.values()
        if device.topic and roster.homes[device.home].site != site
        for end in (1, 2)
    }
    roots = (one.removesuffix("/#") for one in FILTERS if one.count("/") == 1 and one.endswith("/#") and one[0] != "+")
    return tuple(f"{base}/#" for base in (*named, *(f"{root}/{site}" for root in roots)) if base not in taken)


def _foreign(topics: Iterable[str]) -> Iterator[str]:
    """Yield the topics that are not linli's own, nor so written that a broker would refuse them."""
    for topic in topics:
        if topic and topic.isprintable() and topic == topic.strip() and not f"{topic}/".startswith(f"{ROOT}/"):
            yield topic
