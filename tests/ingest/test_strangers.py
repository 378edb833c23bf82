"""Who speaks and stands in no device list: found by what they and their gateways say, guessed at, and kept within bounds."""

import ast
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.accounts import covers
from ingest.codecs.codec import FILTERS, codec_of
from ingest.codecs.message import Message
from ingest.listed import heard_in_homes, unlisted_topics_of
from ingest.reading import read
from ingest.strangers import facts, guess
from ingest.strangers.memory import MOST_FACTS, MOST_NEW, MOST_REGULAR, Strangers
from linli.device_role import DeviceRole
from linli.people import Device, Home, Roster
from linli.stranger import Stranger
from linli.words import catalogue
from tests.cast import EIGHT, GARDEN, MEI, NEIGHBOUR, OTHER_SITE, RIVER

ROSTER = Roster(homes={home.home: home for home in (MEI, NEIGHBOUR, OTHER_SITE)})
MAC = "A4C1380B2D11"


def hear(strangers: Strangers, topic: str, payload: object, at: datetime = EIGHT, *, retained: bool = False) -> None:
    body = payload if isinstance(payload, str) else json.dumps(payload)
    strangers.take(Message(topic, tuple(topic.split("/")), body.encode(), at), retained=retained)


def found(*messages: tuple[str, object], roster: Roster = ROSTER) -> dict[str, Stranger]:
    strangers = Strangers()
    for topic, payload in messages:
        hear(strangers, topic, payload)
    return {one.topic: one for one in strangers.found(roster, EIGHT).strangers}


