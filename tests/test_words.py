"""A sentence is said as people say it: one home is not "1 homes"."""

import pytest

from linli.words import Sentence, dated, say
from tests.cast import EIGHT, HOUR, MEI

DUE = "{days} days overdue"
ALERTS = "{count} alerts; homes: {homes}; called somebody: {calling}, as an emergency: {emergencies}."


@pytest.mark.parametrize(
    ("sentence", "english", "chinese"),
    [
        (Sentence(DUE, {"days": 1}), "a day overdue", "过期 1 天"),
        (Sentence(DUE, {"days": 2}), "2 days overdue", "过期 2 天"),
        (Sentence("out {now} times, usually {usual}", {"now": 1.0, "usual": 2}), "out 1 time, usually 2", None),
        (Sentence("Homes that fell silent for the same cause joined: {count}", {"count": 1}), "joined: 1", None),
    ],
    ids=["one", "two", "a mean of one", "reads well for any number"],
)
def test_one_is_said_otherwise_than_many(sentence: Sentence, english: str, chinese: str | None) -> None:
    assert say(sentence, "en", MEI.zone).endswith(english)
    assert chinese in {None, say(sentence, "zh", MEI.zone)}


def test_the_first_number_of_a_sentence_decides() -> None:
    fields = {"homes": 1, "calling": 1, "emergencies": 1, "count": 2}

    assert say(Sentence(ALERTS, fields), "en", MEI.zone).startswith("2 alerts;")
    assert say(Sentence(ALERTS, {**fields, "count": 1, "homes": 2}), "en", MEI.zone).startswith("1 alert;")


def test_what_fills_a_sentence_before_its_number_does_not_decide() -> None:
    heard = Sentence(
        "{place}: {count} homes not heard since {since}. Nobody can see whether all is well there.",
        {"place": "1", "count": 1, "since": "8"},
    )

    assert "1 home not heard" in say(heard, "en", MEI.zone)


@pytest.mark.parametrize(
    ("hours", "english", "chinese"),
    [
        (20, "last sure sign 08:00.", "08:00"),
        (20.1, "last sure sign 2026-11-23 08:00.", "2026-11-23 08:00"),
        (-20.1, "last sure sign 2026-11-23 08:00.", "2026-11-23 08:00"),
    ],
    ids=["near", "yesterday", "tomorrow"],
)
def test_a_moment_that_is_far_is_said_with_its_day(hours: float, english: str, chinese: str) -> None:
    lone = "At {since} one sensor alone told of somebody, {room}, which may be an error; last sure sign {sure}."
    inner = Sentence(lone, {"since": EIGHT + hours * HOUR, "room": "hall", "sure": EIGHT})
    kept = dated(Sentence("Away as told, so nobody is sent. {why}", {"why": inner}), EIGHT + hours * HOUR, MEI.zone)
    read = Sentence.from_json(kept.to_json())

    assert say(read, "en", MEI.zone).endswith(english)
    assert chinese in say(read, "zh", MEI.zone)


def test_a_sentence_that_names_the_day_itself_stays_as_it_is() -> None:
    away = Sentence("Away since {since}, {day}.", {"since": EIGHT, "day": "2026-11-23"})

    assert dated(away, EIGHT + 30 * HOUR, MEI.zone) == away
