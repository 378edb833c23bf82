"""When a silence is told, and when it must not be."""

from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.clock import millis
from linli.people import Device
from linli.signals import Kind
from linli.words import say
from models.rules import Rules
from models.watch import Watch
from tests.cast import BATH, BUTTON, HOUR, MEI, MINUTE, OTHER_SITE
from tests.models.vigil import (
    BERLINER,
    HOME,
    MORNING,
    QUIET_HOME,
    SECOND,
    at,
    berlin,
    charge,
    checked_in,
    first_found,
    found,
    left,
    moved,
    quiet_home,
    roster_of,
    see,
    signal,
    tell,
    watch_over,
)


def key(last_sign: datetime, home: str = HOME) -> str:
    return f"inactivity:{home}:{millis(last_sign)}"


def quiet_since(moment: datetime, room: str = "kitchen") -> Watch:
    return quiet_home(moved(moment, room))


def test_eight_hours_by_day_and_not_a_second_less() -> None:
    watch = quiet_since(MORNING)

    assert found(watch, MORNING + 8 * HOUR - SECOND) == []
    assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]


def test_what_a_finding_says() -> None:
    watch = quiet_since(MORNING)
    (finding,) = watch.tick(MORNING + 8 * HOUR + MINUTE)

    assert (finding.kind, finding.severity, finding.at) == (AlertKind.INACTIVITY, Severity.URGENT, MORNING)
    assert (finding.home, finding.site) == (HOME, QUIET_HOME.site)
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "No sign of life since 08:00. At this hour the limit is 8 h; now 8 h 1 min. "
        "Last seen: kitchen. Sensors are working."
    )
    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "最近一次活动迹象 08:00，厨房，此后没有活动迹象。此时段的上限是8小时，现已8小时1分钟。传感器工作正常。"
    )
    assert finding.evidence["quiet_minutes"] == 481


def test_a_finding_comes_back_until_it_is_told_and_then_no_more_in_this_silence() -> None:
    watch = quiet_since(MORNING)
    now = MORNING + 8 * HOUR
    assert found(watch, now) == found(watch, now + MINUTE) == [key(MORNING)]

    watch.told(key(MORNING))

    assert found(watch, now + MINUTE) == []
    assert found(watch, now + 10 * HOUR) == []


def test_the_next_silence_is_a_new_episode() -> None:
    watch = quiet_since(MORNING)
    tell(watch, MORNING + 8 * HOUR)
    again = MORNING + 9 * HOUR
    see(watch, moved(again))

    assert found(watch, again + 8 * HOUR) == []
    assert found(watch, at("2026-11-24 07:00")) == [key(again)]


@pytest.mark.parametrize(
    ("last", "rings"),
    [
        ("2026-03-28 21:30", "2026-03-29 07:00"),
        ("2026-10-24 21:30", "2026-10-25 07:00"),
        ("2026-10-25 00:30", "2026-10-25 07:30"),
    ],
    ids=["spring, nine and a half hours on the wall", "autumn", "autumn, seven hours on the wall"],
)
def test_in_berlin_when_the_clocks_change(last: str, rings: str) -> None:
    watch = watch_over(BERLINER)
    see(watch, moved(berlin(last), home=BERLINER.home))

    assert first_found(watch, berlin(last), berlin(last) + 14 * HOUR) == berlin(rings)


def test_each_home_has_its_own_clock() -> None:
    watch = watch_over(QUIET_HOME, BERLINER, OTHER_SITE)
    begun = at("2026-11-23 14:30")
    see(watch, *(moved(begun, home=home.home) for home in (QUIET_HOME, BERLINER, OTHER_SITE)))

    assert found(watch, begun + 8 * HOUR) == [key(begun, BERLINER.home), key(begun, OTHER_SITE.home)]
    assert found(watch, begun + 12 * HOUR) == [key(begun, home.home) for home in (QUIET_HOME, BERLINER, OTHER_SITE)]


def test_a_sensors_timer_and_a_battery_report_are_no_signs_of_life() -> None:
    watch = quiet_since(MORNING)
    see(watch, signal(HOME, "kitchen-pir", Kind.MOTION, "off", MORNING + 4 * HOUR), charge(MORNING + 5 * HOUR, 80.0))

    assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]


