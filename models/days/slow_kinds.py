"""What is watched from day to day, and what counts as a change that staff would want to know of."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.days.picture import Pictures
from models.days.surprise import Bet
from models.habits.arrays import Floats


class SlowKind(StrEnum):
    """What has changed. The words are part of the keys of findings."""

    MEALS = "meals"
    HOUSEBOUND = "housebound"
    OUT_MORE = "out_more"
    RESTLESS = "restless_nights"
    BATHROOM_NIGHT = "bathroom_night"
    BATHROOM_DAY = "bathroom_day"
    RISING = "late_rising"
    QUIET = "quiet_days"
    DECLINE = "slow_decline"
    UNLIKE = "unlike_day"


@dataclass(frozen=True, slots=True)
class Watched:
    """A number of each day, and how it is watched."""

    number: Callable[[Pictures], Floats]
    bet: Bet


LIMIT = 1000.0
"""What a bet must reach: by chance about once in so many days, as long as her days are alike (measured: docs)."""
_RARELY_OUT = 200.0
"""The same for staying in: a day at home says little of who goes out every other day, so the evidence grows slowly."""


def _fewer(share: float, usual_at_least: float = 0.0) -> Callable[[Floats, Floats], bool]:
    def is_large(usual: Floats, changed: Floats) -> bool:
        return bool(usual.mean() >= usual_at_least and changed.mean() <= share * usual.mean())

    return is_large


def _more(times: float, by: float) -> Callable[[Floats, Floats], bool]:
    def is_large(usual: Floats, changed: Floats) -> bool:
        return bool(changed.mean() >= max(times * usual.mean(), usual.mean() + by))

    return is_large


def _later(by: float) -> Callable[[Floats, Floats], bool]:
    def is_large(usual: Floats, changed: Floats) -> bool:
        return bool(np.median(changed) >= np.median(usual) + by)

    return is_large


def _share_of_meals(pictures: Pictures) -> Floats:
    return pictures.meals / pictures.meals_possible


WATCHED: dict[SlowKind, Watched] = {
    SlowKind.MEALS: Watched(_share_of_meals, Bet(-1, 0.2, LIMIT, _fewer(0.65))),
    SlowKind.HOUSEBOUND: Watched(lambda p: p.outings, Bet(-1, 0.1, _RARELY_OUT, _fewer(0.25, 0.25))),
    SlowKind.OUT_MORE: Watched(lambda p: p.outings, Bet(1, 0.25, LIMIT, _more(2.0, 1.0))),
    SlowKind.RESTLESS: Watched(lambda p: p.stirs, Bet(1, 0.25, LIMIT, _more(1.6, 2.0))),
    SlowKind.BATHROOM_NIGHT: Watched(lambda p: p.night_bathroom, Bet(1, 0.25, LIMIT, _more(1.6, 1.5))),
    SlowKind.BATHROOM_DAY: Watched(lambda p: p.day_bathroom, Bet(1, 0.25, LIMIT, _more(1.4, 2.0))),
    SlowKind.RISING: Watched(lambda p: p.rises, Bet(1, 0.25, LIMIT, _later(60.0))),
    SlowKind.QUIET: Watched(lambda p: p.movement, Bet(-1, 0.25, LIMIT, _fewer(0.65))),
}
