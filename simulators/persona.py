"""A resident's habits: when she rises, how much she moves, how often she goes out, what she forgets."""

import math
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from random import Random

from simulators.chance import between, stream_of

_MIDWINTER = 15
_DAYS_OF_YEAR = 365.25


class Temper(StrEnum):
    """What kind of days a resident has."""

    STEADY = "steady"
    EARLY = "early"
    LATE = "late"
    ACTIVE = "active"
    SLEEPY = "sleepy"


@dataclass(frozen=True, slots=True)
class Persona:
    """How one resident lives. Times and lengths are hours, times of day local; frequencies are per day unless named."""

    temper: Temper
    rises: float
    retires: float
    jitter: float
    """How far rising and retiring wander from day to day (standard deviation)."""
    activity: float
    """How much is seen of her: 1 is usual, 2 twice as much."""
    restlessness: float
    """Movements seen per hour of sleep."""
    night_trips: float
    nap_chance: float
    errands: frozenset[int]
    """Weekdays (0 Monday) with an outing in the morning."""
    outings: float
    """Chance of going out in the afternoon; a tenth of it is that of a whole day out."""
    visits_per_week: float
    travels_per_week: float
    """Chance that a week holds one to three nights away from home."""
    forgets: float
    """Chance that a check-in is left out."""
    dawdles: float
    """Chance that a check-in comes late."""
    systolic: float
    pulse: float
    skips_meals: float = 0.0
    """Chance that a meal is left out."""
    bladder: float = 0.0
    """Visits to the bathroom in a waking hour, besides the usual ones."""
    roams: float = 0.0
    """Share of the night's trips that lead elsewhere than to the bathroom and take longer."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """The middle of each habit for one temper."""

    rises: float
    retires: float
    activity: float
    nap_chance: float
    errands: int
    outings: float


_TEMPERS: dict[Temper, tuple[float, _Kind]] = {
    Temper.STEADY: (0.45, _Kind(6.3, 21.8, 1.0, 0.6, 3, 0.45)),
    Temper.EARLY: (0.2, _Kind(5.2, 20.8, 1.0, 0.6, 4, 0.4)),
    Temper.LATE: (0.1, _Kind(7.8, 23.8, 0.9, 0.5, 2, 0.5)),
    Temper.ACTIVE: (0.12, _Kind(5.8, 21.8, 1.5, 0.35, 6, 0.8)),
    Temper.SLEEPY: (0.13, _Kind(7.2, 20.6, 0.6, 0.9, 1, 0.1)),
}


def persona_of(seed: int, home: str) -> Persona:
    """Return the habits of who lives in a home; they depend on the seed and the home alone."""
    chance = stream_of(seed, home, "persona")
    temper = chance.choices(list(_TEMPERS), [share for share, _ in _TEMPERS.values()])[0]
    kind = _TEMPERS[temper][1]
    return Persona(
        temper=temper,
        rises=kind.rises + between(chance, -0.5, 0.5),
        retires=kind.retires + between(chance, -0.5, 0.5),
        jitter=between(chance, 0.15, 0.45),
        activity=kind.activity * between(chance, 0.75, 1.35),
        restlessness=0.03 + 0.5 * chance.random() ** 2,
        night_trips=between(chance, 0.1, 2.2),
        nap_chance=min(1.0, kind.nap_chance * between(chance, 0.6, 1.3)),
        errands=frozenset(chance.sample(range(7), kind.errands)),
        outings=kind.outings * between(chance, 0.5, 1.2),
        visits_per_week=between(chance, 0.3, 2.5),
        travels_per_week=between(chance, 0.0, 0.03),
        forgets=between(chance, 0.0, 0.02),
        dawdles=between(chance, 0.0, 0.03),
        systolic=between(chance, 115, 145),
        pulse=between(chance, 62, 80),
    )


def winter(day: date) -> float:
    """Return how wintry a day is, from -1 (midsummer) to 1 (midwinter), north of the equator."""
    return math.cos(2 * math.pi * (day.timetuple().tm_yday - _MIDWINTER) / _DAYS_OF_YEAR)


def rising(persona: Persona, day: date, chance: Random) -> float:
    """Draw when she gets up: later in winter and at the week's end, never before 3:40 or after 10:30."""
    usual = persona.rises + 0.3 * winter(day) + (0.25 if day.weekday() >= 5 else 0.0)
    return min(10.5, max(3.7, chance.gauss(usual, persona.jitter)))


def retiring(persona: Persona, day: date, chance: Random) -> float:
    """Draw when she goes to bed: earlier in winter; up to 26, which is two o'clock in the night after."""
    return min(26.0, max(19.5, chance.gauss(persona.retires - 0.25 * winter(day), persona.jitter)))


def weakened(persona: Persona, share: float) -> Persona:
    """Return her habits after losing a share (0..1) of her strength: slower, more in bed, hardly out."""
    kept = 1 - share
    return replace(
        persona,
        rises=persona.rises + 1.2 * share,
        retires=persona.retires - 0.8 * share,
        activity=persona.activity * kept,
        nap_chance=min(1.0, persona.nap_chance + share),
        errands=frozenset(sorted(persona.errands)[: round(len(persona.errands) * kept)]),
        outings=persona.outings * kept,
        night_trips=persona.night_trips * (1 + share),
    )
