"""Recordings: written and read again, and where one cannot be read, said with file and row."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.errors import LinliError
from linli.recording import COLUMNS, offset_of, read_recording, value_text, write_recording
from linli.signals import BloodPressure, Kind, Signal, Value
from tests.cast import EIGHT, MEI
from tests.hostile import LIMITS

HEADER = ",".join(COLUMNS)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def signal(kind: Kind, value: Value, at: datetime = EIGHT, *, key: str = "r2", room: str = "entrance") -> Signal:
    return Signal(MEI.home, "hall", kind, value, at, at, key, room)


def written(*signals: Signal, zone: ZoneInfo | None = None) -> str:
    out = io.StringIO()
    assert write_recording(signals, out, zone) == len(signals)
    return out.getvalue()


def recording(folder: Path, content: str | bytes) -> Path:
    path = folder / "garden.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_back(path: Path) -> list[Signal]:
    return list(read_recording(path))


def test_a_recording_looks_as_promised() -> None:
    press = signal(Kind.BUTTON, "single, double", EIGHT + timedelta(milliseconds=250))

    assert written(signal(Kind.POWER, 40.0), press, zone=SHANGHAI) == (
        f"{HEADER}\n"
        "2026-11-23T08:00:00+08:00,home-7,hall,entrance,power,40\n"
        '2026-11-23T08:00:00.250000+08:00,home-7,hall,entrance,button,"single, double"\n'
    )


def test_without_a_zone_times_are_written_in_utc() -> None:
    assert written(signal(Kind.MOTION, "on")).splitlines()[1].startswith("2026-11-23T00:00:00+00:00,")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("on", "on"),
        ("72", "72"),
        (72.0, "72"),
        (100_000.0, "100000"),
        (36.6, "36.6"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-9, "1e-09"),
        (-0.5, "-0.5"),
        (0.0, "0"),
        (BloodPressure(120.0, 79.5), '{"systolic":120.0,"diastolic":79.5}'),
    ],
)
def test_a_value_is_written_as_short_as_it_can_be_read(value: Value, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.SOS, "pressed"),
        (Kind.BUTTON, "72"),
        (Kind.BUTTON, "1e5"),
        (Kind.BUTTON, '双击, "快"'),
        (Kind.POWER, 1e-9),
        (Kind.POWER, 0.30000000000000004),
        (Kind.POWER, 0.00012345678901234567),
        (Kind.POWER, 100_000.0),
        (Kind.TEMPERATURE, -39.99999999999999),
        (Kind.MOOD, 5.0),
        (Kind.BLOOD_PRESSURE, BloodPressure(120.5, 80.0)),
    ],
)
def test_a_value_is_read_as_it_was_written(kind: Kind, value: Value, tmp_path: Path) -> None:
    path = recording(tmp_path, written(signal(kind, value)))

    assert read_back(path) == [signal(kind, value)]


rooms = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=20)
numbers = st.sampled_from(sorted(LIMITS.keys() - {Kind.MOOD})).flatmap(
    lambda kind: st.tuples(st.just(kind), st.floats(*LIMITS[kind]))
)
pressures = st.builds(BloodPressure, st.floats(30, 300), st.floats(30, 300)).map(
    lambda value: (Kind.BLOOD_PRESSURE, value)
)
presses = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=64).map(
    lambda name: (Kind.BUTTON, name)
)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - UTC
zones = st.sampled_from([None, SHANGHAI, ZoneInfo("Asia/Urumqi"), ZoneInfo("Europe/Lisbon"), ZoneInfo("Asia/Kolkata")])


@given(st.lists(st.tuples(moments, numbers | pressures | presses, rooms)), zones)
@settings(deadline=None)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[datetime, tuple[Kind, Value], str]],
    zone: ZoneInfo | None,
) -> None:
    rows.sort(key=lambda row: row[0])
    signals = [
        signal(kind, value, at, key=f"r{number}", room=room)
        for number, (at, (kind, value), room) in enumerate(rows, start=2)
    ]
    path = recording(tmp_path_factory.getbasetemp(), written(*signals, zone=zone))

    assert read_back(path) == signals


def test_rows_stay_in_order_and_equal_rows_are_both_kept(tmp_path: Path) -> None:
    row = "2026-11-23T08:00:00+08:00,home-7,hall,entrance,motion,on\n"
    off = row.replace(",on", ",off")

    signals = read_back(recording(tmp_path, f"{HEADER}\n{row}{row}{off}"))

    assert [(s.value, s.key) for s in signals] == [("on", "r2"), ("on", "r3"), ("off", "r4")]
    assert {s.at for s in signals} == {EIGHT}


@pytest.mark.parametrize(
    "content",
    [
        f"\ufeff{HEADER}\n2026-11-23T08:00:00+08:00,home-7,hall,entrance,motion,on\n",
        f"{HEADER}\r\n2026-11-23T08:00:00+08:00,home-7,hall,entrance,motion,on\r\n",
        f"{HEADER}\n\n2026-11-23T00:00:00Z,home-7,hall,entrance,motion,ON\n\n",
        '"at","home","device","room","kind","value"\n"2026-11-22T19:00:00-05:00","home-7","hall","","motion","true"',
    ],
    ids=["byte order mark", "Windows", "empty lines", "all quoted"],
)
def test_other_programs_may_write_a_recording(content: str, tmp_path: Path) -> None:
    assert [(s.at, s.value) for s in read_back(recording(tmp_path, content))] == [(EIGHT, "on")]


def test_a_recording_may_hold_no_row(tmp_path: Path) -> None:
    assert read_back(recording(tmp_path, f"{HEADER}\n")) == []
    assert read_back(recording(tmp_path, written())) == []


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n",
        "at,home,device,kind,value\n",
        HEADER.upper(),
        HEADER + ",note\n",
        '{"value": "on"}',
        "\x00\x00",
        HEADER.encode("utf-16"),
        b"\x80\x81\x82",
        b"PK\x03\x04",
    ],
    ids=[
        "nothing",
        "an empty line",
        "no room",
        "capitals",
        "one more",
        "JSON",
        "zeros",
        "UTF-16",
        "not UTF-8",
        "a workbook",
    ],
)
def test_a_file_that_is_no_recording_is_named(content: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(LinliError, match=r"^garden\.csv is not a recording: its first line must be at,home,device"):
        read_back(recording(tmp_path, content))


def test_a_recording_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LinliError, match=r"^garden\.csv cannot be read"):
        read_back(tmp_path / "garden.csv")
    with pytest.raises(LinliError, match=r"cannot be read"):
        read_back(tmp_path)


GOOD = "2026-11-23T08:00:00+08:00,home-7,hall,entrance,motion,on"


BAD_ROWS: list[tuple[str | bytes, str]] = [
    ("2026-11-23T08:00:00,home-7,hall,entrance,motion,on", "at has no offset"),
    ("yesterday,home-7,hall,entrance,motion,on", "isoformat"),
    ("9999-12-31T23:59:59-14:00,home-7,hall,entrance,motion,on", "date value out of range"),
    ("9999-12-31T12:00:00+00:00,home-7,hall,entrance,motion,on", "years 1970 to 8999"),
    ("0001-01-01T00:00:00+00:00,home-7,hall,entrance,motion,on", "years 1970 to 8999"),
    ("2026-11-23T08:00:00+08:00,Home 7,hall,entrance,motion,on", "home and device must be like"),
    ("2026-11-23T08:00:00+08:00,home-7,,entrance,motion,on", "home and device must be like"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,movement,on", "unknown kind 'movement'"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,motion,maybe", "on or off"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,motion,", "on or off"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,heart_rate,301", "outside 20 to 300"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,power,1e400", "finite"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,power,nan", "must be a number"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,blood_pressure,120/80", "JSON"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,entrance,blood_pressure," + "[" * 100_000, "recursion"),
    ("2026-11-23T08:00:00+08:00,home-7,hall,motion,on", "5 columns in place of 6"),
    (GOOD + ",", "7 columns in place of 6"),
    ("x" * 200_000, "field larger than field limit"),
    (b"2026-11-23T08:00:00+08:00,home-7,hall,\xe5\xae,motion,on", "not UTF-8"),
    (b"2026-11-23T08:00:00+08:00,home-7,hall,entrance,button,\xff", "not UTF-8"),
    ("2026-11-23T07:59:59.999+08:00,home-7,hall,entrance,motion,on", "not in time order"),
    ("2026-11-23T08:00:00+08:01,home-7,hall,entrance,motion,on", "not in time order"),
]


@pytest.mark.parametrize(("row", "why"), BAD_ROWS, ids=[f"{number} {why}" for number, (_, why) in enumerate(BAD_ROWS)])
def test_a_bad_row_is_told_with_file_and_row(row: str | bytes, why: str, tmp_path: Path) -> None:
    bad = row if isinstance(row, bytes) else row.encode()
    path = recording(tmp_path, f"{HEADER}\n{GOOD}\n\n".encode() + bad + f"\n{GOOD}\n".encode())
    rows = read_recording(path)

    assert next(rows).at == EIGHT
    with pytest.raises(LinliError, match=rf"^garden\.csv row 4: .*{why}"):
        next(rows)


def test_a_bad_row_does_not_tell_the_reading(tmp_path: Path) -> None:
    path = recording(tmp_path, f"{HEADER}\n{GOOD.replace('motion,on', 'heart_rate,417')}\n")

    with pytest.raises(LinliError) as told:
        read_back(path)

    assert "417" not in str(told.value)


def test_a_room_name_never_breaks_its_row(tmp_path: Path) -> None:
    for name, kept in (('the "good" room,\nupstairs', 'the "good" room,\nupstairs'), ("up\rstairs", "up stairs")):
        path = recording(tmp_path, written(signal(Kind.MOTION, "on", room=name)))

        assert [s.room for s in read_back(path)] == [kept]


@pytest.mark.parametrize(
    ("at", "zone"),
    [
        ("2026-11-23T08:00:00+08:00", "Etc/GMT-8"),
        ("2026-11-22T19:00:00-05:00", "Etc/GMT+5"),
        ("2026-11-23T00:00:00Z", "UTC"),
        ("2026-11-23T05:30:00+05:30", "UTC"),
        ("yesterday", "UTC"),
        ("2026-11-23T08:00:00", "UTC"),
    ],
)
def test_the_first_row_tells_the_zone(at: str, zone: str, tmp_path: Path) -> None:
    assert offset_of(recording(tmp_path, f"{HEADER}\n\n{at},home-7,hall,entrance,motion,on\n")) == zone


def test_a_recording_without_rows_is_in_utc(tmp_path: Path) -> None:
    assert offset_of(recording(tmp_path, f"{HEADER}\n")) == "UTC"
    assert offset_of(recording(tmp_path, "")) == "UTC"
