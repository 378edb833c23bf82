"""What befalls whom and when: each kind so many times over the homes that can show it, the same for the same seed.

A home has at most an early and a late incident, well apart, neither in its first three weeks; one in five has none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from math import exp, log
from random import Random

from linli.clock import millis
from linli.errors import LinliError
from linli.evaluation.score import DAY
from linli.people import Home
from simulators.chance import between, stream_of
from simulators.community import Community
from simulators.household import household_of, resolve
from simulators.incidents import NATURES, Incident, IncidentKind
from simulators.persona import Persona
from simulators.sensors import frame_around

QUIET_DAYS = 21
"""At least so many days go by before anything happens."""
EARLY_UNTIL = 45
LATE_FROM = 80
CALM = 0.2
"""Share of homes in which nothing happens."""
PER_HOMES = 200
_TRIES = 60
_GOES_OUT = 2.0
"""Outings a week without which nobody can be said to stop going out: once a week or less is what housebound means."""


class Slot(Enum):
    """The part of a recording in which something may happen."""

    EARLY = 0
    LATE = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kind, how often in two hundred homes, and how its moment and length are drawn (None: as usual for the kind)."""

    kind: IncidentKind
    times: int
    hour: Callable[[Random], float]
    lasts: Callable[[Random], timedelta] | None = None
    slots: tuple[Slot, ...] = (Slot.EARLY, Slot.LATE)
    takes_all: bool = False
    """The home has no other incident."""


def _any_hour(chance: Random) -> float:
    return between(chance, 0, 24)


def _before_the_day(_chance: Random) -> float:
    """A minute before the home-day, so that the first changed day begins a minute later."""
    return 2 + 59 / 60


def _eleven(_chance: Random) -> float:
    return 11.0


def _night(chance: Random) -> float:
    return between(chance, 0.5, 3.5)


def _morning(chance: Random) -> float:
    return between(chance, 6, 9)


def _gone_for(chance: Random) -> timedelta:
    """How long people who got lost by night were missing: 1.7 h (median), quartiles of about 0.6 and 3.5."""
    return timedelta(hours=min(5.5, max(0.25, exp(chance.gauss(log(1.7), 1.1)))))


_LATE = (Slot.LATE,)
WANTED = (
    Wanted(IncidentKind.SLOW_DECLINE, 16, _before_the_day, slots=(Slot.EARLY,), takes_all=True),
    Wanted(IncidentKind.VITALS_HIGH, 12, _before_the_day),
    Wanted(IncidentKind.FEVER, 12, _morning),
    Wanted(IncidentKind.LEAK, 8, _any_hour),
    Wanted(IncidentKind.MISSED_CHECK_IN, 12, _morning),
    Wanted(IncidentKind.SMOKE, 8, _any_hour),
    Wanted(IncidentKind.HOUSEBOUND, 24, _before_the_day),
    Wanted(IncidentKind.MEALS_FORGOTTEN, 24, _before_the_day),
    Wanted(IncidentKind.RESTLESS_NIGHTS, 24, _before_the_day),
    Wanted(IncidentKind.FALL_HOME_COMING, 20, _any_hour, slots=_LATE),
    Wanted(IncidentKind.FALL_BATHROOM, 20, _any_hour, slots=_LATE),
    Wanted(IncidentKind.FALL, 28, _any_hour, slots=_LATE),
    Wanted(IncidentKind.SILENT_MORNING, 16, _eleven, slots=_LATE),
    Wanted(IncidentKind.INFECTION, 20, _before_the_day),
    Wanted(IncidentKind.LATE_RISING, 16, _before_the_day),
    Wanted(IncidentKind.WANDERING, 20, _night, _gone_for),
    Wanted(IncidentKind.SOS, 8, _any_hour),
    Wanted(IncidentKind.GATEWAY_LOSS, 8, _any_hour, lambda _: timedelta(hours=48)),
)
POWER_CUT_LASTS = timedelta(hours=30)
FEW = 6
"""Homes on the stairs of a power cut, at least."""


@dataclass
class _Free:
    """Which parts of which homes' recordings are still free."""

    slots: dict[str, set[Slot]] = field(default_factory=dict)

    def takes(self, home: str, wanted: Wanted) -> Slot | None:
        """Return the part in which something can still befall a home."""
        free = self.slots.get(home, set())
        if wanted.takes_all and len(free) < len(Slot):
            return None
        return next((slot for slot in wanted.slots if slot in free), None)

    def fill(self, home: str, wanted: Wanted, slot: Slot) -> None:
        """Note that something befalls a home."""
        self.slots[home] = set() if wanted.takes_all else self.slots[home] - {slot}


