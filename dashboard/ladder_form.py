"""One ladder as a form: what stands in its fields, and the lines of a ladder file that these say. Pure.

The lines are read by the same code as a file that somebody wrote, so the form can say nothing that a file could not.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.ladder_file import BadLadder
from alerts.ladder_file.lengths import length_of, written_length
from alerts.ladder_file.reading import places
from alerts.ladder_file.writing import call_of, heading_of, when_of
from alerts.ladders import Section
from linli.alert import Ladder, Rung
from linli.people import Role
from linli.words import Sentence

MOST_STEPS = 12
"""More are written as a text."""
SPARE = 2
"""Empty steps that are offered besides."""
_NO_TIME = timedelta(0)


class Who(StrEnum):
    """Whom a step calls."""

    VOLUNTEERS = "volunteer"
    FAMILY = "family"
    STAFF = "staff"
    PROFESSIONALS = "professional"
    KEYS = "keys"
    SECOND = "second"
    ELDER = "elder"


@dataclass(frozen=True, slots=True)
class Row:
    """One step as it was typed. `after` empty: at once. `count` empty: all of them. `who` empty: no step."""

    after: str = ""
    who: str = ""
    count: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """All fields as they were typed."""

    rows: Sequence[Row]
    patience: str = ""
    again: str = ""
    lease: str = ""
    goal: str = ""
    limit: str = ""


def filled_with(ladder: Ladder, language: str) -> Filled:
    """Return the fields of a ladder, with some steps to spare."""

    def told(length: timedelta | None) -> str:
        return written_length(length, language) if length else ""

    rows = [Row(told(rung.after), _who(rung), str(rung.count or "")) for rung in ladder.rungs]
    spare = [Row()] * max(0, min(SPARE, MOST_STEPS - len(rows)))
    counts = any(rung.count for rung in ladder.rungs) or ladder.reply_within != ladder.again_every
    patience = told(ladder.reply_within) if counts else ""
    times = map(told, (ladder.again_every, ladder.lease, ladder.goal, ladder.limit))
    return Filled([*rows, *spare], patience, *times)


def _who(rung: Rung) -> Who:
    if rung.asks:
        return Who.ELDER
    if rung.second_channel:
        return Who.SECOND
    return Who.KEYS if rung.keys else Who(rung.role.value)


def lines_of(section: Section, filled: Filled, language: str) -> list[tuple[str, str]]:
    """Return the lines of a section, each with the field that says it; empty for its name."""
    return [
        ("", heading_of(section, language)),
        *((field, f"  {line}") for field, line in _said(section, filled, language)),
    ]


def _said(section: Section, filled: Filled, language: str) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(filled.rows):
        if row.who:
            yield f"step-{number}", f"{when_of(_plain(row.after), language)} {_call(row, language)}"
    for name, (english, chinese) in _LINES.items():
        length = _plain(getattr(filled, name))
        if length:
            yield name, (chinese if language == "zh" else english).format(length)
    if not _plain(filled.goal) and section is not Section.NOTICE:
        yield "goal", "不设目标" if language == "zh" else "no goal"


_LINES = {
    "patience": ("replace who is silent for {}", "{}不回应就换人"),
    "again": ("then again every {}", "之后每 {}再呼叫一遍"),
    "lease": ("be there within {}", "{}内到门口"),
    "goal": ("goal {}", "目标 {}"),
    "limit": ("limit {}", "上限 {}"),
}


def _plain(text: str) -> str:
    """Return what was typed on one line, with the wide digits of a Chinese keyboard made narrow."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _call(row: Row, language: str) -> str:
    if row.who == Who.ELDER:
        return call_of(Rung(_NO_TIME, Role.RESIDENT, asks=True), language)
    if row.who in {Who.SECOND, Who.KEYS}:
        keys = row.who == Who.KEYS
        return call_of(Rung(_NO_TIME, Role.VOLUNTEER, second_channel=not keys, keys=keys), language)
    count = _plain(row.count)
    number = int(count) if count.isascii() and count.isdigit() and len(count) <= 3 else 0
    if count and not number:
        return count
    return call_of(Rung(_NO_TIME, Role(row.who), count=number), language)


def put_in(text: str, section: Section, lines: Sequence[str]) -> tuple[str, int]:
    """Return a ladder file that can be read with other lines for one section, and the line where these begin."""
    before = text.splitlines()
    known = places(text).get(section)
    if known is None:
        kept = [*before, ""] if before else []
        return "\n".join([*kept, *lines]) + "\n", len(kept) + 1
    first, last = known
    return "\n".join([*before[: first - 1], *lines, *before[last:]]) + "\n", first


def field_of(fault: BadLadder, lines: Sequence[tuple[str, str]], begin: int) -> str:
    """Return the field that a fault is about, empty where it is about none."""
    line = fault.sentence.fields.get("line")
    number = line - begin if isinstance(line, int) else -1
    return lines[number][0] if 0 <= number < len(lines) else ""


def told_of(fault: BadLadder, filled: Filled, field: str) -> Sentence:
    """Return what is wrong with a field, as the form says it, which knows neither files nor lines."""
    why = fault.sentence.fields.get("why")
    if not isinstance(why, Sentence):
        return fault.sentence
    if not field.startswith("step-"):
        return why if field else fault.sentence
    number = int(field.removeprefix("step-"))
    after = _plain(filled.rows[number].after)
    if after and length_of(after.lower()) is None:
        return Sentence(
            'Step {number}: after "{seen}" is no length of time; write it like 30 s or 2 min.',
            {"number": number + 1, "seen": after},
        )
    return Sentence("Step {number}: {why}", {"number": number + 1, "why": why})
