"""The contract of detectors: whatever finds something about a home keeps to all of this."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, permutations
from string import Formatter

import pytest
from msgspec import structs

from linli.alert import Severity
from linli.finding import Finding
from linli.people import Device
from linli.signals import Kind, Signal
from linli.words import LANGUAGES, catalogue, say
from models.watch import Watch
from tests.cast import HOUR, MINUTE
from tests.models.detectors.stories import STORIES, Story
from tests.models.vigil import SECOND, moved, roster_of, signal, tell

DAY = timedelta(days=1)
FEW = 6

each_story = pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)


def keys(findings: Sequence[Finding]) -> list[str]:
    return [finding.key for finding in findings]


def noise(story: Story, one: Signal) -> list[Signal]:
    """Return signals of the same second that say nothing about anybody."""
    timer = signal(story.home.home, "kitchen-pir", Kind.MOTION, "off", one.at + timedelta(milliseconds=7))
    air = signal(story.home.home, "air", Kind.TEMPERATURE, 21.0, one.at + timedelta(milliseconds=900))
    return [timer, air]


# what it finds, and when


@each_story
def test_it_finds_what_it_is_there_for(story: Story) -> None:
    assert len(story.found(story.watch(story.signals))) == 1


@each_story
def test_it_is_silent_while_it_knows_too_little(story: Story) -> None:
    for now in (story.found_at, story.found_at + MINUTE):
        assert story.found(story.watch(), now) == []
        assert story.found(story.watch(story.signals[: story.too_little]), now) == []


@each_story
def test_it_is_found_when_it_was_said_to_be_and_not_a_second_before(story: Story) -> None:
    watch = story.watch(story.signals)
    now = story.signals[-1].at
    while not (found := story.found(watch, now)):
        tell(watch, now)
        due = watch.next_due(now)
        assert due is not None
        now = max(due, now + SECOND)
        assert now <= story.found_at

    assert now == story.found_at
    assert keys(found) == keys(story.found(story.watch(story.signals)))


@each_story
def test_it_is_found_again_until_it_is_told_and_then_no_more(story: Story) -> None:
    watch = story.watch(story.signals)
    (finding,) = story.found(watch)
    assert keys(story.found(watch, story.found_at + MINUTE)) == [finding.key]

    watch.told(finding.key)

    for later in (SECOND, MINUTE, 3 * HOUR):
        assert story.found(watch, story.found_at + later) == []


# the same, however it came


@each_story
def test_the_same_gives_the_same(story: Story) -> None:
    assert story.found(story.watch(story.signals)) == story.found(story.watch(story.signals))


@each_story
def test_the_order_within_a_second_changes_nothing(story: Story) -> None:
    chance = random.Random(story.name)  # noqa: S311 - repeatable
    bursts = [[one, *noise(story, one)] for one in story.signals]
    now = story.found_at + SECOND
    expected = story.found(story.watch(one for burst in bursts for one in burst), now)
    assert len(expected) == 1
    for _ in range(8):
        shuffled = [one for burst in bursts for one in chance.sample(burst, len(burst))]
        assert story.found(story.watch(shuffled), now) == expected


@each_story
def test_what_happens_in_one_second_is_judged_alike_in_whatever_order(story: Story) -> None:
    """All that happens squeezed into one second, which may well be another story, but only one."""
    moment = story.signals[-1].at
    at_once = [structs.replace(one, at=moment, received_at=moment) for one in story.signals]
    for now in (story.found_at, story.found_at + HOUR):
        told = {tuple(keys(story.found(story.watch(order), now))) for order in _orders(at_once)}
        assert len(told) == 1


def _orders(signals: list[Signal]) -> Iterable[Sequence[Signal]]:
    """Return all orders of a few signals, and of many each that begins elsewhere, forwards and backwards."""
    if len(signals) <= FEW:
        return permutations(signals)
    turned = [signals[start:] + signals[:start] for start in range(len(signals))]
    return [*turned, *(one[::-1] for one in turned)]


@each_story
def test_signals_delivered_again_change_nothing(story: Story) -> None:
    expected = story.found(story.watch(story.signals))
    again = [one for number, one in enumerate(story.signals) for one in story.signals[: number + 1]]

    assert story.found(story.watch(again)) == expected
    assert story.found(story.watch([*story.signals, *reversed(story.signals)])) == expected


@each_story
def test_it_is_known_again_from_stored_signals(story: Story) -> None:
    watch = story.watch()
    watch.warm(story.home.home, reversed(story.signals))

    assert story.found(watch) == story.found(story.watch(story.signals))


# who is away, and who cannot be seen


@each_story
def test_of_who_is_declared_away_only_staff_are_told_if_anybody(story: Story) -> None:
    watch = story.watch(story.signals)
    watch.take_absence(story.home.home, story.signals[0].at - HOUR, story.found_at + 30 * DAY)

    expected = [] if story.while_away is None else [story.while_away]
    assert [finding.severity for finding in story.found(watch)] == expected
    assert Severity.URGENT not in expected


@each_story
def test_while_the_sensors_are_deaf_nobody_is_said_to_be_still(story: Story) -> None:
    for deafened in (_offline, _unheard):
        watch = story.watch(story.signals)
        deafened(story, watch)
        if story.needs_sight:
            assert story.found(watch) == []
            assert story.found(watch, story.found_at + HOUR) == []


def _offline(story: Story, watch: Watch) -> None:
    watch.see_availability(story.home.home, "bridge", online=False, at=story.signals[-1].at + SECOND)


def _unheard(story: Story, watch: Watch) -> None:
    watch.go_deaf(story.signals[-1].at + SECOND)


def test_every_judgement_of_a_persons_silence_needs_sight() -> None:
    """Guard the test above against stories that are all let off."""
    assert sum(story.needs_sight for story in STORIES) >= 6


# what is missing


@each_story
def test_a_home_of_which_something_is_missing_is_no_crash(story: Story) -> None:
    nowhere = [structs.replace(one, room="") for one in story.signals]
    strange = [structs.replace(one, room="✨ {room} %s") for one in story.signals]
    without_exit = [one for one in story.signals if one.room != "entrance"]
    for some in (nowhere, strange, without_exit, *combinations(story.signals, max(1, len(story.signals) - 1))):
        watch = story.watch(some)
        for now in (story.signals[0].at - DAY, story.found_at, story.found_at + 3 * DAY):
            for finding in watch.tick(now):
                assert_said(finding, story)
            watch.next_due(now)
            watch.state(story.home.home, now)


@each_story
def test_what_no_detector_knows_is_no_crash(story: Story) -> None:
    others = [
        signal(story.home.home, "odd", kind, value, one.at, room)
        for one in story.signals
        for kind, value in ((Kind.MOOD, "well"), (Kind.POWER, 9.0), (Kind.GLUCOSE, "n/a"), (Kind.CONTACT, "ajar"))
        for room in ("", "entrance", "bathroom")
    ]
    watch = story.watch([*others, *story.signals, *others])

    for now in (story.found_at, story.found_at + DAY):
        for finding in watch.tick(now):
            assert_said(finding, story)


@each_story
def test_a_home_that_is_no_longer_listed_is_forgotten(story: Story) -> None:
    watch = story.watch(story.signals)
    story.found(watch)
    watch.take_roster(roster_of())

    assert watch.tick(story.found_at + MINUTE) == []
    assert watch.next_due(story.found_at + MINUTE) is None


@each_story
def test_it_knows_its_home_again_when_another_is_listed_before_it(story: Story) -> None:
    watch = story.watch(story.signals)
    before = replace(story.home, home="a-home", check_in_by=())
    watch.take_roster(roster_of(before, story.home, devices=[Device(story.home.home, "new", "hall", ("motion",))]))

    assert keys(story.found(watch)) == keys(story.found(story.watch(story.signals)))


# what it says


def assert_said(finding: Finding, story: Story) -> None:
    """Assert that a finding can be said in both languages, and kept."""
    said = {language: say(finding.why, language, story.home.zone) for language in LANGUAGES}
    for text in said.values():
        assert "{" not in text.replace("✨ {room} %s", "")
    assert said["zh"] != said["en"]
    assert json.loads(json.dumps(dict(finding.evidence))) == dict(finding.evidence)


@each_story
def test_its_reason_can_be_said_in_both_languages_and_its_evidence_kept(story: Story) -> None:
    (finding,) = story.found(story.watch(story.signals))

    assert_said(finding, story)
    assert set(finding.why.fields) >= {name for _, name, _, _ in Formatter().parse(finding.why.template) if name}
    assert finding.why.template in catalogue("zh")
    assert finding.evidence
    assert (finding.home, finding.site) == (story.home.home, story.home.site)
    assert finding.at <= story.found_at
    assert finding.severity is not Severity.EMERGENCY


def test_stories_of_one_home_do_not_disturb_each_other() -> None:
    """A home with a low battery and a bad reading is still missed when it is silent."""
    watch = STORIES[0].watch([*STORIES[0].signals, moved(STORIES[0].signals[0].at - HOUR)])
    for story in STORIES:
        if story.home is STORIES[0].home and story.model is None:
            other = story.watch([*STORIES[0].signals, *story.signals])
            assert len(story.found(other)) == 1
    assert STORIES[0].found(watch)
