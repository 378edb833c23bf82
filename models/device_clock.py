"""When did it happen, if the device's clock and ours disagree? A late batch is old; a wrong clock is only wrong."""

from dataclasses import dataclass
from datetime import timedelta

MAX_CLOCK_SKEW = timedelta(hours=1)
"""Up to here a difference between the home's clock and ours is a slow road, beyond it wants an explanation."""

_SKEW = MAX_CLOCK_SKEW // timedelta(milliseconds=1)
_STEADY_FOR = 10 * 60_000
_STEADY_WITHIN = 2 * 60_000


@dataclass(slots=True)
class Lag:
    """By how much a device's times lie behind their arrival, since it was last on time; milliseconds."""

    first_arrival: int
    least: int
    most: int


def moment_of(lag: Lag | None, at: int, received_at: int) -> tuple[int, Lag | None]:
    """Return when something happened (milliseconds), and what is now known of the device's lag.

    Never later than its arrival. Stored readings that come late keep their own time: they say nothing about now.
    Only if a device lags by the same amount again and again is its clock wrong, and then the arrival counts.
    Without this, a clock that starts in 2020 after every power cut would make a lively home silent for years.
    """
    behind = received_at - at
    if behind <= _SKEW:
        return min(at, received_at), None
    lag = lag or Lag(received_at, behind, behind)
    lag.first_arrival = min(lag.first_arrival, received_at)
    lag.least, lag.most = min(lag.least, behind), max(lag.most, behind)
    steady = received_at - lag.first_arrival >= _STEADY_FOR and lag.most - lag.least <= _STEADY_WITHIN
    return (received_at if steady else at), lag
