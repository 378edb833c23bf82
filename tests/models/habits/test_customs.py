"""What is learned of a home besides its silence: its bathroom, its nights, its readings."""

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import numpy as np
import pytest

from linli.signals import BloodPressure, Kind, Signal
from models.habits.customs import UNKNOWN, Customs, Range
from models.habits.learner import learn
from models.habits.model import BadModel, model_from_json, model_to_json
from models.habits.nights import sleeps_of
from models.habits.prior import shipped_prior
from models.habits.ranges import is_far_outside, readings_of
from models.habits.signs import signs_of
from models.habits.silences import Span
from tests.models.habits.lives import DAYS, MONDAY, WEEKS_LATER, ZONE, a_life, history, hours, span
from tests.models.vigil import left, moved, signal

PRIOR = shipped_prior()


def customs(
    signals: list[Signal], now: datetime = WEEKS_LATER, *, budget: float = 1.0, untaught: tuple[Span, ...] = ()
) -> Customs:
    told = replace(history(signals, untaught), readings=readings_of(signals))
    return learn(told, PRIOR, budget, now, ZONE).customs


def visits(days: int, minutes: float = 5, clock: float = 11.0, *, every: int = 1) -> list[Signal]:
    """Return a life in which she goes to the bathroom from the kitchen and comes back some minutes later."""
    signals = []
    for day in range(days):
        length = minutes if day % every == 0 else 5
        signals += [
            moved(hours(day, clock - 0.1)),
            moved(hours(day, clock), "bathroom"),
            moved(hours(day, clock + length / 60)),
        ]
    return signals


def later(days: int) -> datetime:
    return MONDAY + timedelta(days=days)


# the bathroom


def test_on_the_first_day_the_line_is_that_of_other_homes() -> None:
    assert customs([], MONDAY).bathroom_by_day.limit == 104
    assert customs([], MONDAY).bathroom_by_night.limit == 0


def test_the_line_of_short_stays_grows_shorter_as_more_of_them_are_known() -> None:
    lines = [customs(visits(days), later(days)).bathroom_by_day.limit for days in (0, 7, 20, 50)]

    assert lines == [104, 80, 60, 45]


def test_it_is_at_least_half_as_long_again_as_her_longest_stay() -> None:
    assert customs(visits(50, minutes=60, every=40), later(50)).bathroom_by_day.limit == 90


def test_where_long_stays_are_seen_the_bathroom_says_nothing() -> None:
    """Who leaves the bathroom there is not seen: the next room has no sensor, or she goes out unseen."""
    assert customs(visits(50, minutes=150, every=40), later(50)).bathroom_by_day.limit == 0


def test_by_night_it_takes_eighty_nights_on_which_nobody_went_to_bed_unseen() -> None:
    lines = [customs(visits(days, clock=22.0), later(days)).bathroom_by_night.limit for days in (79, 80)]
    assert lines == [0, 45]

    to_bed = [moved(hours(79, 22.0), "bathroom"), moved(hours(80, 6.5), "kitchen")]
    assert customs([*visits(79, clock=22.0), *to_bed], later(85)).bathroom_by_night.limit == 0


def test_what_happens_after_midnight_says_nothing_of_the_day() -> None:
    assert customs(visits(50, minutes=150, clock=2.0, every=40), later(50)).bathroom_by_day.limit == 104


def test_who_wants_hardly_any_false_alerts_has_no_line() -> None:
    assert customs(visits(7), later(7), budget=5e-324).bathroom_by_day.limit == 0


def test_a_greater_budget_makes_it_shorter() -> None:
    lines = [customs(visits(7), later(7), budget=budget).bathroom_by_day.limit for budget in (0.5, 1, 2)]

    assert lines == sorted(lines, reverse=True)
    assert len(set(lines)) == 3


def test_a_stay_that_was_a_fall_is_no_habit() -> None:
    fell, found = hours(30, 14), hours(30, 17)
    signals = [*visits(50), moved(fell - timedelta(minutes=2)), moved(fell, "bathroom"), moved(found)]

    assert customs(signals, later(50)).bathroom_by_day.limit == 0
    assert customs(signals, later(50), untaught=(span(fell, found),)).bathroom_by_day.limit == 45


def test_who_goes_out_from_the_bathroom_has_not_stayed_in_it() -> None:
    out = [moved(hours(3, 14), "bathroom"), left(hours(3, 14.1)), left(hours(3, 17)), moved(hours(3, 17.01))]

    assert customs([*visits(20), *out], later(20)).bathroom_by_day.limit == 60


def test_a_pulse_in_the_bathroom_of_an_empty_home_is_no_stay() -> None:
    out = [left(hours(3, 14)), moved(hours(3, 16), "bathroom"), moved(hours(3, 19), "hall"), moved(hours(3, 19.1))]

    assert customs([*visits(20), *out], later(20)).bathroom_by_day.limit == 60


