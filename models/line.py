"""The silence line: how long silence may last, which changes with the local hour, and when a silence crosses it."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from linli.clock import millis
from models.homes import Moments
from models.rules import Rules
from models.sensor import NONE, in_millis

_FOR_EVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Line:
    """From `starts[k]` until the next start silence may last `limits[k]`; all milliseconds, starts ascending.

    It is drawn for some days around a moment. Beyond them it is the shortest limit: too early, never too late.
    """

    starts: Moments
    limits: Moments

    def crossings(self, silent_from: Moments, not_before: Moments) -> Moments:
        """Return for each silence the first moment, not before another, at which it has lasted as long as is allowed."""
        ends = np.append(self.starts[1:], _FOR_EVER)
        crossed = np.empty_like(silent_from)
        rows = np.arange(silent_from.size)
        spans = self._span(np.maximum(silent_from, not_before))
        while rows.size:
            at = np.maximum(silent_from[rows] + self.limits[spans], self.starts[spans])
            at = np.maximum(at, not_before[rows])
            within = at < ends[spans]
            crossed[rows[within]] = at[within]
            rows, spans = rows[~within], spans[~within] + 1
        return crossed

    def limit_at(self, moment: int) -> timedelta:
        """Return how long silence may last at a moment."""
        span = int(self._span(np.array([moment]))[0])
        return timedelta(milliseconds=int(self.limits[span]))

    def _span(self, moments: Moments) -> Moments:
        return np.searchsorted(self.starts, moments, side="right") - 1


def fixed_line(rules: Rules, zone: ZoneInfo, around: datetime) -> Line:
    """Return the day and night line in a zone, by the clock on the wall there, for the days around a moment."""
    reach = (max(rules.day_line, rules.night_line) + timedelta(days=2)).days + 1
    today = around.astimezone(zone).date()
    changes = {}
    for days in range(-reach, reach + 1):
        day = today + timedelta(days=days)
        changes[_local(day, rules.day_from, zone)] = in_millis(rules.day_line)
        changes[_local(day, rules.day_until, zone)] = in_millis(rules.night_line)
    starts = sorted(changes)
    limits = [changes[start] for start in starts]
    shortest = min(limits)
    return Line(np.array([NONE * 2, *starts]), np.array([limits[-1], *limits[:-1], shortest]))


def _local(day: date, clock: time, zone: ZoneInfo) -> int:
    return millis(datetime.combine(day, clock, zone))
