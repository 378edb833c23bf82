"""What the water meters of one home told, and what that says of her and of the pipes. Moments are whole seconds, in ms."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.habits.water import GAP
from models.sensor import NONE

_HOUR = 3_600_000
_KEPT = 26 * _HOUR
"""A day, and a report before it: each says what was used since the one before."""
_LEAST_REPORTS = 12


@dataclass(frozen=True, slots=True)
class Used:
    """What was used between two reports, litres."""

    since: int
    until: int
    litres: float


@dataclass(slots=True)
class Flow:
    """One home's meters: by meter and moment, the litres since the report before. `told_little`, `told_endless`: when."""

    meters: dict[str, dict[int, float]] = field(default_factory=dict)
    told_little: int = NONE
    told_endless: int = NONE

    def take(self, meter: str, at: int, litres: float) -> None:
        """Take in a report, in any order, any number of times."""
        reports = self.meters.setdefault(meter, {})
        reports[at] = max(litres, reports.get(at, 0.0))
        newest = max(reports)
        if at < newest - _KEPT or min(reports) < newest - 2 * _KEPT:
            self.meters[meter] = {when: told for when, told in reports.items() if when >= newest - _KEPT}

    def used(self, lasting: int) -> Used | None:
        """Return what all meters counted in a span of at least so long up to the newest report; None if not known."""
        until = max((max(reports) for reports in self.meters.values() if reports), default=NONE)
        spans = [(sorted(reports), reports) for reports in self.meters.values() if reports]
        covered = [times[bisect_right(times, until - lasting) - 1] for times, _ in spans if times[0] <= until - lasting]
        if not covered:
            return None
        litres = sum(told for _, reports in spans for at, told in reports.items() if until - lasting < at <= until)
        return Used(min(covered), until, round(litres, 1))

    def running_since(self, meter: str) -> int:
        """Return since when a meter has not stood still, as far as its reports tell; its newest report if it stands."""
        reports = self.meters.get(meter, {})
        times = sorted(reports)
        return _running_since(times, reports) if times else NONE

    def endless(self, lasting: int) -> Used | None:
        """Return what has run for so long without once standing still; None where no meter tells of such a thing."""
        for meter, reports in self.meters.items():
            since = self.running_since(meter)
            until = max(reports, default=NONE)
            ran = [told for at, told in reports.items() if at > since]
            if until - since >= lasting and len(ran) >= _LEAST_REPORTS:
                return Used(since, until, round(sum(ran), 1))
        return None


def _running_since(times: Sequence[int], reports: dict[int, float]) -> int:
    since = times[-1]
    for before, at in zip(reversed(times[:-1]), reversed(times), strict=False):
        if reports[at] <= 0 or at - before > GAP:
            break
        since = before
    return since
