"""When a door at night is told, and when it must not be."""

from dataclasses import replace
from datetime import datetime

import pytest

from linli.alert import AlertKind, Severity
from linli.clock import millis
from linli.signals import Kind, Signal, Value
from linli.words import say
from models.habits.customs import UNKNOWN, Customs
from models.habits.learner import learn
from models.habits.prior import shipped_prior
from models.rules import Rules
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.lives import ZONE, history
from tests.models.vigil import HOME, QUIET_HOME, SECOND, at, found, moved, see, signal, tell, watch_over

NIGHT = at("2026-11-24 02:00")
AFTER = 20 * MINUTE


def door(value: Value, when: datetime, received_at: datetime | None = None) -> Signal:
    return signal(HOME, "front-door", Kind.CONTACT, value, when, "entrance", received_at)


def through_the_door(when: datetime = NIGHT) -> tuple[Signal, ...]:
    return door("open", when), door("closed", when + 9 * SECOND)


def asleep(*, rules: Rules | None = None, when: datetime = NIGHT) -> Watch:
    """Return a watch over a home whose resident turned over in bed a minute before, and whose door was used by day."""
    watch = watch_over(QUIET_HOME, rules=rules)
    see(watch, *through_the_door(when - 12 * HOUR), moved(when - 11 * HOUR), moved(when - 11 * HOUR + MINUTE, "hall"))
    see(watch, moved(when - MINUTE, "bedroom"))
    return watch


def gone_out(when: datetime = NIGHT, *, rules: Rules | None = None) -> Watch:
    watch = asleep(when=when, rules=rules)
    see(watch, *through_the_door(when))
    return watch


def customary(watch: Watch, customs: Customs) -> Watch:
    watch.take_model(HOME, replace(learn(history([]), shipped_prior(), 1.0, NIGHT, ZONE), customs=customs))
    return watch


def doors(watch: Watch, now: datetime) -> list[str]:
    return found(watch, now, AlertKind.NIGHT_DOOR)


def key(since: datetime) -> str:
    return f"night_door:{HOME}:{millis(since)}"


CLOSED = NIGHT + 9 * SECOND


def test_who_went_out_at_night_and_is_not_back_after_twenty_minutes_is_told() -> None:
    watch = gone_out()

    assert watch.next_due(NIGHT + MINUTE) <= CLOSED + AFTER  # type: ignore[operator]
    assert doors(watch, CLOSED + AFTER - SECOND) == []
    assert doors(watch, CLOSED + AFTER) == [key(CLOSED)]


def test_what_is_said() -> None:
    (finding,) = gone_out().tick(CLOSED + 21 * MINUTE)

    assert (finding.kind, finding.severity, finding.at) == (AlertKind.NIGHT_DOOR, Severity.URGENT, CLOSED)
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "The front door was used at 02:00, at night; nobody has moved inside since, for 21 min. "
        "Sensors inside are working."
    )
    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "夜间 02:00 大门有进出，此后21分钟屋内没有活动。屋内有传感器在正常工作。"
    )
    assert (finding.evidence["door"], finding.evidence["minutes"]) == ("closed", 21)


@pytest.mark.parametrize(
    ("clock", "is_told"), [("22:58", False), ("23:00", True), ("05:29", True), ("05:31", False), ("14:00", False)]
)
def test_from_eleven_to_half_past_five(clock: str, is_told: bool) -> None:  # noqa: FBT001 - a table
    when = at(f"2026-11-24 {clock}")

    assert bool(doors(gone_out(when), when + HOUR)) is is_told


def test_her_own_night_takes_the_place_of_everybodys_once_it_is_known() -> None:
    late = replace(UNKNOWN, sleeps=(60, 6 * 60))
    for clock, is_told in (("23:30", False), ("01:00", True), ("05:50", True)):
        when = at(f"2026-11-24 {clock}")
        assert bool(doors(customary(gone_out(when), late), when + HOUR)) is is_told


