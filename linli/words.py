"""Sentences for people, in Chinese and English: an English template is the key, the Chinese stands in `locale/zh.po`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from string import Formatter
from zoneinfo import ZoneInfo

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

LANGUAGES = ("zh", "en")
ON_A_DAY = "{day} {at}"
_FAR = timedelta(hours=20)
"""How far from the present a clock time may be that is said without its day: farther, it reads as one of today."""
Field = str | int | float | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template and what fills it. Moments and spans stay typed until somebody reads them, in their own zone.

    A sentence can fill a gap in another one: why, in the reader's own language.
    """

    template: str
    fields: Mapping[str, "Field | Sentence"] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return a form that JSON can keep."""
        return {"template": self.template, "fields": {name: _pack(value) for name, value in self.fields.items()}}

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Sentence":
        """Return the sentence that `to_json` kept."""
        fields = stored.get("fields")
        packed: Mapping[str, object] = fields if isinstance(fields, Mapping) else {}
        return cls(str(stored["template"]), {name: _unpack(value) for name, value in packed.items()})


def _pack(value: Field | Sentence) -> object:
    if isinstance(value, Sentence):
        return value.to_json()
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value


def _unpack(stored: object) -> Field | Sentence:
    if isinstance(stored, dict):
        if "template" in stored:
            return Sentence.from_json(stored)
        if "at" in stored:
            return datetime.fromisoformat(stored["at"])
        return timedelta(seconds=stored["seconds"])
    if isinstance(stored, str | int | float):
        return stored
    return str(stored)


def dated(sentence: Sentence, now: datetime, zone: ZoneInfo) -> Sentence:
    """Return a sentence that is said now with the day, in a zone, of each moment that is far from now."""
    if "day" in sentence.fields:
        return sentence
    told = {name: _dated(v, now, zone) for name, v in sentence.fields.items() if not _is_clear(v, now)}
    return Sentence(sentence.template, {**sentence.fields, **told}) if told else sentence


def _is_clear(value: Field | Sentence, now: datetime) -> bool:
    if isinstance(value, datetime):
        return abs(now - value) <= _FAR
    return not isinstance(value, Sentence)


def _dated(value: Field | Sentence, now: datetime, zone: ZoneInfo) -> Field | Sentence:
    if isinstance(value, Sentence):
        return dated(value, now, zone)
    if isinstance(value, datetime):
        return Sentence(ON_A_DAY, {"day": f"{value.astimezone(zone):%Y-%m-%d}", "at": value})
    return value


def say(sentence: Sentence, language: str, zone: ZoneInfo) -> str:
    """Return a sentence in a language, with clock times in a zone."""
    filled = {name: _show(value, language, zone) for name, value in sentence.fields.items()}
    return template_in(language, sentence.template, sentence.fields).format_map(filled)


def _show(value: Field | Sentence, language: str, zone: ZoneInfo) -> str:
    if isinstance(value, Sentence):
        return say(value, language, zone)
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%H:%M")
    if isinstance(value, timedelta):
        return span(value, language)
    if isinstance(value, str):
        return translate(value, language)
    return f"{value:g}"


def span(length: timedelta, language: str) -> str:
    """Return a length of time as people say it: `3 h 20 min`, `45 min`, `2 d`."""
    minutes = max(0, round(length.total_seconds() / 60))
    units = ("天", "小时", "分钟") if language == "zh" else ("d", "h", "min")
    days, hours, rest = minutes // 1440, minutes // 60, minutes % 60
    gap = "" if language == "zh" else " "
    if days >= 2:
        return f"{days}{gap}{units[0]}"
    parts = [f"{hours}{gap}{units[1]}"] if hours else []
    if rest or not hours:
        parts.append(f"{rest}{gap}{units[2]}")
    return gap.join(parts) if gap else "".join(parts)


def template_in(language: str, text: str, fields: Mapping[str, object]) -> str:
    """Return a template in a language; English in the singular where the first number that fills it is one."""
    if language == "en" and text in singulars():
        names = (name for _, name, _, _ in Formatter().parse(text) if name)
        counts = (fields[name] for name in names if isinstance(fields[name], int | float))
        return singulars()[text] if next(counts, None) == 1 else text
    return translate(text, language)


def translate(text: str, language: str) -> str:
    """Return a text in a language; what has no translation stays as it is."""
    return catalogue(language).get(text, text)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all translations into a language; empty for English, whose texts are the keys, in the plural."""
    if language != "zh":
        return {}
    return {_forms(m.id)[-1]: _forms(m.string)[0] for m in _messages()}


@cache
def singulars() -> dict[str, str]:
    """Return the English texts that read otherwise for one."""
    return {_forms(m.id)[1]: _forms(m.id)[0] for m in _messages() if m.pluralizable}


@cache
def _messages() -> tuple[Message, ...]:
    with (files("linli") / "locale" / "zh.po").open("rb") as source:
        messages = read_po(source, locale="zh")
    return tuple(m for m in messages if m.id and m.string and not m.fuzzy)


def _forms(text: str | Sequence[str] | None) -> Sequence[str]:
    return (text,) if isinstance(text, str) else text or ()
