"""A check-in plan: by which local times a resident says that all is well, as slots in absolute time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from linli.clock import from_millis, millis
from models.sensor import in_millis

EARLIEST = in_millis(timedelta(hours=12))
"""A check-in counts for a slot from this long before it, if the slot before was over by then."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One check-in that is expected: after `opens`, by `at`, judged at `deadline`; milliseconds."""

    name: str
    opens: int
    at: int
    deadline: int


class CheckInPlan:
    """The slots of all homes that share a zone and times; a day's slots are worked out once."""

    def __init__(self, timezone: str, times: tuple[time, ...], grace: timedelta) -> None:
        self._zone = ZoneInfo(timezone)
        self._times = sorted(set(times))
        self._grace = in_millis(grace)
        self._days: dict[date, list[tuple[int, str]]] = {}
        self._ahead: tuple[int, Slot, Slot] | None = None

    def due_between(self, after: int, until: int) -> list[Slot]:
        """Return the slots whose deadline lies after one moment and not after another, in order."""
        return [slot for slot in self._slots(after, until) if after < slot.deadline <= until]

    def next_two(self, after: int) -> tuple[Slot, Slot]:
        """Return the first two slots whose deadlines lie after a moment; kept, as thousands of homes ask in a row."""
        if self._ahead is None or not self._ahead[0] <= after < self._ahead[1].deadline:
            coming = [slot for slot in self._slots(after, after + 4 * EARLIEST) if slot.deadline > after]
            self._ahead = (after, coming[0], coming[1])
        return self._ahead[1:]

    def _slots(self, after: int, until: int) -> Iterator[Slot]:
        # A slot stands on the one before it, so begin early enough to have that one too
        first = self._day_of(after - self._grace) - timedelta(days=2)
        last = self._day_of(until) + timedelta(days=1)
        moments = sorted(
            moment for days in range((last - first).days + 1) for moment in self._moments(first + timedelta(days=days))
        )
        for (before, _), (at, name) in pairwise(moments):
            opens = max(before + self._grace, at - EARLIEST)
            yield Slot(name, opens, at, at + self._grace)

    def _day_of(self, moment: int) -> date:
        return from_millis(moment).astimezone(self._zone).date()

    def _moments(self, day: date) -> list[tuple[int, str]]:
        """Return the day's times; one that the clocks skip is as much later as they skip."""
        if day not in self._days:
            if len(self._days) > 30:
                self._days.clear()
            self._days[day] = [
                (millis(datetime.combine(day, clock, self._zone).astimezone(UTC)), f"{day}T{clock:%H:%M}")
                for clock in self._times
            ]
        return self._days[day]
