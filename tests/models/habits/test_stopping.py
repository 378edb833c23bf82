"""When a silence is worth asking about."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.habits.arrays import AGE_ENDS, AGES
from models.habits.hazard import fit, hazards
from models.habits.stopping import (
    PRICES,
    SELDOM,
    SHORTEST_LINE,
    lines,
    lines_by_price,
    seldom_longer,
    steps_rung,
    survival,
)

chances = st.lists(st.floats(0.0, 0.95), min_size=len(AGES), max_size=len(AGES)).map(np.array)


@given(chances, st.floats(1, 1e9), st.floats(1, 1e9))
def test_the_dearer_a_false_alert_the_longer_the_line(hazard: np.ndarray, one: float, other: float) -> None:
    cheap, dear = sorted((one, other))
    assert lines(survival(hazard), cheap) <= lines(survival(hazard), dear)


@given(chances)
def test_a_line_is_never_shorter_or_longer_than_it_may_be(hazard: np.ndarray) -> None:
    by_price = lines_by_price(survival(hazard))
    assert SHORTEST_LINE <= by_price.min() <= by_price.max() <= 720


def test_who_is_never_silent_for_long_by_day_is_asked_after_sooner_than_a_sleeper() -> None:
    busy = np.full(len(AGES), 0.4)
    asleep = np.where(AGES < 420, 0.01, 0.4)
    assert lines(survival(busy), 1e6) + 180 < lines(survival(asleep), 1e6)


@given(chances)
def test_what_is_seldom_outlasted_is_outlasted_by_one_silence_in_twenty(hazard: np.ndarray) -> None:
    lasting = survival(hazard)
    at = int(np.flatnonzero(seldom_longer(lasting) == AGE_ENDS)[0])
    assert lasting[at] <= SELDOM or at == len(AGE_ENDS) - 1
    assert lasting[at - 1] > SELDOM


def test_a_silence_counts_at_every_price_whose_line_it_outlasts() -> None:
    by_price = np.broadcast_to(np.linspace(90, 480, len(PRICES))[:, None], (len(PRICES), 3))
    assert steps_rung(np.array([60.0, 90.0, 1000.0]), by_price).tolist() == [0, 1, len(PRICES)]


def test_a_fit_finds_the_chances_it_was_shown() -> None:
    chance = np.random.default_rng(3)
    columns = np.stack([np.ones(20_000), chance.normal(size=20_000)], axis=1)
    truth = np.array([-1.0, 0.7])
    ended = (chance.random(20_000) < hazards(columns, truth)).astype(np.float64)
    assert fit(columns, ended, np.ones(20_000), np.full(2, 0.1)) == pytest.approx(truth, abs=0.06)


def test_a_fit_does_not_run_away_where_a_feature_tells_all() -> None:
    columns = np.stack([np.ones(40), np.repeat([-1.0, 1.0], 20)], axis=1)
    ended = np.repeat([0.0, 1.0], 20)
    found = fit(columns, ended, np.ones(40), np.full(2, 0.01))
    assert np.isfinite(found).all()
    assert found[1] > 1
