"""Which homes are to be visited, and how urgently: the list that staff go by. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from linli.people import Home
from linli.visit import Due, Visit, VisitPlan, due_of

SOON_DAYS = 3
"""What is due within so many days is told together with what is overdue: one walk for both."""


class When(StrEnum):
    """How urgent a home's next visit is."""

    OVERDUE = "overdue"
    SOON = "soon"
    LATER = "later"
    UNPLANNED = "unplanned"


@dataclass(frozen=True)
class Visited:
    """A home with its plan, its newest visit and when the next one is due."""

    home: Home
    plan: VisitPlan | None
    last: Visit | None
    due: Due | None

    @property
    def when(self) -> When:
        """Return how urgent the next visit is."""
        if self.due is None:
            return When.UNPLANNED
        if self.due.is_overdue:
            return When.OVERDUE
        return When.SOON if self.due.days_left <= SOON_DAYS else When.LATER

    @property
    def every_days(self) -> int:
        """Return after how many days she is to be visited again; 0 without a plan."""
        return self.plan.every_days if self.plan else 0

    @property
    def passed_days(self) -> int:
        """Return how many days of these have passed, at most all of them."""
        return min(self.every_days, self.every_days - self.due.days_left) if self.due else 0


def visited(
    homes: Iterable[Home],
    plans: Mapping[str, VisitPlan],
    latest: Mapping[str, Visit],
    last_met: Mapping[str, datetime],
    now: datetime,
) -> list[Visited]:
    """Return the homes, those first that have waited longest beyond their day; those without a plan last."""
    found = [
        Visited(
            home,
            plans.get(home.home),
            latest.get(home.home),
            due_of(plans.get(home.home), last_met.get(home.home), now, home.zone),
        )
        for home in homes
    ]
    return sorted(found, key=_urgency)


def _urgency(one: Visited) -> tuple[bool, int, float]:
    at = one.last.at.timestamp() if one.last else 0.0
    return (one.due is None, one.due.days_left if one.due else 0, at)


def counts_of(listed: Sequence[Visited]) -> dict[When, int]:
    """Return how many homes there are of each urgency."""
    counts = dict.fromkeys(When, 0)
    for one in listed:
        counts[one.when] += 1
    return counts
