"""A notice is claimed by one sender at a time, sent again when its lease ends, and never after closing."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from linli.alert import NoticeState, Severity
from linli.store import cases, outbox
from linli.store.care import CareStore
from tests.cast import BO, EIGHT, HOUR, MINUTE
from tests.store.histories import claimed, closed, notice, opened, posted


def _states(care: CareStore, alert: str = "a-1") -> dict[str, NoticeState]:
    with care.read() as connection:
        return {one.key: one.state for one in outbox.of_alert(connection, alert)}


def test_a_notice_comes_back_as_it_went_in(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"), notice("n-2"))

    with care.read() as connection:
        assert outbox.of_alert(connection, "a-1") == [notice("n-1"), notice("n-2")]


def test_a_step_taken_twice_sends_once(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"))
    assert claimed(care) == ["n-1"]

    posted(care, notice("n-1"))

    assert _states(care) == {"n-1": NoticeState.LEASED}
    assert claimed(care) == []


def test_a_notice_of_no_alert_is_refused(care: CareStore) -> None:
    with pytest.raises(IntegrityError):
        posted(care, notice("n-1"))


def test_the_gravest_goes_first_and_what_is_not_due_stays(care: CareStore) -> None:
    opened(care, "a-1")
    posted(
        care,
        notice("tomorrow", due_at=EIGHT + timedelta(days=1)),
        notice("reminder", severity=Severity.NOTICE, due_at=EIGHT - HOUR),
        notice("second", due_at=EIGHT),
        notice("first", due_at=EIGHT - MINUTE),
        notice("sos", severity=Severity.EMERGENCY),
    )

    assert claimed(care, limit=2) == ["sos", "first"]
    assert claimed(care) == ["second", "reminder"]
    assert claimed(care) == []


def test_a_lease_that_has_run_out_is_claimed_again_with_the_same_key(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"))
    assert claimed(care, EIGHT) == ["n-1"]

    assert claimed(care, EIGHT + MINUTE - timedelta(milliseconds=1)) == []
    with care.begin() as connection:
        again = outbox.claim(connection, EIGHT + MINUTE, lease=MINUTE, limit=10)

    assert [(one.key, one.attempts, one.state) for one in again] == [("n-1", 2, NoticeState.LEASED)]


def test_an_answer_ends_the_way_of_a_notice(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"), notice("n-2"))
    claimed(care)
    with care.begin() as connection:
        first = outbox.record_sent(connection, ["n-1"], EIGHT)
        again = outbox.record_failure(connection, "n-1", state=NoticeState.FAILED, now=EIGHT)
        outbox.record_failure(connection, "n-2", state=NoticeState.FAILED, now=EIGHT, reason="no such number")

    assert (first, again) == ({"n-1"}, False)
    assert _states(care) == {"n-1": NoticeState.SENT, "n-2": NoticeState.FAILED}
    assert claimed(care, EIGHT + HOUR) == []


def test_what_is_to_be_tried_later_waits_until_then(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"))
    claimed(care)
    with care.begin() as connection:
        later = EIGHT + 2 * MINUTE
        outbox.record_failure(connection, "n-1", state=NoticeState.WAITING, now=EIGHT, due_at=later, reason="429")

    assert claimed(care, EIGHT + MINUTE) == []
    assert claimed(care, EIGHT + 2 * MINUTE) == ["n-1"]


def test_a_sender_whose_lease_is_over_cannot_give_up_for_the_next_but_can_say_that_it_was_sent(
    care: CareStore,
) -> None:
    opened(care, "a-1")
    posted(care, notice("n-1"))
    claimed(care, EIGHT)
    claimed(care, EIGHT + MINUTE)
    with care.begin() as connection:
        slow = outbox.record_failure(connection, "n-1", state=NoticeState.FAILED, now=EIGHT, attempt=1)
        quick = outbox.record_failure(connection, "n-1", state=NoticeState.FAILED, now=EIGHT, attempt=2)
        truth = outbox.record_sent(connection, ["n-1"], EIGHT)

    assert (slow, quick, truth) == (False, True, {"n-1"})
    assert _states(care) == {"n-1": NoticeState.SENT}


def test_nobody_is_called_after_closing(care: CareStore) -> None:
    case = opened(care, "a-1")
    posted(care, notice("n-1"))
    with care.begin() as connection:
        cases.change(connection, closed(case, EIGHT))

    assert claimed(care, EIGHT + HOUR) == []


def test_what_is_on_its_way_can_be_taken_back_for_all_or_for_one(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, notice("leased"), replace(notice("waiting"), person=BO.person), notice("sent"))
    with care.begin() as connection:
        outbox.claim(connection, EIGHT, lease=MINUTE, limit=1)
        outbox.record_sent(connection, ["sent"], EIGHT)
        bo = outbox.withdraw(connection, "a-1", EIGHT, person=BO.person)
        rest = outbox.withdraw(connection, "a-1", EIGHT)
        answer = outbox.record_sent(connection, ["leased"], EIGHT)

    assert (bo, rest, answer) == (1, 1, {"leased"})
    assert _states(care) == {
        "leased": NoticeState.SENT,
        "waiting": NoticeState.WITHDRAWN,
        "sent": NoticeState.SENT,
    }


def test_the_sender_knows_when_to_look_again(care: CareStore) -> None:
    with care.read() as connection:
        assert outbox.next_due(connection) is None
    opened(care, "a-1")
    posted(care, notice("n-1"), notice("n-2", due_at=EIGHT + HOUR))
    with care.read() as connection:
        assert outbox.next_due(connection) == EIGHT
    claimed(care)
    with care.read() as connection:
        assert outbox.next_due(connection) == EIGHT + MINUTE
    with care.begin() as connection:
        outbox.record_sent(connection, ["n-1"], EIGHT)
    with care.read() as connection:
        assert outbox.next_due(connection) == EIGHT + HOUR


def test_the_metrics_count_the_notices_of_each_state(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, *(notice(f"n-{number}") for number in range(4)))
    claimed(care, limit=1)

    with care.read() as connection:
        assert outbox.counts(connection) == {"leased": 1, "waiting": 3}


def test_four_senders_at_once_claim_each_notice_once(care: CareStore) -> None:
    opened(care, "a-1")
    posted(care, *(notice(f"n-{number:03}") for number in range(200)))
    together = threading.Barrier(4)
    taken: list[str] = []

    def send() -> None:
        together.wait()
        while keys := claimed(care, limit=7):
            taken.extend(keys)

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert sorted(taken) == [f"n-{number:03}" for number in range(200)]


@pytest.mark.postgres
def test_a_sender_passes_over_what_another_is_just_claiming(postgres_url: str) -> None:
    care = CareStore(postgres_url, busy_timeout=timedelta(milliseconds=50))
    care.migrate()
    opened(care, "a-1")
    posted(care, notice("n-1"), notice("n-2"))

    with care.begin() as slow:
        first = outbox.claim(slow, EIGHT, lease=MINUTE, limit=1)
        second = claimed(care)

    assert [one.key for one in first] == ["n-1"]
    assert second == ["n-2"]
    care.close()
