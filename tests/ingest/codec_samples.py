"""Messages of other ecosystems, made up for these tests after their public documentation, and what each has to say."""

import json
from base64 import b64encode
from dataclasses import dataclass

from ingest.reading import read
from linli.wire import Heard
from tests.cast import EIGHT


@dataclass(frozen=True, slots=True)
class Sample:
    """A message and what is made of it, as `said` words it."""

    topic: str
    payload: str
    says: str


def hear(topic: str, payload: str | bytes) -> Heard:
    """Return what linli makes of a message that arrives at eight."""
    return read(topic, payload.encode() if isinstance(payload, str) else payload, EIGHT)


def said(heard: Heard) -> str:
    """Return in one line what was heard: values, who is there, or that it is ignored or refused."""
    parts = [f"{reading.kind} {_plain(reading.value)}" for reading in heard.readings]
    parts += [f"{name} {word}" for name, word in heard.availability.items()]
    if heard.ignored is not None:
        parts.append("ignored")
    if heard.rejected is not None:
        parts.append("rejected")
    return ", ".join(parts)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def up(profile: str = "", decoded: object = None, frame: bytes = b"", name: str = "uplink", port: int = 85) -> str:
    """Return an uplink as ChirpStack publishes it."""
    message: dict[str, object] = {
        "time": "2026-11-22T23:59:58.929184085+00:00",
        "deviceInfo": {"deviceProfileName": profile, "deviceName": name, "devEui": "00000000000000a1"},
        "fPort": port,
        "data": b64encode(frame).decode(),
    }
    return json.dumps(message if decoded is None else message | {"object": decoded})


def stack_up(decoded: object = None, frame: bytes = b"", model: str = "", **more: object) -> str:
    """Return an uplink as The Things Stack publishes it."""
    uplink = {
        "f_port": 10,
        "frm_payload": b64encode(frame).decode(),
        "received_at": "2026-11-22T23:59:57.590413417Z",
        "version_ids": {"model_id": model},
        **({} if decoded is None else {"decoded_payload": decoded}),
    }
    return json.dumps({"end_device_ids": {"device_id": "bath-12"}, "uplink_message": uplink, **more})


_UP = "application/7f3c/device/00000000000000a1/event/up"
_STACK = "v3/garden@ttn/devices/bath-12/up"
_NOTIFY = "flat-12/events/rpc"

