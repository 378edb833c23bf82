"""Messages that a broken, badly built or hostile device sends below a known home. Each of them has to be rejected.

Nothing here would be ignored (a command, an empty retained message) or taken as a reading, and every topic may be
published through a real broker: no wildcards, no NUL.
"""

import gzip
import json
from collections.abc import Callable
from random import Random

from linli.signals import Kind
from linli.wire import MAX_PAYLOAD_BYTES
from tests.cast import GARDEN, MEI

ON_OFF = (Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.LEAK, Kind.MOTION, Kind.PRESENCE, Kind.BED)
WORDS = (*ON_OFF, Kind.CHECK_IN, Kind.SOS, Kind.CONTACT)
LIMITS = {
    Kind.POWER: (0, 100_000),
    Kind.WATER: (0, 100_000),
    Kind.HEART_RATE: (20, 300),
    Kind.RESPIRATION: (2, 80),
    Kind.SPO2: (50, 100),
    Kind.BODY_TEMPERATURE: (25, 45),
    Kind.WEIGHT: (20, 300),
    Kind.GLUCOSE: (0.5, 50),
    Kind.TEMPERATURE: (-40, 85),
    Kind.HUMIDITY: (0, 100),
    Kind.MOOD: (1, 5),
    Kind.BATTERY: (0, 100),
}
NUMBERS = tuple(LIMITS)

Message = tuple[str, bytes]
_Family = Callable[[Random], Message]


def hostile_messages(n: int, seed: int) -> list[Message]:
    """Return `n` messages as (topic, payload), from each family in turn; the same seed gives the same messages."""
    random = Random(seed)  # noqa: S311 - repeatable, not secret
    return [FAMILIES[number % len(FAMILIES)](random) for number in range(n)]


def _at(kind: str, device: str = "hall", below: str = "") -> str:
    return f"linli/v1/{GARDEN}/{MEI.home}/{device}/{kind}{below}"


