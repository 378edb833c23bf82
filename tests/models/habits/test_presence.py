"""Whether somebody is at home, as far as can be told."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.habits.presence import START, Presence, Trace, follow, whereabouts_of
from models.habits.signs import Signs

HOUR, MINUTE = 3600, 60
IN, OUT, DOUBT, ARRIVING = Presence.IN, Presence.OUT, Presence.DOUBT, Presence.ARRIVING


@dataclass(frozen=True, slots=True)
class Sign:
    at: int
    device: int = 1
    word: int = 0
    is_exit: bool = False
    is_placed: bool = True


def door(at: float, word: int = 0) -> Sign:
    return Sign(int(at), device=0, word=word, is_exit=True)


def inside(at: float, device: int = 1) -> Sign:
    return Sign(int(at), device)


def traced(*signs: Sign) -> list[Trace]:
    trace, traces = START, []
    for s in signs:
        trace = follow(trace, s.at, s.device, s.word, is_exit=s.is_exit, is_placed=s.is_placed)
        traces.append(trace)
    return traces


def presence(*signs: Sign) -> Presence:
    return traced(*signs)[-1].presence


def columns(signs: list[Sign]) -> Signs:
    at = np.array([s.at for s in signs], dtype=np.int64)
    return Signs(
        at,
        at / 60.0,
        np.array([s.device for s in signs], dtype=np.int64),
        np.array([s.word for s in signs], dtype=np.int64),
        np.zeros(len(signs), dtype=np.int64),
        np.array([s.is_exit for s in signs], dtype=np.bool_),
        np.array([s.is_placed for s in signs], dtype=np.bool_),
        np.zeros(len(signs), dtype=np.bool_),
    )


def test_after_the_exit_she_is_out() -> None:
    assert presence(inside(0), door(60)) is OUT


def test_whoever_takes_in_the_parcel_and_turns_round_is_in() -> None:
    assert presence(inside(0), door(60), inside(3 * MINUTE)) is IN


def test_one_pulse_in_an_empty_home_does_not_say_that_she_is_back() -> None:
    assert presence(inside(0), door(60), inside(2 * HOUR)) is DOUBT


def test_two_devices_within_half_an_hour_say_that_she_is_back() -> None:
    assert presence(door(0), inside(2 * HOUR, 1), inside(2 * HOUR + 29 * MINUTE, 2)) is IN
    assert presence(door(0), inside(2 * HOUR, 1), inside(2 * HOUR + 31 * MINUTE, 2)) is DOUBT


def test_six_signs_of_one_device_within_an_hour_say_that_she_is_back() -> None:
    first = 2 * HOUR
    assert presence(door(0), *(inside(first + n * 11 * MINUTE) for n in range(6))) is IN
    assert presence(door(0), *(inside(first + n * 13 * MINUTE) for n in range(6))) is DOUBT


def test_who_comes_home_and_falls_behind_the_door_does_not_count_as_out() -> None:
    assert presence(inside(0), door(60), door(2 * HOUR)) is ARRIVING


def test_who_brings_the_rubbish_down_and_falls_behind_the_door_does_not_count_as_out() -> None:
    assert presence(inside(0), door(60), door(60 + 4 * MINUTE)) is OUT
    assert presence(inside(0), door(60), door(60 + 6 * MINUTE)) is ARRIVING


def test_opening_and_closing_the_door_is_one_leaving_not_a_coming_back() -> None:
    assert presence(inside(0), door(60), door(65, 1)) is OUT


def test_who_came_home_unseen_and_uses_the_exit_again_is_out() -> None:
    assert presence(door(0), door(2 * HOUR), door(3 * HOUR)) is OUT


def test_the_exit_after_lone_pulses_may_be_her_coming_home() -> None:
    assert presence(door(0), inside(2 * HOUR), door(4 * HOUR)) is ARRIVING


def test_a_heartbeat_on_the_way_does_not_bring_her_home() -> None:
    assert presence(door(0), Sign(2 * HOUR, 9, is_placed=False)) is OUT


def test_a_late_sign_changes_nothing() -> None:
    traces = traced(inside(HOUR), door(2 * HOUR), inside(30))
    assert traces[-1] == traces[-2]


def test_a_lone_pulse_is_not_sure_and_what_another_device_bears_out_is() -> None:
    assert [t.is_sure for t in traced(inside(0), inside(HOUR), inside(HOUR + 60, 2))] == [False, False, True]


def test_a_sensor_that_flickers_bears_nothing_out_but_one_that_sees_somebody_go_on_does() -> None:
    assert not traced(inside(0), inside(30), inside(60))[-1].is_sure
    assert traced(inside(0), inside(60), inside(100))[-1].is_sure


def test_a_door_that_opens_and_closes_is_sure() -> None:
    assert traced(door(0), door(5, 1))[-1].is_sure


def test_a_press_from_a_wrist_is_sure_at_once() -> None:
    assert traced(Sign(0, is_placed=False))[-1].is_sure


def home_at(*signs: Sign) -> int | None:
    """Return when she came home, None where she did not, or is seen since."""
    found = traced(*signs)[-1].home_at
    return found if found >= 0 else None


LEFT = (inside(0), door(60))


def test_who_surely_left_comes_home_by_the_exit_also_after_a_ghost_inside() -> None:
    assert home_at(*LEFT, door(40 * HOUR)) == 40 * HOUR
    assert home_at(*LEFT, inside(30 * HOUR), door(40 * HOUR)) == 40 * HOUR
    assert home_at(*LEFT, inside(40 * HOUR)) is None


def test_who_was_seen_at_home_last_and_not_to_leave_comes_home_from_nowhere() -> None:
    assert home_at(inside(0), inside(60, 2), door(20 * HOUR), door(40 * HOUR)) is None


def test_of_lone_pulses_at_the_exit_only_the_first_can_be_a_coming_home() -> None:
    assert home_at(*LEFT, *(door(hours * HOUR) for hours in range(10, 60, 5))) == 10 * HOUR


def test_once_another_sign_bears_out_that_she_is_back_it_no_longer_matters_when_she_came() -> None:
    assert home_at(*LEFT, door(40 * HOUR), inside(40 * HOUR + 60)) is None
    assert home_at(*LEFT, door(40 * HOUR), inside(41 * HOUR)) == 40 * HOUR


any_sign = st.builds(
    lambda gap, device, word, is_placed: (gap, device, word, is_placed),
    st.one_of(st.integers(0, 200), st.integers(0, 2 * HOUR), st.sampled_from((5 * MINUTE, 15 * MINUTE))),
    st.integers(0, 3),
    st.integers(0, 1),
    st.sampled_from((True, True, True, False)),
)


@given(st.lists(any_sign, max_size=40))
def test_learning_and_the_live_path_see_the_same_presence(steps: list[tuple[int, int, int, bool]]) -> None:
    at, signs = 0, []
    for gap, device, word, is_placed in steps:
        at += gap
        signs.append(Sign(at, device, word, is_exit=device == 0 and is_placed, is_placed=is_placed))
    found = whereabouts_of(columns(signs))
    traces = traced(*signs)
    assert found.presence.tolist() == [trace.presence for trace in traces]
    # the first sign of a history counts as sure, so what is compared begins with the first that is
    sure = [n for n, trace in enumerate(traces) if trace.sure_at >= 0]
    assert found.sure_at[sure].tolist() == [traces[n].sure_at for n in sure]
    assert found.sure_presence[sure].tolist() == [traces[n].sure_presence for n in sure]
    assert found.home_at[sure].tolist() == [traces[n].home_at for n in sure]


@given(st.lists(any_sign, max_size=20), st.integers(0, 3))
def test_what_is_delivered_twice_says_nothing_more(steps: list[tuple[int, int, int, bool]], times: int) -> None:
    at, signs = 0, []
    for gap, device, word, is_placed in steps:
        at += gap + 1
        signs.append(Sign(at, device, word, is_exit=device == 0 and is_placed, is_placed=is_placed))
    again = [sign for sign in signs for _ in range(1 + times)]
    assert traced(*again)[-1:] == traced(*signs)[-1:]


def test_three_signs_delivered_twice_are_not_six() -> None:
    three = [inside(2 * HOUR + n * 11 * MINUTE) for n in range(3)]
    assert presence(door(0), *(sign for sign in three for _ in range(2))) is DOUBT


def test_the_first_sign_of_a_home_counts_as_sure_since_nothing_older_is_known() -> None:
    first = follow(START, 1000, "hall", "motion on", is_exit=False)
    assert (first.sure_at, first.is_sure) == (1000, False)
    assert follow(first, 90_000, "hall", "motion on", is_exit=False).sure_at == 1000
