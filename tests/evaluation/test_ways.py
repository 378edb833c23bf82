"""Every way to judge silence: never a look ahead, and with the fixed line too the calls of the whole program, to the second."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from msgspec import structs

from linli.evaluation.classic import table_of
from linli.evaluation.evaluate import Outcome, Past, evaluate, pasts_of
from linli.evaluation.methods import Method, classic, own
from linli.signals import Signal
from models.habits.prior import shipped_prior
from models.rules import Rules
from tests.evaluation.lives import START, cut_at, recorded, replayed

PRIOR = shipped_prior()
WAYS = [own(Rules(), PRIOR, 1.0), own(Rules(), PRIOR, 0.0), *classic(Rules(), PRIOR)]
CUTS = [START + timedelta(days=1, hours=9), START + timedelta(days=2, hours=3, minutes=20)]
LATER = START + timedelta(days=4, hours=9)
"""Late enough for every way to have learned something."""


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    (found,) = pasts_of([recorded(tmp_path_factory.mktemp("recorded"), 2, days=6)])
    return found


def judged(past: Past, way: Method, cuts: list[datetime]) -> Outcome:
    return evaluate(past, cuts, way.rules, habits=way.learner)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.key)
def test_what_comes_later_changes_no_earlier_decision(past: Past, way: Method) -> None:
    cut, chance = LATER, Random(1)  # noqa: S311 - a shuffle, not a secret
    earlier = [signal for signal in past.signals if signal.at <= cut]
    whole = judged(past, way, [cut])
    mixed = judged(replace(past, signals=[*earlier, *shuffled(past.signals[len(earlier) :], chance)]), way, [cut])
    assert mixed.answers == whole.answers == judged(replace(past, signals=earlier), way, [cut]).answers
    assert [call for call in mixed.calls if call.at <= cut] == [call for call in whole.calls if call.at <= cut]


def shuffled(later: Sequence[Signal], chance: Random) -> list[Signal]:
    """Return some of the later signals at one another's moments."""
    kept: list[Signal] = [signal for signal in later if chance.random() < 0.5]
    moments = [signal.at for signal in kept]
    chance.shuffle(kept)
    return [structs.replace(signal, at=at, received_at=at) for signal, at in zip(kept, moments, strict=True)]


@pytest.mark.parametrize("cut", CUTS, ids=["in the morning", "at night"])
def test_the_fixed_line_too_calls_when_the_whole_program_does(
    tmp_path: Path, cut: datetime, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LINLI_FALSE_ALERTS_PER_MONTH", "0")
    path = recorded(tmp_path, 2, days=4)
    (past,) = pasts_of([path])
    (fixed,) = judged(past, own(Rules(), PRIOR, 0.0), [cut]).answers
    (personal,) = judged(past, own(Rules(), PRIOR, 1.0), [cut]).answers
    after = [call for call in replayed(cut_at(path, cut), capsys) if call[1] > cut]
    assert fixed.call is not None
    assert personal.call is not None
    assert (fixed.call.kind, fixed.call.at) == after[0]
    assert fixed.call.at != personal.call.at


def test_before_hardly_any_days_are_known_the_longest_silence_says_nothing() -> None:
    assert set(table_of(None).ravel().tolist()) == {715}
