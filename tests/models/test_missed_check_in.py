"""Who did not say that all is well."""

from dataclasses import replace
from datetime import datetime, time

import pytest

from linli.alert import AlertKind, Severity
from linli.people import Home
from linli.signals import Kind
from linli.words import say
from models.watch import Watch
from tests.cast import BATH, BUTTON, HOUR, MEI, MINUTE
from tests.models.vigil import (
    BERLINER,
    SECOND,
    at,
    berlin,
    checked_in,
    found,
    moved,
    roster_of,
    see,
    signal,
    tell,
    watch_over,
)

EVE = at("2026-11-22 20:00")
NINE = at("2026-11-23 09:00")
JUDGED = NINE + 30 * MINUTE
MISSED = "missed_check_in:home-7:2026-11-23T09:00"


def since_last_evening(*homes: Home) -> Watch:
    """Return a watch that has run since eight in the evening, when Mei checked in."""
    watch = watch_over(*(homes or (MEI,)), devices=(BUTTON, BATH))
    see(watch, checked_in(EVE))
    tell(watch, EVE + 40 * MINUTE)
    return watch


def missed(watch: Watch, now: datetime) -> list[str]:
    return found(watch, now, AlertKind.MISSED_CHECK_IN)


def test_a_check_in_is_missed_when_its_grace_is_over() -> None:
    watch = since_last_evening()

    assert missed(watch, JUDGED - SECOND) == []
    assert missed(watch, JUDGED) == [MISSED]


def test_what_a_missed_check_in_says() -> None:
    watch = since_last_evening()
    (finding,) = watch.tick(JUDGED)

    assert (finding.severity, finding.at, finding.site) == (Severity.URGENT, NINE, MEI.site)
    assert say(finding.why, "en", MEI.zone) == (
        "No check-in by 09:00, nor in the 30 min after it. Last sign of life 20:00 (13 h 30 min ago), bedroom."
    )
    assert say(finding.why, "zh", MEI.zone).startswith("09:00 前没有报平安，之后30分钟内也没有。")


@pytest.mark.parametrize(
    ("pressed", "counts"),
    [
        (JUDGED, True),
        (NINE - 10 * HOUR, True),
        (EVE + 31 * MINUTE, False),
        (NINE - 12 * HOUR + SECOND, True),
        (NINE - 12 * HOUR, False),
        (JUDGED + SECOND, False),
    ],
    ids=["last moment", "in the night", "after the evening's, too early", "just early enough", "too early", "too late"],
)
def test_when_a_check_in_counts(pressed: datetime, counts: bool) -> None:  # noqa: FBT001 - a table
    watch = since_last_evening()
    see(watch, checked_in(pressed))

    assert missed(watch, JUDGED + MINUTE) == ([] if counts else [MISSED])


def test_one_press_does_not_serve_two_slots() -> None:
    close = replace(MEI, check_in_by=(time(9), time(11)))
    watch = since_last_evening(close)
    see(watch, checked_in(NINE + 20 * MINUTE))

    assert missed(watch, NINE + 3 * HOUR) == ["missed_check_in:home-7:2026-11-23T11:00"]


def test_a_call_for_help_is_a_check_in_too_and_motion_is_none() -> None:
    watch = since_last_evening()
    see(watch, signal(MEI.home, "bath", Kind.MOTION, "on", NINE))
    assert missed(watch, JUDGED) == [MISSED]

    watch = since_last_evening()
    see(watch, signal(MEI.home, "button-1", Kind.CHECK_IN, "help", NINE))
    assert missed(watch, JUDGED) == []


def test_it_comes_back_until_it_is_told_and_then_no_more() -> None:
    watch = since_last_evening()
    assert missed(watch, JUDGED) == missed(watch, JUDGED + MINUTE) == [MISSED]

    watch.told(MISSED)

    assert missed(watch, JUDGED + 2 * MINUTE) == []
    assert missed(watch, at("2026-11-23 20:30")) == ["missed_check_in:home-7:2026-11-23T20:00"]


def test_who_checks_in_before_anybody_was_told_is_not_missed() -> None:
    watch = since_last_evening()
    assert missed(watch, JUDGED) == [MISSED]

    see(watch, checked_in(JUDGED + MINUTE))

    assert missed(watch, JUDGED + 2 * MINUTE) == []


def test_many_presses_and_late_ones_are_sorted_out() -> None:
    watch = since_last_evening()
    see(watch, *(checked_in(JUDGED + (n + 1) * SECOND) for n in range(10)))
    see(watch, checked_in(NINE, received_at=JUDGED + 20 * SECOND))

    assert missed(watch, JUDGED + MINUTE) == []


# time zones


@pytest.mark.parametrize(
    ("day", "clock", "judged"),
    [
        ("2026-03-29", time(9), "2026-03-29 09:30"),
        ("2026-10-25", time(9), "2026-10-25 09:30"),
        ("2026-03-29", time(2, 30), "2026-03-29 04:00"),
    ],
    ids=["spring", "autumn", "a time that the clocks skip"],
)
def test_in_berlin_when_the_clocks_change(day: str, clock: time, judged: str) -> None:
    watch = watch_over(replace(BERLINER, check_in_by=(clock,)))
    see(watch, moved(berlin(f"{day} 00:00") - 6 * HOUR, home=BERLINER.home))
    tell(watch, berlin(f"{day} 00:00") - 6 * HOUR)

    assert missed(watch, berlin(judged) - SECOND) == []
    assert missed(watch, berlin(judged)) == [f"missed_check_in:home-b:{day}T{clock:%H:%M}"]


