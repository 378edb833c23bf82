"""Public holidays: one list for all, and for a site its own."""

from datetime import date

import pytest

from linli.holidays import Holidays, read_holidays

NATIONAL_DAY, NEW_YEAR = date(2026, 10, 1), date(2027, 1, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-01, 2027-01-01; garden: 2027-01-01; river:",
        "\n2026-10-01,\n2027-01-01\ngarden: 2027-01-01\nriver:\n",
        "river: ; 2027-01-01; garden : 2027-01-01 ; 2026-10-01;",
        "2026-10-01，2027-01-01；garden：2027-01-01；river：",
    ],
    ids=["one line", "lines", "in any order", "a Chinese keyboard"],
)
def test_a_sites_own_days_hold_there_in_place_of_all_others(text: str) -> None:
    holidays = read_holidays(text)

    assert holidays.of("garden") == {NEW_YEAR}
    assert holidays.of("river") == frozenset()
    assert holidays.of("hill") == {NATIONAL_DAY, NEW_YEAR}
    assert holidays.of("") == {NATIONAL_DAY, NEW_YEAR}


def test_without_a_word_there_are_none() -> None:
    assert read_holidays("") == Holidays()
    assert read_holidays("").of("garden") == frozenset()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("garden: 2026-10-01; garden: 2027-01-01", "garden stands there twice"),
        ("2026-10-01 garden: 2027-01-01", "is neither a day"),
        ("garden: 2026-10-01..2026-09-01", "must end on a later day"),
        ("garden: river: 2026-10-01", "is neither a day"),
    ],
)
def test_what_is_not_clear_is_refused(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        read_holidays(text)
