"""What linli's own messages say: every kind to the ends of its range, and everything a device must not get through."""

import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.signals import BloodPressure, Kind, Value
from linli.wire import (
    EARLIEST,
    MAX_AHEAD,
    MAX_ID_CHARACTERS,
    MAX_PAYLOAD_BYTES,
    Heard,
    Reading,
    as_number,
    availability_topic,
    is_id,
    read,
    signal_topic,
    write_payload,
)
from tests.cast import EIGHT, GARDEN, MEI
from tests.hostile import FAMILIES, LIMITS, ON_OFF, hostile_messages

SHANGHAI = timezone(timedelta(hours=8))


def hear(kind: str, payload: bytes | str) -> Heard:
    sent = payload.encode() if isinstance(payload, str) else payload
    return read(f"linli/v1/{GARDEN}/{MEI.home}/hall/{kind}", sent, EIGHT)


def reading(kind: str, payload: bytes | str) -> Reading:
    heard = hear(kind, payload)
    assert heard.rejected is None
    (only,) = heard.readings
    return only


def what_is_said(heard: Heard) -> int:
    return [
        bool(heard.readings),
        bool(heard.availability),
        heard.ignored is not None,
        heard.rejected is not None,
    ].count(True)


def taken(kinds: Iterable[str], payload: bytes | str) -> list[str]:
    """Return of which kinds a message is not rejected."""
    return [kind for kind in kinds if not hear(kind, payload).rejected]


def next_after(number: float, towards: float) -> str:
    return repr(math.nextafter(number, towards))


def test_a_message_says_whose_it_is() -> None:
    assert hear("sos", "pressed") == Heard(GARDEN, MEI.home, (Reading("hall", Kind.SOS, "pressed"),))


def test_every_kind_can_be_read() -> None:
    assert {*LIMITS, *ON_OFF, Kind.CHECK_IN, Kind.SOS, Kind.CONTACT, Kind.BUTTON, Kind.BLOOD_PRESSURE} == set(Kind)


@pytest.mark.parametrize(
    ("kind", "low", "high"), [(kind, low, high) for kind, (low, high) in LIMITS.items()], ids=LIMITS
)
def test_a_number_is_taken_up_to_the_ends_of_its_range(kind: Kind, low: float, high: float) -> None:
    assert reading(kind, f'{{"value": {low}}}').value == low
    assert reading(kind, f'{{"value": {high}}}').value == high
    assert reading(kind, f"{high}").value == high
    assert isinstance(reading(kind, f"{low}").value, float)
    assert hear(kind, next_after(low, -math.inf)).rejected
    assert hear(kind, next_after(high, math.inf)).rejected
    assert hear(kind, f'{{"value": "{next_after(high, math.inf)}"}}').rejected


@pytest.mark.parametrize(("low", "high"), [(30, 300)])
@pytest.mark.parametrize("part", ["systolic", "diastolic"])
def test_each_part_of_a_blood_pressure_has_its_range(part: str, low: float, high: float) -> None:
    def said(number: str) -> str:
        other = "diastolic" if part == "systolic" else "systolic"
        return f'{{"value": {{"{part}": {number}, "{other}": 80}}}}'

    assert getattr(reading("blood_pressure", said(f"{low}")).value, part) == low
    assert getattr(reading("blood_pressure", said(f"{high}")).value, part) == high
    assert hear("blood_pressure", said(next_after(low, 0))).rejected
    assert hear("blood_pressure", said(next_after(high, 400))).rejected


def test_a_flat_blood_pressure_keeps_its_time_and_id() -> None:
    flat = '{"systolic": 120, "diastolic": 80, "at": "2026-11-23T07:00:00+08:00", "id": "m1"}'

    assert reading("blood_pressure", flat) == Reading(
        "hall", Kind.BLOOD_PRESSURE, BloodPressure(120.0, 80.0), EIGHT - timedelta(hours=1), "m1"
    )


@pytest.mark.parametrize(
    ("payload", "value"),
    [
        ("on", "on"),
        ("ON", "on"),
        (" On\n", "on"),
        ('"on"', "on"),
        ("true", "on"),
        ('{"value": true}', "on"),
        ('{"value": "true"}', "on"),
        ("1", "on"),
        ('{"value": 1}', "on"),
        ("off", "off"),
        ("OFF", "off"),
        ("false", "off"),
        ('{"value": false}', "off"),
        ("0", "off"),
        ('{"value": "0"}', "off"),
    ],
)
def test_on_and_off_are_understood_as_devices_write_them(payload: str, value: str) -> None:
    assert {kind: reading(kind, payload).value for kind in ON_OFF} == dict.fromkeys(ON_OFF, value)


