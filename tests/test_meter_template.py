"""A template of a meter platform: what it finds, and what is said of one that is wrong."""

from pathlib import Path

import pytest

from linli.errors import LinliError
from linli.meter_template import MeterReading, MeterTemplate, faults, load

PLAIN = 'meter = "no"\nvalue = "sum"\nunit = "m3"\n'


def template(folder: Path, text: str) -> MeterTemplate:
    (folder / "utility.toml").write_text(text, encoding="utf-8")
    found = load(folder, "utility")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("more", "body", "found"),
    [
        ("", {"no": 7, "sum": 1.5}, [MeterReading("7", 1.5, "m3", None, total=True)]),
        ("", {"no": "a+b", "sum": 1}, ["no meter's name of 1 to 64 characters at no"]),
        ("", [{"no": "a", "sum": 1}], [MeterReading("a", 1, "m3", None, total=True)]),
        ('readings = "*"', [{"no": "a", "sum": 1}], [MeterReading("a", 1, "m3", None, total=True)]),
        ('readings = "x"', {"x": [{"no": "a", "sum": 1}]}, [MeterReading("a", 1, "m3", None, total=True)]),
        ('readings = "x.1"', {"x": [0, {"no": "a", "sum": 1}]}, [MeterReading("a", 1, "m3", None, total=True)]),
        ('readings = "x.*"', {"no": "a", "x": [{"sum": 1}]}, [MeterReading("a", 1, "m3", None, total=True)]),
        ('time = "t"', {"no": "a", "sum": 1, "t": 1795391990}, [MeterReading("a", 1, "m3", 1795391990, total=True)]),
        ('time = "t"', {"no": "a", "sum": 1, "t": {}}, [MeterReading("a", 1, "m3", None, total=True)]),
        ('readings = "x"', {"y": 1}, []),
        ('readings = "x.y"', {"x": 1}, []),
    ],
)
def test_readings_are_found_where_the_template_says(
    tmp_path: Path, more: str, body: object, found: list[MeterReading | str]
) -> None:
    assert template(tmp_path, PLAIN + more).pick(body) == found


def test_a_time_without_offset_is_of_the_templates_zone(tmp_path: Path) -> None:
    there = template(tmp_path, PLAIN + 'time = "t"\ntimezone = "Asia/Shanghai"')
    told = [there.pick({"no": "a", "sum": 1, "t": when}) for when in ("2026-11-23 08:00:00", "2026-11-23T00:00Z", "?")]

    assert [one.at for (one,) in told if isinstance(one, MeterReading)] == [
        "2026-11-23T08:00:00+08:00",
        "2026-11-23T00:00:00+00:00",
        "?",
    ]


def test_what_came_since_the_last_report_needs_a_time(tmp_path: Path) -> None:
    amounts = template(tmp_path, PLAIN + 'total = false\ntime = "t"')

    assert amounts.pick({"no": "a", "sum": 1}) == ["no time at t; without one, what is sent again would count twice"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("meter = ", "cannot be read"),
        ('meter = "no"\nvalue = "sum"', "either unit or unit_at"),
        (PLAIN + 'unit_at = "u"', "either unit or unit_at"),
        ('value = "sum"\nunit = "m3"', "must say meter"),
        (PLAIN + "place = 1", "unknown place"),
        (PLAIN + "time = 1", "time must be a text"),
        (PLAIN + "total = false", "must say time"),
        (PLAIN + 'total = "no"', "total must be true"),
        (PLAIN + 'timezone = "Moon/Sea"', "is no time zone"),
    ],
)
def test_a_wrong_template_says_what_is_wrong(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(LinliError, match=why):
        template(tmp_path, text)
    assert [why in fault for fault in faults(tmp_path)] == [True]


def test_a_folder_that_is_not_there_and_a_name_that_is_no_id(tmp_path: Path) -> None:
    (tmp_path / "Our Utility.toml").write_text(PLAIN, encoding="utf-8")

    assert list(faults(tmp_path / "none")) == []
    assert [fault.split(" must")[0] for fault in faults(tmp_path)] == ["Our Utility.toml"]
    assert load(tmp_path, "../utility") is None
