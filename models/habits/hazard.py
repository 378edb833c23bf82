"""The hazard: the chance that a silence ends within its next ten minutes, shared by all homes. A ridge logistic fit."""

import numpy as np

from models.habits.arrays import Floats

_ROUNDS = 40
_ENOUGH = 1e-4
_STEEPEST = 30.0
MOST = 0.95
"""However sure the model: one time in twenty nothing stirs."""


def hazards(columns: Floats, coefficients: Floats) -> Floats:
    """Return the chances, 0 to 1, for features in the last axis."""
    chance: Floats = 1 / (1 + np.exp(-np.clip(columns @ coefficients, -_STEEPEST, _STEEPEST)))
    return np.minimum(chance, MOST)


def fit(columns: Floats, ended: Floats, weights: Floats, ridge: Floats) -> Floats:
    """Return the coefficients under which what happened is likeliest, held near nought by the ridge of each.

    Newton's method with halved steps: the loss never grows, so it cannot run away where a feature tells all.
    """
    coefficients = np.zeros(columns.shape[1])
    loss = _loss(columns, ended, weights, ridge, coefficients)
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(columns @ coefficients, -_STEEPEST, _STEEPEST)))
        slope = columns.T @ (weights * (ended - chance)) - ridge * coefficients
        curve = (columns * (weights * chance * (1 - chance))[:, None]).T @ columns + np.diag(ridge)
        step, before = np.linalg.solve(curve, slope), loss
        while (loss := _loss(columns, ended, weights, ridge, coefficients + step)) > before and np.abs(
            step
        ).max() > 1e-9:
            step = step / 2
        coefficients = coefficients + step
        if before - loss < _ENOUGH:
            break
    return coefficients


def _loss(columns: Floats, ended: Floats, weights: Floats, ridge: Floats, coefficients: Floats) -> float:
    score = columns @ coefficients
    return float((weights * (np.logaddexp(0, score) - ended * score)).sum() + 0.5 * (ridge * coefficients**2).sum())
