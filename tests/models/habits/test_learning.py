"""What a home's line learns from its history, and what it must not."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.signals import Signal
from models.habits.calendar import day_of
from models.habits.evidence import ANSWER, FEW_DAYS, evidence_of, judged, rungs_of
from models.habits.learner import LINE_OF_FEW_DAYS, learn
from models.habits.line import line_of
from models.habits.line_in_doubt import ARRIVING_BY_PRICE
from models.habits.model import LONGEST, LONGEST_OUT, SHORTEST, HomeModel
from models.habits.outings import KNOWN, UNKNOWN
from models.habits.place import Place
from models.habits.presence import Presence
from models.habits.prior import shipped_prior
from models.habits.silences import Span
from tests.models.habits.lives import DAYS, MONDAY, WEEKS_LATER, ZONE, a_life, history, hours, span, without
from tests.models.vigil import left, moved

PRIOR = shipped_prior()
LIFE = a_life()


def learned(
    signals: list[Signal], now: datetime = WEEKS_LATER, *, budget: float = 1.0, untaught: tuple[Span, ...] = ()
) -> HomeModel:
    return learn(history(signals, untaught), PRIOR, budget, now, ZONE)


def line(model: HomeModel, clock: float, room: str = "kitchen", presence: Presence = Presence.IN) -> int:
    """Return the line of a Tuesday at a clock time."""
    return line_of(model, hours(DAYS + 1, clock), room, presence)


MODEL = learned(LIFE)


def test_the_same_history_gives_the_same_model() -> None:
    again = learned(LIFE)
    assert np.array_equal(MODEL.table, again.table)
    assert np.array_equal(MODEL.seldom, again.seldom)
    assert replace(again, table=MODEL.table, seldom=MODEL.seldom) == MODEL


@settings(deadline=None, max_examples=15)
@given(st.integers(4, DAYS - 1), st.randoms(use_true_random=False))
def test_what_comes_later_changes_nothing(day: int, chance: Random) -> None:
    now = hours(day, 4)
    past = [signal for signal in LIFE if signal.at < now]
    future = [signal for signal in LIFE if signal.at >= now and chance.random() < 0.5]
    chance.shuffle(future)
    told_later = (span(now + timedelta(hours=1), now + timedelta(days=3)),)
    assert learned(past + future, now, untaught=told_later).table.tolist() == learned(past, now).table.tolist()


def test_the_order_in_which_signals_are_handed_over_changes_nothing() -> None:
    assert learned(list(reversed(LIFE))).table.tolist() == MODEL.table.tolist()


def test_at_noon_somebody_asks_sooner_than_by_night() -> None:
    assert line(MODEL, 12) + 120 < line(MODEL, 22.5, "bedroom")


def test_where_no_sensor_is_at_the_exit_it_is_always_in_doubt_whether_she_is_in() -> None:
    blind_to_the_door = history(signal for signal in a_life() if signal.room != "entrance")
    model = learn(blind_to_the_door, PRIOR, 1.0, WEEKS_LATER, ZONE)
    assert model.table.min() == model.doubt


def test_a_sensor_at_the_exit_that_has_not_spoken_yet_counts() -> None:
    nothing_yet = learn(replace(history([]), has_exit=True), PRIOR, 1.0, MONDAY, ZONE)
    assert nothing_yet.table.min() == LINE_OF_FEW_DAYS
    assert learn(history([]), PRIOR, 1.0, MONDAY, ZONE).table.min() == nothing_yet.doubt


def test_who_sleeps_until_eleven_is_not_woken_at_nine() -> None:
    late = learned(a_life(wakes=11.0))
    assert line(late, 22.5, "bedroom") > line(MODEL, 22.5, "bedroom") + 60


def test_who_is_often_still_by_day_gets_a_longer_line_than_who_never_is() -> None:
    assert line(learned(a_life(busy_minutes=70.0)), 12) > line(MODEL, 12)


@pytest.mark.parametrize("days", range(FEW_DAYS))
def test_the_first_days_have_long_lines_only(days: int) -> None:
    model = learned(LIFE, hours(days, 4))
    assert model.table.min() >= LINE_OF_FEW_DAYS
    assert model.table.max() <= LONGEST


def test_a_home_without_any_sign_gets_the_lines_of_others_and_no_span() -> None:
    model = learned([])
    assert (model.since, model.until, model.days) == (None, None, 0)
    assert LINE_OF_FEW_DAYS <= model.table.min() <= model.table.max() <= LONGEST


def test_no_line_is_above_the_ceiling_whatever_the_budget() -> None:
    for budget in (0.001, 1.0, 1000.0):
        table = learned(LIFE, budget=budget).table
        assert SHORTEST <= table.min() <= table.max() <= LONGEST


def test_a_larger_budget_shortens_lines_and_lengthens_none() -> None:
    tables = [learned(LIFE, budget=budget).table for budget in (0.5, 1.0, 2.0, 4.0)]
    assert all((larger <= smaller).all() for smaller, larger in itertools.pairwise(tables))
    assert (tables[-1] < tables[0]).any()


def test_a_silence_that_rang_for_nothing_makes_the_line_longer_the_next_day() -> None:
    still = without(LIFE, hours(DAYS - 2, 10), hours(DAYS - 2, 16))
    assert learned(still).price > MODEL.price
    assert line(learned(still), 11) > line(MODEL, 11)


def test_what_was_an_emergency_does_not_teach() -> None:
    lay_there = without(LIFE, hours(DAYS - 2, 10), hours(DAYS - 2, 16))
    told = (span(hours(DAYS - 2, 10), hours(DAYS - 2, 16)),)
    assert learned(lay_there, untaught=told).price == MODEL.price
    assert abs(line(learned(lay_there, untaught=told), 11) - line(MODEL, 11)) <= 10


def test_an_outage_of_five_days_does_not_become_her_habit() -> None:
    dead = without(LIFE, hours(10, 10), hours(15, 10))
    model = learned(dead)
    assert model.days == DAYS - 4
    assert np.abs(model.table - MODEL.table).mean() < 20
    assert line(model, 11) < line(MODEL, 11) + 45


def test_an_outage_of_some_hours_teaches_nothing_once_it_is_known() -> None:
    dead = [*LIFE]
    for day in range(5, 20, 3):
        dead = without(dead, hours(day, 10), hours(day, 16))
    known = tuple(span(hours(day, 10), hours(day, 16)) for day in range(5, 20, 3))
    assert line(learned(dead, untaught=known), 11) < line(MODEL, 11) + 45
    assert line(learned(dead), 11) > line(MODEL, 11) + 45


def test_being_out_does_not_teach_how_long_she_is_still_at_home() -> None:
    shopping = [*LIFE]
    for day in range(2, DAYS):
        shopping = without(shopping, hours(day, 9.5), hours(day, 14))
        shopping += [moved(hours(day, 14.02)), moved(hours(day, 14.1), "living-room")]
    door = [left(hours(day, clock)) for day in range(2, DAYS) for clock in (9.5, 14)]
    assert line(learned([*shopping, *door]), 9) + 120 < line(learned(shopping), 9)


def test_a_long_silence_that_ends_at_the_door_was_an_outing_that_nobody_saw_begin() -> None:
    unseen, at_home = [*LIFE], [*LIFE]
    for day in range(DAYS - 6, DAYS):
        unseen = [*without(unseen, hours(day, 9.5), hours(day, 14)), left(hours(day, 14))]
        at_home = [*without(at_home, hours(day, 9.5), hours(day, 14)), moved(hours(day, 14))]
    assert line(learned(unseen), 9) + 60 < line(learned(at_home), 9)


def test_an_outing_that_nobody_saw_begin_counts_as_a_call_for_nothing() -> None:
    unseen = [*without(LIFE, hours(DAYS - 2, 9.5), hours(DAYS - 2, 16)), left(hours(DAYS - 2, 16))]
    assert learned(unseen).price > MODEL.price


def out_each_day(until: float, first: int = 0, *, of: list[Signal] = LIFE) -> list[Signal]:
    """Return a life in which she leaves at half past nine, and two devices see her come home."""
    life = [*of]
    for day in range(first, DAYS):
        life = without(life, hours(day, 9.5), hours(day, until))
        life += [left(hours(day, 9.5)), left(hours(day, until))]
        life += [moved(hours(day, until + 0.02)), moved(hours(day, until + 0.1), "living-room")]
    return life


def test_who_is_never_out_for_long_is_missed_after_twelve_hours() -> None:
    assert learned(out_each_day(14.0)).out == LONGEST


def test_a_few_outings_do_not_say_how_long_the_next_may_be() -> None:
    assert learned(out_each_day(14.0, DAYS - KNOWN + 1)).out == UNKNOWN


def test_who_is_often_away_for_two_days_may_be_out_longer_but_never_for_ever() -> None:
    away = [*without(LIFE, hours(5, 12), hours(7, 8)), left(hours(5, 12)), left(hours(7, 8))]
    assert UNKNOWN < learned(away).out <= LONGEST_OUT
    gone = [*without(LIFE, hours(5, 12), hours(15, 8)), left(hours(5, 12)), left(hours(15, 8))]
    assert learned(gone).out == UNKNOWN


def test_a_nervous_sensor_in_the_empty_home_does_not_cut_an_outing_short() -> None:
    shopping = out_each_day(22.0)
    pulses = [moved(hours(day, 15), "attic") for day in range(DAYS)]
    assert learned(shopping + pulses).out == learned(shopping).out > LONGEST


def test_a_declared_absence_does_not_become_her_habit_of_being_out() -> None:
    away = out_each_day(14.0)
    away = [*without(away, hours(10, 14.5), hours(11, 9)), left(hours(10, 14.5)), left(hours(11, 9))]
    away += [moved(hours(11, 9.02)), moved(hours(11, 9.1), "living-room")]
    told = (span(hours(10, 14.6), hours(11, 8)),)
    assert learned(away, untaught=told).out == LONGEST < learned(away).out


def test_calls_into_an_empty_home_make_the_lines_longer() -> None:
    still, pulses = out_each_day(21.0), [moved(hours(day, 10.5), "attic") for day in range(DAYS)]
    assert learned(still + pulses).price > learned(still).price
    assert learned(still + pulses).doubt > learned(still).doubt


def test_in_doubt_nobody_waits_longer_than_ten_hours_and_a_larger_budget_shortens_it() -> None:
    doubts = [learned(LIFE, budget=budget).doubt for budget in (0.001, 0.5, 1.0, 2.0, 4.0)]
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[0] == 600
    assert doubts[-1] < doubts[0]


def test_who_came_home_and_does_not_stir_is_asked_after_hours_sooner_than_one_of_whom_it_is_in_doubt() -> None:
    known = learned(LIFE)
    assert known.arriving <= known.doubt - 120
    assert learned([one for one in LIFE if one.room != "entrance"]).arriving >= 600


def test_long_silences_after_coming_home_make_that_line_longer() -> None:
    """She comes in by the door and sits down where no sensor is, for four hours."""
    still = out_each_day(21.0)
    again = [left(hours(day, 11.5)) for day in range(DAYS)]
    assert learned(sorted([*still, *again], key=lambda one: one.at)).arriving > learned(still).arriving


def test_a_silence_after_coming_home_counts_at_the_prices_whose_line_for_it_it_outlasted() -> None:
    life = [*out_each_day(21.0), *(left(hours(day, 11.5)) for day in range(DAYS))]
    until = int(WEEKS_LATER.timestamp())
    evidence = evidence_of(history(life), PRIOR.usual, PRIOR.coefficients, until, day_of(WEEKS_LATER, ZONE))
    silences, which = evidence.silences, judged(evidence.silences)
    which = which[silences.day[which] - evidence.first_day >= FEW_DAYS]
    is_arriving = evidence.presence[which] == Presence.ARRIVING
    lengths = silences.lengths[which][is_arriving] - ANSWER

    assert len(lengths) > 10
    _, rungs = rungs_of(evidence, PRIOR.coefficients)
    assert rungs[is_arriving].tolist() == [int((length >= ARRIVING_BY_PRICE).sum()) for length in lengths]


def test_two_weeks_are_enough_to_make_it_hers() -> None:
    two_weeks = learned(LIFE, MONDAY + timedelta(days=14))
    first_day = learned(LIFE, hours(FEW_DAYS, 4))

    def far(model: HomeModel) -> float:
        return float(np.abs(model.table - MODEL.table).mean())

    assert far(two_weeks) < far(first_day) / 2


def test_the_table_knows_every_place_and_both_kinds_of_day() -> None:
    assert MODEL.table.shape == (2, len(Place), 96)
