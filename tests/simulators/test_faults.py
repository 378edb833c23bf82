"""Each fault comes as often as it was asked for, and only then."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from linli.signals import Kind, Signal
from simulators.battery import battery_of
from simulators.community import EXAMPLE_HOME
from simulators.faults import FAULTLESS, MAX_DRIFT_MS, Faults, Message, frailty_of
from simulators.household import households_of
from simulators.page import Event
from simulators.sensors import Kit, frame_of
from tests.simulators.homes import DAY, SEED, START, days_from, told, willow

LOST_BY_RADIO = {Kind.MOTION, Kind.CONTACT, Kind.TEMPERATURE, Kind.BED, Kind.BATTERY}
DAYS, HOMES = 4, 12
HOME_DAYS = DAYS * HOMES


def spoken(faults: Faults) -> list[Signal]:
    return [event.signal for event in told(DAYS, homes=HOMES, faults=faults) if event.signal is not None]


@pytest.fixture(scope="module")
def faultless() -> list[Signal]:
    return spoken(FAULTLESS)


def test_without_faults_all_is_heard_at_once_and_once(faultless: list[Signal]) -> None:
    assert len({(signal.home, signal.key) for signal in faultless}) == len(faultless)
    assert all(timedelta(0) < signal.received_at - signal.at < timedelta(seconds=1) for signal in faultless)


def test_pulses_are_missed_as_often_as_configured_but_buttons_never(faultless: list[Signal]) -> None:
    heard = {(signal.home, signal.key): signal for signal in spoken(replace(FAULTLESS, missed=0.1))}
    missed = [signal for signal in faultless if (signal.home, signal.key) not in heard]
    sensed = [signal for signal in faultless if signal.kind in LOST_BY_RADIO]
    assert abs(len(missed) / len(sensed) - 0.1) < 0.01
    assert Kind.CHECK_IN in {signal.kind for signal in faultless}
    assert Kind.CHECK_IN not in {signal.kind for signal in missed}


def test_ghosts_are_extra_pulses_at_the_configured_rate(faultless: list[Signal]) -> None:
    haunted = spoken(replace(FAULTLESS, ghosts_per_day=2.0))
    assert abs(pulses(haunted) - pulses(faultless) - 2 * HOME_DAYS) < 3 * (2 * HOME_DAYS) ** 0.5


def test_a_nervous_home_has_one_sensor_that_sees_ghosts(faultless: list[Signal]) -> None:
    nervous = spoken(replace(FAULTLESS, nervous_homes=1.0, nervous_ghosts_per_day=3.0))
    extra = Counter((s.home, s.device) for s in nervous if s.value == "on") - Counter(
        (s.home, s.device) for s in faultless if s.value == "on"
    )
    assert len(extra) == len({home for home, _ in extra}) == HOMES
    assert abs(extra.total() - 3 * HOME_DAYS) < 3 * (3 * HOME_DAYS) ** 0.5


def test_nervous_homes_are_as_many_as_configured() -> None:
    faults = replace(FAULTLESS, nervous_homes=0.3)
    community = willow(100)
    nervous = [
        home
        for home, devices in community.devices_by_home.items()
        if frailty_of(SEED, home, Kit(devices), faults).nervous is not None
    ]
    assert 18 <= len(nervous) <= 42


def test_duplicates_carry_the_same_payload_at_the_configured_rate(faultless: list[Signal]) -> None:
    events = told(DAYS, homes=HOMES, faults=replace(FAULTLESS, duplicated=0.05))
    messages = Counter((event.topic, event.payload) for event in events if event.signal is not None)
    again = [message for message, count in messages.items() if count == 2]
    assert abs(len(again) / len(faultless) - 0.05) < 0.007
    assert max(messages.values()) == 2


def test_late_batches_come_together_hours_after_with_their_old_times() -> None:
    events = told(DAYS, homes=HOMES, faults=replace(FAULTLESS, late_batches_per_day=0.3))
    late = [s for s in signals_of(events) if s.received_at - s.at > timedelta(minutes=2)]
    batches = {(s.home, s.received_at.replace(second=0, microsecond=0)) for s in late}
    homes_cut_off = [event for event in events if event.payload == b"offline" and event.topic.count("/gateway/")]
    assert abs(len(homes_cut_off) - 0.3 * HOME_DAYS) < 3 * (0.3 * HOME_DAYS) ** 0.5
    assert abs(len(batches) - len(homes_cut_off)) <= 0.2 * len(homes_cut_off) + 2
    assert max(s.received_at - s.at for s in late) < timedelta(hours=9)


def test_a_home_cut_off_says_so_and_says_when_it_is_back() -> None:
    events = told(DAYS, homes=HOMES, faults=replace(FAULTLESS, late_batches_per_day=0.3))
    words: dict[str, list[bytes]] = {}
    for event in events:
        if event.topic.endswith("/gateway/availability"):
            words.setdefault(event.topic, []).append(event.payload)
    for said in words.values():
        assert set(said) <= {b"online", b"offline"}
        assert all(before != after for before, after in pairwise(said))


def test_clocks_drift_in_as_many_homes_as_configured_and_stay_believable() -> None:
    signals = spoken(replace(FAULTLESS, drifting_homes=0.5, drift_seconds_per_day=10.0))
    drifting = {s.home for s in signals if abs(s.received_at - s.at) > timedelta(seconds=3)}
    assert 2 <= len(drifting) <= 10
    assert max(abs(s.received_at - s.at) for s in signals) <= timedelta(milliseconds=MAX_DRIFT_MS + 500)


def test_a_battery_falls_slowly_and_then_its_device_is_silent_until_it_is_changed() -> None:
    battery = battery_of(SEED, "mei", "sos", flat_share=1.0)
    levels = [battery.percent(day) for day in days_from(START.date(), 1500)]
    falls = [before - after for before, after in pairwise(levels) if before is not None and after is not None]
    assert min(falls) >= 0
    assert max(falls) <= 1
    assert levels[levels.index(None) - 1] == 1
    assert levels.count(None) >= battery.flat_days


def test_a_battery_changed_in_time_never_runs_flat() -> None:
    battery = battery_of(SEED, "mei", "sos", flat_share=0.0)
    assert min(battery.percent(day) or 0 for day in days_from(START.date(), 1500)) >= 16


def test_batteries_are_left_to_die_as_often_as_configured() -> None:
    batteries = [battery_of(SEED, f"home-{n}", "sos", flat_share=0.2) for n in range(1000)]
    assert abs(sum(battery.flat_days > 0 for battery in batteries) / 1000 - 0.2) < 0.05


def test_a_dead_device_says_nothing_and_is_called_offline_a_day_later() -> None:
    community = willow()
    faults = replace(FAULTLESS, flat_batteries=1.0)
    household = next(h for h in households_of(community, SEED, faults=faults) if h.home.home == EXAMPLE_HOME)
    device, died = next(
        (device, day)
        for day in days_from(START.date(), 700)
        for device in sorted(household.kit.names)
        if "motion" in device and dies_on(device, day)
    )
    said: list[list[Message]] = []
    for day in days_from(died - DAY, 3):
        messages = household.messages(frame_of(day, community.zone))
        said.append(sorted((m for m in messages if m.device == device), key=lambda m: m.send))
    assert [m.value for m in said[0] if m.kind is Kind.BATTERY] == [1.0]
    assert len(said[0]) > 10
    assert said[1] == []
    assert [(m.kind, m.value) for m in said[2]] == [(None, "offline")]


def dies_on(device: str, day: date) -> bool:
    battery = battery_of(SEED, EXAMPLE_HOME, device, flat_share=1.0)
    return battery.percent(day - DAY) is not None and battery.percent(day) is None


def pulses(signals: list[Signal]) -> int:
    return sum(signal.kind is Kind.MOTION and signal.value == "on" for signal in signals)


def signals_of(events: list[Event]) -> list[Signal]:
    return [event.signal for event in events if event.signal is not None]
