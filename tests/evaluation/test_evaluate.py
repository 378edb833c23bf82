"""Evaluation: the same calls as the whole program makes, to the second, and never a look ahead."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from linli.alert import AlertKind, Severity
from linli.evaluation.evaluate import Habits, Outcome, Past, evaluate, look_back, pasts_of
from linli.learning import Circumstances
from linli.recording import offset_of, read_recording, write_recording
from linli.signals import Kind, Signal
from models.habits.customs import Customs
from models.habits.model import HomeModel
from models.habits.prior import shipped_prior
from models.rules import Rules
from tests.evaluation.lives import START, cut_at, recorded, replayed
from tests.models.days.lives import BEGIN, ZHAO, a_life, from_day
from tests.models.habits.models import a_model
from tests.models.vigil import left, moved, signal

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


def away_for(path: Path, leaves: datetime, back: datetime) -> Path:
    """Write a recording in which she was away for a while; from her coming home only the door is told at first."""
    lived = list(read_recording(path))
    hall = moved(leaves - timedelta(minutes=1), "hall", home=lived[0].home)
    door = [left(at, home=lived[0].home) for at in (leaves, back)]
    kept = [signal for signal in lived if not leaves <= signal.at < back + timedelta(minutes=20)]
    gone = path.with_name(f"away-{path.name}")
    with gone.open("w", encoding="utf-8", newline="") as out:
        write_recording(sorted([*kept, hall, *door], key=lambda one: one.at), out, ZoneInfo(offset_of(path)))
    return gone


def test_who_comes_home_after_days_is_not_called_for_at_the_door_neither_here_nor_by_the_whole_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leaves = START + timedelta(days=2, hours=10)
    back = leaves + timedelta(hours=40)
    path = away_for(recorded(tmp_path, 2), leaves, back)
    calls = [(call.kind, call.at) for call in judged(path).calls]

    assert calls == replayed(path, capsys)
    assert [kind for kind, at in calls if leaves + timedelta(hours=37) < at < back + timedelta(hours=1)] == []


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
    mixed = [structs.replace(signal, at=at, received_at=at) for signal, at in zip(later, moments, strict=True)]
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
    assert told_of_her_days(replace(past, circumstances=Circumstances(away=(away,)))) == set()


def test_a_last_batch_that_comes_after_midnight_is_told_of_as_well() -> None:
    *lived, last = a_life(40, from_day(37, lambda day: replace(day, meals=(18.0,))))
    midnight = BEGIN + timedelta(days=40)
    late = structs.replace(last, received_at=midnight + timedelta(minutes=5))

    found = look_back(Past(ZHAO, (), [*lived, late]))(midnight)
    assert [one.evidence["what"] for one in found] == ["meals"]


def test_two_readings_that_call_for_different_reasons_are_two_calls_though_minutes_apart() -> None:
    fever = signal(ZHAO.home, "band", Kind.BODY_TEMPERATURE, 41.5, BEGIN + timedelta(hours=9), "bedroom")
    sugar = signal(ZHAO.home, "meter", Kind.GLUCOSE, 2.5, BEGIN + timedelta(hours=9, minutes=5), "bedroom")
    outcome = evaluate(Past(ZHAO, (), [fever, sugar]), [], Rules())
    assert [call.at for call in outcome.calls if call.kind is AlertKind.VITALS] == [fever.at, sugar.at]


def quiet_hours(spans: Circumstances) -> list[datetime]:
    """Return when a silence rings in a life of one busy morning and one evening, under the fixed line of the day."""
    morning = [moved(BEGIN + timedelta(hours=8, minutes=minute), home=ZHAO.home) for minute in (0, 10, 20)]
    evening = [moved(BEGIN + timedelta(hours=21, minutes=minute), home=ZHAO.home) for minute in (0, 10)]
    outcome = evaluate(Past(ZHAO, (), [*morning, *evening], circumstances=spans), [], Rules())
    return [call.at for call in outcome.calls if call.at < evening[0].at]


def test_time_in_which_nobody_could_see_the_home_is_no_silence_of_hers() -> None:
    blind = (BEGIN + timedelta(hours=10), BEGIN + timedelta(hours=19))
    assert len(quiet_hours(Circumstances())) == 1
    assert quiet_hours(Circumstances(blind=(blind,))) == []


@dataclass(frozen=True)
class Known:
    """Learns the same each night."""

    model: HomeModel

    def of(self, _: Past) -> Callable[[datetime], HomeModel]:
        return lambda _: self.model


def test_what_a_nervous_sensor_says_alone_answers_no_question() -> None:
    known = Known(replace(a_model(line=200), customs=Customs(nervous=("bathroom-pir",))))
    nine = BEGIN + timedelta(hours=9)
    asked = nine + timedelta(minutes=202)
    signs = [(nine, "kitchen"), (nine + timedelta(minutes=2), "hall"), (asked + timedelta(minutes=2), "bathroom")]
    life = [moved(at, room, home=ZHAO.home) for at, room in signs]
    outcome = evaluate(Past(ZHAO, (), life), [life[-1].at], Rules(), habits=known)
    assert outcome.calls[0].at == asked + timedelta(minutes=5)
    assert outcome.answers[0].call == outcome.calls[0]


def test_what_a_visitor_found_is_not_known_before_the_visit_is_over() -> None:
    visit = (BEGIN, BEGIN + timedelta(hours=2))
    known = Circumstances(blind=(visit,), helped=(visit,), faults=(visit,), found_away=(visit,), away=(visit,))
    assert known.before(BEGIN - timedelta(hours=1)) == Circumstances()
    assert known.before(BEGIN + timedelta(hours=1)) == Circumstances(away=(visit,))
    assert known.before(BEGIN + timedelta(hours=2)) == known


def test_a_night_that_something_speaks_against_changes_nothing_as_it_is_live() -> None:
    """From the third week on she is nearly silent: the sensors were moved, and the line would be longer by hours."""
    usual, then = a_life(20), a_life(40)
    thinned = [one for number, one in enumerate(then) if one.at >= BEGIN + timedelta(days=20) and number % 40 == 0]
    learned = Habits(shipped_prior(), 1.0).of(Past(ZHAO, (), [*usual, *thinned]))
    guarded = [learned(BEGIN + timedelta(days=day)) for day in (20, 32)]
    unguarded = Habits(shipped_prior(), 1.0).of(Past(ZHAO, (), [*usual, *thinned]))(BEGIN + timedelta(days=32))
    assert float((unguarded.table - guarded[0].table).mean()) > 180
    assert guarded[1] is guarded[0]