# order and clocks


def test_a_late_batch_does_not_move_the_last_sign_back() -> None:
    watch = quiet_since(MORNING)
    arrived = MORNING + 7 * HOUR
    see(watch, *(moved(MORNING - hours * HOUR, "hall", received_at=arrived) for hours in (3, 2, 1)))

    assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]
    assert watch.state(HOME, MORNING + 8 * HOUR).last_room == "kitchen"


def test_a_late_batch_counts_for_when_it_happened_not_for_when_it_came() -> None:
    watch = quiet_since(MORNING)
    see(watch, moved(MORNING + 2 * HOUR, "hall", received_at=MORNING + 7 * HOUR))

    assert found(watch, MORNING + 10 * HOUR - SECOND) == []
    assert found(watch, MORNING + 10 * HOUR) == [key(MORNING + 2 * HOUR)]


def test_a_clock_that_runs_ahead_does_not_keep_a_home_alive() -> None:
    watch = quiet_home(moved(MORNING + 24 * HOUR, received_at=MORNING))

    assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]


def test_a_clock_that_starts_in_2020_rings_no_alarm_for_a_lively_home() -> None:
    watch = watch_over(QUIET_HOME)
    wrong = MORNING - at("2020-01-01 00:00")
    told = []
    for minutes in range(0, 24 * 60, 20):
        now = MORNING + minutes * MINUTE
        see(watch, moved(now - wrong, received_at=now))
        told += tell(watch, now)

    assert told == []


# out, and back


def test_who_left_by_the_exit_may_be_out_for_a_day() -> None:
    watch = quiet_since(MORNING)
    gone = MORNING + 10 * MINUTE
    see(watch, left(gone))

    assert found(watch, gone + 24 * HOUR - SECOND) == []
    assert found(watch, gone + 24 * HOUR) == [key(gone)]
    (finding,) = (f for f in watch.tick(gone + 24 * HOUR) if f.kind is AlertKind.INACTIVITY)
    assert say(finding.why, "en", QUIET_HOME.zone).startswith(
        "Left by the exit at 2026-11-23 08:10; no sign of life since then."
    )


def test_a_sign_of_life_inside_ends_being_out() -> None:
    watch = quiet_since(MORNING)
    back = MORNING + 2 * HOUR
    see(watch, left(MORNING + HOUR), left(back - MINUTE), moved(back))

    assert found(watch, back + 8 * HOUR) == [key(back)]


def test_of_the_door_and_a_room_in_the_same_moment_the_room_is_believed() -> None:
    for signals in ((left(MORNING), moved(MORNING)), (moved(MORNING), left(MORNING))):
        watch = quiet_home(*signals)

        assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]
        assert watch.state(HOME, MORNING).last_room == "kitchen"


def test_a_check_in_from_a_pocket_does_not_say_that_somebody_is_at_home() -> None:
    watch = quiet_since(MORNING)
    pressed = MORNING + 3 * HOUR
    see(watch, left(MORNING + HOUR), checked_in(pressed, home=HOME), charge(pressed, 80.0))

    assert found(watch, pressed + 8 * HOUR) == []
    assert found(watch, pressed + 24 * HOUR) == [key(pressed)]


def test_a_sensor_without_a_room_is_inside() -> None:
    watch = quiet_since(MORNING)
    see(watch, left(MORNING + HOUR), moved(MORNING + 2 * HOUR, ""))

    assert found(watch, MORNING + 10 * HOUR) == [key(MORNING + 2 * HOUR)]


def test_the_device_list_says_which_door_is_the_exit() -> None:
    door = Device(HOME, "door-3", room="entrance", kinds=("contact",))
    watch = watch_over(QUIET_HOME, devices=(door,))
    see(watch, moved(MORNING), signal(HOME, "door-3", Kind.CONTACT, "open", MORNING + MINUTE))

    assert found(watch, MORNING + 9 * HOUR) == []


# who cannot be judged by silence


def test_a_home_with_only_buttons_is_never_inactive() -> None:
    watch = watch_over(MEI, devices=(BUTTON,))
    see(watch, checked_in(MORNING))

    assert found(watch, MORNING + 20 * HOUR) == []


