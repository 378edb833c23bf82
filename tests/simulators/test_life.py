"""The stream of a whole community: repeatable, independent, in order, and like life."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from statistics import mean
from zoneinfo import ZoneInfo

import pytest

from linli import wire
from linli.clock import from_millis
from linli.signals import EXIT_ROOM, Kind, Signal
from simulators.community import EXAMPLE_HOME
from simulators.day import Doing
from simulators.faults import Faults
from simulators.household import household_of, households_of
from simulators.incidents import IncidentKind
from simulators.life import events, load_events, signals
from simulators.page import Event
from simulators.sensors import frame_of
from tests.simulators.homes import DAY, SEED, START, days_from, life_of, mei, monday, of_kind, stored, told, willow

WORN = Faults(late_batches_per_day=0.2, duplicated=0.02, ghosts_per_day=1.0, drifting_homes=0.5, flat_batteries=0.5)
ALL_AT_ONCE = [mei(kind, monday(hour=(9 + number) % 24, day=number % 3)) for number, kind in enumerate(IncidentKind)]


HOUR = timedelta(hours=1)


def heard(events: list[Event]) -> list[tuple[datetime, str, bytes, bool]]:
    return [(event.send_at, event.topic, event.payload, event.retain) for event in events]


def of_home(events: list[Event], home: str) -> list[tuple[datetime, str, bytes, bool]]:
    return [message for message in heard(events) if message[1].split("/")[3] == home]


def test_the_same_seed_tells_the_same_bytes() -> None:
    assert heard(told(2, faults=WORN)) == heard(told(2, faults=WORN))


def test_the_stream_does_not_depend_on_the_order_in_which_a_process_keeps_its_sets() -> None:
    program = "from tests.simulators.test_life import digest; print(digest())"
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == digest()


def digest() -> str:
    return hashlib.sha256(repr(heard(told(0.5, homes=3, faults=WORN))).encode()).hexdigest()


def test_another_seed_tells_another_life() -> None:
    other = list(events(willow(), SEED + 1, START, START + DAY))
    assert heard(other) != heard(told(1))


def test_a_home_does_not_notice_how_many_others_there_are() -> None:
    few, many = told(2, homes=3, faults=WORN), told(2, homes=12, faults=WORN)
    for home in willow(3).homes:
        assert of_home(few, home.home) == of_home(many, home.home)


def test_the_others_do_not_notice_an_incident() -> None:
    calm, hit = told(2, homes=8, faults=WORN), told(2, ALL_AT_ONCE, homes=8, faults=WORN)
    stairwell = willow(8).stairwell(willow(8).home(EXAMPLE_HOME))
    assert of_home(calm, EXAMPLE_HOME) != of_home(hit, EXAMPLE_HOME)
    for home in willow(8).homes:
        if home.home not in stairwell:
            assert of_home(calm, home.home) == of_home(hit, home.home)


@pytest.mark.parametrize("kind", [kind for kind in IncidentKind if kind is not IncidentKind.SILENT_MORNING])
def test_nothing_changes_before_an_incident_begins(kind: IncidentKind) -> None:
    at = monday(hour=15, day=1)
    calm, hit = stored(2, homes=1, faults=WORN), stored(2, [mei(kind, at)], homes=1, faults=WORN)
    assert [s for s in calm if s.at < at] == [s for s in hit if s.at < at]


@pytest.mark.parametrize("hours", [0.5, 6, 19.05, 30])
def test_a_stream_that_begins_later_is_the_rest_of_one_that_begins_earlier(hours: float) -> None:
    later = START + timedelta(hours=hours)
    late = [e for e in events(willow(4), SEED, later, START + 2 * DAY, faults=WORN) if e.signal]
    assert heard(late) == heard([e for e in told(2, homes=4, faults=WORN) if e.signal and e.send_at >= later])


def test_what_is_sent_shortly_after_three_belongs_to_the_day_before_and_is_not_lost() -> None:
    households = households_of(willow(24), SEED, faults=WORN)
    frames = [frame_of(day, willow().zone) for day in days_from(START.date(), 4)]
    home, frame = next((h, f) for f in frames for h in households if any(m.send >= f.ends for m in h.messages(f)))
    late = sum(message.send >= frame.ends for message in home.messages(frame))
    three = from_millis(frame.ends)
    span = list(events(willow(24), SEED, three - 5 * HOUR, three + HOUR, faults=WORN))
    rest = list(events(willow(24), SEED, three, three + HOUR, faults=WORN))
    yesterday = f"{frame.day.toordinal():x}"
    told_late = [e for e in span if e.signal and e.send_at >= three and e.signal.key.startswith(yesterday)]
    assert len([event for event in told_late if event.signal and event.signal.home == home.home.home]) == late
    assert heard([e for e in rest if e.signal]) == heard([e for e in span if e.signal and e.send_at >= three])


def test_clocks_that_differ_do_not_disturb_the_order_of_a_recording() -> None:
    wrong = Faults(missed=0, drifting_homes=1.0, drift_seconds_per_day=10.0, late_batches_per_day=0)
    three = monday(hour=3, day=6)
    found = list(signals(willow(100), SEED, three - HOUR, three + HOUR, faults=wrong))
    last_before = max(s.at for s in found if s.received_at < three and s.at < three)
    assert any(s.at < last_before for s in found if s.received_at > three)
    assert all(before.at <= after.at for before, after in pairwise(found))
    sent = [e.signal for e in events(willow(100), SEED, three - 2 * HOUR, three + 2 * HOUR, faults=wrong) if e.signal]
    within = [(s.home, s.key) for s in sent if three - HOUR <= s.at < three + HOUR]
    assert sorted(set(within)) == sorted((signal.home, signal.key) for signal in found)


def test_events_come_in_the_order_of_sending_and_within_the_span() -> None:
    found = told(3, ALL_AT_ONCE, homes=4, faults=WORN)
    assert all(before.send_at <= after.send_at for before, after in pairwise(found))
    assert found[0].send_at == START
    assert found[-1].send_at < START + 3 * DAY


def test_recorded_signals_come_in_the_order_of_their_own_time_and_once() -> None:
    found = stored(3, ALL_AT_ONCE, homes=4, faults=WORN)
    assert all(before.at <= after.at for before, after in pairwise(found))
    assert len({(s.home, s.device, s.key) for s in found}) == len(found)
    sent = {s.key: s for e in told(2.5, ALL_AT_ONCE, homes=4, faults=WORN) if (s := e.signal) and s.at > START}
    assert set(sent) <= {s.key for s in found}


def test_every_device_says_at_first_whether_it_is_online() -> None:
    births = list(islice(told(1), len(willow().devices)))
    assert all(event.retain and event.payload == b"online" for event in births)
    assert len({event.topic for event in births}) == len(willow().devices)


def test_who_is_cut_off_at_the_start_is_said_to_be_offline() -> None:
    begun = mei(IncidentKind.GATEWAY_LOSS, START - timedelta(hours=1))
    births = {e.topic.split("/")[4]: e.payload for e in told(0.01, [begun], homes=1) if e.send_at == START}
    assert births["gateway"] == births["bed"] == b"offline"
    assert births["sos"] == b"online"


def test_ingest_understands_every_message_as_it_is_meant() -> None:
    rooms = {(device.home, device.device): device.room for device in willow().devices}
    for event in told(3, ALL_AT_ONCE, homes=6, faults=WORN):
        heard = wire.read(event.topic, event.payload, event.send_at)
        assert (heard.rejected, heard.ignored) == (None, None)
        if event.signal is None:
            assert len(heard.availability) == 1
            assert event.retain
            continue
        (reading,) = heard.readings
        said = (heard.home, reading.device, reading.kind, reading.value, reading.at, reading.id)
        signal = event.signal
        assert said == (signal.home, signal.device, signal.kind, signal.value, signal.at, signal.key)
        assert signal.room == rooms[signal.home, signal.device]
        assert (signal.received_at, event.retain) == (event.send_at, False)


def test_all_kinds_of_the_example_home_are_heard() -> None:
    found = stored(
        5, [mei(kind, monday(hour=20)) for kind in (IncidentKind.SOS, IncidentKind.SMOKE, IncidentKind.LEAK)], homes=1
    )
    assert {signal.kind for signal in found} == {kind for device in willow(1).devices for kind in device.kinds}


@pytest.fixture(scope="module")
def week() -> list[Signal]:
    """A week of a street. Lives must look like lives: the floors and ceilings lie around what real homes show."""
    return stored(7, homes=24)


def test_nights_are_quiet(week: list[Signal]) -> None:
    by_hour = Counter(local(signal).hour for signal in life_of(week))
    night, day = mean(by_hour[hour] for hour in (0, 1, 2, 3)), mean(by_hour[hour] for hour in range(9, 20))
    assert 0 < night < day / 5


def test_a_home_shows_60_to_400_signs_of_life_on_most_days(week: list[Signal]) -> None:
    days = Counter((signal.home, local(signal).date()) for signal in life_of(week))
    whole = [count for (_, day), count in days.items() if START.date() < day < START.date() + 7 * DAY]
    assert sum(60 <= count <= 400 for count in whole) / len(whole) > 0.9
    assert 100 < mean(whole) < 250


def test_homes_differ_in_how_much_is_seen(week: list[Signal]) -> None:
    totals = Counter(signal.home for signal in life_of(week))
    assert max(totals.values()) > 1.8 * min(totals.values())


def test_every_week_has_a_silence_of_hours_but_hardly_one_of_half_a_day(week: list[Signal]) -> None:
    times: dict[str, list[datetime]] = {}
    for signal in life_of(week):
        times.setdefault(signal.home, []).append(signal.at)
    silences = [[(after - before) / timedelta(hours=1) for before, after in pairwise(at)] for at in times.values()]
    longest = [max(hours) for hours in silences]
    assert min(longest) > 2
    assert sum(hours > 12 for hours in longest) <= 2


def test_nobody_moves_inside_while_out(week: list[Signal]) -> None:
    inside = [signal for signal in life_of(week) if signal.room != EXIT_ROOM]
    out = {home.home: outings_of(home.home) for home in willow(24).homes}
    assert sum(map(len, out.values())) > 60
    moved = [s for s in inside if any(begins < s.at < ends for begins, ends in out[s.home])]
    assert moved == []


def test_the_door_opens_when_somebody_goes_out_or_comes_home(week: list[Signal]) -> None:
    opened = {(s.home, s.at) for s in week if s.room == EXIT_ROOM and s.value == "open"}
    edges = {(home.home, edge) for home in willow(24).homes for span in outings_of(home.home) for edge in span}
    told_of = {(home, edge) for home, edge in edges if START < edge < START + 7 * DAY}
    assert len(told_of) > 100
    assert told_of <= opened


def test_a_bed_is_left_and_taken_in_turns() -> None:
    found = of_kind(stored(7, homes=1), Kind.BED)
    assert len(found) >= 12
    assert all(before.value != after.value for before, after in pairwise(found))


def test_a_motion_sensor_is_blind_until_its_timer_has_run_out(week: list[Signal]) -> None:
    by_device: dict[tuple[str, str], list[datetime]] = {}
    for signal in week:
        if signal.kind is Kind.MOTION and signal.value == "on":
            by_device.setdefault((signal.home, signal.device), []).append(signal.at)
    gaps = [after - before for times in by_device.values() for before, after in pairwise(times)]
    assert min(gaps) >= timedelta(seconds=60)


def test_a_day_of_summer_time_changes_loses_nothing_and_repeats_nothing() -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = [frame_of(date(2026, 3, 28) + number * DAY, zone) for number in range(3)]
    assert all(before.ends == after.begins for before, after in pairwise(days))
    assert [(frame.ends - frame.begins) / 3_600_000 for frame in days] == [23, 24, 24]


def test_a_stream_is_lazy() -> None:
    century = events(willow(), SEED, START, START + 36500 * DAY)
    assert len(list(islice(century, 3000))) == 3000


def test_a_load_is_one_message_a_minute_from_each_home_in_turn() -> None:
    homes = willow(12).homes
    load = list(load_events(homes, 1, SEED, START, START + timedelta(minutes=5)))
    assert Counter(event.topic.split("/")[3] for event in load) == {home.home: 5 for home in homes}
    assert {after.send_at - before.send_at for before, after in pairwise(load)} == {timedelta(seconds=5)}
    assert len({event.signal.key for event in load if event.signal}) == 60
    assert all(wire.read(event.topic, event.payload, event.send_at).readings for event in load)


def test_a_load_is_the_same_for_the_same_seed() -> None:
    def order(seed: int) -> list[str]:
        return [event.topic for event in load_events(willow().homes, 2, seed, START, START + timedelta(minutes=1))]

    assert order(1) == order(1)
    assert order(1) != order(2)


def local(signal: Signal) -> datetime:
    return signal.at.astimezone(willow().zone)


def outings_of(home: str) -> list[tuple[datetime, datetime]]:
    """Return when a resident is out in the week: from the plans, nights away as one outing."""
    household = household_of(willow(24), SEED, willow(24).home(home))
    found: list[tuple[datetime, datetime]] = []
    for day in days_from(START.date() - DAY, 8):
        frame = frame_of(day, willow().zone)
        for stay in household.plan(day).stays:
            if stay.doing is not Doing.OUT:
                continue
            begins, ends = from_millis(frame.moment(stay.start)), from_millis(frame.moment(stay.end))
            goes_on = bool(found) and found[-1][1] == begins
            found[-1:] = [(found[-1][0], ends)] if goes_on else [*found[-1:], (begins, ends)]
    return found
