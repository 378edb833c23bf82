"""The column `on_duty`: weekly hours and exceptions, read as a care worker writes them, stored, and refused by name."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.checkup import _holidays
from linli.clock import VirtualClock
from linli.duty import Duty, DutyException, Hours
from linli.roster_file import BadRoster, apply, compare, read_roster
from linli.roster_file.duty import MAX_SPANS, Entry, duty
from linli.settings import Settings
from linli.store import roster as store
from linli.store.care import CareStore
from tests import cast
from tests.spreadsheets import GOOD, folder, with_cell
from tests.spreadsheets import workbook as write_workbook

OFFICE = Duty(frozenset(range(5)), time(8), time(20))
MORNING = Hours(time(9), time(12))
GOLDEN_WEEK = DutyException(date(2026, 10, 1), date(2026, 10, 7))
OFF_ON_HOLIDAYS = DutyException(None, None)
LIN = "Mo-Fr 08:00-20:00; 2026-10-01..2026-10-07 off; PH off; 2026-10-08 09:00-12:00, 14:00-02:00"


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("2026-10-01..2026-10-07 off", [GOLDEN_WEEK]),
        ("2026-10-08 09:00-12:00", [DutyException(date(2026, 10, 8), date(2026, 10, 8), (MORNING,))]),
        ("PH off", [OFF_ON_HOLIDAYS]),
        ("ph 9:00-12:00, 14:00-24:00", [DutyException(None, None, (MORNING, Hours(time(14), time(0))))]),
        ("PH", [DutyException(None, None, (Hours(time(0), time(0)),))]),
        ("2026-10-8 OFF", [DutyException(date(2026, 10, 8), date(2026, 10, 8))]),
        ("2026-10-31 .. 2026-11-01 20:00-08:00", [DutyException(date(2026, 10, 31), date(2026, 11, 1), (Hours(time(20), time(8)),))]),
        ("ＰＨ　ｏｆｆ；２０２６－１０－０１．．２０２６－１０－０７　ｏｆｆ", [OFF_ON_HOLIDAYS, GOLDEN_WEEK]),
        ("Mo-Fr 08:00-20:00; PH off", [OFFICE, OFF_ON_HOLIDAYS]),
        ("PH off\nMo—Fr 08：00～20：00", [OFF_ON_HOLIDAYS, OFFICE]),
    ],
)  # fmt: skip
def test_exceptions_are_read(text: str, entries: list[Entry]) -> None:
    assert duty(text) == tuple(entries)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("Mo off", '"mo off": only a date, as in 2026-10-08 off, or PH can be off'),
        ("off", "is not a day of the week"),
        ("2026/10/08 off", "only a date, as in 2026-10-08 off"),
        ("2026-02-30 off", '"2026-02-30" is not a day of the calendar'),
        ("2026-10-07..2026-10-01 off", "must end on a later day"),
        ("2026-10-01..2062-10-07 off", "within a year"),
        ("2026-10-01.. off", "only a date"),
        ("2026-10-01-2026-10-07 off", "nor days like 2026-10-01..2026-10-07"),
        ("2026-10-01 to 2026-10-07 off", "only a date"),
        ("2026-10-08 09:00", '"09:00" is not a span of time'),
        ("2026-10-08 09:00-25:00", '"25:00" is not a time of day'),
        ("2026-10-08 - 09:00", "is not a time of day"),
        ("PH 10:00-12:00,", '"" is not a span of time'),
        ("PH on", "is not a day of the week"),
        ("PH,Su off", "only a date"),
        ("PH off;" * (MAX_SPANS + 1), "spans are possible"),
        (date(2026, 10, 8), "made a date or a time of it"),
    ],
)
def test_an_exception_that_cannot_be_read_is_named(tmp_path: Path, value: str | date, said: str) -> None:
    wrong = {**GOOD, "people": with_cell(GOOD["people"], 5, "on_duty", value)}

    with pytest.raises(BadRoster) as raised:
        read_roster(write_workbook(tmp_path / "roster.xlsx", wrong), this_year=2026)

    (told,) = (str(problem) for problem in raised.value.problems)
    assert told.startswith("people row 5, on_duty: ")
    assert said in told


clock = st.builds(time, st.integers(0, 23), st.integers(0, 59))
hours = st.builds(Hours, clock, clock)
weekly = st.builds(Duty, st.frozensets(st.integers(0, 6), min_size=1), clock, clock)
days = st.dates(date(2020, 1, 1), date(2090, 1, 1))


@st.composite
def exceptions(draw: st.DrawFn) -> DutyException:
    spans = tuple(draw(st.lists(hours, max_size=3)))
    if draw(st.booleans()):
        return DutyException(None, None, spans)
    first = draw(days)
    return DutyException(first, first + timedelta(days=draw(st.integers(0, 366))), spans)


def written(entry: Entry) -> str:
    """Return an entry as the documentation says that it is written."""
    if isinstance(entry, Duty):
        names = ",".join(("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")[day] for day in sorted(entry.weekdays))
        return f"{names} {entry.start:%H:%M}-{entry.end:%H:%M}"
    said = ", ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in entry.hours) or "off"
    if entry.first is None:
        return f"PH {said}"
    named = f"{entry.first}" if entry.first == entry.last else f"{entry.first}..{entry.last}"
    return f"{named} {said}"


@given(st.lists(weekly | exceptions(), min_size=1, max_size=8), st.sampled_from(["; ", ";", "\n", " ;; "]))
def test_whatever_is_written_is_read_as_it_was_meant(entries: list[Entry], between: str) -> None:
    assert duty(between.join(written(entry) for entry in entries)) == tuple(entries)


@given(st.text(alphabet="0123456789-.:;,~～； \nPHMoSuoff/二月", max_size=60))
def test_whatever_stands_in_the_cell_it_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert 0 < len(duty(text)) <= MAX_SPANS


@pytest.fixture
def care(care_file: Path) -> Iterator[CareStore]:
    opened = CareStore(f"sqlite:///{care_file}")
    yield opened
    opened.close()


def test_hours_and_exceptions_are_imported_and_a_change_is_told_once(care: CareStore, tmp_path: Path) -> None:
    before = read_roster(folder(tmp_path / "before", GOOD), this_year=2026)
    people = with_cell(GOOD["people"], 5, "on_duty", f"{LIN}; Mo-Fr 08:00-20:00; Sa 08:00-09:00")
    after = read_roster(folder(tmp_path / "after", {**GOOD, "people": people}), this_year=2026)
    with care.begin() as connection:
        apply(connection, before)
        change = apply(connection, after)
        known = store.load(connection)

    assert change.people.changed == {"lin": ("on_duty",)}
    assert known.people["lin"].duty == (OFFICE, Duty(frozenset({5}), time(8), time(9)))
    assert known.people["lin"].duty_exceptions == (
        GOLDEN_WEEK,
        OFF_ON_HOLIDAYS,
        DutyException(date(2026, 10, 8), date(2026, 10, 8), (MORNING, Hours(time(14), time(2)))),
    )
    assert compare(known, after).is_empty


def test_a_file_without_the_column_leaves_exceptions_alone(care: CareStore, tmp_path: Path) -> None:
    people = with_cell(GOOD["people"], 5, "on_duty", LIN)
    silent = [row[:-1] if len(row) == len(people[0]) else row for row in people]
    with care.begin() as connection:
        apply(connection, read_roster(folder(tmp_path / "told", {**GOOD, "people": people}), this_year=2026))
        change = apply(connection, read_roster(folder(tmp_path / "silent", {**GOOD, "people": silent}), this_year=2026))

    assert change.is_empty


def test_an_empty_cell_takes_the_exceptions_away(care: CareStore, tmp_path: Path) -> None:
    people = with_cell(GOOD["people"], 5, "on_duty", LIN)
    emptied = with_cell(GOOD["people"], 5, "on_duty", None)
    with care.begin() as connection:
        apply(connection, read_roster(folder(tmp_path / "told", {**GOOD, "people": people}), this_year=2026))
        lin = store.load(connection).people["lin"]
        apply(connection, read_roster(folder(tmp_path / "emptied", {**GOOD, "people": emptied}), this_year=2026))
        found = store.load(connection).people["lin"]

    assert found == replace(lin, duty=(), duty_exceptions=())


@pytest.mark.parametrize(
    ("holidays", "is_told"),
    [
        ("", True),
        ("2026-10-01..2026-10-07", True),
        ("2026-10-01, 2026-11-23", False),
        ("2026-11-23; garden: 2026-10-01", True),
        ("garden: 2026-11-23", False),
        ("river: 2026-11-23", True),
    ],
)
def test_check_says_where_hours_on_holidays_wait_for_none(holidays: str, *, is_told: bool) -> None:
    resting = replace(cast.ANA, duty_exceptions=(OFF_ON_HOLIDAYS,))
    clock = VirtualClock(cast.EIGHT)
    given = Settings(holidays=holidays)

    assert list(_holidays(given, replace(cast.roster(), people={"ana": cast.ANA}), clock)) == []
    told = list(_holidays(given, replace(cast.roster(), people={"ana": resting, "bo": cast.BO}), clock))
    assert [line.partition(",")[0] for line in told] == (
        ["people of garden with hours for public holidays (PH): 1"] if is_told else []
    )


def test_check_names_a_site_with_holidays_that_is_not_there() -> None:
    told = list(_holidays(Settings(holidays="garten: 2026-12-25"), cast.roster(), VirtualClock(cast.EIGHT)))

    assert told == ["the setting holidays names garten, which is no site of the roster"]
