"""Everything that the pages say stands in the Chinese catalogue, with the same gaps to fill."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import dashboard
from dashboard import screens, vocabulary
from linli.chosen_settings import CHOSEN
from linli.settings import Settings
from linli.tuning.beside import GONE
from linli.words import catalogue, singulars
from tests.cast import EIGHT, MEI

HERE = Path(dashboard.__file__).parent
SPOKEN = {"Sentence", "translate", "words"}
IN_TEMPLATES = re.compile(r"\bt\(\s*'((?:[^'\\]|\\.)*)'")
ELSEWHERE = re.compile(r"""(?:act\((?:card, )?'\w+', |\('/\w*', |else |'\w+': |\d{3}: )'([A-Z{][^']*)'""")


def in_templates() -> Iterator[str]:
    """Yield what the templates say."""
    for path in (HERE / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        for found in (*IN_TEMPLATES.findall(text), *ELSEWHERE.findall(text)):
            yield found.replace("\\'", "'")


def in_code() -> Iterator[str]:
    """Yield what is said where a sentence is made."""
    for path in HERE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in SPOKEN:
                yield from _texts(node.args[0])


def _name(function: ast.expr) -> str:
    return str(getattr(function, "id", getattr(function, "attr", "")))


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def settings_words() -> Iterator[list[str]]:
    """Yield what the settings say of themselves, and their units."""
    for name in CHOSEN:
        field = Settings.model_fields[name]
        yield [str(field.description)]
        if isinstance(field.json_schema_extra, dict):
            yield [str(field.json_schema_extra["unit"])]


def in_tables() -> Iterator[str]:
    """Yield the words for closed sets, and other tables of words."""
    from alerts.drill_desk import ALERT_IS_OPEN, DRILL_IS_OPEN
    from dashboard import absences, answers, refusals
    from dashboard.pages.family import LADDERS, PAUSED, SENTENCES, SIGNS_OF_LIFE
    from dashboard.pages.found import NO_HOME, NO_ROLE, TWICE
    from dashboard.pages.my_data import CHANGES
    from dashboard.pages.notifications import TRIED
    from dashboard.pages.resident import TOLD
    from dashboard.pages.settings import GROUPS, TITLES
    from dashboard.pauses import WORDS
    from dashboard.roster_faults import TEMPLATES

    tables = [value for name, value in vars(vocabulary).items() if name.isupper()]
    for table in [
        *tables,
        SENTENCES,
        answers.AT_THE_END,
        CHANGES,
        TOLD,
        TRIED,
        TEMPLATES,
        refusals.TEMPLATES,
        TITLES,
        WORDS,
        [title for title, _ in GROUPS],
        *settings_words(),
        screens.WEEKDAYS,
    ]:
        for entry in table.values() if isinstance(table, dict) else table:
            yield from entry if isinstance(entry, tuple) else (entry,)
    yield from ("yesterday {at}", "tomorrow {at}", "Building {number}", "Unit {number}", "Floor {number}")
    yield from (NO_HOME, NO_ROLE, TWICE, GONE, ALERT_IS_OPEN, DRILL_IS_OPEN)
    yield from (answers.UNREACHED, answers.CLOSED_IT, answers.STANDS_BY)
    yield from (SIGNS_OF_LIFE, PAUSED, *LADDERS, *(choice.words for choice in absences.choices(EIGHT, MEI.zone)))
    yield from ("just now", "later on", "not yet right", "done", "Can everybody be reached?", "Ring a first drill")
    yield from (
        "Set up",
        "First steps",
        "Roster from a file",
        "Found on the broker",
        "Settings",
        "Dwellings",
        "Devices",
        "People",
    )
    yield from ("Good morning, {name}", "Good afternoon, {name}", "Good evening, {name}")


ALL = sorted({text for text in (*in_templates(), *in_code(), *in_tables()) if text})


def test_enough_was_found() -> None:
    assert {"Nobody is waiting", "I go", "She is fine", "linli itself", "I cannot after all"} <= set(ALL)
    assert len(ALL) > 300


def test_it_is_said_in_chinese_with_the_same_gaps() -> None:
    chinese = catalogue("zh")

    assert [text for text in ALL if not chinese.get(text)] == []
    assert [text for text in ALL if _gaps(chinese[text]) != _gaps(text)] == []


def test_the_singular_of_a_sentence_is_filled_by_nothing_else() -> None:
    for plural, singular in singulars().items():
        assert plural in catalogue("zh")
        assert _gaps(singular) <= _gaps(plural), singular


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
