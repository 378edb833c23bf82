"""When a row of days is a change: seldom by chance, soon when it is one, once an episode, and never for long."""

from collections.abc import Callable

import numpy as np
import pytest

from models.days.decline import LAG, declines
from models.days.surprise import HABIT, Bet, changes, won
from models.habits.arrays import Floats

ALWAYS: Callable[[Floats, Floats], bool] = lambda usual, changed: True  # noqa: ARG005, E731
FEWER, MORE = Bet(-1, 0.2, 300.0, ALWAYS), Bet(1, 0.25, 300.0, ALWAYS)
CALM = np.tile([3.0, 2.0, 1.0, 3.0, 2.0, 3.0, 3.0], 6)


def then(days: list[float], before: Floats = CALM) -> Floats:
    return np.append(before, days)


def found(values: Floats, bet: Bet = FEWER) -> list[int]:
    return [one.found for one in changes(values, bet)]


def test_days_that_are_alike_are_no_change() -> None:
    assert found(CALM) == []
    assert found(CALM, MORE) == []
    assert found(np.full(100, 2.0)) == []


def test_a_change_is_told_after_some_days_and_not_after_one_or_two() -> None:
    assert found(then([0.0, 0.0])) == []
    (one,) = found(then([0.0] * 6))
    assert len(CALM) + 2 <= one <= len(CALM) + 4


def test_a_change_the_other_way_is_none() -> None:
    assert found(then([9.0] * 10)) == []


def test_it_is_told_once_and_again_only_after_she_had_recovered() -> None:
    assert len(found(then([0.0] * 15))) == 1
    again = [*[0.0] * 8, *CALM[:7], *[0.0] * 8]
    assert len(found(then(again))) == 2


def test_after_three_weeks_a_new_habit_is_usual() -> None:
    new = np.array([0.0, 1.0, 0.0, 0.0, 1.0] * 12)
    assert len(found(np.append(CALM, new))) == 1
    (first, second) = changes(np.append(np.append(CALM, new), np.full(8, -1.0)), FEWER)
    assert first.usual.mean() > 2
    assert second.usual.mean() < 1
    assert len(new) > HABIT


def test_nothing_is_said_before_two_weeks_are_known() -> None:
    known, fortnight = CALM[:8], 14
    assert won(0.0, known.tolist(), FEWER) > 1
    assert found(np.append(known, np.zeros(fortnight - len(known) + 2))) == []


def test_days_that_are_not_known_neither_say_nor_teach() -> None:
    holes = [*[0.0, np.nan] * 6]
    (one,) = changes(then(holes), FEWER)
    assert one.changed.tolist() == [0.0] * len(one.changed)
    assert one.found == len(CALM) + 2 * (len(one.changed) - 1)
    assert found(np.full(60, np.nan)) == []
    assert found(np.array([])) == []


def test_a_change_too_small_for_words_is_not_told_and_not_waited_for_without_end() -> None:
    small = Bet(-1, 0.2, 300.0, lambda usual, changed: bool(changed.mean() <= 0.3 * usual.mean()))
    assert found(then([0.9] * 20), small) == []
    (one,) = changes(then([*[0.9] * 48, *[0.0] * 8]), small)
    assert one.usual.mean() < CALM.mean() - 0.3


@pytest.mark.parametrize("row", [20, 44, 47, 52])
def test_what_comes_later_changes_nothing(row: int) -> None:
    whole = then([*[0.0] * 7, *CALM, *[0.0] * 7])
    assert found(whole[:row]) == [one for one in found(whole) if one < row]


def test_a_rank_wins_as_much_as_it_loses() -> None:
    for past in (list(range(30)), [0.0] * 10 + [1.0] * 20, [1.0] * 30):
        days = [float(one) for one in past]
        fair = [won(day, days[:at] + days[at + 1 :], FEWER) for at, day in enumerate(days)]
        assert np.mean(fair) <= 1.0 + 1e-9


@pytest.mark.parametrize(
    "draw",
    [lambda c: c.normal(size=120), lambda c: c.poisson(1, 120) * 1.0, lambda c: (c.random(120) < 0.4) * 1.0],
    ids=["even", "few", "yes or no"],
)
def test_where_nothing_changes_notices_are_as_rare_as_was_asked_for(
    draw: Callable[[np.random.Generator], Floats],
) -> None:
    chance = np.random.default_rng(3)
    told = sum(len(changes(draw(chance), FEWER)) for _ in range(60))
    assert told <= 2 * 60 * 120 / FEWER.limit


def movement(days: int, share: Callable[[int], float], seed: int = 1) -> Floats:
    chance = np.random.default_rng(seed)
    return np.array([0.4 * share(day) for day in range(days)]) * chance.normal(1, 0.12, days)


def test_who_moves_less_from_week_to_week_is_noticed() -> None:
    slides = movement(120, lambda day: 1 - 0.5 * min(1.0, max(0.0, (day - 50) / 42)))
    (one,) = declines(slides)
    assert 60 <= one.found <= 92
    assert one.changed.mean() < one.usual.mean() * 0.8


def test_a_bad_week_is_no_decline() -> None:
    assert declines(movement(120, lambda day: 0.4 if 60 <= day < 67 else 1.0)) == []
    assert declines(movement(120, lambda _: 1.0)) == []


def test_a_decline_is_not_told_before_enough_is_known() -> None:
    early = declines(movement(80, lambda day: 1 - 0.02 * min(40, day)))
    assert min((one.found for one in early), default=99) >= 35
    three_days, three_weeks = np.full(3, 0.4), np.full(LAG, np.nan)
    assert declines(np.concatenate((three_days, three_weeks, np.full(20, 0.1)))) == []
    assert declines(np.array([])) == []
    assert declines(np.full(90, np.nan)) == []
    assert declines(np.zeros(90)) == []


@pytest.mark.parametrize("row", [60, 80, 90])
def test_a_later_day_changes_no_earlier_decline(row: int) -> None:
    slides = movement(120, lambda day: 1 - 0.5 * min(1.0, max(0.0, (day - 40) / 30)))
    assert [one.found for one in declines(slides[:row])] == [one.found for one in declines(slides) if one.found < row]
