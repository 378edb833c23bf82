"""The price of a false alert that keeps a home within its budget."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.habits.budget import MONTH, exceedances, price_within, rates
from models.habits.stopping import PRICES

OTHERS = np.geomspace(1.0, 1e-4, len(PRICES))
NONE_YET = np.zeros(len(PRICES))


def price(budget: float, own: np.ndarray, days: float) -> int:
    return price_within(budget, rates(own, days, OTHERS))


def test_on_the_first_day_a_home_is_held_to_what_other_homes_needed() -> None:
    chosen = price(1.0, NONE_YET, 0)
    assert OTHERS[chosen] * MONTH <= 1.0 < OTHERS[chosen - 1] * MONTH


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 60))
def test_a_larger_budget_never_makes_lines_longer(one: float, other: float, days: float) -> None:
    small, large = sorted((one, other))
    assert price(large, NONE_YET, days) <= price(small, NONE_YET, days)


def test_a_false_alert_makes_the_lines_longer() -> None:
    rang = exceedances(np.array([30]), np.ones(1))
    assert price(1.0, rang, 20) > price(1.0, NONE_YET, 20)


def test_quiet_weeks_make_the_lines_shorter() -> None:
    assert price(1.0, NONE_YET, 45) < price(1.0, NONE_YET, 10)


def test_the_price_is_bounded_however_often_a_home_rings() -> None:
    rang = exceedances(np.full(500, len(PRICES)), np.ones(500))
    assert price(0.5, rang, 20) == len(PRICES) - 1


def test_what_lies_far_back_counts_less() -> None:
    rungs = np.array([20])
    assert exceedances(rungs, np.array([0.25]))[5] == pytest.approx(exceedances(rungs, np.array([1.0]))[5] / 4)


def test_a_silence_that_no_price_calls_for_costs_nothing() -> None:
    assert exceedances(np.zeros(7, dtype=np.int64), np.ones(7)).tolist() == NONE_YET.tolist()
