"""One day of one resident, from three in the morning to three in the next: where she is and what she does there.

A day is drawn from its own stream and needs no other day, so any day can be told without those before it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise
from random import Random

from simulators.chance import between, count_of, stream_of
from simulators.persona import Persona, retiring, rising, winter

DAY_BEGINS = 3.0
DAY_ENDS = 27.0
_TOO_LATE = 1.5
"""An appointment that would begin so many hours after its time is left out."""
_PRESSING = 0.2
"""The same for an urge."""


class Doing(StrEnum):
    """What she does during a stay; it decides how much a sensor sees of her."""

    SLEEP = "sleep"
    NAP = "nap"
    WASH = "wash"
    COOK = "cook"
    SIT = "sit"
    POTTER = "potter"
    RECEIVE = "receive"
    DOOR = "door"
    OUT = "out"


_NOT_UP = frozenset({Doing.OUT, Doing.SLEEP, Doing.NAP})


@dataclass(frozen=True, slots=True)
class Stay:
    """Some time in one room, in hours after local midnight, up to 27 (three in the next morning)."""

    start: float
    end: float
    room: str
    doing: Doing


@dataclass(frozen=True, slots=True)
class Plan:
    """A day as it is lived. `rises` is None on a day that does not begin in her own bed."""

    stays: tuple[Stay, ...]
    doors: tuple[float, ...]
    """When the front door is opened, in hours."""
    rises: float | None
    check_ins: tuple[float, ...] = ()

    def is_in(self, hour: float) -> bool:
        """Tell whether she is at home at an hour of the day."""
        return not any(s.doing is Doing.OUT and s.start <= hour < s.end for s in self.stays)

    def is_up(self, hour: float) -> bool:
        """Tell whether she is at home and awake at an hour of the day."""
        return any(s.start <= hour < s.end and s.doing not in _NOT_UP for s in self.stays)


@dataclass(frozen=True, slots=True)
class _Travel:
    """Nights away from home, at a child's or in a hospital."""

    leaves: date
    returns: date
    leaves_at: float
    returns_at: float


@dataclass(frozen=True, slots=True)
class _Appointment:
    """Something that has its hour; free time fills what lies between."""

    start: float
    length: float
    room: str
    doing: Doing


def plan_day(persona: Persona, seed: int, home: str, day: date, check_in_by: tuple[time, ...] = ()) -> Plan:
    """Tell a resident's day. It depends on seed, home, day and habits, and on nothing else."""
    chance = stream_of(seed, home, day.toordinal(), "plan")
    travel = _travel_of(persona, seed, home, day)
    if travel is not None and travel.leaves < day < travel.returns:
        return Plan((Stay(DAY_BEGINS, DAY_ENDS, "", Doing.OUT),), (), None)
    plan = _planned(persona, day, travel, chance)
    return Plan(plan.stays, plan.doors, plan.rises, tuple(_check_ins(plan, persona, check_in_by, chance)))


def _travel_of(persona: Persona, seed: int, home: str, day: date) -> _Travel | None:
    monday = day - timedelta(days=day.weekday())
    chance = stream_of(seed, home, monday.toordinal(), "travel")
    if chance.random() >= persona.travels_per_week:
        return None
    leaves = monday + timedelta(days=chance.randrange(4))
    returns = leaves + timedelta(days=chance.randint(1, 3))
    travel = _Travel(leaves, returns, between(chance, 9, 11), between(chance, 15, 18))
    return travel if leaves <= day <= returns else None


