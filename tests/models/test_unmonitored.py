"""Homes that nobody can see into."""

from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.clock import millis
from linli.people import Device
from linli.signals import Kind
from linli.words import say
from models.watch import Watch
from tests.cast import BATH, BUTTON, HALL, HOUR, MEI, MINUTE
from tests.models.vigil import (
    HOME,
    MORNING,
    QUIET_HOME,
    SECOND,
    charge,
    checked_in,
    found,
    moved,
    quiet_home,
    roster_of,
    see,
    signal,
    tell,
    watch_over,
)

SETTLES = timedelta(seconds=90)


def key(last_heard: datetime, home: str = HOME) -> str:
    return f"unmonitored:{home}:{millis(last_heard)}"


def lost(watch: Watch, now: datetime) -> list[str]:
    return found(watch, now, AlertKind.UNMONITORED)


def heard_at(*moments: datetime) -> Watch:
    return quiet_home(*(moved(moment) for moment in moments))


def is_over(watch: Watch, now: datetime) -> bool:
    return watch.is_over(AlertKind.UNMONITORED, HOME, now)


def test_a_home_that_says_nothing_for_25_hours_is_unmonitored() -> None:
    watch = heard_at(MORNING)

    assert lost(watch, MORNING + 25 * HOUR - SECOND) == []
    assert lost(watch, MORNING + 25 * HOUR) == [key(MORNING)]
    (finding,) = (f for f in watch.tick(MORNING + 25 * HOUR) if f.kind is AlertKind.UNMONITORED)
    assert (finding.severity, finding.at) == (Severity.NOTICE, MORNING)
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "Unmonitored: no signal from this home for 25 h, since 2026-11-23 08:00. Nobody can see whether all is well."
    )


def test_any_word_of_a_device_that_sees_life_will_do() -> None:
    watch = heard_at(MORNING)
    see(watch, charge(MORNING + 20 * HOUR, 80.0))

    assert lost(watch, MORNING + 44 * HOUR) == []


def test_a_thermometer_does_not_make_up_for_a_motion_sensor() -> None:
    watch = heard_at(MORNING)
    for hours in range(1, 30):
        see(watch, signal(HOME, "thermometer", Kind.TEMPERATURE, 21.0, MORNING + hours * HOUR))

    assert lost(watch, MORNING + 25 * HOUR) == lost(watch, MORNING + 29 * HOUR) == [key(MORNING)]


def test_a_home_that_only_measures_the_air_was_never_watched_over() -> None:
    watch = watch_over(QUIET_HOME)
    for hours in range(3):
        see(watch, signal(HOME, "thermometer", Kind.TEMPERATURE, 21.0, MORNING + hours * HOUR))

    assert lost(watch, MORNING + 60 * HOUR) == []


def test_neither_does_a_button_where_movement_is_what_counts() -> None:
    watch = heard_at(MORNING)
    see(watch, checked_in(MORNING + 24 * HOUR, home=HOME))

    assert lost(watch, MORNING + 25 * HOUR) == [key(MORNING)]


def test_where_there_are_only_buttons_they_do() -> None:
    watch = watch_over(MEI, devices=(BUTTON,))
    see(watch, checked_in(MORNING))

    assert lost(watch, MORNING + 25 * HOUR) == [key(MORNING, MEI.home)]


def test_a_late_batch_proves_that_the_device_lives_now() -> None:
    watch = heard_at(MORNING)
    see(watch, moved(MORNING + HOUR, received_at=MORNING + 20 * HOUR))

    assert lost(watch, MORNING + 44 * HOUR) == []


def test_never_heard_is_nothing_to_tell() -> None:
    watch = watch_over(MEI, devices=(BATH, BUTTON))

    assert watch.tick(MORNING + 100 * HOUR) == []


