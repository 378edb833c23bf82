"""The device list ties what other ecosystems say to a home, and says what a press or a presence means there."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from ingest.accounts import covers, home_account
from ingest.intake import Arrived, Intake, TakenIn
from ingest.listed import as_listed, beginnings, filters, owners_of, topics_of
from ingest.reading import MOST_VALUES
from linli.people import Device, Home, Roster
from linli.signals import Kind
from linli.store.sqlite_signals import SqliteSignalStore
from linli.wire import Reading
from tests.cast import EIGHT, GARDEN, MEI, NEIGHBOUR, OTHER_SITE, RIVER

BUTTON = Device(MEI.home, "button", "bedroom", ("sos", "battery"), "zigbee2mqtt/button 502")
BATH = Device(MEI.home, "bath", "bathroom", ("presence",), "zigbee2mqtt/bath-502")
DOOR = Device(MEI.home, "door", "entrance", ("contact",), "tele/stairs/SENSOR/0x1A2B")
PANEL = Device(NEIGHBOUR.home, "panel", "hall", ("check_in",), "tele/panel-401")
FRIDGE = Device(NEIGHBOUR.home, "fridge", "kitchen", ("contact",), "tele/stairs/SENSOR/0x3C4D")
HUBS = tuple(
    Device(home, "hub", kinds=("battery",), topic="tele/stairs", model="stairwell gateway")
    for home in (MEI.home, NEIGHBOUR.home)
)
LISTED = (BUTTON, BATH, DOOR, PANEL, FRIDGE, *HUBS)
HOMES = (MEI, NEIGHBOUR, OTHER_SITE)


def roster_with(devices: Sequence[Device] = LISTED, homes: Sequence[Home] = HOMES) -> Roster:
    return Roster(
        homes={home.home: home for home in homes},
        devices={(device.home, device.device): device for device in devices},
    )


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    return Intake(roster_with, SqliteSignalStore(tmp_path / "signals.db").earlier_arrival)


def taken(
    intake: Intake, *messages: tuple[str, str], retained: bool = False, after: timedelta = timedelta(0)
) -> TakenIn:
    found = intake.read(
        [
            Arrived(topic, payload.encode(), EIGHT + after, packet, retained=retained)
            for packet, (topic, payload) in enumerate(messages)
        ]
    )
    intake.keep(found)
    return found


def told(found: TakenIn) -> list[tuple[str, str, str, str, object]]:
    return [(one.home, one.device, one.room, str(one.kind), one.value) for one in found.signals]


def test_a_press_of_mei_s_button_calls_for_help_from_her_bedroom(intake: Intake) -> None:
    found = taken(intake, ("zigbee2mqtt/button 502", '{"action":"single","battery":71}'))

    assert told(found) == [
        (MEI.home, "button", "bedroom", "sos", "pressed"),
        (MEI.home, "button", "bedroom", "battery", 71.0),
    ]


@pytest.mark.parametrize("press", ["emergency", "single", "double", "long", "hold"])
def test_however_a_call_button_is_pressed_it_is_a_call(intake: Intake, press: str) -> None:
    assert told(taken(intake, ("zigbee2mqtt/button 502/action", press)))[0][3:] == ("sos", "pressed")


@pytest.mark.parametrize("press", ["release", "hold_release", "brightness_stop", ""])
def test_letting_a_button_go_is_no_second_call(intake: Intake, press: str) -> None:
    assert told(taken(intake, ("zigbee2mqtt/button 502/action", press))) == []


def test_a_press_on_the_neighbours_panel_says_that_all_is_well(intake: Intake) -> None:
    found = taken(intake, ("stat/panel-401/RESULT", '{"Button1":{"Action":"SINGLE"}}'))

    assert told(found) == [(NEIGHBOUR.home, "panel", "hall", "check_in", "ok")]


def test_where_a_button_is_listed_for_both_a_press_calls_for_help() -> None:
    both = dataclasses.replace(BUTTON, kinds=("check_in", "sos"))

    assert as_listed(Reading("x", Kind.BUTTON, "single"), both) == Reading("button", Kind.SOS, "pressed")


def test_what_a_sensor_calls_motion_is_what_the_list_calls_it(intake: Intake) -> None:
    assert told(taken(intake, ("zigbee2mqtt/bath-502", '{"occupancy":true,"temperature":21}'))) == [
        (MEI.home, "bath", "bathroom", "presence", "on")
    ]


def test_one_message_of_a_stairwell_reaches_the_homes_it_is_about_and_no_other(intake: Intake) -> None:
    sensors = {"0x1A2B": {"Contact": 1}, "0x3C4D": {"Contact": 0}, "0x9999": {"Contact": 1}}
    found = taken(intake, ("tele/stairs/SENSOR", json.dumps({"ZbReceived": sensors})))

    assert told(found) == [
        (MEI.home, "door", "entrance", "contact", "open"),
        (NEIGHBOUR.home, "fridge", "kitchen", "contact", "closed"),
    ]
    assert found.rejections == []


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("zigbee2mqtt/somebody", '{"occupancy":true}'),
        ("zigbee2mqtt/button 5020", '{"action":"single"}'),
        ("zigbee2mqtt/button", '{"action":"single"}'),
        ("home/stairs/BTtoMQTT/A1", '{"id":"A1","open":true}'),
        ("zigbee2mqtt/somebody/availability", "offline"),
    ],
)
def test_what_nobody_has_listed_ends_here(intake: Intake, topic: str, payload: str) -> None:
    found = taken(intake, (topic, payload))

    assert (told(found), found.availability, found.rejections, found.ignored) == ([], [], [], 1)


def test_a_gateway_that_homes_share_is_lost_to_all_of_them(intake: Intake) -> None:
    found = taken(intake, ("tele/stairs/LWT", "Offline"))

    assert [one[:3] for one in found.availability] == [(MEI.home, "hub", False), (NEIGHBOUR.home, "hub", False)]


def test_a_call_for_help_behind_a_shared_gateway_that_nobody_listed_is_shown_to_staff(intake: Intake) -> None:
    found = taken(intake, ("tele/stairs/SENSOR", '{"ZbReceived":{"0x77":{"PersonalEmergency":1}}}'))

    assert told(found) == []
    assert [(one.home, one.site) for one in found.rejections] == [(MEI.home, GARDEN), (NEIGHBOUR.home, GARDEN)]
    assert all("list the device's own topic" in one.reason for one in found.rejections)


def test_what_lies_behind_mei_s_own_gateway_unlisted_is_not_taken_for_the_gateway(tmp_path: Path) -> None:
    hub = Device(MEI.home, "hub", "hall", ("battery", "motion"), "tele/hub-502", "Zigbee bridge")
    intake = Intake(lambda: roster_with([hub]), SqliteSignalStore(tmp_path / "one.db").earlier_arrival)
    behind = {"0x77": {"BatteryPercentage": 3, "Occupancy": 1}, "0x78": {"PersonalEmergency": 1}}
    found = taken(intake, ("tele/hub-502/SENSOR", json.dumps({"ZbReceived": behind})))

    assert told(found) == [(MEI.home, "hub", "hall", "sos", "pressed")]


def test_two_homes_that_list_one_sensor_are_told_so(tmp_path: Path) -> None:
    twice = [dataclasses.replace(BATH, home=home) for home in (MEI.home, NEIGHBOUR.home)]
    intake = Intake(lambda: roster_with(twice), SqliteSignalStore(tmp_path / "two.db").earlier_arrival)
    found = taken(intake, ("zigbee2mqtt/bath-502", '{"presence":true}'))

    assert told(found) == []
    assert [one.home for one in found.rejections] == [MEI.home, NEIGHBOUR.home]


def shared_by_two(tmp_path: Path, device: Device, **other: object) -> Intake:
    """Return an intake where Mei and the neighbour list one device, the neighbour perhaps for something else."""
    two = [device, dataclasses.replace(device, home=NEIGHBOUR.home, **other)]  # type: ignore[arg-type]
    return Intake(lambda: roster_with(two), SqliteSignalStore(tmp_path / "two.db").earlier_arrival)


@pytest.mark.parametrize(
    ("device", "message", "value"),
    [
        (BUTTON, ("zigbee2mqtt/button 502", '{"action":"single","battery":71}'), "pressed"),
        (BUTTON, ("zigbee2mqtt/button 502/action", "single"), "pressed"),
        (
            Device(MEI.home, "cord", "bathroom", ("sos",), "tele/rf/RESULT/D4E1F8"),
            ("tele/rf/RESULT", '{"RfReceived":{"Data":"D4E1F8","RfKey":"None"}}'),
            "pressed",
        ),
        (
            Device(MEI.home, "smoke", "kitchen", ("smoke",), "zigbee2mqtt/smoke-502"),
            ("zigbee2mqtt/smoke-502", '{"smoke":true}'),
            "on",
        ),
    ],
    ids=["a button", "a button's own topic", "a radio code", "a smoke alarm"],
)
def test_a_call_for_help_on_a_topic_of_two_homes_is_heard_in_both(
    tmp_path: Path, device: Device, message: tuple[str, str], value: str
) -> None:
    found = taken(shared_by_two(tmp_path, device), message)

    assert [(one.home, one.device, one.value) for one in found.signals] == [
        (home, device.device, value) for home in (MEI.home, NEIGHBOUR.home)
    ]


def test_of_two_homes_with_one_button_only_that_which_calls_for_help_by_it_is_called_to(tmp_path: Path) -> None:
    said_well = shared_by_two(tmp_path, BUTTON, kinds=("check_in",))
    found = taken(said_well, ("zigbee2mqtt/button 502", '{"action":"single"}'))

    assert told(found) == [(MEI.home, "button", "bedroom", "sos", "pressed")]
    assert [one.home for one in found.rejections] == [NEIGHBOUR.home]


def test_a_bad_value_is_refused_in_its_home_and_the_others_stand(intake: Intake) -> None:
    found = taken(intake, ("zigbee2mqtt/button 502", '{"action":"emergency","battery":2900}'))

    assert told(found) == [(MEI.home, "button", "bedroom", "sos", "pressed")]
    assert [(one.home, one.reason) for one in found.rejections] == [(MEI.home, "battery: outside 0 to 100 %")]
    assert found.verdicts == ["battery: outside 0 to 100 %"]


def test_a_message_that_several_share_and_nobody_can_read_is_shown_to_staff(intake: Intake) -> None:
    found = taken(intake, ("rtl_433/attic/events", '{"model":'))

    assert [(one.home, one.topic) for one in found.rejections] == [("", "rtl_433/attic/events")]


def test_what_the_broker_repeats_at_connect_is_no_sign_of_life(intake: Intake) -> None:
    assert told(taken(intake, ("zigbee2mqtt/bath-502", '{"presence":true}'), retained=True)) == []


def test_a_door_that_reports_again_what_it_was_is_no_movement(intake: Intake) -> None:
    def door(contact: int) -> list[object]:
        message = json.dumps({"ZbReceived": {"0x1A2B": {"Contact": contact}}})
        return [one.value for one in taken(intake, ("tele/stairs/SENSOR", message)).signals]

    assert [door(0), door(0), door(1), door(1), door(0)] == [["closed"], [], ["open"], [], ["closed"]]


def test_a_door_that_only_repeats_what_it_was_is_still_there(intake: Intake) -> None:
    message = ("tele/stairs/SENSOR", '{"ZbReceived":{"0x1A2B":{"Contact":0}}}')
    taken(intake, message)

    hours = [taken(intake, message, after=timedelta(hours=hour)) for hour in (1, 2)]
    soon = taken(intake, message, after=timedelta(hours=2, minutes=1))
    assert [[one[:3] for one in found.availability] for found in hours] == [[(MEI.home, "door", True)]] * 2
    assert (soon.signals, soon.availability, soon.ignored) == ([], [], 1)


def test_a_radar_that_repeats_itself_is_kept_every_ten_seconds(intake: Intake) -> None:
    def radar(second: float, word: str) -> list[object]:
        message = ("zigbee2mqtt/bath-502", f'{{"presence":{word},"target_distance":{second}}}')
        return [one.value for one in taken(intake, message, after=timedelta(seconds=second)).signals]

    said = [radar(second, "true") for second in (0, 1, 9.9, 10, 19)]
    assert said == [["on"], [], [], ["on"], []]
    assert [radar(19.5, "false"), radar(20, "true"), radar(-60, "true")] == [["off"], ["on"], ["on"]]


def test_a_call_for_help_is_never_a_repetition(intake: Intake) -> None:
    press = ("zigbee2mqtt/button 502", '{"action":"single"}')

    assert len(told(taken(intake, press, press))) == 2
    assert len(told(taken(intake, press))) == 1


def test_a_batch_that_was_not_stored_is_no_repetition_when_it_comes_again(intake: Intake) -> None:
    message = Arrived("tele/stairs/SENSOR", b'{"ZbReceived":{"0x1A2B":{"Contact":1}}}', EIGHT)
    first, again = intake.read([message]), intake.read([message])
    intake.keep(again)

    assert told(first) == told(again) != []
    assert told(intake.read([message])) == []


def test_after_a_start_a_door_is_known_as_it_was_left(intake: Intake, tmp_path: Path) -> None:
    before = taken(intake, ("tele/stairs/SENSOR", '{"ZbReceived":{"0x1A2B":{"Contact":1}}}')).signals
    fresh = Intake(roster_with, SqliteSignalStore(tmp_path / "fresh.db").earlier_arrival)
    older = msgspec.structs.replace(before[0], value="closed", at=EIGHT - timedelta(hours=1))
    fresh.know([*before, older])

    assert told(taken(fresh, ("tele/stairs/SENSOR", '{"ZbReceived":{"0x1A2B":{"Contact":1}}}'))) == []
    assert told(taken(fresh, ("tele/stairs/SENSOR", '{"ZbReceived":{"0x1A2B":{"Contact":0}}}'))) != []


def test_linlis_own_devices_may_repeat_themselves(intake: Intake) -> None:
    topic = f"linli/v1/{GARDEN}/{MEI.home}/hall/contact"

    assert len(told(taken(intake, (topic, "open"), (topic, "open")))) == 2


def test_a_device_without_a_topic_is_linlis_own() -> None:
    assert roster_with([Device(MEI.home, "hall", "hall", ("motion",))]).devices_by_topic == {}


def test_the_broker_is_asked_for_what_is_listed_and_nothing_else() -> None:
    asked = filters(roster_with())

    def is_heard(topic: str) -> bool:
        return any(covers(one, topic) for one in asked)

    assert is_heard("zigbee2mqtt/button 502")
    assert is_heard("zigbee2mqtt/button 502/availability")
    assert is_heard("tele/stairs/SENSOR")
    assert is_heard("tele/stairs/LWT")
    assert is_heard("stat/panel-401/RESULT")
    assert not is_heard("zigbee2mqtt/somebody")
    assert not is_heard("zigbee2mqtt/bridge/devices")
    assert not is_heard("tele/elsewhere/SENSOR")
    assert len(asked) == len(set(asked))
    assert not [(one, other) for one in asked for other in asked if one != other and covers(one, other)]


def test_a_message_that_several_devices_share_is_asked_for_by_its_own_topic() -> None:
    assert filters(roster_with([DOOR])) == (
        "tele/stairs/SENSOR/0x1A2B/#",
        "stat/stairs/SENSOR/0x1A2B/#",
        "tele/stairs",
        "tele/stairs/SENSOR",
        "stat/stairs",
        "stat/stairs/SENSOR",
    )


def test_a_home_may_speak_on_its_devices_topics_and_not_on_its_neighbours() -> None:
    roster = roster_with()
    mei = home_account(GARDEN, MEI.home, "secret", topics_of(roster, [MEI.home]))

    assert mei.may_publish("zigbee2mqtt/button 502/action")
    assert not mei.may_publish("tele/panel-401/LWT")
    assert not mei.may_publish("tele/stairs/LWT")
    assert not mei.may_publish("zigbee2mqtt/somebody")


def test_a_sites_gateway_may_speak_for_the_stairwell_but_not_for_another_site() -> None:
    far = Device(OTHER_SITE.home, "hub", topic="tele/far")
    roster = roster_with([*LISTED, far])

    assert "tele/stairs/#" in topics_of(roster, [MEI.home, NEIGHBOUR.home])
    assert not [topic for topic in topics_of(roster, [MEI.home, NEIGHBOUR.home]) if "far" in topic]


@pytest.mark.parametrize("topic", ["linli/v1/river/home-40/x", " zigbee2mqtt/x", "zigbee2mqtt/\x07", "/"])
def test_a_listed_topic_that_is_linlis_own_or_no_topic_opens_nothing(topic: str) -> None:
    roster = roster_with([Device(MEI.home, "x", "", ("sos",), topic)])

    assert topics_of(roster, [MEI.home]) == ()
    assert filters(roster) == ()
    assert RIVER not in repr(topics_of(roster, [MEI.home]))


CORD = Device(MEI.home, "cord", "bathroom", ("sos",), "shellies/cord-502")
LAMP = Device(MEI.home, "lamp", "bathroom", ("motion",), "zigbee2mqtt/lamp-502")
SHAKE = Device(MEI.home, "chair", "living-room", ("motion", "battery"), "zigbee2mqtt/chair-502")
PENDANT = Device(MEI.home, "pendant", "", ("sos",), "tele/rf/RESULT/D4E1F8")
CHEAP_DOOR = Device(MEI.home, "cheap-door", "entrance", ("contact",), "home/stairs/433toMQTT/5592405")
REMOTE = Device(MEI.home, "remote", "", ("check_in",), "rtl_433/attic/events/Generic-Remote/12")
WIRED = Device(MEI.home, "wired", "entrance", ("contact",), "tele/relay-502")
BLIND = Device(MEI.home, "plug", "kitchen", ("power",), "zigbee2mqtt/plug-502")
TRIGGERS = (CORD, LAMP, SHAKE, PENDANT, CHEAP_DOOR, REMOTE, WIRED, BLIND)


@pytest.fixture
def wired(tmp_path: Path) -> Intake:
    return Intake(lambda: roster_with(TRIGGERS), SqliteSignalStore(tmp_path / "signals.db").earlier_arrival)


def said(found: TakenIn) -> list[tuple[str, str, object]]:
    return [(one.device, str(one.kind), one.value) for one in found.signals]


@pytest.mark.parametrize(
    ("topic", "payload", "heard"),
    [
        ("shellies/cord-502/input/0", "1", [("cord", "sos", "pressed")]),
        ("zigbee2mqtt/chair-502", '{"vibration":true,"battery":80}', ["battery", "motion"]),
        ("zigbee2mqtt/chair-502", '{"action":"vibration"}', [("chair", "motion", "on")]),
        ("tele/rf/RESULT", '{"RfReceived":{"Data":"D4E1F8","RfKey":"None"}}', [("pendant", "sos", "pressed")]),
        (
            "home/stairs/433toMQTT",
            '{"value":5592405,"protocol":1,"length":24}',
            [("cheap-door", "contact", "open"), ("cheap-door", "contact", "closed")],
        ),
        ("rtl_433/attic/events", '{"model":"Generic-Remote","id":12,"cmd":27}', [("remote", "check_in", "ok")]),
        ("stat/relay-502/POWER", "ON", [("wired", "contact", "open")]),
    ],
    ids=["switch", "shake", "shake as an action", "Tasmota's RF bridge", "433toMQTT", "rtl_433", "relay"],
)
def test_a_switch_a_shake_or_a_code_is_what_the_list_says_it_is(
    wired: Intake, topic: str, payload: str, heard: list[tuple[str, str, object] | str]
) -> None:
    found = said(taken(wired, (topic, payload)))

    assert found == heard or [kind for _, kind, _ in found] == heard


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("zigbee2mqtt/plug-502", '{"state":"ON"}'),
        ("zigbee2mqtt/stranger", '{"state":"ON","vibration":true}'),
        ("tele/rf/RESULT", '{"RfReceived":{"Data":"OTHER1","RfKey":"None"}}'),
        ("home/stairs/433toMQTT", '{"value":1}'),
    ],
    ids=["a plug that is listed for its power", "a stranger", "another code", "another code of 433toMQTT"],
)
def test_what_no_row_calls_a_button_or_a_sensor_is_neither(wired: Intake, topic: str, payload: str) -> None:
    assert said(taken(wired, (topic, payload))) == []


def test_a_light_switch_counts_when_it_is_turned_not_when_it_says_how_it_stands(wired: Intake) -> None:
    on, off = ("zigbee2mqtt/lamp-502", '{"state":"ON"}'), ("zigbee2mqtt/lamp-502", '{"state":"OFF"}')

    assert said(taken(wired, on, on)) == []
    assert said(taken(wired, on)) == []
    assert said(taken(wired, off)) == [("lamp", "motion", "on")]
    assert said(taken(wired, off)) == []


def test_each_rocker_is_turned_by_itself(wired: Intake) -> None:
    taken(wired, ("zigbee2mqtt/lamp-502", '{"state_left":"ON","state_right":"OFF"}'))

    assert said(taken(wired, ("zigbee2mqtt/lamp-502", '{"state_left":"ON","state_right":"OFF"}'))) == []
    assert said(taken(wired, ("zigbee2mqtt/lamp-502", '{"state_left":"ON","state_right":"ON"}'))) == [
        ("lamp", "motion", "on")
    ]


def test_a_pull_cord_calls_whichever_way_it_is_turned_and_once_for_each_turn(wired: Intake) -> None:
    pulled, let_go = ("shellies/cord-502/input/0", "1"), ("shellies/cord-502/input/0", "0")

    assert said(taken(wired, let_go)) == []
    assert said(taken(wired, pulled)) == [("cord", "sos", "pressed")]
    assert said(taken(wired, pulled)) == []
    assert said(taken(wired, let_go)) == [("cord", "sos", "pressed")]


def test_a_cord_that_is_pulled_while_nothing_is_known_of_it_calls(wired: Intake) -> None:
    assert said(taken(wired, ("shellies/cord-502/input/0", "1"))) == [("cord", "sos", "pressed")]


def test_what_the_broker_has_kept_of_a_cord_is_no_call_but_a_turn_after_it_is(wired: Intake) -> None:
    assert said(taken(wired, ("shellies/cord-502/input/0", "1"), retained=True)) == []
    assert said(taken(wired, ("shellies/cord-502/input/0", "1"))) == []
    assert said(taken(wired, ("shellies/cord-502/input/0", "0"))) == [("cord", "sos", "pressed")]


def test_what_the_broker_has_kept_hides_no_turn_that_was_heard(wired: Intake) -> None:
    taken(wired, ("shellies/cord-502/input/0", "0"))
    taken(wired, ("shellies/cord-502/input/0", "1"), retained=True)

    assert said(taken(wired, ("shellies/cord-502/input/0", "1"))) == [("cord", "sos", "pressed")]


def test_a_held_radio_button_is_one_press_and_a_press_later_another(wired: Intake) -> None:
    code = ("tele/rf/RESULT", '{"RfReceived":{"Data":"D4E1F8"}}')

    assert said(taken(wired, code, code)) == [("pendant", "sos", "pressed")]
    assert said(taken(wired, code, after=timedelta(seconds=2))) == []
    assert said(taken(wired, code, after=timedelta(seconds=6))) == [("pendant", "sos", "pressed")]


def test_a_radio_door_leaves_nothing_open_and_both_words_are_kept(wired: Intake, tmp_path: Path) -> None:
    found = taken(wired, ("home/stairs/433toMQTT", '{"value":5592405}'))
    store = SqliteSignalStore(tmp_path / "signals.db")
    store.append(found.signals)

    assert [one.value for one in store.recent(MEI.home, limit=5)] == ["closed", "open"]


def test_a_door_contact_that_feels_a_shake_has_not_been_opened(tmp_path: Path) -> None:
    door = Device(MEI.home, "door", "entrance", ("contact",), "zigbee2mqtt/door-502")
    intake = Intake(lambda: roster_with((door,)), SqliteSignalStore(tmp_path / "signals.db").earlier_arrival)

    assert said(taken(intake, ("zigbee2mqtt/door-502", '{"contact":true,"vibration":true}'))) == [
        ("door", "contact", "closed")
    ]


def test_a_switch_that_says_again_how_it_stands_is_there(wired: Intake) -> None:
    state = ("tele/lamp/STATE", '{"POWER":"ON"}')
    lamp = Device(MEI.home, "hall-lamp", "hall", ("motion",), "tele/lamp")
    wired._roster = lambda: roster_with((lamp,))
    taken(wired, state)

    later = taken(wired, state, after=timedelta(minutes=11))

    assert [(home, device, online) for home, device, online, _ in later.availability] == [(MEI.home, "hall-lamp", True)]
    assert said(later) == []


def test_a_name_of_a_thousand_slashes_is_not_looked_up_a_thousand_times() -> None:
    deepest = Device(MEI.home, "deep", "hall", ("contact",), f"tele/{'a/' * 125}a")
    roster = roster_with((deepest,))

    assert owners_of("tele/stairs/SENSOR", "b/" * 1000, roster) == ()
    assert len(list(beginnings("tele/stairs/SENSOR", "b/" * 1000))) <= 256
    assert owners_of(deepest.topic, "x/" * 1000, roster) == (deepest,)


def test_a_message_of_ten_thousand_calls_keeps_nobody_waiting_for_so_many(wired: Intake) -> None:
    cord = Device(MEI.home, "cord", "bathroom", ("sos",), "tele/cord")
    wired._roster = lambda: roster_with((cord,))
    rockers = {f"POWER{number}": "ON" for number in range(10_000)}

    found = taken(wired, ("tele/cord/RESULT", json.dumps(rockers)))

    assert 0 < len(found.signals) <= MOST_VALUES
    assert [one.reason for one in found.rejections] == ["a message may have 200 values at most; the rest was left out"]