PLACES = {
    "zigbee2mqtt/button 502": ("zigbee2mqtt/button 502", {"action": "single"}),
    "zigbee2mqtt/flat/door": ("zigbee2mqtt/flat/door/availability", "online"),
    "tele/stairs/SENSOR/0x1A2B": ("tele/stairs/SENSOR", {"ZbReceived": {"0x1A2B": {"Contact": 1}}}),
    "tele/plug": ("stat/plug/POWER", "ON"),
    "tele/room": ("tele/room/SENSOR", {"DS18B20": {"Temperature": 20.5}}),
    "tele/rf/RESULT/D4E1F8": ("tele/rf/RESULT", {"RfReceived": {"Data": "D4E1F8"}}),
    "shellies/door-1": ("shellies/door-1/sensor/state", "open"),
    "flat-12/events/rpc/gw-B2/bthomedevice:200": (
        "flat-12/events/rpc",
        {
            "src": "gw-B2",
            "method": "NotifyEvent",
            "params": {"events": [{"component": "bthomedevice:200", "event": "single_push"}]},
        },
    ),
    "flat-13/events/rpc/flat-13/bthomedevice:201": (
        "flat-13/events/rpc",
        {
            "src": "flat-13",
            "method": "NotifyEvent",
            "params": {"events": [{"component": "bthomedevice:201", "event": "single_push"}]},
        },
    ),
    "application/7f3c/device/24e124000000a1b2": (
        "application/7f3c/device/24e124000000a1b2/event/up",
        {"object": {"press": "short"}},
    ),
    f"home/attic/BTtoMQTT/{MAC}": (f"home/attic/BTtoMQTT/{MAC}", {"id": "A4:C1:38:0B:2D:11", "open": True}),
    "home/attic/433toMQTT/5592405": ("home/attic/433toMQTT", {"value": 5592405}),
    "rtl_433/attic/events/Kerui-Security/9": (
        "rtl_433/attic/events",
        {"model": "Kerui-Security", "id": 9, "opened": 1},
    ),
    "flat-12/events/rpc/shellybludw-a107": (
        "flat-12/events/rpc",
        {"src": "flat-12", "method": "NotifyStatus", "params": {"blu": {"shellybludw-a107": {"window": 1}}}},
    ),
    "lora/00-80-00-00-00-00-00-c1": (
        "lora/00-80-00-00-00-00-00-c1/up",
        {"deveui": "00-80-00-00-00-00-00-c1", "data": "AXVk/y4B", "name": "WS101"},
    ),
    "node/binary_sensor/hall_motion": ("node/binary_sensor/hall_motion/state", "ON"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_stranger_is_found_under_the_topic_by_which_the_list_would_name_it(place: str) -> None:
    topic, payload = PLACES[place]

    assert list(found((topic, payload))) == [place]


@pytest.mark.parametrize("place", PLACES)
def test_once_it_is_listed_so_it_is_heard_and_no_stranger_any_more(place: str) -> None:
    topic, payload = PLACES[place]
    place = next(iter(found((topic, payload))))
    row = Device(MEI.home, "found", "", ("sos", "contact", "temperature", "motion"), place)
    roster = Roster(homes=ROSTER.homes, devices={(MEI.home, "found"): row})
    body = payload if isinstance(payload, str) else json.dumps(payload)

    heard = heard_in_homes(read(topic, body.encode(), EIGHT), topic, roster)

    assert [one.home for one in heard] == [MEI.home]
    assert found((topic, payload), roster=roster) == {}


def test_a_listed_gateway_hides_nobody_behind_it() -> None:
    hub = Device(MEI.home, "hub", kinds=("battery",), topic="tele/stairs", model="gateway")
    roster = Roster(homes=ROSTER.homes, devices={(MEI.home, "hub"): hub})
    told = found(("tele/stairs/LWT", "Online"), (*PLACES["tele/stairs/SENSOR/0x1A2B"],), roster=roster)

    assert list(told) == ["tele/stairs/SENSOR/0x1A2B"]


BRIDGE_LIST = [
    {"type": "Coordinator", "friendly_name": "Coordinator"},
    {
        "type": "EndDevice",
        "friendly_name": "button 502",
        "definition": {
            "model": "TS0215A_sos",
            "description": "SOS button",
            "exposes": [{"type": "enum", "name": "action", "values": ["emergency"]}],
        },
    },
    {
        "type": "EndDevice",
        "friendly_name": "0x00158d0002aabbcc",
        "definition": {"model": "SNZB-03", "exposes": [{"type": "binary", "name": "occupancy"}]},
    },
]


def test_zigbee2mqtt_s_list_names_devices_before_they_speak() -> None:
    told = found(("zigbee2mqtt/bridge/devices", BRIDGE_LIST))

    button, motion = told["zigbee2mqtt/button 502"], told["zigbee2mqtt/0x00158d0002aabbcc"]
    assert (button.guess.home, button.guess.role, button.model) == (MEI.home, DeviceRole.SOS, "TS0215A_sos")
    assert button.last_at is None
    assert (motion.guess.home, motion.guess.role) == ("", DeviceRole.MOTION)
    assert told["zigbee2mqtt/bridge"].guess.role is DeviceRole.GATEWAY


@pytest.mark.parametrize(
    ("definition", "role"),
    [
        ({"description": "Pendant", "exposes": [{"name": "contact"}]}, DeviceRole.SOS),
        ({"exposes": [{"name": "temperature"}, {"name": "water_leak"}]}, DeviceRole.LEAK),
        ({"exposes": [{"name": "occupancy"}, {"name": "action", "values": ["emergency"]}]}, DeviceRole.SOS),
        ({"exposes": [{"type": "composite", "features": [{"name": "contact"}]}]}, DeviceRole.DOOR),
        ({"exposes": [{"name": "illuminance"}]}, None),
    ],
    ids=["its description", "the gravest", "what its button says", "within another", "nothing known"],
)
def test_what_a_device_exposes_says_what_it_is_there_for(definition: object, role: DeviceRole | None) -> None:
    told = found(("zigbee2mqtt/bridge/devices", [{"friendly_name": "x", "definition": definition}]))

    assert told["zigbee2mqtt/x"].guess.role is role


def test_what_is_switched_off_in_the_bridge_is_not_shown_and_a_long_name_is_cut() -> None:
    told = found(
        (
            "zigbee2mqtt/bridge/devices",
            [
                {"friendly_name": "off", "disabled": True},
                {"friendly_name": "x", "definition": {"model": "m" * 500}},
            ],
        )
    )

    assert {topic: len(one.model) for topic, one in told.items()} == {"zigbee2mqtt/x": 64}


def test_a_device_that_was_renamed_or_removed_is_no_stranger_under_its_old_name() -> None:
    strangers = Strangers()
    hear(strangers, "zigbee2mqtt/bridge/devices", BRIDGE_LIST)
    for name in ("button 502", "0x00158d0002aabbcc", "0x00158d0002aabbcc"):
        hear(strangers, f"zigbee2mqtt/{name}", {"battery": 80})
    hear(strangers, "zigbee2mqtt/never in a list", {"battery": 80})
    hear(strangers, "zigbee2mqtt-2/bridge/devices", BRIDGE_LIST)

    hear(strangers, "zigbee2mqtt/bridge/devices", [BRIDGE_LIST[0], {"type": "EndDevice", "friendly_name": "hall"}])

    told = {one.topic for one in strangers.found(ROSTER, EIGHT).strangers}
    assert {one for one in told if not one.startswith("zigbee2mqtt-2/")} == {
        "zigbee2mqtt/bridge",
        "zigbee2mqtt/hall",
        "zigbee2mqtt/never in a list",
    }
    assert "zigbee2mqtt-2/button 502" in told


def test_chirpstack_s_tags_say_whose_it_is_and_what_for() -> None:
    info = {"deviceName": "x", "deviceProfileName": "WS101", "tags": {"home": "home-8", "room": "hall", "role": "sos"}}
    place = "application/7f3c/device/24e124000000a1b2"
    told = found((f"{place}/event/up", {"deviceInfo": info, "rxInfo": [{"rssi": -97}], "object": {"battery": 90}}))

    one = told[place]
    assert (one.guess.home, one.guess.room, one.guess.role) == ("home-8", "hall", DeviceRole.SOS)
    assert (one.battery, one.signal) == (90.0, "-97 dBm")


def test_a_tag_in_other_words_still_says_what_it_is_and_an_unknown_home_is_none() -> None:
    info = {"deviceName": "x", "tags": {"home": "home-99", "role": "Exit-Door"}}
    (one,) = found(("application/a/device/b/event/up", {"deviceInfo": info, "object": {"battery": 90}})).values()

    assert (one.guess.home, one.guess.role) == ("", DeviceRole.EXIT_DOOR)


def test_how_well_the_things_stack_hears_a_device_is_told() -> None:
    uplink = {"decoded_payload": {"battery": 90}, "rx_metadata": [{"rssi": -80}]}
    (one,) = found(("v3/garden@ttn/devices/bath/up", {"uplink_message": uplink})).values()

    assert one.signal == "-80 dBm"


def test_battery_and_signal_stay_known_when_a_message_does_not_tell_them() -> None:
    messages = ({"battery": 71, "linkquality": 120}, {"occupancy": True}, {"occupancy": True, "linkquality": True})
    one = found(*(("zigbee2mqtt/x", said) for said in messages))["zigbee2mqtt/x"]

    assert (one.battery, one.signal) == (71.0, "120/255")


def test_first_stands_of_whom_most_is_known() -> None:
    told = found(*((f"zigbee2mqtt/{name}", {"occupancy": True}) for name in ("a", "b 502 kitchen", "c 502")))

    assert list(told) == ["zigbee2mqtt/b 502 kitchen", "zigbee2mqtt/c 502", "zigbee2mqtt/a"]


def test_multitech_tells_the_name_of_a_device_and_whether_its_gateway_is_there() -> None:
    place = "lorawan/02-99-gw/16-ea-app/00-80-00-00-00-00-00-c1"
    uplink = {"data": "AQI=", "name": f"XY{NEIGHBOUR.door} 502 bathroom", "rssi": -97}
    told = found((f"{place}/up", uplink), ("lorawan/02-99-gw/close", ""))

    one, gateway = told[place], told["lorawan/02-99-gw"]
    assert (one.guess.home, one.guess.room, one.model) == (MEI.home, "bathroom", f"XY{NEIGHBOUR.door}")
    assert (one.said, one.signal) == (("not decoded",), "-97 dBm")
    assert (gateway.said, gateway.guess.role, gateway.guess.room) == (("offline",), DeviceRole.GATEWAY, "")


def test_a_frame_that_nobody_decodes_is_shown_as_such() -> None:
    told = found(("application/7f3c/device/24e124000000a1b2/event/up", {"deviceInfo": {}, "data": "AQID"}))

    assert [one.said for one in told.values()] == [("not decoded",)]


@pytest.mark.parametrize(
    "config",
    [
        {
            "state_topic": "node/binary_sensor/x7/state",
            "device_class": "door",
            "device": {"suggested_area": "Entrance"},
        },
        {"~": "node/binary_sensor/x7", "stat_t": "~/state", "dev_cla": "door", "dev": {"sa": "Entrance"}},
    ],
    ids=["long names", "short names"],
)
def test_home_assistant_s_discovery_message_says_what_an_entity_is(config: object) -> None:
    told = found(("homeassistant/binary_sensor/node/x7/config", config), ("node/binary_sensor/x7/state", "ON"))

    assert [(one.guess.room, one.guess.role) for one in told.values()] == [("entrance", DeviceRole.EXIT_DOOR)]


@pytest.mark.parametrize(
    ("name", "home", "room", "role"),
    [
        ("home-7 bed", "home-7", "bedroom", DeviceRole.BED),
        ("3-2-502 卫生间", "home-7", "bathroom", DeviceRole.MOTION),
        ("502老人浴室", "home-7", "bathroom", DeviceRole.MOTION),
        ("home-7 and home-8", "", "", DeviceRole.MOTION),
        ("5020", "", "", DeviceRole.MOTION),
        ("home-70", "", "", DeviceRole.MOTION),
        ("502 and 401", "", "", DeviceRole.MOTION),
    ],
)
def test_a_guess_holds_only_where_one_home_fits(name: str, home: str, room: str, role: DeviceRole) -> None:
    one = found((f"zigbee2mqtt/{name}", {"occupancy": True}))[f"zigbee2mqtt/{name}"]

    assert (one.guess.home, one.guess.room, one.guess.role) == (home, room, role)


def test_building_and_stairwell_tell_equal_doors_apart() -> None:
    twin = Home("home-10", GARDEN, building="4", unit="1", door="502")
    roster = Roster(homes={**ROSTER.homes, twin.home: twin})

    assert found(("zigbee2mqtt/502", {"occupancy": True}), roster=roster)["zigbee2mqtt/502"].guess.home == ""
    told = found(("zigbee2mqtt/4-1-502", {"occupancy": True}), roster=roster)
    assert told["zigbee2mqtt/4-1-502"].guess.home == twin.home


def test_what_is_measured_of_a_person_is_never_shown() -> None:
    told = found(("zigbee2mqtt/watch", {"heart_rate": 91, "battery": 40}))

    assert set(told["zigbee2mqtt/watch"].said) == {"heart_rate", "battery 40"}


def test_how_often_it_speaks_is_known_from_the_second_time() -> None:
    strangers = Strangers()
    for minute in (0, 5, 10):
        hear(strangers, "zigbee2mqtt/x", {"occupancy": True}, EIGHT + timedelta(minutes=minute))

    (one,) = strangers.found(ROSTER, EIGHT + timedelta(minutes=10)).strangers
    assert (one.times, one.every) == (3, timedelta(minutes=5))


def test_one_press_in_several_messages_does_not_tell_how_often_it_speaks() -> None:
    one = found(*[("zigbee2mqtt/x", {"action": "single"})] * 2)["zigbee2mqtt/x"]

    assert (one.times, one.every) == (2, None)


def test_what_the_broker_has_kept_was_not_heard_now() -> None:
    strangers = Strangers()
    hear(strangers, "zigbee2mqtt/x", {"occupancy": True}, retained=True)

    (one,) = strangers.found(ROSTER, EIGHT).strangers
    assert (one.times, one.last_at) == (0, None)


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "5B:11:22:33:44:55", "mac_type": 1, "tempc": 20.1},
        {"id": "A4:C1:38:0B:2D:11", "type": "BCON", "tempc": 20.1},
        {"id": "A4:C1:38:0B:2D:11", "type": "RMAC", "rssi": -70},
        {"id": "A4:C1:38:0B:2D:11", "rssi": -70},
    ],
    ids=["a random address", "a beacon", "a random address by its type", "only near"],
)
def test_passers_by_are_no_strangers_of_ours(payload: dict[str, object]) -> None:
    address = str(payload["id"]).replace(":", "")

    assert found((f"home/attic/BTtoMQTT/{address}", payload)) == {}


