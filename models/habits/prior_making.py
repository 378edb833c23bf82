"""Making a prior from the histories of several homes. Done once by the makers of linli, not in a community."""

from collections.abc import Mapping, Sequence

import numpy as np

from models.habits.arrays import Floats
from models.habits.bins import bins_of
from models.habits.budget import exceedances
from models.habits.evidence import FEW_DAYS, History, evidence_of, rungs_of
from models.habits.features import NAMES
from models.habits.hazard import fit
from models.habits.presence import whereabouts_of
from models.habits.prior import Prior
from models.habits.silences import Silences, silences_of
from models.habits.stopping import PRICES
from models.habits.usual import longest_by_day, usual_by_day

_RIDGE = 1.0


def make_prior(histories: Mapping[str, History]) -> Prior:
    """Return the prior of several homes. Its exceedances are those of each home under a prior of the others."""
    names = sorted(histories)
    coefficients, usual = _shared([histories[name] for name in names])
    days = {name: _days(histories[name]) for name in names}
    counted, total = np.zeros(len(PRICES)), 0.0
    for name in names:
        others = [histories[other] for other in names if other != name] or [histories[name]]
        weight = float(np.sqrt(days[name]))
        counted += weight * _exceedances_a_day(histories[name], *_shared(others))
        total += weight
    return Prior(coefficients, usual, counted / total, len(names), sum(days.values()))


def _days(history: History) -> int:
    return int(history.signs.day[-1] - history.signs.day[0]) + 1


def _whole(history: History) -> Silences:
    return silences_of(history.signs, whereabouts_of(history.signs), int(history.signs.at[-1]), history.untaught)


def _shared(histories: Sequence[History]) -> tuple[Floats, Floats]:
    """Return coefficients and usual longest silences; a home with many silences counts more, but not in proportion."""
    silences = [_whole(history) for history in histories]
    firsts = [int(history.signs.day[0]) for history in histories]
    longest = [longest_by_day(one, first, _days(h)) for one, first, h in zip(silences, firsts, histories, strict=True)]
    usual = _mean_usual(longest)
    bins = [
        bins_of(one, usual_by_day(by_day, usual), first)
        for one, by_day, first in zip(silences, longest, firsts, strict=True)
    ]
    ridge = np.full(len(NAMES), _RIDGE)
    ridge[0] = _RIDGE / 100
    weights = [np.full(len(rows.age), 60 / np.sqrt(max(1, len(rows.age)))) for rows in bins]
    coefficients = fit(
        np.concatenate([rows.columns for rows in bins]),
        np.concatenate([rows.ended for rows in bins]),
        np.concatenate(weights),
        ridge,
    )
    return coefficients, usual


def _mean_usual(longest: Sequence[Floats]) -> Floats:
    """Return the mean over homes of each home's mean; a half hour that no home was ever in gets that of the others."""
    known = [np.isfinite(by_day) for by_day in longest]
    means = np.stack(
        [np.where(k, one, 0).sum(axis=0) / np.maximum(k.sum(axis=0), 1) for one, k in zip(longest, known, strict=True)]
    )
    counts = np.stack([k.any(axis=0) for k in known])
    usual = (means * counts).sum(axis=0) / np.maximum(counts.sum(axis=0), 1)
    filled: Floats = np.where(counts.any(axis=0), usual, usual[counts.any(axis=0)].mean())
    return filled


def _exceedances_a_day(history: History, coefficients: Floats, usual: Floats) -> Floats:
    """Return how many silences a day call at each of PRICES, each judged by what was known on the morning of its day."""
    signs = history.signs
    evidence = evidence_of(history, usual, coefficients, int(signs.at[-1]) + 1, int(signs.day[-1]) + 1)
    _, rungs = rungs_of(evidence, coefficients)
    rate: Floats = exceedances(rungs, np.ones(len(rungs))) / max(1, _days(history) - FEW_DAYS)
    return rate
