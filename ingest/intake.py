"""From arrived messages to signals: known home, believable time, same thing twice. What is refused says why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
from msgspec.structs import replace

from ingest.codecs.meters import PLAIN
from ingest.listed import Turned, heard_in_homes
from ingest.meters import Counted, Meters
from ingest.reading import is_own, read
from ingest.repeats import Repeats, Told
from linli.people import Home, Roster
from linli.signals import ID_KEY, Kind, Signal, Value
from linli.store.rejections import Rejection, shown
from linli.wire import Heard, Reading

REDELIVERED_WITHIN = timedelta(hours=24)
"""How far back an earlier delivery of the same packet is looked for; a broker hands it out again at the next connect."""


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """One message as it came. `packet` is the broker's packet id, 0 where there is none."""

    topic: str
    payload: bytes
    received_at: datetime
    packet: int = 0
    redelivered: bool = False
    retained: bool = False


@dataclass(slots=True)
class TakenIn:
    """What a batch of messages says. `verdicts` has one entry a message: why it was refused, or None."""

    signals: list[Signal] = field(default_factory=list)
    availability: list[tuple[str, str, bool, datetime]] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    verdicts: list[str | None] = field(default_factory=list)
    ignored: int = 0
    states: Told = field(default_factory=dict)
    """What sensors of other ecosystems that repeat themselves said last in this batch."""
    counted: Counted = field(default_factory=dict)
    """What meters counted and plugs drew last in this batch."""


class EarlierArrival(Protocol):
    """Knows when a message came that the broker delivers again."""

    def __call__(
        self, home: str, device: str, kind: Kind, value: Value, key: str, *, since: datetime
    ) -> datetime | None:
        """Return the latest moment of an equal reading with this key, None if there was none."""


