"""Reading a ladder file: lines into sections, sections into ladders. The first fault is told, nothing is guessed."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from alerts.ladder_file.faults import BadLadder, Fault, shown
from alerts.ladder_file.rules import Part, ladder_of
from alerts.ladder_file.statements import Statement, statement
from alerts.ladder_file.vocabulary import ASKED_FIRST, POSSIBLE_SECTIONS, SECTION_OF
from alerts.ladders import Section
from linli.alert import Ladder
from linli.words import Sentence

Ladders = Mapping[Section, Ladder]
"""The sections that a file names; the others come from elsewhere."""

MOST_BYTES = 64_000
_COMMAS = re.compile(r"[,;、]")
_REMARK = re.compile(r"(?P<name>[^()]*)\((?P<kinds>[^()]*)\)\s*")
_KINDS = {frozenset(kinds) for kinds in ASKED_FIRST.values()}


def load(path: Path) -> Ladders:
    """Read a ladder file (UTF-8); raises BadLadder."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as why:
        raise BadLadder(Sentence(UNREADABLE, {"file": path.name, "reason": why.strerror or "?"})) from why
    if len(content) > MOST_BYTES:
        raise BadLadder(Sentence(TOO_LONG, {"file": path.name}))
    try:
        return read(content.decode("utf-8-sig"), path.name)
    except UnicodeDecodeError as why:
        raise BadLadder(Sentence(NOT_UTF8, {"file": path.name})) from why


def read(text: str, file: str) -> Ladders:
    """Read what stands in a ladder file; raises BadLadder, which names the file by `file`."""
    try:
        ladders = {part.section: ladder_of(part) for part in _parts(text)}
    except Fault as fault:
        raise fault.within(file) from None
    if not ladders:
        raise BadLadder(Sentence(EMPTY, {"file": file}))
    return ladders


def places(text: str) -> Mapping[Section, tuple[int, int]]:
    """Return the first and the last line of each section of a text that can be read."""
    found: dict[Section, tuple[int, int]] = {}
    current: Section | None = None
    for line, content in _lines(text):
        if ":" in content:
            current = _section(content, line)
            found[current] = (line, line)
        elif current is not None:
            found[current] = (found[current][0], line)
    return found


def _parts(text: str) -> Iterator[Part]:
    """Yield the sections, each when it is whole."""
    begun: dict[Section, int] = {}
    current: Section | None = None
    statements: list[Statement] = []
    for line, content in _lines(text):
        if ":" in content:
            if current is not None:
                yield Part(current, begun[current], tuple(statements))
            current, statements = _section(content, line), []
            if current in begun:
                raise Fault(line, SECTION_TWICE, seen=shown(content), before=begun[current])
            begun[current] = line
        elif current is None:
            raise Fault(line, NO_SECTION, seen=shown(content), possible=POSSIBLE_SECTIONS)
        else:
            statements.extend(statement(one.strip(), line) for one in _COMMAS.split(content))
    if current is not None:
        yield Part(current, begun[current], tuple(statements))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield what counts, with its line: full-width marks as plain ones, without remarks and full stops."""
    for number, line in enumerate(text.splitlines(), start=1):
        content = unicodedata.normalize("NFKC", line).split("#")[0].strip().rstrip(".。").strip()
        if content:
            yield number, content


def _section(content: str, line: int) -> Section:
    heading, _, rest = content.partition(":")
    found = _REMARK.fullmatch(heading)
    name = " ".join((found["name"] if found else heading).lower().split())
    section = SECTION_OF.get(name)
    if section is None:
        raise Fault(line, UNKNOWN_SECTION, seen=shown(name), possible=POSSIBLE_SECTIONS)
    if rest.strip():
        raise Fault(line, STEP_BESIDE, seen=shown(rest.strip()))
    if found and (section is not Section.ASK_FIRST or _kinds(found["kinds"]) not in _KINDS):
        raise Fault(line, OTHER_KINDS, seen=shown(found["kinds"]))
    return section


def _kinds(text: str) -> frozenset[str]:
    return frozenset(" ".join(kind.lower().split()) for kind in _COMMAS.split(text))


UNREADABLE = "{file} cannot be read: {reason}"
TOO_LONG = "{file} is too long for a ladder file"
NOT_UTF8 = "{file} is not UTF-8 text; save it again with the encoding UTF-8"
EMPTY = (
    "{file} names no section; possible: emergency:, ask first:, urgent:, notice: (delete the file to have the default)"
)
SECTION_TWICE = '"{seen}" stands in line {before} already; keep one of them'
NO_SECTION = '"{seen}" belongs to no section; write above it one of: {possible}, and a colon'
UNKNOWN_SECTION = '"{seen}" is no section; possible: {possible}'
STEP_BESIDE = '"{seen}" stands beside the name of its section; write it on the next line'
OTHER_KINDS = '"{seen}": only ask first may have a remark in brackets, (missed check-in, inactivity)'