def test_a_random_address_that_stays_is_a_sensor() -> None:
    assert found(("home/attic/BTtoMQTT/D4C1380B2D11", {"mac_type": 1, "open": True})) != {}


def test_made_up_senders_drive_out_only_their_like() -> None:
    strangers = Strangers()
    for _ in range(2):
        hear(strangers, "zigbee2mqtt/real", {"occupancy": True})
    for number in range(MOST_NEW + 500):
        hear(strangers, f"zigbee2mqtt/{number}", {"occupancy": True})
    for number in range(MOST_FACTS + 50):
        hear(strangers, f"homeassistant/sensor/x{number}/config", {"state_topic": f"zigbee2mqtt/y{number}"})

    told = strangers.found(ROSTER, EIGHT)
    assert len(told.strangers) == MOST_NEW + 1
    assert "zigbee2mqtt/real" in {one.topic for one in told.strangers}
    assert told.passed_over == 500
    assert len(strangers._facts) == MOST_FACTS
    for number in range(MOST_REGULAR + 500):
        for _ in range(2):
            hear(strangers, f"zigbee2mqtt/twice-{number}", {"occupancy": True})
    assert len(strangers._regular) == MOST_REGULAR


def test_long_topics_and_large_messages_leave_nothing() -> None:
    assert found((f"zigbee2mqtt/{'x' * 300}", {"occupancy": True}), ("zigbee2mqtt/y", "x" * 300_000)) == {}
    assert found(("zigbee2mqtt/a\x1b[2J", {"occupancy": True})) == {}


