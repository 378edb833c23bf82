"""Recordings and cuts through the real rules, home by home, looking only at what lies before each moment."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from linli.evaluation.trial import Call, Learn, LookBack, Trial, no_look_back
from linli.learning import NOTHING_ELSE, WINDOW, Circumstances, has_exit
from linli.people import Care, Device, Home, Person, Role, Roster, Scope
from linli.recording import offset_of, read_recording
from linli.replay import elder_of
from linli.signals import Signal
from models.days.beats import beats_of
from models.days.drawing import pictures_of
from models.days.life import life_of
from models.days.tonight import changes_of, findings_after
from models.habits.calendar import day_of
from models.habits.doubts import doubts_about
from models.habits.learner import learn
from models.habits.model import HomeModel
from models.habits.prior import Prior
from models.habits.ranges import readings_of
from models.habits.signs import signs_of
from models.rules import Rules

SITE = "evaluation"
TAIL = timedelta(hours=48)
"""How long the clock runs on after the last row."""


@dataclass(frozen=True, slots=True)
class Past:
    """A home and all that was recorded of it, in the order of time; never empty.

    `earlier`: what lies before and is only learned from. `circumstances`: what is known of it besides.
    """

    home: Home
    devices: tuple[Device, ...]
    signals: Sequence[Signal]
    earlier: Sequence[Signal] = ()
    circumstances: Circumstances = NOTHING_ELSE

    @property
    def known(self) -> list[Signal]:
        """Return all that may be learned from."""
        return [*self.earlier, *self.signals]


class Learner(Protocol):
    """A way to learn a home's line from what lies before a moment."""

    def of(self, past: Past) -> Learn:
        """Return what learns this home."""
        ...


@dataclass(frozen=True, slots=True)
class Habits:
    """How homes are learned: from a prior, for so many false alerts a month.

    As live, a night that something speaks against is passed over (`models.habits.doubts`).
    """

    prior: Prior
    budget: float

    def of(self, past: Past) -> Learn:
        """Return what learns a home; the learner looks at nothing that lies after the moment it is asked about."""
        signs, readings = signs_of(past.known, past.home.zone), readings_of(past.known)
        in_use: list[HomeModel] = []

        def learned(now: datetime) -> HomeModel:
            first = int(np.searchsorted(signs.at, int((now - WINDOW).timestamp())))
            known = signs.during(slice(first, len(signs)))
            recent = past.circumstances.before(now).history(known, has_exit(past.devices), readings)
            new = learn(recent, self.prior, self.budget, now, past.home.zone)
            if not in_use or not doubts_about(new, in_use[0], recent, int(now.timestamp())):
                in_use[:] = [new]
            return in_use[0]

        return learned


