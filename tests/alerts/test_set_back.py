"""A clock that is set back an hour holds nobody's call for an hour."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from alerts.desk import Desk
from linli import canary
from linli.alert import AlertKind, NoticeState, Outcome, Severity
from linli.store import cases, outbox
from linli.store import drills as drill_store
from linli.store.drills import DrillKind
from tests.alerts.engine_town import small_town
from tests.alerts.faulty_care import Outage
from tests.alerts.fresh_engine import fresh_engine, remove_store
from tests.alerts.test_desk import Town, finding
from tests.cast import EIGHT, GARDEN, MEI, MINUTE

HOUR = timedelta(hours=1)
S = timedelta(seconds=1)


@pytest.fixture
def town(care_file: Path) -> Iterator[Town]:
    """A town with a fresh database."""
    made = Town(care_file)
    yield made
    made.care.close()


def called(town: Town) -> set[str]:
    """Return who was asked to come so far."""
    with town.care.read() as connection:
        return {r.person for alert in cases.open_ones(connection) for r in cases.requests(connection, alert.id)}


def test_the_next_rungs_come_when_they_were_promised(town: Town) -> None:
    town.desk.open([finding()])
    town.clock.advance(-HOUR)
    town.tick()
    for _ in range(9):
        town.clock.advance(10 * S)
        town.tick()

    assert {"bo", "lin"} <= called(town)
    (alert,) = town.desk.open_alerts()
    assert alert.opened_at == EIGHT - HOUR
    assert town.story(alert.id).count("clock_set_back") == 1


def test_a_lease_of_the_dead_and_a_message_put_off_are_not_late(town: Town) -> None:
    town.desk.open([finding()])
    with town.care.begin() as connection:
        taken = outbox.claim(connection, EIGHT, lease=30 * S, limit=2)
        outbox.record_failure(connection, taken[1].key, state=NoticeState.WAITING, now=EIGHT, due_at=EIGHT + 5 * S)
    town.clock.advance(-HOUR)
    town.tick()
    town.clock.advance(31 * S)

    with town.care.begin() as connection:
        again = outbox.claim(connection, town.clock.now(), lease=30 * S, limit=50)

    assert {notice.key for notice in taken} <= {notice.key for notice in again}


def test_a_notice_that_waits_for_the_morning_goes_on_waiting(town: Town) -> None:
    town.clock.set(EIGHT + 14 * HOUR)
    town.desk.open([finding("battery", AlertKind.LOW_BATTERY, Severity.NOTICE)])
    (before,) = town.desk.open_alerts()
    town.clock.advance(-HOUR)
    town.tick()

    (after,) = town.desk.open_alerts()
    assert (after.climb_at, after.due_at) == (before.climb_at, before.due_at)


def test_a_clock_set_back_long_after_the_last_line_is_seen_by_who_has_been_looking(town: Town) -> None:
    town.desk.open([finding()])
    town.desk.accept(town.desk.open_alerts()[0].id, "v1")
    town.clock.advance(8 * MINUTE)
    town.tick()
    town.clock.advance(-HOUR)
    town.tick()
    town.clock.advance(2 * MINUTE)
    town.tick()

    assert "lease_ended" in town.story(town.desk.open_alerts()[0].id)


def test_what_is_opened_after_the_clock_was_set_back_is_not_moved_with_the_rest(town: Town) -> None:
    town.desk.open([finding("before")])
    town.tick()
    town.clock.advance(-HOUR)
    town.desk.open([finding("after", AlertKind.FALL)])
    town.tick()

    (fall,) = [alert for alert in town.desk.open_alerts() if alert.kind is AlertKind.FALL]
    assert fall.opened_at == EIGHT - HOUR
    assert "late" not in town.story(fall.id)


def test_a_store_that_does_not_answer_just_then_delays_the_moving_and_does_not_undo_it() -> None:
    engine = fresh_engine(small_town([1, 1], 0, {"bo", "lin"}, "Asia/Shanghai"), EIGHT)
    engine.deliver([finding()])
    engine.run_for(10 * MINUTE)  # long enough that only whoever has been looking can tell
    engine.act(lambda: engine.desk.accept(engine.alerts()[0], "v1"))
    engine.clock.advance(8 * MINUTE)
    engine.turn()
    engine.set_clock(-HOUR)
    engine.care.begin_outage(Outage.LOCKED)
    engine.turn()
    engine.care.end_outage()
    engine.run_for(3 * MINUTE)
    told = [row["what"] for row in engine.tables()["log"]]
    engine.close()
    remove_store()

    assert "lease_ended" in told


def test_the_word_that_it_is_over_is_not_late_though_no_case_is_open_any_more(town: Town) -> None:
    town.desk.open([finding()])
    with town.care.begin() as connection:
        outbox.record_sent(
            connection, [notice.key for notice in outbox.claim(connection, EIGHT, lease=30 * S, limit=9)], EIGHT
        )
    town.desk.close(town.desk.open_alerts()[0].id, "v1", Outcome.SAFE)
    with town.care.begin() as connection:
        taken = outbox.claim(connection, EIGHT, lease=30 * S, limit=9)
    town.clock.advance(-HOUR)
    town.tick()
    town.clock.advance(31 * S)

    with town.care.begin() as connection:
        again = outbox.claim(connection, town.clock.now(), lease=30 * S, limit=9)

    assert taken
    assert {notice.key for notice in again} == {notice.key for notice in taken}


def test_a_clock_set_back_while_linli_was_off_is_seen_before_anybody_answers(town: Town) -> None:
    town.desk.open([finding()])
    (alert,) = town.desk.open_alerts()
    town.clock.advance(-HOUR)
    again = Desk(town.care, lambda: town.people, town.clock, lambda: None)
    again.start()
    again.decline(alert.id, "v1")
    town.clock.advance(60 * S)
    again.tick(town.clock.now())

    assert "clock_set_back" in town.story(alert.id)
    assert "bo" in called(town)


def test_without_an_open_case_nothing_is_moved_or_written(town: Town) -> None:
    town.desk.open([finding()])
    town.desk.close(town.desk.open_alerts()[0].id, "v1", Outcome.SAFE)
    town.clock.advance(-HOUR)
    for _ in range(3):
        town.tick()

    with town.care.read() as connection:
        (alert,) = cases.search(connection, state="closed")
    assert "clock_set_back" not in town.story(alert.id)
    assert alert.opened_at == EIGHT


def test_a_usual_correction_and_a_clock_set_forward_move_nothing(town: Town) -> None:
    town.desk.open([finding()])
    (before,) = town.desk.open_alerts()
    for step in (-S, MINUTE / 60):
        town.clock.advance(step)
        town.tick()

    assert town.desk.open_alerts() == [before]


def test_an_announced_trial_ends_when_it_was_said_to(town: Town) -> None:
    with town.care.begin() as connection:
        trial = drill_store.Drill("d-1", DrillKind.BUTTON, EIGHT, EIGHT + 10 * MINUTE, GARDEN, MEI.home)
        drill_store.begin(connection, trial)
    town.tick()
    town.clock.advance(-HOUR)
    town.tick()
    town.clock.advance(63 * MINUTE)
    town.desk.open([replace(finding(), at=town.clock.now(), evidence={"signal": "sos", "device": "button-1"})])

    (alert,) = town.desk.open_alerts()
    assert not alert.drill


def test_a_canary_has_no_log_also_when_the_clock_is_set_back(town: Town) -> None:
    round_ = replace(finding("canary"), home="", about=f"{canary.ABOUT}1")
    town.desk.open([finding(), round_])
    town.clock.advance(-HOUR)
    town.tick()

    told = {alert.about: town.story(alert.id) for alert in town.desk.open_alerts()}
    assert "clock_set_back" in told[""]
    assert told[round_.about] == []
