"""What staff noted of a home is theirs to correct or take back, and nobody else's."""

from dataclasses import replace

import pytest

from linli.store import notes
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.notes import Note
from tests.cast import EIGHT, HOMES, HOUR, MEI, MINUTE, NEIGHBOUR

FIRST = Note(MEI.home, EIGHT, "lin", "左耳听力弱")
SECOND = Note(MEI.home, EIGHT + HOUR, "wu", "new tablets")


@pytest.fixture
def noted(care: CareStore) -> CareStore:
    with care.begin() as connection:
        roster_store.save(connection, HOMES, [], [])
        for note in (FIRST, SECOND, replace(FIRST, home=NEIGHBOUR.home)):
            notes.add(connection, note)
    return care


def texts(care: CareStore, limit: int = 10) -> list[str]:
    with care.read() as connection:
        return [note.text for note in notes.of_home(connection, MEI.home, limit)]


def first(care: CareStore) -> int:
    with care.read() as connection:
        return notes.of_home(connection, MEI.home, 10)[-1].id


def test_the_newest_note_stands_first(noted: CareStore) -> None:
    assert texts(noted) == [SECOND.text, FIRST.text]
    assert texts(noted, 1) == [SECOND.text]


def test_a_correction_takes_the_place_of_what_it_corrects(noted: CareStore) -> None:
    wrong = first(noted)
    with noted.begin() as connection:
        assert notes.correct(connection, wrong, replace(FIRST, at=EIGHT + 2 * HOUR, text="右耳听力弱"))
        assert not notes.correct(connection, wrong, replace(FIRST, text="once more"))

    assert texts(noted) == ["右耳听力弱", SECOND.text]
    with noted.read() as connection:
        assert notes.of_home(connection, MEI.home, 1)[0].corrects == wrong


def test_a_note_is_taken_back_by_who_wrote_it_and_by_nobody_else(noted: CareStore) -> None:
    note = first(noted)
    with noted.begin() as connection:
        assert not notes.withdraw(connection, MEI.home, note, "wu", EIGHT + MINUTE)
        assert not notes.withdraw(connection, NEIGHBOUR.home, note, "lin", EIGHT + MINUTE)
        assert not notes.correct(connection, note, replace(SECOND, text="not mine"))
    assert len(texts(noted)) == 2

    with noted.begin() as connection:
        assert notes.withdraw(connection, MEI.home, note, "lin", EIGHT + MINUTE)
    assert texts(noted) == [SECOND.text]
