"""A home's relatives keep their order, their yes to it and their wishes; a consent that was taken back is one no more."""

from dataclasses import replace
from datetime import time

import pytest

from linli.alert import AlertKind
from linli.consent import Consent, ConsentChange
from linli.store import absences, consents, contacts, forgetting
from linli.store import roster as roster_store
from linli.store.absences import Absence
from linli.store.care import CareStore
from linli.store.contacts import Contact
from linli.wish import Wish
from tests.cast import EIGHT, HOMES, HOUR, MEI, MINUTE, NEIGHBOUR, PEOPLE


@pytest.fixture
def people(care: CareStore) -> CareStore:
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], PEOPLE)
    return care


def test_who_makes_an_order_agrees_to_it_and_the_others_are_asked_anew(people: CareStore) -> None:
    with people.begin() as connection:
        contacts.put_order(connection, MEI.home, ["bo", "lin"], "bo", EIGHT)
        assert contacts.order(connection, MEI.home) == [Contact("bo", EIGHT), Contact("lin")]

        assert contacts.agree(connection, MEI.home, "lin", EIGHT + MINUTE)
        assert contacts.order(connection, MEI.home)[1] == Contact("lin", EIGHT + MINUTE)

        contacts.put_order(connection, MEI.home, ["lin", "bo"], "lin", EIGHT + HOUR)
        assert contacts.order(connection, MEI.home) == [Contact("lin", EIGHT + HOUR), Contact("bo")]
        assert contacts.order(connection, NEIGHBOUR.home) == []
        assert not contacts.agree(connection, NEIGHBOUR.home, "bo", EIGHT)


def test_a_wish_takes_the_place_of_the_one_before(people: CareStore) -> None:
    wish = Wish("bo", frozenset({AlertKind.LEAK, AlertKind.INACTIVITY}), time(22), time(6, 30))
    with people.begin() as connection:
        contacts.put_wish(connection, MEI.home, wish)
        assert contacts.wishes(connection, MEI.home) == {"bo": wish}

        contacts.put_wish(connection, MEI.home, Wish("bo"))
        assert contacts.wishes(connection, MEI.home) == {"bo": Wish("bo")}
        assert contacts.wishes(connection, NEIGHBOUR.home) == {}


def test_who_is_forgotten_has_no_place_in_an_order_and_no_wish(people: CareStore) -> None:
    with people.begin() as connection:
        contacts.put_order(connection, MEI.home, ["bo"], "bo", EIGHT)
        contacts.put_wish(connection, MEI.home, Wish("bo"))

        forgetting.person(connection, "bo")

        assert contacts.order(connection, MEI.home) == []
        assert contacts.wishes(connection, MEI.home) == {}


def test_every_change_of_a_consent_stays_and_the_last_one_counts(people: CareStore) -> None:
    given = ConsentChange(MEI.home, Consent.ROOMS, is_given=True, at=EIGHT, by="mei")
    taken_back = replace(given, is_given=False, at=EIGHT + HOUR)
    leaves = ConsentChange(
        MEI.home, Consent.LEAVE, is_given=True, at=EIGHT + 2 * HOUR, by="mei", until=EIGHT + 3 * HOUR
    )
    with people.begin() as connection:
        consents.note(connection, given)
        assert consents.running(connection, MEI.home, Consent.ROOMS) == given
        assert consents.running(connection, NEIGHBOUR.home, Consent.ROOMS) is None

        for change in (taken_back, leaves):
            consents.note(connection, change)
        assert consents.running(connection, MEI.home, Consent.ROOMS) is None
        assert consents.running(connection, MEI.home, Consent.LEAVE) == leaves
        assert consents.of_home(connection, MEI.home) == [leaves, taken_back, given]
        assert consents.of_homes(connection, {MEI.home}, 2) == [leaves, taken_back]
        assert consents.of_homes(connection, {NEIGHBOUR.home}, 2) == []


def test_what_was_ended_a_moment_ago_can_be_taken_up_again(people: CareStore) -> None:
    away = Absence(MEI.home, EIGHT, EIGHT + HOUR, "bo", is_pause=True)
    with people.begin() as connection:
        absences.begin(connection, away)
        assert absences.of(connection, MEI.home, EIGHT) == away
        assert absences.cut_short(connection, MEI.home, EIGHT, EIGHT) is None

        absences.end(connection, MEI.home, EIGHT + MINUTE)
        assert absences.of(connection, MEI.home, EIGHT + MINUTE) is None
        assert absences.cut_short(connection, MEI.home, EIGHT + 2 * MINUTE, EIGHT) == away
        assert absences.cut_short(connection, MEI.home, EIGHT + 2 * MINUTE, EIGHT + 2 * MINUTE) is None
        assert absences.cut_short(connection, MEI.home, EIGHT + HOUR, EIGHT) is None
