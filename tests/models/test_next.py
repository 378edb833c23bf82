"""When it will ring: what is foretold is what happens, whatever went before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum, auto

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linli.alert import AlertKind
from linli.home_state import HomeState, Stay
from linli.people import Home
from linli.signals import Kind, Signal
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.models import a_model
from tests.models.vigil import HOME, MORNING, QUIET_HOME, SECOND, left, moved, see, signal, tell, watch_over

STEP = 15 * MINUTE
FORETOLD = {AlertKind.INACTIVITY, AlertKind.MISSED_CHECK_IN, AlertKind.BATHROOM}


class What(Enum):
    """What can happen in the home and to linli."""

    KITCHEN = auto()
    HALL = auto()
    BATH = auto()
    BOTH = auto()
    EXIT = auto()
    OFFLINE = auto()
    ONLINE = auto()
    DEAF = auto()
    HEARS = auto()
    AWAY = auto()
    PLANS = auto()
    BACK = auto()
    CHECK_IN = auto()


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    what: What


moments = st.integers(1, 3 * 24 * 4).map(lambda steps: MORNING + steps * STEP)
histories = st.lists(
    st.builds(Event, moments, st.sampled_from(What)), max_size=14, unique_by=lambda event: event.at
).map(lambda drawn: sorted(drawn, key=lambda event: event.at))


def happen(watch: Watch, event: Event) -> None:
    if event.what in SIGNALS:
        see(watch, *SIGNALS[event.what](event.at))
    else:
        ACTS[event.what](watch, event.at)


def come_back(watch: Watch, when: datetime) -> None:
    """Let the bridge come back, and a sensor behind it."""
    watch.see_availability(HOME, "bridge", online=True, at=when)
    stay_alive(watch, when)


SIGNALS: dict[What, Callable[[datetime], tuple[Signal, ...]]] = {
    What.KITCHEN: lambda at: (moved(at),),
    What.HALL: lambda at: (moved(at, "hall"),),
    What.BATH: lambda at: (moved(at, "bathroom"),),
    What.BOTH: lambda at: (moved(at - SECOND, "hall"), moved(at)),
    What.EXIT: lambda at: (left(at),),
    What.CHECK_IN: lambda at: (signal(HOME, "button", Kind.CHECK_IN, "ok", at),),
}
ACTS: dict[What, Callable[[Watch, datetime], None]] = {
    What.OFFLINE: lambda watch, at: watch.see_availability(HOME, "bridge", online=False, at=at),
    What.ONLINE: come_back,
    What.DEAF: lambda watch, at: watch.go_deaf(at),
    What.HEARS: lambda watch, at: watch.hear_again(at),
    What.AWAY: lambda watch, at: watch.take_absence(HOME, at, at + 5 * HOUR),
    What.PLANS: lambda watch, at: watch.take_absence(HOME, at + 3 * HOUR, at + 20 * HOUR),
    What.BACK: lambda watch, at: watch.end_absence(HOME, at),
}


def stay_alive(watch: Watch, when: datetime) -> None:
    """Let the sensors say that they are there, which is no sign of life."""
    see(watch, signal(HOME, "kitchen-pir", Kind.MOTION, "off", when))


def live(watch: Watch, history: list[Event], until: datetime) -> None:
    """Let a history come about; the sensors are alive, and whatever is found is told."""
    hours = [MORNING + number * HOUR for number in range(1, int((until - MORNING) / HOUR))]
    for at, event in sorted([*((at, None) for at in hours), *((e.at, e) for e in history)], key=lambda one: one[0]):
        for now in due_before(watch, at):
            tell(watch, now)
        if event is None:
            stay_alive(watch, at)
        else:
            happen(watch, event)
    tell(watch, until)


def due_before(watch: Watch, at: datetime) -> Iterator[datetime]:
    now = at - 2 * HOUR
    while (due := watch.next_due(now)) is not None and due < at:
        now = max(due, now + SECOND)
        yield now


@settings(deadline=None, max_examples=100)
@given(
    history=histories,
    has_model=st.booleans(),
    plan=st.sampled_from([(), (time(9),)]),
    after=st.integers(0, 8 * 4),
)
@example(history=[Event(MORNING + 5 * STEP, What.BATH)], has_model=False, plan=(), after=1)
@example(
    history=[Event(MORNING + 58.5 * HOUR, What.PLANS), Event(MORNING + 61.25 * HOUR, What.CHECK_IN)],
    has_model=False,
    plan=(time(9),),
    after=0,
)
def test_the_moment_that_is_foretold_is_the_moment_at_which_it_rings(
    *, history: list[Event], has_model: bool, plan: tuple[time, ...], after: int
) -> None:
    watch = watch_over(Home(HOME, QUIET_HOME.site, "3", check_in_by=plan))
    watch.take_model(HOME, a_model() if has_model else None)
    see(watch, moved(MORNING - MINUTE, "hall"), moved(MORNING))
    now = (history[-1].at if history else MORNING) + after * STEP + timedelta(minutes=1)
    live(watch, history, now)
    view = watch.state(HOME, now)
    asks_at = view.next.asks_at
    if asks_at is None:
        return
    assert asks_at > now
    is_of_silence = view.next.about is AlertKind.INACTIVITY
    assert view.next.expected_by is None or not is_of_silence or view.next.expected_by <= asks_at

    later = now
    while later < asks_at - SECOND:
        if view.state is not HomeState.UNMONITORED:
            stay_alive(watch, later)
        later = min(later + HOUR, asks_at - SECOND)
        assert [finding.key for finding in tell(watch, later) if finding.kind in FORETOLD] == []
    assert view.next.about in {finding.kind for finding in watch.tick(asks_at)}


def at_home(line: int = 200, seldom: int = 110) -> Watch:
    watch = watch_over(QUIET_HOME)
    watch.take_model(HOME, a_model(line=line, seldom=seldom))
    see(watch, moved(MORNING - MINUTE, "hall"), moved(MORNING))
    return watch


def test_the_next_sign_is_expected_by_what_she_seldom_outlasts_and_then_the_home_is_quiet() -> None:
    watch, expected_by = at_home(), MORNING + 110 * MINUTE

    assert watch.state(HOME, MORNING).next.expected_by == expected_by
    assert watch.state(HOME, expected_by - SECOND).state is HomeState.WELL
    assert watch.state(HOME, expected_by).state is HomeState.QUIET
    assert watch.states(expected_by)[0].since == expected_by


@pytest.mark.parametrize(("offline", "online", "later"), [(30, 60, 30), (120, 180, 0), (100, 130, 30)])
def test_time_that_nobody_could_see_puts_off_what_it_falls_into(offline: int, online: int, later: int) -> None:
    watch = at_home()
    for minutes in (offline, online):
        watch.see_availability(HOME, "bridge", online=minutes == online, at=MORNING + minutes * MINUTE)
    stay_alive(watch, MORNING + online * MINUTE)
    coming = watch.state(HOME, MORNING + online * MINUTE).next

    assert coming.expected_by == MORNING + (110 + later) * MINUTE
    assert coming.asks_at == MORNING + (200 + online - offline) * MINUTE


def test_who_is_out_is_expected_within_what_is_two_thirds_of_that_line() -> None:
    watch = at_home()
    see(watch, left(MORNING + MINUTE))
    coming = watch.state(HOME, MORNING + MINUTE).next

    assert coming.expected_by == MORNING + MINUTE + 24 * HOUR
    assert coming.asks_at == MORNING + MINUTE + 36 * HOUR


def test_where_the_line_lies_below_what_is_usual_the_home_is_quiet_only_when_it_asks() -> None:
    coming = at_home(line=100, seldom=600).state(HOME, MORNING).next

    assert coming.expected_by == coming.asks_at == MORNING + 100 * MINUTE


def test_once_it_was_asked_nothing_more_is_foretold_of_this_silence() -> None:
    watch, asks_at = at_home(), MORNING + 200 * MINUTE
    tell(watch, asks_at)

    assert watch.state(HOME, asks_at).next.asks_at is None
    see(watch, moved(asks_at + HOUR))
    assert watch.state(HOME, asks_at + HOUR).next.asks_at == asks_at + HOUR + 200 * MINUTE


def test_nothing_is_foretold_for_a_time_at_which_she_will_be_away() -> None:
    watch = at_home()
    watch.take_absence(HOME, MORNING + 2 * HOUR, MORNING + 9 * HOUR)

    assert watch.state(HOME, MORNING).next.asks_at is None
    assert watch.tick(MORNING + 200 * MINUTE) == []


NOON = MORNING.replace(hour=4)


def in_the_bathroom() -> Watch:
    watch = watch_over(QUIET_HOME)
    watch.take_model(HOME, a_model(line=400))
    see(watch, moved(NOON - MINUTE), moved(NOON, "bathroom"))
    return watch


def test_a_stay_in_the_bathroom_is_foretold_before_it_is_asked_about() -> None:
    watch, asks_at = in_the_bathroom(), NOON + 2 * HOUR
    coming = watch.state(HOME, NOON + MINUTE).next

    assert coming.bathroom == Stay(NOON, asks_at)
    assert (coming.asks_at, coming.about) == (asks_at, AlertKind.BATHROOM)
    assert watch.states(NOON + MINUTE)[0].next == coming
    stay_alive(watch, asks_at)
    assert [finding.kind for finding in tell(watch, asks_at)] == [AlertKind.BATHROOM]
    assert watch.state(HOME, asks_at).next.bathroom is None


@pytest.mark.parametrize(
    "sign", [moved(NOON + MINUTE), left(NOON + MINUTE), signal(HOME, "button", Kind.CHECK_IN, "ok", NOON + MINUTE)]
)
def test_who_is_heard_of_elsewhere_is_not_in_the_bathroom_any_more(sign: Signal) -> None:
    watch = in_the_bathroom()
    see(watch, sign)

    assert watch.state(HOME, NOON + 2 * MINUTE).next.bathroom is None


def test_where_silence_is_asked_about_first_the_stay_is_not_foretold() -> None:
    watch = watch_over(QUIET_HOME)
    watch.take_model(HOME, a_model(line=100))
    see(watch, moved(NOON - MINUTE), moved(NOON, "bathroom"))
    coming = watch.state(HOME, NOON + MINUTE).next

    assert (coming.bathroom, coming.about) == (None, AlertKind.INACTIVITY)


def test_a_stay_that_an_absence_will_end_is_not_foretold() -> None:
    watch = in_the_bathroom()
    watch.take_absence(HOME, NOON + HOUR, NOON + 9 * HOUR)

    assert watch.state(HOME, NOON + MINUTE).next.bathroom is None
