"""Homes that fall silent together, through the whole pipeline: one incident, few messages, and nothing else waits."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from alerts.message import STILL_SILENT
from ingest.intake import Arrived
from linli.alert import AlertKind, AlertState, NoticeState, NoticeType, Outcome, Severity
from linli.home_state import HomeState
from linli.people import Care, Device, Home, Person, Role, Scope
from linli.store import cases
from linli.words import say
from models.rules import Rules
from simulators.faults import FAULTLESS
from simulators.household import homes_hit
from simulators.incidents import Incident, IncidentKind
from simulators.life import events
from tests.cast import HOUR, MINUTE
from tests.estate import ANA, LIN, SECOND, TEN, XU, Estate, homes_of, roster_of
from tests.simulators.homes import SEED, willow

STAIRS = ("h-1-1-1", "h-1-1-2", "h-1-1-3", "h-1-1-4")
ZONE = ZoneInfo("Asia/Shanghai")
Make = Callable[..., Estate]


@pytest.fixture
def make(tmp_path: Path, migrated_file: Path) -> Iterator[Make]:
    made: list[Estate] = []

    def build(
        homes: Sequence[Home] = homes_of(3, 2, 4),
        people: Sequence[Person] = (LIN, ANA),
        devices: Sequence[Device] = (),
        now: datetime = TEN,
        rules: Rules | None = None,
    ) -> Estate:
        estate = Estate(tmp_path, migrated_file, roster_of(homes, people, devices), now, rules)
        made.append(estate)
        estate.all_move()
        estate.wait(MINUTE)
        return estate

    yield build
    for estate in made:
        estate.close()


def test_a_stairwell_that_goes_silent_is_one_incident_within_90_seconds(make: Make) -> None:
    estate = make()
    gone_at = estate.clock.now()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)

    (alert,) = estate.open()
    assert (alert.home, alert.about, alert.severity) == ("", "1/1", Severity.URGENT)
    assert estate.homes_of(alert) == set(STAIRS)
    assert alert.opened_at - gone_at <= 90 * SECOND
    assert [message.person for message in estate.messages()] == ["lin"]
    assert {estate.watch.state(home, estate.clock.now()).state for home in STAIRS} == {HomeState.UNMONITORED}


def test_it_says_where_and_how_many_in_both_languages(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)

    why = estate.incident().why
    assert say(why, "en", ZONE).startswith(
        "Building 1 Unit 1: the sensors of 4 homes are silent, the first since 10:01."
    )
    assert say(why, "zh", ZONE).startswith("1号楼1单元：4 户的传感器没有信号，最早一户自 10:01 起")


def test_of_homes_that_merely_said_nothing_the_day_is_told_since_when(make: Make) -> None:
    estate = make()
    estate.wait(25 * HOUR, step=10 * MINUTE)

    assert "the first since 2026-11-23 10:00. Nobody" in say(estate.incident().why, "en", ZONE)


def test_people_are_told_of_it_at_night_too(make: Make) -> None:
    estate = make(now=TEN + 16 * HOUR)
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)

    assert [message.person for message in estate.messages()] == ["lin"]


def test_staff_of_the_building_are_told_where_nobody_has_the_whole_site(make: Make) -> None:
    estate = make(people=(XU, ANA))
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)

    assert [message.person for message in estate.messages()] == ["xu"]


def test_where_there_are_no_staff_neighbours_and_families_are_told_once_and_of_growth_ten_minutes_later(
    make: Make,
) -> None:
    ana = replace(ANA, cares=(Care(Scope.HOME, STAIRS[0]), Care(Scope.HOME, STAIRS[1])))
    son = Person("son", Role.FAMILY, cares=(Care(Scope.HOME, STAIRS[2]), Care(Scope.HOME, STAIRS[3])))
    estate = make(people=(ana, son))
    estate.go(*STAIRS[:3])
    estate.wait(90 * SECOND)
    assert [message.person for message in estate.messages()] == ["ana", "son"]

    estate.go(STAIRS[3])
    estate.wait(9 * MINUTE)
    assert len(estate.messages()) == 2
    estate.wait(HOUR, step=MINUTE)
    assert [message.person for message in estate.messages()] == ["ana", "son"] * 2


def test_one_home_alone_is_told_as_before(make: Make) -> None:
    estate = make()
    estate.go(STAIRS[0])
    estate.wait(90 * SECOND)

    (alert,) = estate.open()
    assert (alert.home, alert.severity) == (STAIRS[0], Severity.NOTICE)


def test_a_switch_that_restarts_is_no_incident(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(50 * SECOND)
    estate.come(*STAIRS)
    estate.wait(5 * MINUTE)

    assert estate.everything() == []


def test_homes_that_follow_join_and_staff_hear_of_it_ten_minutes_later(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS[:3])
    estate.wait(90 * SECOND)
    estate.go(STAIRS[3])
    estate.wait(90 * SECOND)

    alert = estate.incident()
    assert estate.homes_of(alert) == set(STAIRS)
    assert "joined" in estate.story(alert.id)
    assert len(estate.messages()) == 1
    estate.wait(10 * MINUTE)
    first, second = estate.messages()
    assert second.due_at - first.due_at >= 10 * MINUTE
    estate.wait(HOUR, step=MINUTE)
    assert len(estate.messages()) == 2


def test_two_stairwells_are_a_matter_of_the_site(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(30 * SECOND)
    estate.go(*(f"h-2-1-{door}" for door in (1, 2, 3)))
    estate.wait(60 * SECOND)

    alert = estate.incident()
    assert (alert.about, len(estate.homes_of(alert))) == ("", 7)
    assert len(estate.messages()) == 1
    assert say(alert.why, "en", ZONE).startswith(
        "garden, 2 stairwells: the sensors of 7 homes are silent, the first since"
    )


def test_an_incident_that_widens_stays_the_one_that_people_follow(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    first = estate.incident()
    estate.wait(20 * MINUTE)
    estate.go(*(f"h-2-1-{door}" for door in (1, 2, 3)))
    estate.wait(90 * SECOND)

    alert = estate.incident()
    assert (alert.id, alert.about, len(estate.homes_of(alert))) == (first.id, "", 7)
    assert [message.person for message in estate.messages()] == ["lin", "lin"]


def test_alerts_of_single_homes_are_merged(make: Make) -> None:
    estate = make()
    estate.go(STAIRS[0])
    estate.wait(95 * SECOND)
    (alone,) = estate.open()
    estate.go(*STAIRS[1:3])
    estate.wait(90 * SECOND)

    assert estate.homes_of(estate.incident()) == set(STAIRS[:3])
    (merged,) = [alert for alert in estate.everything() if alert.id == alone.id]
    assert (merged.state, merged.outcome) == (AlertState.CLOSED, Outcome.OTHER)
    assert "merged_into" in estate.story(alone.id)
    assert len(estate.messages()) == 1
    estate.wait(10 * MINUTE)
    assert len(estate.messages()) == 2


def test_a_home_that_was_dead_long_before_stays_on_its_own(make: Make) -> None:
    estate = make()
    estate.go(STAIRS[0])
    estate.wait(HOUR, step=MINUTE)
    estate.go(*STAIRS[1:])
    estate.wait(90 * SECOND)

    assert estate.homes_of(estate.incident()) == set(STAIRS[1:])
    assert [alert.home for alert in estate.open() if alert.home] == [STAIRS[0]]


def test_it_ends_by_itself_when_the_homes_are_heard_again(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.wait(2 * HOUR, step=5 * MINUTE)
    alert = estate.incident()
    estate.come(*STAIRS[:2])
    estate.wait(2 * MINUTE)
    assert "2 of them are heard again" in say(estate.incident().why, "en", ZONE)
    estate.come(*STAIRS[2:])
    estate.wait(5 * SECOND)

    assert estate.open() == []
    ended = next(entry for entry in estate.log(alert.id) if entry.what == "ended")
    assert 115 <= float(ended.detail["minutes"]) <= 125
    assert "heard_again" in estate.story(alert.id)
    assert len(estate.messages()) == 1


def test_whoever_was_told_of_it_is_told_once_that_it_is_over(make: Make) -> None:
    estate = make(people=(LIN, XU, ANA))
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    told = {(message.person, message.channel) for message in estate.messages()}
    estate.wait(2 * HOUR, step=5 * MINUTE)
    estate.come(*STAIRS)
    estate.wait(5 * SECOND)
    over_at = estate.clock.now()
    estate.wait(2 * HOUR, step=5 * MINUTE)

    assert {person for person, _ in told} == {"lin", "xu"}
    ends = estate.ends()
    assert len(ends) == 2
    assert {(end.person, end.channel) for end in ends} == told
    assert {end.state for end in ends} == {NoticeState.SENT}
    assert all(end.due_at <= over_at for end in ends)


def test_at_night_the_end_is_told_at_once_as_the_beginning_was(make: Make) -> None:
    estate = make(now=TEN + 16 * HOUR)
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.wait(20 * MINUTE, step=MINUTE)
    estate.come(*STAIRS)
    heard_at = estate.clock.now()
    estate.wait(5 * SECOND)

    (end,) = estate.ends()
    assert (end.state, end.due_at) == (NoticeState.SENT, heard_at)


def test_an_end_within_ten_minutes_is_told_when_they_have_passed(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.come(*STAIRS)
    estate.wait(MINUTE)
    (message,), (end,) = estate.messages(), estate.ends()

    assert end.due_at - message.due_at == 10 * MINUTE
    assert end.state is NoticeState.WAITING
    estate.start_again()
    estate.wait(10 * MINUTE)
    assert [one.state for one in estate.ends()] == [NoticeState.SENT]


def test_who_was_never_told_of_it_does_not_hear_that_it_is_over(make: Make) -> None:
    """Lin has just heard of another incident, so this one waits; it ends before its time has come."""
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.come(*STAIRS)
    estate.wait(5 * SECOND)
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    second = estate.incident()
    estate.come(*STAIRS)
    estate.wait(HOUR, step=MINUTE)

    assert "paced" in estate.story(second.id)
    assert [message.alert == second.id for message in estate.messages()] == [False]
    assert [end.alert == second.id for end in estate.ends()] == [False]


def test_news_goes_before_what_is_over(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.come(*STAIRS)
    estate.wait(5 * SECOND)
    estate.go(*STAIRS)
    estate.wait(HOUR, step=MINUTE)

    first, second = estate.messages()
    (end,) = estate.ends()
    assert (end.alert, second.alert == first.alert) == (first.alert, False)
    assert second.due_at - first.due_at < 11 * MINUTE
    assert end.due_at - second.due_at >= 10 * MINUTE
    assert end.state is NoticeState.SENT


def test_two_ends_to_one_person_keep_their_distance(make: Make) -> None:
    """What is left of the large incident ends too, while the end of the large one still waits to be told."""
    homes = homes_of(5, 2, 10)
    names = [home.home for home in homes]
    estate = make(homes=homes)
    estate.go(*names)
    estate.wait(90 * SECOND)
    estate.wait(20 * MINUTE, step=MINUTE)
    estate.come(*names[5:])
    estate.wait(3 * MINUTE)
    estate.come(*names[:5])
    estate.wait(HOUR, step=MINUTE)

    written = sorted([*estate.messages(), *estate.ends()], key=lambda one: one.due_at)
    assert [one.type for one in written] == [NoticeType.CALL, NoticeType.CALL, NoticeType.OVER, NoticeType.OVER]
    assert all(after.due_at - before.due_at >= 10 * MINUTE for before, after in pairwise(written))
    large = next(alert for alert in estate.everything() if alert.about == "")
    assert large.evidence[STILL_SILENT] == 5


def test_the_end_is_nobodys_burden_and_no_call(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    with estate.care.read() as connection:
        before = cases.recent_load(connection, TEN - HOUR)
    estate.come(*STAIRS)
    estate.wait(HOUR, step=MINUTE)

    assert len(estate.ends()) == 1
    with estate.care.read() as connection:
        assert cases.recent_load(connection, TEN - HOUR) == before
    assert estate.story(estate.ends()[0].alert).count("called") == 1


def test_an_incident_that_staff_closed_thanks_nobody_a_second_time_when_the_homes_are_heard(make: Make) -> None:
    estate = make(people=(LIN, XU, ANA))
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.close_by_hand(estate.incident().id)
    estate.come(*STAIRS)
    estate.wait(HOUR, step=MINUTE)

    assert [end.person for end in estate.ends()] == ["xu"]


def test_what_is_left_of_a_large_incident_is_told_anew(make: Make) -> None:
    homes = homes_of(5, 2, 10)
    estate = make(homes=homes)
    names = [home.home for home in homes]
    estate.go(*names)
    estate.wait(90 * SECOND)
    first = estate.incident()
    estate.wait(20 * MINUTE, step=MINUTE)
    estate.come(*names[5:])
    estate.wait(2 * MINUTE)

    left = estate.incident()
    assert (left.about, estate.homes_of(left)) == ("1/1", set(names[:5]))
    assert left.id != first.id
    assert len(estate.open()) == 1


def test_a_home_left_alone_gets_an_alert_of_its_own(make: Make) -> None:
    homes = homes_of(1, 1, 12)
    estate = make(homes=homes)
    names = [home.home for home in homes]
    estate.go(*names)
    estate.wait(90 * SECOND)
    estate.come(*names[1:])
    estate.wait(2 * MINUTE)

    (alert,) = estate.open()
    assert alert.home == names[0]


def test_an_incident_that_staff_closed_does_not_come_back_for_the_same_silence(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    estate.close_by_hand(estate.incident().id)
    estate.wait(HOUR, step=MINUTE)
    assert estate.open() == []

    estate.start_again()
    estate.wait(2 * MINUTE)

    assert estate.open() == []


def test_a_restart_changes_nothing(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(90 * SECOND)
    before = estate.incident()

    estate.start_again()
    estate.wait(2 * MINUTE)

    assert [alert.id for alert in estate.open()] == [before.id]
    assert len(estate.messages()) == 1
    estate.come(*STAIRS)
    estate.wait(5 * SECOND)
    assert estate.open() == []


def test_a_restart_while_silences_are_gathered_loses_none(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(30 * SECOND)

    estate.start_again()
    estate.wait(2 * MINUTE)

    assert estate.homes_of(estate.incident()) == set(STAIRS)


def test_a_home_of_which_nothing_is_known_after_a_restart_hides_no_other_silence(make: Make) -> None:
    estate = make()
    estate.go("h-1-1-1")
    estate.wait(10 * MINUTE)
    estate.signals.forget("h-1-1-1")
    estate.start_again()
    estate.go("h-2-1-1")
    estate.wait(10 * MINUTE)

    assert {alert.home for alert in estate.open()} == {"h-1-1-1", "h-2-1-1"}


def test_a_home_that_is_lost_again_without_a_word_between_is_told_also_after_a_restart(make: Make) -> None:
    estate = make()
    estate.go(STAIRS[0])
    estate.wait(100 * SECOND)
    estate.come(STAIRS[0])
    estate.wait(30 * SECOND)
    estate.go(STAIRS[0])
    estate.wait(30 * SECOND)

    estate.start_again()
    estate.wait(2 * MINUTE)

    assert [alert.home for alert in estate.open()] == [STAIRS[0]]


def test_a_gateway_that_several_homes_share_is_named(make: Make) -> None:
    shared = [Device(home, "gw-1", topic="zigbee2mqtt/bridge/state") for home in (*STAIRS[:2], "h-2-1-1")]
    estate = make(devices=shared)
    estate.say(STAIRS[0], "gw-1", "availability", "offline")
    estate.wait(90 * SECOND)

    alert = estate.incident()
    assert (alert.about, estate.homes_of(alert)) == ("gateway:gw-1", {*STAIRS[:2], "h-2-1-1"})
    assert say(alert.why, "zh", ZONE).startswith("网关 gw-1：")
    estate.say(STAIRS[0], "gw-1", "availability", "online")
    estate.wait(5 * SECOND)
    assert estate.open() == []


def test_mains_devices_that_fall_silent_without_a_word_are_noticed_in_three_minutes(make: Make) -> None:
    homes = homes_of(1, 1, 4)
    devices = [Device(home.home, "pir", kinds=("motion",), model="mains") for home in homes]
    estate = make(homes=homes, devices=devices)
    estate.wait(2 * MINUTE)

    alert = estate.incident()
    assert len(estate.homes_of(alert)) == 4


def test_500_homes_at_once_are_one_message(make: Make) -> None:
    homes = homes_of(10, 5, 10)
    estate = make(homes=homes)
    estate.go(*(home.home for home in homes))
    estate.wait(90 * SECOND)

    (alert,) = estate.open()
    assert (alert.about, alert.evidence["count"]) == ("", 500)
    assert [message.person for message in estate.messages()] == ["lin"]


@pytest.mark.parametrize("kind", ["sos", "fall", "smoke", "gas"])
def test_an_emergency_in_the_dark_stairwell_calls_people_at_once(make: Make, kind: str) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(30 * SECOND)
    estate.say(STAIRS[0], "button", kind, "pressed" if kind == "sos" else "on")

    (alert,) = estate.open(AlertKind(kind))
    assert [message.person for message in estate.messages(AlertKind(kind))] == ["ana"]
    estate.wait(90 * SECOND)
    assert estate.incident().id != alert.id
    assert [one.id for one in estate.open(AlertKind(kind))] == [alert.id]


def test_a_check_in_is_not_missed_while_nobody_could_have_heard_it(make: Make) -> None:
    plan = (time(10, 30),)
    homes = [Home(name, "garden", "1", "1", check_in_by=plan) for name in STAIRS]
    estate = make(homes=homes)
    estate.go(*STAIRS)
    estate.wait(2 * HOUR, step=MINUTE)
    assert estate.open(AlertKind.MISSED_CHECK_IN) == []

    estate.come(*STAIRS)
    estate.say(STAIRS[1], "button", "check_in", "ok")
    estate.wait(25 * MINUTE, step=MINUTE)
    assert estate.open(AlertKind.MISSED_CHECK_IN) == []

    estate.wait(10 * MINUTE, step=MINUTE)
    assert {alert.home for alert in estate.open(AlertKind.MISSED_CHECK_IN)} == {*STAIRS} - {STAIRS[1]}


@pytest.mark.parametrize("start_again", [False, True], ids=["", "restarted"])
def test_a_check_in_is_missed_where_nobody_was_told_that_it_could_not_be_heard(
    make: Make, *, start_again: bool
) -> None:
    homes = [Home(name, "garden", "1", "1", check_in_by=(time(10, 30),)) for name in STAIRS]
    estate = make(homes=homes, people=())
    estate.go(*STAIRS)
    estate.wait(5 * MINUTE)
    assert "nobody_to_call" in estate.story(estate.incident().id)
    if start_again:
        estate.start_again()

    estate.wait(2 * HOUR, step=MINUTE)
    assert {alert.home for alert in estate.open(AlertKind.MISSED_CHECK_IN)} == set(STAIRS)


def test_the_hole_counts_as_silence_of_nobody(make: Make) -> None:
    estate = make()
    estate.go(*STAIRS)
    estate.wait(9 * HOUR, step=5 * MINUTE)
    assert not any(alert.home in STAIRS for alert in estate.open(AlertKind.INACTIVITY))

    estate.come(*STAIRS)
    estate.wait(HOUR, step=MINUTE)
    assert not any(alert.home in STAIRS for alert in estate.open(AlertKind.INACTIVITY))


@pytest.mark.parametrize("kind", [IncidentKind.POWER_CUT, IncidentKind.GATEWAY_LOSS])
def test_the_simulators_dark_stairwell_and_lost_gateway(make: Make, kind: IncidentKind) -> None:
    community = willow(60)
    home = max(community.homes, key=lambda one: len(community.stairwell(one)))
    begins = datetime(2026, 3, 2, 2, 0, tzinfo=TEN.tzinfo)
    incident = Incident(home.home, kind, begins)
    staff = Person("lin", LIN.role, cares=(Care(Scope.SITE, home.site),))
    estate = make(homes=community.homes, people=(staff, ANA), devices=community.devices, now=begins - 5 * MINUTE)
    told = list(events(community, SEED, begins - 5 * MINUTE, begins + 4 * MINUTE, [incident], FAULTLESS))
    while estate.clock.now() < begins + 4 * MINUTE:
        now = estate.clock.now()
        heard = [event for event in told if now - 5 * SECOND < event.send_at <= now]
        estate.pipeline.take_in([Arrived(event.topic, event.payload, event.send_at) for event in heard])
        estate.wait(5 * SECOND)

    (alert,) = estate.open()
    hit = homes_hit(community, incident)
    if kind is IncidentKind.POWER_CUT:
        assert estate.homes_of(alert) == set(hit)
        assert (alert.home, alert.about) == ("", f"{home.building}/{home.unit}")
    else:
        assert (alert.home, alert.severity) == (home.home, Severity.NOTICE)
    assert alert.opened_at - begins <= 180 * SECOND
    assert len(estate.messages()) == 1
