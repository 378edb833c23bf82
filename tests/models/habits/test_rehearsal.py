"""What the line would have done on a past that is known: never with the help of what came after."""

from datetime import timedelta
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.signals import Signal
from models.habits.evidence import History
from models.habits.line import Asked
from models.habits.prior import shipped_prior
from models.habits.prior_making import make_prior
from models.habits.rehearsal import called_at, calls, rehearse
from tests.models.habits.lives import ZONE, a_life, going_out, history, hours, pulsing, without
from tests.models.vigil import left, moved

PRIOR = shipped_prior()
DAYS = 12
LIFE = a_life(DAYS)


def rehearsed(signals: list[Signal], budget: float = 1.0) -> tuple[History, Asked]:
    return rehearse(history(signals), PRIOR, budget, ZONE)


@settings(deadline=None, max_examples=6)
@given(st.integers(2, DAYS - 1), st.floats(0, 24), st.randoms(use_true_random=False))
def test_no_future_changes_what_was_decided_before(day: int, clock: float, chance: Random) -> None:
    cut = hours(day, clock)
    past = [signal for signal in LIFE if signal.at <= cut]
    future = [moved(cut + timedelta(hours=chance.uniform(0.01, 48)), "attic") for _ in range(30)]
    _, alone = rehearsed(past)
    _, followed = rehearsed(past + future)
    assert followed.at[: len(alone.at)].tolist() == alone.at.tolist()


def test_a_collapse_in_the_morning_is_called_by_the_evening_and_once() -> None:
    past, asked = rehearsed([signal for signal in LIFE if signal.at < hours(DAYS - 2, 9.5)])
    (call,) = calls(called_at(asked, past), past)[-1:]
    assert call.sign == len(past.signs) - 1
    assert call.at < int(hours(DAYS - 2, 19).timestamp())


def test_a_usual_life_calls_nobody() -> None:
    past, asked = rehearsed(LIFE)
    assert [call for call in calls(called_at(asked, past), past) if call.sign < len(past.signs) - 1] == []


def test_nobody_is_called_where_she_moves_within_the_five_minutes_of_the_question() -> None:
    lain = without(LIFE, hours(9, 10), hours(9, 20))
    past, asked = rehearsed(lain)
    row = int(np.searchsorted(past.signs.at, int(hours(9, 10).timestamp()))) - 1
    question = int(asked.at[row])
    stirs = hours(9, 0) + timedelta(seconds=question + 240 - int(hours(9, 0).timestamp()))
    past, asked = rehearsed([*lain, moved(stirs), moved(stirs + timedelta(minutes=1), "hall")])
    assert row not in [call.sign for call in calls(called_at(asked, past), past)]


def test_pulses_of_a_nervous_sensor_ring_once_at_the_ceiling_not_each_time() -> None:
    fell = [signal for signal in LIFE if signal.at < hours(9, 10)]
    pulses = [moved(hours(9, 12 + 1.25 * number), "attic") for number in range(20)]
    past, asked = rehearsed(fell + pulses, budget=0.01)
    rung = [call for call in calls(called_at(asked, past), past) if call.at > int(hours(9, 10).timestamp())]
    assert len(rung) == 2  # the ceiling, and the line after the last pulse
    assert rung[0].at <= int(hours(9, 22).timestamp())


def test_what_a_nervous_sensor_says_alone_puts_off_no_line_from_the_morning_on_which_it_is_found_out() -> None:
    lived = [*going_out(), *pulsing(1)]
    past, asked = rehearsed(lived)
    unheard = {one.at for one in lived if int(one.at.timestamp()) not in set(past.signs.at.tolist())}
    assert min(unheard) == hours(3, 0.4)  # after three absences of four hours
    assert {one.room for one in lived if one.at in unheard} == {"bathroom"}
    believed, again = rehearse(past, PRIOR, 1.0, ZONE)
    assert believed.signs.at.tolist() == past.signs.at.tolist()
    assert again.by_line.tolist() == asked.by_line.tolist()


def test_a_prior_is_the_same_whatever_the_order_of_the_homes_and_knows_no_home_by_itself() -> None:
    homes = {f"home-{seed}": history(a_life(8, seed=seed, wakes=6.0 + seed)) for seed in (1, 2, 3)}
    one, other = make_prior(homes), make_prior(dict(reversed(homes.items())))
    assert one.coefficients.tolist() == other.coefficients.tolist()
    assert one.exceedances.tolist() == other.exceedances.tolist()
    assert (one.homes, one.days) == (3, 24)


def test_a_prior_of_homes_that_are_out_every_noon_holds_no_gaps() -> None:
    def out_at_noon(seed: int) -> History:
        life = a_life(8, seed=seed)
        for day in range(8):
            life = [*without(life, hours(day, 11), hours(day, 15)), left(hours(day, 11)), left(hours(day, 14.99))]
        return history(life)

    prior = make_prior({"a": out_at_noon(1), "b": out_at_noon(2)})
    assert np.isfinite(prior.usual).all()