def test_it_comes_back_until_told_and_a_new_loss_is_a_new_episode() -> None:
    watch = heard_at(MORNING)
    assert lost(watch, MORNING + 25 * HOUR) == lost(watch, MORNING + 26 * HOUR) == [key(MORNING)]
    watch.told(key(MORNING))
    assert lost(watch, MORNING + 27 * HOUR) == []
    assert not is_over(watch, MORNING + 27 * HOUR)

    see(watch, charge(MORNING + 28 * HOUR, 80.0))

    assert is_over(watch, MORNING + 28 * HOUR)
    assert lost(watch, MORNING + 53 * HOUR) == [key(MORNING + 28 * HOUR)]


def test_a_home_that_is_gone_is_over() -> None:
    watch = heard_at(MORNING)
    watch.take_roster(roster_of(MEI))

    assert is_over(watch, MORNING + 30 * HOUR)


# offline


def test_offline_is_told_once_it_has_settled() -> None:
    watch = heard_at(MORNING)
    watch.see_availability(HOME, "kitchen-pir", online=False, at=MORNING + HOUR)

    assert lost(watch, MORNING + HOUR + SETTLES - SECOND) == []
    assert lost(watch, MORNING + HOUR + SETTLES) == [key(MORNING)]
    (finding,) = watch.tick(MORNING + HOUR + SETTLES)
    assert say(finding.why, "en", QUIET_HOME.zone).startswith(
        "Unmonitored: the devices of this home are offline since 09:00."
    )


def test_a_router_that_restarts_is_nothing_to_tell() -> None:
    watch = heard_at(MORNING)
    watch.see_availability(HOME, "kitchen-pir", online=False, at=MORNING + HOUR)
    watch.see_availability(HOME, "kitchen-pir", online=True, at=MORNING + HOUR + MINUTE)

    assert lost(watch, MORNING + 2 * HOUR) == []


def test_one_sensor_of_two_offline_is_no_loss_of_the_home() -> None:
    watch = heard_at(MORNING)
    see(watch, moved(MORNING, "hall"))
    watch.see_availability(HOME, "kitchen-pir", online=False, at=MORNING + HOUR)

    assert lost(watch, MORNING + 24 * HOUR) == []


@pytest.mark.parametrize("device", ["zigbee2mqtt", "bridge"])
def test_a_bridge_that_is_lost_blinds_what_is_behind_it(device: str) -> None:
    watch = heard_at(MORNING)
    see(watch, moved(MORNING, "hall"))
    watch.see_availability(HOME, device, online=False, at=MORNING + HOUR)

    assert lost(watch, MORNING + HOUR + SETTLES) == [key(MORNING)]


def test_whoever_is_heard_past_a_lost_bridge_is_heard() -> None:
    watch = heard_at(MORNING)
    watch.see_availability(HOME, "bridge", online=False, at=MORNING + HOUR)
    see(watch, moved(MORNING + HOUR + MINUTE))

    assert lost(watch, MORNING + 20 * HOUR) == []


def test_each_loss_of_a_bridge_is_told_although_no_device_spoke_between() -> None:
    watch = heard_at(MORNING)
    watch.see_availability(HOME, "bridge", online=False, at=MORNING + HOUR)
    assert [f.key for f in tell(watch, MORNING + 2 * HOUR)] == [key(MORNING)]
    watch.see_availability(HOME, "bridge", online=True, at=MORNING + 3 * HOUR)
    assert is_over(watch, MORNING + 3 * HOUR)

    watch.see_availability(HOME, "bridge", online=False, at=MORNING + 5 * HOUR)

    assert lost(watch, MORNING + 6 * HOUR) == [key(MORNING + 3 * HOUR)]


def test_a_bridge_that_says_it_is_well_does_not_start_a_new_episode_for_dead_sensors() -> None:
    watch = heard_at(MORNING)
    tell(watch, MORNING + 25 * HOUR)
    for hours in range(26, 40):
        watch.see_availability(HOME, "bridge", online=True, at=MORNING + hours * HOUR)

    assert lost(watch, MORNING + 40 * HOUR) == []
    assert not is_over(watch, MORNING + 40 * HOUR)