@pytest.mark.parametrize(
    "payload", ["2", "-1", "1.0", '{"value": 1.0}', "open", "null", "[]", "onoff", "o\u200bn", "ｏｎ"]
)
def test_what_is_neither_on_nor_off_is_rejected(payload: str) -> None:
    assert taken(ON_OFF, payload) == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [("check_in", ["ok", "help"]), ("sos", ["pressed", "cancelled"]), ("contact", ["open", "closed"])],
)
def test_words_are_taken_in_any_case_and_others_not(kind: str, words: list[str]) -> None:
    for word in words:
        assert reading(kind, word).value == word
        assert reading(kind, f'{{"value": " {word.upper()} "}}').value == word
    for wrong in ("on", "true", "1", "", '{"value": true}', '{"value": 1}', f"{words[0]}{words[1]}"):
        assert hear(kind, wrong).rejected


@pytest.mark.parametrize(
    "payload", ["72", "72.0", '"72"', '{"value": 72}', '{"value": "72"}', " 72 ", "7.2e1", '"+72"']
)
def test_a_number_may_come_as_text(payload: str) -> None:
    assert reading("heart_rate", payload).value == 72.0


@pytest.mark.parametrize(
    "payload", ["72 bpm", "7 2", "0x48", "1_0", "７２", "٧٢", "72,5", "true", '{"value": false}', "[72]"]
)
def test_what_only_looks_like_a_number_is_rejected(payload: str) -> None:
    assert hear("heart_rate", payload).rejected


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "NaN", "Infinity", "-Infinity", "1" + "0" * 400, "1" + "0" * 5000]
)
@pytest.mark.parametrize("form", ['{{"value": {}}}', "{}", '{{"value": "{}"}}'])
def test_a_number_beyond_all_numbers_is_rejected(number: str, form: str) -> None:
    assert hear("power", form.format(number)).rejected


def test_as_number_takes_no_number_that_is_none() -> None:
    for given_number in (math.nan, math.inf, 10**400, "1e400", True, None, [72], ""):
        with pytest.raises(ValueError, match="number"):
            as_number(given_number)


def test_a_number_beyond_all_numbers_in_another_field_is_no_harm() -> None:
    assert reading("motion", f'{{"value": "on", "n": {"9" * 300}}}').value == "on"
    assert reading("motion", f'{{"value": "on", "at": {"9" * 300}}}').at is None


@pytest.mark.parametrize(
    ("payload", "name"),
    [
        ("single", "single"),
        ("72", "72"),
        ("007", "007"),
        ('"72"', "72"),
        ('{"value": "72"}', "72"),
        (" double ", "double"),
        ("双击", "双击"),
        ('{"value": "👍"}', "👍"),
        ("x" * 64, "x" * 64),
        ("true story", "true story"),
    ],
)
def test_a_press_keeps_the_name_it_was_given(payload: str, name: str) -> None:
    assert reading("button", payload).value == name


@pytest.mark.parametrize("payload", ["x" * 65, '{"value": 72}', "true", "null", "[]", '{"value": ""}', "a\\nb\n c\x07"])
def test_a_press_without_a_proper_name_is_rejected(payload: str) -> None:
    assert hear("button", payload).rejected


@pytest.mark.parametrize("payload", [b"\xff\xfe", b'{"value": "\xe4\xb8"}', b"\xed\xa0\x80", b"\xc0\x80"])
def test_broken_utf8_is_rejected(payload: bytes) -> None:
    assert taken([*Kind, "availability"], payload) == []


@pytest.mark.parametrize(
    "payload", [b"", b"   ", b"null", b"[]", b"{}", b'{"value": null}', b'["on"]', b"\xef\xbb\xbf"]
)
def test_a_message_without_a_value_is_rejected(payload: bytes) -> None:
    assert taken(Kind, payload) == []


@pytest.mark.parametrize("depth", [10, 500, 990, 4000, 100_000])
def test_deep_nesting_is_rejected(depth: int) -> None:
    assert taken(Kind, "[" * depth + "]" * depth) == []


