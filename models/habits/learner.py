"""Learning a home: from its history, the prior and its budget to its model. Pure: the same gives the same.

The model holds the lines of silence, at home, in doubt and out, and what else is usual in the home (`customs`).
"""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from models.habits.arrays import AGE_STEP, AGES, DAY, SLOT, SLOTS, Floats
from models.habits.budget import exceedances, fading, price_within, rates
from models.habits.calendar import day_of
from models.habits.customs import Customs
from models.habits.deviation import cell_of, deviated
from models.habits.evidence import FEW_DAYS, Evidence, History, evidence_of, rungs_of
from models.habits.features import features
from models.habits.hazard import hazards
from models.habits.line_in_doubt import ARRIVING_BY_PRICE, DOUBT_BY_PRICE
from models.habits.line_without_exit import line_without_exit
from models.habits.model import LONGEST, HomeModel
from models.habits.nervous import calm, nervous_of
from models.habits.nights import nights_out_of, recent, sleeps_of
from models.habits.outings import out_line
from models.habits.place import Place
from models.habits.prior import Prior
from models.habits.ranges import ranges_of
from models.habits.stays import lines_by_day_and_night, stays_of
from models.habits.stopping import PRICES, lines, seldom_longer, survival
from models.habits.usual import usual_at

METHOD = 2
"""To be raised whenever the same history gives other lines: they then run beside the old ones for some nights."""
LINE_OF_FEW_DAYS = 360
"""Minutes: no line is shorter while hardly any days are known."""


def learn(history: History, prior: Prior, budget: float, now: datetime, zone: ZoneInfo) -> HomeModel:
    """Return the model of a home from what happened before `now`, for the local day of `now` and those that follow.

    `budget`: false alerts a month that the home may have, above 0. A home without any history gets the prior's lines.
    """
    second = int(now.timestamp())
    today = day_of(now, zone)
    nervous = nervous_of(history.signs.before(second), today)
    history = replace(history, signs=calm(history.signs, nervous))
    evidence = evidence_of(history, prior.usual, prior.coefficients, second, today)
    monthly = rates(*_own_exceedances(evidence, prior), prior.exceedances)
    rung = price_within(budget, monthly)
    lasting = lasting_of(evidence, prior)
    table = np.minimum(lines(lasting, float(PRICES[rung])).astype(np.int64), LONGEST)
    if len(evidence.seen_days) < FEW_DAYS:
        table = np.maximum(table, LINE_OF_FEW_DAYS)
    doubt = int(DOUBT_BY_PRICE[rung]) if evidence.has_exit else line_without_exit(evidence, history, budget)
    if not evidence.has_exit:
        table = np.maximum(table, doubt)
    signs = history.signs.before(second)
    ends = [datetime.fromtimestamp(int(at), UTC) for at in signs.at[[0, -1]]] if len(signs) else [None, None]
    return HomeModel(
        learned_at=now,
        since=ends[0],
        until=ends[1],
        timezone=zone.key,
        budget=budget,
        price=float(PRICES[rung]),
        expected=float(monthly[rung]),
        days=len(evidence.seen_days),
        table=table,
        seldom=seldom_longer(lasting),
        doubt=doubt,
        arriving=min(doubt, int(ARRIVING_BY_PRICE[rung])) if evidence.has_exit else doubt,
        out=out_line(evidence.outings),
        libraries={"numpy": np.__version__},
        method=METHOD,
        prior=prior.mark,
        customs=replace(customs_of(history, evidence, second, budget), nervous=nervous),
    )


def customs_of(history: History, evidence: Evidence, second: int, budget: float) -> Customs:
    """Return what is usual in a home besides silence, from what happened before a moment (seconds)."""
    signs = history.signs.before(second)
    by_day, by_night = lines_by_day_and_night(stays_of(signs, evidence.whereabouts, history.untaught), budget)
    lately = recent(signs, evidence.today)
    return Customs(
        bathroom_by_day=by_day,
        bathroom_by_night=by_night,
        sleeps=sleeps_of(lately),
        nights=len(np.unique(lately.day)),
        nights_out=nights_out_of(lately),
        ranges=ranges_of(history.readings, second * 1000),
    )


def _own_exceedances(evidence: Evidence, prior: Prior) -> tuple[Floats, float]:
    days = evidence.today - evidence.first_day
    begun, rungs = rungs_of(evidence, prior.coefficients)
    own = exceedances(rungs, fading((days - begun).astype(np.float64)))
    counted = evidence.seen_days[evidence.seen_days >= FEW_DAYS]
    return own, float(fading((days - counted).astype(np.float64)).sum())


def lasting_of(evidence: Evidence, prior: Prior) -> Floats:
    """Return the share of silences that last as long as each of AGE_ENDS, by kind of day, place and slot of the last sign.

    Silences of less than half an hour are left out: the share begins with 1 there.
    """
    weekend = np.array([0.0, 1.0])[:, None, None, None]
    place = np.arange(len(Place))[None, :, None, None]
    start = ((np.arange(SLOTS, dtype=np.float64) + 0.5) * SLOT)[None, None, :, None]
    age = AGES[None, None, None, :]
    today = np.full(np.broadcast_shapes(start.shape, age.shape), evidence.today - evidence.first_day, dtype=np.float64)
    usual = usual_at(evidence.usual, today, (start + age + AGE_STEP / 2) % DAY)
    shared = hazards(features(start, age, place, weekend, usual), prior.coefficients)
    factor = evidence.factor()[cell_of(place, start, age)]
    return survival(deviated(shared, factor))