def test_a_thermometer_offline_is_not_a_bridge() -> None:
    watch = heard_at(MORNING)
    see(watch, signal(HOME, "thermometer", Kind.TEMPERATURE, 21.0, MORNING))
    watch.see_availability(HOME, "thermometer", online=False, at=MORNING + HOUR)

    assert lost(watch, MORNING + 20 * HOUR) == []


def test_an_old_word_of_being_offline_is_no_news() -> None:
    watch = heard_at(MORNING)
    watch.see_availability(HOME, "kitchen-pir", online=False, at=MORNING - HOUR)

    assert lost(watch, MORNING + 20 * HOUR) == []


def test_a_mains_device_is_missed_within_three_minutes() -> None:
    radar = Device(MEI.home, "radar", room="bedroom", kinds=("presence",), model="mains")
    watch = watch_over(MEI, devices=(radar,))
    see(watch, signal(MEI.home, "radar", Kind.PRESENCE, "on", MORNING))

    assert lost(watch, MORNING + 180 * SECOND - SECOND) == []
    assert lost(watch, MORNING + 180 * SECOND) == [key(MORNING, MEI.home)]


def test_a_mains_device_with_a_last_will_may_be_silent() -> None:
    radar = Device(MEI.home, "radar", room="bedroom", kinds=("presence",), model="mains")
    watch = watch_over(MEI, devices=(radar,))
    watch.see_availability(MEI.home, "radar", online=True, at=MORNING)
    see(watch, signal(MEI.home, "radar", Kind.PRESENCE, "on", MORNING))

    assert lost(watch, MORNING + HOUR) == []


# the roster and linli itself


def test_a_sensor_taken_out_of_the_list_is_no_longer_waited_for() -> None:
    watch = watch_over(MEI, devices=(BATH, HALL))
    see(watch, signal(MEI.home, "hall", Kind.CONTACT, "open", MORNING))
    see(watch, signal(MEI.home, "bath", Kind.MOTION, "on", MORNING + 10 * HOUR))

    watch.take_roster(roster_of(MEI, devices=(HALL,)))

    assert lost(watch, MORNING + 25 * HOUR) == [key(MORNING, MEI.home)]


def test_after_a_weekend_without_linli_nobody_is_called_for_ten_thousand_homes() -> None:
    watch = heard_at(MORNING)
    watch.go_deaf(MORNING + HOUR)
    assert lost(watch, MORNING + 60 * HOUR) == []
    watch.hear_again(MORNING + 60 * HOUR)

    assert lost(watch, MORNING + 60 * HOUR) == []
    assert lost(watch, MORNING + (59 + 25) * HOUR - SECOND) == []
    assert lost(watch, MORNING + (59 + 25) * HOUR) == [key(MORNING)]


def test_a_restart_every_night_does_not_put_a_loss_off_for_ever() -> None:
    watch = heard_at(MORNING)
    for night in range(1, 3):
        watch.go_deaf(MORNING + night * 12 * HOUR)
        watch.hear_again(MORNING + night * 12 * HOUR + 3 * SECOND)

    assert lost(watch, MORNING + 25 * HOUR + 6 * SECOND) == [key(MORNING)]


def test_a_device_with_a_thousand_names_is_not_a_thousand_devices_and_hides_none_that_is_listed() -> None:
    pir, later = (Device(HOME, name, "hall", ("motion",)) for name in ("hall-pir", "odd-999"))
    watch = watch_over(QUIET_HOME, devices=[pir])
    for number in range(1000):
        see(watch, signal(HOME, f"odd-{number}", Kind.MOTION, "on", MORNING))
        see(watch, signal(HOME, f"odd-{number}", Kind.CONTACT, "open", MORNING, "entrance"))
    see(watch, signal(HOME, pir.device, Kind.MOTION, "on", MORNING + HOUR))

    observed = {one.device: one.last_heard for one in watch.state(HOME, MORNING + HOUR).observed}
    assert len(observed) < 300
    assert observed[pir.device] == MORNING + HOUR
    watch.take_roster(roster_of(QUIET_HOME, devices=[pir, later]))
    assert "odd-999" in {one.device for one in watch.state(HOME, MORNING + HOUR).observed}
