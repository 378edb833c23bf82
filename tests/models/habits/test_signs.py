"""What of a home's signals counts as a sign of life, and in what order."""

from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from linli.clock import millis
from linli.signals import Kind, Signal
from models.habits.place import Place, place_of
from models.habits.signs import is_weekend, local_minutes, signs_of
from tests.models.habits.lives import MONDAY, ZONE, a_life, hours, lying_down
from tests.models.vigil import at, left, moved, signal


@given(st.randoms(use_true_random=False))
def test_the_order_of_what_happens_within_a_second_changes_nothing(chance: Random) -> None:
    one = [moved(hours(0, 8), room) for room in ("kitchen", "bedroom")] + [left(hours(0, 8)), left(hours(0, 9))]
    mixed = list(one)
    chance.shuffle(mixed)
    for name in ("at", "device", "word", "place", "is_exit"):
        assert np.array_equal(getattr(signs_of(one, ZONE), name), getattr(signs_of(mixed, ZONE), name))


def water(hour: float, litres: float, meter: str = "meter") -> Signal:
    return signal("home-zhao", meter, Kind.WATER, litres, hours(0, hour))


def test_water_that_runs_and_runs_is_a_sign_of_life_for_six_hours_and_again_once_it_has_stood_still() -> None:
    leak = [water(0, 0.0), *(water(hour, 2.0) for hour in range(1, 12)), water(12, 0.0), water(13, 2.0)]
    other = [water(9, 3.0, "other")]
    still = [hours(0, hour) for hour in (1, 2, 3, 4, 5, 9, 13)]

    assert signs_of([*reversed(leak), *other], ZONE).at.tolist() == [millis(one) // 1000 for one in still]


def test_of_the_exit_and_a_room_in_one_second_the_room_is_the_later() -> None:
    assert signs_of([moved(hours(0, 8)), left(hours(0, 8))], ZONE).is_exit.tolist() == [True, False]


def test_a_signal_that_is_delivered_twice_counts_once() -> None:
    assert len(signs_of([moved(hours(0, 8)), moved(hours(0, 8))], ZONE)) == 1


def test_a_sensor_that_only_says_that_it_sees_nobody_is_no_sign_of_life() -> None:
    nobody = signal("home-zhao", "pir", Kind.MOTION, "off", hours(0, 8), "kitchen")
    warm = signal("home-zhao", "thermometer", Kind.TEMPERATURE, 21.0, hours(0, 8), "kitchen")
    assert len(signs_of([nobody, warm], ZONE)) == 0


def test_a_heartbeat_from_a_wrist_is_life_but_tells_no_place() -> None:
    assert signs_of([lying_down(0, 8)], ZONE).is_placed.tolist() == [False]


def test_minutes_follow_the_wall_clock_also_when_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    moments = [datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in range(4)]
    seconds = np.array([millis(moment) // 1000 for moment in moments])
    assert (local_minutes(seconds, berlin) % 1440 / 60).tolist() == [2.5, 2.5, 3.5, 4.5]


def test_saturday_and_sunday_are_the_weekend() -> None:
    days = signs_of([moved(at(f"2026-09-{day:02} 12:00")) for day in range(7, 15)], ZONE).day
    assert is_weekend(days).tolist() == [False] * 5 + [True, True, False]


def test_what_was_known_before_a_moment_holds_nothing_of_it() -> None:
    signs = signs_of(a_life(3), ZONE)
    second = millis(hours(2, 0)) // 1000
    assert signs.before(second).at.max() < second
    assert len(signs.before(millis(MONDAY) // 1000)) == 0


def test_rooms_are_known_by_their_names_in_both_languages() -> None:
    rooms = ("master-bedroom", "卧室", "bathroom", "bedroom-bathroom", "卫生间", "living room", "客厅", "kitchen", "")
    assert [place_of(room) for room in rooms] == [
        Place.SLEEPING,
        Place.SLEEPING,
        Place.WASHING,
        Place.WASHING,
        Place.WASHING,
        Place.LIVING,
        Place.LIVING,
        Place.OTHER,
        Place.OTHER,
    ]
