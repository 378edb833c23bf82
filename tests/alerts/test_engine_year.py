"""Days on which the clocks change, a leap day and a clock that is set wrong: each check-in is judged once."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bench.year import Year

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2028, 3, 25), date(2028, 3, 28)),
        (date(2028, 10, 28), date(2028, 10, 31)),
        (date(2028, 2, 27), date(2028, 3, 2)),
    ],
    ids=["clocks go forward", "clocks go back", "leap day"],
)
def test_each_planned_check_in_has_one_verdict(tmp_path: Path, first: date, last: date) -> None:
    told = Year(tmp_path, 12, first, last).run()

    assert told.planned == 12 * ((last - first).days + 1)
    assert told.is_right
    assert told.overdue <= timedelta(seconds=5)


@pytest.mark.parametrize("off", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_clock_that_is_wrong_for_a_day_skips_and_doubles_no_verdict(tmp_path: Path, off: timedelta) -> None:
    wrong_from = datetime(2028, 6, 5, 8, 0, tzinfo=UTC)  # after one zone's check-in, and long after the other's
    steps = [(wrong_from, off), (wrong_from + timedelta(days=2), timedelta(0))]

    told = Year(tmp_path, 12, date(2028, 6, 4), date(2028, 6, 9), steps=steps).run()

    assert told.is_right


def test_a_missed_check_in_becomes_an_alert_each_time(tmp_path: Path) -> None:
    told = Year(tmp_path, 40, date(2028, 10, 20), date(2028, 11, 5)).run()

    assert told.missed
    assert told.is_right
    assert told.alerts >= len({home for home, _ in told.missed})