def plan(community: Community, seed: int, start: datetime, days: int) -> list[Incident]:
    """Return what befalls a community in so many days from a local midnight; kinds for which there is no time are left out."""
    parts = set(Slot) if _has_two_parts(days) else {Slot.LATE}
    free = _Free({home: set(parts) for home in _may_be_struck(community, seed)})
    found = list(_power_cut(community, seed, start, days, free))
    share = len(community.homes) / PER_HOMES
    for wanted in WANTED:
        chance = stream_of(seed, "kinds", wanted.kind)
        homes = list(community.homes)
        chance.shuffle(homes)
        placed = (_placed(community, seed, start, days, home, wanted, free, chance) for home in homes)
        number = max(1, round(wanted.times * share))
        for incident in placed:
            if incident is not None:
                found.append(incident)
                number -= 1
            if number == 0:
                break
    return sorted(found, key=lambda incident: incident.at)


def _has_two_parts(days: int) -> bool:
    return days >= LATE_FROM + QUIET_DAYS


def _may_be_struck(community: Community, seed: int) -> Iterator[str]:
    for home in community.homes:
        if stream_of(seed, "kinds", "calm", home.home).random() >= CALM:
            yield home.home


def _power_cut(community: Community, seed: int, start: datetime, days: int, free: _Free) -> Iterator[Incident]:
    """Yield one power cut, on stairs where a few homes are; nothing else happens early there."""
    stairs = min((homes for homes in by_stairs(community).values() if len(homes) >= FEW), key=len, default=[])
    if not stairs or days < QUIET_DAYS + 5:
        return
    chance = stream_of(seed, "kinds", IncidentKind.POWER_CUT)
    at = start + timedelta(days=between(chance, QUIET_DAYS, min(EARLY_UNTIL, days - 3)))
    yield Incident(stairs[0].home, IncidentKind.POWER_CUT, at, POWER_CUT_LASTS)
    for home in stairs:
        free.slots[home.home] = free.slots.get(home.home, set()) - {Slot.EARLY}


def _placed(
    community: Community,
    seed: int,
    start: datetime,
    days: int,
    home: Home,
    wanted: Wanted,
    free: _Free,
    chance: Random,
) -> Incident | None:
    """Return an incident of a kind for a home, if the home can show it and there is time for it."""
    slot = free.takes(home.home, wanted)
    if slot is None or not _makes_sense(wanted.kind, home, community.personas[home.home]):
        return None
    lasts = wanted.lasts(chance) if wanted.lasts else None
    span = _span(wanted.kind, lasts, slot, days)
    if span is None:
        return None
    for _ in range(_TRIES):
        day = chance.randint(*span)
        at = _local(community, start, day, _hour_of(wanted, home, chance))
        incident = _real(community, seed, Incident(home.home, wanted.kind, at, lasts))
        if incident is None:
            return None
        if incident.at <= start + timedelta(days=days - 2) and is_in(community, seed, home, incident.at):
            free.fill(home.home, wanted, slot)
            return incident
    return None


def _makes_sense(kind: IncidentKind, home: Home, persona: Persona) -> bool:
    if kind is IncidentKind.MISSED_CHECK_IN:
        return bool(home.check_in_by)
    if kind in {IncidentKind.HOUSEBOUND, IncidentKind.FALL_HOME_COMING}:
        return len(persona.errands) + 7 * persona.outings >= _GOES_OUT
    return True


def _span(kind: IncidentKind, lasts: timedelta | None, slot: Slot, days: int) -> tuple[int, int] | None:
    """Return the first and the last day, counted from 0, on which a kind may begin; None: there is no time for it."""
    takes = lasts or NATURES[kind].lasts or timedelta(0)
    latest = days - 3 - -(-takes // DAY)
    first = LATE_FROM if slot is Slot.LATE and _has_two_parts(days) else QUIET_DAYS
    last = min(latest, EARLY_UNTIL) if slot is Slot.EARLY else latest
    return (first, last) if first <= last else None


def _hour_of(wanted: Wanted, home: Home, chance: Random) -> float:
    if wanted.kind is IncidentKind.MISSED_CHECK_IN:
        return home.check_in_by[0].hour - 4
    return wanted.hour(chance)


def _local(community: Community, start: datetime, day: int, hour: float) -> datetime:
    return (start + timedelta(days=day, seconds=round(hour * 3600))).astimezone(community.zone)


def _real(community: Community, seed: int, incident: Incident) -> Incident | None:
    try:
        return resolve(community, seed, incident)
    except LinliError:
        return None


def is_in(community: Community, seed: int, home: Home, at: datetime) -> bool:
    """Tell whether she is at home: who collapses elsewhere is nobody's to find here."""
    frame = frame_around(at, home.zone)
    return household_of(community, seed, home).plan(frame.day).is_in(frame.hour(millis(at)))


def by_stairs(community: Community) -> Mapping[tuple[str, str, str], list[Home]]:
    """Return the homes that share their stairs, and so a power cut."""
    found: dict[tuple[str, str, str], list[Home]] = {}
    for home in community.homes:
        found.setdefault((home.site, home.building, home.unit), []).append(home)
    return found
