"""One home while it is simulated: its habits, devices, weaknesses and incidents, told day by day."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from random import Random

from linli.clock import from_millis, millis
from linli.errors import LinliError
from linli.people import Device, Home
from simulators.ailments import ailing
from simulators.chance import stream_of
from simulators.community import Community
from simulators.day import Plan, plan_day
from simulators.effects import Effect, effect_of
from simulators.faults import Faults, Frailty, Hole, Message, frailty_of, hole_of, silences, transmit
from simulators.incidents import NATURES, Incident, IncidentKind, Nature
from simulators.onset import onset
from simulators.persona import Persona
from simulators.sensors import Frame, Kit, sense


@dataclass(frozen=True)
class Household:
    """A home that can tell any of its days. `incidents` are its own, resolved, in the order given."""

    seed: int
    home: Home
    persona: Persona
    kit: Kit
    faults: Faults
    incidents: tuple[Incident, ...] = ()

    @cached_property
    def rooms(self) -> dict[str, str]:
        """Return the room of each device."""
        return {device.device: device.room for device in self.kit.devices}

    @cached_property
    def _frailty(self) -> Frailty:
        return frailty_of(self.seed, self.home.home, self.kit, self.faults)

    @cached_property
    def _effects(self) -> tuple[Effect, ...]:
        home, outlive = self.home.home, self.faults.ghosts_outlive
        return tuple(
            effect_of(incident, home=home, index=index, kit=self.kit, seed=self.seed, ghosts_outlive=outlive)
            for index, incident in enumerate(self.incidents)
        )

    def messages(self, frame: Frame) -> list[Message]:
        """Return what the home sends of a home-day, in no particular order; a little may be sent after its end."""
        signs = sense(self.plan(frame.day), self.kit, self._persona_on(frame.day), frame, self._stream(frame, "signs"))
        messages = transmit(signs, self.kit, self._frailty, frame, self._hole(frame), self._stream(frame, "faults"))
        messages.extend(silences(self.kit, self._frailty, frame, self._hole(frame)))
        for effect in self._effects:
            messages = [message for message in messages if effect.leaves(message)]
        return messages + self._added(frame.begins, frame.ends)

    def plan(self, day: date) -> Plan:
        """Return how a day is lived, but for incidents."""
        return plan_day(self._persona_on(day), self.seed, self.home.home, day, self.home.check_in_by)

    def words_at(self, moment: int, frame: Frame) -> dict[str, str]:
        """Return each device's availability, `online` or `offline`, at a moment within a home-day (epoch ms)."""
        words = dict.fromkeys(self.rooms, "online")
        for device, battery in self._frailty.batteries.items():
            if battery.percent(frame.day) is None and battery.percent(frame.earlier(1)) is None:
                words[device] = "offline"
        said = [*silences(self.kit, self._frailty, frame, self._hole(frame)), *self._added(0, frame.ends)]
        for message in sorted(said, key=lambda message: message.send):
            if message.kind is None and message.send < moment:
                words[message.device] = str(message.value)
        return words

    def _added(self, begins: int, ends: int) -> list[Message]:
        """Return what incidents add in a span of time, as far as other incidents let it through."""
        return [
            message
            for effect in self._effects
            for message in effect.added
            if begins <= message.send < ends and all(o.leaves(message) for o in self._effects if o is not effect)
        ]

    def _persona_on(self, day: date) -> Persona:
        """Return the habits of a day, as far as incidents have changed them."""
        persona = self.persona
        for incident in self.incidents:
            persona = ailing(persona, incident, day, self.home.zone)
        return persona

    def _hole(self, frame: Frame) -> Hole | None:
        return hole_of(self.faults, frame, self._stream(frame, "hole"))

    def _stream(self, frame: Frame, purpose: str) -> Random:
        return stream_of(self.seed, self.home.home, frame.day.toordinal(), purpose)


def households_of(
    community: Community, seed: int, incidents: Sequence[Incident] = (), faults: Faults | None = None
) -> list[Household]:
    """Return every home of a community with what befalls it; raises LinliError for an incident that cannot be."""
    by_home: dict[str, list[Incident]] = {}
    for incident in incidents:
        resolved = resolve(community, seed, incident)
        for home in homes_hit(community, resolved):
            by_home.setdefault(home, []).append(resolved)
    return [household_of(community, seed, home, by_home.get(home.home, ()), faults) for home in community.homes]


def household_of(
    community: Community, seed: int, home: Home, incidents: Sequence[Incident] = (), faults: Faults | None = None
) -> Household:
    """Return one home with what befalls it, incidents resolved already."""
    kit = Kit(community.devices_by_home[home.home])
    return Household(seed, home, community.personas[home.home], kit, faults or Faults(), tuple(incidents))


def homes_hit(community: Community, incident: Incident) -> tuple[str, ...]:
    """Return the homes that an incident strikes: its own, and in a power cut all on the same stairs."""
    home = community.home(incident.home)
    if incident.kind is not IncidentKind.POWER_CUT:
        return (home.home,)
    return (home.home, *(other for other in community.stairwell(home) if other != home.home))


def resolve(community: Community, seed: int, incident: Incident) -> Incident:
    """Return an incident with the moment at which it really begins; raises LinliError if the home cannot show it.

    The moment is a whole millisecond, as signals have it: a call must not come before what it is about.
    """
    home = community.home(incident.home)
    if not _can_show(community.devices_by_home[home.home], NATURES[incident.kind]):
        raise LinliError(_cannot_show(community, incident))
    begins = onset(incident, household_of(community, seed, home).plan, community.zone)
    return replace(incident, at=from_millis(millis(begins)))


def _can_show(devices: Sequence[Device], nature: Nature) -> bool:
    seen = [device for device in devices if nature.in_room in {"", device.room}]
    return not nature.needs or any(kind in device.kinds for device in seen for kind in nature.needs)


def _cannot_show(community: Community, incident: Incident) -> str:
    nature = NATURES[incident.kind]
    able = [home for home, devices in community.devices_by_home.items() if _can_show(devices, nature)]
    kinds = " or ".join(nature.needs) + (f" in the {nature.in_room}" if nature.in_room else "")
    which = f"{', '.join(able[:3])} can" if able else "no home of this community can"
    return f"{incident.home} cannot show {incident.kind}: no device of it tells {kinds}; {which}"
