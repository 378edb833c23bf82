"""Writing ladders as a text that reads back to the very same ladders."""

from collections.abc import Iterator

from alerts.ladder_file.lengths import written_length
from alerts.ladder_file.reading import Ladders
from alerts.ladder_file.vocabulary import ASKED_FIRST, KEY_HOLDERS, role_name, section_name
from alerts.ladders import Section
from linli.alert import Ladder, Rung
from linli.people import Role


def written(ladders: Ladders, language: str = "en") -> str:
    """Return the sections that are given as the text of a ladder file, in English or Chinese (`en`, `zh`)."""
    parts = [_part(section, ladders[section], language) for section in Section if section in ladders]
    return "\n".join("".join(f"{line}\n" for line in part) for part in parts)


def _part(section: Section, ladder: Ladder, language: str) -> Iterator[str]:
    yield heading_of(section, language)
    patience = _patience(ladder, language)
    for rung in ladder.rungs:
        said = _step(rung, language)
        if patience and rung.count:
            said, patience = f"{said}{_comma(language)}{patience}", ""
        yield f"  {said}"
    if patience:
        yield f"  {patience}"
    yield f"  {_again(ladder, language)}"
    yield f"  {_lease(ladder, language)}"
    if goal := _goal(section, ladder, language):
        yield f"  {goal}"


def _comma(language: str) -> str:
    return "，" if language == "zh" else ", "


def heading_of(section: Section, language: str) -> str:
    """Return the line that begins a section."""
    name = section_name(section, language)
    if language == "zh":
        return f"{name}（{'、'.join(ASKED_FIRST['zh'])}）：" if section is Section.ASK_FIRST else f"{name}："
    return f"{name} ({', '.join(ASKED_FIRST['en'])}):" if section is Section.ASK_FIRST else f"{name}:"


def _step(rung: Rung, language: str) -> str:
    when = when_of(written_length(rung.after, language) if rung.after else "", language)
    return f"{when if language == 'zh' else when.ljust(12)} {call_of(rung, language)}"


def when_of(length: str, language: str) -> str:
    """Return the words that begin a step, so long after the opening; empty: at once."""
    if language == "zh":
        return f"{length}后" if length else "立即"
    return f"after {length}" if length else "at once"


def call_of(rung: Rung, language: str) -> str:
    """Return whom a step calls."""
    return _call_zh(rung) if language == "zh" else _call_en(rung)


def _call_en(rung: Rung) -> str:
    if rung.asks:
        return "ask the elder"
    if rung.second_channel:
        return "their second way"
    if rung.keys:
        return f"call {KEY_HOLDERS['en']}"
    name = role_name(rung.role, "en")
    if rung.count:
        return f"call the {rung.count} nearest {name}"
    return f"call {'all ' if rung.role is Role.VOLUNTEER else 'the ' if rung.role is Role.FAMILY else ''}{name}"


def _call_zh(rung: Rung) -> str:
    if rung.asks:
        return "问本人"
    if rung.second_channel:
        return "改用第二种联系方式"
    if rung.keys:
        return f"呼叫{KEY_HOLDERS['zh']}"
    name = role_name(rung.role, "zh")
    if rung.count:
        return f"呼叫最近的 {rung.count} 名{name}"
    return f"呼叫{'全部' if rung.role is Role.VOLUNTEER else ''}{name}"


def _patience(ladder: Ladder, language: str) -> str:
    counts = any(rung.count and rung.role is not Role.STAFF for rung in ladder.rungs)
    if not counts and ladder.reply_within == ladder.again_every:
        return ""
    length = written_length(ladder.reply_within, language)
    return f"{length}不回应就换人" if language == "zh" else f"replace who is silent for {length}"


def _again(ladder: Ladder, language: str) -> str:
    length = written_length(ladder.again_every, language)
    return f"之后每 {length}再呼叫一遍" if language == "zh" else f"then again every {length}"


def _lease(ladder: Ladder, language: str) -> str:
    length = written_length(ladder.lease, language)
    return f"{length}内到门口" if language == "zh" else f"be there within {length}"


def _goal(section: Section, ladder: Ladder, language: str) -> str:
    words = ("目标", "上限", "不设目标") if language == "zh" else ("goal", "limit", "no goal")
    if ladder.goal is None:
        return "" if section is Section.NOTICE else words[2]
    said = f"{words[0]} {written_length(ladder.goal, language)}"
    if ladder.limit is None:
        return said
    return f"{said}{_comma(language)}{words[1]} {written_length(ladder.limit, language)}"
