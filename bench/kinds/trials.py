"""The community lived through: a recording with its truth for each stairwell, judged by the real rules, in two processes."""

import logging
import multiprocessing
import tempfile
from collections.abc import Callable, Iterator, Sequence
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
from simulators.incidents import Incident
from simulators.truth import write_with_truth

PROCESSES = 2
BUDGET = 1.0
"""False alerts a resident-month that are asked for: the default."""
EACH_NIGHT = timedelta(days=21)
EVERY = timedelta(days=7)
"""The line is learned anew each night at first and every so often later: linli does it each night, at three times the cost."""


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
class Stairs:
    """The homes of one stairwell and what befalls them."""

    town: Town
    homes: tuple[str, ...]
    incidents: tuple[Incident, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found in some homes, and what really happened there."""

    outcomes: tuple[Outcome, ...]
    happenings: tuple[Happening, ...]


def stairwells(town: Town) -> list[Stairs]:
    """Return the town stairwell by stairwell, the fullest first, so that no process waits long for the other."""
    incidents = town.incidents()
    groups = [tuple(home.home for home in homes) for homes in by_stairs(town.community).values()]
    return [
        Stairs(town, homes, tuple(incident for incident in incidents if incident.home in homes))
        for homes in sorted(groups, key=len, reverse=True)
    ]


def live_through(stairs: Stairs) -> Tried:
    """Write what a stairwell tells, with the truth beside it, and judge every home of it."""
    logging.disable(logging.WARNING)
    town = stairs.town
    community = _part(town.community, stairs.homes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stairs.csv"
        until = town.start + timedelta(days=town.days)
        write_with_truth(path, community, town.seed, town.start, until, stairs.incidents)
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


def live_all(town: Town, tell: Callable[[int], None]) -> Iterator[Tried]:
    """Yield what was found, stairwell by stairwell; `tell` is told how many homes were lived through."""
    with multiprocessing.get_context("spawn").Pool(PROCESSES, maxtasksperchild=4) as pool:
        for tried in pool.imap_unordered(live_through, stairwells(town)):
            tell(len(tried.outcomes))
            yield tried
