"""Sentences that come from elsewhere in English, known again by the templates they were made of."""

import re
from collections.abc import Iterable
from functools import cache
from string import Formatter

from dashboard.screens import Words


def told(text: str, templates: Iterable[str], words: Words) -> str | None:
    """Return a sentence in the reader's language, None if no template fits; the most specific one stands first."""
    for template in templates:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return str(words(template, **found.groupdict()).unescape())
    return None


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return what a sentence made of a template looks like."""
    parts = Formatter().parse(template)
    return re.compile(
        "".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in parts), re.DOTALL
    )
