"""A sensor that speaks in an empty home is found out, and does not hide a collapse for ever."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from linli.signals import Kind, Signal
from models.habits.calendar import day_of
from models.habits.customs import Customs
from models.habits.learner import learn
from models.habits.model import model_from_json, model_to_json
from models.habits.nervous import calm, nervous_of
from models.habits.prior import shipped_prior
from models.habits.signs import signs_of
from models.personal import Personal
from tests.models.habits.lives import DAYS, WEEKS_LATER, ZONE, a_life, going_out, history, hours, pulsing
from tests.models.habits.models import a_model
from tests.models.vigil import HOME, found, left, moved, quiet_home, see, signal

TODAY = day_of(WEEKS_LATER, ZONE)
NERVOUS = "bathroom-pir"
MODEL = replace(a_model(line=200), customs=Customs(nervous=(NERVOUS,)))


def nervous(signals: list[Signal]) -> tuple[str, ...]:
    return nervous_of(signs_of(signals, ZONE), TODAY)


def test_a_sensor_that_speaks_each_hour_while_she_is_out_is_nervous() -> None:
    assert nervous([*going_out(), *pulsing(1)]) == (NERVOUS,)


@pytest.mark.parametrize("every", [5, 10, 24], ids=["4.8 ghosts a day", "2.4 ghosts a day", "one a day"])
def test_a_sensor_that_speaks_now_and_then_is_believed(every: float) -> None:
    assert nervous([*going_out(), *pulsing(every)]) == ()


def test_a_handful_of_pulses_says_nothing_yet() -> None:
    def after_three_days(every: float) -> tuple[str, ...]:
        signals = [one for one in [*going_out(), *pulsing(every)] if one.at < hours(3, 0)]
        return nervous_of(signs_of(signals, ZONE), day_of(hours(3, 0), ZONE))

    assert after_three_days(2) == ()
    assert after_three_days(1) == (NERVOUS,)


def test_a_life_in_all_its_rooms_makes_no_sensor_nervous() -> None:
    assert nervous(going_out()) == ()


def test_who_is_never_out_has_no_sensor_that_could_be_told_to_be_nervous() -> None:
    assert nervous([*a_life(), *pulsing(1)]) == ()


def test_an_absence_that_something_inside_ended_may_have_been_none() -> None:
    unseen = [one for one in going_out() if one.room != "entrance" or one.at.astimezone(ZONE).hour != 14]
    assert len(unseen) < len(going_out())
    assert nervous([*unseen, *pulsing(1)]) == ()


def test_of_a_home_with_hardly_another_sensor_every_sign_is_believed() -> None:
    few = [one for one in going_out() if one.room in {"entrance", "kitchen", "bathroom"}]
    assert nervous([*few, *pulsing(1)]) == ()


def test_a_sensor_by_which_she_does_something_is_believed() -> None:
    pressed = signal(HOME, NERVOUS, Kind.BUTTON, "single", hours(18, 9), "bathroom")
    assert nervous([*going_out(), *pulsing(1), pressed]) == ()


def test_a_sensor_that_was_mended_is_believed_again_within_two_weeks() -> None:
    mended = [*going_out(), *pulsing(1, last_day=DAYS - 14)]
    assert nervous(mended) == ()
    assert nervous([*going_out(), *pulsing(1, last_day=DAYS - 9)]) == (NERVOUS,)


def believed(*signals: Signal) -> list[datetime]:
    signs = calm(signs_of(signals, ZONE), [NERVOUS])
    return [one.at for one in signals if int(one.at.timestamp()) in set(signs.at.tolist())]


def test_at_home_a_nervous_sensor_is_believed_for_ten_minutes_after_another() -> None:
    kitchen, near, far = moved(hours(0, 9)), moved(hours(0, 9.1), "bathroom"), moved(hours(0, 9.5), "bathroom")
    assert believed(kitchen, near, far) == [kitchen.at, near.at]


def test_what_it_says_in_an_empty_home_begins_a_doubt() -> None:
    kitchen, out, pulse = moved(hours(0, 9)), left(hours(0, 9.1)), moved(hours(0, 11), "bathroom")
    assert believed(kitchen, out, pulse) == [kitchen.at, out.at, pulse.at]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([1, 8, 10, 11, 16, 60, 300]),
            st.sampled_from(["bathroom", "bathroom", "kitchen", "bedroom", "entrance"]),
        ),
        min_size=1,
        max_size=25,
    )
)
@example(life=[(1, "kitchen"), (8, "bathroom"), (8, "bathroom"), (11, "bathroom")])
def test_live_the_same_signs_are_believed_as_in_learning(life: list[tuple[int, str]]) -> None:
    passed = np.cumsum([minutes for minutes, _ in life]).tolist()
    signals = [moved(hours(0, 6) + timedelta(minutes=at), room) for at, (_, room) in zip(passed, life, strict=True)]
    live = Personal(MODEL)
    seen = [
        one.at
        for one in signals
        if live.see(round(one.at.timestamp() * 1000), one.device, "motion on", one.room, is_placed=True)
    ]
    assert seen == believed(*signals)


def test_learned_with_hourly_pulses_her_line_is_nearly_as_long_as_without_them() -> None:
    still = learn(history(going_out()), shipped_prior(), 1.0, WEEKS_LATER, ZONE)
    pulses = learn(history([*going_out(), *pulsing(1)]), shipped_prior(), 1.0, WEEKS_LATER, ZONE)
    assert pulses.customs.nervous == (NERVOUS,)
    assert float(np.abs(pulses.table - still.table).mean()) < 20


def test_a_model_keeps_which_sensors_are_nervous() -> None:
    assert model_from_json(model_to_json(MODEL)).customs.nervous == (NERVOUS,)


def test_a_collapse_is_found_at_her_line_though_a_nervous_sensor_goes_on_speaking() -> None:
    watch = quiet_home()
    watch.take_model(HOME, MODEL)
    see(watch, moved(hours(0, 9)), moved(hours(0, 9.05), "bedroom"))
    see(watch, *(moved(hours(0, 9.5 + number), "bathroom") for number in range(4)))
    assert not found(watch, hours(0, 9.05) + timedelta(minutes=199))
    assert found(watch, hours(0, 9.05) + timedelta(minutes=201))


def test_its_pulse_is_no_answer_to_the_question_whether_she_is_well() -> None:
    watch = quiet_home()
    watch.take_model(HOME, MODEL)
    assert watch.see(moved(hours(0, 9)))
    assert not watch.see(moved(hours(0, 9.5), "bathroom"))
    assert not watch.see(moved(hours(0, 9.5), "bathroom")), "nor when it is delivered again"
    assert watch.see(signal(HOME, NERVOUS, Kind.BUTTON, "single", hours(0, 9.6), "bathroom"))
