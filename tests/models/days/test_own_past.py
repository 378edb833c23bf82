"""What is usual for her on a day comes from the days before it, and from others while hers are few."""

import numpy as np
import pytest

from models.days.grid import BIN, BINS
from models.days.meals import _peaks
from models.days.own_past import WEEKS, mean_before, usual_before

NAN = float("nan")


def test_a_day_does_not_make_itself_usual() -> None:
    assert usual_before(np.array([10.0, 20.0, 60.0]), [0.0]).tolist() == [0.0, 5.0, 10.0]
    assert mean_before(np.array([10.0, 20.0, 60.0]), [0.0]).tolist() == [0.0, 5.0, 10.0]


def test_days_that_are_not_known_count_for_nothing() -> None:
    assert usual_before(np.array([NAN, 20.0, NAN, 60.0]), [10.0]).tolist() == [10.0, 10.0, 15.0, 15.0]


def test_what_lies_far_back_is_forgotten() -> None:
    moved = np.append(np.full(WEEKS, 1.0), np.full(WEEKS + 1, 9.0))
    assert usual_before(moved, [])[WEEKS] == 1.0
    assert usual_before(moved, [])[-1] == 9.0


def test_no_days_have_nothing_usual() -> None:
    assert len(usual_before(np.array([]), [1.0])) == 0


@pytest.mark.parametrize("meal", [0, 1, 2])
def test_meal_times_move_with_hers_from_the_next_day_on(meal: int) -> None:
    hers, others = (510.0, 780.0, 1140.0)[meal], (450.0, 720.0, 1080.0)[meal]
    kitchen = np.zeros((2, BINS), dtype=np.bool_)
    at = int(hers // BIN)
    kitchen[0, at - 6 : at + 7] = True
    first, then = _peaks(kitchen, np.full(2, 390.0))[meal]
    assert first == pytest.approx(others, abs=10)
    assert then == pytest.approx(hers, abs=20)