def _planned(persona: Persona, day: date, travel: _Travel | None, chance: Random) -> Plan:
    rises, retires = rising(persona, day, chance), retiring(persona, day, chance)
    appointments = _appointments(persona, day, rises, chance)
    stays: list[Stay] = []
    if travel is not None and day == travel.returns:
        stays.append(Stay(DAY_BEGINS, travel.returns_at, "", Doing.OUT))
    else:
        stays.extend(_night(DAY_BEGINS, rises, persona, chance))
        stays.append(Stay(rises, rises + between(chance, 0.12, 0.35), "bathroom", Doing.WASH))
    if travel is not None and day == travel.leaves:
        leaves_at = max(travel.leaves_at, stays[-1].end)
        stays.extend(_lived(stays[-1].end, leaves_at, appointments, chance))
        stays.append(Stay(leaves_at, DAY_ENDS, "", Doing.OUT))
        return Plan(tuple(stays), _doors(stays), rises)
    stays.extend(_lived(stays[-1].end, retires, appointments, chance))
    washed = stays[-1].end + between(chance, 0.08, 0.25)
    stays.append(Stay(stays[-1].end, washed, "bathroom", Doing.WASH))
    stays.extend(_night(washed, DAY_ENDS, persona, chance))
    at_home = travel is None
    return Plan(tuple(stays), _doors(stays), rises if at_home else None)


def _night(start: float, end: float, persona: Persona, chance: Random) -> Iterator[Stay]:
    """Sleep, with a few short trips to the bathroom; who is restless also walks about the home."""
    trips = sorted(
        between(chance, start, end) for _ in range(count_of(chance, persona.night_trips * (end - start) / 8))
    )
    now = start
    for trip in trips:
        room, doing, low, high = _night_trip(persona, chance)
        back = trip + between(chance, low, high)
        if trip < now + 0.25 or back > end - 0.2:
            continue
        yield Stay(now, trip, "bedroom", Doing.SLEEP)
        yield Stay(trip, back, room, doing)
        now = back
    yield Stay(now, end, "bedroom", Doing.SLEEP)


def _night_trip(persona: Persona, chance: Random) -> tuple[str, Doing, float, float]:
    if persona.roams and chance.random() < persona.roams:
        return ("living-room", Doing.SIT, 0.1, 0.7) if chance.random() < 0.6 else ("kitchen", Doing.POTTER, 0.05, 0.3)
    return "bathroom", Doing.WASH, 0.05, 0.13


def _appointments(persona: Persona, day: date, rises: float, chance: Random) -> list[_Appointment]:
    """What this day holds besides free time, in order."""
    found = [_Appointment(rises + between(chance, 0.3, 0.7), between(chance, 0.3, 0.7), "kitchen", Doing.COOK)]
    found += _outings(persona, day, chance)
    found += _visits(persona, day, chance)
    found.append(_Appointment(between(chance, 11.2, 12.2), between(chance, 0.5, 1.0), "kitchen", Doing.COOK))
    if chance.random() < persona.nap_chance:
        found.append(_Appointment(between(chance, 12.7, 13.4), between(chance, 0.6, 1.9), "bedroom", Doing.NAP))
    found.append(_Appointment(between(chance, 17.2, 18.3), between(chance, 0.5, 1.1), "kitchen", Doing.COOK))
    if persona.skips_meals:
        found = [one for one in found if one.doing is not Doing.COOK or chance.random() >= persona.skips_meals]
    if persona.bladder:
        found += _urges(persona, rises, chance)
    return sorted(found, key=lambda appointment: appointment.start)


def _urges(persona: Persona, rises: float, chance: Random) -> Iterator[_Appointment]:
    """Visits to the bathroom that do not wait."""
    awake = max(0.0, persona.retires - rises)
    for _ in range(count_of(chance, persona.bladder * awake)):
        yield _Appointment(between(chance, rises, rises + awake), between(chance, 0.05, 0.12), "bathroom", Doing.WASH)


def _outings(persona: Persona, day: date, chance: Random) -> Iterator[_Appointment]:
    """Market in the morning, a walk in the afternoon that ends before dark; now and then a whole day out."""
    if chance.random() < persona.outings / 10:
        yield _Appointment(between(chance, 8.8, 10.3), between(chance, 4.0, 8.5), "", Doing.OUT)
        return
    if day.weekday() in persona.errands:
        start = between(chance, 7.6, 9.4) + 0.4 * winter(day)
        yield _Appointment(start, between(chance, 0.6, 1.8), "", Doing.OUT)
    if chance.random() < persona.outings:
        start = between(chance, 14.6, 16.0) - 0.4 * winter(day)
        yield _Appointment(start, between(chance, 0.5, 2.0 - 0.5 * winter(day)), "", Doing.OUT)


