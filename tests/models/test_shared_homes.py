"""Homes in which not only she moves: less is said of them, nothing false, and no alarm is muted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from linli.alert import AlertKind
from linli.finding import Finding
from linli.home_state import HomeState
from linli.people import Care, Person, Role, Scope
from linli.signals import Kind, Signal
from linli.words import say
from models.reports import nervous_sensor
from models.rules import Rules
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.models import a_model
from tests.models.vigil import (
    HOME,
    MORNING,
    QUIET_HOME,
    found,
    left,
    moved,
    roster_of,
    see,
    signal,
    tell,
)

SHARED = Rules(shared=frozenset({HOME}))


def watch_over(rules: Rules) -> Watch:
    watch = Watch(rules)
    watch.take_roster(roster_of(QUIET_HOME))
    return watch


def ok() -> Signal:
    return signal(HOME, "button", Kind.CHECK_IN, "ok", MORNING)


def words(watch: Watch, hours_later: float) -> str:
    return say(watch.state(HOME, MORNING + hours_later * HOUR).reason, "en", QUIET_HOME.zone)


def test_movement_alone_does_not_say_that_she_is_well() -> None:
    alone, shared = watch_over(Rules()), watch_over(SHARED)
    for watch in (alone, shared):
        see(watch, moved(MORNING))
    assert alone.state(HOME, MORNING + HOUR).state is HomeState.WELL
    assert shared.state(HOME, MORNING + HOUR).state is HomeState.UNMONITORED
    assert words(shared, 1) == (
        "It cannot be said how she is: somebody moved at 08:00, kitchen, but not only she moves here. "
        "A daily check-in would tell."
    )


def test_her_own_word_says_it_for_a_day() -> None:
    watch = watch_over(SHARED)
    see(watch, ok(), *(moved(MORNING + number * HOUR) for number in range(1, 26)))
    assert watch.state(HOME, MORNING + 23.9 * HOUR).state is HomeState.WELL
    assert words(watch, 23.9).startswith("Her own sign came at 2026-11-23 08:00.")
    late = watch.state(HOME, MORNING + 24 * HOUR)
    assert (late.state, late.since) == (HomeState.UNMONITORED, MORNING)
    assert "nothing has been surely hers since 2026-11-23 08:00" in words(watch, 24)


@pytest.mark.parametrize("kind", [Kind.CHECK_IN, Kind.BUTTON, Kind.MOOD, Kind.HEART_RATE])
def test_a_press_or_a_reading_is_hers(kind: Kind) -> None:
    watch = watch_over(SHARED)
    value = {Kind.CHECK_IN: "ok", Kind.BUTTON: "single"}.get(kind, 70.0)
    see(watch, moved(MORNING), signal(HOME, "band", kind, value, MORNING))
    assert watch.state(HOME, MORNING + HOUR).state is HomeState.WELL


def test_where_nobody_moves_the_home_is_quiet_as_any_other() -> None:
    watch = watch_over(SHARED)
    see(watch, moved(MORNING))
    assert watch.state(HOME, MORNING + 7 * HOUR).state is HomeState.QUIET


def test_two_listed_residents_make_a_home_shared_and_one_does_not() -> None:
    def state(residents: int) -> HomeState:
        people = [Person(f"resident-{n}", Role.RESIDENT, cares=(Care(Scope.HOME, HOME),)) for n in range(residents)]
        watch = Watch(Rules())
        watch.take_roster(replace(roster_of(QUIET_HOME), people={one.person: one for one in people}))
        see(watch, moved(MORNING))
        return watch.state(HOME, MORNING + HOUR).state

    assert [state(number) for number in range(3)] == [HomeState.WELL, HomeState.WELL, HomeState.UNMONITORED]


def silence(rules: Rules) -> Finding:
    watch = watch_over(rules)
    watch.take_model(HOME, a_model())
    see(watch, moved(MORNING), moved(MORNING + 2 * MINUTE, "hall"))
    (finding,) = [one for one in watch.tick(MORNING + 5 * HOUR) if one.kind is AlertKind.INACTIVITY]
    return finding


def test_a_silence_is_told_as_nobodys_and_not_as_hers() -> None:
    told = silence(SHARED)
    why = say(told.why, "en", QUIET_HOME.zone)
    assert "Not only she moves in this home: nobody has moved at all." in why
    assert "it is seldom quiet here for more than" in why
    assert told.evidence["seldom_of"] == "the home's"
    assert say(silence(Rules()).why, "en", QUIET_HOME.zone).count("she is seldom quiet") == 1


def test_the_line_of_silence_is_as_in_any_other_home() -> None:
    assert silence(SHARED).evidence["limit_minutes"] == silence(Rules()).evidence["limit_minutes"]


def test_a_long_stay_in_the_bathroom_is_nobodys_for_certain() -> None:
    def asked(rules: Rules) -> list[str]:
        watch = watch_over(rules)
        watch.take_model(HOME, a_model(line=700))
        see(watch, moved(MORNING), moved(MORNING + 5 * MINUTE, "bathroom"), moved(MORNING + 100 * MINUTE, "bathroom"))
        return found(watch, MORNING + 2.5 * HOUR, AlertKind.BATHROOM)

    assert len(asked(Rules())) == 1
    assert asked(SHARED) == []


def test_changes_over_days_are_not_told_as_hers() -> None:
    change = replace(nervous_sensor(QUIET_HOME, "pir", "hall", MORNING), kind=AlertKind.ROUTINE_CHANGE)

    def told(rules: Rules) -> list[AlertKind]:
        watch = watch_over(rules)
        watch.take_nightly(HOME, [change])
        return [one.kind for one in tell(watch, MORNING)]

    assert told(Rules()) == [AlertKind.ROUTINE_CHANGE]
    assert told(SHARED) == []


def test_another_who_moves_does_not_answer_for_a_missed_check_in() -> None:
    watch, alone = watch_over(SHARED), watch_over(Rules())
    assert watch.leaves_open(moved(MORNING)) == {AlertKind.MISSED_CHECK_IN}
    assert watch.leaves_open(ok()) == set()
    assert alone.leaves_open(moved(MORNING)) == set()
    assert AlertKind.BATHROOM in watch.leaves_open(moved(MORNING, "bathroom"))


def test_the_check_in_itself_is_missed_as_ever() -> None:
    watch = Watch(SHARED)
    plan = replace(QUIET_HOME, check_in_by=((MORNING + 4 * HOUR).astimezone(QUIET_HOME.zone).time(),))
    watch.take_roster(roster_of(plan))
    see(watch, *(moved(MORNING + number * 20 * MINUTE) for number in range(20)))
    assert len(found(watch, MORNING + 5 * HOUR, AlertKind.MISSED_CHECK_IN)) == 1


def test_the_door_at_night_is_told_in_a_shared_home_too() -> None:
    night = MORNING - 6 * HOUR
    watch = watch_over(SHARED)
    see(watch, moved(night - HOUR), moved(night - HOUR + MINUTE, "hall"), left(night))
    assert len(found(watch, night + 25 * MINUTE, AlertKind.NIGHT_DOOR)) == 1


def test_the_ceiling_holds_whoever_moves_once_in_a_while() -> None:
    watch = watch_over(SHARED)
    watch.take_model(HOME, a_model(line=600))
    see(watch, moved(MORNING), moved(MORNING + MINUTE, "hall"))
    see(watch, *(moved(MORNING + number * HOUR) for number in range(1, 13)))
    assert found(watch, MORNING + timedelta(hours=12, minutes=5))