ZIGBEE2MQTT = (
    Sample("zigbee2mqtt/button 12", '{"action":"emergency","battery":88}', "sos pressed, battery 88"),
    Sample("zigbee2mqtt/button 12", '{"action":"","battery":88}', "battery 88"),
    Sample("zigbee2mqtt/button 12", '{"action":null}', "ignored"),
    Sample("zigbee2mqtt/button 12/action", "emergency", "sos pressed"),
    Sample("zigbee2mqtt/button 12/action", "", "ignored"),
    Sample("zigbee2mqtt/remote", '{"action":"double","battery":"41.50"}', "button double, battery 41.5"),
    Sample("zigbee2mqtt/remote", '{"click":"long"}', "button long"),
    Sample("zigbee2mqtt/flat 3/hall/motion", '{"occupancy":true,"illuminance":11}', "motion on"),
    Sample("zigbee2mqtt-north/motion", '{"occupancy":false,"battery":"high"}', "motion off"),
    Sample("zigbee2mqtt/radar", '{"presence":true,"target_distance":null}', "presence on"),
    Sample("zigbee2mqtt/door", '{"contact":false,"voltage":3011}', "contact open"),
    Sample("zigbee2mqtt/door/contact", "true", "contact closed"),
    Sample("zigbee2mqtt/sink", '{"water_leak":true,"battery":null}', "leak on"),
    Sample("zigbee2mqtt/smoke", '{"smoke":false,"test":false}', "smoke off"),
    Sample("zigbee2mqtt/co", '{"carbon_monoxide":true,"co":120}', "gas on"),
    Sample("zigbee2mqtt/radar", '{"fall_status":"fall","occupancy":true}', "fall on, motion on"),
    Sample("zigbee2mqtt/radar", '{"fall_down_status":"maybe_fall"}', "ignored"),
    Sample("zigbee2mqtt/radar", '{"fall_status":"normal"}', "fall off"),
    Sample("zigbee2mqtt/plug", '{"power":61.2,"state":"ON","energy":3.1}', "power 61.2"),
    Sample("zigbee2mqtt/shelf", '{"action":"vibration","vibration":true,"battery":90}', "battery 90"),
    Sample("zigbee2mqtt/lamp", '{"state":"ON","brightness":200}', "ignored"),
    Sample("zigbee2mqtt/air", '{"temperature":91,"humidity":40}', "humidity 40, rejected"),
    Sample("zigbee2mqtt/lamp/set", '{"state":"OFF"}', "ignored"),
    Sample("zigbee2mqtt/door/set", '{"contact":false}', "ignored"),
    Sample("zigbee2mqtt/cube", '{"action":"tilt"}', "ignored"),
    Sample("zigbee2mqtt/lamp/get", '{"state":""}', "ignored"),
    Sample("zigbee2mqtt/door/availability", '{"state":"offline"}', "door offline"),
    Sample("zigbee2mqtt/door/availability", "online", "door online"),
    Sample("zigbee2mqtt/door/availability", "", "ignored"),
    Sample("zigbee2mqtt/door/availability", "perhaps", "rejected"),
    Sample("zigbee2mqtt/bridge/state", '{"state":"online"}', "bridge online"),
    Sample("zigbee2mqtt/bridge/state", "offline", "bridge offline"),
    Sample("zigbee2mqtt/bridge/event", '{"type":"device_joined","data":{}}', "ignored"),
    Sample("zigbee2mqtt/bridge/logging", '{"level":"info","message":"sos emergency"}', "ignored"),
    Sample("zigbee2mqtt/old name", "", "ignored"),
    Sample("zigbee2mqtt/door", '{"contact":true', "rejected"),
)
TASMOTA = (
    Sample("tele/air/SENSOR", '{"Time":"2026-11-23T08:00:00","SI7021":{"Temperature":20.5,"Humidity":48}}',
           "temperature 20.5, humidity 48"),
    Sample("tele/air/SENSOR", '{"AM2301":{"Temperature":68,"Humidity":null},"TempUnit":"F"}', "temperature 20"),
    Sample("tele/air/SENSOR", '{"DS18B20":{"Id":"01","Temperature":85.0}}', "ignored"),
    Sample("tele/panel/SENSOR", '{"INA219":{"Power":0.9}}', "ignored"),
    Sample("cmnd/hall/PIR1", "ON", "ignored"),
    Sample("tele/relay/SENSOR", '{"ESP32":{"Temperature":51.2}}', "ignored"),
    Sample("tele/ble/SENSOR", '{"MJ_HT-1":{"Temperature":21,"Battery":64},"MJ_HT-2":{"Temperature":19}}',
           "temperature 21, battery 64, temperature 19"),
    Sample("tele/plug/SENSOR", '{"ENERGY":{"Power":[12,30.5],"Voltage":231}}', "power 12, power 30.5"),
    Sample("tele/zb/SENSOR", '{"ZbReceived":{"0x01":{"Name":"door","Contact":1,"LinkQuality":60}}}', "contact open"),
    Sample("tele/zb/SENSOR", '{"ZbReceived":{"0x02":{"Occupancy":1,"Endpoint":1},"0x03":{"BatteryPercentage":55}}}',
           "motion on, battery 55"),
    Sample("tele/zb/SENSOR", '{"hall":{"Device":"0x02","Occupancy":0,"LinkQuality":60}}', "motion off"),
    Sample("tele/zb/hall/SENSOR", '{"ZbReceived":{"Device":"0x02","Occupancy":1,"LinkQuality":9}}', "motion on"),
    Sample("tele/zb/SENSOR", '{"ZbReceived":{"0x04":{"0006!01":"","Power":1,"Endpoint":1}}}', "button power_1"),
    Sample("tele/zb/SENSOR", '{"ZbReceived":{"0x05":{"Power":true,"Dimmer":9}}}', "ignored"),
    Sample("tele/lw/SENSOR", '{"LwReceived":{"0x4A":{"DoorOpen":0,"Battery":3.0}}}', "contact closed"),
    Sample("stat/panel/RESULT", '{"Button2":{"Action":"TRIPLE"}}', "button triple"),
    Sample("stat/panel/RESULT", '{"Button2":{"Action":"CLEAR"}}', "ignored"),
    Sample("stat/panel/RESULT", '{"Switch1":{"Action":"ON"}}', "ignored"),
    Sample("stat/panel/RESULT", '{"POWER":"ON"}', "ignored"),
    Sample("stat/panel/BUTTON1", '{"ACTION":"DOUBLE"}', "button double"),
    Sample("stat/panel/SWITCH1", '{"STATE":"ON"}', "ignored"),
    Sample("stat/panel/POWER", "ON", "ignored"),
    Sample("tele/rf/RESULT", '{"RfReceived":{"Data":"0xA1","Bits":24}}', "ignored"),
    Sample("tele/panel/STATE", '{"POWER":"ON","Wifi":{"RSSI":70}}', "ignored"),
    Sample("stat/panel/STATUS10", '{"StatusSNS":{"SI7021":{"Temperature":20.5}}}', "ignored"),
    Sample("stat/hall/PIR1", "ON", "motion on"),
    Sample("tele/panel/LWT", "Online", "panel online"),
    Sample("panel/tele/LWT", "Offline", "panel offline"),
    Sample("cmnd/panel/POWER", "ON", "ignored"),
    Sample("tasmota/discovery/A1/config", '{"ip":"10.0.0.9"}', "ignored"),
    Sample("tele/zb/SENSOR", '{"ZbReceived":{"0x01":{"Occupancy":1}}', "rejected"),
)  # fmt: skip
SHELLY = (
    Sample("shellies/shellydw2-A1/sensor/state", "open", "contact open"),
    Sample("shellies/shellydw2-A1/sensor/state", "close", "contact closed"),
    Sample("shellies/shellydw2-A1/sensor/vibration", "1", "ignored"),
    Sample("shellies/shellydw2-A1/sensor/battery", "77", "battery 77"),
    Sample("shellies/shellyht-A2/sensor/temperature", "19.38", "temperature 19.38"),
    Sample("shellies/shellyht-A2/sensor/temperature", "999", "ignored"),
    Sample("shellies/shellyflood-A3/sensor/flood", "true", "leak on"),
    Sample("shellies/shellysmoke-A4/sensor/smoke", "false", "smoke off"),
    Sample("shellies/shellygas-A5/sensor/gas", "mild", "gas on"),
    Sample("shellies/shellygas-A5/sensor/gas", "test", "ignored"),
    Sample("shellies/shellybutton1-A6/input_event/0", '{"event":"SS","event_cnt":9}', "button double"),
    Sample("shellies/shellybutton1-A6/input_event/0", '{"event":"","event_cnt":0}', "ignored"),
    Sample("shellies/shellymotionsensor-A7/status", '{"motion":true,"timestamp":1795391990,"active":true,"bat":60}',
           "motion on, battery 60"),
    Sample("shellies/shellymotionsensor-A7/status", '{"motion":false,"timestamp":1795391990,"active":true,"bat":60}',
           "motion off, battery 60"),
    Sample("shellies/shelly1pm-A8/relay/0", "on", "ignored"),
    Sample("shellies/shelly1pm-A8/relay/0/power", "512.5", "power 512.5"),
    Sample("shellies/shelly1pm-A8/temperature", "61.0", "ignored"),
    Sample("shellies/shelly1pm-A8/input/0", "1", "ignored"),
    Sample("shellies/shelly1pm-A8/online", "false", "shelly1pm-A8 offline"),
    Sample("shellies/announce", '{"id":"shelly1pm-A8"}', "ignored"),
    Sample(_NOTIFY, '{"src":"shellyplusi4-B1","method":"NotifyEvent","params":{"ts":1795391990.5,"events":['
           '{"component":"input:1","id":1,"event":"btn_up","ts":1795391990.5},'
           '{"component":"input:1","id":1,"event":"long_push","ts":1795391990.5},'
           '{"component":"input:0","id":0,"event":"config_changed","ts":1795391990.5},'
           '{"component":"sys","event":"config_changed","ts":1795391990.5}]}}', "button long_push"),
    Sample(_NOTIFY, '{"src":"shellyblugw-B2","method":"NotifyEvent","params":{"events":['
           '{"component":"bthomedevice:200","event":"single_push"}]}}', "button single_push"),
    Sample(_NOTIFY, '{"src":"shellyhtg3-B3","method":"NotifyFullStatus","params":{"ts":1795391990.5,'
           '"devicepower:0":{"battery":{"V":5.1,"percent":66}},"temperature:0":{"tC":20.1,"tF":68.2},'
           '"humidity:0":{"rh":51}}}', "battery 66, temperature 20.1, humidity 51"),
    Sample(_NOTIFY, '{"src":"shellyplus1pm-B4","method":"NotifyStatus","params":{"switch:0":{"output":true,'
           '"apower":8.5,"temperature":{"tC":55.0}}}}', "power 8.5"),
    Sample(_NOTIFY, '{"src":"shellyplussmoke-B5","method":"NotifyStatus","params":{"smoke:0":{"alarm":true}}}',
           "smoke on"),
    Sample(
        _NOTIFY,
        '{"src":"shellyplus1-B6","method":"NotifyEvent","params":{"events":[{"component":"script:1","id":1,'
        '"event":"shelly-blu","data":{"BTHome_version":2,"window":1,"battery":60,"address":"a1:06"}}]}}',
        "contact open, battery 60",
    ),
    Sample(
        _NOTIFY,
        '{"src":"shellyplus1-B6","method":"NotifyStatus","params":{"bthomedevice:200":{"rssi":-60,"battery":44}}}',
        "battery 44",
    ),
    Sample(_NOTIFY, '{"src":"flat-12","method":"NotifyStatus","params":{"ts":1795391990,"blu":{"shellybludw-a107":'
           '{"addr":"a1:07","rssi":-60,"battery":71,"window":1,"device_type":"door-window"}}}}',
           "battery 71, contact open"),
    Sample(_NOTIFY, '{"src":"flat-12","method":"NotifyStatus","params":{"blu":{"shellyblubutton1-a108":{"button":1}}}}',
           "ignored"),
    Sample(_NOTIFY, '{"src":"flat-12","method":"NotifyEvent","params":{"events":[{"component":"blu","event":"button",'
           '"data":{"device":"shellyblubutton1-a108","value":6,"event":"long_triple_press"}}]}}', "button long_triple"),
    Sample(_NOTIFY, '{"src":"flat-12","method":"NotifyEvent","params":{"events":[{"component":"blu","event":"button",'
           '"data":{"device":"shellyblubutton1-a108","value":0,"event":"none"}}]}}', "ignored"),
    Sample("flat-12/status/flood:0", '{"id":0,"alarm":true}', "leak on"),
    Sample("flat-12/status/input:0", '{"id":0,"state":true}', "ignored"),
    Sample("flat-12/online", "true", "flat-12 online"),
    Sample("flat-12/rpc", '{"id":1,"method":"Switch.Set"}', "ignored"),
    Sample("status/rpc", "{}", "ignored"),
    Sample("events/rpc", "{}", "ignored"),
    Sample("answers/rpc", '{"id":1,"src":"shellyplus1pm-B4","result":{"output":true}}', "ignored"),
    Sample(_NOTIFY, '{"method":', "rejected"),
)  # fmt: skip
BTHOME = (
    Sample("shelly-blu/events/a1:01", '{"encryption":false,"BTHome_version":2,"battery":90,"window":1,"address":"a1:01"}',
           "battery 90, contact open"),
    Sample("shelly-blu/events/a1:02", '{"BTHome_version":2,"button":4,"address":"a1:02"}', "button long"),
    Sample("shelly-blu/events/a1:02", '{"BTHome_version":2,"button":5,"address":"a1:02"}', "button long_double"),
    Sample("shelly-blu/events/a1:02", '{"BTHome_version":2,"button":0,"address":"a1:02"}', "ignored"),
    Sample("flat-12/blu", '{"BTHome_version":2,"motion":1,"address":"a1:03"}', "motion on"),
    Sample("flat-12/blu", '{"BTHome_version":2,"button":[0,2,0,0],"address":"a1:04"}', "button double"),
    Sample("shelly-blu/events/a1:05", '{"encryption":true,"BTHome_version":2,"motion":1}', "ignored"),
    Sample("shelly-blu/events/a1:05", '{"BTHome_version":2', "rejected"),
)  # fmt: skip
CHIRPSTACK = (
    Sample(_UP, up(decoded={"battery": 92.0, "press": "long"}), "battery 92, button long"),
    Sample(_UP, up(decoded={"pir": "trigger", "daylight": "dark"}), "motion on"),
    Sample(_UP, up(decoded={"BatV": 3.05, "DOOR_OPEN_STATUS": 1.0, "ALARM": 0.0}), "contact open"),
    Sample(_UP, up(decoded={"door": "closed", "temperature": 21.5, "humidity": 40}),
           "contact closed, temperature 21.5, humidity 40"),
    Sample(_UP, up(decoded={"TempC_SHT": 22.1, "Hum_SHT": 104.7, "TempC_DS": 327.67}), "temperature 22.1"),
    Sample(_UP, up(decoded={"temperatureSensor": {"3": 19.5}, "presenceSensor": {"4": 1}}),
           "temperature 19.5, presence on"),
    Sample(_UP, up(decoded={"motion": 4, "vdd": 3600}), "motion on"),
    Sample(_UP, up(decoded={"air": {"temperature": 3}, "sos": False, "battery": 3.6}), "ignored"),
    Sample(_UP, up(decoded={"press": False, "motion": [1, 4]}), "ignored"),
    Sample(_UP, up(decoded={"sos": True}), "sos pressed"),
    Sample(_UP, up("Milesight WS101", frame=bytes.fromhex("017564ff2e02")), "battery 100, button long"),
    Sample(_UP, up("WS202", frame=bytes.fromhex("01754b030001040001")), "battery 75, motion on"),
    Sample(_UP, up("WS301", frame=bytes.fromhex("030000040001")), "contact closed"),
    Sample(_UP, up("EM300-MCS", frame=bytes.fromhex("0367d7000468500600 01")),
           "temperature 21.5, humidity 40, contact open"),
    Sample(_UP, up("EM300-SLD", frame=bytes.fromhex("050000 20ce9e74466310015d01")), "leak off"),
    Sample(_UP, up("Dragino LDS02", frame=bytes.fromhex("8bb80100000000000000")), "contact open"),
    Sample(_UP, up("LWL02", frame=bytes.fromhex("4bb80200000000000000")), "leak on"),
    Sample(_UP, up("LHT65", frame=bytes.fromhex("cbf60b0d0376010add7fff")), "temperature 28.29, humidity 88.6"),
    Sample(_UP, up("WS202", frame=bytes.fromhex("017564fe0001")), "ignored"),
    Sample(_UP, up("WS136", frame=bytes.fromhex("017564ff34030a00")), "battery 100, button button_3"),
    Sample(_UP, up("WS523", frame=bytes.fromhex("0374e808048010070000058164088001")), "ignored"),
    Sample(_UP, up("WS523", frame=bytes.fromhex("0374e8080480100700000581640870 01")), "power 1808"),
    Sample(_UP, up("VS321", frame=bytes.fromhex("0175620367fa0004683c05fd0100")),
           "battery 98, temperature 25, humidity 30, presence on"),
    Sample(_UP, up("VS330", frame=bytes.fromhex("01754b028200a003 8e01")), "battery 75, presence on"),
    Sample(_UP, up("VS340 desk", frame=bytes.fromhex("030000")), "presence off"),
    Sample(_UP, up("VS370", frame=bytes.fromhex("030001040001")), "presence on"),
    Sample(_UP, up("VS373", frame=bytes.fromhex("07b0020000000000000008b102e803")), "bed on, respiration 10"),
    Sample(_UP, up("VS373", frame=bytes.fromhex("03f8030000000000")), "bed off"),
    Sample(_UP, up("VS373", frame=bytes.fromhex("03f8010000000000")), "presence off"),
    Sample(_UP, up("VS373", frame=bytes.fromhex("06fb0100000100")), "fall on"),
    Sample(_UP, up("VS373", frame=bytes.fromhex("06fb0100030101")), "ignored"),
    Sample(_UP, up("AM308", frame=bytes.fromhex("0367ee00046876050001 0b7d2000")), "temperature 23.8, humidity 59, motion on"),
    Sample(_UP, up("EM300-MLD", frame=bytes.fromhex("01755c050001")), "battery 92, leak on"),
    Sample(_UP, up("WS203", frame=bytes.fromhex("83671901010500")), "ignored"),
    Sample(_UP, up("WS203", frame=bytes.fromhex("836719 0101050001")), "temperature 28.1, motion on"),
    Sample(_UP, up(decoded={"button_2": 1, "button_2_d2d": 4, "button_2_msgid": 7}), "button button_2"),
    Sample(_UP, up(decoded={"button_2": 1}), "ignored"),
    Sample(_UP, up(decoded={"detection_status": "fall", "target_status": "lying_down"}), "fall on"),
    Sample(_UP, up(decoded={"detection_status": "normal"}), "ignored"),
    Sample(_UP, up(decoded={"detection_status": "out_of_bed", "respiratory_rate": 14.5}), "bed off, respiration 14.5"),
    Sample(_UP, up(decoded={"events": [{"alarm_type": "fall", "alarm_status": "alarm_triggered"}]}), "fall on"),
    Sample(_UP, up(decoded={"events": [{"alarm_type": "dwell", "alarm_status": "alarm_triggered"}]}), "ignored"),
    Sample(_UP, up(decoded={"people_total_counts": 0}), "presence off"),
    Sample(_UP, up(decoded={"Sound_key": "OPEN", "Alarm": "TRUE", "TempC_SHT41": 20}), "button press, temperature 20"),
    Sample(_UP, up(decoded={"Sound_key": "OPEN", "Alarm": "FALSE"}), "ignored"),
    Sample(_UP, up(decoded={"Sound_key": "OPEN", "Alarm": "TRUE", "key5": "No", "key2": "Yes"}), "button key2"),
    Sample(_UP, up(decoded={"Exti_pin_level": "Activity", "Move_count": 12, "TempC_SHT": 21.5}), "motion on, temperature 21.5"),
    Sample(_UP, up(decoded={"Water_flow_value": 3.2, "Last_pulse": 1440}), "water 3.2"),
    Sample(_UP, up("LDS03A", frame=bytes.fromhex("0300000200000064 bc5a00"), port=2), "contact open"),
    Sample(_UP, up("LDS03A", frame=bytes.fromhex("0300000200000064 bc5a00"), port=3), "ignored"),
    Sample(_UP, up("DS03A-LB", frame=bytes.fromhex("00 00000200000064bc5a00 01 000001000000"), port=2), "contact open"),
    Sample(_UP, up("LWL04", frame=bytes.fromhex("0100000100000064 bc5a00"), port=2), "leak on"),
    Sample(_UP, up("LHT65N-PIR", frame=bytes.fromhex("cbf60b0d03760e01000007"), port=2),
           "temperature 28.29, humidity 88.6, motion on"),
    Sample(_UP, up("LHT65N-VIB", frame=bytes.fromhex("0bf6090000000100000002"), port=2), "ignored"),
    Sample(_UP, up("LHT65", frame=bytes.fromhex("cbf60b0d0376410add7fff"), port=2), "ignored"),
    Sample(_UP, up("PB01", frame=bytes.fromhex("0c80030100d90190"), port=2), "button press, temperature 21.7, humidity 40"),
    Sample(_UP, up("PB01", frame=bytes.fromhex("0c80030000d90190"), port=2), "temperature 21.7, humidity 40"),
    Sample(_UP, up("PB05", frame=bytes.fromhex("0c80030104"), port=2), "button key3"),
    Sample(_UP, up("SW3L", frame=bytes.fromhex("00000005a0010064bc5a00"), port=2), "water 3.2"),
    Sample(_UP, up("some other maker", frame=bytes.fromhex("030001")), "ignored"),
    Sample("application/7f3c/device/00000000000000a1/event/status", '{"margin":7,"batteryLevel":71.5}', "battery 71.5"),
    Sample("application/7f3c/device/00000000000000a1/event/status",
           '{"batteryLevelUnavailable":true,"batteryLevel":0}', "ignored"),
    Sample("application/7f3c/device/00000000000000a1/event/join", '{"devAddr":"0011"}', "ignored"),
    Sample("application/7f3c/device/00000000000000a1/event/ack", '{"acknowledged":true}', "ignored"),
    Sample("application/7f3c/device/00000000000000a1/event/log", '{"level":"ERROR"}', "ignored"),
    Sample("application/7f3c/device/00000000000000a1/event/location", '{"location":{"latitude":1}}', "ignored"),
    Sample("application/7f3c/device/00000000000000a1/command/down", '{"data":"qg=="}', "ignored"),
    Sample("cn470/gateway/00000000000000b1/state/conn", '{"gatewayId":"b1","state":"OFFLINE"}',
           "00000000000000b1 offline"),
    Sample("cn470/gateway/00000000000000b1/event/stats", "\x08\x01", "00000000000000b1 online"),
    Sample("cn470/gateway/00000000000000b1/event/up", "\x08\x01", "ignored"),
    Sample(_UP, '{"object":', "rejected"),
)  # fmt: skip
THINGS_STACK = (
    Sample(_STACK, stack_up({"water_leak": "leak", "battery": 80}), "leak on, battery 80"),
    Sample(_STACK, stack_up({"temperature": "20.5", "TempC_DS": 327.67}), "temperature 20.5"),
    Sample(_STACK, stack_up({"sos": True}, simulated=True), "ignored"),
    Sample(_STACK, stack_up(frame=bytes.fromhex("8bb80100000000000000"), model="lds02"), "contact open"),
    Sample(_STACK, stack_up(frame=b"\x01\x02"), "ignored"),
    Sample(
        _STACK,
        '{"uplink_message":{"frm_payload":"i7gBAAAAAAAAAA==","version_ids":{"model_id":"lds02"},'
        '"last_battery_percentage":{"value":60}}}',
        "contact open, battery 60",
    ),
    Sample(_STACK, '{"uplink_message":{"last_battery_percentage":{"value":88.2}}}', "battery 88.2"),
    Sample(_STACK, '{"uplink_message":{"normalized_payload":[{"air":{"temperature":20},"action":{"contactState":"open"}}]}}',
           "temperature 20, contact open"),
    Sample("v3/garden@ttn/devices/bath-12/join", '{"join_accept":{}}', "ignored"),
    Sample("v3/garden@ttn/devices/bath-12/down/queued", '{"downlink_queued":{}}', "ignored"),
    Sample("v3/garden@ttn/devices/bath-12/location/solved", '{"location_solved":{}}', "ignored"),
    Sample(_STACK, '{\n  // a comment\n  "uplink_message": {}}', "rejected"),
)  # fmt: skip
MULTITECH = (
    Sample("lora/00-80-00-00-00-00-00-c1/up", '{"deveui":"00-80-00-00-00-00-00-c1","data":"AQI=","port":1}', "ignored"),
    Sample("lora/00-80-00-00-00-00-00-c1/up",
           '{"deveui":"00-80-00-00-00-00-00-c1","data":"AXVk/y4B","name":"WS101 flat 12"}', "battery 100, button short"),
    Sample("lorawan/02-99-gw/16-ea-app/00-80-00-00-00-00-00-c1/up",
           '{"deveui":"00-80-00-00-00-00-00-c1","data":"AXVk/y4B","name":"WS101 flat 12","time":"2026-11-23T08:00:00Z"}',
           "battery 100, button short, 02-99-gw online"),
    Sample("lorawan/02-99-gw/init", '{"gateways_euis":["00-80-00-00-d0-00-01-1a"],"api_version":"1.1"}', "02-99-gw online"),
    Sample("lorawan/02-99-gw/close", "", "02-99-gw offline"),
    Sample("lorawan/02-99-gw/disconnected", "", "02-99-gw offline"),
    Sample("lorawan/02-99-gw/16-ea-app/00-80-00-00-00-00-00-c1/up", "", "ignored"),
    Sample("lora/00-80-00-00-00-00-00-c1/joined", '{"deveui":"c1","data":"AXVk/y4B","name":"WS101 flat 12"}', "ignored"),
    Sample("lora/00-80-00-00-00-00-00-c1/joined", '{"deveui":"00-80-00-00-00-00-00-c1"}', "ignored"),
    Sample("lora/00-80-00-00-00-00-00-c1/down", '{"data":"AQI="}', "ignored"),
    Sample("lora/00-80-00-00-00-00-00-c1/up", "AQI=", "rejected"),
)  # fmt: skip
RTL_433 = (
    Sample("rtl_433/attic/events", '{"time":"2026-11-23 08:00:01","model":"Kerui-Security","id":9,"motion":1}', "motion on"),
    Sample("rtl_433/attic/events", '{"model":"Kerui-Security","id":9,"opened":0,"state":"close"}', "contact closed"),
    Sample("rtl_433/attic/events", '{"model":"DSC-Security","id":5,"closed":0,"event":1,"battery_ok":1}', "contact open"),
    Sample("rtl_433/attic/events", '{"model":"Honeywell-Security","id":7,"contact_open":1,"tamper":1}', "ignored"),
    Sample("rtl_433/attic/events", '{"model":"DSC-Security","id":5,"closed":1,"event":0,"battery_ok":1}', "ignored"),
    Sample("rtl_433/attic/events",
           '{"model":"Honeywell-Security","id":"0a","state":"open","contact_open":0,"reed_open":1,"heartbeat":0}',
           "contact closed"),
    Sample("rtl_433/attic/events", '{"model":"Honeywell-Security","id":"0a","contact_open":0,"heartbeat":1}', "ignored"),
    Sample("rtl_433/attic/events", '{"model":"X10-Security","id":"7e00","event":"KR15 PANIC"}', "sos pressed"),
    Sample("rtl_433/attic/events", '{"model":"X10-Security","id":"7e00","event":"DOOR/WINDOW OPEN"}', "contact open"),
    Sample("rtl_433/attic/events", '{"model":"SimpliSafe-Keypad","id":"7f","extradata":"Keypad Panic Button"}',
           "sos pressed"),
    Sample("rtl_433/attic/events", '{"model":"Govee-Water","id":3,"event":"Water Leak","detect_wet":1,"battery_ok":0.5}',
           "leak on"),
    Sample("rtl_433/attic/events", '{"model":"Interlogix-Security","subtype":"motion","switch1":"OPEN"}', "motion on"),
    Sample("rtl_433/attic/events", '{"model":"Nexus-TH","id":2,"temperature_F":68.0,"humidity":45,"battery":"LOW"}',
           "temperature 20, humidity 45"),
    Sample("rtl_433/attic/devices/Nexus-TH/1/2/temperature_C", "20.5", "temperature 20.5"),
    Sample("rtl_433/attic/devices/Nexus-TH/1/2/battery_ok", "1", "ignored"),
    Sample("rtl_433/attic/Nexus-TH/1/2/temperature_C", "20.5", "temperature 20.5"),
    Sample("rtl_433/attic/Nexus-TH/1/2/id", "2", "ignored"),
    Sample("rtl_433/attic/events", '{"model":"Smoke-GS558","id":7,"unit":1,"learn":0}', "smoke on"),
    Sample("rtl_433/attic/events", '{"model":"Smoke-GS558","id":7,"unit":1,"learn":1}', "ignored"),
    Sample("RTL_433/Raw", '{"model":"Kerui-Security","id":9,"motion":1}', "motion on"),
    Sample("attic_rtl_433/motion", "{}", "ignored"),
    Sample("rtl_433/attic/states", '{"stats":{}}', "ignored"),
    Sample("rtl_433/attic/availability", "offline", "attic offline"),
    Sample("rtl_433/attic/events", '{"model":', "rejected"),
)  # fmt: skip
OPENMQTTGATEWAY = (
    Sample("home/stairs/BTtoMQTT/A10000000001", '{"id":"A1:01","type":"CTMO","open":true,"batt":70}',
           "contact open, battery 70"),
    Sample("home/stairs/BTtoMQTT/A10000000001", '{"id":"A1:01","type":"CTMO","contact":"closed","motion":true}',
           "contact closed, motion on"),
    Sample("home/stairs/BTtoMQTT/A10000000002", '{"id":"A1:02","type":"THB","tempc":21.5,"tempf":70.7,"hum":44}',
           "temperature 21.5, humidity 44"),
    Sample("home/stairs/BTtoMQTT/A10000000003", '{"id":"A1:03","type":"BTN","button":1}', "button single"),
    Sample("home/stairs/BTtoMQTT/A10000000003", '{"id":"A1:03","type":"BTN","button1":0,"button2":3}', "button triple"),
    Sample("home/stairs/BTtoMQTT/A10000000004", '{"id":"A1:04","type":"BODY","bpm":64}', "heart_rate 64"),
    Sample("home/stairs/BTtoMQTT/A10000000005",
           '{"id":"A1:05","type":"SCALE","weighing_mode":"person","unit":"kg","weight":58.4}', "weight 58.4"),
    Sample("home/stairs/BTtoMQTT/A10000000005",
           '{"id":"A1:05","type":"SCALE","weighing_mode":"object","unit":"kg","weight":58.4}', "ignored"),
    Sample("home/stairs/BTtoMQTT/A10000000006", '{"id":"A1:06","type":"WCVR","open":30,"motion":true,"batt":50}',
           "battery 50"),
    Sample("home/stairs/BTtoMQTT/A10000000007", '{"id":"7A:07","type":"BCON","model_id":"IBEACON","uuid":"00"}', "ignored"),
    Sample("home/stairs/BTtoMQTT/A10000000008", '{"id":"7A:08","mac_type":1,"rssi":-80}', "ignored"),
    Sample("home/stairs/BTtoMQTT/undecoded", '{"id":"7A:08","manufacturerdata":"00"}', "ignored"),
    Sample("home/stairs/BTtoMQTT/A10000000012", '{"id":"A1:12","type":"ENRG","avg":2.3,"avgu":"kW","batt":70}',
           "battery 70, power 2300"),
    Sample("home/presence/BTtoMQTT", '[{"id":"A1:09","tempc":20},{"id":"A1:10","motion":false}]',
           "temperature 20, motion off"),
    Sample("home/stairs/RTL_433toMQTT/Kerui", '{"model":"Kerui-Security","id":1,"opened":1}', "contact open"),
    Sample("home/stairs/433toMQTT", '{"value":4411,"protocol":1,"length":24}', "ignored"),
    Sample("home/stairs/CLIMAtoMQTT/bme", '{"tempc":18.5,"hum":52}', "temperature 18.5, humidity 52"),
    Sample("HCSR501toMQTT", '{"presence":"true"}', "motion on"),
    Sample("home/stairs/HCSR501toMQTT", '{"presence":"true"}', "motion on"),
    Sample("home/stairs/SYStoMQTT", '{"uptime":5}', "ignored"),
    Sample("home/stairs/commands/MQTTtoBT/config", '{"interval":0}', "ignored"),
    Sample("home/home_presence/stairs", '{"id":"A1:11","distance":0.4}', "ignored"),
    Sample("home/stairs/LWT", "offline", "stairs offline"),
    Sample("north/stairs/LWT", "online", "stairs online"),
    Sample("home/stairs/BTtoMQTT/A10000000001", '{"id":', "rejected"),
)  # fmt: skip
METERS = (
    Sample("meters/utility/7431", '{"value":1.5,"unit":"kW","at":"2026-11-22T23:59:00Z"}', "power 1500"),
    Sample("meters/utility/7431", '{"value":"12.5","unit":"L","total":false}', "water 12.5"),
    Sample("meters/utility/7431", '{"value":0.004,"unit":"m³","total":false}', "water 4"),
    Sample("meters/utility/7431", '{"value":"twelve","unit":"L"}', "ignored"),
    Sample("meters/utility/7431", '{"value":12.5,"unit":"gal"}', "rejected"),
    Sample("meters/utility/7431", '{"value":-3,"unit":"m3"}', "rejected"),
    Sample("meters/utility/7431", '{"value":3,"unit":"kWh","total":false}', "rejected"),
    Sample("meters/utility/7431", "", "ignored"),
    Sample("wmbusmeters/flat-12", '{"media":"electricity","name":"flat-12","id":"00000012",'
           '"total_energy_consumption_kwh":812.5,"current_power_consumption_kw":0.31}', "power 310"),
    Sample("wmbusmeters/flat-12", '{"media":"heat","name":"flat-12","status":"OK"}', "ignored"),
    Sample("wmbusmeters/flat-12", '{"media"', "rejected"),
)  # fmt: skip
OWNTRACKS = (
    Sample("owntracks/mei/phone/dump", '{"_type":"location","batt":50}', "ignored"),
    Sample("owntracks/mei/phone/event", '{"_type":"transition","event":"enter","desc":"Home","lat":1,"lon":2,"tst":1795391990}',
           "presence on"),
    Sample("owntracks/mei/phone/event", '{"_type":"transition","event":"leave","desc":"家","tst":1795391990}', "presence off"),
    Sample("owntracks/mei/phone/event", '{"_type":"transition","event":"enter","desc":"market"}', "ignored"),
    Sample("owntracks/mei/phone", '{"_type":"location","lat":1,"lon":2,"batt":44,"tst":1795391990}', "battery 44"),
    Sample("owntracks/mei/phone", '{"_type":"location","lat":1,"lon":2,"batt":-1}', "ignored"),
    Sample("owntracks/mei/phone", '{"_type":"encrypted","data":"AA"}', "ignored"),
    Sample("owntracks/mei/phone", '{"_type":"lwt","tst":1795391990}', "mei/phone offline"),
    Sample("owntracks/mei/phone/waypoint", '{"_type":"waypoint","desc":"Home","lat":1}', "ignored"),
    Sample("owntracks/mei/phone/cmd", '{"_type":"cmd","action":"dump"}', "ignored"),
    Sample("owntracks/mei/phone", '{"_type"', "rejected"),
)  # fmt: skip
ENTITIES = (
    Sample("homeassistant/sensor/remote_action/state", "unknown", "ignored"),
    Sample("homeassistant/binary_sensor/hall_motion/restored", "true", "ignored"),
    Sample("homeassistant/binary_sensor/hall_motion/state", "on", "motion on"),
    Sample("homeassistant/binary_sensor/hall_occupancy/state", '"off"', "motion off"),
    Sample("homeassistant/binary_sensor/front_door/state", "on", "contact open"),
    Sample("homeassistant/binary_sensor/front_door_tamper/state", "on", "ignored"),
    Sample("homeassistant/binary_sensor/front_door_battery_low/state", "on", "ignored"),
    Sample("homeassistant/binary_sensor/front_door/last_changed", "2026-11-23T00:00:00+00:00", "ignored"),
    Sample("homeassistant/sensor/bedroom_temperature/state", "20.5", "temperature 20.5"),
    Sample("homeassistant/sensor/bedroom_temperature/state", "unknown", "ignored"),
    Sample("homeassistant/sensor/bedroom_temperature/state", "unavailable", "bedroom_temperature offline"),
    Sample("homeassistant/sensor/button_action/state", "emergency", "sos pressed"),
    Sample("homeassistant/light/bedroom/state", "on", "ignored"),
    Sample("homeassistant/device_tracker/phone/state", "home", "ignored"),
    Sample("homeassistant/sensor/0xa1/battery/config", '{"name":"sos"}', "ignored"),
    Sample("statestream/binary_sensor/kitchen_leak/state", "on", "leak on"),
    Sample("flat-12/status", "offline", "flat-12 offline"),
    Sample("flat-12/binary_sensor/hall_pir/state", "ON", "motion on"),
    Sample("flat-12/sensor/bedroom_humidity/state", "51.3", "humidity 51.3"),
    Sample("flat-12/sensor/bedroom_humidity/state", "nan", "ignored"),
    Sample("flat-12/sensor/cpu_temperature/state", "61", "ignored"),
    Sample("flat-12/sensor/bedroom_humidity/state", "140", "rejected"),
    Sample("flat-12/binary_sensor/still_target/state", "ON", "presence on"),
    Sample("flat-12/sensor/absolute_humidity/state", "9.1", "ignored"),
    Sample("flat-12/switch/boiler/state", "ON", "ignored"),
    Sample("flat-12/switch/boiler/command", "ON", "ignored"),
    Sample("flat-12/debug", "[I] sos", "ignored"),
)  # fmt: skip
NOBODYS = (
    Sample("weather/today", "rain", "ignored"),
    Sample("", "x", "ignored"),
)

SAMPLES = {
    "zigbee2mqtt": ZIGBEE2MQTT,
    "tasmota": TASMOTA,
    "shelly": SHELLY,
    "bthome": BTHOME,
    "chirpstack": CHIRPSTACK,
    "ttn": THINGS_STACK,
    "multitech": MULTITECH,
    "meters": METERS,
    "rtl_433": RTL_433,
    "openmqttgateway": OPENMQTTGATEWAY,
    "owntracks": OWNTRACKS,
    "entities": ENTITIES,
}
EVERY = tuple(sample for samples in (*SAMPLES.values(), NOBODYS) for sample in samples)
