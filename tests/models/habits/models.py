"""Models made up for a test: the same line at every hour."""

from datetime import timedelta

import numpy as np

from models.habits.line_without_exit import LEAST
from models.habits.model import HomeModel
from models.habits.outings import UNKNOWN
from tests.models.habits.lives import MONDAY, WEEKS_LATER, ZONE


def a_model(*, line: int = 200, seldom: int = 110, days: int = 20, method: int = 1, budget: float = 1.0) -> HomeModel:
    """Return a model with one line, and one length of silence that is seldom outlasted; minutes."""
    return HomeModel(
        learned_at=WEEKS_LATER,
        since=MONDAY,
        until=WEEKS_LATER - timedelta(minutes=1),
        timezone=ZONE.key,
        budget=budget,
        price=1e6,
        expected=0.9,
        days=days,
        table=np.full((2, 4, 96), line),
        seldom=np.full((2, 4, 96), seldom),
        doubt=LEAST,
        arriving=LEAST,
        out=UNKNOWN,
        libraries={"numpy": "2"},
        method=method,
        prior="a-prior",
    )
