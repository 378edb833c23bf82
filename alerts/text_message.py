"""What one text message holds, and what gives way in one that would be longer: the words, never the door nor the time."""

from collections.abc import Callable

ASCII_LIMIT = 160
LIMIT = 70
"""Signs of one text message, more when all of them are ASCII; an emoji counts as two."""
LEAST_SUBJECT = 20
"""Signs of the subject that stay; with a longer place, this one's beginning is left out too."""


def fit(text: str) -> str:
    """Return a text cut to what one text message holds: 160 signs of ASCII, 70 of anything else."""
    return _without_end(text, _excess(text), _dots(text))


def fit_round(text: Callable[[str, str], str], *, subject: str, place: str) -> str:
    """Return a text of a subject and a place that fits: the subject gives way at its end, then the place where it begins."""
    whole = text(subject, place)
    if _excess(whole) <= 0:
        return whole
    dots = _dots(whole)
    kept = _without_end(subject, min(_excess(whole), _signs(subject) - LEAST_SUBJECT), dots)
    return fit(text(kept, _without_beginning(place, _excess(text(kept, place)), dots)))


def _signs(text: str) -> int:
    """Return how many signs a text is, as a phone counts them: in units of UTF-16."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def _excess(text: str) -> int:
    return _signs(text) - (ASCII_LIMIT if text.isascii() else LIMIT)


def _dots(text: str) -> str:
    return "..." if text.isascii() else "…"


def _without_end(text: str, excess: int, dots: str) -> str:
    """Return a text that is shorter by some signs at least; as it is, where none are too many."""
    if excess <= 0:
        return text
    room = max(0, _signs(text) - excess - len(dots))
    kept = text[:room]
    while _signs(kept) > room:
        kept = kept[:-1]
    return kept.rstrip() + dots


def _without_beginning(text: str, excess: int, dots: str) -> str:
    return _without_end(text[::-1], excess, dots)[::-1]