def _object(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _word(random: Random) -> str:
    return _at(random.choice(WORDS))


def _number(random: Random) -> str:
    return _at(random.choice(NUMBERS))


def _any(random: Random) -> str:
    return _at(random.choice(list(Kind)))


def _noise(random: Random, most: int = 40) -> bytes:
    return random.randbytes(random.randint(1, most))


def _cut_short(random: Random) -> Message:
    whole = _object(value="on", at="2026-11-23T08:00:00+08:00", id="a1")
    return _any(random), whole[: random.randint(1, len(whole) - 1)]


def _broken_utf8(random: Random) -> Message:
    return _any(random), b'{"value": "' + random.choice([b"\xff", b"\xc3\x28", b"\xe4\xb8", b"\xed\xa0\x80"]) + b'"}'


def _binary(random: Random) -> Message:
    return _any(random), _noise(random) + b"\xfe" + _noise(random)


def _utf16(random: Random) -> Message:
    return _any(random), '{"value": "on"}'.encode(random.choice(["utf-16", "utf-16-le", "utf-32"]))


def _zipped(random: Random) -> Message:
    return _any(random), gzip.compress(_object(value=random.random()), mtime=0)


def _too_large(random: Random) -> Message:
    spare = MAX_PAYLOAD_BYTES - len(_object(value="on", note="")) + 1
    return _word(random), _object(value="on", note="x" * (spare + random.randint(0, 60_000)))


def _deep(random: Random) -> Message:
    depth = random.choice([50, 990, 1100, 4000, 100_000])
    opened, closed = random.choice([("[", "]"), ('{"value":', "}")])
    return _any(random), (opened * depth + "1" + closed * depth).encode()


def _never_closed(random: Random) -> Message:
    return _any(random), random.choice([b"[", b"{", b'"', b'{"a":', b'["']) * random.randint(1, 1500)


def _huge_number(random: Random) -> Message:
    huge = random.choice(["1e400", "-1e400", "1" + "0" * random.choice([300, 400, 4299, 5000]), "9e999999999"])
    return _number(random), random.choice(['{{"value": {}}}', "{}", '{{"value": "{}"}}']).format(huge).encode()


def _not_a_number(random: Random) -> Message:
    word = random.choice(["NaN", "Infinity", "-Infinity", "nan", "inf", "-inf"])
    return _number(random), random.choice(['{{"value": {}}}', "{}", '{{"value": "{}"}}']).format(word).encode()


def _below(random: Random) -> Message:
    kind, (low, _) = random.choice(list(LIMITS.items()))
    return _at(kind), _object(value=low - random.choice([0.001, 1, 1000, 1e9]))


def _above(random: Random) -> Message:
    kind, (_, high) = random.choice(list(LIMITS.items()))
    return _at(kind), _object(value=high + random.choice([0.001, 1, 1000, 1e9]))


def _number_with_unit(random: Random) -> Message:
    return _number(random), random.choice(["72 bpm", "36,6", "0x48", "1_000", "七十二", "７２", "--72", "7 2"]).encode()


def _boolean_number(random: Random) -> Message:
    return _number(random), random.choice([_object(value=True), _object(value=False), b"true"])


def _empty(random: Random) -> Message:
    return _any(random), random.choice([b"", b" ", b"\n\t ", b'""', b'{"value": ""}', b'{"value": "  "}'])


def _null(random: Random) -> Message:
    return _any(random), random.choice([b"null", _object(value=None)])


def _array(random: Random) -> Message:
    return _any(random), random.choice([b"[]", b'["on"]', b"[72]", b'[{"value": "on"}]', _object(value=["on"])])


def _without_value(random: Random) -> Message:
    return _any(random), random.choice([b"{}", _object(Value="on"), _object(state="ON"), _object(at=1, id="a")])


def _nested_value(random: Random) -> Message:
    return _any(random), _object(value={"value": "on"})


def _wrong_word(random: Random) -> Message:
    words = ["maybe", "onn", "o n", "on;off", "ＯＮ", "2", "-1", "1.0", "OPENED", "ok!", "press", "null", "开"]
    return _word(random), _object(value=random.choice(words))


def _fraction_as_word(random: Random) -> Message:
    return _word(random), _object(value=random.choice([1.5, -1, 2, 1e300]))


def _injected(random: Random) -> Message:
    texts = ["'; DROP TABLE signal; --", "<script>alert(1)</script>", "{0.__class__}", "%s%n", "${jndi:x}", "../../etc"]
    return random.choice([_word, _number])(random), _object(value=random.choice(texts))


def _bad_press_name(random: Random) -> Message:
    name = random.choice(["\x00", "a\nb", "\x1b[31mred", "x" * 65, " ", "\u202eevil", "single\x7f"])
    return _at(Kind.BUTTON), _object(value=name)


def _press_that_is_no_text(random: Random) -> Message:
    return _at(Kind.BUTTON), _object(value=random.choice([1, True, 2.5]))


def _half_a_surrogate(random: Random) -> Message:
    return _any(random), random.choice([b'{"value": "\\ud800"}', b'{"value": "on", "id": "\\udc00"}', b'"\\udfff"'])


def _bad_pressure(random: Random) -> Message:
    values: list[object] = [
        "120/80",
        120,
        {"systolic": 120},
        {"systolic": 120, "diastolic": None},
        {"systolic": 301, "diastolic": 80},
        {"systolic": 120, "diastolic": 29},
        {"systolic": [120], "diastolic": 80},
        {"systolic": True, "diastolic": 80},
        [120, 80],
    ]
    return _at(Kind.BLOOD_PRESSURE), _object(value=random.choice(values))


def _half_a_mood(random: Random) -> Message:
    return _at(Kind.MOOD), _object(value=random.choice([2.5, 0, 6, "good", -1]))


def _long_id(random: Random) -> Message:
    return _at(Kind.SOS), _object(value="pressed", id="a" * random.randint(65, 4000))


def _bad_id(random: Random) -> Message:
    return _at(Kind.SOS), _object(value="pressed", id=random.choice([[1], {"a": 1}, True, 1.5, 10**70]))


def _unknown_kind(random: Random) -> Message:
    kinds = ["heartrate", "MOTION", "Motion", "set", "availability2", "state", " motion", "心率", ""]
    return _at(random.choice(kinds)), b"on"


def _bad_device(random: Random) -> Message:
    devices = ["", "Hall", "-hall", "hall_1", "h" * 64, "客厅", "hall 1", "hall.", "..", "%s", "$SYS", "é"]
    return _at(Kind.MOTION, random.choice(devices)), b"on"


def _too_few_levels(random: Random) -> Message:
    return f"linli/v1/{GARDEN}/{MEI.home}" + random.choice(["", "/", "/hall", "/motion"]), b"on"


def _too_many_levels(random: Random) -> Message:
    return _at(Kind.MOTION, below=random.choice(["/", "/set", "/get/now", "/" * 20])), b"on"


def _bad_availability(random: Random) -> Message:
    words = [b"up", b"true", b"1", b'{"state": "online"}', b"\xff\xfe", b"on line", b"online" + b" " * 20 + b"not"]
    return _at("availability"), random.choice(words)


def _trailing(random: Random) -> Message:
    return _word(random), random.choice([b"on\x00", b"on\x00\x00\x00", b'{"value": "on"} {"value": "off"}', b"ok,"])


FAMILIES: tuple[_Family, ...] = (
    _cut_short,
    _broken_utf8,
    _binary,
    _utf16,
    _zipped,
    _too_large,
    _deep,
    _never_closed,
    _huge_number,
    _not_a_number,
    _below,
    _above,
    _number_with_unit,
    _boolean_number,
    _empty,
    _null,
    _array,
    _without_value,
    _nested_value,
    _wrong_word,
    _fraction_as_word,
    _injected,
    _bad_press_name,
    _press_that_is_no_text,
    _half_a_surrogate,
    _bad_pressure,
    _half_a_mood,
    _long_id,
    _bad_id,
    _unknown_kind,
    _bad_device,
    _too_few_levels,
    _too_many_levels,
    _bad_availability,
    _trailing,
)
"""Each kind of broken or hostile message, as a function of the random source."""
