"""What a night finds in a home's days: a notice to staff by the way that all findings take, once an episode."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from linli.alert import AlertKind, Severity
from linli.clock import VirtualClock
from linli.commands.replay import command as replay
from linli.evaluation.evaluate import Habits, Outcome, evaluate, pasts_of
from linli.finding import Finding
from linli.learning import Learning
from linli.people import Roster
from linli.recording import write_recording
from linli.signals import Signal
from linli.store import absences
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from models.habits.prior import shipped_prior
from models.rules import Rules
from tests.models.days.lives import ZONE, Told, a_life, at, from_day
from tests.models.vigil import HOME, QUIET_HOME, roster_of, watch_over

PRIOR = shipped_prior()
DAYS, CHANGES = 30, 22


def forgets(told: Told) -> Told:
    return replace(told, meals=(18.0,))


LIFE = a_life(DAYS, from_day(CHANGES, forgets))


class Nights:
    """A home with stores of its own, and what looks at its days."""

    def __init__(self, care_file: Path) -> None:
        self.care = CareStore(f"sqlite:///{care_file}")
        self.signals = SqliteSignalStore(care_file.with_name("signals.db"))
        self.signals.append(LIFE)
        self.roster = replace(roster_of(QUIET_HOME), revision=1)
        with self.care.begin() as connection:
            roster_store.save(connection, [QUIET_HOME], [], [])
        self.clock = VirtualClock(at(0, 0))
        self.restart()

    def restart(self) -> None:
        """Begin anew, as after a stop."""
        self.watch = watch_over(QUIET_HOME)
        self.learning = Learning(self.care, self.signals, lambda: self.roster, self.watch, self.clock, PRIOR, 1.0)
        self.learning.start()

    def night(self, day: int) -> list[Finding]:
        """Let the night before a day come, and return what is found of her days."""
        self.clock.set(at(day, 0.1))
        self.learning.tick()
        return self.untold(day)

    def untold(self, day: int) -> list[Finding]:
        """Return what is found of her days and was not told yet."""
        return [one for one in self.watch.tick(at(day, 0.2)) if one.kind is AlertKind.ROUTINE_CHANGE]


@pytest.fixture
def nights(care_file: Path) -> Iterator[Nights]:
    made = Nights(care_file)
    yield made
    made.signals.close()
    made.care.close()


def test_a_change_is_found_in_the_night_and_until_somebody_was_told(nights: Nights) -> None:
    assert nights.night(CHANGES + 1) == []
    (found,) = nights.night(CHANGES + 5)
    assert (found.evidence["what"], found.severity) == ("meals", Severity.NOTICE)
    assert nights.watch.next_due(at(CHANGES + 5, 0.2)) == at(CHANGES + 5, 0.2)
    assert nights.untold(CHANGES + 5) == [found]
    nights.watch.told(found.key)
    assert nights.untold(CHANGES + 5) == []
    assert nights.watch.next_due(at(CHANGES + 5, 0.2)) != at(CHANGES + 5, 0.2)


def test_the_nights_that_follow_find_the_same_and_nobody_is_told_again(nights: Nights) -> None:
    (found,) = nights.night(CHANGES + 4)
    nights.watch.told(found.key)
    assert [nights.night(day) for day in range(CHANGES + 5, DAYS)] == [[]] * (DAYS - CHANGES - 5)


def test_what_nobody_was_told_of_before_a_restart_is_found_the_next_night_under_the_same_key(nights: Nights) -> None:
    (found,) = nights.night(CHANGES + 3)
    nights.restart()
    assert nights.untold(CHANGES + 3) == []
    assert [one.key for one in nights.night(CHANGES + 4)] == [found.key]


def test_a_home_that_is_no_longer_listed_has_no_findings(nights: Nights) -> None:
    assert nights.night(CHANGES + 5) != []
    nights.watch.take_roster(Roster(revision=3))
    assert nights.untold(CHANGES + 5) == []


def test_days_for_which_she_was_declared_away_say_nothing(nights: Nights) -> None:
    away = Absence(HOME, at(CHANGES - 1, 21), at(CHANGES + 6, 0), by="staff")
    with nights.care.begin() as connection:
        absences.begin(connection, away)
    assert nights.night(CHANGES + 5) == []


def recorded(folder: Path, signals: list[Signal]) -> Path:
    path = folder / "life.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        write_recording(signals, out, ZONE)
    return path


def judged(path: Path) -> Outcome:
    (past,) = pasts_of([path])
    return evaluate(past, [], Rules(), habits=Habits(PRIOR, 1.0))


def changes_in(outcome: Outcome) -> list[datetime]:
    return [one.at for one in outcome.notices if one.kind is AlertKind.ROUTINE_CHANGE]


def test_evaluation_tells_staff_in_the_same_night_as_the_whole_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = recorded(tmp_path, LIFE)
    outcome = judged(path)
    capsys.readouterr()
    replay([path], as_json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    opened = [
        datetime.fromisoformat(line["at"])
        for line in lines
        if line["kind"] == AlertKind.ROUTINE_CHANGE and line["what"] == "opened"
    ]
    assert len(opened) == 1
    assert [
        abs(one - other) < timedelta(minutes=1) for one, other in zip(changes_in(outcome), opened, strict=True)
    ] == [True]
    assert all(call.kind is not AlertKind.ROUTINE_CHANGE for call in outcome.calls)


@pytest.mark.parametrize("day", [CHANGES + 2, CHANGES + 4])
def test_a_later_day_changes_nothing_that_evaluation_told(tmp_path: Path, day: int) -> None:
    whole = changes_in(judged(recorded(tmp_path, LIFE)))
    past = changes_in(judged(recorded(tmp_path, [one for one in LIFE if one.at < at(day, 0.5)])))
    assert past == [one for one in whole if one < at(day, 0.5)]
