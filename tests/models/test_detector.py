"""Time in which nobody could see a home does not count, wherever it lies."""

import pytest

from models.detector import after_seen
from models.homes import Span


@pytest.mark.parametrize(
    ("blind", "due"),
    [
        ([], 50),
        ([(10, 30)], 70),
        ([(-20, 10)], 60),
        ([(20, 40), (10, 30)], 80),
        ([(10, 20), (55, 65)], 70),
        ([(60, 80)], 50),
        ([(10, 30), (70, 90)], 70),
        ([(-20, -10)], 50),
    ],
    ids=["never", "in between", "from before", "twice at once", "twice", "after it was long enough", "both", "before"],
)
def test_something_that_lasts_fifty_is_over_so_much_later(blind: list[Span], due: int) -> None:
    assert after_seen(blind, 0, 50) == due
