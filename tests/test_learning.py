"""Learning: each home anew after its own midnight, kept over a restart, and taught by nothing that was an emergency."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn

import pytest

from linli.alert import AlertKind, Outcome, Severity
from linli.clock import VirtualClock
from linli.commands.explain import command as explain
from linli.errors import LinliError, StoreDown, UnknownHome
from linli.finding import Finding
from linli.learning import Learning, long_spans
from linli.people import Roster
from linli.signals import Kind, Signal
from linli.store import cases, habits, unseen
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.habits import KEPT, Learned
from linli.store.sqlite_signals import SqliteSignalStore
from linli.store.unseen import EVERY_HOME, Unseen
from models.habits.model import HomeModel, model_from_json
from models.habits.outings import UNKNOWN
from models.habits.place import Place
from models.habits.prior import shipped_prior
from tests.care_file import migrate
from tests.cast import HOUR, MINUTE
from tests.models.habits.lives import DAYS, MONDAY, WEEKS_LATER, a_life, going_out, hours, pulsing, without
from tests.models.vigil import HOME, QUIET_HOME, left, moved, roster_of, signal, watch_over
from tests.store.histories import alert, closed

PRIOR = shipped_prior()
NOON = timedelta(hours=12)


@cache
def _tables() -> bytes:
    """Return a file with the tables and nothing in them: making them takes longer than most of these tests."""
    with TemporaryDirectory() as folder:
        migrate(f"sqlite:///{folder}/care.db")
        return Path(folder, "care.db").read_bytes()


class Nights:
    """A home with stores of its own, and what learns it."""

    def __init__(self, folder: Path, *, budget: float = 1.0) -> None:
        (folder / "care.db").write_bytes(_tables())
        care = CareStore(f"sqlite:///{folder / 'care.db'}")
        with care.begin() as connection:
            roster_store.save(connection, [QUIET_HOME], [], [])
        self.open(care, folder, budget)

    def open(self, care: CareStore, folder: Path, budget: float = 1.0) -> None:
        """Begin with the stores that are there."""
        self.care, self.signals = care, SqliteSignalStore(folder / "signals.db")
        self.roster = replace(roster_of(QUIET_HOME), revision=1)
        self.clock = VirtualClock(MONDAY)
        self.told: list[Finding] = []
        self.restart(budget)

    def restart(self, budget: float = 1.0) -> None:
        """Begin anew, as after a stop."""
        self.watch = watch_over(QUIET_HOME)
        self.learning = Learning(
            self.care, self.signals, lambda: self.roster, self.watch, self.clock, PRIOR, budget, self.told.extend
        )
        self.learning.start()

    def asks_after(self, when: datetime) -> timedelta:
        """Return how long silence may last after something stirs in the kitchen."""
        self.watch.see(moved(when))
        asks_at = self.watch.state(HOME, when).next.asks_at
        assert asks_at is not None
        return asks_at - when

    def model(self) -> HomeModel:
        """Learn three weeks, and return what came of it."""
        self.night(WEEKS_LATER + HOUR)
        return model_from_json(self.learned()[0].model)

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


def test_the_line_that_decides_first_can_be_shown_until_something_is_learned(nights: Nights) -> None:
    first = nights.learning.first_line(HOME)
    assert first is not None
    assert timedelta(minutes=first.table.max().item()) >= nights.asks_after(hours(0, 10))
    assert (first.days, first.is_hers) == (0, False)
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    assert nights.learning.first_line(HOME) is None


def test_where_nothing_is_to_be_learned_no_first_line_decides(nights: Nights) -> None:
    nights.learning.take_budget(0.0)
    assert nights.learning.first_line(HOME) is None
    fixed = watch_over(QUIET_HOME)
    fixed.see(moved(hours(0, 10)))
    fixed_asks_at = fixed.state(HOME, hours(0, 10)).next.asks_at
    assert fixed_asks_at is not None
    assert nights.asks_after(hours(0, 10)) == fixed_asks_at - hours(0, 10)


def test_after_three_weeks_it_has_its_own(nights: Nights) -> None:
    nights.signals.append(a_life())
    nights.night(WEEKS_LATER + HOUR)
    (model,) = nights.learned()
    assert model.learned_at == WEEKS_LATER
    assert nights.asks_after(WEEKS_LATER + NOON) < 4 * HOUR


def _meter(*, stands_still: bool) -> list[Signal]:
    """Return what a meter says every hour for three weeks, and at each half hour that the water stood still."""
    litres = {MONDAY + number * HOUR: 3.0 for number in range(24 * DAYS)}
    pauses = {when + HOUR / 2: 0.0 for when in litres} if stands_still else {}
    return [signal(HOME, "meter", Kind.WATER, told, when, "bathroom") for when, told in {**litres, **pauses}.items()]


@pytest.mark.parametrize("stands_still", [True, False])
def test_a_leak_teaches_nothing_of_her_nights_and_water_that_stands_still_between_does(
    nights: Nights, *, stands_still: bool
) -> None:
    nights.signals.append([*a_life(), *_meter(stands_still=stands_still)])
    nights.night(WEEKS_LATER + HOUR)

    assert (nights.asks_after(WEEKS_LATER + HOUR) < 4 * HOUR) is stands_still


class _BrokenFor(SqliteSignalStore):
    """A store that cannot read one home."""

    broken = "home-1"

    def between(self, since: datetime | None, until: datetime | None, home: str | None = None) -> Iterator[Signal]:
        if home == self.broken:
            raise ValueError("the database disk image is malformed")
        return super().between(since, until, home)


def test_a_home_that_cannot_be_learned_keeps_no_other_from_it(tmp_path: Path) -> None:
    made = Nights(tmp_path)
    broken = replace(QUIET_HOME, home=_BrokenFor.broken)
    with made.care.begin() as connection:
        roster_store.save(connection, [broken], [], [])
    made.signals.close()
    made.signals = _BrokenFor(tmp_path / "signals.db")
    made.roster = replace(roster_of(broken, QUIET_HOME), revision=1)
    made.restart()
    made.signals.append(a_life())
    made.night(WEEKS_LATER + HOUR)
    assert [one.learned_at for one in made.learned()] == [WEEKS_LATER]
    due = made.learning.next_due()
    assert due is not None
    assert due > made.clock.now()
    made.signals.close()
    made.care.close()


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


SILENT = hours(DAYS - 2, 12), hours(DAYS - 2, 20)


def after_a_visit(folder: Path, outcome: Outcome | None, silent: tuple[datetime, datetime] = SILENT) -> HomeModel:
    """Return what is learned of three weeks, on one day of which she was silent until somebody came; None: nobody did."""
    folder.mkdir()
    begin, end = silent
    nights = Nights(folder)
    nights.signals.append(without(a_life(), begin, end))
    if outcome is not None:
        open_one = alert("a-1", QUIET_HOME, AlertKind.INACTIVITY, at=begin)
        with nights.care.begin() as connection:
            cases.add(connection, replace(closed(open_one, end), outcome=outcome))
    return nights.model()


def at_noon(model: HomeModel) -> int:
    """Return the line after a noon in the kitchen, minutes."""
    return int(model.table[0, Place.OTHER, 48])


def test_each_outcome_teaches_the_next_night_what_it_should(tmp_path: Path) -> None:
    learned = {name: after_a_visit(tmp_path / name, Outcome(name)) for name in OUTCOMES}
    nobody_came = after_a_visit(tmp_path / "nobody", None)
    nothing_happened = after_a_visit(tmp_path / "none", None, (MONDAY, MONDAY))
    line = {name: at_noon(model) for name, model in learned.items()}
    seldom = {name: int(model.seldom.sum()) for name, model in learned.items()}

    # a false alert is a silence of hers among the others, and is held against the budget
    for name in ("safe", "other"):
        assert (learned[name].table == nobody_came.table).all()
        assert learned[name].price > nothing_happened.price
        assert line[name] > at_noon(nothing_happened)
    # she needed help, or was out: neither her habit nor a false alert
    for name in ("helped", "away"):
        assert learned[name].price == nothing_happened.price
        assert abs(line[name] - at_noon(nothing_happened)) <= 10
    # the device's fault: a false alert, but not her habit
    assert learned["device_fault"].price > nothing_happened.price
    assert seldom["device_fault"] == seldom["helped"] < seldom["safe"]


OUTCOMES = ("helped", "safe", "other", "away", "device_fault")


def test_who_was_found_to_be_out_for_long_may_be_out_for_longer(tmp_path: Path) -> None:
    missed_exit = hours(DAYS - 4, 9), hours(DAYS - 3, 15)

    assert after_a_visit(tmp_path / "away", Outcome.AWAY, missed_exit).out == pytest.approx(37.5 * 60, abs=15)
    assert after_a_visit(tmp_path / "safe", Outcome.SAFE, missed_exit).out == UNKNOWN


def test_a_drill_is_not_taken_for_an_outcome(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.signals.append(without(a_life(), *SILENT))
    drill = replace(alert("a-1", QUIET_HOME, AlertKind.SOS, at=SILENT[0]), drill=True)
    with nights.care.begin() as connection:
        cases.add(connection, replace(closed(drill, SILENT[1]), outcome=Outcome.HELPED))

    assert (nights.model().table == after_a_visit(tmp_path / "nobody", None).table).all()


# what could not be seen


def with_holes(folder: Path, *, known: bool) -> HomeModel:
    """Return what is learned where the gateway was dead for half a day every third day; `known`: it was written down."""
    folder.mkdir()
    holes = [(hours(day, 9), hours(day, 17)) for day in range(5, DAYS, 3)]
    nights, life = Nights(folder), a_life()
    for begin, end in holes:
        life = without(life, begin, end)
    nights.signals.append(life)
    if known:
        with nights.care.begin() as connection:
            unseen.put(connection, [Unseen(HOME, *hole) for hole in holes])
    return nights.model()


def test_a_dead_gateway_does_not_lengthen_her_line(tmp_path: Path) -> None:
    whole = after_a_visit(tmp_path / "whole", None, (MONDAY, MONDAY))
    known, unknown = (with_holes(tmp_path / str(known), known=known) for known in (True, False))

    assert at_noon(known) <= at_noon(whole) + 20
    assert at_noon(unknown) > at_noon(whole) + 60


def test_five_days_in_which_linli_heard_nothing_do_not_lengthen_any_line(tmp_path: Path) -> None:
    whole = after_a_visit(tmp_path / "whole", None, (MONDAY, MONDAY))
    begin, end = hours(8, 9), hours(13, 9)
    nights = Nights(tmp_path)
    nights.signals.append([*without(a_life(), begin, end), left(begin - MINUTE)])
    with nights.care.begin() as connection:
        unseen.put(connection, [Unseen(EVERY_HOME, begin, end)])
    model = nights.model()

    assert at_noon(model) <= at_noon(whole) + 20
    assert model.out == UNKNOWN


def test_a_home_that_cannot_be_seen_just_now_teaches_nothing_of_this_silence(tmp_path: Path) -> None:
    def learned(folder: Path, *, offline: bool) -> HomeModel:
        folder.mkdir()
        nights = Nights(folder)
        life = [signal for signal in a_life() if signal.at < hours(DAYS - 1, 13)]
        nights.signals.append(life)
        nights.watch.warm(HOME, life[-50:])
        if offline:
            nights.watch.see_availability(HOME, "gateway", online=False, at=life[-1].at + MINUTE)
        return nights.model()

    offline, seen = (learned(tmp_path / str(offline), offline=offline) for offline in (True, False))
    assert offline.seldom.sum() < seen.seldom.sum()


def test_a_connection_that_comes_and_goes_does_not_take_her_long_silences_away() -> None:
    blinks = [(minute * 60, minute * 60 + 20) for minute in range(0, 600, 20)]
    assert long_spans(blinks) == ()
    assert long_spans([(0, 500), (900, 1200), (5000, 5400)]) == ((0, 1200),)
    assert long_spans([(5000, 5600), (0, 3000), (100, 2000)]) == ((0, 3000), (5000, 5600))


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


def test_staff_are_told_once_a_week_of_a_sensor_that_speaks_while_nobody_is_at_home(
    nights: Nights, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nights.signals.append([*going_out(), *pulsing(1)])
    for day in range(2):
        nights.night(WEEKS_LATER + HOUR + day * 24 * HOUR)
    (key,) = {finding.key for finding in nights.told}
    assert key == f"nervous:{HOME}:bathroom-pir:2026-W40"
    assert nights.told[0].severity is Severity.NOTICE
    explain(HOME, data=tmp_path)
    assert "not believed alone: bathroom-pir" in capsys.readouterr().out


def test_what_a_store_kept_from_being_told_is_told_after_all(nights: Nights, monkeypatch: pytest.MonkeyPatch) -> None:
    nights.signals.append([*going_out(), *pulsing(1)])

    def locked(_: object) -> NoReturn:
        raise StoreDown("it is locked")

    with monkeypatch.context() as patch:
        patch.setattr(nights.learning, "_tell", locked)
        with pytest.raises(StoreDown):
            nights.night(WEEKS_LATER + HOUR)
    nights.night(WEEKS_LATER + HOUR + MINUTE)

    assert [finding.key for finding in nights.told] == [f"nervous:{HOME}:bathroom-pir:2026-W40"]


def test_of_sensors_that_are_quiet_while_she_is_out_nobody_is_told(nights: Nights) -> None:
    nights.signals.append(going_out())
    nights.night(WEEKS_LATER + HOUR)
    assert nights.told == []


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