def test_the_time_before_there_was_a_motion_sensor_does_not_count() -> None:
    watch = watch_over(MEI, devices=(BUTTON,))
    see(watch, checked_in(MORNING))
    fitted = MORNING + 6 * HOUR
    see(watch, signal(MEI.home, "bath", Kind.MOTION, "off", fitted))

    assert found(watch, fitted + 8 * HOUR) == []
    assert found(watch, fitted + 12 * HOUR) == [key(MORNING, MEI.home)]


def test_a_motion_sensor_that_only_said_it_was_there_watches_from_then_on() -> None:
    watch = watch_over(MEI, devices=(BUTTON, BATH))
    see(watch, checked_in(MORNING))
    watch.see_availability(MEI.home, "bath", online=True, at=MORNING + HOUR)

    assert found(watch, MORNING + 9 * HOUR) == [key(MORNING, MEI.home)]


def test_a_home_that_never_showed_a_sign_of_life_is_not_inactive() -> None:
    watch = watch_over(MEI, devices=(BATH,))
    see(watch, signal(MEI.home, "bath", Kind.BATTERY, 90.0, MORNING))

    assert found(watch, MORNING + 20 * HOUR) == []


def test_an_unknown_home_is_passed_over() -> None:
    watch = quiet_home(moved(MORNING, home="home-99"))

    assert watch.tick(MORNING + 20 * HOUR) == []


# blind is not inactive


def gateway(watch: Watch, when: datetime, *, online: bool) -> None:
    watch.see_availability(HOME, "gateway", online=online, at=when)


def test_a_home_that_fell_blind_before_its_line_is_not_inactive() -> None:
    watch = quiet_since(MORNING)
    gateway(watch, MORNING + 3 * HOUR, online=False)

    assert found(watch, MORNING + 30 * HOUR) == []
    assert found(watch, MORNING + 30 * HOUR, AlertKind.UNMONITORED) != []


def test_a_line_crossed_while_the_home_was_seen_stays_crossed() -> None:
    watch = quiet_since(MORNING)
    gateway(watch, MORNING + 8 * HOUR + MINUTE, online=False)

    assert found(watch, MORNING + 9 * HOUR) == [key(MORNING)]
    (finding,) = (f for f in watch.tick(MORNING + 9 * HOUR) if f.kind is AlertKind.INACTIVITY)
    assert say(finding.why, "en", QUIET_HOME.zone).endswith("Its sensors have fallen silent since.")

    gateway(watch, MORNING + 14 * HOUR, online=True)
    assert found(watch, MORNING + 14 * HOUR) == [key(MORNING)]


def test_only_the_time_in_which_a_home_could_be_seen_counts() -> None:
    watch = quiet_since(MORNING)
    gateway(watch, MORNING + 3 * HOUR, online=False)
    gateway(watch, MORNING + 5 * HOUR, online=True)

    assert found(watch, MORNING + 10 * HOUR - SECOND) == []
    assert found(watch, MORNING + 10 * HOUR) == [key(MORNING)]
    (finding,) = watch.tick(MORNING + 10 * HOUR)
    assert say(finding.why, "en", QUIET_HOME.zone).startswith(
        "No sign of life since 08:00; for 2 h of this nobody could have seen one. "
        "At this hour the limit is 8 h; seen to be still for 8 h."
    )


def test_a_fall_cannot_hide_behind_a_gateway_that_comes_and_goes() -> None:
    watch = quiet_since(MORNING)
    for minutes in range(10, 500, 10):
        gateway(watch, MORNING + minutes * MINUTE, online=False)
        gateway(watch, MORNING + minutes * MINUTE + 30 * SECOND, online=True)

    rang = first_found(watch, MORNING + 8 * HOUR, MORNING + 9 * HOUR)

    assert rang - MORNING == 8 * HOUR + 24 * MINUTE + MINUTE  # 49 times half a minute, told at a whole one


def test_which_of_two_sensors_is_heard_first_after_a_blind_time_makes_no_difference() -> None:
    back = (
        charge(MORNING + 5 * HOUR + 0.1 * SECOND, 80.0),
        charge(MORNING + 5 * HOUR + 0.9 * SECOND, 80.0, "hall-pir"),
    )
    due = []
    for order in (back, back[::-1]):
        watch = quiet_since(MORNING)
        see(watch, moved(MORNING, "hall"))
        gateway(watch, MORNING + 3 * HOUR, online=False)
        see(watch, *order)
        due.append(watch.next_due(MORNING + 6 * HOUR))

    assert due == [MORNING + 10 * HOUR] * 2