def test_a_time_that_comes_twice_is_asked_for_once() -> None:
    watch = watch_over(replace(BERLINER, check_in_by=(time(2, 30),)))
    begun = berlin("2026-10-24 20:00")
    see(watch, moved(begun, home=BERLINER.home))
    tell(watch, begun)

    keys = [f.key for minutes in range(0, 12 * 60, 5) for f in tell(watch, begun + minutes * MINUTE)]

    assert [key for key in keys if key.startswith("missed")] == ["missed_check_in:home-b:2026-10-25T02:30"]


def test_a_slot_just_after_midnight_belongs_to_its_own_day() -> None:
    late = replace(MEI, check_in_by=(time(0, 10),))
    watch = watch_over(late, devices=(BUTTON,))
    see(watch, checked_in(EVE - 9 * HOUR))
    tell(watch, EVE)

    assert missed(watch, at("2026-11-23 00:39")) == []
    assert missed(watch, at("2026-11-23 00:40")) == ["missed_check_in:home-7:2026-11-23T00:10"]


# after a downtime


def test_slots_of_the_last_day_are_judged_at_the_start() -> None:
    watch = watch_over(MEI, devices=(BUTTON,))
    watch.warm(MEI.home, [checked_in(EVE), checked_in(EVE - 48 * HOUR)])

    assert missed(watch, at("2026-11-23 21:00")) == [MISSED, "missed_check_in:home-7:2026-11-23T20:00"]


def test_older_slots_are_not() -> None:
    watch = watch_over(MEI, devices=(BUTTON,))
    watch.warm(MEI.home, [checked_in(EVE - 48 * HOUR)])

    assert missed(watch, at("2026-11-23 21:00")) == [MISSED, "missed_check_in:home-7:2026-11-23T20:00"]


def test_nothing_is_missed_in_a_home_that_was_not_heard_before_the_slot() -> None:
    watch = watch_over(MEI, devices=(BUTTON, BATH))
    assert missed(watch, JUDGED) == []

    watch = watch_over(MEI, devices=(BUTTON, BATH))
    see(watch, signal(MEI.home, "bath", Kind.MOTION, "on", NINE + MINUTE))
    assert missed(watch, JUDGED) == []


def test_while_linli_is_deaf_and_just_after_nothing_is_judged() -> None:
    watch = since_last_evening()
    watch.go_deaf(NINE)
    assert missed(watch, JUDGED + HOUR) == []

    watch.hear_again(JUDGED + HOUR)
    assert missed(watch, JUDGED + HOUR) == []
    see(watch, checked_in(NINE + 10 * MINUTE, received_at=JUDGED + HOUR + SECOND))

    assert missed(watch, JUDGED + HOUR + MINUTE) == []


def test_after_the_broker_had_time_to_hand_over_it_is() -> None:
    watch = since_last_evening()
    watch.go_deaf(NINE)
    watch.hear_again(JUDGED + HOUR)

    assert missed(watch, JUDGED + HOUR + MINUTE) == [MISSED]


def test_while_linli_hears_nothing_no_check_in_is_due() -> None:
    watch = since_last_evening()
    watch.go_deaf(NINE)
    tell(watch, JUDGED)

    assert watch.next_due(JUDGED) is None

    watch.hear_again(JUDGED)

    assert watch.next_due(JUDGED) == JUDGED + 30 * SECOND


# who is excused


@pytest.mark.parametrize(
    ("since", "until", "excused"),
    [
        (EVE, None, True),
        (EVE, NINE + MINUTE, True),
        (JUDGED - MINUTE, None, True),
        (EVE, NINE - MINUTE, False),
        (JUDGED + MINUTE, None, False),
    ],
    ids=["away", "back just after it was due", "left in the grace", "back before", "left after"],
)
def test_who_is_away_need_not_check_in(since: datetime, until: datetime | None, excused: bool) -> None:  # noqa: FBT001
    watch = since_last_evening()
    watch.take_absence(MEI.home, since, until)

    assert missed(watch, JUDGED + 2 * MINUTE) == ([] if excused else [MISSED])


def test_a_silent_home_is_missed_all_the_same_and_it_is_said() -> None:
    watch = since_last_evening()
    for device in ("button-1", "bath"):
        watch.see_availability(MEI.home, device, online=False, at=NINE - HOUR)
    (finding,) = (f for f in watch.tick(JUDGED) if f.kind is AlertKind.MISSED_CHECK_IN)

    assert say(finding.why, "en", MEI.zone).endswith("The devices of this home are silent too.")


# plans change


def test_a_plan_agreed_at_noon_says_nothing_about_the_morning() -> None:
    watch = watch_over(replace(MEI, check_in_by=()), devices=(BUTTON,))
    see(watch, checked_in(EVE - 48 * HOUR))
    tell(watch, NINE + 3 * HOUR)

    watch.take_roster(roster_of(MEI, devices=(BUTTON,)))

    assert missed(watch, NINE + 3 * HOUR + MINUTE) == []
    assert missed(watch, at("2026-11-23 20:30")) == ["missed_check_in:home-7:2026-11-23T20:00"]


def test_an_import_that_changes_nothing_forgets_nothing() -> None:
    watch = since_last_evening()
    watch.take_roster(roster_of(BERLINER, MEI, devices=(BUTTON,)))

    assert missed(watch, JUDGED) == [MISSED]


def test_a_home_that_is_gone_is_no_longer_missed() -> None:
    watch = since_last_evening()
    assert missed(watch, JUDGED) == [MISSED]

    watch.take_roster(roster_of(BERLINER))

    assert missed(watch, JUDGED) == []
