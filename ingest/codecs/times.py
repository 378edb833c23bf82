"""When another ecosystem says that something happened. Local time without an offset is no time: the arrival counts."""

from datetime import datetime

from ingest.codecs.message import Json
from linli.wire import read_time

_COUNTS = (int, float)
_SECONDS_END = 100_000_000_000
"""Below it a count since 1970 is of seconds (until the year 5138), from it on of milliseconds."""


def moment(given: Json, received_at: datetime) -> datetime | None:
    """Return a time given as text with an offset, or as seconds, milliseconds, micro- or nanoseconds since 1970."""
    if isinstance(given, str):
        return _from_text(given.strip(), received_at)
    if isinstance(given, bool) or not isinstance(given, _COUNTS):
        return None
    try:
        return read_time(_milliseconds(given), received_at)
    except OverflowError:  # JSON has whole numbers of any length
        return None


def _from_text(text: str, received_at: datetime) -> datetime | None:
    if text.isdecimal() and len(text) < 20:
        return moment(int(text), received_at)
    return read_time(text, received_at)


def _milliseconds(count: float) -> float:
    if abs(count) < _SECONDS_END:
        return count * 1000
    while abs(count) >= _SECONDS_END * 1000 and count != float("inf"):
        count /= 1000
    return count
