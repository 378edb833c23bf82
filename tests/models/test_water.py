"""What the water meter says: so little that somebody should ask, water that never stands still, and when it is life."""

from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind, Severity
from linli.signals import Kind, Signal
from linli.words import say
from models.rules import Rules
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.vigil import HOME, QUIET_HOME, at, found, left, moved, see, signal, tell, watch_over

NOON = at("2026-11-23 12:00")
MIDNIGHT = at("2026-11-23 00:00")
LITTLE, LEAK = AlertKind.ROUTINE_CHANGE, AlertKind.LEAK


def drawn(litres: float, when: datetime, meter: str = "meter", received_at: datetime | None = None) -> Signal:
    return signal(HOME, meter, Kind.WATER, litres, when, "bathroom", received_at)


def hourly(litres: float, *, hours: int, until: datetime = NOON) -> tuple[Signal, ...]:
    """Return what a meter says hour by hour, one report before the span among them."""
    return tuple(drawn(litres, until - hour * HOUR) for hour in range(hours, -1, -1))


def metered(*signals: Signal, rules: Rules | None = None) -> Watch:
    watch = watch_over(QUIET_HOME, rules=rules)
    see(watch, *signals)
    return watch


@pytest.mark.parametrize(("each", "told"), [(0.0, True), (0.8, True), (0.84, False), (5.0, False)])
def test_less_than_ten_litres_in_twelve_hours_is_told(*, each: float, told: bool) -> None:
    watch = metered(*hourly(each, hours=12))

    assert bool(found(watch, NOON, LITTLE)) is told


def test_what_is_said_of_little_water() -> None:
    (finding,) = [one for one in metered(*hourly(0.5, hours=12)).tick(NOON) if one.kind is LITTLE]

    assert (finding.severity, finding.at, finding.about) == (Severity.NOTICE, NOON - 12 * HOUR, "little")
    assert say(finding.why, "en", QUIET_HOME.zone) == (
        "Only 6 L of water in 12 h, since 00:00: very little for somebody at home. Please ask."
    )
    assert say(finding.why, "zh", QUIET_HOME.zone) == (
        "自 00:00 起12小时内只用水 6 升：家中有人时这很少，请去问候一下。"
    )


def test_a_meter_that_has_not_spoken_for_twelve_hours_yet_says_nothing_of_them() -> None:
    assert found(metered(*hourly(0.0, hours=11)), NOON, LITTLE) == []


def test_a_meter_that_speaks_once_a_day_is_judged_by_its_day() -> None:
    a_day_before, noon = drawn(120.0, MIDNIGHT - 24 * HOUR), MIDNIGHT + 6 * HOUR
    watch = metered(a_day_before, drawn(4.0, MIDNIGHT, received_at=noon))

    assert len(found(watch, noon, LITTLE)) == 1


def test_a_night_without_water_is_no_news() -> None:
    six = at("2026-11-23 06:00")

    assert found(metered(*hourly(0.0, hours=12, until=six)), six, LITTLE) == []


def test_two_meters_of_a_home_are_one_persons_water() -> None:
    warm = drawn(9.0, NOON - HOUR, "warm")

    assert found(metered(*hourly(0.5, hours=12), warm), NOON, LITTLE) == []


def test_who_is_away_or_has_gone_out_uses_no_water() -> None:
    away = metered(*hourly(0.0, hours=12))
    away.take_absence(HOME, NOON - 3 * HOUR, NOON + 24 * HOUR)
    out = metered(moved(NOON - 13 * HOUR), left(NOON - 12 * HOUR + MINUTE), *hourly(0.0, hours=12))

    assert found(away, NOON, LITTLE) == []
    assert found(out, NOON, LITTLE) == []


