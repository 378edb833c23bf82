"""Everything the rules say can be said in both languages."""

from string import Formatter

import pytest

from linli.words import catalogue
from models import emergencies, sentences

SAID = [
    *(text for name, text in vars(sentences).items() if name.isupper()),
    emergencies.IN_TIME,
    emergencies.CLOCKS_DIFFER,
    *(what for _, _, what in emergencies._CALLS.values()),
]


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.mark.parametrize("template", SAID)
def test_every_sentence_has_its_chinese_with_the_same_facts(template: str) -> None:
    chinese = catalogue("zh").get(template)

    assert chinese is not None
    assert fields(chinese) == fields(template)
