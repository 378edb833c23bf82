"""Two lines beside each other, and what speaks against a new one."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from linli.signals import Signal
from models.habits.comparing import Difference, asks, difference
from models.habits.customs import Customs
from models.habits.doubts import Doubt, doubts_about
from models.habits.model import HomeModel
from models.habits.prior import shipped_prior
from models.habits.rehearsal import mornings
from tests.models.habits.lives import DAYS, MONDAY, WEEKS_LATER, ZONE, a_life, history, hours, span, without
from tests.models.habits.models import a_model
from tests.models.vigil import moved

DAY = timedelta(days=1)
STILL = hours(DAYS - 3, 10), hours(DAYS - 3, 14)
LIFE = without(a_life(), *STILL)
UNTIL = int(WEEKS_LATER.timestamp())


def second(moment: datetime) -> int:
    return int(moment.timestamp())


def by_day(line: int) -> HomeModel:
    """Return a line that is long by night, so that sleep asks for nobody."""
    table = np.full((2, 4, 96), line)
    table[..., :28], table[..., 84:] = 715, 715
    return replace(a_model(), learned_at=MONDAY, table=table)


def test_it_is_told_how_often_either_would_have_asked_and_how_much_sooner() -> None:
    found = difference(history(LIFE), by_day(300), [by_day(200)], UNTIL)

    assert found == Difference(nights=1, present=0, new=1, earlier_minutes=found.earlier_minutes)
    assert found.earlier_minutes == pytest.approx(100)
    back = difference(history(LIFE), by_day(200), [by_day(300)], UNTIL)
    assert (back.present, back.new) == (1, 0)
    assert back.earlier_minutes == pytest.approx(-100)


def test_each_new_line_counts_from_its_own_night_on() -> None:
    late = replace(by_day(200), learned_at=STILL[0] + DAY)
    found = difference(history(LIFE), by_day(300), [late, by_day(300)], UNTIL)

    assert (found.nights, found.present, found.new) == (2, 0, 0)
    early = replace(by_day(200), learned_at=STILL[0] - DAY)
    assert difference(history(LIFE), by_day(300), [by_day(300), early], UNTIL).new == 1


def test_a_silence_that_may_not_teach_is_not_compared() -> None:
    found = difference(history(LIFE, (span(*STILL),)), by_day(300), [by_day(200)], UNTIL)

    assert (found.present, found.new) == (0, 0)


def test_what_a_nervous_sensor_says_alone_puts_off_neither_line() -> None:
    pulses = [moved(STILL[0] + timedelta(minutes=20 * number), "bathroom") for number in range(1, 12)]
    past, nervous = history([*LIFE, *pulses]), Customs(nervous=("bathroom-pir",))
    long, short = replace(by_day(300), customs=nervous), replace(by_day(200), customs=nervous)

    assert asks([by_day(200)], past, 0, UNTIL) == [0]
    assert asks([long, short], past, 0, UNTIL) == [0, 1]
    assert difference(past, long, [short], UNTIL).new == 1


def test_without_a_sign_there_is_no_difference() -> None:
    assert difference(history([]), by_day(300), [by_day(200)], UNTIL) == Difference(1, 0, 0, 0.0)


def test_a_ceiling_asks_once_until_somebody_is_surely_there() -> None:
    pulses = [moved(hours(1, 8) + timedelta(hours=number), "hall") for number in range(30)]
    signals: list[Signal] = [*a_life(1), *pulses]

    assert asks([a_model(line=715)], history(signals), 0, second(hours(2, 14))) == [1]


def test_nothing_speaks_against_the_nights_of_an_ordinary_life() -> None:
    past = history(a_life(35))
    models = [model for _, model in mornings(past, shipped_prior(), 1.0, ZONE)]
    found = [doubts_about(new, before, past, second(new.learned_at)) for before, new in itertools.pairwise(models)]
    assert set(found) == {()}


def test_a_line_that_grew_by_hours_overnight_is_doubted_unless_it_is_of_another_kind() -> None:
    present, longer = by_day(200), by_day(600)

    assert doubts_about(longer, present, history(LIFE), UNTIL) == (Doubt.LONGER,)
    assert doubts_about(replace(longer, budget=0.2), present, history(LIFE), UNTIL) == ()
    assert doubts_about(present, longer, history(LIFE), UNTIL) == ()


def test_a_line_that_would_have_rung_all_month_is_doubted() -> None:
    life = [
        moved(hours(day, clock), room)
        for day in range(DAYS)
        for clock in range(7, 22, 2)
        for room in ("hall", "kitchen")
    ]
    ringing, calm = by_day(100), replace(by_day(400), days=20)

    assert doubts_about(ringing, calm, history(life), UNTIL) == (Doubt.RINGS,)
    assert doubts_about(ringing, ringing, history(life), UNTIL) == ()
    assert doubts_about(replace(ringing, budget=60.0), calm, history(life), UNTIL) == ()


def test_while_the_line_is_not_hers_yet_it_may_change_as_it_likes() -> None:
    assert doubts_about(a_model(line=700), a_model(line=90, days=13), history(LIFE), UNTIL) == ()
