"""The grid of five minutes that days are drawn on, local wall clock: what stirred, where she was, what nobody saw.

It begins a day before the first one, so that the first night has an evening. On the day on which the clock is set back
two hours share their bins; on the day on which it is set forward an hour is empty.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from models.days.life import Life
from models.habits.arrays import DAY, Flags, Floats, Ints
from models.habits.place import Place
from models.habits.presence import GONE_AFTER, Presence
from models.habits.signs import Signs, local_minutes
from models.habits.silences import TOO_LONG, Span

BIN = 5
"""Minutes."""
BINS = DAY // BIN
EVENING, NOON = -6 * 60, 12 * 60
"""Between these minutes after midnight a night is looked for."""

_Stretch = tuple[float, float]
"""From and until, local minutes since 1970."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`first_day`: local days since 1970. A column holds a bin for each five minutes from the midnight before it on."""

    first_day: int
    days: int
    stirred: Flags
    """Inside, not at the exit."""
    kitchen: Flags
    quiet: Floats
    """How much each bin speaks for sleep: 1 where nothing stirred, below 0 the more the surer she was up."""
    away: Flags
    unseen: Flags

    def by_day(self, column: Flags) -> Flags:
        """Return a column as one row a day."""
        rows: Flags = column[BINS:].reshape(self.days, BINS)
        return rows

    def nights(self, column: Floats) -> Floats:
        """Return a column as one row a night, from EVENING to NOON."""
        begins = np.arange(1, self.days + 1)[:, None] * BINS + EVENING // BIN
        night: Floats = column[begins + np.arange((NOON - EVENING) // BIN)[None, :]]
        return night

    def between(self, column: Flags, begins: Floats, ends: Floats) -> Ints:
        """Count for each day the bins of a column between minutes after its midnight; below 0: the evening before."""
        total = np.append(0, np.cumsum(column))
        base = np.arange(1, self.days + 1) * BINS
        first, last = (np.nan_to_num(edge // BIN).astype(np.int64) + base for edge in (begins, ends))
        count: Ints = total[np.clip(last, 0, len(column))] - total[np.clip(first, 0, len(column))]
        return np.maximum(count, 0)


def grid_of(life: Life, signs: Signs, today: int, now: int) -> Grid:
    """Return the grid of the days before `today` that have signs; all signs given lie before it, `now` is its beginning."""
    first_day = min(int(signs.day[0]), today) if len(signs) else today
    days = today - first_day
    size = (days + 1) * BINS
    at = _bin_of(signs.minute, first_day)
    inside = signs.is_placed & ~signs.is_exit
    outings = times_out(life, signs, now)
    return Grid(
        first_day=first_day,
        days=days,
        stirred=_marked(size, at[inside]),
        kitchen=_marked(size, at[signs.is_kitchen & inside]),
        quiet=_quiet(size, signs, at, outings, first_day),
        away=_filled(size, outings, first_day),
        unseen=_filled(size, _unseen(life, signs, now), first_day),
    )


_AWAKE = np.array([-1.0, -4.0, -8.0, -8.0])
"""By Place: who stirs in the bedroom may turn over, who is in the kitchen is up for three quarters of an hour's sleep."""
_AWAY = -2.0


def _quiet(size: int, signs: Signs, at: Ints, outings: Iterable[_Stretch], first_day: int) -> Floats:
    quiet = np.where(_filled(size, outings, first_day), _AWAY, 1.0)
    weight = np.where(signs.is_exit, _AWAKE[Place.OTHER], _AWAKE[signs.place])
    np.minimum.at(quiet, at[signs.is_placed], weight[signs.is_placed])
    return quiet


def times_out(life: Life, signs: Signs, now: int) -> list[_Stretch]:
    """Return when she was out: from a quarter of an hour after the exit, when it is certain, until something stirred again."""
    presence = life.whereabouts.presence[: len(signs)]
    is_away = np.isin(presence, (Presence.OUT, Presence.DOUBT))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_away, [False])).astype(np.int8)))
    at = np.append(signs.at, now)
    return _in_minutes([(at[first] + GONE_AFTER, at[after]) for first, after in edges.reshape(-1, 2)], life)


def _unseen(life: Life, signs: Signs, now: int) -> list[_Stretch]:
    """Return what nobody saw: what was told, and silences at home from where they are longer than anybody sleeps.

    What lies before that in such a silence is left as it looked at the time: a night must not change a day that is over.
    """
    at = np.append(signs.at, now)
    presence = life.whereabouts.presence[: len(signs)]
    is_dead = ~np.isin(presence, (Presence.OUT, Presence.DOUBT)) & (np.diff(at) >= TOO_LONG * 60)
    dead = [(at[row] + int(TOO_LONG) * 60, at[row + 1]) for row in np.flatnonzero(is_dead)]
    return _in_minutes([*dead, *((begin, min(end, now)) for begin, end in life.unseen)], life)


def _in_minutes(spans: Iterable[Span], life: Life) -> list[_Stretch]:
    kept = np.array([span for span in spans if span[0] <= span[1]], dtype=np.int64)
    edges = local_minutes(kept.reshape(-1), life.zone).reshape(-1, 2)
    return [(float(begin), float(end)) for begin, end in edges]


def _bin_of(minute: Floats, first_day: int) -> Ints:
    return ((minute - (first_day - 1) * DAY) // BIN).astype(np.int64)


def _marked(size: int, at: Ints) -> Flags:
    marked = np.zeros(size, dtype=np.bool_)
    marked[at] = True
    return marked


def _filled(size: int, stretches: Iterable[_Stretch], first_day: int) -> Flags:
    filled = np.zeros(size, dtype=np.bool_)
    for begin, end in stretches:
        first, last = _bin_of(np.array([begin, end]), first_day).tolist()
        filled[max(0, first) : max(0, last)] = True
    return filled
