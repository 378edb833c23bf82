"""A home or a person that is taken out leaves ids and outcomes behind, and nothing that says who she was or how she lived."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from linli.alert import AlertState, Entry, Outcome, Request, RequestState
from linli.consent import Consent, ConsentChange
from linli.errors import Conflict
from linli.look import Look, LookReason
from linli.people import Role
from linli.store import absences, access, cases, chain, consents, contacts, forgetting, habits, looks, outbox, pauses
from linli.store import roster as roster_store
from linli.store import tables as t
from linli.store.absences import Absence
from linli.store.access import Identity
from linli.store.care import CareStore
from linli.store.habits import Learned
from linli.store.pauses import Pause
from linli.wish import Wish
from tests.cast import DEVICES, EIGHT, HOMES, HOUR, MEI, NEIGHBOUR, PEOPLE
from tests.store.histories import alert, notice


def _close(connection: Connection, id_: str, note: str = "") -> None:
    known = cases.by_id(connection, id_)
    assert known is not None
    closed = replace(
        known,
        state=AlertState.CLOSED,
        closed_at=EIGHT + HOUR,
        due_at=None,
        climb_at=None,
        outcome=Outcome.HELPED,
        note=note,
    )
    cases.change(connection, closed)
    cases.write_log(connection, id_, [Entry(EIGHT + HOUR, "closed", "ana", {"outcome": "helped"})])


@pytest.fixture
def lived(care: CareStore) -> CareStore:
    """Everything that can be kept about Mei and about her neighbour."""
    with care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
        for home in (MEI, NEIGHBOUR):
            id_ = f"a-{home.home}"
            cases.add(connection, alert(id_, home))
            cases.add_episode(connection, f"{home.home}.sos", id_, EIGHT)
            cases.write_log(connection, id_, [Entry(EIGHT, "opened", detail={"kind": "sos"})])
            outbox.add(connection, [notice(f"{id_}.n", id_)], EIGHT)
            _close(connection, id_, "she lay beside the bed")
            absences.begin(connection, Absence(home.home, EIGHT, EIGHT + HOUR, "bo", "in hospital"))
            looks.note(connection, Look(home.home, EIGHT, "lin", LookReason.OTHER, "asked after her cat"))
            habits.add(connection, [Learned(home.home, EIGHT, b'{"lines": []}')])
            contacts.put_wish(connection, home.home, Wish("bo"))
            consents.note(connection, ConsentChange(home.home, Consent.LEAVE, is_given=True, at=EIGHT, by="mei"))
            connection.execute(insert(t.notes).values(home=home.home, at=EIGHT, by="lin", text="fell in spring"))
            connection.execute(
                insert(t.rejections).values(at=EIGHT, topic=f"x/{home.home}", home=home.home, reason="r")
            )
            connection.execute(insert(t.unseen).values(home=home.home, since=EIGHT, until=EIGHT + HOUR))
        pauses.begin(connection, Pause("bo", EIGHT, EIGHT + HOUR))
        for person, role in (("mei", "resident"), ("home-7", "resident"), ("bo", "family")):
            access.add_token(connection, f"token-{person}", Identity(role, person), EIGHT)
    return care


def _rows(connection: Connection, column: str, id_: str) -> dict[str, int]:
    """Return in which tables something still stands of an id."""
    tables = [table for table in t.metadata.sorted_tables if column in table.c]
    found = {
        table.name: len(connection.execute(select(table.c[column]).where(table.c[column] == id_)).all())
        for table in tables
    }
    return {name: count for name, count in found.items() if count}


def test_of_a_home_only_its_alerts_and_consents_stay_and_those_say_nothing_of_her(lived: CareStore) -> None:
    with lived.begin() as connection:
        before = _rows(connection, "home", MEI.home)
        gone = forgetting.home(connection, MEI.home)
        after = _rows(connection, "home", MEI.home)
        left = cases.by_id(connection, "a-home-7")
        messages = [outbox.of_alert(connection, f"a-{home.home}") for home in (MEI, NEIGHBOUR)]
        episodes = [cases.of_episode(connection, f"{home.home}.sos") for home in (MEI, NEIGHBOUR)]

    assert before.keys() >= {
        "homes",
        "residents",
        "devices",
        "absences",
        "looks",
        "notes",
        "habits",
        "rejections",
        "wishes",
    }
    assert after == {"alerts": 1, "consents": 1}
    assert gone.people == ("mei",)
    assert (messages[0], len(messages[1])) == ([], 1)
    assert episodes == [None, "a-home-8"]
    assert left is not None
    assert (left.why, left.evidence, left.note) == (forgetting.ERASED, {}, "")
    assert (left.outcome, left.closed_at) == (Outcome.HELPED, EIGHT + HOUR)


def test_nothing_of_the_neighbour_is_touched(lived: CareStore) -> None:
    with lived.begin() as connection:
        before = _rows(connection, "home", NEIGHBOUR.home)
        forgetting.home(connection, MEI.home)
        assert _rows(connection, "home", NEIGHBOUR.home) == before
        kept = cases.by_id(connection, "a-home-8")
        roster = roster_store.load(connection)

    assert kept is not None
    assert kept.note == "she lay beside the bed"
    assert MEI.home not in roster.homes
    assert "mei" not in roster.people
    assert set(roster.people) == {person.person for person in PEOPLE} - {"mei"}
    assert roster.people["ana"].cares == ()


def test_who_is_listed_for_nobody_any_more_is_named(lived: CareStore) -> None:
    with lived.begin() as connection:
        assert forgetting.left_alone(connection) == []
        forgetting.home(connection, MEI.home)
        assert forgetting.left_alone(connection) == ["ana", "bo"]


def test_her_way_in_is_closed(lived: CareStore) -> None:
    with lived.begin() as connection:
        forgetting.home(connection, MEI.home)
        assert access.by_token(connection, "token-mei") is None
        assert access.by_token(connection, "token-home-7") is None
        assert access.by_token(connection, "token-bo") is not None


@pytest.mark.parametrize("what", ["home", "person"])
def test_the_logs_chain_is_whole_afterwards(lived: CareStore, what: str) -> None:
    with lived.begin() as connection:
        lines = len(connection.execute(select(t.log.c.seq)).all())
        forgetting.home(connection, MEI.home) if what == "home" else forgetting.person(connection, "ana")

    with lived.read() as connection:
        assert list(chain.flaws(connection)) == []
        assert len(connection.execute(select(t.log.c.seq)).all()) == lines > 0


def test_of_a_person_only_that_they_were_asked_stays(lived: CareStore) -> None:
    asked = Request("bo", Role.FAMILY, 0, RequestState.ACCEPTED, EIGHT)
    with lived.begin() as connection:
        cases.put_requests(connection, "a-home-7", [asked])
        revision = roster_store.revision(connection)

        forgetting.person(connection, "bo")

        assert _rows(connection, "person", "bo") == {"requests": 1}
        assert roster_store.revision(connection) > revision
        assert "bo" not in roster_store.load(connection).people


def test_nobody_is_taken_out_while_somebody_may_be_on_the_way(lived: CareStore) -> None:
    with lived.begin() as connection:
        cases.add(connection, alert("a-open", MEI, at=EIGHT + 2 * HOUR))
        cases.put_requests(connection, "a-open", [Request("ana", Role.VOLUNTEER, 0, RequestState.ASKED, EIGHT)])
    for forget, id_ in ((forgetting.home, MEI.home), (forgetting.person, "ana")):
        with pytest.raises(Conflict, match="a-open is still open; close it"), lived.begin() as connection:
            forget(connection, id_)

    with lived.begin() as connection:
        forgetting.home(connection, NEIGHBOUR.home)
        assert set(roster_store.load(connection).homes) == {home.home for home in HOMES} - {NEIGHBOUR.home}


def test_no_byte_of_the_file_names_her_any_more(tmp_path: Path, migrated_file: Path) -> None:
    file = tmp_path / "bytes.db"
    shutil.copy(migrated_file, file)
    care = CareStore(f"sqlite:///{file}")
    with care.begin() as connection:
        roster_store.save(connection, HOMES, DEVICES, PEOPLE)
        connection.execute(insert(t.notes).values(home=MEI.home, at=EIGHT, by="lin", text="fell in spring"))
    care.close()
    assert b"Mei Chen" in file.read_bytes()

    care = CareStore(f"sqlite:///{file}")
    with care.begin() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete = OFF")
        forgetting.home(connection, MEI.home)
    care.close()

    told = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert not [word for word in (b"Mei Chen", b"fell in spring", b"13800000007") if word in told]
    assert b"Old Zhao" in told