def _visits(persona: Persona, day: date, chance: Random) -> Iterator[_Appointment]:
    """Guests, most of them at the week's end, and somebody at the door now and then."""
    share = 0.24 if day.weekday() >= 5 else 0.104
    if chance.random() < persona.visits_per_week * share:
        start = between(chance, 9.5, 10.5) if chance.random() < 0.4 else between(chance, 14, 16.5)
        yield _Appointment(start, between(chance, 0.5, 2.5), "living-room", Doing.RECEIVE)
    if chance.random() < 0.25:
        yield _Appointment(between(chance, 10, 19), between(chance, 0.02, 0.05), "entrance", Doing.DOOR)


def _lived(now: float, until: float, appointments: list[_Appointment], chance: Random) -> Iterator[Stay]:
    """Fill the time awake: each appointment when its hour has come, free time between."""
    for appointment in appointments:
        start = max(now, appointment.start)
        end = start + appointment.length
        patience = _PRESSING if appointment.doing is Doing.WASH else _TOO_LATE
        if start - appointment.start > patience or end > until:
            continue
        yield from _free(now, start, chance)
        yield Stay(start, end, appointment.room, appointment.doing)
        now = end
    yield from _free(now, until, chance)


def _free(now: float, until: float, chance: Random) -> Iterator[Stay]:
    """Sit, potter about, go to the bathroom."""
    while now < until:
        room, doing, low, high = _pastime(chance.random())
        end = now + between(chance, low, high)
        if end > until - 0.03:
            end = until
        yield Stay(now, end, room, doing)
        now = end


def _pastime(draw: float) -> tuple[str, Doing, float, float]:
    if draw < 0.5:
        return "living-room", Doing.SIT, 0.3, 1.6
    if draw < 0.68:
        return "kitchen", Doing.POTTER, 0.08, 0.3
    if draw < 0.88:
        return "bathroom", Doing.WASH, 0.04, 0.15
    return "bedroom", Doing.POTTER, 0.1, 0.5


def _doors(stays: list[Stay]) -> tuple[float, ...]:
    """Whoever leaves or comes opens the front door."""
    opened: list[float] = []
    for stay in stays:
        if stay.doing is Doing.DOOR:
            opened.append(stay.start)
        if stay.doing in {Doing.OUT, Doing.RECEIVE}:
            opened.extend(edge for edge in (stay.start, stay.end) if DAY_BEGINS < edge < DAY_ENDS)
    return tuple(opened)


def _check_ins(plan: Plan, persona: Persona, by: tuple[time, ...], chance: Random) -> Iterator[float]:
    """Press the button some time before it is due; now and then late, now and then not at all."""
    for due in by:
        due_hour = due.hour + due.minute / 60
        wished = due_hour - between(chance, 0.1, 0.9)
        draw = chance.random()
        if draw < persona.forgets:
            continue
        if draw < persona.forgets + persona.dawdles:
            wished = due_hour + between(chance, 0.05, 0.5)
        pressed = _when_at_home(plan, wished)
        if pressed is not None:
            yield pressed


def _when_at_home(plan: Plan, wished: float) -> float | None:
    """Move a wish out of sleep and absence: before going out if she was up by then, else when back or up."""
    for before, stay in pairwise(plan.stays):
        if stay.start <= wished < stay.end and stay.doing is Doing.OUT and before.doing not in _NOT_UP:
            return max(stay.start - 0.05, (before.start + before.end) / 2)
    for stay in plan.stays:
        if stay.end > wished and stay.doing not in _NOT_UP:
            return max(wished, min(stay.start + 0.03, (stay.start + stay.end) / 2))
    return None
