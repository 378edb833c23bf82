"""What is true of each incident can be seen in what the home tells."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from linli.errors import LinliError
from linli.signals import EXIT_ROOM, Kind, Signal
from simulators.community import EXAMPLE_HOME
from simulators.day import plan_day
from simulators.faults import FAULTLESS, Faults
from simulators.household import homes_hit
from simulators.incidents import Incident, IncidentKind
from simulators.onset import onset
from simulators.page import Event
from simulators.truth import truths
from tests.simulators.homes import SEED, START, life_of, mei, monday, of_kind, of_mei, stored, told, willow

WORN = Faults(missed=0.02, ghosts_per_day=3.0, drifting_homes=1.0, late_batches_per_day=0.2, duplicated=0.05)


def hers(days: float, incidents: Sequence[Incident] = (), faults: Faults = FAULTLESS) -> list[Signal]:
    return of_mei(stored(days, incidents, homes=1, faults=faults))


def between(signals: list[Signal], begins: datetime, ends: datetime) -> list[Signal]:
    return [signal for signal in signals if begins <= signal.at < ends]


@pytest.mark.parametrize("faults", [FAULTLESS, WORN], ids=["faultless", "worn"])
@pytest.mark.parametrize("kind", [IncidentKind.FALL, IncidentKind.SILENT_MORNING])
def test_after_a_collapse_there_is_no_sign_of_life_until_the_end(kind: IncidentKind, faults: Faults) -> None:
    incident = mei(kind, monday(hour=5, minute=30, day=2))
    found = hers(5, [incident], faults=faults)
    (truth,) = truths(willow(), SEED, [incident])
    assert truth.stops_life
    assert truth.began == incident.at
    assert len(life_of(signal for signal in found if signal.at < truth.began)) > 100
    assert life_of(signal for signal in found if signal.at >= truth.began) == []


def test_a_clock_that_runs_ahead_tells_no_life_after_the_fall() -> None:
    at = monday(hour=17, minute=45)
    falls = [Incident(home.home, IncidentKind.FALL, at) for home in willow(40).homes]
    ahead = replace(FAULTLESS, drifting_homes=1.0, drift_seconds_per_day=10.0)
    calm, fallen = stored(0.42, homes=40, faults=ahead), stored(0.42, falls, homes=40, faults=ahead)
    assert life_of(signal for signal in calm if signal.received_at < at <= signal.at)
    assert life_of(signal for signal in fallen if signal.at >= at) == []


def test_after_a_fall_the_machines_talk_on() -> None:
    at = monday(hour=10, day=1)
    after = [s for s in hers(3, [mei(IncidentKind.FALL, at)]) if s.at > at + timedelta(minutes=5)]
    assert {s.kind for s in after} == {Kind.TEMPERATURE, Kind.BATTERY}


def test_ghosts_outlive_a_fall_only_when_asked_to() -> None:
    at = monday(hour=10, day=1)
    haunted = Faults(missed=0, ghosts_per_day=5, nervous_homes=0, late_batches_per_day=0, ghosts_outlive=True)
    after = [s for s in hers(5, [mei(IncidentKind.FALL, at)], faults=haunted) if s.at >= at]
    assert 5 < len(life_of(after)) < 40
    assert {s.kind for s in life_of(after)} == {Kind.MOTION}


def test_life_goes_on_when_a_fall_is_given_an_end() -> None:
    at = monday(hour=10, day=1)
    found = hers(3, [mei(IncidentKind.FALL, at, timedelta(hours=2))])
    assert life_of(between(found, at, at + timedelta(hours=2))) == []
    assert len(life_of(between(found, at + timedelta(hours=2), at + timedelta(hours=12)))) > 20


def test_on_a_silent_morning_she_never_gets_up_whatever_the_hour_given() -> None:
    incident = mei(IncidentKind.SILENT_MORNING, monday(hour=11, day=2))
    (truth,) = truths(willow(), SEED, [incident])
    usual = hers(4)
    assert monday(hour=3, day=2) < truth.began < incident.at
    assert len(life_of(between(usual, truth.began, monday(hour=11, day=2)))) > 20
    assert life_of(between(hers(4, [incident]), truth.began, monday(hour=11, day=3))) == []


@pytest.mark.parametrize("hour", [4, 9, 15, 22])
def test_a_fall_in_the_bathroom_is_the_last_that_is_seen_of_her(hour: int) -> None:
    incident = mei(IncidentKind.FALL_BATHROOM, monday(hour=hour, day=2))
    (truth,) = truths(willow(), SEED, [incident])
    last = life_of(hers(5, [incident]))[-1]
    assert last.room == "bathroom"
    assert timedelta(0) < truth.began - last.at < timedelta(minutes=20)
    assert timedelta(0) <= truth.began - incident.at < timedelta(hours=12)


@pytest.mark.parametrize("faults", [FAULTLESS, WORN], ids=["faultless", "worn"])
def test_who_falls_on_coming_home_is_seen_at_the_door_and_by_no_room(faults: Faults) -> None:
    incident = mei(IncidentKind.FALL_HOME_COMING, monday(hour=8, day=2))
    (truth,) = truths(willow(), SEED, [incident])
    life = life_of(hers(7, [incident], faults=replace(faults, ghosts_per_day=0)))
    arrival = [s for s in life if s.at >= truth.began - timedelta(minutes=10)]
    assert truth.at_home
    assert life[-1].at < truth.began
    assert {s.room for s in arrival} == {EXIT_ROOM}
    assert {s.kind for s in arrival} == {Kind.CONTACT, Kind.MOTION}
    before = [s for s in life if s.at < arrival[0].at]
    assert before[-1].room == EXIT_ROOM
    assert arrival[0].at - before[-1].at > timedelta(minutes=25)


def test_nobody_falls_on_coming_home_who_never_goes_out() -> None:
    stays_in = replace(willow().personas[EXAMPLE_HOME], errands=frozenset(), outings=0.0, travels_per_week=0.0)
    incident = mei(IncidentKind.FALL_HOME_COMING, START)
    with pytest.raises(LinliError, match="she does not come home within 30 days"):
        onset(incident, lambda day: plan_day(stays_in, SEED, EXAMPLE_HOME, day), willow().zone)


def test_a_call_for_help_is_one_press_after_which_she_moves_little() -> None:
    at = monday(hour=18, day=1)
    calm, found = hers(3), hers(3, [mei(IncidentKind.SOS, at)])
    presses = of_kind(found, Kind.SOS)
    assert [(press.value, press.at) for press in presses] == [("pressed", at)]
    usual = len(of_kind(between(calm, at, at + timedelta(hours=3)), Kind.MOTION))
    after = len(of_kind(between(found, at, at + timedelta(hours=3)), Kind.MOTION))
    assert after < usual / 3


def test_a_missed_check_in_is_missed_and_nothing_else_is() -> None:
    at = monday(hour=6, day=1)
    calm, found = hers(3), hers(3, [mei(IncidentKind.MISSED_CHECK_IN, at)])
    missing = [signal for signal in calm if signal not in found]
    assert [signal.kind for signal in missing] == [Kind.CHECK_IN]
    assert at < missing[0].at < at + timedelta(hours=12)
    assert len(found) == len(calm) - 1


def test_a_wanderer_leaves_by_night_and_nothing_stirs_indoors_until_the_door_opens_again() -> None:
    at = monday(hour=2, minute=30, day=2)
    found = hers(3, [mei(IncidentKind.WANDERING, at)])
    back = at + timedelta(hours=2, minutes=30)
    doors = [
        s for s in between(found, at, back + timedelta(minutes=1)) if s.room == EXIT_ROOM and s.kind is Kind.CONTACT
    ]
    assert [door.value for door in doors] == ["open", "closed", "open", "closed"]
    assert doors[2].at - doors[1].at > timedelta(hours=1)
    assert life_of(between(found, doors[1].at + timedelta(seconds=1), doors[2].at)) == []
    assert life_of(between(found, back, back + timedelta(minutes=30)))


def test_a_fever_shows_in_every_reading_and_then_passes() -> None:
    at = monday(hour=8, day=1)
    found = hers(7, [mei(IncidentKind.FEVER, at)])
    degrees = of_kind(found, Kind.BODY_TEMPERATURE)
    ill = [s.value for s in between(degrees, at, at + timedelta(days=3))]
    assert len(ill) >= 12
    assert all(isinstance(value, float) and value > 39 for value in ill)
    well = [s.value for s in degrees if not at <= s.at < at + timedelta(days=3)]
    assert all(isinstance(value, float) and value < 37.5 for value in well)


def test_a_slow_decline_takes_activity_week_by_week() -> None:
    incident = mei(IncidentKind.SLOW_DECLINE, monday(hour=3))
    found = life_of(hers(49, [incident]))
    usual = life_of(hers(49))

    def share(week: int) -> float:
        begins = START + timedelta(weeks=week)
        ends = begins + timedelta(weeks=1)
        return len(between(found, begins, ends)) / len(between(usual, begins, ends))

    assert share(0) > 0.8
    assert share(6) < 0.6
    assert share(6) < share(3) < share(0)


@pytest.mark.parametrize(
    ("kind", "signal", "minutes"), [(IncidentKind.SMOKE, Kind.SMOKE, 10), (IncidentKind.LEAK, Kind.LEAK, 45)]
)
def test_smoke_and_water_are_told_once_and_end(kind: IncidentKind, signal: Kind, minutes: int) -> None:
    at = monday(hour=12, day=1)
    found = of_kind(hers(2, [mei(kind, at)]), signal)
    assert [(s.value, s.at) for s in found] == [("on", at), ("off", at + timedelta(minutes=minutes))]
    assert of_kind(hers(2), signal) == []


def test_a_lost_gateway_takes_the_whole_home_off_the_air_and_says_offline_and_online() -> None:
    at = monday(hour=12, day=1)
    ends = at + timedelta(hours=3)
    mine = [e for e in told(2, [mei(IncidentKind.GATEWAY_LOSS, at)], homes=1) if f"/{EXAMPLE_HOME}/" in e.topic]
    lost = [event for event in mine if at <= event.send_at < ends]
    back = [event for event in mine if ends <= event.send_at < ends + timedelta(seconds=30) and event.retain]
    assert words(lost) == {"gateway": b"offline", "bed": b"offline"}
    assert words(back) == {"gateway": b"online", "bed": b"online"}
    assert all(event.retain for event in lost)
    assert all(timedelta(seconds=60) < event.send_at - at < timedelta(seconds=120) for event in lost)


def test_a_power_cut_darkens_one_stairwell_together_and_no_other() -> None:
    community = willow(60)
    at = monday(hour=12)
    incident = mei(IncidentKind.POWER_CUT, at)
    hit = homes_hit(community, incident)
    during = [e for e in told(0.5, [incident], homes=60) if at <= e.send_at < at + timedelta(hours=2)]
    offline = [event for event in during if event.payload == b"offline" and "/gateway/" in event.topic]
    spoke = {event.topic.split("/")[3] for event in during if not event.retain}
    assert len(hit) > 2
    assert {event.topic.split("/")[3] for event in offline} == set(hit)
    assert max(e.send_at for e in offline) - min(e.send_at for e in offline) < timedelta(seconds=15)
    assert spoke.isdisjoint(hit)
    assert len(spoke) > 60 - len(hit) - 10


def test_two_incidents_at_one_home_both_hold() -> None:
    fever = mei(IncidentKind.FEVER, monday(hour=8, day=1))
    fall = mei(IncidentKind.FALL, monday(hour=20, day=1))
    found = hers(4, [fever, fall])
    assert life_of(s for s in found if s.at >= fall.at) == []
    assert len([s for s in of_kind(found, Kind.BODY_TEMPERATURE) if s.at >= fever.at]) == 3


def test_an_incident_the_home_cannot_show_is_refused_and_one_that_can_is_named() -> None:
    without = next(h.home for h in willow().homes if not h.check_in_by)
    with pytest.raises(LinliError, match=f"{without} cannot show missed-check-in: .*{EXAMPLE_HOME}"):
        told(1, [Incident(without, IncidentKind.MISSED_CHECK_IN, START)])


def test_who_has_no_sensor_in_the_kitchen_cannot_be_seen_to_forget_meals() -> None:
    rooms = {home: {device.room for device in devices} for home, devices in willow(60).devices_by_home.items()}
    without = next(home for home in rooms if "kitchen" not in rooms[home])
    with pytest.raises(LinliError, match=f"{without} cannot show meals-forgotten: .* motion in the kitchen; .*can"):
        truths(willow(60), SEED, [Incident(without, IncidentKind.MEALS_FORGOTTEN, START)])


def test_an_incident_at_an_unknown_home_is_refused() -> None:
    with pytest.raises(LinliError, match="w-1-1-999 is not a home"):
        told(1, [Incident("w-1-1-999", IncidentKind.FALL, START)])


def words(events: list[Event]) -> dict[str, bytes]:
    return {event.topic.split("/")[4]: event.payload for event in events}
