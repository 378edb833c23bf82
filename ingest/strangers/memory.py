"""Who speaks and stands in no device list, within bounds: a broker that makes up senders fills nothing but its own corner.

Who was heard once is kept apart from who was heard again, so that a flood of made-up names drives out only its like.
What is kept of a message is kinds and words, no payload; of what was measured of a person not even the number.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ingest.codecs import bthome, chirpstack, entities, multitech, openmqttgateway, ttn, zigbee2mqtt
from ingest.codecs.codec import Codec, codec_of
from ingest.codecs.message import Message
from ingest.listed import owners_of
from ingest.reading import is_own
from ingest.strangers.facts import HOME_ASSISTANT, ZIGBEE2MQTT, Facts, facts_in, link_of
from ingest.strangers.guess import guess
from ingest.strangers.place import place_of
from linli.people import Roster
from linli.signals import Kind
from linli.stranger import Found, Stranger
from linli.trigger import Turn
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES, Heard

MOST_NEW, MOST_REGULAR, MOST_FACTS = 200, 300, 2000
KEPT_FOR = timedelta(hours=24)
MOST_TOPIC = 256
_OF_A_PERSON = frozenset(
    {Kind.HEART_RATE, Kind.RESPIRATION, Kind.SPO2, Kind.BLOOD_PRESSURE, Kind.BODY_TEMPERATURE, Kind.WEIGHT}
    | {Kind.GLUCOSE, Kind.MOOD}
)
_LORAWAN = frozenset({chirpstack.NAME, ttn.NAME, multitech.NAME})
NOT_DECODED, _TRIGGERED = "not decoded", "triggered"
_ENTITY = 4
"""An entity's state stands at so many levels; what is shorter tells of a board or of Home Assistant itself."""
_RANDOM = b'"mac_type":1'
_STATIC = 0b11
"""The two highest bits of a Bluetooth address that is random but stays; others change every few minutes."""


@dataclass(frozen=True, slots=True)
class _Word:
    """What one message says of one device."""

    device: str
    said: tuple[str, ...]
    battery: float | None = None


class Strangers:
    """Takes every message, keeps what nobody has listed. Safe from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: OrderedDict[str, Stranger] = OrderedDict()
        self._regular: OrderedDict[str, Stranger] = OrderedDict()
        self._facts: OrderedDict[str, Facts] = OrderedDict()
        self.passed_over = 0

    def take(self, message: Message, *, retained: bool) -> None:
        """Note who speaks in a message. Never raises for anything that is published."""
        if is_own(message.topic):
            return
        if len(message.topic) > MOST_TOPIC or len(message.payload) > MAX_FOREIGN_PAYLOAD_BYTES:
            self.passed_over += 1
            return
        with self._lock:
            told = [(topic, facts) for topic, facts in facts_in(message) if not is_own(topic)]
            if any(facts.source == ZIGBEE2MQTT for _, facts in told):
                self._forget_renamed(message.topic.removesuffix("bridge/devices"), {topic for topic, _ in told})
            for topic, facts in told:
                self._learn(topic, facts)
            for codec, word in _words_in(message):
                place = place_of(codec, message.levels, word.device)
                if place.isprintable() and len(place) <= MOST_TOPIC:
                    self._note(place, codec.NAME, word, link_of(message), None if retained else message.received_at)

    def _forget_renamed(self, base: str, listed: set[str]) -> None:
        """Forget what stood in a bridge's list and does not any more: its device has another name now, or is gone."""
        for topic, one in list(self._facts.items()):
            if one.source == ZIGBEE2MQTT and topic.startswith(base) and topic not in listed:
                for kept in (self._facts, self._new, self._regular):
                    kept.pop(topic, None)

    def _learn(self, topic: str, facts: Facts) -> None:
        self._facts[topic] = facts
        self._facts.move_to_end(topic)
        if len(self._facts) > MOST_FACTS:
            self._facts.popitem(last=False)

    def _note(self, place: str, ecosystem: str, word: _Word, signal: str, at: datetime | None) -> None:
        before = self._regular.pop(place, None) or self._new.pop(place, None) or Stranger(place, ecosystem)
        heard = replace(
            before,
            said=word.said,
            battery=before.battery if word.battery is None else word.battery,
            signal=signal or before.signal,
            first_at=before.first_at or at,
            last_at=at or before.last_at,
            times=before.times + (at is not None),
        )
        kept, most = (self._regular, MOST_REGULAR) if heard.times > 1 else (self._new, MOST_NEW)
        kept[place] = heard
        if len(kept) > most:
            kept.popitem(last=False)
            self.passed_over += 1

    def found(self, roster: Roster, now: datetime) -> Found:
        """Return who is in no device list, with a guess at each: first whom something says most about."""
        with self._lock:
            self._forget(now)
            heard = {**self._new, **self._regular}
            facts = dict(self._facts)
        for topic, one in facts.items():
            if one.source == ZIGBEE2MQTT and topic not in heard:
                heard[topic] = Stranger(topic, zigbee2mqtt.NAME)
        unlisted = (one for one in heard.values() if not _is_listed(one.topic, roster))
        told = [
            replace(one, guess=guess(one, known, roster), model=_model(known)) for one, known in _known(unlisted, facts)
        ]
        told.sort(key=lambda one: (-_weight(one), one.last_at is None, one.topic))
        return Found(told, passed_over=self.passed_over)

    def _forget(self, now: datetime) -> None:
        for kept in (self._new, self._regular):
            for place in [place for place, one in kept.items() if one.last_at and now - one.last_at > KEPT_FOR]:
                del kept[place]


