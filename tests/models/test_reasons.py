"""The reasons of a silence in her own numbers, and how sure it is that she is there at all."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from linli.finding import Finding
from linli.people import Device
from linli.signals import Kind, Signal
from linli.words import say
from models.habits.model import HomeModel
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.habits.models import a_model
from tests.models.vigil import HOME, MORNING, QUIET_HOME, left, moved, see, signal, watch_over

DOOR = Device(HOME, "front-door", "entrance", ("contact",))


def at_home(*signals: Signal, model: HomeModel | None = None, devices: tuple[Device, ...] = (DOOR,)) -> Watch:
    """Return a watch over a home with a line of its own: asked after 3 h 20, seldom quiet for more than 1 h 50."""
    watch = watch_over(QUIET_HOME, devices=devices)
    watch.take_model(HOME, model or a_model(line=200, seldom=110))
    see(watch, *signals)
    return watch


def sure(when: datetime, room: str = "kitchen") -> tuple[Signal, Signal]:
    """Return a sign that another bears out, the later one at the moment."""
    return moved(when - MINUTE, "hall"), moved(when, room)


def asked_about(watch: Watch, now: datetime = MORNING) -> Finding:
    """Return the finding of the silence, at the moment that was foretold."""
    asks_at = watch.state(HOME, now).next.asks_at
    assert asks_at is not None
    (finding,) = watch.tick(asks_at)
    return finding


def words(finding: Finding, language: str = "en") -> str:
    return say(finding.why, language, QUIET_HOME.zone)


def test_the_reason_is_told_in_her_own_numbers() -> None:
    finding = asked_about(at_home(left(MORNING - HOUR), *sure(MORNING)))

    assert words(finding) == (
        "No sign of life since 08:00. At this hour she is seldom quiet for more than 1 h 50 min; now 3 h 20 min. "
        "Last seen: kitchen. Front door closed, sensors working."
    )
    assert words(finding, "zh") == (
        "最近一次活动迹象 08:00，厨房，此后没有活动迹象。此时段她很少安静超过1小时50分钟，现已3小时20分钟。"
        "入户门关着，传感器工作正常。"
    )
    assert finding.evidence == {
        "last_sign": MORNING.isoformat(),
        "last_sure_sign": MORNING.isoformat(),
        "room": "kitchen",
        "line": "personal",
        "presence": "in",
        "limit_minutes": 200,
        "quiet_minutes": 200,
        "unseen_minutes": 0,
        "seldom_minutes": 110,
        "seldom_of": "hers",
        "front_door": "closed",
        "sensors": "working",
    }


def test_in_the_first_weeks_it_speaks_of_people_and_not_of_her() -> None:
    finding = asked_about(at_home(*sure(MORNING), model=a_model(line=200, seldom=110, days=13)))

    assert "At this hour people living alone are seldom quiet for more than 1 h 50 min" in words(finding)
    assert "此时段独居老人很少安静超过1小时50分钟" in words(finding, "zh")
    assert finding.evidence["seldom_of"] == "people living alone"


def test_where_her_silences_often_last_as_long_as_the_line_only_the_limit_is_told() -> None:
    finding = asked_about(at_home(*sure(MORNING), model=a_model(line=200, seldom=210)))

    assert "At this hour the limit is 3 h 20 min; now 3 h 20 min." in words(finding)
    assert "seldom_minutes" not in finding.evidence


@pytest.mark.parametrize(("word", "told"), [("open", "open"), ("closed", "closed"), (None, "unknown")])
def test_of_the_front_door_only_what_its_contact_said_is_told(word: str | None, told: str) -> None:
    watch = at_home()
    if word:
        see(watch, signal(HOME, "front-door", Kind.CONTACT, word, MORNING - HOUR, "entrance"))
    see(watch, *sure(MORNING))
    finding = asked_about(watch)

    assert finding.evidence["front_door"] == told
    assert (f"Front door {word}" in words(finding)) == (word is not None)


def test_a_door_inside_is_not_the_front_door() -> None:
    fridge = signal(HOME, "fridge", Kind.CONTACT, "open", MORNING - HOUR, "kitchen")
    assert asked_about(at_home(fridge, *sure(MORNING))).evidence["front_door"] == "unknown"


def test_of_two_doors_the_open_one_counts() -> None:
    back = signal(HOME, "back-door", Kind.CONTACT, "open", MORNING - 2 * HOUR, "entrance")
    assert asked_about(at_home(back, left(MORNING - HOUR), *sure(MORNING))).evidence["front_door"] == "open"


def test_time_that_nobody_could_see_is_left_out_of_her_numbers_too() -> None:
    watch = at_home(*sure(MORNING))
    watch.see_availability(HOME, "gateway", online=False, at=MORNING + HOUR)
    watch.see_availability(HOME, "gateway", online=True, at=MORNING + 2 * HOUR)
    see(watch, signal(HOME, "kitchen-pir", Kind.MOTION, "off", MORNING + 2 * HOUR))
    asks_at = watch.state(HOME, MORNING + 2 * HOUR).next.asks_at
    assert asks_at == MORNING + 260 * MINUTE
    (finding,) = watch.tick(asks_at)

    assert words(finding).startswith(
        "No sign of life since 08:00; for 1 h of this nobody could have seen one. "
        "At this hour she is seldom quiet for more than 1 h 50 min; seen to be still for 3 h 20 min."
    )


@pytest.mark.parametrize(
    ("word", "told", "chinese"),
    [
        (None, "Only 2 of 4 sensors are working.", "4 个传感器中仅 2 个工作正常。"),
        ("closed", "Front door closed, only 3 of 4 sensors working.", "入户门关着，4 个传感器中仅 3 个工作正常。"),
        ("open", "Front door open, only 3 of 4 sensors working.", "入户门开着，4 个传感器中仅 3 个工作正常。"),
    ],
)
def test_sensors_that_were_never_heard_are_not_said_to_work(word: str | None, told: str, chinese: str) -> None:
    watch = at_home(devices=(DOOR, Device(HOME, "bath-pir", "bathroom", ("motion",))))
    if word:
        see(watch, signal(HOME, "front-door", Kind.CONTACT, word, MORNING - HOUR, "entrance"))
    see(watch, *sure(MORNING))
    finding = asked_about(watch)

    assert words(finding).endswith(told)
    assert words(finding, "zh").endswith(chinese)
    assert finding.evidence["sensors"] == "some"
    assert (finding.evidence["sensors_working"], finding.evidence["sensors_known"]) == (3 if word else 2, 4)


def test_a_sensor_that_fell_silent_is_not_said_to_work_and_its_door_is_not_known() -> None:
    watch = at_home(left(MORNING - HOUR), *sure(MORNING))
    watch.see_availability(HOME, "front-door", online=False, at=MORNING + HOUR)
    finding = asked_about(watch)

    assert words(finding).endswith("Only 2 of 3 sensors are working.")
    assert finding.evidence["front_door"] == "unknown"


def test_without_a_sensor_at_the_exit_it_is_said_that_she_may_have_gone() -> None:
    finding = asked_about(at_home(*sure(MORNING), devices=()))

    assert words(finding).endswith("No sensor is at the exit, so she may have gone out. Sensors are working.")


# how sure


def test_a_lone_sign_after_a_long_silence_is_called_one() -> None:
    watch = at_home(*sure(MORNING - 3 * HOUR), moved(MORNING, "hall"))
    finding = asked_about(watch)

    assert words(finding).endswith(
        "The sign at 08:00 came from one sensor alone, which may be an error; the last sure sign was at 05:00. "
        "Only 2 of 3 sensors are working."
    )
    assert finding.evidence["last_sure_sign"] == (MORNING - 3 * HOUR).isoformat()
    assert say(watch.state(HOME, MORNING).reason, "en", QUIET_HOME.zone) == (
        "At 08:00 one sensor alone told of somebody, hall, which may be an error; last sure sign 05:00."
    )


def test_the_limit_that_is_told_is_hers_however_much_later_a_lone_sign_comes() -> None:
    watch = at_home(*sure(MORNING - 31 * HOUR))
    (before,) = watch.tick(MORNING - 20 * HOUR)
    watch.told(before.key)
    see(watch, moved(MORNING, "hall"))
    (finding,) = watch.tick(MORNING)

    assert words(finding).startswith(
        "No sure sign of life since 2026-11-22 01:00. One sensor alone told at 08:00, hall, which may be an error. "
        "The limit is 11 h 55 min; now 31 h."
    )
    assert (finding.evidence["limit_minutes"], finding.evidence["quiet_minutes"]) == (715, 31 * 60)


def test_in_doubt_too_no_limit_is_told_that_was_over_before_the_last_sign() -> None:
    watch = at_home(*sure(MORNING - 12 * HOUR), left(MORNING - 11 * HOUR))
    see(watch, moved(MORNING, "hall"))
    (finding,) = watch.tick(MORNING)

    assert finding.evidence["presence"] == "doubt"
    assert words(finding).startswith(
        "No sure sign of life since 20:00. One sensor alone told at 08:00, hall, which may be an error. "
        "The limit is 11 h 55 min; now 12 h."
    )


def test_who_does_not_come_back_is_held_to_the_fixed_line_and_that_limit_is_told() -> None:
    watch = at_home(*sure(MORNING))
    watch.take_absence(HOME, MORNING + HOUR, MORNING + 13.5 * HOUR)
    finding = asked_about(watch, MORNING + 14 * HOUR)

    assert words(finding).startswith(
        "Expected back by 21:30; no sign of life since then. The limit is 8 h; now 9 h 30 min."
    )


def test_of_a_sure_sign_that_is_older_than_a_day_the_day_is_told() -> None:
    watch = at_home(*sure(MORNING - 49 * HOUR), moved(MORNING - HOUR, "hall"))
    (before,) = watch.tick(MORNING - HOUR)
    watch.told(before.key)
    see(watch, moved(MORNING, "hall"))
    finding = asked_about(watch)

    assert words(before).startswith("No sure sign of life since 2026-11-21 07:00. One sensor alone told at 07:00")
    assert words(finding).startswith("No sign of life since 08:00.")
    assert "the last sure sign was at 2026-11-21 07:00." in words(finding)
    assert "2026-11-21 07:00" in words(finding, "zh")


def test_a_lone_sign_soon_after_a_sure_one_is_everyday_life() -> None:
    finding = asked_about(at_home(*sure(MORNING - 40 * MINUTE), moved(MORNING, "hall")))

    assert "one sensor alone" not in words(finding)


def test_where_lone_signs_go_on_all_day_the_ceiling_counts_from_the_last_sure_one() -> None:
    signs = [moved(MORNING - timedelta(minutes=60 * hours), "hall") for hours in range(10, -1, -1)]
    watch = at_home(*sure(MORNING - 11 * HOUR), *signs)
    finding = asked_about(watch)

    assert words(finding) == (
        "No sure sign of life since 21:00. One sensor alone told at 08:00, hall, which may be an error. "
        "The limit is 11 h 55 min; now 11 h 55 min. Only 2 of 3 sensors are working."
    )
    assert (finding.evidence["line"], finding.evidence["limit_minutes"]) == ("ceiling", 715)


# whether she is there


def gone(when: datetime) -> tuple[Signal, Signal]:
    """Return that she left for sure."""
    return moved(when - MINUTE, "hall"), left(when)


def test_after_single_signs_in_a_home_that_she_left_it_is_not_certain_that_she_is_in() -> None:
    watch = at_home(*gone(MORNING - 2 * HOUR), moved(MORNING, "hall"))
    finding = asked_about(watch)

    assert finding.evidence["presence"] == "doubt"
    assert words(finding).startswith(
        "It is not certain that she is at home: after she had left there were only single signs inside, "
        "the last at 08:00, hall. The limit is 10 h; now 10 h."
    )
    assert say(watch.state(HOME, MORNING).reason, "en", QUIET_HOME.zone) == (
        "It is not certain that she is at home: only single signs since she left, the last at 08:00, hall."
    )


def test_who_came_to_the_door_and_was_not_heard_inside_may_lie_behind_it() -> None:
    watch = at_home(*gone(MORNING - 2 * HOUR), left(MORNING))
    finding = asked_about(watch)

    assert finding.evidence["presence"] == "arriving"
    assert words(finding).startswith(
        "It is not certain that she is at home: the exit was used at 08:00 after she had been out, "
        "and nothing has stirred inside since then. The limit is 10 h; now 10 h."
    )
    assert say(watch.state(HOME, MORNING).reason, "en", QUIET_HOME.zone) == (
        "It is not certain that she is at home: the exit was used at 08:00, nothing has stirred since then."
    )


def test_in_doubt_the_ceiling_may_ask_sooner_and_the_last_sure_sign_is_named() -> None:
    watch = at_home(*sure(MORNING - 3 * HOUR), left(MORNING - 2 * HOUR), moved(MORNING, "hall"))
    finding = asked_about(watch)

    assert finding.evidence["line"] == "ceiling"
    assert words(finding) == (
        "It is not certain that she is at home: after she had left there were only single signs inside, "
        "the last at 08:00, hall. The limit is 8 h 55 min; now 8 h 55 min. The sign at 08:00 came from one sensor "
        "alone, which may be an error; the last sure sign was at 05:00. Front door closed, sensors working."
    )


def test_who_is_out_is_told_of_as_out() -> None:
    watch = at_home(*sure(MORNING - MINUTE), left(MORNING))
    for hours in range(1, 40):
        see(watch, signal(HOME, "kitchen-pir", Kind.MOTION, "off", MORNING + hours * HOUR))
    finding = asked_about(watch)

    assert finding.evidence["presence"] == "out"
    assert words(finding).startswith(
        "Left by the exit at 2026-11-23 08:00; no sign of life since then. The limit is 36 h"
    )


def test_with_the_fixed_line_nothing_is_said_of_her_habits() -> None:
    watch = watch_over(QUIET_HOME, devices=(DOOR,))
    see(watch, left(MORNING - HOUR), *sure(MORNING))
    finding = asked_about(watch)

    assert "At this hour the limit is 8 h; now 8 h." in words(finding)
    assert words(finding).endswith("Front door closed, sensors working.")
    assert finding.evidence["line"] == "fixed"
    assert not {"presence", "seldom_minutes", "last_sure_sign"} & set(finding.evidence)


def test_what_was_fixed_at_the_sign_is_told_whatever_was_learned_meanwhile() -> None:
    watch = at_home(*sure(MORNING))
    watch.state(HOME, MORNING)
    watch.take_model(HOME, replace(a_model(line=500, seldom=400), table=np.full((2, 4, 96), 500)))
    finding = asked_about(watch)

    assert finding.evidence["seldom_minutes"] == 110
    assert "1 h 50 min" in words(finding)
