"""Evaluation: the same calls as the whole program makes, to the second, and never a look ahead."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from linli.alert import AlertKind, Severity
from linli.evaluation.evaluate import Habits, Outcome, Past, evaluate, look_back, pasts_of
from linli.signals import Kind, Signal
from models.habits.prior import shipped_prior
from models.rules import Rules
from tests.evaluation.lives import START, cut_at, recorded, replayed
from tests.models.days.lives import BEGIN, ZHAO, a_life, from_day

HABITS = Habits(shipped_prior(), 1.0)
CUTS = [START + timedelta(days=1, hours=9), START + timedelta(days=2, hours=3, minutes=20), START + timedelta(days=4)]


def judged(path: Path, cuts: list[datetime] | None = None) -> Outcome:
    (past,) = pasts_of([path])
    return evaluate(past, cuts or [], Rules(), habits=HABITS)


@pytest.mark.parametrize("seed", [2, 5])
def test_it_calls_when_the_whole_program_does(tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = recorded(tmp_path, seed, fall_after=timedelta(days=3, hours=10))
    calls = [(call.kind, call.at) for call in judged(path).calls]
    assert len(calls) > 0
    assert calls == replayed(path, capsys)


@pytest.mark.parametrize("cut", CUTS, ids=["in the morning", "at night", "at midnight"])
def test_a_cut_is_answered_as_the_whole_program_answers_the_cut_recording(
    tmp_path: Path, cut: datetime, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, 2)
    (answer,) = judged(path, [cut]).answers
    after = [call for call in replayed(cut_at(path, cut), capsys) if call[1] > cut]
    assert answer.call is not None
    assert (answer.call.kind, answer.call.at) == after[0]


def test_what_comes_later_changes_no_earlier_answer(tmp_path: Path) -> None:
    (past,) = pasts_of([recorded(tmp_path, 2)])
    whole = evaluate(past, CUTS, Rules(), habits=HABITS)
    until = CUTS[1]
    earlier = [signal for signal in past.signals if signal.at <= until]
    later = [signal for signal in past.signals if signal.at > until]
    gone = evaluate(Past(past.home, past.devices, earlier), CUTS[:2], Rules(), habits=HABITS)
    chance = random.Random(1)  # noqa: S311 - a shuffle, not a secret
    moments = [signal.at for signal in later]
    chance.shuffle(later)
    mixed = [replace(signal, at=at, received_at=at) for signal, at in zip(later, moments, strict=True)]
    shuffled = evaluate(Past(past.home, past.devices, [*earlier, *mixed]), CUTS[:2], Rules(), habits=HABITS)

    assert gone.answers == shuffled.answers == whole.answers[:2]
    assert [c for c in shuffled.calls if c.at <= until] == [c for c in whole.calls if c.at <= until]


def test_a_recording_that_begins_at_midnight_is_lived_through(tmp_path: Path) -> None:
    path = tmp_path / "midnight.csv"
    path.write_text(
        "at,home,device,room,kind,value\n2026-01-02T00:00:00+08:00,home-7,pir,hall,motion,on\n", encoding="utf-8"
    )
    (past,) = pasts_of([path])

    assert len(evaluate(past, [], Rules(), habits=HABITS).calls) == 1


def test_what_staff_are_told_is_kept_apart_from_whom_linli_calls(tmp_path: Path) -> None:
    (past,) = pasts_of([recorded(tmp_path, 2)])
    noon = START + timedelta(days=1, hours=12)
    device = past.devices[0].device
    low = Signal(past.home.home, device, Kind.BATTERY, 4.0, noon, noon, "low")
    told = sorted([*past.signals, low], key=lambda signal: signal.at)
    plain = evaluate(past, [], Rules(), habits=HABITS)
    outcome = evaluate(Past(past.home, past.devices, told), [], Rules(), habits=HABITS)
    batteries = [one for one in outcome.notices if one.kind is AlertKind.LOW_BATTERY]

    assert [(one.severity, one.at >= noon, device in str(one.why.fields)) for one in batteries] == [
        (Severity.NOTICE, True, True)
    ]
    assert outcome.calls == plain.calls
    assert all(one.severity is Severity.NOTICE for one in outcome.notices)


def told_of_her_days(past: Past) -> set[str]:
    look = look_back(past)
    return {str(one.evidence["what"]) for night in range(31, 40) for one in look(BEGIN + timedelta(days=night))}


def test_her_days_are_held_against_those_before_and_a_declared_absence_is_none_of_them() -> None:
    lived = a_life(40, from_day(34, lambda day: replace(day, meals=(18.0,))))
    began = BEGIN + timedelta(days=30)
    later = [one for one in lived if one.at >= began]
    past = Past(ZHAO, (), later, lived[: -len(later)])
    away = (BEGIN + timedelta(days=34), BEGIN + timedelta(days=40))

    assert told_of_her_days(past) == {"meals"}
    assert told_of_her_days(replace(past, earlier=())) == set()
    assert told_of_her_days(replace(past, absences=(away,))) == set()


def test_a_last_batch_that_comes_after_midnight_is_told_of_as_well() -> None:
    *lived, last = a_life(40, from_day(37, lambda day: replace(day, meals=(18.0,))))
    midnight = BEGIN + timedelta(days=40)
    late = replace(last, received_at=midnight + timedelta(minutes=5))

    found = look_back(Past(ZHAO, (), [*lived, late]))(midnight)
    assert [one.evidence["what"] for one in found] == ["meals"]
