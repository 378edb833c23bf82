"""What the screens are told of a home."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.alert import AlertKind
from linli.errors import UnknownHome
from linli.home_state import HomeState, HomeView, Next
from linli.signals import Kind
from linli.words import say
from models.watch import Watch
from tests.cast import BATH, BUTTON, HALL, HOUR, MEI, MINUTE
from tests.models.vigil import (
    BERLINER,
    HOME,
    MORNING,
    QUIET_HOME,
    at,
    charge,
    checked_in,
    left,
    moved,
    quiet_home,
    see,
    signal,
    watch_over,
)

QUIET_AT = MORNING + timedelta(hours=16) / 3


def words(view: HomeView, language: str = "en") -> str:
    return say(view.reason, language, QUIET_HOME.zone)


def seen() -> Watch:
    return quiet_home(moved(MORNING))


def test_a_home_is_well_only_on_evidence() -> None:
    watch = watch_over(QUIET_HOME)
    nothing = watch.state(HOME, MORNING)
    see(watch, moved(MORNING))
    view = watch.state(HOME, MORNING + HOUR)

    assert (nothing.state, nothing.since, nothing.last_sign_at) == (HomeState.UNMONITORED, None, None)
    assert words(nothing) == "Nothing has been heard from this home yet."
    assert (view.state, view.since, view.last_sign_at, view.last_room) == (HomeState.WELL, MORNING, MORNING, "kitchen")
    assert words(view) == "Last sign of life 08:00, kitchen."
    assert view.silence_share == pytest.approx(1 / 8)


def test_what_comes_next_is_known_beforehand() -> None:
    assert seen().state(HOME, MORNING).next == Next(
        expected_by=QUIET_AT, asks_at=MORNING + 8 * HOUR, about=AlertKind.INACTIVITY
    )


def test_quiet_from_two_thirds_of_the_line() -> None:
    watch = seen()

    assert watch.state(HOME, QUIET_AT - timedelta(seconds=1)).state is HomeState.WELL
    view = watch.state(HOME, QUIET_AT)
    assert (view.state, view.since) == (HomeState.QUIET, QUIET_AT)
    assert words(view) == "Quieter than usual: last sign of life 08:00, kitchen. We ask at 16:00."
    assert words(view, "zh") == "比平常安静：最近一次活动迹象 08:00，厨房；16:00 先问一声。"
    assert watch.state(HOME, MORNING + 10 * HOUR).silence_share == pytest.approx(10 / 8)


def test_a_home_that_was_heard_but_never_stirred_is_unmonitored() -> None:
    watch = watch_over(MEI, devices=(BATH,))
    see(watch, charge(MORNING, 80.0, "bath", home=MEI.home))

    assert watch.state(MEI.home, MORNING).state is HomeState.UNMONITORED
    assert words(watch.state(MEI.home, MORNING)) == "No sign of life has been seen in this home yet."


def test_a_home_that_only_measures_the_air_is_unmonitored() -> None:
    watch = quiet_home(signal(HOME, "thermometer", Kind.TEMPERATURE, 20.0, MORNING))

    assert watch.state(HOME, MORNING).state is HomeState.UNMONITORED


def test_silent_beyond_supervision_is_unmonitored() -> None:
    watch = seen()
    view = watch.state(HOME, MORNING + 26 * HOUR)

    assert (view.state, view.since) == (HomeState.UNMONITORED, MORNING + 25 * HOUR)
    assert words(view) == "Unmonitored: no signal from this home for 26 h, since 2026-11-23 08:00."
    assert view.next == Next()


def test_offline_is_unmonitored_at_once() -> None:
    watch = seen()
    watch.see_availability(HOME, "bridge", online=False, at=MORNING + HOUR)
    view = watch.state(HOME, MORNING + HOUR)

    assert (view.state, view.since) == (HomeState.UNMONITORED, MORNING + HOUR)
    assert words(view) == "Unmonitored: the devices of this home are offline since 09:00."


def test_while_linli_hears_nothing_no_home_is_well() -> None:
    watch = seen()
    watch.go_deaf(MORNING + HOUR)

    assert watch.state(HOME, MORNING + 2 * HOUR).state is HomeState.UNMONITORED
    assert words(watch.state(HOME, MORNING + 2 * HOUR)).startswith("linli hears no home since 09:00")


def test_away_wins_over_a_sign_of_life_and_over_silence() -> None:
    watch = seen()
    watch.take_absence(HOME, MORNING + HOUR, at("2026-11-25 18:00"))
    see(watch, moved(MORNING + 2 * HOUR))
    view = watch.state(HOME, MORNING + 30 * HOUR)

    assert (view.state, view.since, view.next) == (HomeState.AWAY, MORNING + HOUR, Next())
    assert view.last_sign_at == MORNING + 2 * HOUR
    assert words(view) == "Away until 18:00, 2026-11-25."
    assert watch.state(HOME, MORNING).state is HomeState.WELL


def test_away_without_an_end() -> None:
    watch = seen()
    watch.take_absence(HOME, MORNING + HOUR, None)

    assert words(watch.state(HOME, MORNING + 300 * HOUR)) == "Away since 09:00, 2026-11-23."


def test_an_absence_to_the_end_of_the_calendar_is_one_without_end() -> None:
    watch = seen()
    watch.take_absence(HOME, MORNING + HOUR, datetime.max.replace(tzinfo=UTC))

    assert words(watch.states(MORNING + 2 * HOUR)[0]) == "Away since 09:00, 2026-11-23."
    assert watch.next_due(MORNING + 2 * HOUR) == MORNING + 25 * HOUR


def test_who_went_out_is_well_and_it_is_said_that_nobody_is_seen() -> None:
    watch = seen()
    see(watch, left(MORNING + HOUR))
    view = watch.state(HOME, MORNING + 10 * HOUR)

    assert view.state is HomeState.WELL
    assert words(view) == "Left by the exit at 09:00; nothing since then."
    assert view.next.asks_at == MORNING + 25 * HOUR


def test_with_only_a_button_a_day_without_a_press_is_quiet() -> None:
    watch = watch_over(MEI, devices=(BUTTON,))
    see(watch, checked_in(MORNING), signal(MEI.home, "button-1", Kind.BATTERY, 90.0, MORNING + 20 * HOUR))

    assert watch.state(MEI.home, MORNING + 24 * HOUR).state is HomeState.WELL
    assert watch.state(MEI.home, MORNING + 25 * HOUR).state is HomeState.QUIET
    assert watch.state(MEI.home, MORNING + 24 * HOUR).silence_share == 0


@pytest.mark.parametrize(
    ("pressed", "check_in_by", "asks_at"),
    [
        (None, "2026-11-23 09:00", "2026-11-23 09:30"),
        ("2026-11-23 08:10", "2026-11-23 20:00", "2026-11-23 16:20"),
    ],
    ids=["not yet", "done"],
)
def test_the_next_check_in_is_the_next_one_that_is_missing(pressed: str | None, check_in_by: str, asks_at: str) -> None:
    watch = watch_over(MEI, devices=(BUTTON, BATH))
    see(watch, signal(MEI.home, "bath", Kind.MOTION, "on", at("2026-11-23 08:20")))
    if pressed:
        see(watch, checked_in(at(pressed)))
    ahead = watch.state(MEI.home, at("2026-11-23 08:30")).next

    assert (ahead.check_in_by, ahead.asks_at) == (at(check_in_by), at(asks_at))


def test_each_device_tells_what_it_can_be_relied_on_for() -> None:
    watch = watch_over(MEI, devices=(BATH, BUTTON, HALL))
    see(watch, signal(MEI.home, "bath", Kind.MOTION, "on", MORNING), charge(MORNING, 40.0, "bath", home=MEI.home))
    see(watch, signal(MEI.home, "hall", Kind.CONTACT, "open", MORNING + HOUR))
    watch.see_availability(MEI.home, "hall", online=False, at=MORNING + 2 * HOUR)

    observed = watch.state(MEI.home, MORNING + 3 * HOUR).observed

    assert [(o.device, o.last_heard, o.online, o.battery) for o in observed] == [
        ("bath", MORNING, True, 40.0),
        ("button-1", None, False, None),
        ("hall", MORNING + HOUR, False, None),
    ]


def test_all_homes_at_once_are_each_as_alone() -> None:
    watch = watch_over(QUIET_HOME, MEI, BERLINER, devices=(BUTTON,))
    see(watch, moved(MORNING), moved(MORNING - 510 * MINUTE, home=BERLINER.home))
    watch.take_absence(MEI.home, MORNING, None)
    now: datetime = MORNING + 10 * MINUTE

    views = watch.states(now)

    assert [view.state for view in views] == [HomeState.WELL, HomeState.AWAY, HomeState.QUIET]
    for view in views:
        alone = watch.state(view.home, now)
        assert (alone.state, alone.since, alone.reason, alone.next) == (view.state, view.since, view.reason, view.next)


def test_an_unknown_home_has_no_state() -> None:
    with pytest.raises(UnknownHome, match="home-99"):
        watch_over(QUIET_HOME).state("home-99", MORNING)


def test_no_homes_no_states() -> None:
    watch = watch_over()

    assert watch.states(MORNING) == []
    assert watch.tick(MORNING) == []
    assert watch.next_due(MORNING) is None
