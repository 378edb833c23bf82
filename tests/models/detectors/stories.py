"""One story for each thing that `Watch` can find: what happens in a home, and when it must be found.

A new detector joins the contract with one more line in STORIES.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.people import Home
from linli.signals import BloodPressure, Kind, Signal
from models.habits.customs import UNKNOWN, BathroomLine, Customs, Range
from models.habits.learner import learn
from models.habits.model import HomeModel
from models.habits.prior import shipped_prior
from models.watch import Watch
from tests.cast import HOUR, MEI, MINUTE
from tests.models.habits.lives import ZONE, history
from tests.models.vigil import HOME, QUIET_HOME, SECOND, at, charge, left, moved, signal, watch_over

MORNING = at("2026-11-23 08:00")
NOON = at("2026-11-23 12:00")
NIGHT = at("2026-11-24 02:00")


@dataclass(frozen=True, slots=True)
class Story:
    """What happens, and when it is found at the latest. `too_little`: so many of the first signals must not suffice."""

    name: str
    kind: AlertKind
    signals: tuple[Signal, ...]
    found_at: datetime
    too_little: int
    home: Home = QUIET_HOME
    model: HomeModel | None = None
    needs_sight: bool = True
    """Whether it is held back while the home's sensors are deaf: what is no judgement of a person's silence is not."""
    while_away: Severity | None = None
    """How it is told of a home that is declared away; None: not at all."""

    def watch(self, signals: Iterable[Signal] = ()) -> Watch:
        """Return a watch over the home, where some signals have come."""
        watch = watch_over(self.home)
        watch.take_model(self.home.home, self.model)
        for one in signals:
            watch.see(one)
        return watch

    def found(self, watch: Watch, now: datetime | None = None) -> list[Finding]:
        """Return what a tick finds of the story's kind; nothing is told."""
        return [finding for finding in watch.tick(now or self.found_at) if finding.kind is self.kind]


def knowing(customs: Customs) -> HomeModel:
    """Return the model of a home of which little more than some customs is known."""
    return replace(learn(history([]), shipped_prior(), 1.0, MORNING, ZONE), customs=customs)


def measured(kind: Kind, value: float | BloodPressure, when: datetime) -> Signal:
    return signal(HOME, "cuff", kind, value, when, "living-room")


def shut(when: datetime) -> Signal:
    return left(when)


def opened(when: datetime) -> Signal:
    return signal(HOME, "front-door", Kind.CONTACT, "open", when, "entrance")


def used(litres: float, *, since: datetime, hours: int) -> tuple[Signal, ...]:
    """Return what a water meter says hour by hour, one report before the span among them."""
    return tuple(signal(HOME, "meter", Kind.WATER, litres, since + hour * HOUR) for hour in range(hours + 1))


SHORT_STAYS = knowing(Customs(bathroom_by_day=BathroomLine(50, 25)))
IN_BED = (moved(NIGHT - 2 * HOUR, "living-room"), moved(NIGHT - HOUR, "bedroom"))

STORIES = (
    Story("silence, fixed line", AlertKind.INACTIVITY, (moved(MORNING),), MORNING + 8 * HOUR, 0),
    Story(
        "silence, her own line", AlertKind.INACTIVITY, (moved(MORNING),), MORNING + 10 * HOUR, 0, model=knowing(UNKNOWN)
    ),
    Story(
        "missed check-in",
        AlertKind.MISSED_CHECK_IN,
        (moved(MORNING - HOUR, home=MEI.home),),
        MORNING + 90 * MINUTE,
        0,
        home=MEI,
        needs_sight=False,
    ),
    Story(
        "unmonitored",
        AlertKind.UNMONITORED,
        (moved(MORNING),),
        MORNING + 25 * HOUR,
        0,
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
    Story(
        "low battery",
        AlertKind.LOW_BATTERY,
        (moved(MORNING), charge(MORNING, 9.0)),
        MORNING,
        1,
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
    Story(
        "bathroom, fixed line",
        AlertKind.BATHROOM,
        (moved(NOON - MINUTE), moved(NOON, "bathroom")),
        NOON + 2 * HOUR,
        1,
    ),
    Story(
        "bathroom, her own line",
        AlertKind.BATHROOM,
        (moved(NOON - MINUTE), moved(NOON, "bathroom"), moved(NOON + 20 * MINUTE, "bathroom")),
        NOON + 50 * MINUTE,
        1,
        model=SHORT_STAYS,
    ),
    Story(
        "night door, gone out",
        AlertKind.NIGHT_DOOR,
        (*IN_BED, opened(NIGHT), shut(NIGHT + 9 * SECOND)),
        NIGHT + 9 * SECOND + 20 * MINUTE,
        2,
    ),
    Story(
        "night door, standing open",
        AlertKind.NIGHT_DOOR,
        (shut(NIGHT - 3 * HOUR), *IN_BED, opened(NIGHT), moved(NIGHT + 5 * MINUTE, "hall")),
        NIGHT + 20 * MINUTE,
        3,
    ),
    Story(
        "little water",
        AlertKind.ROUTINE_CHANGE,
        (*used(0.5, since=NOON - 12 * HOUR, hours=12), moved(NOON)),
        NOON,
        0,
        needs_sight=False,
    ),
    Story(
        "water that never stands still",
        AlertKind.LEAK,
        used(4.0, since=NOON - 24 * HOUR, hours=24),
        NOON,
        20,
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
    Story(
        "vitals, one bad reading",
        AlertKind.VITALS,
        (measured(Kind.HEART_RATE, 72.0, NOON - HOUR), measured(Kind.HEART_RATE, 134.0, NOON)),
        NOON,
        1,
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
    Story(
        "vitals, partial NEWS2",
        AlertKind.VITALS,
        (
            measured(Kind.BODY_TEMPERATURE, 39.4, NOON),
            measured(Kind.HEART_RATE, 118.0, NOON + MINUTE),
            measured(Kind.BLOOD_PRESSURE, BloodPressure(98.0, 60.0), NOON + MINUTE),
        ),
        NOON + MINUTE,
        2,
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
    Story(
        "vitals, her own range",
        AlertKind.VITALS,
        (measured(Kind.HEART_RATE, 86.0, NOON), measured(Kind.HEART_RATE, 88.0, NOON + HOUR)),
        NOON + HOUR,
        1,
        model=knowing(replace(UNKNOWN, ranges={"heart_rate": Range(52.0, 58.0)})),
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
    Story(
        "vitals, weight",
        AlertKind.VITALS,
        (measured(Kind.WEIGHT, 60.0, NOON), measured(Kind.WEIGHT, 62.6, NOON + timedelta(days=2))),
        NOON + timedelta(days=2),
        1,
        needs_sight=False,
        while_away=Severity.NOTICE,
    ),
)
