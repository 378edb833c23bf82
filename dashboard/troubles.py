"""Devices that trouble: which ring for nothing, are silent, run low or send what cannot be read; those first that cost people most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from linli.alert import Outcome
from linli.home_state import Observed
from linli.people import Device, Home
from linli.store.troubles import Refused, Rung

SPAN = timedelta(days=30)
"""How far back alarms and refused messages count."""
BY_ITSELF = frozenset({Outcome.SAFE, Outcome.DEVICE_FAULT})
"""How an alarm of a device ended for which nobody was needed."""
LOW_PERCENT = 15
_NEVER = timedelta(days=9999)


class Cause(StrEnum):
    """What a device does that troubles, the costliest first."""

    RINGS = "rings"
    SILENT = "silent"
    LOW = "low"
    REFUSED = "refused"


@dataclass(frozen=True)
class Trouble:
    """A device, or all of a home (`device` None, `topic` empty), or a sender nobody knows (`home` None), and its troubles."""

    home: Home | None
    device: Device | None = None
    topic: str = ""
    alarms: int = 0
    called: int = 0
    faulty: int = 0
    """So many of the alarms ended with the words that it was the device."""
    silent: bool = False
    last_heard: datetime | None = None
    devices: int = 1
    battery: float | None = None
    refused: int = 0

    @property
    def causes(self) -> list[Cause]:
        """Return what troubles, the costliest first."""
        found = {
            Cause.RINGS: self.alarms > 0,
            Cause.SILENT: self.silent,
            Cause.LOW: self.battery is not None,
            Cause.REFUSED: self.refused > 0,
        }
        return [cause for cause, is_so in found.items() if is_so]

    def cost(self, now: datetime) -> tuple[int, int, timedelta, float, int]:
        """Return what sorts the costliest first: people called for nothing, then how long blind, then how low, then refused."""
        blind = (now - self.last_heard if self.last_heard else _NEVER) * self.devices if self.silent else timedelta(0)
        low = 100.0 if self.battery is None else self.battery
        return (-self.called, -self.alarms, -blind, low, -self.refused)


@dataclass
class _Gathered:
    """The troubles of one site in the making, by home and device."""

    homes: Mapping[str, Home]
    devices: Mapping[tuple[str, str], Device]
    found: dict[tuple[str, str], Trouble] = field(default_factory=dict)

    def of(self, home: str, device: str) -> Trouble:
        known = self.devices.get((home, device)) or Device(home, device)
        return self.found.get((home, device)) or Trouble(self.homes[home], known)

    def put(self, home: str, device: str, trouble: Trouble) -> None:
        self.found[home, device] = trouble


def troubles_of(
    homes: Iterable[Home],
    devices: Mapping[tuple[str, str], Device],
    observed: Mapping[str, Sequence[Observed]],
    rung: Iterable[Rung],
    refused: Iterable[Refused],
    now: datetime,
) -> list[Trouble]:
    """Return every device that troubles, the costliest first. What of the refused is of no home among these has a sender nobody knows."""
    gathered = _Gathered({home.home: home for home in homes}, devices)
    _take_rung(gathered, rung)
    whole = _take_observed(gathered, observed)
    strangers = _take_refused(gathered, refused)
    return sorted([*gathered.found.values(), *whole, *strangers], key=lambda one: (*one.cost(now), _name(one)))


def _name(one: Trouble) -> str:
    return f"{one.home.home if one.home else ''}/{one.device.device if one.device else one.topic}"


def _take_rung(gathered: _Gathered, rung: Iterable[Rung]) -> None:
    for one in rung:
        if one.home not in gathered.homes or one.outcome not in BY_ITSELF:
            continue
        before = gathered.of(one.home, one.device)
        faulty = before.faulty + (one.outcome is Outcome.DEVICE_FAULT)
        more = replace(
            before,
            alarms=before.alarms + 1,
            called=before.called + one.called,
            faulty=faulty,
        )
        gathered.put(one.home, one.device, more)


def _take_observed(gathered: _Gathered, observed: Mapping[str, Sequence[Observed]]) -> list[Trouble]:
    """Note silence and low batteries; a home of which nothing is heard is one trouble, not one for each device."""
    whole: list[Trouble] = []
    for home, seen in observed.items():
        all_silent = len(seen) > 1 and not any(one.online for one in seen)
        if all_silent:
            heard = max((one.last_heard for one in seen if one.last_heard), default=None)
            whole.append(Trouble(gathered.homes[home], silent=True, last_heard=heard, devices=len(seen)))
        for one in seen:
            is_low = one.battery is not None and one.battery <= LOW_PERCENT
            is_silent = not one.online and not all_silent
            if is_low or is_silent:
                before = gathered.of(home, one.device)
                battery = one.battery if is_low else None
                gathered.put(
                    home, one.device, replace(before, silent=is_silent, last_heard=one.last_heard, battery=battery)
                )
    return whole


def _take_refused(gathered: _Gathered, refused: Iterable[Refused]) -> list[Trouble]:
    """Note refused messages with their device; those of nobody who is known are a trouble of their own."""
    strangers: dict[str, Trouble] = {}
    by_topic = {device.topic: device.device for device in gathered.devices.values() if device.topic}
    for one in refused:
        if one.home in gathered.homes:
            device = _device_of(one.topic, by_topic)
            gathered.put(one.home, device, _with_refused(gathered.of(one.home, device), one))
        else:
            before = strangers.get(one.topic, Trouble(None, topic=one.topic))
            strangers[one.topic] = _with_refused(before, one)
    return list(strangers.values())


def _with_refused(trouble: Trouble, one: Refused) -> Trouble:
    return replace(trouble, refused=trouble.refused + one.times)


def _device_of(topic: str, by_topic: Mapping[str, str]) -> str:
    """Return which device a topic means: linli's own name it, others stand in the list of devices."""
    parts = topic.split("/")
    if parts[:2] == ["linli", "v1"] and len(parts) > 4:
        return parts[4]
    return by_topic.get(topic, topic)
