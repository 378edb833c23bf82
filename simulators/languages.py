"""Homes that speak as bought devices do: the same life, on the topics and in the JSON of another ecosystem.

What no device of an ecosystem tells (a cuff on a Zigbee bridge) is said in linli's own words, as beside it in a real home.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from linli.errors import LinliError
from linli.people import Device
from simulators import chirpstack, zigbee2mqtt
from simulators.community import Community
from simulators.page import Event
from simulators.spoken import Ecosystem

_OWN = 6
"""How many levels a topic of linli's own has: linli/v1/site/home/device/kind."""


class Language(StrEnum):
    """What a home speaks."""

    LINLI = "linli"
    ZIGBEE2MQTT = "zigbee2mqtt"
    CHIRPSTACK = "chirpstack"


_ECOSYSTEMS: Mapping[Language, Ecosystem] = {
    Language.ZIGBEE2MQTT: zigbee2mqtt,
    Language.CHIRPSTACK: chirpstack,
}
Languages = Mapping[str, Language]
"""By home; who is not in it speaks linli's own."""

_HOW = "write it as zigbee2mqtt for all homes, or as HOME:zigbee2mqtt"


def parse_languages(texts: Iterable[str], community: Community) -> dict[str, Language]:
    """Read `LANGUAGE` or `HOME:LANGUAGE`, the later before the earlier; LinliError says what is wrong."""
    found: dict[str, Language] = {}
    for text in texts:
        home, colon, word = text.strip().rpartition(":")
        if word not in set(Language):
            raise LinliError(f"{text!r} names no language: {_HOW}; known are {', '.join(Language)}")
        homes = [community.home(home)] if colon else community.homes
        found.update(dict.fromkeys((one.home for one in homes), Language(word)))
    return found


def listed(community: Community, languages: Languages) -> tuple[Device, ...]:
    """Return the device list of a community whose homes speak so."""
    return tuple(_as_listed(device, community, languages) for device in community.devices)


def _as_listed(device: Device, community: Community, languages: Languages) -> Device:
    ecosystem = _ECOSYSTEMS.get(languages.get(device.home, Language.LINLI))
    if ecosystem is None or not ecosystem.carries(device):
        return device
    return replace(device, topic=ecosystem.topic(community.home(device.home), device))


def spoken(events: Iterable[Event], community: Community, languages: Languages) -> Iterator[Event]:
    """Yield what is published when homes speak so; each message of a device becomes those of its ecosystem."""
    devices = {(device.home, device.device): device for device in community.devices}
    for event in events:
        levels = event.topic.split("/")
        if len(levels) != _OWN:
            yield event
            continue
        _, _, site, home, name, kind = levels
        ecosystem, device = _ECOSYSTEMS.get(languages.get(home, Language.LINLI)), devices.get((home, name))
        if ecosystem is None or device is None or not ecosystem.carries(device):
            yield event
            continue
        for topic, payload, retain in ecosystem.say(community.home(home), device, kind, event):
            yield event._replace(topic=topic, payload=payload, retain=retain, site=site)
