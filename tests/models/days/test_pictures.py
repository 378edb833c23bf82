"""The picture of a day: her own numbers; what could not be seen is None, and never 0."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from models.days.picture import Pictures
from tests.models.days.lives import NUMBERS, USUAL, a_life, at, battery, day_in, drawn, from_day, span, usual
from tests.models.vigil import left, moved

DAYS = 20
LIFE = a_life(DAYS)
PICTURES = drawn(LIFE, DAYS)


def same(one: Pictures, other: Pictures, days: int | None = None) -> bool:
    """Tell whether pictures are alike, all of them or the first days."""
    return all(np.array_equal(one.column(n)[:days], other.column(n)[:days], equal_nan=True) for n in NUMBERS)


def test_a_day_is_told_in_numbers() -> None:
    day = day_in(PICTURES, 13)
    assert day.rises == pytest.approx(USUAL.rises * 60, abs=5)
    assert day.bed == pytest.approx(-2 * 60, abs=10)
    assert (day.stirs, day.night_bathroom) == (1, 1)
    assert (day.meals, day.meals_possible) == (3, 3)
    assert day.outings == 1
    assert day.day_bathroom == pytest.approx(4 * 12 / 16.6, abs=0.3)
    assert day.movement is not None
    assert 0.3 < day.movement < 0.8
    assert day.judged_hours == 24


def test_what_was_never_seen_is_none_and_not_nothing() -> None:
    poor = [one for one in LIFE if one.room in {"bedroom", "living-room"}]
    day = day_in(drawn(poor, DAYS), 13)
    assert (day.meals, day.meals_possible, day.outings) == (None, None, None)
    assert (day.night_bathroom, day.day_bathroom) == (None, None)
    assert (day.movement, day.bouts) == (None, None)
    assert day.rises == day_in(PICTURES, 13).rises


def test_a_meal_that_was_not_made_is_missing_and_a_glass_of_water_is_none() -> None:
    skips = a_life(DAYS, from_day(13, lambda told: replace(told, meals=(7.0, 18.0))))
    assert day_in(drawn(skips, DAYS), 13).meals == 2
    assert day_in(drawn([*skips, moved(at(13, 12.1))], DAYS), 13).meals == 2


def test_a_meal_that_she_has_elsewhere_is_not_missing() -> None:
    lunches_out = a_life(DAYS, from_day(13, lambda told: replace(told, meals=(7.0, 18.0), outings=((10.5, 14.5),))))
    day = day_in(drawn(lunches_out, DAYS), 13)
    assert (day.meals, day.meals_possible) == (2, 2)


def test_meals_are_looked_for_at_her_own_hours() -> None:
    late = a_life(DAYS, lambda day: replace(usual(day), rises=9.0, to_bed=23.5, meals=(10.0, 14.0, 19.5)))
    day = day_in(drawn(late, DAYS), 13)
    assert (day.meals, day.meals_possible) == (3, 3)


def test_who_turns_over_often_is_restless_and_who_gets_up_is_too() -> None:
    restless = a_life(DAYS, from_day(13, lambda told: replace(told, stirs=(1.0, 3.0, 4.0), trips=(*told.trips, 3.5))))
    day = day_in(drawn(restless, DAYS), 13)
    assert (day.stirs, day.night_bathroom) == (5, 2)


@pytest.mark.parametrize("hours", [3, 5])
def test_a_day_with_a_hole_of_four_hours_is_not_judged(hours: int) -> None:
    hole = (span(at(13, 13), at(13, 13 + hours)),)
    day = day_in(drawn(LIFE, DAYS, hole), 13)
    assert day.judged_hours == 24 - hours
    assert (day.meals is None, day.outings is None, day.movement is None) == (hours > 4,) * 3


def test_a_night_away_from_home_is_no_night_of_hers() -> None:
    away = a_life(DAYS, from_day(13, lambda told: replace(told, outings=((14.0, 23.9),), to_bed=13.9), 14))
    away = [one for one in away if not at(13, 14.01) < one.at < at(14, 11)]
    day = day_in(drawn(away, DAYS), 14)
    assert (day.rises, day.stirs, day.night_bathroom) == (None, None, None)


def test_sensors_that_died_are_not_a_day_in_bed() -> None:
    dead = [one for one in LIFE if not at(12, 22.5) < one.at < at(15, 9)]
    pictures = drawn(dead, DAYS)
    assert pictures.judged_hours[13] == pytest.approx(12.0, abs=1)
    assert pictures.judged_hours[14] == 0
    assert day_in(pictures, 13).movement is None
    assert day_in(pictures, 14).movement is None


def test_a_dead_battery_in_the_kitchen_is_no_forgotten_meal() -> None:
    beating = [battery(day, "kitchen-pir", "kitchen") for day in range(DAYS)]
    dead = [one for one in [*LIFE, *beating] if not (one.room == "kitchen" and one.at > at(13, 0))]
    pictures = drawn(dead, DAYS)
    assert day_in(pictures, 12).meals == 3
    assert day_in(pictures, 13).meals == 0
    assert [day_in(pictures, row).meals for row in (14, 15, 19)] == [None] * 3
    assert day_in(pictures, 15).movement is None
    assert day_in(pictures, 15).outings == 1


def test_a_button_that_dies_blinds_nothing() -> None:
    beating = [battery(day, "sos", "bedroom") for day in range(13)]
    assert same(drawn([*LIFE, *beating], DAYS), PICTURES)


@pytest.mark.parametrize("days", [5, 12, 19])
def test_a_later_day_changes_no_earlier_picture(days: int) -> None:
    now = at(days, 0)
    chance = random.Random(days)  # noqa: S311 - a shuffle, not a secret
    past = [one for one in LIFE if one.at < now]
    later = [one for one in LIFE if one.at >= now and chance.random() < 0.4]
    assert same(drawn(past, days), PICTURES, days)
    assert same(drawn([*past, *later], DAYS), PICTURES, days)


def test_the_order_within_a_second_and_of_arrival_changes_nothing() -> None:
    crowd = [*LIFE, *(moved(one.at + timedelta(milliseconds=300), "bathroom") for one in LIFE[::7])]
    backwards = sorted(crowd, key=lambda one: (one.at.replace(microsecond=0), one.room), reverse=True)
    assert same(drawn(crowd, DAYS), drawn(backwards, DAYS))


@pytest.mark.parametrize("begin", ["2026-03-16", "2026-10-12"], ids=["forward", "back"])
def test_days_on_which_the_clock_is_set_are_days_like_others(begin: str) -> None:
    monday = datetime.fromisoformat(begin).replace(tzinfo=ZoneInfo("Europe/Berlin"))
    pictures = drawn(a_life(DAYS, begin=monday), DAYS, begin=monday)
    sunday, other = day_in(pictures, 13), day_in(PICTURES, 13)
    assert (sunday.meals, sunday.outings) == (other.meals, other.outings)
    assert sunday.rises == other.rises


def test_nothing_known_is_no_day_and_a_single_day_is_one() -> None:
    assert len(drawn([], DAYS)) == 0
    assert len(drawn(LIFE, 0)) == 0
    one = drawn(LIFE, 1)
    assert len(one) == 1
    assert (day_in(one, 0).rises, day_in(one, 0).meals, day_in(one, 0).outings) == (None, None, None)


def test_two_who_live_together_are_drawn_as_one() -> None:
    other = a_life(DAYS, lambda day: replace(usual(day), rises=8.0, outings=((14.0, 15.0),), trips=(4.0, 12.0)))
    day = day_in(drawn([*LIFE, *other], DAYS), 13)
    assert day.outings is not None
    assert day.night_bathroom == 2


def test_holes_in_the_history_leave_days_that_are_not_known() -> None:
    holey = [one for one in LIFE if not at(4, 0) <= one.at < at(8, 0)]
    pictures = drawn(holey, DAYS)
    assert len(pictures) == DAYS
    assert np.isnan(pictures.movement[5:8]).all()
    assert day_in(pictures, 13).meals == 3


def test_an_outing_is_counted_on_its_day() -> None:
    doors = [left(at(13, 15.0)), left(at(13, 16.0)), moved(at(13, 16.05), "living-room")]
    twice = [*(one for one in LIFE if not at(13, 14.99) < one.at < at(13, 16.01)), *doors]
    assert [day_in(drawn(twice, DAYS), row).outings for row in (12, 13, 14)] == [1, 2, 1]