def test_movement_inside_settles_it() -> None:
    """A caller, or a look at the lock."""
    watch = gone_out()
    see(watch, moved(NIGHT + MINUTE, "hall"))

    assert doors(watch, NIGHT + 2 * HOUR) == []


def test_who_comes_home_late_has_not_gone_out() -> None:
    watch = watch_over(QUIET_HOME)
    see(watch, moved(NIGHT - 9 * HOUR), *through_the_door(NIGHT - 8 * HOUR), *through_the_door(NIGHT))

    assert doors(watch, NIGHT + 3 * HOUR) == []


def test_who_left_in_the_evening_and_stays_out_is_not_gone_out_at_night() -> None:
    watch = watch_over(QUIET_HOME)
    see(watch, moved(NIGHT - 9 * HOUR), *through_the_door(NIGHT - 5 * HOUR))

    assert doors(watch, NIGHT + 3 * HOUR) == []


def test_who_often_goes_out_at_this_hour_is_not_asked_after() -> None:
    def goes_out(nights: int) -> Watch:
        return customary(gone_out(), replace(UNKNOWN, nights_out=tuple(nights if n == 4 else 0 for n in range(48))))

    assert doors(goes_out(1), NIGHT + HOUR) == [key(CLOSED)]
    assert doors(goes_out(2), NIGHT + HOUR) == []


def test_a_door_that_stands_open_at_night_is_told_even_if_somebody_moves_inside() -> None:
    watch = asleep()
    see(watch, door("open", NIGHT), moved(NIGHT + 5 * MINUTE, "hall"))

    assert doors(watch, NIGHT + AFTER - SECOND) == []
    (finding,) = (f for f in watch.tick(NIGHT + AFTER) if f.kind is AlertKind.NIGHT_DOOR)
    assert finding.key == key(NIGHT)
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "The front door has stood open since 02:00, at night, for 20 min. Somebody has moved inside since."
    )


def test_a_door_that_stands_open_and_nobody_is_there() -> None:
    watch = asleep()
    see(watch, door("open", NIGHT))
    (finding,) = (f for f in watch.tick(NIGHT + AFTER) if f.kind is AlertKind.NIGHT_DOOR)

    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "夜间 02:00 起大门一直开着，已20分钟，此后屋内没有活动。屋内有传感器在正常工作。"
    )


def test_a_door_that_says_again_that_it_is_open_is_open_since_the_first_time() -> None:
    watch = asleep()
    see(watch, *(door("open", NIGHT + minutes * MINUTE) for minutes in (0, 10, 15)), moved(NIGHT + 16 * MINUTE))

    assert doors(watch, NIGHT + AFTER) == [key(NIGHT)]


def test_a_contact_that_tells_only_of_openings_does_not_stand_open() -> None:
    watch = watch_over(QUIET_HOME)
    see(watch, moved(NIGHT - MINUTE), door("open", NIGHT), moved(NIGHT + MINUTE))

    assert doors(watch, NIGHT + HOUR) == []


def test_a_door_that_was_shut_again_does_not_stand_open() -> None:
    watch = asleep()
    see(
        watch,
        door("open", NIGHT),
        moved(NIGHT + MINUTE),
        door("closed", NIGHT + 10 * MINUTE),
        moved(NIGHT + 11 * MINUTE),
    )

    assert doors(watch, NIGHT + HOUR) == []


def test_it_is_told_once_a_time_that_she_goes_out() -> None:
    watch = gone_out()
    tell(watch, NIGHT + HOUR)
    assert doors(watch, NIGHT + 2 * HOUR) == []
    assert doors(customary(watch, UNKNOWN), NIGHT + 2 * HOUR) == []  # not even if she is learned anew meanwhile

    back, again = NIGHT + 2 * HOUR, NIGHT + 150 * MINUTE
    see(watch, *through_the_door(back), moved(back + MINUTE), *through_the_door(again))

    assert doors(watch, again + HOUR) == [key(again + 9 * SECOND)]


