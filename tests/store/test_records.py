"""The small nouns of the care data: who may come in, who is away, what a device last said, what was refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from linli.store import absences, access, availability, rejections
from linli.store import roster as roster_store
from linli.store import tables as t
from linli.store.absences import Absence
from linli.store.access import Identity, Session
from linli.store.care import CareStore
from linli.store.rejections import Rejection
from tests.cast import EIGHT, HOMES, HOUR, MINUTE

ANA = Identity("volunteer", "ana")
STAFF = Identity("staff")


def test_a_token_opens_until_it_is_revoked(care: CareStore) -> None:
    with care.begin() as connection:
        access.add_token(connection, "open sesame", ANA, EIGHT)
        access.add_token(connection, "other", STAFF, EIGHT)
        assert access.by_token(connection, "open sesame") == ANA
        assert access.by_token(connection, "guess") is None

        assert access.revoke_tokens(connection, ANA, EIGHT) == 1
        assert access.revoke_tokens(connection, ANA, EIGHT) == 0
        assert access.by_token(connection, "open sesame") is None
        assert access.by_token(connection, "other") == STAFF


def test_no_secret_is_kept_as_it_is(care: CareStore) -> None:
    with care.begin() as connection:
        access.add_token(connection, "open sesame", ANA, EIGHT)
        access.add_session(connection, "cookie", Session(ANA, "csrf", EIGHT + HOUR), EIGHT)
        kept = [*connection.scalars(select(t.tokens.c.hash)), *connection.scalars(select(t.sessions.c.hash))]

    assert [len(hashed) for hashed in kept] == [64, 64]
    assert not {"open sesame", "cookie"} & set(kept)


def test_a_session_lasts_until_its_end_or_until_signing_out(care: CareStore) -> None:
    session = Session(STAFF, "csrf", EIGHT + HOUR)
    with care.begin() as connection:
        access.add_session(connection, "cookie", session, EIGHT)
        assert access.by_session(connection, "cookie", EIGHT) == session
        assert access.by_session(connection, "cookie", EIGHT + HOUR) is None

        access.end_session(connection, "cookie")
        assert access.by_session(connection, "cookie", EIGHT) is None


def test_sessions_that_have_ended_are_cleared_away(care: CareStore) -> None:
    with care.begin() as connection:
        access.add_session(connection, "old", Session(ANA, "csrf", EIGHT + MINUTE), EIGHT)
        access.add_session(connection, "new", Session(ANA, "csrf", EIGHT + HOUR), EIGHT + MINUTE)

        assert len(list(connection.scalars(select(t.sessions.c.hash)))) == 1


def test_a_user_signs_in_with_the_last_password(care: CareStore) -> None:
    with care.begin() as connection:
        access.put_user(connection, "lin", "first hash", STAFF, EIGHT)
        access.put_user(connection, "lin", "second hash", STAFF, EIGHT)

        assert access.by_login(connection, "lin") == ("second hash", STAFF)
        assert access.by_login(connection, "nobody") is None


@pytest.fixture
def homes(care: CareStore) -> CareStore:
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], [])
    return care


def test_a_home_is_away_from_a_moment_until_another(homes: CareStore) -> None:
    away = Absence("home-7", EIGHT, EIGHT + HOUR, "bo", "在上海")
    with homes.begin() as connection:
        absences.begin(connection, away)

        assert absences.running(connection, EIGHT - MINUTE) == []
        assert absences.running(connection, EIGHT) == [away]
        assert absences.running(connection, EIGHT + HOUR) == []


def test_a_new_absence_takes_the_place_of_the_one_that_runs(homes: CareStore) -> None:
    first = Absence("home-7", EIGHT, EIGHT + HOUR, "bo")
    second = replace(first, since=EIGHT + MINUTE, until=EIGHT + timedelta(days=3))
    other = replace(first, home="home-8")
    with homes.begin() as connection:
        for absence in (first, other, second):
            absences.begin(connection, absence)
        assert {(one.home, one.until) for one in absences.running(connection, EIGHT + 2 * MINUTE)} == {
            ("home-7", second.until),
            ("home-8", other.until),
        }

        assert absences.end(connection, "home-7", EIGHT + 2 * MINUTE)
        assert not absences.end(connection, "home-7", EIGHT + 2 * MINUTE)
        assert absences.running(connection, EIGHT + 2 * MINUTE) == [other]


def test_an_absence_is_over_when_it_truly_ended_and_a_plan_that_was_dropped_never_was(homes: CareStore) -> None:
    long_ago, ended = (Absence("home-7", EIGHT - hours * HOUR, EIGHT + HOUR, "bo") for hours in (9, 3))
    dropped, runs = (
        Absence("home-7", EIGHT + HOUR, EIGHT + 3 * HOUR, "bo"),
        Absence("home-8", EIGHT, EIGHT + HOUR, "bo"),
    )
    with homes.begin() as connection:
        for absence, end in ((long_ago, -8), (ended, -2), (dropped, 0)):
            absences.begin(connection, absence)
            absences.end(connection, "home-7", EIGHT + end * HOUR)
        absences.begin(connection, runs)

        assert absences.over(connection, EIGHT - 4 * HOUR, EIGHT) == [replace(ended, until=EIGHT - 2 * HOUR)]
        assert absences.over(connection, EIGHT - 4 * HOUR, EIGHT + HOUR) == [
            replace(ended, until=EIGHT - 2 * HOUR),
            runs,
        ]


def test_nobody_is_away_from_a_home_that_is_not_known(homes: CareStore) -> None:
    with pytest.raises(IntegrityError), homes.begin() as connection:
        absences.begin(connection, Absence("home-99", EIGHT, EIGHT + HOUR, "bo"))


def test_the_newest_word_of_each_device_is_kept(homes: CareStore) -> None:
    with homes.begin() as connection:
        availability.put(
            connection,
            [
                ("home-7", "hall", True, EIGHT),
                ("home-7", "hall", False, EIGHT + MINUTE),
                ("home-7", "bath", True, EIGHT),
            ],
        )
        availability.put(connection, [("home-7", "bath", False, EIGHT + HOUR)])
        availability.put(connection, [])

        assert sorted(availability.all_known(connection)) == [
            ("home-7", "bath", False, EIGHT + HOUR),
            ("home-7", "hall", False, EIGHT + MINUTE),
        ]


def test_rejections_are_shown_newest_first_of_all_or_of_some_sites(care: CareStore) -> None:
    first = Rejection(EIGHT, "linli/v1/garden/home-7/x/y", "unknown kind 'y'", "{}", "garden", "home-7")
    second = Rejection(EIGHT + MINUTE, "nonsense", "not a linli topic")
    with care.begin() as connection:
        rejections.add(connection, [first, second])
        rejections.add(connection, [])

        assert rejections.latest(connection) == [second, first]
        assert rejections.latest(connection, sites=["garden"]) == [first]
        assert rejections.latest(connection, limit=1) == [second]
        assert rejections.count(connection) == 2


def test_a_flood_of_rejections_does_not_fill_the_disk(care: CareStore) -> None:
    with care.begin() as connection:
        for number in range(10):
            rejections.add(connection, [Rejection(EIGHT, f"topic-{number}", "no")], keep=3)

        assert [one.topic for one in rejections.latest(connection)] == ["topic-9", "topic-8", "topic-7"]
        assert rejections.count(connection) == 10


def test_whatever_a_device_sends_its_rejection_can_be_kept(care: CareStore) -> None:
    ugly = Rejection(EIGHT, "nul \x00 topic", "half \ud83d of a sign", "\x00" * 5000, "gar\x00den", "\udfff")
    with care.begin() as connection:
        rejections.add(connection, [ugly])
        [kept] = rejections.latest(connection)

    assert kept.topic == "nul \N{REPLACEMENT CHARACTER} topic"
    assert kept.reason == "half ? of a sign"
    assert len(kept.payload) == 1024


def test_a_payload_is_shown_as_text_cut_at_a_kilobyte() -> None:
    assert rejections.shown(b"ok \xff\x00") == "ok \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
    assert len(rejections.shown(b"x" * 5000)) == 1024
