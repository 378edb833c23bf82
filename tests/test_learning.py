"""Learning: each home anew after its own midnight, kept over a restart, and taught by nothing that was an emergency."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from linli.alert import AlertKind, Outcome
from linli.clock import VirtualClock
from linli.commands.explain import command as explain
from linli.errors import LinliError, UnknownHome
from linli.learning import Learning
from linli.people import Roster
from linli.signals import Kind, Signal
from linli.store import cases, habits
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.habits import KEPT, Learned
from linli.store.sqlite_signals import SqliteSignalStore
from models.habits.model import model_from_json
from models.habits.prior import shipped_prior
from tests.cast import HOUR
from tests.models.habits.lives import DAYS, MONDAY, WEEKS_LATER, a_life, hours, without
from tests.models.vigil import HOME, QUIET_HOME, moved, roster_of, signal, watch_over
from tests.store.histories import alert, closed

PRIOR = shipped_prior()
NOON = timedelta(hours=12)


class Nights:
    """A home with stores of its own, and what learns it."""

    def __init__(self, folder: Path, *, budget: float = 1.0) -> None:
        self.care = CareStore(f"sqlite:///{folder / 'care.db'}")
        self.care.migrate()
        self.signals = SqliteSignalStore(folder / "signals.db")
        self.roster = replace(roster_of(QUIET_HOME), revision=1)
        with self.care.begin() as connection:
            roster_store.save(connection, [QUIET_HOME], [], [])
        self.clock = VirtualClock(MONDAY)
        self.restart(budget)

    def restart(self, budget: float = 1.0) -> None:
        """Begin anew, as after a stop."""
        self.watch = watch_over(QUIET_HOME)
        self.learning = Learning(self.care, self.signals, lambda: self.roster, self.watch, self.clock, PRIOR, budget)
        self.learning.start()

    def asks_after(self, when: datetime) -> timedelta:
        """Return how long silence may last after something stirs in the kitchen."""
        self.watch.see(moved(when))
        asks_at = self.watch.state(HOME, when).next.asks_at
        assert asks_at is not None
        return asks_at - when

    def learned(self) -> list[Learned]:
        """Return what is kept, the latest first."""
        with self.care.read() as connection:
            return habits.of_home(connection, HOME)

    def night(self, moment: datetime) -> None:
        """Let a moment come."""
        self.clock.set(moment)
        self.learning.tick()


@pytest.fixture
def nights(tmp_path: Path) -> Iterator[Nights]:
    made = Nights(tmp_path)
    yield made
    made.signals.close()
    made.care.close()


def test_on_the_first_day_it_has_the_line_of_people_in_general(nights: Nights) -> None:
    assert nights.asks_after(hours(0, 10)) == 10 * HOUR
    assert nights.learned() == []


def test_after_three_weeks_it_has_its_own(nights: Nights) -> None:
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    (model,) = nights.learned()
    assert model.learned_at == WEEKS_LATER
    assert nights.asks_after(WEEKS_LATER + NOON) < 4 * HOUR


def test_it_is_learned_once_a_day_and_next_at_its_own_midnight(nights: Nights) -> None:
    nights.signals.append(a_life())
    for clock in (1, 2, 23):
        nights.night(WEEKS_LATER + clock * HOUR)
    assert len(nights.learned()) == 1
    assert nights.learning.next_due() == WEEKS_LATER + 24 * HOUR


def test_what_was_learned_outlives_a_restart(nights: Nights) -> None:
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    before = nights.asks_after(WEEKS_LATER + NOON)
    nights.restart()
    assert nights.asks_after(WEEKS_LATER + NOON) == before


def test_a_model_that_is_spoilt_is_passed_over_and_learned_again(nights: Nights) -> None:
    with nights.care.begin() as connection:
        habits.add(connection, [Learned(HOME, MONDAY, b"{}")])
    nights.restart()
    assert nights.asks_after(hours(0, 10)) == 10 * HOUR
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    assert model_from_json(nights.learned()[0].model).days == DAYS


def test_with_a_budget_of_nothing_the_fixed_line_holds(tmp_path: Path) -> None:
    nights = Nights(tmp_path, budget=0)
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    assert nights.learned() == []
    assert nights.learning.next_due() is None
    assert nights.asks_after(WEEKS_LATER + NOON) == 8 * HOUR


def line_after_a_visit(folder: Path, outcome: Outcome) -> timedelta:
    """Return the line of a noon after three weeks, on one day of which she was silent until somebody came."""
    folder.mkdir()
    begin, end = hours(DAYS - 2, 12), hours(DAYS - 2, 20)
    nights = Nights(folder)
    nights.signals.append(without(a_life(), begin, end))
    open_one = alert("a-1", QUIET_HOME, AlertKind.INACTIVITY, at=begin)
    with nights.care.begin() as connection:
        cases.add(connection, replace(closed(open_one, end), outcome=outcome))
    nights.night(WEEKS_LATER + HOUR)
    return nights.asks_after(WEEKS_LATER + NOON)


def test_a_silence_in_which_she_needed_help_is_no_habit(tmp_path: Path) -> None:
    helped, safe = (line_after_a_visit(tmp_path / one, one) for one in (Outcome.HELPED, Outcome.SAFE))
    assert helped < safe


def test_a_home_that_is_added_later_has_a_line_at_once(nights: Nights) -> None:
    other = replace(QUIET_HOME, home="home-new")
    with nights.care.begin() as connection:
        roster_store.save(connection, [other], [], [])
    nights.roster = Roster(revision=2, homes={HOME: QUIET_HOME, "home-new": other})
    nights.watch.take_roster(nights.roster)
    nights.night(hours(0, 9))
    nights.watch.see(moved(hours(0, 10), home="home-new"))
    assert nights.watch.state("home-new", hours(0, 10)).next.asks_at == hours(0, 20)


def test_a_night_with_many_homes_is_taken_in_portions(nights: Nights) -> None:
    homes = {f"home-{number}": replace(QUIET_HOME, home=f"home-{number}") for number in range(3)}
    with nights.care.begin() as connection:
        roster_store.save(connection, homes.values(), [], [])
    nights.roster = Roster(revision=2, homes=homes)
    nights.watch.take_roster(nights.roster)
    nights.learning.tick()
    nights.clock.set(WEEKS_LATER + HOUR)
    turns = 0
    while nights.learning.next_due() != WEEKS_LATER + 24 * HOUR:
        nights.learning.tick(0.0)
        turns += 1
    assert turns == 3


def test_it_is_explained_hour_by_hour(nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(LinliError, match="nothing was learned"):
        explain(HOME, data=tmp_path)
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    explain(HOME, data=tmp_path)
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"{HOME}: learned 2026-09-28, 21 days with signs of life from 2026-09-07 to 2026-09-27"
    assert sum(line.startswith("12:00") for line in told) == 2


def test_what_is_usual_besides_silence_is_explained_too(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.signals.append([*a_life(busy_minutes=5), *pulses()])
    nights.night(WEEKS_LATER + HOUR)
    explain(HOME, data=tmp_path)
    told = capsys.readouterr().out
    assert "in the bathroom: 60 min by day, seldom more than 3 min; no line in the evening and at night\n" in told
    assert "not up and about: 22:00 to 06:00; half hours at which the exit is often used: 9\n" in told
    assert "heart rate: usually 60 to 64\n" in told


def pulses() -> list[Signal]:
    """Return a pulse each noon, as a watch without a room tells it."""
    return [signal(HOME, "watch", Kind.HEART_RATE, 60.0 + day % 5, hours(day, 12)) for day in range(DAYS)]


@pytest.mark.usefixtures("nights")
def test_a_home_that_nobody_knows_is_not_explained(tmp_path: Path) -> None:
    with pytest.raises(UnknownHome, match="linli import"):
        explain("nowhere", data=tmp_path)


def test_only_the_latest_models_are_kept(nights: Nights) -> None:
    model = b"{}"
    with nights.care.begin() as connection:
        for day in range(KEPT + 3):
            habits.add(connection, [Learned(HOME, hours(day, 0), model)])
    assert [one.learned_at for one in nights.learned()] == [hours(day, 0) for day in range(KEPT + 2, 2, -1)]