@pytest.mark.parametrize("payload", ["[[[[", "null", "[1,2]", '[{"definition":7}]', '{"a":1}', "", '"x"'])
@pytest.mark.parametrize(
    "topic", ["zigbee2mqtt/bridge/devices", "homeassistant/device/x/config", "application/a/device/b/event/up"]
)
def test_a_gateway_s_list_in_another_form_is_passed_over(topic: str, payload: str) -> None:
    assert all(one.guess.home == "" for one in found((topic, payload)).values())


def test_who_is_silent_for_a_day_is_forgotten() -> None:
    strangers = Strangers()
    hear(strangers, "zigbee2mqtt/x", {"occupancy": True})

    assert len(strangers.found(ROSTER, EIGHT + timedelta(hours=23)).strangers) == 1
    assert strangers.found(ROSTER, EIGHT + timedelta(hours=25)).strangers == []


def test_linli_s_own_topics_are_no_strangers() -> None:
    assert found(("linli/v1/garden/home-99/x/motion", "on"), ("linli/out/status", "online")) == {}
    assert found(("linli/v1/garden/home-99/x/blu", {"BTHome_version": 2, "motion": 1, "address": "a1"})) == {}


def test_what_linli_itself_tells_home_assistant_drives_out_no_device_s_name() -> None:
    strangers = Strangers()
    hear(strangers, "zigbee2mqtt/bridge/devices", BRIDGE_LIST)
    for number in range(MOST_FACTS):
        config = {"state_topic": f"linli/out/garden/{number}/state"}
        hear(strangers, f"homeassistant/sensor/linli-garden/{number}-state/config", config)

    assert len(strangers.found(ROSTER, EIGHT).strangers) == len(BRIDGE_LIST)


