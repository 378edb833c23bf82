"""What is found in her days: each change by its own kind, with its numbers, and nothing where nothing changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC
from functools import cache
from string import Formatter

import pytest

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.signals import Signal
from linli.words import catalogue, say
from models.days import sentences
from models.days.slow_kinds import SlowKind
from models.days.tonight import LATELY, changes_of, findings_after, findings_of
from models.days.unlike import Unlike, unlike
from models.days.wording import unlike_others
from models.habits.calendar import day_of
from models.habits.silences import Span
from tests.models.days.lives import BEGIN, ZHAO, ZONE, Told, a_life, at, drawn, found, from_day, life, span

DAYS, CHANGES = 44, 34
QUIET_LIFE = a_life(60)

CHANGED: dict[SlowKind, Callable[[Told], Told]] = {
    SlowKind.MEALS: lambda told: replace(told, meals=(18.0,)),
    SlowKind.HOUSEBOUND: lambda told: replace(told, outings=()),
    SlowKind.OUT_MORE: lambda told: replace(told, outings=((8.0, 8.5), (10.0, 10.9), (13.0, 13.5), (15.0, 16.0))),
    SlowKind.RESTLESS: lambda told: replace(told, stirs=(0.5, 1.2, 3.0, 4.0, 5.0)),
    SlowKind.BATHROOM_NIGHT: lambda told: replace(told, trips=(*told.trips, 0.5, 1.2, 3.4, 4.4)),
    SlowKind.BATHROOM_DAY: lambda told: replace(
        told, trips=(*told.trips, 8.2, 9.6, 12.8, 14.1, 15.0, 17.2, 19.0, 21.0)
    ),
    SlowKind.RISING: lambda told: replace(told, rises=told.rises + 2, meals=(9.0, 12.5, 18.0)),
    SlowKind.QUIET: lambda told: replace(told, every=0.7, meals=(7.0, 12.0, 18.0)),
}


@cache
def lived(kind: SlowKind, days: int = DAYS) -> list[Signal]:
    return a_life(days, from_day(CHANGES, CHANGED[kind]))


def findings(signals: list[Signal], days: int, unseen: tuple[Span, ...] = ()) -> list[Finding]:
    return findings_of(ZHAO, life(signals, unseen), day_of(BEGIN, ZONE) + days)


def test_usual_days_are_nothing_to_write_about() -> None:
    assert found(drawn(QUIET_LIFE, 60)) == {}
    assert all(findings(QUIET_LIFE, day) == [] for day in range(0, 60, 7))


@pytest.mark.parametrize("kind", list(CHANGED))
def test_each_change_is_found_within_ten_days(kind: SlowKind) -> None:
    rows = found(drawn(lived(kind), DAYS))
    assert kind in rows
    assert len(rows[kind]) == 1
    assert CHANGES + 2 <= rows[kind][0] < CHANGES + 10


def test_three_bad_days_are_told_and_two_are_not() -> None:
    two = a_life(DAYS, from_day(CHANGES, CHANGED[SlowKind.MEALS], CHANGES + 2))
    assert SlowKind.MEALS not in found(drawn(two, DAYS))


@pytest.mark.parametrize("kind", list(CHANGED))
def test_a_change_is_at_most_a_notice_and_has_its_numbers(kind: SlowKind) -> None:
    pictures = drawn(lived(kind), DAYS)
    row = found(pictures)[kind][0]
    told = {one.evidence["what"]: one for one in findings(lived(kind), row + 1)}
    finding = told[kind]
    assert (finding.kind, finding.severity, finding.home) == (AlertKind.ROUTINE_CHANGE, Severity.NOTICE, ZHAO.home)
    assert BEGIN < finding.at < at(row + 1, 0)
    assert len([value for value in finding.evidence.values() if isinstance(value, int | float)]) >= 2
    english, chinese = (say(finding.why, language, ZONE) for language in ("en", "zh"))
    assert "{" not in english + chinese
    assert not any(one.isascii() and one.isalpha() for one in chinese)


def test_skipped_meals_are_told_in_her_numbers() -> None:
    row = found(drawn(lived(SlowKind.MEALS), DAYS))[SlowKind.MEALS][0]
    (finding,) = findings(lived(SlowKind.MEALS), row + 1)
    days = row - CHANGES + 1
    assert say(finding.why, "en", ZONE) == (
        f"Of {3 * days} meals in the last {days} days {days} were made in the kitchen; usually about {3 * days} of them are."
    )
    assert finding.at == at(CHANGES, 0).astimezone(UTC)


def test_rising_late_is_told_by_the_clock() -> None:
    row = found(drawn(lived(SlowKind.RISING), DAYS))[SlowKind.RISING][0]
    told = {one.evidence["what"]: one for one in findings(lived(SlowKind.RISING), row + 1)}
    assert say(told[SlowKind.RISING].why, "en", ZONE).startswith("Up at about 08:30 in the last")


def test_it_is_told_for_three_nights_under_one_key_and_then_no_more() -> None:
    signals = lived(SlowKind.MEALS, 60)
    row = found(drawn(signals, 60))[SlowKind.MEALS][0]
    told = [[one.key for one in findings(signals, day)] for day in range(row, row + 6)]
    assert told == [[], *[[told[1][0]]] * LATELY, [], []]


@pytest.mark.parametrize("kind", [SlowKind.MEALS, SlowKind.HOUSEBOUND, SlowKind.RESTLESS])
def test_days_of_an_emergency_or_of_an_absence_say_nothing(kind: SlowKind) -> None:
    unseen = (span(at(CHANGES - 1, 20), at(CHANGES + 9, 0)),)
    assert findings(lived(kind), DAYS, unseen) == []
    assert found(drawn(lived(kind), DAYS, unseen)) == {}


def test_one_look_at_all_days_says_the_same_as_a_look_each_night() -> None:
    signals = lived(SlowKind.RISING)
    pictures = drawn(signals, DAYS)
    changes = changes_of(pictures)
    for day in range(CHANGES, DAYS):
        assert list(findings_after(ZHAO, pictures, changes, day)) == findings(signals, day)


def test_before_her_first_day_there_is_nothing_to_tell() -> None:
    pictures = drawn(lived(SlowKind.RISING), 5)
    changes = changes_of(pictures)
    assert [list(findings_after(ZHAO, pictures, changes, day)) for day in (-1, 0)] == [[], []]


def odd_day(told: Told) -> Told:
    return replace(told, rises=8.0, stirs=(1.0, 2.5, 4.0), meals=(18.0,), outings=(), trips=(3.0, 9.2, 11.0, 12.0))


ODD = a_life(50, from_day(45, odd_day, 46))


def test_a_day_unlike_her_others_is_told_with_what_made_it_so() -> None:
    pictures = drawn(ODD, 50)
    assert [row for row in range(50) if unlike(pictures, row) is not None] == [45]
    (finding,) = findings(ODD, 46)
    assert (finding.evidence["what"], finding.severity) == (SlowKind.UNLIKE, Severity.NOTICE)
    assert "usual" in say(finding.why, "en", ZONE)
    assert "平时" in say(finding.why, "zh", ZONE)


def test_the_same_days_give_the_same_forest() -> None:
    assert unlike(drawn(ODD, 50), 45) == unlike(drawn(list(reversed(ODD)), 50), 45)


def test_one_odd_number_is_no_odd_day() -> None:
    late = a_life(50, from_day(45, lambda told: replace(told, rises=8.0, meals=(8.3, 12.0, 18.0)), 46))
    assert unlike(drawn(late, 50), 45) is None


def test_nothing_is_unlike_before_her_days_are_known() -> None:
    early = a_life(30, from_day(20, odd_day, 21))
    assert [unlike(drawn(early, 30), row) for row in range(30)] == [None] * 30


@pytest.mark.parametrize(
    "name", ["rises", "stirs", "night_bathroom", "day_bathroom", "meals", "outings", "movement", "bouts"]
)
def test_every_reason_for_an_odd_day_can_be_said(name: str) -> None:
    pictures = drawn(QUIET_LIFE, 40)
    finding = unlike_others(
        ZHAO, Unlike((name, "stirs", "rises"), (5.0, 4.0, 500.0), (2.0, 1.0, 390.0), 0.7), 39, pictures
    )
    for language in ("en", "zh"):
        assert "{" not in say(finding.why, language, ZONE)


SAID = [text for name, text in vars(sentences).items() if name.isupper()]


@pytest.mark.parametrize("template", SAID)
def test_every_sentence_has_its_chinese_with_the_same_facts(template: str) -> None:
    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    chinese = catalogue("zh").get(template)
    assert chinese is not None
    assert fields(chinese) == fields(template)


def test_nothing_comes_of_nothing() -> None:
    assert findings([], DAYS) == []
    assert findings(a_life(1), 1) == []
