"""A home's address as people say it: the building's number, the stairwell, the floor and the door."""

from linli.people import Home
from linli.words import Sentence, say


def of(home: Home, language: str, *, with_site: bool) -> str:
    """Return the address in a language; the compound only for those who serve several. Empty parts are left out."""
    parts = [
        home.site if with_site else "",
        _numbered("Building {number}", home.building, home, language),
        _numbered("Unit {number}", home.unit, home, language),
        _numbered("Floor {number}", home.floor, home, language),
        home.door,
    ]
    return (" " if language == "zh" else ", ").join(part for part in parts if part)


def _numbered(template: str, part: str, home: Home, language: str) -> str:
    """Return `Building 3` for `3`, and a name like `East Tower` or one that says it all, like `3号楼`, as it is."""
    is_number = part.isascii() and part.isalnum() and any(letter.isdigit() for letter in part)
    return say(Sentence(template, {"number": part}), language, home.zone) if is_number else part
