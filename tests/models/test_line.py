"""Where the silence line runs, also when the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.clock import from_millis, millis
from models.line import fixed_line
from models.rules import Rules
from models.sensor import NONE
from tests.models.vigil import at

BERLIN = "Europe/Berlin"
SHANGHAI = "Asia/Shanghai"


def crossing(silent_from: datetime, zone: str, rules: Rules | None = None) -> datetime:
    line = fixed_line(rules or Rules(), ZoneInfo(zone), silent_from)
    moment = np.array([millis(silent_from)])
    return from_millis(int(line.crossings(moment, moment)[0]))


@pytest.mark.parametrize(
    ("silent_from", "crossed"),
    [
        ("2026-11-23 08:00", "2026-11-23 16:00"),
        ("2026-11-23 13:59", "2026-11-23 21:59"),
        ("2026-11-23 14:00", "2026-11-24 02:00"),
        ("2026-11-23 19:30", "2026-11-24 07:00"),
        ("2026-11-23 23:00", "2026-11-24 07:00"),
        ("2026-11-23 23:01", "2026-11-24 07:01"),
        ("2026-11-24 00:30", "2026-11-24 08:30"),
    ],
    ids=[
        "eight hours by day",
        "the last that is still day",
        "twelve hours once it is night",
        "not up by seven",
        "eight hours at seven sharp",
        "eight hours just after seven",
        "after midnight",
    ],
)
def test_where_a_silence_crosses_the_line(silent_from: str, crossed: str) -> None:
    assert crossing(at(silent_from), SHANGHAI) == at(crossed)


@pytest.mark.parametrize(
    ("silent_from", "crossed", "hours"),
    [
        ("2026-03-28 21:00", "2026-03-29 07:00", 9),
        ("2026-03-28 23:30", "2026-03-29 08:30", 8),
        ("2026-10-24 21:00", "2026-10-25 07:00", 11),
        ("2026-10-24 23:30", "2026-10-25 07:00", 8.5),
        ("2026-10-24 18:30", "2026-10-25 05:30", 12),
    ],
    ids=[
        "spring: wall clock decides",
        "spring: hours are real",
        "autumn",
        "autumn: at seven",
        "autumn: the night line",
    ],
)
def test_in_berlin_on_the_days_the_clocks_change(silent_from: str, crossed: str, hours: float) -> None:
    begun = at(silent_from, BERLIN)

    assert crossing(begun, BERLIN) == at(crossed, BERLIN)
    assert at(crossed, BERLIN) - begun == timedelta(hours=hours)


def test_a_silence_longer_than_the_line_is_drawn_is_found_early_not_late() -> None:
    line = fixed_line(Rules(), ZoneInfo(SHANGHAI), at("2026-11-23 08:00"))
    long_ago, far_off = millis(at("2026-01-01 15:00")), millis(at("2027-06-01 15:00"))

    crossed = line.crossings(np.array([long_ago, far_off]), np.array([NONE, NONE]))

    assert crossed[0] <= long_ago + 12 * 3_600_000
    assert crossed[1] == far_off + 8 * 3_600_000


@pytest.mark.parametrize(
    ("not_before", "crossed"),
    [
        ("2026-11-23 15:00", "2026-11-23 16:00"),
        ("2026-11-23 17:00", "2026-11-23 17:00"),
        ("2026-11-23 22:00", "2026-11-23 22:00"),
        ("2026-11-24 01:00", "2026-11-24 01:00"),
    ],
)
def test_a_crossing_that_nobody_could_see_is_where_it_is_seen(not_before: str, crossed: str) -> None:
    line = fixed_line(Rules(), ZoneInfo(SHANGHAI), at("2026-11-23 08:00"))
    silent_from, seen_from = (np.array([millis(at(text))]) for text in ("2026-11-23 08:00", not_before))

    assert from_millis(int(line.crossings(silent_from, seen_from)[0])) == at(crossed)


@st.composite
def odd_rules(draw: st.DrawFn) -> Rules:
    hour = st.integers(0, 23)
    day_from, day_until = draw(st.tuples(hour, hour).filter(lambda pair: pair[0] != pair[1]))
    return Rules(
        day_line=timedelta(hours=draw(st.integers(1, 30))),
        night_line=timedelta(hours=draw(st.integers(1, 30))),
        day_from=time(day_from),
        day_until=time(day_until),
    )


def allowed(moment: datetime, zone: ZoneInfo, rules: Rules) -> timedelta:
    clock = moment.astimezone(zone).time()
    if rules.day_from < rules.day_until:
        is_day = rules.day_from <= clock < rules.day_until
    else:
        is_day = not rules.day_until <= clock < rules.day_from
    return rules.day_line if is_day else rules.night_line


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from([BERLIN, SHANGHAI, "America/St_Johns", "Australia/Lord_Howe"]),
    quarters=st.integers(0, 4 * 24 * 400),
    rules=odd_rules(),
)
def test_the_crossing_is_the_first_moment_a_patient_watcher_would_find(zone: str, quarters: int, rules: Rules) -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * quarters)
    now = begun
    while now - begun < allowed(now, ZoneInfo(zone), rules):
        now += timedelta(minutes=15)

    assert crossing(begun, zone, rules) == now
