"""The small community that the tests of the simulators look at, and a few ways of looking."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from linli.signals import Kind, Signal, is_sign_of_life
from simulators.community import EXAMPLE_HOME, Community, build
from simulators.faults import FAULTLESS, Faults
from simulators.incidents import Incident, IncidentKind
from simulators.life import events, signals
from simulators.page import Event

SEED = 7
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
"""A Monday, eight in the morning in the homes."""
DAY = timedelta(days=1)


@cache
def willow(homes: int = 12) -> Community:
    return build(homes, SEED)


def monday(*, hour: int, minute: int = 0, day: int = 0) -> datetime:
    """Return a local time of the first Monday, or so many days after it."""
    return datetime(2026, 3, 2, hour, minute, tzinfo=willow().zone) + day * DAY


def mei(kind: IncidentKind, at: datetime, lasts: timedelta | None = None) -> Incident:
    """Return an incident at the home that has every device."""
    return Incident(EXAMPLE_HOME, kind, at, lasts)


def told(
    days: float, incidents: Sequence[Incident] = (), *, homes: int = 12, faults: Faults = FAULTLESS
) -> list[Event]:
    return list(events(willow(homes), SEED, START, START + days * DAY, incidents, faults))


def stored(
    days: float, incidents: Sequence[Incident] = (), *, homes: int = 12, faults: Faults = FAULTLESS
) -> list[Signal]:
    return list(signals(willow(homes), SEED, START, START + days * DAY, incidents, faults))


def of_mei(found: Iterable[Signal]) -> list[Signal]:
    return [signal for signal in found if signal.home == EXAMPLE_HOME]


def life_of(found: Iterable[Signal]) -> list[Signal]:
    return [signal for signal in found if is_sign_of_life(signal.kind, signal.value)]


def of_kind(found: Iterable[Signal], kind: Kind) -> list[Signal]:
    return [signal for signal in found if signal.kind is kind]


def days_from(first: date, count: int) -> list[date]:
    return [first + timedelta(days=day) for day in range(count)]
