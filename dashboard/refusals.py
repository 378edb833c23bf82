"""Why a message was refused, in the reader's language: the sentences of the intake, which speaks English, are known here.

A sentence that is not known is shown as it is. A test holds this list to what the intake can say.
"""

from dashboard.known_sentences import told
from dashboard.screens import Words

TEMPLATES = (
    '{topic} is the topic of no device; add it with "linli import"',
    '{home} is not known; add it with "linli import"',
    "{home} is not on site {site}",
    "unknown kind {kind}",
    "the topic does not have the six levels {levels}",
    "site, home and device in the topic must be like {pattern}",
    "the payload is larger than {most} bytes",
    "the payload is empty",
    "the payload is not UTF-8",
    "the payload is not valid JSON",
    "the payload is not a JSON object",
    "the JSON is nested too deeply",
    "a device's message must be a JSON object",
    "a message may have {most} values at most; the rest was left out",
    "the object has no value",
    "id must be a text",
    "id is longer than {most} characters",
    "availability must be online or offline",
    "the availability is neither online nor offline",
    "the value must be on or off",
    "the value must be a number",
    "the value must be a finite number",
    "the value must be a whole number from {least} to {most}",
    "the value must have systolic and diastolic",
    "the value must be the name of the press",
    "the value must be {words}",
    "the name of the press must be at most {most} printable characters",
    "the number is too large",
    "outside {least} to {most}",
    "no meter counts so far",
    "energy must be told as the count so far",
    "the unit of a meter must be {units}",
    "a packet's length takes more than four bytes",
    "a message is shorter than it says",
)
_ABOUT, _BETWEEN = ": ", "; "
"""A reason may say first what it is about, a kind or an ecosystem; a message of several values may have several."""


def why(reason: str, words: Words) -> str:
    """Return why a message was refused."""
    parts = [_one(part, words) for part in reason.split(_BETWEEN)]
    known = [part for part in parts if part is not None]
    return _BETWEEN.join(known) if len(known) == len(parts) else _one(reason, words) or reason


def _one(reason: str, words: Words) -> str | None:
    said = told(reason, TEMPLATES, words)
    about, colon, rest = reason.partition(_ABOUT)
    if said is not None or not colon:
        return said
    said = _one(rest, words)
    return None if said is None else f"{words.name(about)}{_ABOUT}{said}"
