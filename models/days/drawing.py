"""Draws the pictures of all days of a home that lie before today. Pure: what comes later changes no earlier day."""

from dataclasses import dataclass

import numpy as np

from models.days.beats import dead_devices
from models.days.grid import BIN, EVENING, Grid, grid_of, times_out
from models.days.life import Life
from models.days.meals import meals_of
from models.days.picture import Pictures
from models.days.sleep import Nights, nights_of
from models.habits.arrays import DAY, Flags, Floats, Ints
from models.habits.calendar import midnight_of
from models.habits.place import Place
from models.habits.signs import Signs

LEAST_JUDGED = 20.0
"""Hours of a day that must have been seen: a day with a hole of four hours is not judged and teaches nothing."""
_LEAST_AT_HOME = 6 * 60 // BIN
"""Bins: who is in for less than six hours of her waking day says nothing of how she moves at home."""
_FULL_DAY = 12 * 60 // BIN
_WHOLE_DAY_OUT = 18 * 60 // BIN
_VISIT, _BOUT, _STIR = 300, 900, 600
"""Seconds without a sign after which the next one is another visit, another bout, another stir."""
_MAY_BE_UNSEEN, _MAY_BE_AWAY, _LEAST_CORE = 60 // BIN, 120 // BIN, 180.0


def pictures_of(life: Life, today: int) -> Pictures:
    """Return the pictures of the local days before `today` (days since 1970), from the first with a sign on."""
    now = int(midnight_of(today, life.zone).timestamp())
    signs = life.signs.before(now)
    grid = grid_of(life, signs, today, now)
    return _Drawing(life, signs, grid, nights_of(grid), now).pictures()


@dataclass(frozen=True, slots=True)
class _Seen:
    """On which days what could be seen."""

    kitchen: Flags
    bathroom: Flags
    exit: Flags
    inside: Flags
    """All devices inside that tell of movement."""


@dataclass(frozen=True, slots=True)
class _Drawing:
    life: Life
    signs: Signs
    grid: Grid
    nights: Nights
    now: int

    def pictures(self) -> Pictures:
        grid, nights, seen = self.grid, self.nights, self._seen()
        wakes = np.where(np.isnan(nights.rises), nights.usual_rising, nights.rises)
        midnight = np.full(grid.days, float(DAY))
        judged_hours = 24.0 - grid.by_day(grid.unseen).sum(axis=1) * BIN / 60
        is_judged = judged_hours >= LEAST_JUDGED
        at_home = grid.between(~grid.away & ~grid.unseen, wakes, midnight)
        is_up, is_asleep = is_judged & (at_home >= _LEAST_AT_HOME), is_judged & self._is_asleep()
        moves = is_up & seen.inside & seen.exit  # without the exit, nobody can tell sitting still from being out
        goes_out = is_judged & seen.exit & (grid.by_day(grid.away).sum(axis=1) < _WHOLE_DAY_OUT)
        made, possible = meals_of(grid, nights.usual_rising, is_judged & seen.kitchen)
        washing, at_home = self.signs.place == Place.WASHING, np.maximum(1, at_home)
        stirred = grid.between(grid.stirred & ~grid.away, wakes, midnight)
        return Pictures(
            first_day=grid.first_day,
            bed=_only(is_judged & seen.inside, nights.bed),
            rises=_only(is_judged & seen.inside, nights.rises),
            stirs=_only(is_asleep & seen.inside, self._by_night(self._inside, _STIR)),
            night_bathroom=_only(is_asleep & seen.bathroom, self._by_night(washing, _VISIT)),
            day_bathroom=_only(is_up & seen.bathroom, self._by_day(washing, wakes, _VISIT) * _FULL_DAY / at_home),
            meals=made,
            meals_possible=possible,
            outings=_only(goes_out, self._outings()),
            movement=_only(moves, stirred / at_home),
            bouts=_only(moves, self._by_day(self._inside, wakes, _BOUT)),
            judged_hours=judged_hours,
        )

    def _seen(self) -> _Seen:
        """Tell where a sensor had spoken before, and no device was dead."""
        signs, beats = self.signs, self.life.beats
        dead = dead_devices(beats, self.grid.first_day, self.grid.days)

        def is_blind(which: Flags) -> Flags:
            blind: Flags = np.logical_or.reduce(dead[which], axis=0)
            return blind

        return _Seen(
            kitchen=self._had_spoken(signs.is_kitchen) & ~is_blind(beats.is_kitchen),
            bathroom=self._had_spoken(signs.place == Place.WASHING) & ~is_blind(beats.is_washing),
            exit=self._had_spoken(signs.is_exit) & ~is_blind(beats.is_exit),
            inside=~is_blind(~beats.is_exit),
        )

    def _had_spoken(self, which: Flags) -> Flags:
        spoke = np.zeros(self.grid.days, dtype=np.bool_)
        spoke[self.signs.day[which] - self.grid.first_day] = True
        had_spoken: Flags = np.append(False, np.logical_or.accumulate(spoke))[: self.grid.days]
        return had_spoken

    @property
    def _inside(self) -> Flags:
        inside: Flags = self.signs.is_placed & ~self.signs.is_exit
        return inside

    def _is_asleep(self) -> Flags:
        """Tell of which nights her usual hours of sleep were seen and she was in."""
        grid, begins, ends = self.grid, self.nights.core_begins, self.nights.core_ends
        unseen, away = grid.between(grid.unseen, begins, ends), grid.between(grid.away, begins, ends)
        asleep: Flags = (unseen < _MAY_BE_UNSEEN) & (away < _MAY_BE_AWAY) & (ends - begins >= _LEAST_CORE)
        asleep[:1] = False
        return asleep

    def _by_night(self, which: Flags, apart: int) -> Floats:
        """Count of each night the bouts of some signs that begin in her usual hours of sleep."""
        day = ((self.signs.minute - EVENING) // DAY).astype(np.int64) - self.grid.first_day
        return self._bouts(which, day, self.nights.core_begins, self.nights.core_ends, apart)

    def _by_day(self, which: Flags, wakes: Floats, apart: int) -> Floats:
        """Count of each day the bouts of some signs that begin between her rising and midnight."""
        day = self.signs.day - self.grid.first_day
        return self._bouts(which, day, wakes, np.full(self.grid.days, float(DAY)), apart)

    def _bouts(self, which: Flags, day: Ints, begins: Floats, ends: Floats, apart: int) -> Floats:
        rows = np.flatnonzero(which)
        rows = rows[np.append(True, np.diff(self.signs.at[rows]) >= apart)[: len(rows)]]
        rows = rows[day[rows] < self.grid.days]
        into = self.signs.minute[rows] - (day[rows] + self.grid.first_day) * DAY
        counted = day[rows][(into >= begins[day[rows]]) & (into < ends[day[rows]])]
        return np.bincount(counted, minlength=self.grid.days).astype(np.float64)

    def _outings(self) -> Floats:
        begun = [int(begin // DAY) - self.grid.first_day for begin, _ in times_out(self.life, self.signs, self.now)]
        return np.bincount(np.array(begun, dtype=np.int64), minlength=self.grid.days).astype(np.float64)


def _only(which: Flags, values: Floats) -> Floats:
    kept: Floats = np.where(which, values, np.nan)
    return kept
