"""False alerts against delay as a picture: where points, curves and their labels stand. Pure geometry, in pixels."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from linli.evaluation.score import HOUR, SOON, Score

MOST_HOURS = 24.0
"""What took longer is drawn at the upper edge, and told in the table."""
MOST_RATE = 8.0
"""False alerts a month; what had more stands at the right edge."""
_BELOW, _APART = 25.0, 6.0
"""Pixels from a median to the foot of its label, and between two labels."""
_DIGIT = 7.6
"""Pixels that one letter of a label needs."""


class Spot(NamedTuple):
    """A place in the picture, from its upper left corner."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A way to judge silence and what came of it. `shape` tells it from the others, not its colour alone."""

    shape: str
    label: str
    is_today: bool
    score: Score


@dataclass(frozen=True, slots=True)
class Mark:
    """One entry in the picture: its median and its 90th percentile, one above the other."""

    entry: Entry
    half: Spot
    most: Spot


@dataclass(frozen=True, slots=True)
class Label:
    """What was asked for, below one mark or several that stand close together. `reach`: half its width."""

    at: Spot
    text: str
    reach: float
    marks: Sequence[Mark]

    @property
    def begin(self) -> float:
        """Return its left end."""
        return self.at.x - self.reach

    @property
    def end(self) -> float:
        """Return its right end."""
        return self.at.x + self.reach

    @property
    def is_today(self) -> bool:
        """Tell whether it speaks of today's setting alone."""
        return all(mark.entry.is_today for mark in self.marks)


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Size:
    """How large a picture is, and how much of it is left for the axes."""

    width: float
    height: float
    left: float = 44
    right: float = 14
    top: float = 30
    bottom: float = 52


WIDE, NARROW, SMALL = Size(900, 460), Size(340, 360), Size(340, 270)


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that is drawn."""

    size: Size
    marks: Sequence[Mark]
    labels: Sequence[Label]
    x_ticks: Sequence[Tick]
    y_ticks: Sequence[Tick]

    @property
    def half_curve(self) -> str:
        """Return the curve of the medians of linli's own line, as points of an SVG polyline."""
        return _points(mark.half for mark in self._own())

    @property
    def most_curve(self) -> str:
        """Return the curve of the 90th percentiles."""
        return _points(mark.most for mark in self._own())

    def _own(self) -> list[Mark]:
        own = [mark for mark in self.marks if mark.entry.shape == "own"]
        return sorted(own, key=lambda mark: (mark.half.x, -mark.half.y))


def _points(spots: Iterable[Spot]) -> str:
    return " ".join(f"{spot.x:g},{spot.y:g}" for spot in spots)


def scale_of(entries: Iterable[Entry]) -> tuple[float, float]:
    """Return how many false alerts a month and how many hours of delay a picture of these must hold."""
    drawn = [entry for entry in entries if _can_be_drawn(entry)]
    rates = [min(entry.score.a_month, MOST_RATE) for entry in drawn]
    hours = [min(entry.score.delay(0.9), MOST_HOURS) for entry in drawn]
    return max(1.0, *rates) * 1.06 if rates else 1.0, max(SOON / HOUR, *hours) * 1.04 if hours else SOON / HOUR


def _can_be_drawn(entry: Entry) -> bool:
    return bool(entry.score.delays) and not math.isnan(entry.score.a_month)


def chart(entries: Sequence[Entry], size: Size, scale: tuple[float, float]) -> Chart:
    """Return the picture of some ways; those without delays are left out."""
    most_rate, most_hours = scale
    wide, high = size.width - size.left - size.right, size.height - size.top - size.bottom

    def spot(rate: float, hours: float) -> Spot:
        x = size.left + wide * min(rate, most_rate) / most_rate
        return Spot(round(x, 1), round(size.top + high * (1 - min(hours, most_hours) / most_hours), 1))

    marks = [
        Mark(
            entry, spot(entry.score.a_month, entry.score.delay(0.5)), spot(entry.score.a_month, entry.score.delay(0.9))
        )
        for entry in entries
        if _can_be_drawn(entry)
    ]
    return Chart(
        size,
        sorted(marks, key=lambda mark: mark.entry.is_today),
        _labels(marks, size),
        [Tick(spot(rate, 0).x, f"{rate:g}") for rate in _steps(most_rate, 9)],
        [Tick(spot(0, hours).y, f"{hours:g}") for hours in _steps(most_hours, 8)],
    )


def _labels(marks: Sequence[Mark], size: Size) -> list[Label]:
    """Return the labels below the medians; those that would touch become one."""
    labels: list[Label] = []
    for mark in sorted((mark for mark in marks if mark.entry.label), key=lambda mark: (mark.half.x, -mark.half.y)):
        label = _label([mark], size)
        while labels and labels[-1].end + _APART > label.begin:
            label = _label([*labels.pop().marks, *label.marks], size)
        labels.append(label)
    return labels


def _label(marks: Sequence[Mark], size: Size) -> Label:
    text = " · ".join(sorted((mark.entry.label for mark in marks), key=float))
    reach = _DIGIT * len(text) / 2
    middle = sum(mark.half.x for mark in marks) / len(marks)
    x = min(max(middle, size.left + reach - 4), size.width - reach - 2)
    return Label(Spot(round(x, 1), max(mark.half.y for mark in marks) + _BELOW), text, reach, marks)


def _steps(most: float, count: int) -> list[float]:
    """Return round numbers from nought up to a maximum, not many more than `count`."""
    step = next(step for step in (0.5, 1, 2, 3, 6, 10, 20, 50, 100, 1000) if most / step <= count)
    return [step * number for number in range(int(most / step) + 1)]
