"""The only place that asks the system for the time; everything else is given a Clock or `now`."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from: the system's clock, or a virtual one that runs years in seconds."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when it is told to; used by replay, evaluation and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the moment it was last set to."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Jump to a moment, forwards or backwards."""
        self._now = moment.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        """Move on by a step."""
        self._now += step


class PacedClock:
    """A clock that runs `speed` times as fast as the system's from a given start; drives the demo.

    One that is made standing goes from `go` on: what takes place before, such as setting up, takes no time.
    """

    def __init__(self, start: datetime, speed: float, *, stands: bool = False) -> None:
        self._start = start.astimezone(UTC)
        self._real_start = None if stands else datetime.now(UTC)
        self._speed = speed

    def go(self) -> None:
        """Begin to run."""
        self._real_start = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the start plus the time that has gone by, times the speed."""
        if self._real_start is None:
            return self._start
        return self._start + (datetime.now(UTC) - self._real_start) * self._speed


def millis(moment: datetime) -> int:
    """Return a moment as whole milliseconds since 1970, the form in which both databases keep it."""
    return round(moment.timestamp() * 1000)


def from_millis(value: int) -> datetime:
    """Return the UTC moment of a stored number of milliseconds."""
    return datetime.fromtimestamp(value / 1000, UTC)


def seconds() -> float:
    """Return seconds that only grow, for pacing loops; says nothing about the time of day."""
    return time.monotonic()
