"""One cell, one value. Each function raises ValueError with what is wrong; private cells are never quoted."""

import re
from collections.abc import Callable
from datetime import date, time
from functools import cache, lru_cache
from zoneinfo import available_timezones

from linli.people import Care, Role, Scope
from linli.roster_file.sheets import Cell, Unreadable, half_width
from linli.signals import Kind
from linli.wire import is_id
from linli.words import LANGUAGES

EARLIEST_BIRTH_YEAR = 1900
MAX_ORDER = 1_000_000
_PERSON = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")
_BETWEEN = re.compile(r"[;,、\n]")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::00)?\Z")


def plain(cell: Cell) -> str:
    """Return a text as it was typed."""
    if isinstance(cell, Unreadable):
        raise ValueError(cell.why)
    if isinstance(cell, date | time):
        raise ValueError("the spreadsheet has made a date or a time of it; format the column as text and type it again")
    return cell


def narrow(cell: Cell) -> str:
    """Return a text with wide signs made narrow."""
    return half_width(plain(cell)).strip()


def words(limit: int) -> Callable[[Cell], str]:
    """Return a reader of free texts of at most `limit` characters, line breaks allowed."""

    def read(cell: Cell) -> str:
        text = plain(cell).replace("\r\n", "\n")
        if not text.replace("\n", "").replace("\t", "").isprintable():
            raise ValueError("the text holds signs that cannot be printed")
        if len(text) > limit:
            raise ValueError(f"the text is longer than {limit} characters")
        return text

    return read


def label(limit: int) -> Callable[[Cell], str]:
    """Return a reader of short texts in one line, wide signs made narrow: a door, a floor, a room."""

    def read(cell: Cell) -> str:
        text = narrow(cell)
        if not text.isprintable():
            raise ValueError("the text must be one line that can be printed")
        if len(text) > limit:
            raise ValueError(f"the text is longer than {limit} characters")
        return text

    return read


def building(cell: Cell) -> str:
    """Return a building's id: a short text that a list of homes can name."""
    text = label(32)(cell)
    if _BETWEEN.search(text):
        raise ValueError("a building's id holds no comma or semicolon")
    return text


def linli_id(cell: Cell) -> str:
    """Return the id of a site, a home or a device."""
    text = narrow(cell)
    if is_id(text):
        return text
    hint = f'; write "{text.lower()}"' if is_id(text.lower()) else ", like home-7"
    raise ValueError(f'"{text[:70]}" is not an id: up to 63 small letters, digits and hyphens{hint}')


def person_id(cell: Cell) -> str:
    """Return the id of a person: like other ids, but dots and underscores are allowed."""
    text = narrow(cell)
    if _PERSON.match(text):
        return text
    hint = f'; write "{text.lower()}"' if _PERSON.match(text.lower()) else ", like li.na or volunteer-12"
    raise ValueError(f'"{text[:70]}" is not an id: up to 63 small letters, digits, dots, hyphens and underscores{hint}')


def language(cell: Cell) -> str:
    """Return a language."""
    text = narrow(cell).lower()
    if text not in LANGUAGES:
        raise ValueError(f"the language must be {', '.join(LANGUAGES)}")
    return text


def role(cell: Cell) -> Role:
    """Return a role."""
    text = narrow(cell).lower()
    if text not in set(Role):
        raise ValueError(f"the role must be {', '.join(Role)}")
    return Role(text)


def birth_year(this_year: int) -> Callable[[Cell], int | None]:
    """Return a reader of years of birth; a whole date gives its year."""

    def read(cell: Cell) -> int | None:
        text = str(cell.year) if isinstance(cell, date) else narrow(cell)
        if not (text.isascii() and text.isdigit()) or not EARLIEST_BIRTH_YEAR <= int(text[:5]) <= this_year:
            raise ValueError(f"the year of birth must be from {EARLIEST_BIRTH_YEAR} to {this_year}")
        return int(text)

    return read


def timezone(cell: Cell) -> str:
    """Return the name of a time zone."""
    text = narrow(cell)
    if text not in _zones():
        raise ValueError(f'"{text[:40]}" is not a time zone, like Asia/Shanghai')
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def clock_times(cell: Cell) -> tuple[time, ...]:
    """Return the times of day in a list, in order."""
    if isinstance(cell, time):
        return (cell.replace(second=0, microsecond=0),)
    parts = [part.strip() for part in _BETWEEN.split(narrow(cell)) if part.strip()]
    return tuple(sorted({clock_time(part) for part in parts}))


def clock_time(text: str) -> time:
    """Return a time of day such as `9:00` or `20:30`."""
    found = _CLOCK.match(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError(f'"{text[:20]}" is not a time of day, like 09:00')
    return time(int(found[1]), int(found[2]))


def kinds(cell: Cell) -> tuple[str, ...]:
    """Return the kinds of signal in a list, each once."""
    return _kinds(narrow(cell))


@lru_cache(maxsize=1000)  # a compound's devices are of few types
def _kinds(text: str) -> tuple[str, ...]:
    named = [part.strip().lower() for part in _BETWEEN.split(text) if part.strip()]
    for name in named:
        if name not in set(Kind):
            raise ValueError(f'"{name[:40]}" is not a kind; the kinds are {", ".join(Kind)}')
    if not named:
        raise ValueError("is missing")
    return tuple(dict.fromkeys(named))


def topic(cell: Cell) -> str:
    """Return the topic on which another ecosystem speaks of a device; one device, so no wildcards."""
    text = words(256)(cell)
    if "+" in text or "#" in text or "\n" in text:
        raise ValueError("the topic must be one line without + and #")
    return text


def order(cell: Cell) -> int:
    """Return a place in an order, 0 first."""
    text = narrow(cell)
    if not (text.isascii() and text.isdigit()) or int(text[:8]) > MAX_ORDER:
        raise ValueError(f"the order must be a whole number from 0 to {MAX_ORDER}")
    return int(text)


def cares(cell: Cell) -> tuple[Care, ...]:
    """Return the homes, buildings and sites in a list, each once."""
    entries = [entry.strip() for entry in _BETWEEN.split(narrow(cell)) if entry.strip()]
    if not entries:
        raise ValueError("is missing")
    return tuple(sorted({_care(entry) for entry in entries}, key=lambda care: (care.scope, care.target)))


def _care(entry: str) -> Care:
    scope, colon, target = (part.strip() for part in entry.partition(":"))
    if not colon:
        return Care(Scope.HOME, linli_id(entry))
    if scope.lower() == Scope.BUILDING:
        return Care(Scope.BUILDING, building(target))
    if scope.lower() in {Scope.SITE, Scope.HOME, Scope.KEY}:
        return Care(Scope(scope.lower()), linli_id(target))
    raise ValueError(f'"{entry[:70]}" is neither a home nor building:ID nor site:ID nor key:HOME')
