"""Check-ins: who has not said that all is well by the time agreed. Each slot of each home is judged once."""

from bisect import bisect_right, insort
from dataclasses import dataclass
from datetime import time, timedelta
from heapq import heappop, heappush

import numpy as np

from models.absences import Absences
from models.check_in_plan import CheckInPlan, Slot
from models.deafness import Deafness
from models.homes import Homes, Moments
from models.sensor import NEVER, NONE, in_millis

LOOK_BACK = in_millis(timedelta(hours=24))
"""How old a slot that passed while linli was down may be to be judged at the start."""
_KEPT = 64
"""Presses kept per home: more than anybody needs in the day and a half that is looked back at."""


@dataclass(frozen=True, slots=True)
class Missed:
    """One home's missed slot."""

    row: int
    slot: Slot


class CheckIns:
    """Keeps who checked in when, and judges the slots as their deadlines pass, all homes of one plan at once."""

    def __init__(self, homes: Homes, absences: Absences, deafness: Deafness) -> None:
        self._homes = homes
        self._absences = absences
        self._deafness = deafness
        self._plans: dict[tuple[str, tuple[time, ...]], CheckInPlan] = {}
        self._members: dict[tuple[str, tuple[time, ...]], Moments] = {}
        self._queue: list[tuple[int, tuple[str, tuple[time, ...]]]] = []
        self._started = False
        self._has_news = True

    def take_plans(self) -> None:
        """Group the homes by what they agreed to."""
        members: dict[tuple[str, tuple[time, ...]], list[int]] = {}
        for row, dwelling in enumerate(self._homes.dwellings):
            if dwelling.home.check_in_by:
                members.setdefault((dwelling.home.timezone, dwelling.home.check_in_by), []).append(row)
        grace = self._homes.rules.check_in_grace
        self._plans = {key: self._plans.get(key) or CheckInPlan(*key, grace) for key in members}
        self._members = {key: np.array(rows, dtype=np.int64) for key, rows in members.items()}
        self._has_news = True
        # whatever is due: the first tick sorts it out
        self._queue = [(NONE, key) for key in members]

    def check_in(self, row: int, at: int) -> bool:
        """Take in a check-in; any order, any number of times. Tell whether it was a new one."""
        check_ins = self._homes.dwellings[row].check_ins
        if at in check_ins:
            return False
        insort(check_ins, at)
        del check_ins[:-_KEPT]
        self._homes.last_check_in[row] = check_ins[-1]
        return True

    def judge(self, now: int) -> list[Missed]:
        """Return what was missed since the last time; being away excuses.

        A slot whose deadline lies past what has reached us waits: the check-in may be on its way.
        """
        self._start(now)
        heard_until = self._deafness.heard_until(now)
        missed: list[Missed] = []
        while self._queue and self._queue[0][0] <= heard_until:
            _, key = heappop(self._queue)
            missed += [miss for miss in self._judge(key, heard_until) if not self._is_excused(miss)]
            heappush(self._queue, (self._plans[key].next_two(heard_until)[0].deadline, key))
        return missed

    def _is_excused(self, miss: Missed) -> bool:
        return self._absences.is_away(miss.row, miss.slot.at, miss.slot.deadline)

    def _start(self, now: int) -> None:
        """Say from when on slots are judged: a plan agreed while linli runs says nothing about yesterday."""
        if self._has_news:
            fresh = self._homes.judged == NONE
            self._homes.judged[fresh] = now if self._started else now - LOOK_BACK
            self._started, self._has_news = True, False

    def _judge(self, key: tuple[str, tuple[time, ...]], until: int) -> list[Missed]:
        homes, rows = self._homes, self._members[key]
        judged = homes.judged[rows]
        missed = []
        for slot in self._plans[key].due_between(int(judged.min(initial=NEVER)), until):
            was_there = (slot.at >= homes.first_heard[rows]) & (slot.deadline > judged)
            in_time = (homes.last_check_in[rows] > slot.opens) & (homes.last_check_in[rows] <= slot.deadline)
            missed += [Missed(row, slot) for row in rows[was_there & ~in_time].tolist() if not self._has(row, slot)]
        homes.judged[rows] = np.maximum(judged, until)
        return missed

    def _has(self, row: int, slot: Slot) -> bool:
        """Tell whether there is a check-in for a slot; looks at all of them, where the latest is for a later slot."""
        check_ins = self._homes.dwellings[row].check_ins
        at = bisect_right(check_ins, slot.deadline)
        return at > 0 and check_ins[at - 1] > slot.opens

    def next_deadline(self) -> int:
        """Return when the next slot is to be judged; NEVER while linli is deaf."""
        return max(self._queue[0][0], self._deafness.caught_up_at()) if self._queue else NEVER

    def expected(self, now: int) -> tuple[Moments, Moments]:
        """Return for every home the next slot for which there is no check-in yet, and its deadline; NEVER if none."""
        homes = self._homes
        slots, deadlines = np.full((2, len(homes.dwellings)), NEVER)
        for key, rows in self._members.items():
            slot, following = self._plans[key].next_two(now)
            is_done = homes.last_check_in[rows] > slot.opens
            slots[rows] = np.where(is_done, following.at, slot.at)
            deadlines[rows] = np.where(is_done, following.deadline, slot.deadline)
        return slots, deadlines