def _known(strangers: Iterator[Stranger], facts: dict[str, Facts]) -> Iterator[tuple[Stranger, tuple[Facts, ...]]]:
    """Pair each stranger with what is said of it: of its own topic, by Home Assistant also of the topics below it."""
    by_beginning: dict[str, list[Facts]] = {}
    for topic, one in facts.items():
        levels = topic.split("/")
        for end in range(1 if one.source == HOME_ASSISTANT else len(levels), len(levels) + 1):
            by_beginning.setdefault("/".join(levels[:end]), []).append(one)
    for stranger in strangers:
        yield stranger, tuple(by_beginning.get(stranger.topic, ())[:20])


def _model(facts: tuple[Facts, ...]) -> str:
    return next((one.model for one in facts if one.model), "")


def _weight(one: Stranger) -> int:
    return sum(map(bool, (one.guess.home, one.guess.role, one.guess.room)))


def _is_listed(place: str, roster: Roster) -> bool:
    """Tell whether a row owns it. A gateway's row owns what is behind it only for emergencies: that is still unlisted."""
    owners = owners_of(place, "", roster)
    return any(not owner.is_gateway or owner.topic.strip("/") == place for owner in owners)


def _words_in(message: Message) -> Iterator[tuple[Codec, _Word]]:
    codec = codec_of(message.levels) or (bthome if bthome.tells(message.payload) else None)
    if codec is None or _is_passing(codec, message) or (codec.NAME == entities.NAME and len(message.levels) < _ENTITY):
        return
    try:
        heard = codec.read(message)
    except ValueError:
        return
    for word in _words(heard):
        yield codec, word
    if codec.NAME in _LORAWAN and not (heard.readings or heard.rejected) and message.levels[-1] == "up":
        yield codec, _Word(message.levels[-3] if "event" in message.levels else message.levels[-2], (NOT_DECODED,))


def _words(heard: Heard) -> Iterator[_Word]:
    said: dict[str, list[str]] = {}
    batteries: dict[str, float] = {}
    for reading in heard.readings:
        value = "" if reading.kind in _OF_A_PERSON else f" {_shown(reading.value)}"
        said.setdefault(reading.device, []).append(f"{reading.kind}{value}")
        if reading.kind is Kind.BATTERY and isinstance(reading.value, float):
            batteries[reading.device] = reading.value
    for trigger in heard.triggers:
        said.setdefault(trigger.device, []).append(
            _TRIGGERED if trigger.turn is Turn.PULSE else f"switch {trigger.turn}"
        )
    for device, word in heard.availability.items():
        said.setdefault(device, []).append(word)
    for device, words in said.items():
        yield _Word(device, tuple(dict.fromkeys(words))[:6], batteries.get(device))


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)[:24]


def _is_passing(codec: Codec, message: Message) -> bool:
    """Tell whether a Bluetooth sender made up its address for a few minutes, as phones and tags of passers-by do."""
    if codec.NAME != openmqttgateway.NAME or _RANDOM not in message.payload.replace(b" ", b""):
        return False
    first = message.levels[-1].replace(":", "")[:2]
    try:
        return int(first, 16) >> 6 != _STATIC
    except ValueError:
        return True
