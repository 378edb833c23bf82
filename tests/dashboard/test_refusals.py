"""Why a message was refused is told in the reader's language, and so is all that the intake can say of it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import ingest
from dashboard.refusals import why
from dashboard.screens import Words
from linli import wire
from tests.cast import EIGHT, MEI

CHINESE = Words("zh", MEI.zone, EIGHT)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ('home-9 is not known; add it with "linli import"', '不认得 home-9；请用 "linli import" 登记'),
        ("Zigbee2MQTT: the payload is not valid JSON", "Zigbee2MQTT: 内容不是有效的 JSON"),
        (
            "pulse: outside 20 to 250 /min; spo2: the value must be a number",
            "脉搏: 不在 20 到 250 /min 之间; spo2: 值须是数字",
        ),
        ("unknown kind 'pulse'", "没有 'pulse' 这一种类"),
        (
            "BTHome: a message may have 200 values at most; the rest was left out",
            "BTHome: 一条消息最多 200 个值；其余的没有收下",
        ),
        ("something new: nobody has heard of it; nor of this", "something new: nobody has heard of it; nor of this"),
    ],
)
def test_a_reason_is_told_in_the_readers_language(reason: str, told: str) -> None:
    assert why(reason, CHINESE) == told
    assert why(reason, Words("en", MEI.zone, EIGHT)) == reason


def sources() -> Iterator[Path]:
    yield Path(wire.__file__)
    yield from Path(ingest.__file__).parent.rglob("*.py")


def can_say() -> Iterator[str]:
    """Yield each reason there is, as it stands in the code, with a word in each gap."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Raise)
                and isinstance(node.exc, ast.Call)
                and ast.unparse(node.exc.func) == "ValueError"
            ):
                yield from texts(node.exc.args[0])
            if isinstance(node, ast.keyword) and node.arg == "rejected":
                yield from texts(node.value)


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        yield from texts(node.func.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "word" for part in node.values)


REASONS = sorted(set(can_say()) - {"word: word"})


def test_enough_reasons_were_found() -> None:
    assert {"the payload is empty", "the payload is not valid JSON", "unknown kind word"} <= set(REASONS)
    assert len(REASONS) > 25


@pytest.mark.parametrize("reason", REASONS)
def test_there_is_no_reason_that_is_not_known(reason: str) -> None:
    assert why(reason, CHINESE) != reason
