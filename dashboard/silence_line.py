"""A home's line of silence as staff see it: how long the silence of each moment of a day may last, by the line that decides.

A line is fixed at the sign of life that a silence begins with, so it is level while a long silence runs. In between it
follows the hour: what would hold for a silence that began then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from linli.signals import Signal
from models.habits.arrays import Ints
from models.habits.line import asked_after, lines_of
from models.habits.model import HomeModel
from models.habits.place import Place
from models.habits.presence import Presence, whereabouts_of
from models.habits.signs import Signs, local_minutes, signs_of

LONG = 30 * 60
"""Seconds: within shorter silences rooms change often, and nobody is asked anyway."""
_STEP = 15 * 60


@dataclass(frozen=True, slots=True)
class Allowed:
    """From a moment on silence may last for so long."""

    at: datetime
    length: timedelta


def line_through(
    model: HomeModel,
    signals: Sequence[Signal],
    zone: ZoneInfo,
    *,
    begin: datetime,
    end: datetime,
    asks_at: datetime | None = None,
) -> list[Allowed]:
    """Return the line, in order: at least between two moments. `asks_at`: where the silence that runs meets its own."""
    signs = signs_of(signals, zone)
    if not len(signs):
        return []
    first, last = int(begin.timestamp()), int(end.timestamp())
    runs_until = int(asks_at.timestamp()) if asks_at is not None else 0
    limits = asked_after(model, signs, whereabouts_of(signs)).at - signs.at
    ends = np.append(signs.at[1:], max(runs_until, int(signs.at[-1] + limits[-1])))
    drawn = sorted([*_level(signs, ends, limits), *_between(model, signs, ends, zone, (first, last))])
    return [Allowed(datetime.fromtimestamp(at, UTC), timedelta(seconds=limit)) for at, limit in drawn]


def _level(signs: Signs, ends: Ints, limits: Ints) -> Iterator[tuple[int, int]]:
    """Yield the begin and the end of every long silence, each with the seconds that it might have lasted."""
    for number in np.flatnonzero(ends - signs.at >= LONG).tolist():
        limit = int(limits[number])
        yield int(signs.at[number]), limit
        yield int(ends[number]), limit


def _between(
    model: HomeModel, signs: Signs, ends: Ints, zone: ZoneInfo, span: tuple[int, int]
) -> Iterator[tuple[int, int]]:
    """Yield what would hold for a silence that began at each quarter of an hour at which none was long under way."""
    quarters = np.arange(span[0] // _STEP * _STEP, span[1] + 1, _STEP, dtype=np.int64)
    number = np.searchsorted(signs.at, quarters, side="right") - 1
    is_under_way = (number >= 0) & (quarters <= ends[number]) & (ends[number] - signs.at[number] >= LONG)
    free = quarters[~is_under_way]
    presence = np.full(len(free), int(Presence.IN), dtype=np.int64)
    limits = lines_of(model, local_minutes(free, zone), np.full(len(free), _usual_place(signs)), presence)
    yield from zip(free.tolist(), (60 * np.minimum(limits, model.ceiling)).tolist(), strict=True)


def _usual_place(signs: Signs) -> int:
    """Return the place of the latest sign inside."""
    inside = np.flatnonzero(~signs.is_exit & signs.is_placed)
    return int(signs.place[inside[-1]]) if len(inside) else int(Place.OTHER)
