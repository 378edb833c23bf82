"""What devices of other ecosystems do that must neither call for help falsely nor hide that somebody needs it."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from linli.signals import Kind
from tests.cast import EIGHT
from tests.ingest.codec_samples import SAMPLES, hear, said, stack_up, up


def the_moment(topic: str, payload: str) -> datetime | None:
    (first, *_) = hear(topic, payload).readings
    return first.at


def test_a_press_that_is_told_twice_and_then_reset_is_pressed_twice_and_never_cancelled() -> None:
    told = [
        hear("zigbee2mqtt/sos", '{"action":"emergency","battery":90}'),
        hear("zigbee2mqtt/sos/action", "emergency"),
        hear("zigbee2mqtt/sos", '{"action":"","battery":90}'),
        hear("zigbee2mqtt/sos", '{"action":null}'),
        hear("zigbee2mqtt/sos/action", ""),
    ]

    calls = [reading.value for heard in told for reading in heard.readings if reading.kind is Kind.SOS]
    assert calls == ["pressed", "pressed"]


def test_a_call_for_help_is_heard_beside_values_that_are_refused() -> None:
    heard = hear("zigbee2mqtt/sos", '{"battery":3000,"temperature":"hot","action":"sos","humidity":200}')

    assert [(reading.kind, reading.value) for reading in heard.readings] == [(Kind.SOS, "pressed")]
    assert heard.rejected is not None
    assert "battery" in heard.rejected
    assert "humidity" in heard.rejected


def test_what_was_recorded_hours_ago_does_not_ring_today() -> None:
    history = [{"timestamp": 1690000000, "water_leak": "leak", "sos": True}]

    assert (
        said(hear("application/a/device/b/event/up", up(decoded={"history": history, "water_leak": "normal"})))
        == "leak off"
    )


def test_a_stored_record_in_a_frame_is_passed_over() -> None:
    leak_of_last_year = bytes.fromhex("20ce 00000063 0000 00 01")

    assert said(hear("application/a/device/b/event/up", up("EM300-SLD", frame=leak_of_last_year))) == "ignored"


@pytest.mark.parametrize("where", ["message", "uplink"])
def test_a_simulated_press_is_no_press(where: str) -> None:
    message = json.loads(stack_up({"sos": True}))
    (message if where == "message" else message["uplink_message"])["simulated"] = True

    assert said(hear("v3/a@ttn/devices/b/up", json.dumps(message))) == "ignored"
    assert said(hear("v3/a@ttn/devices/b/up", stack_up({"sos": True}))) == "sos pressed"


@pytest.mark.parametrize(
    ("field", "missing"),
    [("temperature", 327.67), ("temperature", -127), ("temperature", 163.835), ("humidity", 104.7), ("battery", 255)],
)
def test_what_a_sensor_says_without_a_probe_is_neither_heat_nor_a_fault(field: str, missing: float) -> None:
    assert said(hear("zigbee2mqtt/air", json.dumps({field: missing}))) == "ignored"


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ("81.5", "battery 81.5"),
        ('"80.00"', "battery 80"),
        ('"80 %"', "battery 80"),
        ("null", "ignored"),
        ('"high"', "ignored"),
        ('"OK"', "ignored"),
        ('""', "ignored"),
        ("true", "ignored"),
        ("-1", "ignored"),
        ("3012", "rejected"),
    ],
)
def test_a_battery_is_only_what_is_told_in_percent(told: str, says: str) -> None:
    assert said(hear("zigbee2mqtt/door", f'{{"battery":{told}}}')) == says


@pytest.mark.parametrize(("told", "says"), [(3.6, "ignored"), (3, "ignored"), (3600, "ignored"), (46, "battery 46")])
def test_a_battery_in_volts_is_not_taken_for_one_that_is_empty(told: float, says: str) -> None:
    assert said(hear("application/a/device/b/event/up", up(decoded={"battery": told}))) == says


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("zigbee2mqtt/door", '{"contact":false}'),
        ("tele/zb/SENSOR", '{"ZbReceived":{"0x1":{"Contact":1}}}'),
        ("shellies/shellydw2-1/sensor/state", "open"),
        ("shelly-blu/events/a1", '{"window":1,"BTHome_version":2}'),
        ("application/a/device/b/event/up", up(decoded={"DOOR_OPEN_STATUS": 1})),
        ("application/a/device/b/event/up", up(decoded={"magnet_status": "open"})),
        ("rtl_433/a/events", '{"model":"DSC-Security","closed":0,"event":1}'),
        ("rtl_433/a/events", '{"model":"Honeywell-Security","contact_open":1,"state":"closed"}'),
        ("home/a/BTtoMQTT/b", '{"id":"b","open":true}'),
        ("homeassistant/binary_sensor/front_door/state", "on"),
        ("flat/binary_sensor/front_door/state", "ON"),
    ],
)
def test_an_open_door_is_open_in_every_ecosystem(topic: str, payload: str) -> None:
    assert said(hear(topic, payload)) == "contact open"


def test_a_contact_told_as_a_bare_number_is_not_guessed() -> None:
    assert said(hear("application/a/device/b/event/up", up(decoded={"contact": 1, "magnet_status": 0}))) == "ignored"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("zigbee2mqtt/a/availability", '{"state":"offline"}'),
        ("zigbee2mqtt/a/availability", '"offline"'),
        ("tele/a/LWT", "Offline"),
        ("shellies/a/online", "false"),
        ("a/online", "false"),
        ("a/status", "offline"),
        ("cn470/gateway/a/state/conn", '{"state":"OFFLINE"}'),
        ("home/a/LWT", "offline"),
        ("rtl_433/a/availability", "offline"),
        ("homeassistant/sensor/a/state", "unavailable"),
    ],
)
def test_offline_is_understood_however_it_is_spelled(topic: str, payload: str) -> None:
    assert hear(topic, payload).availability == {"a": "offline"}


@pytest.mark.parametrize("topic", ["zigbee2mqtt/a", "zigbee2mqtt/a/availability", "shellies/a/online", "tele/a/LWT"])
def test_an_empty_retained_message_says_that_something_is_gone_and_no_more(topic: str) -> None:
    assert said(hear(topic, "")) == "ignored"


@pytest.mark.parametrize(
    "told",
    [
        {"id": "5A:11:22:33:44:55", "mac_type": 1, "rssi": -70},
        {"id": "5A:11:22:33:44:55", "type": "BCON", "model_id": "IBEACON", "uuid": "00ff"},
        {"id": "5A:11:22:33:44:55", "type": "TRACK", "track": True, "batt": 40},
        {"id": "5A:11:22:33:44:55", "type": "RMAC", "device": "a phone"},
        {"id": "5A:11:22:33:44:55", "presence": True, "rssi": -70},
    ],
)
def test_a_stranger_who_walks_by_is_not_noted(told: dict[str, object]) -> None:
    assert said(hear("home/stairs/BTtoMQTT/5A1122334455", json.dumps(told))) == "ignored"


def test_a_phones_coordinates_and_network_end_at_the_door() -> None:
    told = {"_type": "location", "lat": 43.8171, "lon": 125.3235, "SSID": "flat-502", "batt": 50, "inregions": ["Home"]}
    heard = repr(hear("owntracks/mei/phone", json.dumps(told)))

    assert "battery" in heard
    assert not any(secret in heard for secret in ("43.8", "125.3", "flat-502", "Home"))


@pytest.mark.parametrize(
    "told",
    [0, 1000, "1970-01-01T00:00:09+00:00", "2026-11-22T23:59:00", "tomorrow", "", None, True, 1e300, "9" * 400, -1],
)
def test_a_clock_that_cannot_be_believed_leaves_the_arrival(told: object) -> None:
    assert the_moment("zigbee2mqtt/hall", json.dumps({"occupancy": True, "last_seen": told})) is None


@pytest.mark.parametrize(
    "told",
    [
        "2026-11-22T23:59:00Z",
        "2026-11-23T07:59:00+08:00",
        "2026-11-22T23:59:00.000000001Z",
        1795391940,
        1795391940.0,
        1795391940_000,
        1795391940_000_000,
        1795391940_000_000_000,
        "1795391940",
    ],
)
def test_a_time_is_understood_however_it_is_counted(told: object) -> None:
    at = the_moment("zigbee2mqtt/hall", json.dumps({"occupancy": True, "last_seen": told}))

    assert at == datetime(2026, 11, 22, 23, 59, tzinfo=UTC) == EIGHT - timedelta(minutes=1)


def test_a_local_time_without_its_offset_leaves_the_arrival() -> None:
    assert the_moment("tele/air/SENSOR", '{"Time":"2026-11-22T23:59:00","SI7021":{"Temperature":20}}') is None
    assert the_moment("rtl_433/a/events", '{"time":"2026-11-22 23:59:00","model":"a","motion":1}') is None


def test_when_a_network_server_heard_a_device_is_when_it_was() -> None:
    at = the_moment("application/a/device/b/event/up", up(decoded={"motion": 1}))

    assert at == datetime(2026, 11, 22, 23, 59, 58, 929184, tzinfo=UTC)


def test_what_is_sent_down_to_a_device_is_nothing_that_it_said() -> None:
    assert said(hear("v3/a@ttn/devices/b/down/queued", stack_up({"sos": True}))) == "ignored"


def test_a_battery_that_the_stack_remembers_does_not_stand_beside_the_one_that_is_told() -> None:
    uplink = {"decoded_payload": {"battery": 80}, "last_battery_percentage": {"value": 99}}

    assert said(hear("v3/a@ttn/devices/b/up", json.dumps({"uplink_message": uplink}))) == "battery 80"


def test_a_shelly_is_called_by_its_own_name_whatever_the_prefix() -> None:
    told = {"src": "shellyplusi4-B1", "method": "NotifyStatus", "params": {"smoke:0": {"alarm": True}}}
    (reading,) = hear("flat-12/events/rpc", json.dumps(told)).readings

    assert reading.device == "shellyplusi4-B1"


def test_a_code_of_zero_is_none() -> None:
    assert hear("home/attic/433toMQTT", '{"value":0}').triggers == ()
    assert len(hear("home/attic/433toMQTT", '{"value":5592405}').triggers) == 1


def test_several_devices_in_one_message_keep_their_names() -> None:
    heard = hear("tele/zb/SENSOR", '{"ZbReceived":{"0x01":{"Name":"hall","Occupancy":1},"0x02":{"Contact":0}}}')

    assert [(reading.device, reading.kind) for reading in heard.readings] == [
        ("hall", Kind.MOTION),
        ("0x02", Kind.CONTACT),
    ]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("zigbee2mqtt/shelf", '{"vibration":true,"action":"vibration","angle_x":3}'),
        ("zigbee2mqtt/lamp", '{"state":"ON"}'),
        ("zigbee2mqtt/lamp/state", "ON"),
        ("tele/panel/SENSOR", '{"Switch1":"ON"}'),
        ("stat/panel/RESULT", '{"POWER1":"ON"}'),
        ("shellies/shelly1-1/relay/0", "on"),
        ("flat/status/switch:0", '{"output":true}'),
        ("homeassistant/switch/boiler/state", "on"),
        ("flat/light/hall/state", "ON"),
        ("homeassistant/binary_sensor/hall_motion_sensitivity/state", "on"),
    ],
)
def test_a_lamp_a_relay_or_a_lorry_is_no_sign_of_life(topic: str, payload: str) -> None:
    assert said(hear(topic, payload)) == "ignored"


@pytest.mark.parametrize(
    "told",
    [
        {"model": "DSC-Security", "closed": 1, "event": 0},
        {"model": "Honeywell-Security", "contact_open": 0, "heartbeat": 1},
        {"model": "Honeywell Door/Window Sensor", "event": 72, "state": "open", "heartbeat": "yes"},
        {"model": "Govee-Contact", "event": "Heartbeat"},
    ],
)
def test_a_contact_that_only_repeats_itself_is_no_sign_of_life(told: dict[str, object]) -> None:
    assert said(hear("rtl_433/a/events", json.dumps(told))) == "ignored"


def test_a_relays_own_heat_is_not_the_rooms() -> None:
    assert said(hear("shellies/shelly1pm-1/temperature", "63")) == "ignored"
    assert said(hear("flat/status/switch:0", '{"output":true,"temperature":{"tC":63}}')) == "ignored"
    assert said(hear("flat/status/temperature:100", '{"tC":19.5}')) == "temperature 19.5"


@pytest.mark.parametrize("frame", ["017564fe0001", "0175", "01", "", "03", "0367d7"])
def test_a_frame_that_ends_too_soon_or_has_an_unknown_channel_is_not_guessed(frame: str) -> None:
    assert said(hear("application/a/device/b/event/up", up("WS202", frame=bytes.fromhex(frame)))) == "ignored"


def test_a_gas_alarms_self_test_is_no_gas() -> None:
    assert said(hear("shellies/shellygas-1/sensor/gas", "test")) == "ignored"
    assert said(hear("shellies/shellygas-1/sensor/gas", "heavy")) == "gas on"


def _with_huge_numbers(told: object) -> Iterator[None]:
    """Put a number of four hundred digits in each place of a message in turn."""
    places = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    for place, before in list(places):
        told[place] = 10**400  # type: ignore[index]
        yield
        told[place] = before  # type: ignore[index]
        yield from _with_huge_numbers(before)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_number_that_is_too_large_for_any_clock_or_scale_is_answered(name: str) -> None:
    for sample in SAMPLES[name]:
        told = None
        with suppress(ValueError):  # some are no JSON
            told = json.loads(sample.payload)
        for _ in _with_huge_numbers(told):
            hear(sample.topic, json.dumps(told))


def test_a_call_for_help_rings_whatever_its_clock_says() -> None:
    assert said(hear("zigbee2mqtt/a", f'{{"action": "emergency", "last_seen": {10**400}}}')) == "sos pressed"
