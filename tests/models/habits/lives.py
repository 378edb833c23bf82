"""Made-up lives, as regular as wanted: what Mei does on her days, in signals and as a history."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from linli.clock import millis
from linli.signals import Kind, Signal
from models.habits.evidence import History
from models.habits.signs import signs_of
from models.habits.silences import Span
from tests.models.vigil import at, left, moved

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = at("2026-09-07 00:00")
DAYS = 21
WEEKS_LATER = MONDAY + timedelta(days=DAYS)


def hours(day: int, clock: float) -> datetime:
    return MONDAY + timedelta(days=day, hours=clock)


def a_day(day: int, chance: np.random.Generator, *, wakes: float = 7.0, busy_minutes: float = 14.0) -> list[Signal]:
    """Return a day: up at seven, the paper from the door, busy in kitchen and living room, to bed at half past ten."""
    up = wakes + chance.normal(0, 0.25)
    rooms = ("bedroom", "bathroom", "entrance")
    signals = [moved(hours(day, up + 0.05 * number), room) for number, room in enumerate(rooms)]
    clock = up + 0.2
    while clock < 21.8:
        signals.append(moved(hours(day, clock), str(chance.choice(["kitchen", "living-room"]))))
        clock += chance.exponential(busy_minutes / 60) + 0.02
    to_bed = 22.5 + chance.normal(0, 0.2)
    return [*signals, moved(hours(day, to_bed - 0.1), "bathroom"), moved(hours(day, to_bed), "bedroom")]


def a_life(days: int = DAYS, *, seed: int = 1, wakes: float = 7.0, busy_minutes: float = 14.0) -> list[Signal]:
    chance = np.random.default_rng(seed)
    return [signal for day in range(days) for signal in a_day(day, chance, wakes=wakes, busy_minutes=busy_minutes)]


def history(signals: Iterable[Signal], untaught: tuple[Span, ...] = ()) -> History:
    return History(signs_of(signals, ZONE), untaught)


def span(begin: datetime, end: datetime) -> Span:
    return millis(begin) // 1000, millis(end) // 1000


def without(signals: Iterable[Signal], begin: datetime, end: datetime) -> list[Signal]:
    return [signal for signal in signals if not begin <= signal.at < end]


def lying_down(day: int, clock: float) -> Signal:
    """Return a sign of life that tells nothing of a place."""
    when = hours(day, clock)
    return Signal("home-zhao", "watch", Kind.HEART_RATE, 61.0, when, when, "beat", "")


def going_out() -> list[Signal]:
    """Return a life in which she is out from ten to two on each day."""
    life = a_life()
    for day in range(DAYS):
        life = without(life, hours(day, 10), hours(day, 14))
        life += [
            left(hours(day, 10)),
            left(hours(day, 14)),
            moved(hours(day, 14.02)),
            moved(hours(day, 14.1), "bedroom"),
        ]
    return life


def pulsing(every_hours: float, *, last_day: int = DAYS) -> list[Signal]:
    """Return lone pulses of the sensor in the bathroom, day and night."""
    return [moved(hours(0, clock + 0.4), "bathroom") for clock in np.arange(0, 24 * last_day, every_hours)]
