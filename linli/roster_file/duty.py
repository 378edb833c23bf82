"""Reading when somebody is on duty: `Mo-Fr 08:00-20:00; Sa,Su 10:00-16:00`, `24/7`, `20:00-08:00` over midnight."""

import re
from datetime import time

from linli.people import Duty
from linli.roster_file.cells import clock_time, narrow
from linli.roster_file.sheets import Cell

MAX_SPANS = 50
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY_DAY = frozenset(range(7))
_DASHES = str.maketrans("–—−~～〜", "------")
_PART = re.compile(r"(?P<days>[a-z][a-z, -]*)?\s*(?P<hours>[0-9][0-9:, -]*)?\Z")


def duty(cell: Cell) -> tuple[Duty, ...]:
    """Return the weekly spans in a cell; days without hours are whole days, hours without days are every day's."""
    text = narrow(cell).translate(_DASHES).lower()
    spans = [span for part in re.split(r"[;\n]", text) if part.strip() for span in _part(part.strip())]
    if not spans or len(spans) > MAX_SPANS:
        raise ValueError(f"from 1 to {MAX_SPANS} spans are possible")
    return tuple(dict.fromkeys(spans))


def _part(text: str) -> list[Duty]:
    if text == "24/7":
        return [Duty(_EVERY_DAY, time(0), time(0))]
    found = _PART.match(text)
    if found is None:
        raise ValueError(f'"{text[:40]}" is not a time of duty, like Mo-Fr 08:00-20:00')
    days = _days(found["days"]) if found["days"] else _EVERY_DAY
    hours = [_hours(span.strip()) for span in found["hours"].split(",")] if found["hours"] else [(time(0), time(0))]
    return [Duty(days, start, end) for start, end in hours]


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


def _hours(text: str) -> tuple[time, time]:
    start, dash, end = (part.strip() for part in text.partition("-"))
    if not dash:
        raise ValueError(f'"{text[:20]}" is not a span of time, like 08:00-20:00')
    return clock_time(start), time(0) if end == "24:00" else clock_time(end)
