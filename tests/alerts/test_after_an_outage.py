"""When the database answers again: nobody's calls stop, though the journal has gone further than the store knows."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.channels.base import Answer, Verdict
from linli.alert import NoticeState, NoticeType, Outcome
from linli.clock import VirtualClock
from linli.store import cases, outbox
from tests.alerts.test_without_store import A, House, Phones, S, press
from tests.cast import EIGHT, HOUR, MINUTE

OUTAGE = 40 * 60
"""Seconds: the journal's ladder has gone round more than ten times by then."""


@pytest.fixture
def house(care_file: Path) -> Iterator[House]:
    """A house whose stand-in takes over at once what nobody else takes a step of."""
    made = House(care_file.parent, Phones(), VirtualClock(EIGHT), behind_seconds=0)
    yield made
    made.care.close()


def pass_time(house: House, length: timedelta) -> None:
    """Let time pass with the store."""
    for _ in range(length // (10 * S)):
        house.clock.advance(10 * S)
        house.back()


def called_since(house: House, count: int) -> set[str]:
    return {person for person, key in house.phones.got[count:] if ".call." in key}


def test_after_a_kill_in_an_outage_the_rounds_go_on_by_messages_that_go_out(house: House) -> None:
    house.desk.open([press()])
    pass_time(house, 2 * MINUTE)
    with house.locked():
        house.pass_time(OUTAGE)
    again = house.again(behind_seconds=0)
    again.back()
    so_far = len(house.phones.got)
    pass_time(again, 6 * MINUTE)

    assert {"lin", "wu"} <= called_since(house, so_far)
    assert house.phones.often() == {1}
    again.care.close()


def test_who_goes_as_it_comes_back_and_does_not_come_is_followed_by_calls_that_go_out(house: House) -> None:
    house.desk.open([press()])
    pass_time(house, 2 * MINUTE)
    with house.locked():
        house.pass_time(OUTAGE)
    house.desk.accept(A, "v1")
    house.back()
    so_far = len(house.phones.got)
    pass_time(house, 17 * MINUTE)

    assert {"lin", "wu"} <= called_since(house, so_far)


def test_who_was_called_from_the_journal_is_known_to_have_been_asked(house: House) -> None:
    house.desk.open([press()])
    house.back()
    with house.locked():
        house.pass_time(60)
    called = set(house.phones.people())
    house.desk.accept(A, "v1")
    house.back()

    with house.care.read() as connection:
        asked = {request.person for request in cases.requests(connection, A)}
    assert {"v6", "v7"} <= called <= asked


def test_what_was_taken_back_goes_out_after_all_when_a_lease_ends_in_an_outage(house: House) -> None:
    house.desk.open([press()])
    with house.care.begin() as connection:
        first = [notice.key for notice in outbox.of_alert(connection, A) if notice.person == "v1"]
        outbox.record_sent(connection, first, house.clock.now())
    house.clock.advance(S)
    house.desk.accept(A, "v1")
    house.stand_in.keep_up(house.desk.open)
    with house.locked():
        house.clock.advance(10 * MINUTE)
        house.pass_time(5)
    house.back()

    assert house.said(A)["lease_ended"] == 1
    assert {"v2", "v3", "v4", "v5"} <= set(house.phones.people())
    with house.care.read() as connection:
        left = [notice.person for notice in outbox.of_alert(connection, A) if notice.state is NoticeState.WITHDRAWN]
    assert not {"v2", "v3", "v4", "v5"} & set(left)


def test_what_waits_at_the_handover_of_an_ended_lease_is_not_taken_back(house: House) -> None:
    house.desk.open([press()])
    house.back()
    house.desk.accept(A, "v1")
    house.stand_in.keep_up(house.desk.open)
    with house.locked():
        house.clock.advance(10 * MINUTE)
        house.phones.answers = {channel: Answer(Verdict.LATER, "busy") for channel in ("v1-webhook", "v1-sms")}
        house.pass_time(1)
    house.back()

    with house.care.read() as connection:
        reminders = [n.state for n in outbox.of_alert(connection, A) if n.type is NoticeType.REMIND]
    assert reminders
    assert NoticeState.WITHDRAWN not in reminders


def test_a_press_in_a_second_outage_is_no_part_of_the_call_that_ended_between_them(house: House) -> None:
    other = sqlite3.connect(house.folder / "care.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    sent = 0

    def answers_for_a_while() -> None:
        nonlocal sent
        sent += 1
        if sent == 5:  # while the fifth message is at its slow gateway
            other.execute("ROLLBACK")
            house.back()
            house.desk.close(A, "v1", Outcome.SAFE)
            house.back()
            other.execute("BEGIN EXCLUSIVE")

    house.phones.before_answer = answers_for_a_while
    house.stand_in.turn([press(1)])
    house.phones.before_answer = lambda: None
    so_far = len(house.phones.got)
    house.clock.advance(MINUTE)
    house.stand_in.turn([press(2)])
    other.execute("ROLLBACK")
    other.close()

    assert called_since(house, so_far) == {"v1", "v2", "v3", "v4", "v5"}


@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known to the store"])
def test_a_clock_set_back_in_an_outage_holds_no_ladder(house: House, is_known: bool) -> None:  # noqa: FBT001
    if is_known:
        house.desk.open([press()])
        house.back()
    with house.locked():
        house.stand_in.turn([] if is_known else [press()])
        house.pass_time(31)
        house.clock.advance(-HOUR)
        house.pass_time(120)

        assert {"bo", "lin"} <= set(house.phones.people())
    house.back()

    (alert,) = house.desk.open_alerts()
    assert alert.due_at is not None
    assert house.clock.now() - MINUTE < alert.due_at < house.clock.now() + 10 * MINUTE