def test_offline_told_again_does_not_mean_that_it_was_seen_until_then() -> None:
    watch = quiet_since(MORNING)
    gateway(watch, MORNING + 3 * HOUR, online=False)
    gateway(watch, MORNING + 7 * HOUR, online=False)
    gateway(watch, MORNING + 8 * HOUR, online=True)

    assert found(watch, MORNING + 13 * HOUR - SECOND) == []
    assert found(watch, MORNING + 13 * HOUR) == [key(MORNING)]


def test_a_bridge_that_comes_back_too_late_for_its_sensors_makes_nobody_inactive() -> None:
    watch = quiet_since(MORNING)
    gateway(watch, MORNING + HOUR, online=False)
    gateway(watch, MORNING + 26 * HOUR, online=True)

    assert found(watch, MORNING + 26 * HOUR) == []


def test_a_day_spent_blind_does_not_lend_its_short_line_to_the_night() -> None:
    evening = at("2026-11-22 22:30")
    watch = quiet_since(evening)
    gateway(watch, at("2026-11-23 06:50"), online=False)
    gateway(watch, at("2026-11-23 22:30"), online=True)
    see(watch, charge(at("2026-11-23 22:31"), 80.0))

    assert first_found(watch, at("2026-11-23 22:30"), at("2026-11-24 07:00")) == at("2026-11-24 02:10")


# declared away


def test_nobody_is_inactive_while_declared_away() -> None:
    watch = quiet_since(MORNING)
    watch.take_absence(HOME, MORNING + HOUR, None)
    see(watch, moved(MORNING + 2 * HOUR))

    assert found(watch, MORNING + 20 * HOUR) == []
    assert watch.state(HOME, MORNING + 20 * HOUR).last_sign_at == MORNING + 2 * HOUR


def test_who_does_not_come_back_is_missed_by_the_line_of_that_hour() -> None:
    watch = quiet_since(MORNING)
    see(watch, left(MORNING + HOUR))
    back_by = at("2026-11-25 10:00")
    watch.take_absence(HOME, MORNING + HOUR, back_by)
    see(watch, charge(back_by - HOUR, 80.0))

    assert found(watch, back_by + 8 * HOUR - SECOND) == []
    assert found(watch, back_by + 8 * HOUR) == [key(MORNING + HOUR)]
    (finding,) = watch.tick(back_by + 8 * HOUR)
    assert say(finding.why, "en", QUIET_HOME.zone).startswith("Expected back by 10:00; no sign of life since then.")


def test_an_absence_ended_early_ends_at_once() -> None:
    watch = quiet_since(MORNING)
    watch.take_absence(HOME, MORNING + HOUR, None)
    watch.end_absence(HOME, MORNING + 4 * HOUR)

    assert found(watch, MORNING + 12 * HOUR - SECOND) == []
    assert found(watch, MORNING + 12 * HOUR) == [key(MORNING)]


def test_an_absence_planned_for_later_changes_nothing_before() -> None:
    watch = quiet_since(MORNING)
    watch.take_absence(HOME, MORNING + 9 * HOUR, None)

    assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]
    assert found(watch, MORNING + 9 * HOUR) == []


def test_a_plan_dropped_before_it_began_leaves_nothing() -> None:
    watch = quiet_since(MORNING)
    watch.take_absence(HOME, MORNING + 4 * HOUR, None)
    watch.end_absence(HOME, MORNING + 3 * HOUR)

    assert found(watch, MORNING + 8 * HOUR) == [key(MORNING)]


def test_a_second_absence_does_not_forget_the_first() -> None:
    watch = quiet_since(MORNING)
    watch.take_absence(HOME, MORNING, MORNING + 6 * HOUR)
    watch.take_absence(HOME, MORNING + 48 * HOUR, None)

    assert found(watch, MORNING + 13 * HOUR) == []


# linli's own silence


