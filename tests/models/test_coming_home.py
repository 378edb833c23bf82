"""Who comes home after a long absence is not asked at the door, and who falls behind it is found."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from linli.alert import AlertKind
from linli.finding import Finding
from linli.people import Device
from linli.signals import Kind, Signal
from linli.words import say
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.models import a_model
from tests.models.vigil import HOME, MORNING, QUIET_HOME, SECOND, found, left, moved, see, signal, tell, watch_over

DOOR = Device(HOME, "front-door", "entrance", ("contact",))
LINE, ARRIVING, CEILING, OUT = 200 * MINUTE, 350 * MINUTE, 715 * MINUTE, 36 * HOUR
MODEL = replace(a_model(line=200), arriving=350)
BACK_BY = MORNING + 48 * HOUR


def opened(when: datetime) -> Signal:
    """Return that the door was opened, and nothing else: a lone sign."""
    return signal(HOME, "front-door", Kind.CONTACT, "open", when, "entrance")


def gone(when: datetime) -> tuple[Signal, Signal]:
    """Return that she left for sure."""
    return moved(when - MINUTE, "hall"), left(when)


def in_the_kitchen(when: datetime) -> tuple[Signal, Signal]:
    """Return that she is at home for sure."""
    return moved(when - MINUTE, "hall"), moved(when)


def home_of(*signals: Signal) -> Watch:
    watch = watch_over(QUIET_HOME, devices=(DOOR,))
    watch.take_model(HOME, MODEL)
    see(watch, *signals)
    return watch


def rung(watch: Watch, until: datetime, signals: Iterable[Signal] = (), since: datetime = MORNING) -> list[Finding]:
    """Let time pass from one moment to another; the sensors are alive, and whatever rings is told."""
    ahead, found_then, now = sorted(signals, key=lambda one: one.at), [], since
    while now <= until:
        while ahead and ahead[0].at <= now:
            see(watch, ahead.pop(0))
        if (now - since) % HOUR == timedelta():
            see(watch, signal(HOME, "kitchen-pir", Kind.MOTION, "off", now))
        found_then += [finding for finding in tell(watch, now) if finding.kind is AlertKind.INACTIVITY]
        now += 5 * MINUTE
    return found_then


def asks_at(watch: Watch, now: datetime) -> datetime | None:
    return watch.state(HOME, now).next.asks_at


@pytest.mark.parametrize("hours", [35, 36, 40, 90])
def test_who_opens_the_door_after_a_long_absence_is_not_asked_there_and_whoever_falls_behind_it_is_found(
    hours: int,
) -> None:
    watch = home_of(*gone(MORNING))
    back = MORNING + hours * HOUR
    rung(watch, back - MINUTE)
    see(watch, opened(back))

    assert found(watch, back) == []
    assert asks_at(watch, back) == back + ARRIVING
    assert [finding.at for finding in rung(watch, back + 12 * HOUR, since=back)] == [back]


@pytest.mark.parametrize("minutes", [5, 20, 100])
def test_the_first_sign_inside_after_the_door_is_no_reason_to_ask_either(minutes: int) -> None:
    watch = home_of(*gone(MORNING))
    back = MORNING + 40 * HOUR
    rung(watch, back - MINUTE)
    stirred = back + minutes * MINUTE
    see(watch, opened(back), moved(stirred))

    assert found(watch, stirred) == []
    assert asks_at(watch, stirred) == stirred + LINE


def lone(begin: datetime, end: datetime) -> list[Signal]:
    """Return lone signs of one sensor, one an hour."""
    return [moved(begin + number * HOUR, "hall") for number in range(int((end - begin) / HOUR) + 1)]


def test_lone_signs_after_coming_home_put_nothing_off_for_longer_than_twelve_hours() -> None:
    watch = home_of(*gone(MORNING))
    back = MORNING + 40 * HOUR
    rung(watch, back - MINUTE)
    (finding,) = rung(watch, back + 13 * HOUR, [opened(back), *lone(back + HOUR, back + 14 * HOUR)], since=back)

    assert finding.at == back + 11 * HOUR
    assert finding.evidence["line"] == "ceiling"
    assert finding.evidence["last_sure_sign"] == MORNING.isoformat()
    assert (finding.evidence["limit_minutes"], finding.evidence["quiet_minutes"]) == (715, 715)
    assert say(finding.why, "en", QUIET_HOME.zone).startswith(
        "No sure sign of life since 00:00. One sensor alone told at 11:00, hall, which may be an error. "
        "The limit is 11 h 55 min; now 11 h 55 min."
    )


# where there was no absence


def test_a_lone_pulse_of_the_door_in_a_home_that_nobody_left_proves_no_life() -> None:
    watch = home_of(*in_the_kitchen(MORNING))
    rung(watch, MORNING + 20 * HOUR)
    see(watch, opened(MORNING + 20 * HOUR))

    assert found(watch, MORNING + 20 * HOUR) != []


def test_nor_do_two_of_them_though_they_look_like_leaving_and_coming_home() -> None:
    pulses = [opened(MORNING + HOUR), opened(MORNING + 8 * HOUR)]
    watch = home_of(*in_the_kitchen(MORNING))

    assert [finding.at for finding in rung(watch, MORNING + CEILING, pulses)] == [pulses[1].at]


# ghosts in an empty home


def test_a_door_that_pulses_while_she_is_out_puts_her_line_off_no_further_than_once_before() -> None:
    pulses = [opened(MORNING + hours * HOUR) for hours in range(4, 60, 4)]
    first = rung(home_of(*gone(MORNING)), MORNING + 60 * HOUR, pulses)[0]

    assert first.at == MORNING + OUT
    assert first.evidence["line"] == "ceiling"


def test_after_a_ghost_inside_too_the_door_is_a_coming_home() -> None:
    back = MORNING + 34 * HOUR
    watch = home_of(*gone(MORNING))
    assert rung(watch, back, [moved(back - 3 * HOUR), opened(back)]) == []

    assert asks_at(watch, back) == back + ARRIVING


# declared away


@pytest.mark.parametrize(
    "leaving", [gone(MORNING), in_the_kitchen(MORNING)], ids=["seen to leave", "not seen to leave"]
)
@pytest.mark.parametrize("sign", [opened, moved], ids=["the door", "the kitchen"])
@pytest.mark.parametrize("late", [timedelta(), HOUR, 7 * HOUR])
def test_who_comes_back_from_a_declared_absence_is_not_asked_at_once(
    leaving: tuple[Signal, ...], sign: Callable[[datetime], Signal], late: timedelta
) -> None:
    watch, back = home_of(*leaving), BACK_BY + late
    watch.take_absence(HOME, MORNING + MINUTE, BACK_BY)
    assert rung(watch, back - SECOND) == []
    see(watch, sign(back))

    assert found(watch, back) == []
    asked = asks_at(watch, back)
    assert asked is not None
    assert back + LINE <= asked <= back + CEILING


def test_who_was_back_before_the_time_is_not_asked_at_the_next_sign_after_it() -> None:
    watch, stirred = home_of(*gone(MORNING)), BACK_BY + HOUR
    watch.take_absence(HOME, MORNING + MINUTE, BACK_BY)
    assert rung(watch, stirred - SECOND, [opened(BACK_BY - 5 * HOUR)]) == []
    see(watch, moved(stirred))

    assert found(watch, stirred) == []
    assert asks_at(watch, stirred) == stirred + LINE


@pytest.mark.parametrize("ghosts", [[], [opened(BACK_BY - 20 * HOUR)], [moved(BACK_BY - 5 * HOUR)]])
def test_who_is_not_heard_of_after_a_declared_absence_is_missed_by_the_fixed_line(ghosts: list[Signal]) -> None:
    watch = home_of(*gone(MORNING))
    watch.take_absence(HOME, MORNING + MINUTE, BACK_BY)

    assert rung(watch, BACK_BY + 8 * HOUR - SECOND, ghosts) == []
    assert found(watch, BACK_BY + 8 * HOUR) != []


# after a restart


@pytest.mark.parametrize("is_back", [False, True], ids=["on the way", "behind the door"])
def test_a_linli_that_was_started_again_meanwhile_decides_the_same(*, is_back: bool) -> None:
    back = MORNING + 40 * HOUR
    watch = home_of()
    watch.warm(HOME, [*([opened(back)] if is_back else []), *reversed(gone(MORNING))])
    see(watch, opened(back))

    assert found(watch, back) == []
    assert asks_at(watch, back) == back + ARRIVING