def test_what_is_asked_of_the_broker_is_every_ecosystem_s_and_nothing_of_ours() -> None:
    assert all(any(covers(one, topic) for one in FILTERS) for topic, _ in PLACES.values())
    assert all(codec_of(tuple(topic.split("/"))) for topic, _ in PLACES.values())
    ours = (
        "linli/v1/garden/home-7/button/sos",
        "linli/v1/garden/home-7/button/availability",
        "linli/out/garden/x/state",
    )
    assert not any(covers(one, topic) for one in FILTERS for topic in ours)


def test_a_gateway_alone_may_speak_before_it_is_listed() -> None:
    alone = Roster(homes={MEI.home: MEI})

    assert any(covers(one, "zigbee2mqtt/new") for one in unlisted_topics_of(alone, GARDEN))
    assert any(covers(one, "zigbee2mqtt-garden/new") for one in unlisted_topics_of(alone, GARDEN))


def test_a_bridge_may_have_the_id_of_a_home_of_its_site_where_these_are_not_too_many() -> None:
    few = Roster(homes={MEI.home: MEI, OTHER_SITE.home: OTHER_SITE})
    many = Roster(homes={home: replace(MEI, home=home) for home in (MEI.home, *(f"more-{n}" for n in range(300)))})

    def may_speak(roster: Roster, topic: str) -> bool:
        return any(covers(one, topic) for one in unlisted_topics_of(roster, GARDEN))

    assert may_speak(few, f"zigbee2mqtt-{MEI.home}/new")
    assert not may_speak(few, f"zigbee2mqtt-{OTHER_SITE.home}/new")
    assert not may_speak(many, f"zigbee2mqtt-{MEI.home}/new")
    assert may_speak(many, "zigbee2mqtt-garden/new")


