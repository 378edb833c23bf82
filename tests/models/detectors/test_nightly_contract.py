"""The same contract for what the nights find: each change in somebody's days keeps to it as the live detectors do."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec import structs

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.signals import Kind, Signal
from linli.words import LANGUAGES, catalogue, say
from models.days.slow_kinds import SlowKind
from models.days.tonight import findings_of
from models.habits.calendar import day_of
from models.watch import Watch
from tests.cast import MINUTE
from tests.models.days.lives import BEGIN, ZHAO, ZONE, at, drawn, found, life
from tests.models.days.test_slow_changes import CHANGED, CHANGES, DAYS, lived
from tests.models.detectors.test_contract import keys
from tests.models.vigil import signal, watch_over

FIRST_DAYS = 14
"""So many days are hardly known: nothing may be told of them."""
NEEDS = {SlowKind.MEALS: "kitchen", SlowKind.HOUSEBOUND: "entrance", SlowKind.OUT_MORE: "entrance"}
"""The room without whose sensor a change cannot be known."""

each_kind = pytest.mark.parametrize("kind", list(CHANGED))


def told(kind: SlowKind, signals: Sequence[Signal], day: int) -> list[Finding]:
    """Return what the morning of a day, counted from the first, tells of a kind."""
    return [one for one in findings_of(ZHAO, life(signals), day_of(BEGIN, ZONE) + day) if one.evidence["what"] == kind]


def morning(kind: SlowKind) -> int:
    """Return the day on whose morning the change is told first."""
    return found(drawn(lived(kind), DAYS))[kind][0] + 1


def awake(kind: SlowKind) -> tuple[Watch, list[Finding]]:
    """Return a watch that has taken over what the night found, and what that was."""
    watch, findings = watch_over(ZHAO), told(kind, lived(kind), morning(kind))
    watch.take_nightly(ZHAO.home, findings)
    return watch, findings


@each_kind
def test_it_finds_what_it_is_there_for_and_is_silent_before_it_knows_enough(kind: SlowKind) -> None:
    assert len(told(kind, lived(kind), morning(kind))) == 1
    early = [
        structs.replace(one, at=one.at - timedelta(days=CHANGES)) for one in lived(kind) if one.at >= at(CHANGES, 0)
    ]
    for day in range(FIRST_DAYS):
        assert told(kind, [], day) == told(kind, early, day) == []
    assert all(told(kind, lived(kind), day) == [] for day in range(0, CHANGES, 5))


@each_kind
def test_the_same_gives_the_same_in_whatever_order_and_however_often_delivered(kind: SlowKind) -> None:
    expected, signals = told(kind, lived(kind), morning(kind)), lived(kind)
    chance = random.Random(kind)  # noqa: S311 - repeatable
    timers = [
        signal(ZHAO.home, "kitchen-pir", Kind.MOTION, "off", one.at + timedelta(milliseconds=7)) for one in signals
    ]
    mixed = chance.sample([*signals, *signals, *timers], 3 * len(signals))

    assert told(kind, signals, morning(kind)) == expected
    assert told(kind, mixed, morning(kind)) == expected


@each_kind
def test_it_is_found_again_until_it_is_told_and_then_no_more(kind: SlowKind) -> None:
    watch, findings = awake(kind)
    now = at(morning(kind), 0.1)
    for moment in (now, now + MINUTE):
        assert keys(watch.tick(moment)) == keys(findings)
    watch.told(findings[0].key)
    watch.take_nightly(ZHAO.home, told(kind, lived(kind), morning(kind) + 1))

    assert watch.tick(now + timedelta(days=1)) == []


@each_kind
def test_a_home_of_which_something_is_missing_is_no_crash_and_nothing_is_made_up(kind: SlowKind) -> None:
    signals = lived(kind)
    for some in (
        [structs.replace(one, room="") for one in signals],
        [structs.replace(one, room="✨ {room} %s") for one in signals],
    ):
        told(kind, some, morning(kind))
    if kind in NEEDS:
        assert told(kind, [one for one in signals if one.room != NEEDS[kind]], morning(kind)) == []


@each_kind
def test_its_reason_can_be_said_in_both_languages_and_its_evidence_kept(kind: SlowKind) -> None:
    _, (finding,) = awake(kind)
    said = {language: say(finding.why, language, ZONE) for language in LANGUAGES}

    assert all("{" not in text for text in said.values())
    assert said["zh"] != said["en"]
    assert finding.why.template in catalogue("zh")
    assert json.loads(json.dumps(dict(finding.evidence))) == dict(finding.evidence)
    assert (finding.home, finding.site, finding.kind) == (ZHAO.home, ZHAO.site, AlertKind.ROUTINE_CHANGE)
    assert finding.severity is Severity.NOTICE
    assert finding.at < at(morning(kind), 0)
