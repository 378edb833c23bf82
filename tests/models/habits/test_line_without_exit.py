"""The line in doubt: whoever's exit nobody sees is not called for each night that she spends elsewhere."""

from datetime import timedelta

import numpy as np
import pytest

from linli.signals import Signal
from models.habits.learner import learn
from models.habits.line import asked_after
from models.habits.line_without_exit import LEAST
from models.habits.model import LONGEST, LONGEST_WITHOUT_EXIT, HomeModel, model_from_json, model_to_json
from models.habits.presence import whereabouts_of
from models.habits.prior import shipped_prior
from models.habits.signs import signs_of
from models.habits.silences import Span
from tests.models.habits.lives import DAYS, WEEKS_LATER, ZONE, a_life, history, hours, span, without

NIGHTS_AWAY = range(2, DAYS - 2, 3)
AWAY = [(hours(day, 15), hours(day + 1, 7)) for day in NIGHTS_AWAY]


def indoors(signals: list[Signal]) -> list[Signal]:
    return [signal for signal in signals if signal.room != "entrance"]


def travelling() -> list[Signal]:
    signals = a_life()
    for begin, end in AWAY:
        signals = without(signals, begin, end)
    return signals


def learned(signals: list[Signal], budget: float = 1.0, untaught: tuple[Span, ...] = ()) -> HomeModel:
    return learn(history(signals, untaught), shipped_prior(), budget, WEEKS_LATER, ZONE)


def test_who_never_stays_away_is_asked_after_ten_hours_as_before() -> None:
    assert learned(indoors(a_life())).doubt == LEAST


def test_who_spends_nights_elsewhere_unseen_is_not_called_for_each_of_them() -> None:
    model = learned(indoors(travelling()))
    assert model.doubt > 16 * 60
    assert model.table.min() == model.doubt == model.ceiling


def test_the_larger_the_budget_the_shorter_the_line() -> None:
    lines = [learned(indoors(travelling()), budget).doubt for budget in (0.5, 2.0, 20.0)]
    assert lines == sorted(lines, reverse=True)
    assert lines[0] > lines[-1] == LEAST


def test_nights_that_were_declared_teach_nothing() -> None:
    away = tuple(span(begin - timedelta(hours=1), end) for begin, end in AWAY)
    assert learned(indoors(travelling()), untaught=away).doubt == LEAST


def test_where_the_exit_is_seen_nothing_puts_the_twelve_hours_off() -> None:
    model = learned(travelling())
    assert model.doubt <= LONGEST == model.ceiling


def test_the_line_and_the_ceiling_agree_and_the_model_can_be_kept() -> None:
    model = learned(indoors(travelling()))
    assert model.doubt <= LONGEST_WITHOUT_EXIT
    assert model_from_json(model_to_json(model)).doubt == model.doubt
    signs = signs_of(indoors(a_life(2)), ZONE)
    asked = asked_after(model, signs, whereabouts_of(signs))
    last = int(signs.at[-1])
    assert int(asked.at[-1]) - last == pytest.approx(60 * model.doubt, abs=60 * 60)
    assert np.all(asked.at >= signs.at)
