"""What is wrong with a ladder file, in a sentence that can be said in both languages."""

from zoneinfo import ZoneInfo

from linli.errors import LinliError
from linli.words import Field, Sentence, say

_LONGEST_SEEN = 60


class BadLadder(LinliError):
    """A ladder file cannot be used; `sentence` says where and why, and what is possible instead."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(say(sentence, "en", ZoneInfo("UTC")))
        self.sentence = sentence


class Fault(Exception):
    """One line is wrong; the file's name is not known here."""

    def __init__(self, line: int, template: str, **fields: Field) -> None:
        super().__init__(template)
        self.line = line
        self.why = Sentence(template, fields)

    def within(self, file: str) -> BadLadder:
        """Return it as what is wrong with a file."""
        where: dict[str, Field | Sentence] = {"file": file, "line": self.line, "why": self.why}
        return BadLadder(Sentence("{file}, line {line}: {why}", where))


def shown(text: str) -> str:
    """Return what was seen, short enough for one sentence."""
    return text if len(text) <= _LONGEST_SEEN else f"{text[:_LONGEST_SEEN]}…"
