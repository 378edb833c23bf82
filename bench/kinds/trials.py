"""The community lived through: recordings of a few homes each, with the truth beside, judged by the real rules, in two processes."""

import logging
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bench.kinds.plan import by_stairs, plan
from linli.evaluation.evaluate import Habits, Outcome, Past, evaluate, pasts_of
from linli.evaluation.happenings import Happening, happenings_beside
from linli.evaluation.trial import Learn
from linli.people import Roster
from models.habits.model import HomeModel
from models.habits.prior import shipped_prior
from models.rules import Rules
from simulators.community import Community, build
from simulators.incidents import Incident, IncidentKind
from simulators.truth import write_with_truth

PROCESSES = int(os.environ.get("BENCH_PROCESSES", "2"))
TOGETHER = 5
"""Homes in a recording."""
BUDGET = 1.0
"""False alerts a resident-month that are asked for: the default."""
EACH_NIGHT = timedelta(days=21)
EVERY = timedelta(days=7)
"""The line is learned anew each night at first and every so often later: linli does it each night, at twice the cost."""


@dataclass(frozen=True, slots=True)
class SparingHabits(Habits):
    """Habits that are learned less often once they are known."""

    def of(self, past: Past) -> Learn:
        """Return what learns a home, and gives again what it learned within the last days."""
        learned, begins = Habits.of(self, past), past.signals[0].at
        latest: list[HomeModel] = []

        def now_and_then(now: datetime) -> HomeModel:
            if not latest or now - begins < EACH_NIGHT or now - latest[-1].learned_at >= EVERY:
                latest[:] = [learned(now)]
            return latest[-1]

        return now_and_then


@dataclass(frozen=True, slots=True)
class Town:
    """What is simulated: it is made anew in each process, as it depends on these numbers alone."""

    homes: int
    days: int
    seed: int
    start: datetime

    @property
    def community(self) -> Community:
        """Return who lives there."""
        return build(self.homes, self.seed)

    def incidents(self) -> list[Incident]:
        """Return what befalls whom."""
        return plan(self.community, self.seed, self.start, self.days)


@dataclass(frozen=True, slots=True)
class Group:
    """Some homes and what befalls them."""

    town: Town
    homes: tuple[str, ...]
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found in some homes, and what really happened there."""

    outcomes: tuple[Outcome, ...]
    happenings: tuple[Happening, ...]


def groups(town: Town) -> list[Group]:
    """Return the town a few homes at a time; those that share a power cut stay together."""
    incidents = town.incidents()
    struck = [one.home for one in incidents if one.kind is IncidentKind.POWER_CUT]
    stairs = [tuple(home.home for home in homes) for homes in by_stairs(town.community).values()]
    whole = [homes for homes in stairs if not set(struck).isdisjoint(homes)]
    others = [home.home for home in town.community.homes if not any(home.home in homes for homes in whole)]
    parts = [*whole, *(tuple(others[first : first + TOGETHER]) for first in range(0, len(others), TOGETHER))]
    return [Group(town, homes, tuple(one for one in incidents if one.home in homes)) for homes in parts]


def live_through(group: Group) -> Tried:
    """Write what some homes tell, with the truth beside it, and judge each of them."""
    logging.disable(logging.WARNING)
    town = group.town
    community = _part(town.community, group.homes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "homes.csv"
        until = town.start + timedelta(days=town.days)
        write_with_truth(path, community, town.seed, town.start, until, group.incidents)
        known = Roster(
            homes=community.by_id, devices={(one.home, one.device): one for one in community.devices}, people={}
        )
        habits = SparingHabits(shipped_prior(), BUDGET)
        outcomes = tuple(evaluate(past, [], Rules(), habits=habits) for past in pasts_of([path], known))
        return Tried(outcomes, tuple(happenings_beside([path]) or ()))


def _part(community: Community, homes: Sequence[str]) -> Community:
    return replace(
        community,
        homes=tuple(home for home in community.homes if home.home in homes),
        devices=tuple(device for device in community.devices if device.home in homes),
        people=(),
    )


def live_all(town: Town, seconds: float) -> Iterator[Tried]:
    """Yield what was found, some homes at a time, until all are done or so many seconds are over."""
    begun = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        for tried in pool.imap_unordered(live_through, groups(town)):
            yield tried
            if time.monotonic() - begun > seconds:
                pool.terminate()
                break