def test_beside_another_site_only_under_its_own_name_and_never_for_the_others_devices() -> None:
    theirs = Device(OTHER_SITE.home, "door", "", ("contact",), "tele/garden/SENSOR/0x1A2B")
    roster = Roster(homes=ROSTER.homes, devices={(theirs.home, theirs.device): theirs})

    allowed = unlisted_topics_of(roster, GARDEN)
    assert any(covers(one, "zigbee2mqtt-garden/new") for one in allowed)
    assert any(covers(one, "shellies/garden/new") for one in allowed)
    assert not any(covers(one, topic) for one in allowed for topic in ("zigbee2mqtt/new", theirs.topic))
    assert any(covers(one, "tele/river/x") for one in unlisted_topics_of(roster, RIVER))


def test_every_reason_is_said_in_chinese() -> None:
    tree = ast.parse(Path(guess.__file__).read_text(encoding="utf-8"))
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "Sentence"]
    said = [str(one.args[0].value) for one in calls if isinstance(one.args[0], ast.Constant)]

    assert len(said) >= 8
    assert {*said, facts.ZIGBEE2MQTT, facts.CHIRPSTACK, facts.HOME_ASSISTANT} <= catalogue("zh").keys()
    words = {"switch on", "switch off", "triggered", "online", "offline", "not decoded"}
    assert words <= catalogue("zh").keys()
