"""Reading when somebody is on duty: `Mo-Fr 08:00-20:00; Sa,Su 10:00-16:00`, `24/7`, `20:00-08:00` over midnight.

Exceptions stand among them: `2026-10-01..2026-10-07 off`, `2026-10-08 09:00-12:00`, `PH off` for public holidays.
"""

import re
from datetime import time

from linli.duty import EVERY_DAY, ROUND_THE_CLOCK, Duty, DutyException, Hours, days_of
from linli.roster_file.cells import clock_time, narrow
from linli.roster_file.sheets import Cell

MAX_SPANS = 50
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DASHES = str.maketrans("–—−~～〜", "------")
_PART = re.compile(r"(?P<days>[a-z][a-z, -]*)?\s*(?P<hours>[0-9][0-9:, -]*)?\Z")
_EXCEPTION = re.compile(
    r"(?P<days>ph|[0-9]{4}-[0-9-]+(?:\s*\.\.\s*[0-9-]+)?)(?:\s+(?P<off>off)|\s+(?P<hours>[0-9:, -]+))?\Z"
)

Entry = Duty | DutyException


def duty(cell: Cell) -> tuple[Entry, ...]:
    """Return the weekly spans and the exceptions in a cell, in order.

    Days without hours are whole days, hours without days are every day's.
    """
    text = narrow(cell).translate(_DASHES).lower()
    parts = [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]
    entries = [entry for part in parts for entry in _part(part)]
    if not entries or len(entries) > MAX_SPANS:
        raise ValueError(f"from 1 to {MAX_SPANS} spans are possible")
    return tuple(entries)


def _part(text: str) -> list[Entry]:
    exception = _EXCEPTION.match(text)
    if exception is not None:
        return [_exception(exception)]
    if text.endswith(" off"):
        raise ValueError(f'"{text[:40]}": only a date, as in 2026-10-08 off, or PH can be off')
    return [*_weekly(text)]


def _exception(found: re.Match[str]) -> DutyException:
    first, last = (None, None) if found["days"] == "ph" else days_of(found["days"])
    if found["off"]:
        return DutyException(first, last)
    return DutyException(first, last, tuple(_spans(found["hours"])))


def _weekly(text: str) -> list[Duty]:
    if text == "24/7":
        return [Duty(EVERY_DAY, time(0), time(0))]
    found = _PART.match(text)
    if found is None:
        raise ValueError(f'"{text[:40]}" is not a time of duty, like Mo-Fr 08:00-20:00')
    days = _days(found["days"]) if found["days"] else EVERY_DAY
    return [Duty(days, hours.start, hours.end) for hours in _spans(found["hours"])]


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for span in text.strip(" ,").split(","):
        first, dash, last = (part.strip() for part in span.partition("-"))
        start = _day(first)
        length = (_day(last) - start) % 7 if dash else 0
        days.update((start + step) % 7 for step in range(length + 1))
    return frozenset(days)


def _day(text: str) -> int:
    for number, name in enumerate(_DAYS):
        if len(text) > 1 and name.startswith(text):  # `weekdays` must not be taken for Wednesday
            return number
    raise ValueError(f'"{text[:20]}" is not a day of the week: Mo, Tu, We, Th, Fr, Sa, Su')


def _spans(text: str | None) -> list[Hours]:
    return [_hours(span.strip()) for span in text.split(",")] if text else [ROUND_THE_CLOCK]


def _hours(text: str) -> Hours:
    start, dash, end = (part.strip() for part in text.partition("-"))
    if not dash:
        raise ValueError(f'"{text[:20]}" is not a span of time, like 08:00-20:00')
    return Hours(clock_time(start), time(0) if end == "24:00" else clock_time(end))
