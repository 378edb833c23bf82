"""What the auditor asks of the care data, on both databases."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from linli.alert import Alert, AlertKind, Entry, NoticeState, NoticeType, Outcome, Request, RequestState
from linli.people import Role
from linli.store import audit, cases, outbox
from linli.store.audit import Refused
from linli.store.care import CareStore
from tests.cast import EIGHT, MINUTE, NEIGHBOUR
from tests.store.histories import claimed, closed, notice, opened, posted

ANA_ASKED = Request("ana", Role.VOLUNTEER, 0, RequestState.ASKED, EIGHT, EIGHT + MINUTE)


@pytest.fixture
def two(care: CareStore) -> CareStore:
    """Two emergencies, to one of which Ana was called, and one that is over."""
    opened(care, "a-1")
    opened(care, "a-2", NEIGHBOUR)
    with care.begin() as connection:
        cases.add(connection, closed(replace(opened_before(care), id="a-0"), EIGHT))
        cases.put_requests(connection, "a-1", [ANA_ASKED])
        cases.write_logs(connection, [("a-1", Entry(EIGHT, "opened")), ("a-2", Entry(EIGHT, "opened"))])
    return care


def opened_before(care: CareStore) -> Alert:
    with care.read() as connection:
        found = cases.by_id(connection, "a-1")
    assert found is not None
    return found


def test_open_cases_come_with_whom_they_have_asked(two: CareStore) -> None:
    with two.read() as connection:
        assert audit.open_ids(connection) == [("a-1", ""), ("a-2", "")]
        known = {alert.id: asked for alert, asked in audit.open_cases(connection, ["a-0", "a-1", "a-2"])}
        logs = audit.logs(connection, ["a-1", "a-2"])
        assert audit.endings(connection, ["a-0", "a-1"]) == {"a-0": ("garden", Outcome.SAFE)}
        assert [alert.id for alert in audit.open_of_kind(connection, AlertKind.SOS)] == ["a-1", "a-2"]

    assert known == {"a-1": [ANA_ASKED], "a-2": []}
    assert logs == {"a-1": [Entry(EIGHT, "opened")], "a-2": [Entry(EIGHT, "opened")]}


def test_an_emergency_without_anybody_and_a_late_step_are_suspect(two: CareStore) -> None:
    with two.begin() as connection:
        connection.execute(text("UPDATE alerts SET due_at = due_at + 3600000 WHERE id = 'a-2'"))

    with two.read() as connection:
        assert audit.suspects(connection, EIGHT) == []
        assert sorted(audit.suspects(connection, EIGHT + MINUTE)) == ["a-1", "a-2"]
    with two.begin() as connection:
        cases.put_requests(connection, "a-2", [ANA_ASKED])
    with two.read() as connection:
        assert audit.suspects(connection, EIGHT + MINUTE) == ["a-1"]


def test_a_step_is_taken_up_only_as_it_was_seen(two: CareStore) -> None:
    seen = opened_before(two)
    with two.begin() as connection:
        assert audit.take_up(connection, seen, EIGHT + MINUTE, climb=True)
        assert not audit.take_up(connection, seen, EIGHT + 2 * MINUTE, climb=False)

    assert (opened_before(two).due_at, opened_before(two).climb_at) == (EIGHT + MINUTE, EIGHT + MINUTE)


def test_notices_that_stand_still_are_found_and_moved(two: CareStore) -> None:
    posted(two, notice("waits"), notice("later", due_at=EIGHT + 9 * MINUTE), notice("held"), notice("late", "a-0"))
    with two.begin() as connection:
        connection.execute(text("UPDATE outbox SET due_at = due_at + 60000 WHERE key IN ('waits', 'late')"))
    assert claimed(two) == ["held"]
    thanks = replace(notice("thanks", "a-0", due_at=EIGHT + 9 * MINUTE), type=NoticeType.OVER)
    posted(two, thanks)
    late = EIGHT + 5 * MINUTE

    with two.begin() as connection:
        found = {one.key: (one.state, one.is_unwanted) for one in audit.idle_notices(connection, late)}
        assert audit.end_lease(connection, "held", late, late)
        assert not audit.end_lease(connection, "held", late, late)
        assert audit.take_back(connection, "late", late)
        assert not audit.take_back(connection, "late", late)

    assert found == {
        "waits": (NoticeState.WAITING, False),
        "held": (NoticeState.LEASED, False),
        "late": (NoticeState.WAITING, True),
    }


def test_somebody_is_reached_once_a_message_was_accepted(two: CareStore) -> None:
    posted(two, notice("n-1"))
    with two.begin() as connection:
        cases.write_log(connection, "a-1", [Entry(EIGHT, "person_unreachable", "ana")])
        assert not audit.was_reached(connection, "ana", EIGHT)
        outbox.record_sent(connection, ["n-1"], EIGHT + MINUTE)
        assert audit.was_reached(connection, "ana", EIGHT)
        assert not audit.was_reached(connection, "ana", EIGHT + MINUTE)

    with two.read() as connection:
        assert [(site, line.who) for site, line in audit.failures_since(connection, 2)] == [("garden", "ana")]
        assert audit.failures_since(connection, 3) == []


def test_what_was_not_taken_is_counted_by_channel_since_something_was(two: CareStore) -> None:
    old, one, other, home = (notice(f"n-{number}") for number in range(4))
    posted(two, old)
    with two.begin() as connection:
        outbox.claim(connection, EIGHT, lease=MINUTE, limit=9)
        outbox.record_sent(connection, [old.key], EIGHT)
        outbox.add(connection, [one, other, home], EIGHT + MINUTE)
        outbox.claim(connection, EIGHT + MINUTE, lease=MINUTE, limit=9)
        for failed, why in ((one, "HTTP 404"), (other, "HTTP 410"), (home, "not theirs")):
            outbox.record_failure(connection, failed.key, state=NoticeState.FAILED, now=EIGHT + MINUTE, reason=why)

    with two.read() as connection:
        found = audit.refused(connection, "ana", besides=["not theirs"])

    assert found == {one.channel: Refused(2, EIGHT + MINUTE)}