@dataclass(frozen=True, slots=True)
class Answer:
    """A cut, and who was called in the silence that it began or fell into; None: nobody within 48 h."""

    at: datetime
    call: Call | None

    @property
    def delay(self) -> timedelta | None:
        """Return how long nobody was called; less than nothing where somebody had been called before."""
        return None if self.call is None else self.call.at - self.at


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found for one home on the untouched recording: `calls` once for each silence, `notices` to staff apart."""

    home: str
    zone: ZoneInfo
    begins: datetime
    ends: datetime
    calls: tuple[Call, ...]
    answers: tuple[Answer, ...]
    notices: tuple[Call, ...] = ()


After = Callable[[datetime], Sequence[Signal]]
"""Answers which signals still come after a cut, in the order in which they are received."""


def nothing(_cut: datetime) -> Sequence[Signal]:
    """Return that nothing comes after a cut."""
    return ()


def pasts_of(recordings: Iterable[Path], known: Roster | None = None) -> list[Past]:
    """Return the homes of recordings, by id; those that the roster does not know live where nobody else does."""
    signals: dict[str, list[Signal]] = {}
    zones: dict[str, str] = {}
    for number, path in enumerate(recordings):
        zone = offset_of(path)
        for signal in read_recording(path):
            zones.setdefault(signal.home, zone)
            signals.setdefault(signal.home, []).append(_keyed(signal, number))
    homes = known.homes if known else {}
    found = []
    for home, told in sorted(signals.items()):
        told.sort(key=lambda signal: signal.at)
        lived_in = homes.get(home) or Home(home, SITE, "evaluation", timezone=zones[home])
        found.append(Past(lived_in, _devices(home, told, known), told))
    return found


def _keyed(signal: Signal, number: int) -> Signal:
    return Signal(
        signal.home, signal.device, signal.kind, signal.value, signal.at, signal.received_at,
        f"{number}-{signal.key}", signal.room,
    )  # fmt: skip


def _devices(home: str, told: Iterable[Signal], known: Roster | None) -> tuple[Device, ...]:
    if known is not None and home in known.homes:
        return tuple(known.devices_by_home.get(home, ()))
    rooms: dict[str, str] = {}
    for signal in told:
        rooms.setdefault(signal.device, signal.room)
    return tuple(Device(home, device, room) for device, room in rooms.items())


def look_back(past: Past) -> LookBack:
    """Return what looks at the days of a home; of all that it finds it tells only what lies before a moment.

    No later day changes what is found in the days before it, so one look at all of them serves each night.
    """
    zone = past.home.zone
    signs = signs_of(past.known, zone)
    untaught = past.circumstances.history(signs, has_exit(past.devices), ()).untaught
    life = life_of(signs, zone, untaught, beats_of(past.known, zone))
    pictures = pictures_of(life, day_of(max(signal.received_at for signal in past.signals), zone))
    found = changes_of(pictures)
    # the first look comes before the first sign, at midnight a day before it
    return lambda now: findings_after(past.home, pictures, found, max(0, day_of(now, zone) - pictures.first_day))


def evaluate(
    past: Past,
    cuts: Sequence[datetime],
    rules: Rules,
    *,
    people: Iterable[Person] | None = None,
    habits: Learner | None = None,
    afterwards: After = nothing,
) -> Outcome:
    """Live through one home's recording once, and on from each cut without what came after.

    `habits` None: nothing is learned, the fixed line holds. `afterwards`: what still comes when nobody stirs any more.
    """
    taught = habits.of(past) if habits else None
    looks = look_back(past) if habits else no_look_back
    begins = past.signals[0].at
    roster = _roster(past, people)
    trial = Trial(
        past.home.home, roster, rules, begins, learn=taught, look_back=looks, circumstances=past.circumstances
    )
    answers, number = {}, 0
    for cut in sorted(set(cuts)):
        first = number
        while number < len(past.signals) and past.signals[number].received_at <= cut:
            number += 1
        trial.live(past.signals[first:number])
        last = past.signals[number - 1].at if number else cut
        answers[cut] = Answer(cut, _after(trial.fork(), afterwards(cut), last + TAIL))
    trial.live(past.signals[number:])
    ends = past.signals[-1].at
    trial.wait_until(ends + TAIL)
    return Outcome(
        past.home.home, past.home.zone, begins, ends, tuple(trial.calls),
        tuple(answers[cut] for cut in cuts), tuple(trial.notices),
    )  # fmt: skip


def _after(trial: Trial, signals: Iterable[Signal], until: datetime) -> Call | None:
    """Return the first call of the silence in which a home is, if only these signals are ever heard of it."""
    silent_since = trial.last_sign
    trial.live_on(signal for signal in signals if signal.received_at < until)
    trial.wait_until(until)
    return next((call for call in trial.calls if call.at >= silent_since), None)


def _roster(past: Past, people: Iterable[Person] | None) -> Roster:
    stand_ins = (
        Person("neighbour", Role.VOLUNTEER, cares=(Care(Scope.SITE, past.home.site),)),
        Person("staff", Role.STAFF, cares=(Care(Scope.SITE, past.home.site),)),
        elder_of(past.home.home),
    )
    listed = tuple(people) if people is not None else stand_ins
    return Roster(
        homes={past.home.home: past.home},
        devices={(device.home, device.device): device for device in past.devices},
        people={person.person: person for person in listed},
    )
