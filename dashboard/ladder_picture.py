"""A ladder as a picture in time: where on one axis each step begins, and the marks of the long-lie clock. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.ladders import Section
from linli.alert import AlertKind, Ladder, Rung

CLIMBERS: Mapping[Section, tuple[AlertKind, ...]] = {
    Section.EMERGENCY: (AlertKind.SOS, AlertKind.FALL, AlertKind.SMOKE, AlertKind.GAS),
    Section.ASK_FIRST: (AlertKind.MISSED_CHECK_IN, AlertKind.INACTIVITY, AlertKind.BATHROOM),
    Section.URGENT: (AlertKind.LEAK, AlertKind.NIGHT_DOOR, AlertKind.VITALS),
    Section.NOTICE: (AlertKind.LOW_BATTERY, AlertKind.UNMONITORED, AlertKind.ROUTINE_CHANGE),
}
"""Which alerts mostly climb which ladder."""
_LEAST = timedelta(minutes=1)
_BEYOND = 1.25
"""The axis goes on by a quarter after the last step, so that its bar can be seen."""
_NEAR = 2.5
"""A mark so many times as late as the last step would press the steps together: it is told in words alone."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the ladder; `place` is where it begins, 0..100 along the axis."""

    rung: Rung
    place: float


@dataclass(frozen=True, slots=True)
class Picture:
    """Steps and marks (the name of each, and its place) on one axis."""

    steps: Sequence[Step]
    marks: Mapping[str, float]


def picture_of(ladder: Ladder) -> Picture:
    """Lay a ladder out in time."""
    last = max(ladder.rungs[-1].after, _LEAST)
    marks = {"goal": ladder.goal, "limit": ladder.limit}
    near = {name: mark for name, mark in marks.items() if mark is not None and mark <= last * _NEAR}
    end = max([last, *near.values()]) * _BEYOND
    steps = [Step(rung, _place(rung.after, end)) for rung in ladder.rungs]
    return Picture(steps, {name: _place(mark, end) for name, mark in near.items()})


def _place(at: timedelta, end: timedelta) -> float:
    return round(100 * (at / end), 1)