class Intake:
    """Reads messages against the roster. Pure but for one question about packets that come again."""

    def __init__(self, roster: Callable[[], Roster], earlier: EarlierArrival) -> None:
        self._roster = roster
        self._earlier_arrival = earlier
        self._repeats = Repeats()
        self._meters = Meters()

    def keep(self, taken: TakenIn) -> None:
        """Remember the states of a batch, once it is stored."""
        self._repeats.keep(taken.states)
        self._meters.keep(taken.counted)

    def know(self, stored: Sequence[Signal]) -> None:
        """Learn the states from stored signals, newest first, as at a start."""
        self._repeats.learn(stored)
        self._meters.learn(stored)

    def read(self, messages: Sequence[Arrived]) -> TakenIn:
        """Return what the messages say; never raises for anything a device sends."""
        taken = TakenIn()
        roster = self._roster()
        for message in messages:
            taken.verdicts.append(self._read_one(message, roster, taken))
        return taken

    def _read_one(self, message: Arrived, roster: Roster, taken: TakenIn) -> str | None:
        heard = read(message.topic, message.payload, message.received_at)
        if message.retained and heard.triggers:
            self._note(heard, message, roster, taken)
        if (heard.ignored is not None and not heard.triggers) or (
            message.retained and (heard.readings or heard.triggers)
        ):
            taken.ignored += 1  # a retained reading is an old one that the broker repeats at every connect
            return None
        if is_own(message.topic):
            return self._read_home(heard, message, roster, taken)
        in_homes = heard_in_homes(heard, message.topic, roster)
        if not in_homes:
            return self._read_nobodys(heard, message, taken)
        verdicts = [self._read_listed(one, message, roster, taken) for one in in_homes]
        return next((verdict for verdict in verdicts if verdict is not None), None)

    def _note(self, heard: Heard, message: Arrived, roster: Roster, taken: TakenIn) -> None:
        """Learn how switches stood before linli listened, from what the broker has kept of them; nothing happened now."""
        for one in heard_in_homes(heard, message.topic, roster):
            for reading in one.readings:
                if isinstance(reading, Turned):
                    self._repeats.note(one.home, reading, message.received_at, taken.states)

    def _read_nobodys(self, heard: Heard, message: Arrived, taken: TakenIn) -> str | None:
        """Pass over what strangers say; a message that cannot be read at all may be one that several of ours share.

        On a meter's own topic nobody speaks by chance: somebody forgot to list it.
        """
        refused = heard.rejected if not heard.readings else None
        if refused is None and message.topic.startswith(f"{PLAIN}/"):
            refused = f'{message.topic} is the topic of no device; add it with "linli import"'
        if refused is None:
            taken.ignored += 1
            return None
        taken.rejections.append(_rejection(message, refused, "", ""))
        return refused

    def _read_home(self, heard: Heard, message: Arrived, roster: Roster, taken: TakenIn) -> str | None:
        """Take in what one home says, or say why not."""
        home = roster.homes.get(heard.home)
        refused = heard.rejected or _stranger(heard.site, heard.home, home)
        if refused is not None:
            taken.rejections.append(_rejection(message, refused, heard.site, heard.home))
            return refused
        for device, word in heard.availability.items():
            taken.availability.append((heard.home, device, word == "online", message.received_at))
        return self._take_readings(heard, message, roster, taken)

    def _take_readings(self, heard: Heard, message: Arrived, roster: Roster, taken: TakenIn) -> str | None:
        refused = None
        for reading in heard.readings:
            device = roster.devices.get((heard.home, reading.device))
            is_by_hand = device is not None and Kind.BUTTON in device.kinds
            try:
                told = self._meters.read(heard.home, reading, message.received_at, taken.counted, is_by_hand=is_by_hand)
            except ValueError as why:
                refused = f"{reading.kind}: {why}"
                taken.rejections.append(_rejection(message, refused, heard.site, heard.home))
            else:
                room = device.room if device else ""
                taken.signals += [self._signal(one, heard.home, room, message) for one in told]
        return refused

    def _read_listed(self, heard: Heard, message: Arrived, roster: Roster, taken: TakenIn) -> str | None:
        """Take in what a device of another ecosystem says; a bad value is refused and the others stand.

        What is only repeated says at most, and not each time, that the device is there.
        """
        home, at, told = heard.home, message.received_at, taken.states
        new = tuple(one for one in heard.readings if self._repeats.is_new(home, one, at, told))
        old = (one for one in heard.readings if one not in new)
        there = {one.device: "online" for one in old if self._repeats.is_there(home, one, at, told)}
        taken.ignored += not (new or there or heard.availability or heard.rejected)
        said = replace(heard, readings=new, availability=there | heard.availability, rejected=None)
        refused = self._read_home(said, message, roster, taken)
        if heard.rejected is not None:
            taken.rejections.append(_rejection(message, heard.rejected, heard.site, heard.home))
        return heard.rejected or refused

    def _signal(self, reading: Reading, home: str, room: str, message: Arrived) -> Signal:
        key, at = self._key_and_time(reading, home, message)
        if isinstance(reading, Turned):
            at += reading.lag
        return Signal(
            home,
            reading.device,
            reading.kind,
            reading.value,
            at,
            message.received_at,
            key,
            room,
            reading.said_at,
        )

    def _key_and_time(self, reading: Reading, home: str, message: Arrived) -> tuple[str, datetime]:
        """Return what makes the reading one of its kind, and when it was.

        With an id, the id. With a time but no id, the same value at the same time is one. With neither, the broker's
        packet id recognises a message that it delivers again after a crash.
        """
        if reading.id:
            return f"{ID_KEY}{reading.id}", reading.at or message.received_at
        if reading.at is not None:
            return f"v{_text(reading.value)}", reading.at
        key = f"~{message.packet}"
        if message.redelivered:
            return key, self._earlier(reading, home, key, message) or message.received_at
        return key, message.received_at

    def _earlier(self, reading: Reading, home: str, key: str, message: Arrived) -> datetime | None:
        since = message.received_at - REDELIVERED_WITHIN
        return self._earlier_arrival(home, reading.device, reading.kind, reading.value, key, since=since)


def _stranger(site: str, name: str, home: Home | None) -> str | None:
    if home is None:
        return f'{name} is not known; add it with "linli import"'
    if home.site != site:
        return f"{name} is not on site {site}"
    return None


def _rejection(message: Arrived, reason: str, site: str, home: str) -> Rejection:
    return Rejection(message.received_at, message.topic, reason, shown(message.payload), site, home)


def _text(value: Value) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