@pytest.mark.parametrize("field", ["at", "id", "note", "value"])
def test_deep_nesting_in_a_field_harms_nobody(field: str) -> None:
    # step by step: at one depth the decoder is content and whoever walks the result after it is not
    for depth in range(800, 1001):
        nested = "[" * depth + "]" * depth
        heard = hear("motion", f'{{"value": "on", "{field}": {nested}}}')

        assert what_is_said(heard) == 1
        assert heard.rejected or field in {"at", "note"}


def test_eight_kibibytes_are_taken_and_not_one_byte_more() -> None:
    frame = len(b'{"value": "on", "note": ""}')
    fitting = '{{"value": "on", "note": "{}"}}'.format("x" * (MAX_PAYLOAD_BYTES - frame))

    assert len(fitting) == MAX_PAYLOAD_BYTES == 8192
    assert reading("motion", fitting).value == "on"
    assert "8192" in (hear("motion", fitting + " ").rejected or "")


def test_of_two_values_under_one_name_the_last_is_heard() -> None:
    assert reading("motion", '{"value": "off", "value": "on"}').value == "on"
    assert hear("motion", '{"value": "on", "value": []}').rejected


@pytest.mark.parametrize("payload", ["\ufeffon", '\ufeff{"value": "on"}', '\ufeff"on"'])
def test_a_byte_order_mark_is_passed_over(payload: str) -> None:
    assert reading("motion", payload).value == "on"


@pytest.mark.parametrize(
    ("at", "meant"),
    [
        ('"2026-11-23T07:59:00+08:00"', EIGHT - timedelta(minutes=1)),
        ('"2026-11-22T23:59:00Z"', EIGHT - timedelta(minutes=1)),
        ('"2026-11-22t23:59:00z"', EIGHT - timedelta(minutes=1)),
        ('"2026-11-22T23:59:00.25+00:00"', EIGHT - timedelta(seconds=59.75)),
        ('"2026-11-22T23:59:00.123456789Z"', EIGHT - timedelta(seconds=60) + timedelta(microseconds=123456)),
        ('" 2026-11-22T19:59:00-04:00 "', EIGHT - timedelta(minutes=1)),
        (str(int((EIGHT - timedelta(minutes=1)).timestamp() * 1000)), EIGHT - timedelta(minutes=1)),
        (f"{(EIGHT - timedelta(minutes=1)).timestamp() * 1000:.1f}", EIGHT - timedelta(minutes=1)),
        (f'"{(EIGHT + MAX_AHEAD).isoformat()}"', EIGHT + MAX_AHEAD),
        (f'"{EARLIEST.isoformat()}"', EARLIEST),
        ('"2026-11-21T08:00:00+08:00"', EIGHT - timedelta(days=2)),
    ],
    ids=[
        "offset",
        "zulu",
        "small letters",
        "quarter second",
        "nanoseconds",
        "spaces",
        "epoch ms",
        "epoch ms with fraction",
        "as far ahead as may be",
        "as old as may be",
        "two days late",
    ],
)
def test_a_time_that_can_be_believed_is_when_it_was(at: str, meant: datetime) -> None:
    heard = reading("motion", f'{{"value": "on", "at": {at}}}')

    assert heard.at == meant
    assert heard.at is not None
    assert heard.at.tzinfo is UTC
    assert heard.said_at == ""


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        ('"1970-01-01T00:00:07Z"', "1970-01-01T00:00:07Z"),
        ('"2014-12-31T23:59:59.999Z"', "2014-12-31T23:59:59.999Z"),
        ('"2026-11-30T08:00:00+08:00"', "2026-11-30T08:00:00+08:00"),
        ('"2026-11-23T08:05:00.001+08:00"', "2026-11-23T08:05:00.001+08:00"),
        ('"2026-11-23T07:59:00"', "2026-11-23T07:59:00"),
        ('"2026-11-23"', "2026-11-23"),
        ("0", "0"),
        (str(int(EIGHT.timestamp())), str(int(EIGHT.timestamp()))),
        (str(int(EIGHT.timestamp() * 1_000_000)), str(int(EIGHT.timestamp() * 1_000_000))),
        ('"1795345617000"', "1795345617000"),
        ('"yesterday"', "yesterday"),
        ('"9999-12-31T23:59:59-14:00"', "9999-12-31T23:59:59-14:00"),
        ('"0001-01-01T00:00:00+14:00"', "0001-01-01T00:00:00+14:00"),
        ("1e300", "1e+300"),
        ("-1e300", "-1e+300"),
        ("true", "True"),
        ('"' + "t" * 100 + '"', "t" * 40),
    ],
    ids=[
        "clock never set",
        "before linli",
        "next week",
        "a little too far ahead",
        "no offset",
        "a day",
        "epoch zero",
        "seconds taken for ms",
        "microseconds taken for ms",
        "ms as text",
        "words",
        "end of time",
        "begin of time",
        "huge",
        "huge and negative",
        "boolean",
        "long",
    ],
)
def test_a_time_that_cannot_be_believed_is_kept_beside_the_arrival(at: str, kept: str) -> None:
    heard = reading("motion", f'{{"value": "on", "at": {at}}}')

    assert heard.at is None
    assert heard.said_at == kept


