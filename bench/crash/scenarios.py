"""The scenarios: what devices say and people do, at which second, and which calls must not be lost.

A step that a kill interrupts is done again by the next life: a person whose tap met an error taps once more. What a
device has published is the broker's: it is delivered again until it is acknowledged, and never published twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bench.crash import town
from linli.alert import AlertKind
from linli.people import Person


@dataclass(frozen=True)
class Publish:
    """Devices publish these (topic, payload) messages, so close together that linli takes them as one batch."""

    messages: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Wait:
    """Time passes until so many seconds after the beginning."""

    until: float


@dataclass(frozen=True)
class Act:
    """A person does something about every open alert of a kind: of those that are drills, or of those that are not."""

    verb: str
    person: str
    kind: AlertKind
    drill: bool = False


@dataclass(frozen=True)
class Announce:
    """Staff announce the trial of a home's button."""

    home: str


@dataclass(frozen=True)
class AskVolunteer:
    """Staff let one volunteer be written to for practice."""

    person: str


@dataclass(frozen=True)
class Settle:
    """The roster is stored: for an installation that begins with nothing."""


Step = Publish | Wait | Act | Announce | AskVolunteer | Settle


@dataclass(frozen=True)
class Call:
    """A call that must reach somebody: all of `told`, where they are named. A drill must reach nobody else."""

    home: str
    kind: AlertKind
    drill: bool = False
    told: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scenario:
    """Steps, the calls that come of them, and how they are to be run.

    `downtime` is how long linli stays dead. After a short one nothing may differ from a run without a kill
    (`is_comparable`): nobody may be told more or fewer, and the log tells the same. `hasty` names who accepts in the
    very moment in which they are told, while linli still waits for the far end's answer.
    """

    name: str
    steps: tuple[Step, ...]
    calls: tuple[Call, ...]
    people: tuple[Person, ...] = town.PEOPLE
    downtime: timedelta = timedelta(seconds=2)
    is_comparable: bool = True
    is_settled: bool = True
    hasty: str = ""


def _say(home: str, rest: str, payload: str) -> tuple[str, str]:
    return f"linli/v1/{town.SITE}/{home}/{rest}", payload


def _pressed(home: str, payload: str = "pressed") -> Publish:
    """Press the button: without an id, so that only the broker's packet tells a second delivery from a second press."""
    return Publish([_say(home, "button/sos", payload)])


def _help_asked(home: str) -> Publish:
    """Ask for help with the button by which she checks in."""
    return Publish([_say(home, "button/check_in", "help")])


def _visit(person: str, kind: AlertKind, *, at_door: float, closed: float) -> tuple[Step, ...]:
    """Return how somebody who has accepted arrives and ends it."""
    return (Wait(at_door), Act("arrive", person, kind), Wait(closed), Act("close", person, kind))


def call_for_help(name: str, press: Publish, kind: AlertKind = AlertKind.SOS, home: str = "home-7") -> Scenario:
    """Return a call as it should go: volunteers told, one accepts, is at the door, closes."""
    return Scenario(
        name,
        (press, Wait(10), Act("accept", "ana", kind), *_visit("ana", kind, at_door=120, closed=300), Wait(1800)),
        (Call(home, kind),),
    )


SOS = call_for_help("sos", _pressed("home-7"))

SOS_LONG_DEAD = replace(
    call_for_help("sos, dead for 5 min", _pressed("home-7", '{"value":"pressed","id":"p1"}')),
    downtime=timedelta(minutes=5),
    is_comparable=False,
)

HASTY = replace(
    Scenario(
        "accepted at once",
        (_pressed("home-7"), Wait(5), *_visit("ana", AlertKind.SOS, at_door=120, closed=300), Wait(600)),
        (Call("home-7", AlertKind.SOS),),
    ),
    hasty="ana",
    is_comparable=False,
)

UNANSWERED = Scenario(
    "nobody answers",
    (
        _pressed("home-7"),
        Wait(220),
        Act("decline", "jun", AlertKind.SOS),
        Wait(400),
        Act("accept", "lin", AlertKind.SOS),
        *_visit("lin", AlertKind.SOS, at_door=500, closed=600),
    ),
    (Call("home-7", AlertKind.SOS),),
)

BROKEN_PHONE = Scenario(
    "a channel is down",
    (
        _pressed("home-9"),
        Wait(15),
        Act("accept", "kai", AlertKind.SOS),
        *_visit("kai", AlertKind.SOS, at_door=120, closed=300),
    ),
    (Call("home-9", AlertKind.SOS),),
    people=town.PEOPLE_WITH_A_BROKEN_PHONE,
    is_comparable=False,
)

