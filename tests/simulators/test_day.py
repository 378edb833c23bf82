"""The days of simulated residents have a rhythm that could be somebody's."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from itertools import pairwise
from statistics import mean

import pytest

from simulators.day import DAY_BEGINS, DAY_ENDS, Doing, Plan, plan_day
from simulators.persona import Persona, Temper, persona_of, weakened
from tests.simulators.homes import SEED, days_from

SPRING = date(2026, 3, 2)
HOMES = [f"home-{number}" for number in range(40)]
STAYS_AT_HOME = replace(persona_of(SEED, "mei"), travels_per_week=0.0, forgets=0.0, dawdles=0.0)


def plans(persona: Persona, first: date = SPRING, count: int = 200, by: tuple[time, ...] = ()) -> list[Plan]:
    return [plan_day(persona, SEED, "mei", day, by) for day in days_from(first, count)]


def everybody() -> Iterator[tuple[str, Persona]]:
    for home in HOMES:
        yield home, persona_of(SEED, home)


def test_a_day_is_whole_without_gap_or_overlap() -> None:
    for home, persona in everybody():
        for day in days_from(SPRING, 30):
            stays = plan_day(persona, SEED, home, day).stays
            assert (stays[0].start, stays[-1].end) == (DAY_BEGINS, DAY_ENDS)
            assert all(before.end == after.start for before, after in pairwise(stays))
            assert all(stay.end > stay.start for stay in stays)


def test_the_same_day_is_always_the_same_and_no_other_day_is_needed() -> None:
    week = [plan_day(STAYS_AT_HOME, SEED, "mei", day) for day in days_from(SPRING, 7)]
    assert plan_day(STAYS_AT_HOME, SEED, "mei", SPRING + timedelta(days=6)) == week[6]
    assert week[0] != week[1]


def test_other_homes_and_other_seeds_live_other_days() -> None:
    told = {plan_day(STAYS_AT_HOME, seed, home, SPRING) for seed in (1, 2) for home in ("mei", "bo")}
    assert len(told) == 4


def test_residents_differ_in_their_tempers() -> None:
    tempers = {persona_of(SEED, f"home-{number}").temper for number in range(200)}
    assert tempers == set(Temper)


def test_getting_up_varies_from_day_to_day_around_her_habit() -> None:
    rises = [plan.rises for plan in plans(STAYS_AT_HOME, count=60) if plan.rises is not None]
    assert abs(mean(rises) - STAYS_AT_HOME.rises) < 0.5
    assert 0.3 < max(rises) - min(rises) < 3


def test_she_gets_up_later_in_winter() -> None:
    def usual(first: date) -> float:
        return mean(plan.rises for plan in plans(STAYS_AT_HOME, first, 60) if plan.rises is not None)

    assert 0.3 < usual(date(2025, 12, 15)) - usual(date(2026, 6, 1)) < 0.9


def test_she_sleeps_at_night_but_for_short_trips() -> None:
    slept = [hours_of(plan, Doing.SLEEP) for _, persona in everybody() for plan in plans(persona, count=5)]
    assert 5 < mean(slept) < 10
    trips = [
        trip
        for plan in plans(replace(STAYS_AT_HOME, night_trips=2.0), count=60)
        for trip, after in pairwise(plan.stays)
        if trip.room == "bathroom" and after.doing is Doing.SLEEP and trip.end < 6
    ]
    assert 20 < len(trips) < 80
    assert max(trip.end - trip.start for trip in trips) < 0.2


def test_she_eats_three_times_most_days() -> None:
    meals = [sum(stay.doing is Doing.COOK for stay in plan.stays) for plan in plans(STAYS_AT_HOME)]
    assert mean(meals) > 2.7
    assert max(meals) == 3


def test_errands_fall_on_her_own_weekdays() -> None:
    shopper = replace(STAYS_AT_HOME, errands=frozenset({1, 4}), outings=0.0)
    out = {day.weekday() for day in days_from(SPRING, 28) if goes_out(plan_day(shopper, SEED, "mei", day))}
    assert out == {1, 4}


def test_every_outing_goes_through_the_front_door() -> None:
    for plan in plans(persona_of(SEED, "mei")):
        for stay in plan.stays:
            if stay.doing is Doing.OUT:
                edges = {edge for edge in (stay.start, stay.end) if DAY_BEGINS < edge < DAY_ENDS}
                assert edges <= set(plan.doors)


def test_guests_come_in_by_the_door_more_often_at_the_weekend() -> None:
    popular = replace(STAYS_AT_HOME, visits_per_week=2.5)
    visited = [
        day.weekday() >= 5
        for day in days_from(SPRING, 350)
        if any(stay.doing is Doing.RECEIVE for stay in plan_day(popular, SEED, "mei", day).stays)
    ]
    assert 1.5 < len(visited) / 50 < 3
    assert visited.count(True) / 2 > visited.count(False) / 5


def test_somebody_who_travels_is_away_for_whole_nights_and_then_comes_back() -> None:
    traveller = replace(STAYS_AT_HOME, travels_per_week=1.0)
    days = plans(traveller, count=70)
    away = [plan for plan in days if [stay.doing for stay in plan.stays] == [Doing.OUT]]
    assert 5 <= len(away) <= 25
    assert sum(plan.stays[-1].doing is Doing.OUT and len(plan.stays) > 1 for plan in days) == 10
    assert sum(plan.stays[0].doing is Doing.OUT and len(plan.stays) > 1 for plan in days) == 10


def test_check_ins_come_before_they_are_due_when_she_is_reliable() -> None:
    for plan in plans(replace(STAYS_AT_HOME, errands=frozenset(), outings=0.0), by=(time(9, 30), time(20))):
        morning, evening = plan.check_ins
        assert 8.5 < morning < 9.5
        assert 19 < evening < 20


@pytest.mark.parametrize(("forgets", "dawdles", "missed", "late"), [(0.2, 0.0, 0.2, 0.0), (0.0, 0.3, 0.0, 0.3)])
def test_check_ins_are_missed_and_late_as_often_as_she_forgets(
    forgets: float, dawdles: float, missed: float, late: float
) -> None:
    persona = replace(STAYS_AT_HOME, forgets=forgets, dawdles=dawdles, errands=frozenset(), outings=0.0)
    pressed = [plan.check_ins for plan in plans(persona, count=600, by=(time(9, 30),))]
    assert abs(sum(not times for times in pressed) / 600 - missed) < 0.05
    assert abs(sum(hour > 9.5 for times in pressed for hour in times) / 600 - late) < 0.05


def test_nobody_presses_the_button_asleep_or_out() -> None:
    for home, persona in everybody():
        for day in days_from(SPRING, 20):
            plan = plan_day(persona, SEED, home, day, (time(7), time(9), time(15), time(16)))
            for hour in plan.check_ins:
                assert doing_at(plan, hour) not in {Doing.OUT, Doing.SLEEP, Doing.NAP}


def test_who_loses_strength_does_less() -> None:
    def awake(persona: Persona) -> float:
        return mean(24 - hours_of(plan, Doing.SLEEP) - hours_of(plan, Doing.NAP) for plan in plans(persona))

    well = replace(STAYS_AT_HOME, errands=frozenset({0, 2, 4}), outings=0.5)
    weak = weakened(well, 0.6)
    assert awake(weak) < awake(well) - 1
    assert sum(goes_out(plan) for plan in plans(weak)) < 0.6 * sum(goes_out(plan) for plan in plans(well))
    assert weakened(well, 0.0) == well


def goes_out(plan: Plan) -> bool:
    return any(stay.doing is Doing.OUT for stay in plan.stays)


def doing_at(plan: Plan, hour: float) -> Doing:
    return next(stay.doing for stay in plan.stays if stay.start <= hour < stay.end)


def hours_of(plan: Plan, doing: Doing) -> float:
    return sum(stay.end - stay.start for stay in plan.stays if stay.doing is doing)