def test_it_is_said_what_she_seldom_exceeds_once_twenty_stays_are_known() -> None:
    assert customs(visits(19), later(19)).bathroom_by_day.usual == 0
    assert customs(visits(20), later(20)).bathroom_by_day.usual == 5


# the nights


def test_her_night_is_when_she_is_not_up_on_half_of_the_days() -> None:
    assert customs(a_life(busy_minutes=5)).sleeps == (22 * 60, 6 * 60)
    assert customs(a_life(busy_minutes=5)[:400]).sleeps is None


def test_a_late_riser_who_goes_to_bed_after_midnight_has_a_night_of_her_own() -> None:
    signals = [moved(hours(day, 5 + minutes / 60)) for day in range(DAYS) for minutes in range(0, 20 * 60, 10)]

    assert customs(signals).sleeps == (60, 5 * 60)


def test_who_is_up_at_half_past_two_has_no_night_that_could_be_told() -> None:
    signals = [moved(hours(day, quarter / 4)) for day in range(DAYS) for quarter in range(4 * 24)]

    assert sleeps_of(signs_of(signals, ZONE)) is None


def test_how_often_the_exit_is_used_at_an_hour_counts_nights_not_signs() -> None:
    life = a_life()
    dog = [left(hours(day, clock)) for day in (12, 13, 14) for clock in (23.4, 23.5)]
    known = customs([*life, *dog])

    assert known.nights == DAYS
    assert (known.nights_out[47], known.nights_out[1], known.nights_out[4]) == (3, 3, 0)


def test_before_and_after_midnight_are_one_night() -> None:
    late = [left(hours(12, 23.9)), left(hours(13, 0.1))]

    assert customs([*a_life(), *late]).nights_out[47] == 1


def test_what_she_did_more_than_four_weeks_ago_is_no_habit_of_hers() -> None:
    dog = [left(hours(day, 23.4)) for day in (1, 2, 3)]
    life = a_life(40)

    assert customs([*life, *dog], later(20)).nights_out[47] == 3
    assert customs([*life, *dog], later(40)).nights_out[47] == 0


# the readings


def measured(days: int, kind: Kind = Kind.HEART_RATE, each: int = 2) -> list[Signal]:
    chance = np.random.default_rng(3)
    return [
        signal("home-8", "cuff", kind, round(70 + 4 * float(chance.normal())), hours(day, 8 + number))
        for day in range(days)
        for number in range(each)
    ]


def test_a_range_is_known_from_fourteen_readings_on_seven_days() -> None:
    assert customs(measured(7), later(7)).ranges.keys() == {"heart_rate"}
    assert customs(measured(6, each=3), later(6)).ranges == {}
    assert customs(measured(13, each=1), later(13)).ranges == {}


def test_one_slipped_cuff_does_not_move_the_range() -> None:
    slipped = signal("home-8", "cuff", Kind.HEART_RATE, 180.0, hours(8, 8))
    usual = customs(measured(20), later(21)).ranges["heart_rate"]
    with_it = customs([*measured(20), slipped], later(21)).ranges["heart_rate"]

    assert abs(with_it.high - usual.high) <= 2
    assert is_far_outside(Kind.HEART_RATE, 180, with_it)
    assert not is_far_outside(Kind.HEART_RATE, 85, with_it)


def test_of_a_blood_pressure_the_systolic_counts() -> None:
    readings = [
        signal("home-8", "cuff", Kind.BLOOD_PRESSURE, BloodPressure(130.0, 70.0), hours(day, 8)) for day in range(14)
    ]

    assert customs(readings, later(14)).ranges["blood_pressure"] == Range(130, 130)


# kept


def test_customs_come_back_from_json_as_they_were() -> None:
    model = learn(replace(history(a_life()), readings=readings_of(measured(10))), PRIOR, 1.0, WEEKS_LATER, ZONE)

    assert model_from_json(model_to_json(model)).customs == model.customs


def test_a_model_from_before_there_were_customs_is_read() -> None:
    record = msgspec.json.decode(model_to_json(learn(history([]), PRIOR, 1.0, MONDAY, ZONE)))
    del record["customs"]

    assert model_from_json(msgspec.json.encode(record)).customs == UNKNOWN


@pytest.mark.parametrize(
    "changed",
    [
        {"nights_out": [1, 2]},
        {"sleeps": [0, 2000]},
        {"bathroom_by_day": {"limit": -5}},
        {"ranges": {"spo2": {"low": 90, "high": 80}}},
        {"ranges": 4},
    ],
)
def test_customs_that_are_not_sound_are_refused(changed: dict[str, object]) -> None:
    record = msgspec.json.decode(model_to_json(learn(history([]), PRIOR, 1.0, MONDAY, ZONE)))
    record["customs"] |= changed

    with pytest.raises(BadModel):
        model_from_json(msgspec.json.encode(record))
