"""When a stay in the bathroom is told, and when it must not be."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.clock import millis
from linli.people import Device, Roster
from linli.signals import Kind
from linli.words import say
from models.habits.customs import BathroomLine, Customs
from models.habits.learner import learn
from models.habits.prior import shipped_prior
from models.rules import Rules
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.lives import ZONE, history
from tests.models.vigil import (
    HOME,
    QUIET_HOME,
    SECOND,
    at,
    checked_in,
    found,
    left,
    moved,
    roster_of,
    see,
    signal,
    tell,
    watch_over,
)

NOON = at("2026-11-23 12:00")
EVENING = at("2026-11-23 21:00")
SHORT = Customs(bathroom_by_day=BathroomLine(50, 25), bathroom_by_night=BathroomLine(45, 10))


def customary(watch: Watch, customs: Customs = SHORT, when: datetime = NOON) -> Watch:
    model = learn(history([]), shipped_prior(), 1.0, when, ZONE)
    watch.take_model(HOME, replace(model, customs=customs))
    return watch


def gone_to_the_bathroom(
    when: datetime = NOON, *, rules: Rules | None = None, devices: tuple[Device, ...] = ()
) -> Watch:
    watch = watch_over(QUIET_HOME, rules=rules, devices=devices)
    see(watch, moved(when - MINUTE), moved(when, "bathroom"))
    return watch


def stays(watch: Watch, now: datetime) -> list[str]:
    return found(watch, now, AlertKind.BATHROOM)


def key(since: datetime) -> str:
    return f"bathroom:{HOME}:{millis(since)}"


def test_a_stay_is_told_when_it_has_lasted_as_long_as_hers_may_and_not_a_second_before() -> None:
    watch = customary(gone_to_the_bathroom())

    assert stays(watch, NOON + 50 * MINUTE - SECOND) == []
    assert watch.next_due(NOON + 50 * MINUTE - SECOND) == NOON + 50 * MINUTE
    assert stays(watch, NOON + 50 * MINUTE) == [key(NOON)]


def test_until_anything_is_learned_two_hours_by_day_and_never_by_night() -> None:
    assert stays(gone_to_the_bathroom(), NOON + 2 * HOUR - SECOND) == []
    assert stays(gone_to_the_bathroom(), NOON + 2 * HOUR) == [key(NOON)]
    assert stays(gone_to_the_bathroom(EVENING), EVENING + 7 * HOUR) == []


def test_what_is_said() -> None:
    watch = customary(gone_to_the_bathroom())
    (finding,) = watch.tick(NOON + 55 * MINUTE)

    assert (finding.kind, finding.severity, finding.at) == (AlertKind.BATHROOM, Severity.URGENT, NOON)
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "In the bathroom since 12:00, and nowhere else since then. Seldom there for longer than 25 min; now 55 min. "
        "Sensors in other rooms are working."
    )
    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "12:00 进卫生间，此后别处没有活动迹象。平时很少超过25分钟，现已55分钟。其他房间有传感器在正常工作。"
    )
    assert finding.evidence == {
        "since": NOON.isoformat(),
        "minutes": 55,
        "limit_minutes": 50,
        "usual_minutes": 25,
    }


def test_a_stay_counts_from_its_beginning_whatever_moves_there_meanwhile() -> None:
    """Who lies on the floor moves too, and a presence radar sees her breathe."""
    watch = customary(gone_to_the_bathroom())
    for minutes in range(1, 50, 3):
        see(watch, moved(NOON + minutes * MINUTE, "bathroom"))
        see(watch, signal(HOME, "radar", Kind.PRESENCE, "on", NOON + minutes * MINUTE, "bathroom"))

    assert stays(watch, NOON + 50 * MINUTE) == [key(NOON)]


def test_a_sign_in_another_room_ends_it() -> None:
    watch = customary(gone_to_the_bathroom())
    see(watch, moved(NOON + 10 * MINUTE, "hall"))

    assert stays(watch, NOON + 2 * HOUR) == []


def test_a_press_on_her_button_begins_it_anew_wherever_the_button_is() -> None:
    pressed = NOON + 40 * MINUTE
    for press in (
        checked_in(pressed, home=HOME),
        signal(HOME, "cord", Kind.CHECK_IN, "ok", pressed, "bathroom"),
    ):
        watch = customary(gone_to_the_bathroom())
        see(watch, press)
        assert stays(watch, NOON + 50 * MINUTE) == []

        see(watch, moved(pressed + MINUTE, "bathroom"))
        assert stays(watch, pressed + 51 * MINUTE) == [key(pressed + MINUTE)]


def test_a_stay_is_told_once_and_so_is_the_silence_that_it_is_made_of() -> None:
    watch = customary(gone_to_the_bathroom())
    tell(watch, NOON + 50 * MINUTE)

    assert watch.tick(NOON + 11 * HOUR) == []

    again = NOON + 12 * HOUR
    see(watch, moved(again - MINUTE), moved(again, "bathroom"))
    assert stays(watch, again + 50 * MINUTE) == [key(again)]


def test_whoever_moves_on_the_floor_after_it_was_told_is_not_forgotten_by_the_silence_line() -> None:
    watch = customary(gone_to_the_bathroom())
    tell(watch, NOON + 50 * MINUTE)
    see(watch, moved(NOON + HOUR, "bathroom"))

    assert stays(watch, NOON + HOUR + MINUTE) == []
    assert stays(customary(watch), NOON + HOUR + MINUTE) == []  # not even if she is learned anew meanwhile
    assert found(watch, NOON + 13 * HOUR) != []


def test_nobody_is_asked_twice_about_one_silence() -> None:
    watch = customary(gone_to_the_bathroom(), Customs(bathroom_by_day=BathroomLine(720)))
    told = [finding.kind for finding in tell(watch, NOON + 12 * HOUR)]

    assert AlertKind.INACTIVITY in told
    assert AlertKind.BATHROOM not in told
    assert stays(watch, NOON + 12 * HOUR + MINUTE) == []


@pytest.mark.parametrize("clock", ["20:00", "23:30", "04:59"])
def test_in_the_evening_and_at_night_a_line_of_its_own_holds(clock: str) -> None:
    """Who goes in then may have gone to bed from there, unseen."""
    when = at(f"2026-11-23 {clock}")
    watch = customary(gone_to_the_bathroom(when), replace(SHORT, bathroom_by_night=BathroomLine(0)))

    assert stays(watch, when + 3 * HOUR) == []
    assert stays(customary(gone_to_the_bathroom(when)), when + 45 * MINUTE) == [key(when)]


def test_without_a_sensor_in_another_room_nothing_could_tell_that_she_has_left() -> None:
    watch = customary(watch_over(QUIET_HOME))
    see(watch, moved(NOON, "bathroom"), checked_in(NOON - MINUTE, home=HOME))

    assert stays(watch, NOON + 5 * HOUR) == []


def test_while_the_sensors_elsewhere_are_dead_nobody_is_asked() -> None:
    watch = customary(watch_over(QUIET_HOME, rules=Rules(supervision=10 * HOUR)))
    see(watch, moved(NOON - 10 * HOUR), moved(NOON, "bathroom"), moved(NOON + MINUTE, "bathroom"))

    assert stays(watch, NOON + 51 * MINUTE) == []


def test_time_in_which_nobody_could_see_the_home_does_not_count() -> None:
    watch = customary(gone_to_the_bathroom())
    watch.see_availability(HOME, "bridge", online=False, at=NOON + 10 * MINUTE)
    assert stays(watch, NOON + HOUR) == []

    watch.see_availability(HOME, "bridge", online=True, at=NOON + 70 * MINUTE)

    assert stays(watch, NOON + 110 * MINUTE - SECOND) == []
    assert stays(watch, NOON + 110 * MINUTE) == [key(NOON)]


def test_while_linli_hears_nothing_nobody_is_asked() -> None:
    watch = customary(gone_to_the_bathroom())
    watch.go_deaf(NOON + 10 * MINUTE)

    assert stays(watch, NOON + 2 * HOUR) == []

    watch.hear_again(NOON + 2 * HOUR)
    assert stays(watch, NOON + 2 * HOUR + 40 * MINUTE) == [key(NOON)]


def test_who_is_declared_away_has_left_the_bathroom() -> None:
    watch = customary(gone_to_the_bathroom())
    watch.take_absence(HOME, NOON + 20 * MINUTE, NOON + 5 * HOUR)

    assert stays(watch, NOON + HOUR) == []
    assert stays(watch, NOON + 6 * HOUR) == []


def test_a_lone_pulse_in_the_bathroom_of_an_empty_home_is_nobody() -> None:
    watch = customary(watch_over(QUIET_HOME))
    see(watch, moved(NOON - 3 * HOUR), left(NOON - 2 * HOUR), moved(NOON, "bathroom"))

    assert stays(watch, NOON + 2 * HOUR) == []


def test_a_sign_from_elsewhere_that_comes_late_shortens_the_stay_to_what_lies_after_it() -> None:
    watch = customary(gone_to_the_bathroom())
    see(
        watch,
        moved(NOON + 30 * MINUTE, "bathroom"),
        moved(NOON + 20 * MINUTE, "hall", received_at=NOON + 45 * MINUTE),
    )

    assert stays(watch, NOON + 50 * MINUTE) == []
    assert stays(watch, NOON + 80 * MINUTE) == [key(NOON + 30 * MINUTE)]


def test_of_the_bathroom_and_another_room_in_one_second_the_other_is_believed() -> None:
    for rooms in (("hall", "bathroom"), ("bathroom", "hall")):
        watch = customary(watch_over(QUIET_HOME))
        see(watch, *(moved(NOON + number * timedelta(milliseconds=400), room) for number, room in enumerate(rooms)))

        assert stays(watch, NOON + HOUR) == []


def test_a_sign_of_the_stay_that_comes_late_makes_it_longer() -> None:
    watch = customary(watch_over(QUIET_HOME))
    see(
        watch,
        moved(NOON - MINUTE),
        moved(NOON + 30 * MINUTE, "bathroom"),
        moved(NOON, "bathroom", received_at=NOON + 45 * MINUTE),
    )

    assert stays(watch, NOON + 50 * MINUTE) == [key(NOON)]


def test_staff_can_set_how_soon_at_the_soonest_and_switch_it_off() -> None:
    least = gone_to_the_bathroom(rules=Rules(bathroom_least=90 * MINUTE))
    never = gone_to_the_bathroom(rules=Rules(bathroom_least=timedelta(0)))

    assert stays(customary(least), NOON + 90 * MINUTE - SECOND) == []
    (finding,) = (f for f in least.tick(NOON + 90 * MINUTE) if f.kind is AlertKind.BATHROOM)
    assert finding.evidence["limit_minutes"] == 90
    assert stays(customary(never), NOON + 5 * HOUR) == []


def test_a_shorter_line_learned_while_she_is_there_holds_at_once() -> None:
    watch = gone_to_the_bathroom()
    assert stays(watch, NOON + 50 * MINUTE) == []

    customary(watch)

    assert watch.next_due(NOON + 50 * MINUTE) == NOON + 50 * MINUTE
    assert stays(watch, NOON + 50 * MINUTE) == [key(NOON)]


def test_a_home_that_is_no_longer_listed_has_no_stay() -> None:
    watch = customary(gone_to_the_bathroom())
    watch.take_roster(replace(watch_roster(), homes={}))

    assert watch.tick(NOON + 2 * HOUR) == []


def watch_roster() -> Roster:
    return roster_of(QUIET_HOME)