@pytest.mark.parametrize("at", ["null", '""', "[]", "{}", '[["2026-11-23T07:59:00Z"]]'])
def test_what_is_no_time_at_all_leaves_the_arrival(at: str) -> None:
    assert reading("motion", f'{{"value": "on", "at": {at}}}') == Reading("hall", Kind.MOTION, "on")


@pytest.mark.parametrize(
    ("given_id", "kept"),
    [
        ('"a1"', "a1"),
        ("7", "7"),
        ("-7", "-7"),
        ('""', ""),
        ("null", ""),
        ('"编号 1"', "编号 1"),
        ('"' + "i" * MAX_ID_CHARACTERS + '"', "i" * MAX_ID_CHARACTERS),
        ('"' + "👍" * MAX_ID_CHARACTERS + '"', "👍" * MAX_ID_CHARACTERS),
    ],
)
def test_an_id_of_64_characters_is_kept(given_id: str, kept: str) -> None:
    assert MAX_ID_CHARACTERS == 64
    assert reading("sos", f'{{"value": "pressed", "id": {given_id}}}').id == kept


@pytest.mark.parametrize("given_id", ['"' + "i" * 65 + '"', "9" * 65, "true", "1.5", "[]", '{"a": 1}', '"\\ud800"'])
def test_an_id_that_is_too_long_or_no_text_is_rejected(given_id: str) -> None:
    assert hear("sos", f'{{"value": "pressed", "id": {given_id}}}').rejected


@pytest.mark.parametrize(
    "topic",
    [
        "linli/v1",
        "linli/v1/",
        "linli/v1/garden/home-7/hall",
        "linli/v1/garden/home-7/hall/motion/",
        "linli/v1/garden/home-7/hall/motion/set",
        "linli/v1//home-7/hall/motion",
        "linli/v1/garden//hall/motion",
        "linli/v1/garden/home-7//motion",
        "linli/v1/garden/home-7/hall/",
        "linli/v1/+/home-7/hall/motion",
        "linli/v1/garden/#",
        "linli/v1/garden/home-7/#/motion",
        "linli/v1/Garden/home-7/hall/motion",
        "linli/v1/garden/home-7/Hall/motion",
        "linli/v1/garden/home-7/hall/Motion",
        "linli/v1/garden/home-7/hall/Availability",
        "linli/v1/garden/home-7/客厅/motion",
        "linli/v1/garden/home-7/hall/心率",
        "linli/v1/garden/home-7/hall\n/motion",
        "linli/v1/garden/home-7/hall/motion\n",
        "linli/v1/garden/home-7/hall\u0000/motion",
        "linli/v1/garden/home-7/-hall/motion",
        "linli/v1/garden/home-7/" + "h" * 64 + "/motion",
        "linli/v1/garden/home-7/hall/" + "m" * 60_000,
    ],
    ids=lambda topic: topic[8:60],
)
def test_a_topic_of_ours_that_is_not_right_is_rejected(topic: str) -> None:
    assert read(topic, b"on", EIGHT).rejected


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "/",
        "linli",
        "linli/",
        "linli/v2/garden/home-7/hall/motion",
        "Linli/v1/garden/home-7/hall/motion",
        "/linli/v1/garden/home-7/hall/motion",
        "$SYS/broker/uptime",
        "$SYS/broker/linli/v1/a/b",
        "zigbee2mqtt/hall",
        "#",
    ],
)
def test_what_is_not_ours_is_ignored(topic: str) -> None:
    assert read(topic, b"on", EIGHT).ignored


def test_a_device_id_may_have_63_characters() -> None:
    assert read(signal_topic(GARDEN, MEI.home, "h" * 63, Kind.MOTION), b"on", EIGHT).readings
    assert all(is_id(text) for text in ("0", "a-", "7-2-502", "h" * 63))
    assert not any(is_id(text) for text in ("", "-", "h" * 64, "a\n", "é", "a_b", "A"))


