"""Batteries are told once a week."""

from datetime import datetime

import pytest

from linli.alert import AlertKind, Severity
from linli.words import say
from models.watch import Watch
from tests.cast import HOUR, MEI, MINUTE
from tests.models.vigil import HOME, QUIET_HOME, at, charge, found, moved, quiet_home, roster_of, see, tell, watch_over

MONDAY = at("2026-11-23 08:00")
KEY = "low_battery:home-8:kitchen-pir:2026-W48"


def low(watch: Watch, now: datetime) -> list[str]:
    return found(watch, now, AlertKind.LOW_BATTERY)


def charged(*percents: float) -> Watch:
    charges = [charge(MONDAY + minutes * MINUTE, percent) for minutes, percent in enumerate(percents)]
    return quiet_home(moved(MONDAY), *charges)


@pytest.mark.parametrize(("percent", "is_low"), [(16.0, False), (15.0, True), (0.0, True), (100.0, False)])
def test_from_fifteen_percent_down_it_is_told(percent: float, is_low: bool) -> None:  # noqa: FBT001 - a table
    assert low(charged(percent), MONDAY + HOUR) == ([KEY] if is_low else [])


def test_what_is_said() -> None:
    (finding,) = charged(12.0).tick(MONDAY + HOUR)

    assert (finding.severity, finding.at, finding.home) == (Severity.NOTICE, MONDAY, HOME)
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "Low battery: kitchen-pir, room not known, 12 %. Please change it."
    )


def test_once_a_week_by_the_local_week() -> None:
    watch = charged(12.0)
    tell(watch, MONDAY + HOUR)

    assert low(watch, at("2026-11-29 23:59")) == []
    assert low(watch, at("2026-11-30 00:00")) == [KEY.replace("W48", "W49")]


def test_the_next_tick_that_matters_is_the_first_of_next_week() -> None:
    watch = charged(12.0)
    assert watch.next_due(MONDAY + HOUR) == MONDAY + HOUR

    for now in (MONDAY + 8 * HOUR, MONDAY + 26 * HOUR):
        tell(watch, now)

    assert watch.next_due(MONDAY + 26 * HOUR) == at("2026-11-30 00:00")


def test_the_last_days_of_a_year_belong_to_their_iso_week() -> None:
    watch = charged(12.0)

    assert low(watch, at("2027-01-03 12:00")) == [KEY.replace("2026-W48", "2026-W53")]


def test_it_is_over_only_well_above() -> None:
    watch = charged(12.0, 20.0)
    assert low(watch, MONDAY + HOUR) == []
    assert not watch.is_over(AlertKind.LOW_BATTERY, HOME, MONDAY + HOUR)

    see(watch, charge(MONDAY + HOUR, 25.0))

    assert watch.is_over(AlertKind.LOW_BATTERY, HOME, MONDAY + HOUR)


def test_every_battery_of_the_home_must_be_well() -> None:
    watch = charged(100.0)
    see(watch, charge(MONDAY, 5.0, "hall-pir"))

    assert not watch.is_over(AlertKind.LOW_BATTERY, HOME, MONDAY + HOUR)


def test_an_old_reading_does_not_drain_a_new_battery() -> None:
    watch = charged(100.0)
    see(watch, charge(MONDAY - HOUR, 5.0))

    assert low(watch, MONDAY + HOUR) == []


def test_of_two_readings_at_one_moment_the_lower_is_believed() -> None:
    for percents in ((5.0, 100.0), (100.0, 5.0)):
        watch = watch_over(QUIET_HOME)
        see(watch, *(charge(MONDAY, percent) for percent in percents))

        assert low(watch, MONDAY + HOUR) == [KEY]


def test_a_dead_battery_is_still_told_when_the_home_has_fallen_silent() -> None:
    watch = charged(2.0)

    assert low(watch, MONDAY + 26 * HOUR) == [KEY]
    assert found(watch, MONDAY + 26 * HOUR, AlertKind.UNMONITORED) != []


def test_a_device_that_is_gone_needs_no_battery() -> None:
    watch = charged(2.0)
    watch.take_roster(roster_of(MEI))

    assert watch.tick(MONDAY + HOUR) == []
    assert watch.is_over(AlertKind.LOW_BATTERY, HOME, MONDAY + HOUR)


def test_other_kinds_do_not_end_by_themselves() -> None:
    assert not charged(100.0).is_over(AlertKind.INACTIVITY, HOME, MONDAY)
