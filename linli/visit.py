"""Visits that are made without an alert: the plan of a home, what somebody found, and when the next one is due. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_DAYS = 365
"""The longest time between two visits that is still a plan."""


class VisitResult(StrEnum):
    """How somebody found her."""

    WELL = "well"
    NEEDS = "needs"
    UNWELL = "unwell"
    NOT_MET = "not_met"


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """From a moment on a home is to be visited every so many days; 0: there is no plan any more.

    Plans that were set at one stroke have the same `change`, by which they are taken back together.
    """

    home: str
    every_days: int
    set_at: datetime
    set_by: str
    change: str


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody was at the door at `at`; it was written down later or at once. `id` 0: not stored yet."""

    home: str
    at: datetime
    by: str
    result: VisitResult
    note: str = ""
    id: int = 0

    @property
    def is_met(self) -> bool:
        """Tell whether she was seen: a door that stayed shut is no visit done."""
        return self.result is not VisitResult.NOT_MET


@dataclass(frozen=True, slots=True)
class Due:
    """When the next visit of a home should be. `days_left` below 0: so many days overdue."""

    day: date
    days_left: int

    @property
    def is_overdue(self) -> bool:
        """Tell whether its day has passed."""
        return self.days_left < 0


def due_of(plan: VisitPlan | None, last_met: datetime | None, now: datetime, zone: ZoneInfo) -> Due | None:
    """Return when a home's next visit is due; None where there is no plan.

    It counts from the last time that she was met, also before there was a plan; of who was never met, from the plan.
    """
    if plan is None or not plan.every_days:
        return None
    begin = last_met or plan.set_at
    day = begin.astimezone(zone).date() + timedelta(days=plan.every_days)
    return Due(day, (day - now.astimezone(zone).date()).days)


def planned_visits(plans: Iterable[VisitPlan], since: datetime, until: datetime) -> float:
    """Return how many visits of one home its plans, oldest first, ask for in a span: its days by those between two."""
    listed: Sequence[VisitPlan] = list(plans)
    ends = [*(plan.set_at for plan in listed[1:]), until]
    return sum(
        max(timedelta(0), min(end, until) - max(plan.set_at, since)) / timedelta(days=plan.every_days)
        for plan, end in zip(listed, ends, strict=False)
        if plan.every_days
    )
