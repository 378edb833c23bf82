"""Whatever a device sends, reading never raises, always says something, and never makes a call for help of nothing."""

import json
import string

from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import read
from linli.signals import Kind
from linli.wire import Heard
from tests.cast import EIGHT
from tests.ingest.codec_samples import EVERY, Sample

CALLS = ("emergency", "sos", "panic")
NAMES = [
    "action", "click", "battery", "contact", "occupancy", "temperature", "humidity", "power", "last_seen", "ZbReceived",
    "Device", "LinkQuality", "params", "events", "event", "component", "method", "ts", "object", "decoded_payload",
    "uplink_message", "deviceInfo", "data", "frm_payload", "time", "model", "subtype", "switch1", "closed", "heartbeat",
    "button", "type", "unit", "weight", "_type", "desc", "tst", "batt", "ENERGY", "Power", "Button1", "Action", "value",
]  # fmt: skip

_LETTERS = st.text(string.ascii_letters + string.digits + " _-:/%\u5bb6\ud800\x00", max_size=12)
_NUMBERS = st.one_of(st.integers(), st.floats(), st.sampled_from([0, 1, 255, 327.67, 3000, 1e308, -1, 2**70]))
_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), _NUMBERS, _LETTERS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(st.sampled_from(NAMES), _LETTERS), inner, max_size=5)
    ),
    max_leaves=20,
)
_TOPICS = st.one_of(
    st.sampled_from(sorted({sample.topic for sample in EVERY})),
    st.lists(
        st.one_of(_LETTERS, st.sampled_from(["tele", "status", "online", "rpc", "LWT", "up", "state"])), max_size=6
    ).map("/".join),
)


def written(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def says_something(heard: Heard) -> bool:
    assert all(reading.device for reading in heard.readings)
    return bool(heard.readings or heard.availability or heard.ignored is not None or heard.rejected is not None)


def calls_for_help(heard: Heard) -> bool:
    return any(reading.kind is Kind.SOS for reading in heard.readings)


def names_a_call(topic: str, payload: bytes) -> bool:
    told = topic.encode("utf-8", "surrogatepass").lower() + payload.lower()
    return any(word.encode() in told for word in CALLS)


@given(_TOPICS, st.binary(max_size=200))
def test_any_bytes_on_any_topic_are_answered(topic: str, payload: bytes) -> None:
    heard = read(topic, payload, EIGHT)

    assert says_something(heard)
    assert not calls_for_help(heard) or names_a_call(topic, payload)


@given(_TOPICS, _VALUES)
def test_any_json_on_any_topic_is_answered_and_never_calls_for_help_by_itself(topic: str, value: object) -> None:
    payload = written(value)
    heard = read(topic, payload, EIGHT)

    assert says_something(heard)
    assert not calls_for_help(heard) or names_a_call(topic, payload)


@given(st.sampled_from(EVERY), st.data())
def test_a_damaged_message_never_becomes_a_call_for_help(sample: Sample, data: st.DataObject) -> None:
    payload = bytearray(sample.payload.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(payload)))
        match data.draw(st.sampled_from(["cut", "put", "change", "repeat"])):
            case "cut":
                del payload[at : at + data.draw(st.integers(1, 9))]
            case "put":
                payload[at:at] = data.draw(st.binary(max_size=6))
            case "change" if at < len(payload):
                payload[at] = data.draw(st.integers(0, 255))
            case _:
                payload[at:at] = payload[: data.draw(st.integers(0, 20))]
    heard = read(sample.topic, bytes(payload), EIGHT)

    assert says_something(heard)
    assert not calls_for_help(heard) or names_a_call(sample.topic, bytes(payload))


@given(
    st.sampled_from([sample for sample in EVERY if sample.payload.startswith("{") and "rejected" not in sample.says]),
    st.data(),
)
def test_a_value_in_the_wrong_place_or_of_the_wrong_type_is_answered(sample: Sample, data: st.DataObject) -> None:
    told = json.loads(sample.payload)
    where = told
    while isinstance(where, dict) and where:
        name = data.draw(st.sampled_from(sorted(where)))
        if not isinstance(where[name], dict) or data.draw(st.booleans()):
            where[name] = data.draw(_VALUES)
            break
        where = where[name]
    payload = written(told)
    heard = read(sample.topic, payload, EIGHT)

    assert says_something(heard)
    assert not calls_for_help(heard) or names_a_call(sample.topic, payload)