@pytest.mark.parametrize("payload", ["online", "ONLINE", ' "online"\n', '"online"'])
def test_a_device_says_that_it_is_there(payload: str) -> None:
    heard = read(availability_topic(GARDEN, MEI.home, "hall"), payload.encode(), EIGHT)

    assert heard == Heard(GARDEN, MEI.home, availability={"hall": "online"})


def test_a_last_will_says_offline_and_an_empty_one_clears_the_topic() -> None:
    assert hear("availability", "offline").availability == {"hall": "offline"}
    assert hear("availability", "").ignored


@pytest.mark.parametrize(
    "payload", ["on", "true", "1", '{"state": "online"}', "online" + " " * 20 + "not", "onl", "在线", " "]
)
def test_any_other_availability_is_rejected(payload: str) -> None:
    assert hear("availability", payload).rejected


@pytest.mark.parametrize("family", range(len(FAMILIES)), ids=[family.__name__.lstrip("_") for family in FAMILIES])
def test_a_hostile_message_is_rejected_with_a_reason(family: int) -> None:
    for topic, payload in hostile_messages(len(FAMILIES) * 60, seed=1)[family :: len(FAMILIES)]:
        heard = read(topic, payload, EIGHT)

        assert heard.rejected, payload[:80]
        assert len(heard.rejected) < 120
        assert what_is_said(heard) == 1


def test_hostile_messages_come_again_with_the_same_seed() -> None:
    assert len(FAMILIES) >= 25
    assert hostile_messages(200, seed=7) == hostile_messages(200, seed=7) != hostile_messages(200, seed=8)


words = {
    **dict.fromkeys(ON_OFF, ("on", "off")),
    Kind.CHECK_IN: ("ok", "help"),
    Kind.SOS: ("pressed", "cancelled"),
    Kind.CONTACT: ("open", "closed"),
}
printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=64)
pressures = st.builds(BloodPressure, st.floats(30, 300), st.floats(30, 300))
values: dict[Kind, st.SearchStrategy[Value]] = {
    **{kind: st.sampled_from(said) for kind, said in words.items()},
    **{kind: st.floats(low, high) for kind, (low, high) in LIMITS.items()},
    Kind.MOOD: st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0]),
    Kind.BUTTON: printable,
    Kind.BLOOD_PRESSURE: pressures,
}
readings = st.sampled_from(Kind).flatmap(lambda kind: st.tuples(st.just(kind), values[kind]))
zones = st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(
    lambda offset: timezone(timedelta(minutes=offset // timedelta(minutes=1)))
)
believable = st.datetimes(datetime(2015, 1, 2), datetime(2026, 11, 22), timezones=zones)  # noqa: DTZ001 - zones give it
ids = st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_ID_CHARACTERS).filter(str.isprintable)


@given(readings, st.none() | believable, ids)
@settings(deadline=None)
def test_what_is_written_is_read_again(said: tuple[Kind, Value], at: datetime | None, id_: str) -> None:
    kind, value = said
    heard = read(signal_topic(GARDEN, MEI.home, "hall", kind), write_payload(value, at=at, id=id_), EIGHT)

    assert heard == Heard(GARDEN, MEI.home, (Reading("hall", kind, value, at, id_),))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("on"),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["value", "at", "id", "systolic"]) | st.text(), inner)
    ),
    max_leaves=10,
)


payloads = st.binary() | st.text().map(str.encode) | json_values.map(lambda value: json.dumps(value).encode())
kinds = st.sampled_from([*Kind, "availability", "x"])
topics = (
    st.text() | st.builds("linli/v1/{}".format, st.text()) | kinds.map(f"linli/v1/{GARDEN}/home-7/hall/{{}}".format)
)


@given(topics, payloads)
@settings(deadline=None, max_examples=300)
def test_reading_says_exactly_one_thing_of_anything(topic: str, payload: bytes) -> None:
    assert what_is_said(read(topic, payload, EIGHT)) == 1


def test_an_id_that_no_database_takes_does_not_silence_a_call() -> None:
    heard = read("linli/v1/garden/home-7/button/sos", b'{"value":"pressed","id":"a\\u0000b"}', EIGHT)
    assert [(reading.value, reading.id) for reading in heard.readings] == [("pressed", "")]
