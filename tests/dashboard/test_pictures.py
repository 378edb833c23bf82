"""The day and the weeks of a home as pictures: what was heard stands where it was heard, and nothing else does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.dial import CENTRE, RADIUS, arc, dial_of
from dashboard.strip import signs_of
from linli.home_state import Next
from linli.signals import Kind, Signal, Value
from tests.cast import EIGHT, HOUR, MEI, MINUTE

SHANGHAI = MEI.zone
NOON = EIGHT + 4 * HOUR


def sign(at: datetime, room: str = "kitchen", kind: Kind = Kind.MOTION, value: Value = "on") -> Signal:
    """Return something that was heard."""
    return Signal(MEI.home, "d", kind, value, at, at, at.isoformat(), room=room)


def test_the_hand_points_up_at_noon() -> None:
    outer, inner = dial_of([], Next(), NOON, SHANGHAI).hand

    assert (outer.x, inner.x) == (CENTRE, CENTRE)
    assert outer.y < inner.y < CENTRE


def test_each_half_hour_since_midnight_has_one_dot_larger_for_more_signs() -> None:
    signs = [EIGHT - HOUR + n * MINUTE for n in range(20)] + [EIGHT + MINUTE]
    dots = dial_of(signs, Next(), NOON, SHANGHAI).dots

    assert len(dots) == 25
    loud = [index for index, dot in enumerate(dots) if dot.size > 2]
    assert loud == [14, 16]
    assert dots[14].size > dots[16].size


def test_signs_of_yesterday_are_not_on_todays_dial() -> None:
    dots = dial_of([EIGHT - 9 * HOUR], Next(), EIGHT, SHANGHAI).dots

    assert all(dot.size < 2 for dot in dots)


def test_what_is_to_come_stands_at_its_hour_and_two_marks_can_be_told_apart() -> None:
    dial = dial_of([], Next(NOON + HOUR, None, NOON + 3 * HOUR, NOON + 3 * HOUR + 5 * MINUTE), NOON, SHANGHAI)

    assert dial.waiting is not None
    assert dial.expected is not None
    assert dial.asks is not None
    assert dial.calls is not None
    assert (dial.calls.x - dial.asks.x) ** 2 + (dial.calls.y - dial.asks.y) ** 2 > 20**2


@pytest.mark.parametrize("away", [timedelta(hours=-1), timedelta(hours=25)])
def test_what_lies_beyond_the_dial_is_not_drawn_on_it(away: timedelta) -> None:
    dial = dial_of([], Next(asks_at=NOON + away, expected_by=NOON + away), NOON, SHANGHAI)

    assert (dial.asks, dial.expected, dial.waiting) == (None, None, None)


def test_an_arc_of_more_than_half_the_day_goes_the_long_way() -> None:
    assert arc(18, 24) == f"M{CENTRE + RADIUS} {CENTRE}A112 112 0 0 1 {CENTRE} {CENTRE + RADIUS}"
    assert " 0 1 1 " in arc(6, 22)


def test_only_signs_of_life_are_drawn() -> None:
    heard = [sign(EIGHT), sign(EIGHT, value="off"), sign(EIGHT, kind=Kind.POWER, value=40.0)]

    assert signs_of(heard) == [heard[0]]


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_on_the_days_on_which_the_clocks_change_the_dial_is_drawn(day: datetime) -> None:
    berlin = ZoneInfo("Europe/Berlin")

    assert dial_of([day + hours * HOUR for hours in range(20)], Next(), day + 20 * HOUR, berlin).dots