def test_what_linli_did_not_hear_counts_for_nobodys_silence() -> None:
    watch = quiet_since(MORNING)
    watch.go_deaf(MORNING + 2 * HOUR)
    assert found(watch, MORNING + 9 * HOUR) == []

    watch.hear_again(MORNING + 9 * HOUR)

    assert found(watch, MORNING + 9 * HOUR) == []
    assert found(watch, at("2026-11-24 03:00") - SECOND) == []
    assert found(watch, at("2026-11-24 03:00")) == [key(MORNING)]


def test_a_home_that_fell_blind_while_linli_was_deaf_is_not_excused_twice() -> None:
    watch = quiet_since(MORNING)
    see(watch, left(MORNING + MINUTE))
    watch.go_deaf(MORNING + 20 * HOUR)
    watch.hear_again(MORNING + 30 * HOUR)
    see(watch, charge(MORNING + 31 * HOUR, 80.0))

    due = MORNING + MINUTE + 24 * HOUR + 11 * HOUR

    assert found(watch, due - SECOND) == []
    assert found(watch, due) == [key(MORNING + MINUTE)]


def test_what_was_stored_before_a_restart_is_known_after_it() -> None:
    watch = watch_over(QUIET_HOME)
    watch.warm(HOME, [moved(MORNING), moved(MORNING - HOUR, "hall"), moved(MORNING, home="home-9")])
    watch.go_deaf(MORNING + 7 * HOUR)
    watch.hear_again(MORNING + 7 * HOUR + 3 * SECOND)

    assert found(watch, MORNING + 8 * HOUR + 2 * SECOND) == []
    assert found(watch, MORNING + 8 * HOUR + 3 * SECOND) == [key(MORNING)]


def test_a_line_crossed_just_before_a_crash_is_found_after_it() -> None:
    watch = watch_over(QUIET_HOME)
    watch.warm(HOME, [moved(at("2026-11-23 13:59"))])
    watch.go_deaf(at("2026-11-23 22:05"))
    watch.hear_again(at("2026-11-23 23:05"))

    assert found(watch, at("2026-11-23 23:05")) == [key(at("2026-11-23 13:59"))]


# the roster changes


def test_a_home_that_leaves_the_scheme_is_forgotten_and_the_others_are_not() -> None:
    watch = watch_over(QUIET_HOME, BERLINER)
    see(watch, moved(MORNING), moved(MORNING, home=BERLINER.home))

    watch.take_roster(roster_of(OTHER_SITE, BERLINER))

    assert found(watch, MORNING + 12 * HOUR) == [key(MORNING, BERLINER.home)]
    watch.take_roster(roster_of(BERLINER, QUIET_HOME))
    assert found(watch, MORNING + 12 * HOUR) == [key(MORNING, BERLINER.home)]


def test_what_was_told_stays_told_when_the_roster_changes() -> None:
    watch = quiet_since(MORNING)
    tell(watch, MORNING + 8 * HOUR)

    watch.take_roster(roster_of(BERLINER, QUIET_HOME))

    assert found(watch, MORNING + 9 * HOUR) == []


def test_a_roster_may_change_between_a_finding_and_its_alert() -> None:
    watch = watch_over(QUIET_HOME, BERLINER)
    see(watch, moved(MORNING), moved(MORNING, home=BERLINER.home))
    now = at("2026-11-24 07:00", BERLINER.timezone)
    assert set(found(watch, now)) == {key(MORNING), key(MORNING, BERLINER.home)}

    watch.take_roster(roster_of(BERLINER))
    watch.told(key(MORNING))

    assert found(watch, now) == [key(MORNING, BERLINER.home)]


def test_a_home_that_moves_to_another_zone_goes_by_its_new_clock() -> None:
    watch = quiet_since(at("2026-11-23 14:30"))
    watch.tick(at("2026-11-23 15:00"))

    watch.take_roster(roster_of(type(QUIET_HOME)(HOME, QUIET_HOME.site, "3", timezone="Asia/Urumqi")))

    assert found(watch, at("2026-11-23 22:30")) == [key(at("2026-11-23 14:30"))]


def test_other_limits_can_be_set() -> None:
    watch = watch_over(QUIET_HOME, rules=Rules(day_line=timedelta(hours=4)))
    see(watch, moved(MORNING))

    assert found(watch, MORNING + 4 * HOUR) == [key(MORNING)]
