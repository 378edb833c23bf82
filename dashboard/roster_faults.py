"""What is wrong with a roster file, in the reader's language. The roster file speaks English; its sentences are known here.

A sentence that is not known is shown as it is. A test holds this list to what the roster file can say.
"""

import re
from functools import cache
from string import Formatter

from dashboard.screens import Words

TEMPLATES = (
    "is missing",
    "the column is missing",
    "the column stands there twice",
    "a value under no heading",
    "unknown column; the columns are {known}",
    "the sheet is empty; its heading must name {columns}",
    "more than {count} rows; import the rest from a second file",
    '"{id}" of {home} stands in row {row} already',
    '"{id}" stands in row {row} already',
    "row {row} says something else of the same person; leave it empty here",
    "row {row} names the same channel and address",
    "a secret belongs to a channel and an address",
    "the spreadsheet has made a date or a time of it; format the column as text and type it again",
    "the spreadsheet has shortened a long number; format the column as text and type it again",
    "the formula gives {text}",
    "the formula was never worked out; open the file in a spreadsheet program and save it",
    "a length of time stands where a text is expected; format the column as text",
    "the text holds signs that cannot be printed",
    "the text is longer than {limit} characters",
    "the text must be one line that can be printed",
    "a building's id holds no comma or semicolon",
    '"{text}" is not an id: up to 63 small letters, digits and hyphens; write "{hint}"',
    '"{text}" is not an id: up to 63 small letters, digits and hyphens, like home-7',
    '"{text}" is not an id: up to 63 small letters, digits, dots, hyphens and underscores; write "{hint}"',
    '"{text}" is not an id: up to 63 small letters, digits, dots, hyphens and underscores, like li.na or volunteer-12',
    "the language must be {languages}",
    "the role must be {roles}",
    "the year of birth must be from {first} to {last}",
    '"{text}" is not a time zone, like Asia/Shanghai',
    '"{text}" is not a time of day, like 09:00',
    '"{text}" is not a kind; the kinds are {kinds}',
    "the topic must be one line without + and #",
    "the order must be a whole number from 0 to {most}",
    '"{text}" is neither a home nor building:ID nor site:ID nor key:HOME',
    "from 1 to {most} spans are possible",
    '"{text}": only a date, as in 2026-10-08 off, or PH can be off',
    '"{text}" is not a time of duty, like Mo-Fr 08:00-20:00',
    '"{text}" is not a day of the week: Mo, Tu, We, Th, Fr, Sa, Su',
    '"{text}" is not a span of time, like 08:00-20:00',
    'home "{id}" is not known; add it to the sheet homes',
    'site "{id}" is not known; no home is in it',
    'building "{id}" is not known; no home is in it',
    '"{id}" is not known; add it to the sheet homes',
    '"{id}" is also a site; both are names at the broker, change one',
    '"{id}" is also a home; both are names at the broker, change one',
    "a resident is never called; list who holds a key as a volunteer",
    'building "{id}" stands on {count} sites ({sites}); give each its own id, or list the homes',
    'building "{id}" would stand on two sites, and {person} cares for it; give it its own id',
    "{person} is reached by the same group's bot; list the group once, as a person of its own, since everybody in it sees the links",
    "the channel must be {channels}, or what an Apprise address begins with",
    "the address must be one line of at most {most} characters",
    "the address must be a web address, http:// or https://, without a user name",
    "the address must be an e-mail address",
    "the address must be a telephone number, in digits",
    "the address must be a web address or the key in it",
    "the address must be a topic, or a server and a topic: https://ntfy.example.org/topic",
    "a browser's subscription is expected; leave webpush out, the person allows it on the phone",
    "{kind} is none of linli's own channels, {channels}; an Apprise address begins with {scheme}://",
    "the secret must be one line of at most {most} characters",
    "a webhook's secret is {prefix} and base64",
    "{file} has two sheets called {name}",
    "{file} has two files called {name}",
    "{file} is larger than {most} MB; divide it",
    "{file} unpacks to more than {most} MB; divide it",
    "{file} cannot be read as a workbook; open it, take off a password, and save it as .xlsx",
    "the sheet {sheet} has more than {most} lines",
    "{file} has none of the sheets {names}",
    "{file} is neither an .xlsx workbook nor a folder with homes.csv, devices.csv and people.csv",
    "{file} line {line}: the quotation marks do not fit together ({why})",
    "{file} line {line}: more than {most} columns",
    '{file} is neither UTF-8 nor GB 18030; save it as "CSV UTF-8"',
    "no file was chosen",
    "two of the files have the same name",
    "what was uploaded is no longer kept; choose the file again",
    "the roster has changed since this import; import a file with what is right instead",
    "this import can no longer be taken back; import a file with what is right instead",
    "the import was taken back, but for homes of which something is known already: {homes}",
)


def told(text: str, words: Words) -> str:
    """Return a sentence of the roster file's in the reader's language."""
    for template in TEMPLATES:
        found = _pattern(template).fullmatch(text)
        if found is not None:
            return str(words(template, **found.groupdict()).unescape())
    return text


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return what a sentence made of a template looks like; the most specific template stands first in the list."""
    parts = Formatter().parse(template)
    return re.compile(
        "".join(re.escape(text) + (f"(?P<{name}>.+?)" if name else "") for text, name, _, _ in parts), re.DOTALL
    )
