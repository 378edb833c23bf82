"""What an incident does to the messages of one home: which are no longer sent, and which it adds.

It works on messages that are already drawn, so everything before it, and every other home, stays as it was.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from linli.clock import millis
from linli.signals import EXIT_ROOM, Kind, Value
from simulators.chance import between, stream_of
from simulators.faults import LAST_WILL_MS, Message, availability
from simulators.incidents import Incident, IncidentKind
from simulators.onset import AT_THE_DOOR
from simulators.sensors import HOUR_MS, SECOND_MS, Kit, Origin

FOREVER = 1 << 62
INCIDENT_NUMBERS = 1 << 19
"""Numbers of messages that an incident adds begin here, far above those of a day."""
_NUMBERS_PER_INCIDENT = 1 << 10
_FEVER_EVERY_MS = 5 * HOUR_MS
AT_THE_DOOR_MS = int(AT_THE_DOOR.total_seconds()) * SECOND_MS


@dataclass(frozen=True, slots=True)
class Effect:
    """One incident at one home; moments are epoch milliseconds."""

    kind: IncidentKind
    begins: int
    ends: int
    ghosts_outlive: bool
    added: tuple[Message, ...] = ()

    def leaves(self, message: Message) -> bool:
        """Tell whether a message is still sent although this happened."""
        return _LEAVES.get(self.kind, _everything)(self, message)

    def strikes(self, moment: int) -> bool:
        """Tell whether a moment lies within the incident."""
        return self.begins <= moment < self.ends


def effect_of(incident: Incident, *, home: str, index: int, kit: Kit, seed: int, ghosts_outlive: bool) -> Effect:
    """Return what an incident (the home's `index`-th) does to a home."""
    begins = millis(incident.at)
    ends = FOREVER if incident.ends is None else millis(incident.ends)
    writer = _Writer(home, kit, seed, index, begins, ends)
    return Effect(incident.kind, begins, ends, ghosts_outlive, tuple(_ADDS.get(incident.kind, _nothing)(writer)))


def _all_but_life(effect: Effect, message: Message) -> bool:
    """After a collapse only machines talk: nothing that needs somebody in the home, by true time or by its own."""
    if message.origin is Origin.MACHINE or (message.origin is Origin.GHOST and effect.ghosts_outlive):
        return True
    told = max(message.at, message.cause) if message.origin is Origin.LIFE else message.cause
    return not effect.strikes(told)


def _all_but_life_and_the_last_minutes_indoors(effect: Effect, message: Message) -> bool:
    """She has come in by the door, and no room behind it sees her any more."""
    since_she_came = effect.begins - AT_THE_DOOR_MS <= message.cause < effect.begins
    of_life = message.origin in {Origin.LIFE, Origin.TIMER}
    is_indoors = of_life and since_she_came and message.kind is not Kind.CONTACT
    return _all_but_life(effect, message) and not is_indoors


def _an_eighth(effect: Effect, message: Message) -> bool:
    """She lies or sits and moves little: one bout of movement in eight is left."""
    of_life = message.origin in {Origin.LIFE, Origin.TIMER}
    return not (of_life and effect.strikes(message.cause) and message.cause // SECOND_MS % 8)


def _all_but_her_indoors(effect: Effect, message: Message) -> bool:
    return message.origin not in {Origin.LIFE, Origin.TIMER} or not effect.strikes(message.cause)


def _nothing_sent(effect: Effect, message: Message) -> bool:
    return not effect.strikes(message.send)


def _no_check_in(effect: Effect, message: Message) -> bool:
    return message.kind is not Kind.CHECK_IN or not effect.strikes(message.cause)


def _no_usual_vitals(effect: Effect, message: Message) -> bool:
    return message.kind not in {Kind.BODY_TEMPERATURE, Kind.HEART_RATE} or not effect.strikes(message.cause)


def _everything(_effect: Effect, _message: Message) -> bool:
    return True


_LEAVES: dict[IncidentKind, Callable[[Effect, Message], bool]] = {
    IncidentKind.FALL: _all_but_life,
    IncidentKind.FALL_BATHROOM: _all_but_life,
    IncidentKind.FALL_HOME_COMING: _all_but_life_and_the_last_minutes_indoors,
    IncidentKind.SILENT_MORNING: _all_but_life,
    IncidentKind.SOS: _an_eighth,
    IncidentKind.FEVER: _no_usual_vitals,
    IncidentKind.WANDERING: _all_but_her_indoors,
    IncidentKind.GATEWAY_LOSS: _nothing_sent,
    IncidentKind.POWER_CUT: _nothing_sent,
    IncidentKind.MISSED_CHECK_IN: _no_check_in,
}


class _Writer:
    """Writes the messages that an incident adds. They are never lost or late: they are what is to be noticed."""

    def __init__(self, home: str, kit: Kit, seed: int, index: int, begins: int, ends: int) -> None:
        self.kit = kit
        self.begins = begins
        self.ends = ends
        self.chance = stream_of(seed, home, "incident", index, begins)
        self._number = INCIDENT_NUMBERS + index * _NUMBERS_PER_INCIDENT

    def tell(self, kind: Kind, value: Value, at: int, *, room: str | None = None) -> Iterator[Message]:
        """Write one message of the first device that tells the kind (in the room), if there is one."""
        device = self.kit.first(kind, room)
        if device is not None:
            self._number += 1
            origin = Origin.MACHINE if kind in {Kind.SMOKE, Kind.LEAK} else Origin.LIFE
            yield Message(at + 120, at, at, origin, device, kind, value, self._number)


def _nothing(_writer: _Writer) -> Iterator[Message]:
    return iter(())


def _sos(writer: _Writer) -> Iterator[Message]:
    yield from writer.tell(Kind.SOS, "pressed", writer.begins)


def _home_coming(writer: _Writer) -> Iterator[Message]:
    """A sensor in the hall, where there is one, sees her come in."""
    yield from writer.tell(Kind.MOTION, "on", writer.begins - AT_THE_DOOR_MS + 12_000, room=EXIT_ROOM)


def _smoke(writer: _Writer) -> Iterator[Message]:
    yield from writer.tell(Kind.SMOKE, "on", writer.begins)
    yield from writer.tell(Kind.SMOKE, "off", writer.ends)


def _leak(writer: _Writer) -> Iterator[Message]:
    yield from writer.tell(Kind.LEAK, "on", writer.begins)
    yield from writer.tell(Kind.LEAK, "off", writer.ends)


def _fever(writer: _Writer) -> Iterator[Message]:
    for moment in range(writer.begins, writer.ends, _FEVER_EVERY_MS):
        degrees = round(between(writer.chance, 39.1, 39.9), 1)
        pulse = float(round(between(writer.chance, 112, 134)))
        yield from writer.tell(Kind.BODY_TEMPERATURE, degrees, moment)
        yield from writer.tell(Kind.HEART_RATE, pulse, moment + 60_000)


def _wandering(writer: _Writer) -> Iterator[Message]:
    """Out of bed, to the door, and gone; then back in by the same door."""
    yield from writer.tell(Kind.BED, "off", writer.begins)
    yield from writer.tell(Kind.MOTION, "on", writer.begins + 5_000, room="bedroom")
    for opened in (writer.begins + 60_000, writer.ends):
        yield from writer.tell(Kind.CONTACT, "open", opened, room=EXIT_ROOM)
        yield from writer.tell(Kind.CONTACT, "closed", opened + 9_000, room=EXIT_ROOM)
    yield from writer.tell(Kind.MOTION, "on", writer.ends + 15_000, room="living-room")
    yield from writer.tell(Kind.BED, "on", writer.ends + 300_000)


def _gateway_loss(writer: _Writer) -> Iterator[Message]:
    """The broker speaks for the dead gateway: its last will, a little after, and its return."""
    gone = writer.begins + LAST_WILL_MS + round(between(writer.chance, -5, 5) * SECOND_MS)
    for device in writer.kit.mains:
        yield availability(device, "offline", min(gone, writer.ends - 1))
    if writer.ends < FOREVER:
        for device in writer.kit.mains:
            yield availability(device, "online", writer.ends + round(between(writer.chance, 1, 20) * SECOND_MS))


_ADDS: dict[IncidentKind, Callable[[_Writer], Iterator[Message]]] = {
    IncidentKind.SOS: _sos,
    IncidentKind.FALL_HOME_COMING: _home_coming,
    IncidentKind.SMOKE: _smoke,
    IncidentKind.LEAK: _leak,
    IncidentKind.FEVER: _fever,
    IncidentKind.WANDERING: _wandering,
    IncidentKind.GATEWAY_LOSS: _gateway_loss,
    IncidentKind.POWER_CUT: _gateway_loss,
}