def test_without_a_contact_movement_at_the_exit_counts_once_her_nights_are_known() -> None:
    """People pass a sensor in the hall on the way to bed."""

    def passed(nights: int) -> Watch:
        watch = watch_over(QUIET_HOME)
        see(watch, moved(NIGHT - MINUTE, "bedroom"), moved(NIGHT, "entrance"))
        return customary(watch, replace(UNKNOWN, nights=nights))

    assert doors(passed(13), NIGHT + HOUR) == []
    assert doors(passed(14), NIGHT + HOUR) == [key(NIGHT)]


def test_where_the_door_has_a_contact_movement_at_the_exit_is_no_going_out() -> None:
    watch = customary(asleep(), replace(UNKNOWN, nights=28))
    see(watch, moved(NIGHT, "entrance"))

    assert doors(watch, NIGHT + HOUR) == []


def test_without_a_sensor_inside_nobody_knows_whether_she_is_back() -> None:
    watch = watch_over(QUIET_HOME, rules=Rules(supervision=2 * HOUR))
    see(watch, moved(NIGHT - 3 * HOUR), *through_the_door())

    assert doors(watch, NIGHT + HOUR) == []


def test_time_in_which_nobody_could_see_the_home_does_not_count() -> None:
    watch = gone_out()
    watch.see_availability(HOME, "bridge", online=False, at=NIGHT + 10 * MINUTE)
    assert doors(watch, NIGHT + HOUR) == []

    watch.see_availability(HOME, "bridge", online=True, at=NIGHT + 70 * MINUTE)

    assert doors(watch, NIGHT + 80 * MINUTE) == []
    assert doors(watch, CLOSED + 80 * MINUTE) == [key(CLOSED)]


def test_who_is_declared_away_may_go_at_night() -> None:
    watch = gone_out()
    watch.take_absence(HOME, NIGHT - HOUR, NIGHT + 48 * HOUR)

    assert doors(watch, NIGHT + HOUR) == []


def test_who_said_so_a_little_later_has_said_so() -> None:
    watch = gone_out()
    watch.take_absence(HOME, NIGHT + 10 * MINUTE, NIGHT + 30 * MINUTE)

    assert doors(watch, NIGHT + HOUR) == []


def test_staff_can_set_after_how_long_and_switch_it_off() -> None:
    soon, never = (gone_out(rules=Rules(night_door_after=minutes * MINUTE)) for minutes in (5, 0))

    assert doors(soon, CLOSED + 5 * MINUTE) == [key(CLOSED)]
    assert doors(never, NIGHT + 5 * HOUR) == []


def test_what_is_learned_of_her_nights_meanwhile_holds_at_once() -> None:
    when = at("2026-11-23 22:30")
    watch = gone_out(when)
    assert doors(watch, when + HOUR) == []

    customary(watch, replace(UNKNOWN, sleeps=(22 * 60, 5 * 60)))

    assert doors(watch, when + HOUR) == [key(when + 9 * SECOND)]


def test_a_closing_that_comes_late_shuts_the_door_all_the_same() -> None:
    watch = asleep()
    see(watch, door("open", NIGHT), moved(NIGHT + 12 * MINUTE))
    see(watch, door("closed", NIGHT + 10 * SECOND, NIGHT + 15 * MINUTE))

    assert doors(watch, NIGHT + HOUR) == []


def test_a_closing_that_is_heard_late_does_not_hide_that_the_door_was_opened_again() -> None:
    watch = asleep()
    day = NIGHT - 6 * HOUR
    see(watch, door("closed", day - MINUTE), door("open", day))
    see(watch, door("open", NIGHT), door("closed", NIGHT - 10 * MINUTE), moved(NIGHT + MINUTE))

    assert doors(watch, NIGHT + AFTER) == [key(NIGHT)]
