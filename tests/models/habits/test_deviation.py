"""How one person differs from others, and that the line follows."""

from dataclasses import replace

import numpy as np
import pytest

from models.habits.deviation import Counts, cell_of, counts_by_day, deviated, ratio
from models.habits.evidence import evidence_of
from models.habits.learner import lasting_of
from models.habits.place import Place
from models.habits.presence import whereabouts_of
from models.habits.prior import shipped_prior
from models.habits.silences import TOO_LONG, silences_of
from models.habits.stopping import lines
from tests.models.habits.lives import DAYS, WEEKS_LATER, a_life, history, hours, without

NOON, MIDNIGHT = 12 * 60.0, 0.0
AN_HOUR = np.array([60.0])


def seen(place: Place, start: float, *, ended: float, expected: float) -> Counts:
    cell = cell_of(np.array([int(place)]), np.array([start]), AN_HOUR)
    return counts_by_day(np.array([0]), 1, cell, np.array([ended]), np.array([expected]))


def factor(counts: Counts, place: Place, start: float) -> float:
    found = ratio(Counts(counts.observed[0], counts.expected[0]))
    return float(found[cell_of(np.array([int(place)]), np.array([start]), AN_HOUR)][0])


def test_of_whom_nothing_is_known_is_taken_to_be_like_others() -> None:
    assert factor(seen(Place.OTHER, NOON, ended=0, expected=0), Place.OTHER, NOON) == 1


def test_whose_silences_end_half_as_often_is_so_at_that_hour_and_not_at_others() -> None:
    rarely = seen(Place.OTHER, NOON, ended=50, expected=100)
    assert factor(rarely, Place.OTHER, NOON) == pytest.approx(0.5, abs=0.02)
    assert factor(rarely, Place.OTHER, MIDNIGHT) == pytest.approx(1, abs=0.02)


def test_a_room_of_which_little_is_known_is_taken_to_be_like_her_other_rooms() -> None:
    rarely = seen(Place.OTHER, NOON, ended=50, expected=100)
    assert factor(rarely, Place.SLEEPING, NOON) == pytest.approx(0.5, abs=0.02)


def test_little_that_was_seen_moves_little() -> None:
    once = seen(Place.OTHER, NOON, ended=0, expected=0.5)
    assert 0.5 < factor(once, Place.OTHER, NOON) < 1


def test_a_chance_stays_a_chance_however_much_it_grows() -> None:
    assert deviated(np.array([0.3, 0.3, 0.0]), np.array([1.0, 100.0, 5.0])).tolist() == pytest.approx([0.3, 1, 0])


def test_whose_silences_end_more_often_than_expected_is_asked_after_sooner() -> None:
    prior, past = shipped_prior(), history(a_life())
    today = int(past.signs.day[-1]) + 1
    evidence = evidence_of(past, prior.usual, prior.coefficients, int(WEEKS_LATER.timestamp()), today)
    lively = replace(evidence, by_day=Counts(3 * evidence.by_day.observed, evidence.by_day.expected))
    hers, shorter = (lines(lasting_of(known, prior), 1e6) for known in (evidence, lively))
    assert (shorter <= hers).mean() > 0.99
    assert hers.mean() > shorter.mean() + 15


def test_a_silence_longer_than_any_sleep_teaches_nothing_and_the_one_going_on_is_not_over() -> None:
    signs = history(without(a_life(), hours(9, 10), hours(10, 10))).signs
    silences = silences_of(signs, whereabouts_of(signs), int(hours(DAYS, 0).timestamp()))
    assert silences.lengths.max() > TOO_LONG
    assert silences.lengths[silences.is_home].max() < TOO_LONG
    assert silences.is_over.tolist() == [True] * (len(signs) - 1) + [False]
