"""A tick over 100,000 homes beside bare numpy doing the same comparisons, in turns; and what a personal line costs a signal.

The ratio is the median over rounds of one over the other, each pair measured within a millisecond of one another.
"""

import gc
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import numpy as np

from linli.people import Device, Home, Roster
from linli.signals import Kind, Signal
from models.habits.evidence import History
from models.habits.learner import learn
from models.habits.model import HomeModel
from models.habits.prior import shipped_prior
from models.habits.signs import signs_of
from models.personal import Personal
from models.rules import Rules
from models.watch import Watch

HOMES = 100_000
ROUNDS = 400
SIGNALS = 100_000
GOAL = 2.0
START = datetime(2026, 11, 23, 4, tzinfo=UTC)
ROOMS = ("kitchen", "bedroom", "bathroom", "entrance")


def main() -> int:
    """Measure and print; 1 if a tick costs more than twice the bare comparisons."""
    roster = _roster()
    model = _model()
    watch = _watch(roster, model)
    ratio = _told("nothing due", *_compared(watch, 0, 0))
    _told("100 homes heard since the last tick", *_compared(watch, 100, 0))
    _told("10 homes due", *_compared(watch, 0, 10))
    _told_signals(roster, model)
    return int(ratio > GOAL)


def _roster() -> Roster:
    homes = {f"home-{number}": Home(f"home-{number}", "town", "1") for number in range(HOMES)}
    devices = [Device(home, "hall", "hall") for home in homes]
    return Roster(homes=homes, devices={(one.home, one.device): one for one in devices}, people={})


def _model() -> HomeModel:
    zone = ZoneInfo("Asia/Shanghai")
    return learn(History(signs_of([], zone), has_exit=True), shipped_prior(), 1.0, START, zone)


def _watch(roster: Roster, model: HomeModel | None) -> Watch:
    watch = Watch(Rules())
    watch.take_roster(roster)
    for home in roster.homes:
        watch.take_model(home, model)
        watch.see(_sign(home, START))
    watch.tick(START)
    return watch


def _sign(home: str, at: datetime, room: str = "hall") -> Signal:
    return Signal(home, "hall", Kind.MOTION, "on", at, at, f"{at}", room)


def _compared(watch: Watch, stirred: int, due: int) -> tuple[list[float], list[float]]:
    """Return the seconds of each tick and of the bare comparisons, in turns."""
    homes = watch._homes  # noqa: SLF001 - the bench looks at what the tick looks at
    crossing, loss = homes.due.copy(), homes.lost_at.copy()
    now = START + timedelta(seconds=1)
    moment = int(now.timestamp() * 1000)
    crossing[:due] = homes.due[:due] = moment
    ticks, bare = [], []
    for number in range(ROUNDS):
        for home in range(stirred):
            watch.see(_sign(f"home-{home}", now + timedelta(milliseconds=number)))
        bare.append(_timed(lambda: (np.flatnonzero(crossing <= moment), np.flatnonzero(loss <= moment))))
        ticks.append(_timed(lambda: watch.tick(now)))
    homes.due[:due] = crossing[-1]
    return ticks, bare


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _told(words: str, ticks: Sequence[float], bare: Sequence[float]) -> float:
    ratio = median(tick / one for tick, one in zip(ticks, bare, strict=True))
    print(
        f"tick: {HOMES} homes, {words}: {median(ticks) * 1e6:.0f} us, bare numpy {median(bare) * 1e6:.0f} us, "
        f"ratio {ratio:.2f}"
    )
    return ratio


def _cpu(work: Callable[[], object]) -> float:
    """Return the seconds of CPU that some work takes, whoever else is at work on this machine."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def _told_signals(roster: Roster, model: HomeModel) -> None:
    """Print what a signal costs with and without a personal line, and how much of it is following where she is."""
    names = list(roster.homes)[:1000]
    signals = [
        _sign(names[number % 1000], START + timedelta(seconds=number // 10), ROOMS[number % 7 % 4])
        for number in range(SIGNALS)
    ]
    some = Roster(
        homes={name: roster.homes[name] for name in names},
        devices={(one, "hall"): roster.devices[one, "hall"] for one in names},
        people={},
    )
    for words, known in (("with a personal line", model), ("without", None)):
        watch = _watch(some, known)
        gc.collect()
        seen = _cpu(lambda watch=watch: [watch.see(signal) for signal in signals])  # type: ignore[misc]
        ticked = _cpu(lambda watch=watch: watch.tick(START + timedelta(hours=3)))  # type: ignore[misc]
        print(
            f"tick: {SIGNALS / seen:.0f} signals/s of CPU {words}, {seen / SIGNALS * 1e6:.1f} us each; "
            f"then {ticked / len(names) * 1e6:.1f} us a home to work its line out anew"
        )
    took = _cpu(lambda: _follow(Personal()))
    print(f"tick: {took / SIGNALS * 1e6:.1f} us of a signal to follow where she is")


def _follow(personal: Personal) -> None:
    begins = int(START.timestamp() * 1000)
    for number in range(SIGNALS):
        personal.see(begins + number * 100, "hall", "motion on", ROOMS[number % 7 % 4], is_placed=True)
