"""Lengths of time as people write them: `30 s`, `1 min 30 s`, `3 分钟`. Whole numbers only."""

import re
from datetime import timedelta

_UNITS = {
    "seconds": ("s", "sec", "secs", "second", "seconds", "秒", "秒钟"),
    "minutes": ("min", "mins", "minute", "minutes", "分", "分钟"),
    "hours": ("h", "hour", "hours", "时", "小时"),
    "days": ("d", "day", "days", "日", "天"),
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words}
_WORDS = "|".join(sorted(_UNIT_OF, key=len, reverse=True))
LENGTH = rf"(?:\d{{1,6}} ?(?:{_WORDS})(?![a-z]) ?)+"
"""A pattern for lower-case text."""
_PART = re.compile(rf"(\d{{1,6}}) ?({_WORDS})(?![a-z])")
_WHOLE = re.compile(LENGTH)


def length_of(text: str) -> timedelta | None:
    """Return the length of time that a lower-case text says, None where it says none."""
    if not _WHOLE.fullmatch(text.strip()):
        return None
    parts = [timedelta(**{_UNIT_OF[word]: int(count)}) for count, word in _PART.findall(text)]
    return sum(parts, timedelta(0))


def written_length(length: timedelta, language: str) -> str:
    """Return a length of whole seconds in words that `length_of` reads."""
    seconds = round(length.total_seconds())
    names = ("天", "小时", "分钟", "秒") if language == "zh" else ("day", "h", "min", "s")
    if seconds and not seconds % 86400:
        return f"{seconds // 86400} {names[0]}{'s' if language == 'en' and seconds > 86400 else ''}"
    if seconds < 120:
        return f"{seconds} {names[3]}"
    if seconds < 7200 or seconds % 3600:
        rest = f" {seconds % 60} {names[3]}" if seconds % 60 else ""
        return f"{seconds // 60} {names[2]}{rest}"
    return f"{seconds // 3600} {names[1]}"