def test_it_is_told_once_until_enough_was_used() -> None:
    watch = metered(*hourly(0.0, hours=12))
    tell(watch, NOON)
    see(watch, drawn(0.0, NOON + HOUR))
    assert found(watch, NOON + HOUR, LITTLE) == []

    see(watch, drawn(40.0, NOON + 2 * HOUR))
    assert found(watch, NOON + 2 * HOUR, LITTLE) == []
    see(watch, *hourly(0.0, hours=13, until=NOON + 24 * HOUR))
    assert len(found(watch, NOON + 24 * HOUR, LITTLE)) == 1


def test_water_that_does_not_stand_still_for_a_day_is_told_as_a_notice() -> None:
    watch = metered(*hourly(3.0, hours=23))
    assert found(watch, NOON, LEAK) == []

    see(watch, drawn(3.0, NOON + HOUR))
    (finding,) = [one for one in watch.tick(NOON + HOUR) if one.kind is LEAK]
    assert (finding.severity, finding.at, finding.about) == (Severity.NOTICE, NOON - 23 * HOUR, "flow")
    assert say(finding.why, "en", QUIET_HOME.zone).startswith("Water has been running without a pause for 24 h, 72 L")
    assert say(finding.why, "zh", QUIET_HOME.zone).startswith("水已连续24小时没有停过，共 72 升")


def test_one_hour_without_water_shows_that_nothing_leaks() -> None:
    watch = metered(*hourly(3.0, hours=30))
    see(watch, drawn(0.0, NOON - 10 * HOUR + MINUTE))

    assert found(watch, NOON, LEAK) == []


def test_reports_too_far_apart_cannot_tell_a_leak() -> None:
    every_four_hours = [drawn(20.0, NOON - 4 * number * HOUR) for number in range(30, -1, -1)]

    assert found(metered(*every_four_hours), NOON, LEAK) == []


def test_a_leak_that_is_told_is_told_again_only_after_the_water_stood_still() -> None:
    watch = metered(*hourly(3.0, hours=24))
    tell(watch, NOON)
    see(watch, drawn(3.0, NOON + HOUR))
    assert found(watch, NOON + HOUR, LEAK) == []

    see(watch, drawn(0.0, NOON + 2 * HOUR))
    assert found(watch, NOON + 2 * HOUR, LEAK) == []
    see(watch, *(drawn(3.0, NOON + hour * HOUR) for hour in range(3, 27)))
    assert len(found(watch, NOON + 26 * HOUR, LEAK)) == 1


@pytest.mark.parametrize(("litres", "answers"), [(0.0, False), (0.3, False), (1.0, True), (6.0, True)])
def test_a_flush_is_a_sign_of_life_and_a_drip_is_none(*, litres: float, answers: bool) -> None:
    watch = metered(moved(NOON - HOUR))
    watch.see(drawn(0.0, NOON - MINUTE))

    assert watch.see(drawn(litres, NOON)) is answers


def test_a_cistern_that_runs_on_hides_no_fall() -> None:
    """She falls at noon; what runs since the morning is life for six hours at most, then her silence counts."""
    rules = Rules(day_line=timedelta(hours=8), night_line=timedelta(hours=8))
    watch = metered(moved(NOON), rules=rules)
    ran = [drawn(4.0, NOON + number * HOUR) for number in range(-1, 24)]
    heard = [watch.see(one) for one in ran]

    assert heard == [True] * 6 + [False] * 19
    assert found(watch, NOON + 13 * HOUR) != []


def test_nobody_is_told_where_staff_have_switched_it_off() -> None:
    off = Rules(water_span=timedelta(0), water_stops_within=timedelta(0))
    watch = metered(*hourly(0.0, hours=12), rules=off)
    running = metered(*hourly(3.0, hours=30), rules=off)

    assert found(watch, NOON, LITTLE) == []
    assert found(running, NOON, LEAK) == []


def test_a_meter_that_speaks_every_minute_for_days_is_kept_for_a_day() -> None:
    watch = metered(*(drawn(0.0, NOON - number * MINUTE) for number in range(3000, -1, -1)))

    assert len(found(watch, NOON, LITTLE)) == 1