MISSED = AlertKind.MISSED_CHECK_IN
MISSED_CHECK_IN = Scenario(
    "missed check-in",
    (
        Publish([_say("home-7", "hall/motion", '{"value":"on","id":"m1"}')]),
        Wait(5460),
        Wait(5850),
        Act("accept", "jun", MISSED),
        *_visit("jun", MISSED, at_door=6000, closed=6300),
    ),
    (Call("home-7", MISSED),),
)

LEASE_EXPIRY = Scenario(
    "lease expiry",
    (
        _pressed("home-7", '{"value":"pressed","id":"p1"}'),
        Wait(10),
        Act("accept", "ana", AlertKind.SOS),
        Wait(625),
        Act("accept", "bo", AlertKind.SOS),
        *_visit("bo", AlertKind.SOS, at_door=700, closed=900),
    ),
    (Call("home-7", AlertKind.SOS),),
)

UNMONITORED = AlertKind.UNMONITORED
_STAIRWELL = [home.home for home in town.HOMES]
INCIDENT = Scenario(
    "incident",
    (
        Publish([_say(home, "hall/motion", '{"value":"on","id":"m1"}') for home in _STAIRWELL]),
        Publish([_say(home, "hall/availability", "online") for home in _STAIRWELL]),
        Wait(60),
        Publish([_say(home, "hall/availability", "offline") for home in _STAIRWELL]),
        Wait(400),
        Act("accept", "lin", UNMONITORED),
        Wait(900),
        Act("close", "lin", UNMONITORED),
    ),
    tuple(Call(home, UNMONITORED) for home in _STAIRWELL),
)

_WHOLE_LADDER = frozenset({"ana", "jun", "bo", "lin", "wu"})
_REAL = Call("home-7", AlertKind.SOS, told=_WHOLE_LADDER)
_DRILL = Call("home-7", AlertKind.SOS, drill=True, told=frozenset({"ana"}))


def _real_to_its_end(press: float) -> tuple[Step, ...]:
    """Return how a call that nobody answers climbs its whole ladder from its press on, until staff go and end it."""
    return (
        Wait(press + 230),
        Act("accept", "lin", AlertKind.SOS),
        *_visit("lin", AlertKind.SOS, at_door=press + 280, closed=press + 400),
    )


DRILL = Scenario(
    "drill",
    (
        Announce("home-7"),
        Wait(5),
        _pressed("home-7"),
        Wait(20),
        Act("accept", "ana", AlertKind.SOS, drill=True),
        Wait(60),
        _pressed("home-7"),
        *_real_to_its_end(60),
    ),
    (_DRILL, _REAL),
)

CALL_DURING_DRILL = Scenario(
    "a call in the middle of a drill",
    (
        Announce("home-7"),
        Wait(5),
        _pressed("home-7"),
        Wait(20),
        _pressed("home-7"),
        *_real_to_its_end(20),
        Wait(700),
    ),
    (_DRILL, _REAL),
)

CALL_BEFORE_DRILL = Scenario(
    "a call before the announced press",
    (Announce("home-7"), Wait(5), _help_asked("home-7"), Wait(20), _pressed("home-7"), *_real_to_its_end(5)),
    (_REAL,),
)

VOLUNTEER_DRILL = Scenario(
    "a volunteer is tried",
    (
        AskVolunteer("jun"),
        Wait(20),
        Act("accept", "jun", AlertKind.SYSTEM, drill=True),
        Wait(600),
    ),
    (Call("", AlertKind.SYSTEM, drill=True, told=frozenset({"jun"})),),
)

FIRST_START = replace(
    Scenario(
        "first start",
        (
            Settle(),
            _pressed("home-7"),
            Wait(10),
            Act("accept", "ana", AlertKind.SOS),
            *_visit("ana", AlertKind.SOS, at_door=120, closed=300),
        ),
        (Call("home-7", AlertKind.SOS),),
    ),
    is_settled=False,
)

SCENARIOS = (
    SOS,
    SOS_LONG_DEAD,
    HASTY,
    UNANSWERED,
    BROKEN_PHONE,
    MISSED_CHECK_IN,
    LEASE_EXPIRY,
    INCIDENT,
    DRILL,
    CALL_DURING_DRILL,
    CALL_BEFORE_DRILL,
    VOLUNTEER_DRILL,
    FIRST_START,
)
"""To add one: a row here, of whatever steps; `call_for_help` makes those of a call from its press."""
