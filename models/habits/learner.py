"""Learning a home: from its history, the prior and its budget to the line table. Pure: the same gives the same."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from models.habits.arrays import AGE_STEP, AGES, DAY, SLOT, SLOTS, Floats, Ints
from models.habits.budget import exceedances, fading, price_within, rates
from models.habits.deviation import cell_of, deviated
from models.habits.doubt import DOUBT_BY_PRICE
from models.habits.evidence import FEW_DAYS, Evidence, History, evidence_of, rungs_of
from models.habits.features import features
from models.habits.hazard import hazards
from models.habits.model import LONGEST, HomeModel
from models.habits.outings import out_line
from models.habits.place import Place
from models.habits.prior import Prior
from models.habits.stopping import PRICES, lines, survival
from models.habits.usual import usual_at

LINE_OF_FEW_DAYS = 360
"""Minutes: no line is shorter while hardly any days are known."""


def learn(history: History, prior: Prior, budget: float, now: datetime, zone: ZoneInfo) -> HomeModel:
    """Return the model of a home from what happened before `now`, for the local day of `now` and those that follow.

    `budget`: false alerts a month that the home may have, above 0. A home without any history gets the prior's lines.
    """
    second = int(now.timestamp())
    today = now.astimezone(zone).date().toordinal() - datetime(1970, 1, 1, tzinfo=UTC).toordinal()
    evidence = evidence_of(history, prior.usual, prior.coefficients, second, today)
    monthly = rates(*_own_exceedances(evidence, prior), prior.exceedances)
    rung = price_within(budget, monthly)
    table = np.minimum(table_of(evidence, prior, float(PRICES[rung])), LONGEST)
    if len(evidence.seen_days) < FEW_DAYS:
        table = np.maximum(table, LINE_OF_FEW_DAYS)
    doubt = int(DOUBT_BY_PRICE[rung])
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
        doubt=doubt,
        out=out_line(evidence.outings),
        libraries={"numpy": np.__version__},
    )


def _own_exceedances(evidence: Evidence, prior: Prior) -> tuple[Floats, float]:
    days = evidence.today - evidence.first_day
    begun, rungs = rungs_of(evidence, prior.coefficients)
    own = exceedances(rungs, fading((days - begun).astype(np.float64)))
    counted = evidence.seen_days[evidence.seen_days >= FEW_DAYS]
    return own, float(fading((days - counted).astype(np.float64)).sum())


def table_of(evidence: Evidence, prior: Prior, price: float) -> Ints:
    """Return the best lines at a price, minutes, by kind of day, place and slot of the last sign."""
    weekend = np.array([0.0, 1.0])[:, None, None, None]
    place = np.arange(len(Place))[None, :, None, None]
    start = ((np.arange(SLOTS, dtype=np.float64) + 0.5) * SLOT)[None, None, :, None]
    age = AGES[None, None, None, :]
    today = np.full(np.broadcast_shapes(start.shape, age.shape), evidence.today - evidence.first_day, dtype=np.float64)
    usual = usual_at(evidence.usual, today, (start + age + AGE_STEP / 2) % DAY)
    shared = hazards(features(start, age, place, weekend, usual), prior.coefficients)
    factor = evidence.factor()[cell_of(place, start, age)]
    return lines(survival(deviated(shared, factor)), price).astype(np.int64)
