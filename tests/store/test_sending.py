"""What a sender asks of the outbox besides claiming: does it still hold a notice, and whose answers count."""

from linli.alert import Entry, NoticeState, Severity
from linli.store import cases, outbox
from linli.store.care import CareStore
from tests.cast import EIGHT, MINUTE, NEIGHBOUR
from tests.store.histories import claimed, closed, notice, opened, posted


def _is_held(care: CareStore, key: str, attempt: int = 1) -> bool:
    with care.read() as connection:
        return outbox.is_held(connection, key, attempt=attempt)


def _states(care: CareStore) -> dict[str, NoticeState]:
    with care.read() as connection:
        return {one.key: one.state for one in outbox.of_alert(connection, "a-1")}


def test_a_claim_can_be_for_emergencies_only(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("sos", severity=Severity.EMERGENCY), notice("leak", severity=Severity.URGENT))

    with care.begin() as connection:
        first = outbox.claim(connection, EIGHT, lease=MINUTE, limit=10, others=0)

    assert [one.key for one in first] == ["sos"]
    assert claimed(care) == ["leak"]


def test_a_claim_leaves_what_there_is_no_room_for_beside_the_emergencies(care: CareStore) -> None:
    opened(care, "a-1")
    gravest = [notice(key, severity=Severity.EMERGENCY) for key in ("sos", "fall")]
    posted(care, *gravest, *(notice(key, severity=Severity.URGENT) for key in ("leak-1", "leak-2", "leak-3")))

    with care.begin() as connection:
        first = outbox.claim(connection, EIGHT, lease=MINUTE, limit=4, others=1)

    assert [one.key for one in first] == ["fall", "sos", "leak-1"]
    assert claimed(care) == ["leak-2", "leak-3"]


def test_a_notice_is_held_by_the_attempt_that_claimed_it_last(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"))
    assert not _is_held(care, "n-1", 0)
    claimed(care, EIGHT)
    assert _is_held(care, "n-1")

    claimed(care, EIGHT + MINUTE)

    assert not _is_held(care, "n-1")
    assert _is_held(care, "n-1", 2)


def test_a_notice_that_was_taken_back_or_answered_is_held_by_nobody(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"), notice("n-2"))
    claimed(care)
    with care.begin() as connection:
        outbox.record_sent(connection, ["n-1"], EIGHT)
        outbox.withdraw(connection, "a-1", EIGHT)

    assert not _is_held(care, "n-1")
    assert not _is_held(care, "n-2")


def test_a_notice_of_a_closed_alert_is_held_by_nobody(care: CareStore) -> None:
    alert = opened(care, "a-1")
    posted(care, notice("n-1"))
    claimed(care)

    with care.begin() as connection:
        cases.change(connection, closed(alert, EIGHT))

    assert not _is_held(care, "n-1")


def test_leases_of_the_dead_can_be_ended_at_once(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"), notice("n-2"))
    claimed(care, limit=1)

    with care.begin() as connection:
        outbox.release(connection, EIGHT)

    assert sorted(claimed(care)) == ["n-1", "n-2"]


def test_what_was_accepted_counts_even_if_it_had_been_given_up_or_taken_back(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, *(notice(f"n-{number}") for number in range(4)))
    claimed(care)
    with care.begin() as connection:
        outbox.record_failure(connection, "n-1", state=NoticeState.FAILED, now=EIGHT, reason="HTTP 500")
        outbox.record_failure(connection, "n-2", state=NoticeState.WITHDRAWN, now=EIGHT)
        outbox.record_sent(connection, ["n-3"], EIGHT)

        sent = outbox.record_sent(connection, ["n-0", "n-1", "n-2", "n-3", "n-9"], EIGHT)

    assert sent == {"n-0", "n-1", "n-2"}
    assert _states(care) == {
        "n-0": NoticeState.SENT,
        "n-1": NoticeState.SENT,
        "n-2": NoticeState.SENT,
        "n-3": NoticeState.SENT,
    }


def test_lines_of_several_alerts_are_written_together(care: CareStore) -> None:
    opened(care, "a-1")
    opened(care, "a-2", NEIGHBOUR)
    first, second = Entry(EIGHT, "notice_sent", "ana", {"key": "n-1"}), Entry(EIGHT, "notice_sent", "bo")

    with care.begin() as connection:
        cases.write_logs(connection, [])
        cases.write_logs(connection, [("a-1", first), ("a-2", second)])

    with care.read() as connection:
        assert [cases.read_log(connection, id_) for id_ in ("a-1", "a-2")] == [[first], [second]]
