"""The desk over a real database: one transaction a change, idempotent, and nothing called after closing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import Connection, text

from alerts.desk import Desk, UnknownAlert
from alerts.links import Links
from alerts.message import compose
from alerts.replies import TakingBack
from alerts.sender import Claim
from linli.alert import Alert, AlertKind, AlertState, Notice, NoticeState, NoticeType, Outcome, Severity
from linli.clock import VirtualClock
from linli.errors import Conflict, StoreDown
from linli.finding import Finding
from linli.signals import PAGE
from linli.store import cases, outbox
from linli.store.care import CareStore
from linli.words import Sentence
from tests.alerts.faulty_care import At, Fault, FaultyCare
from tests.alerts.town import EVERYBODY, SEVEN, town
from tests.cast import EIGHT, GARDEN, MEI, MEI_HERSELF, MINUTE

S = timedelta(seconds=1)


class Town:
    """A desk, its clock, and a look into its database."""

    def __init__(self, path: Path) -> None:
        self.care = CareStore(f"sqlite:///{path}")
        self.clock = VirtualClock(EIGHT)
        self.woken = 0
        self.people = town()
        self.desk = Desk(self.care, lambda: self.people, self.clock, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def waiting(self) -> list[str]:
        """Return who is about to be written to."""
        with self.care.begin() as connection:
            alerts = cases.open_ones(connection) + cases.search(connection, state="closed")
            notices = [n for alert in alerts for n in outbox.of_alert(connection, alert.id)]
        return sorted(n.person for n in notices if n.state is NoticeState.WAITING)

    def story(self, alert: str) -> list[str]:
        """Return what was logged of an alert."""
        with self.care.read() as connection:
            return [entry.what for entry in cases.read_log(connection, alert)]

    def tick(self) -> None:
        """Take what is due now."""
        self.desk.tick(self.clock.now())


@pytest.fixture
def stairwell(care_file: Path) -> Iterator[Town]:
    """A town with a fresh database."""
    made = Town(care_file)
    yield made
    made.care.close()


def finding(key: str = "sos:1", kind: AlertKind = AlertKind.SOS, severity: Severity = Severity.EMERGENCY) -> Finding:
    """Return what a detector says of Mei."""
    return Finding(key, MEI.home, GARDEN, kind, severity, EIGHT, Sentence("The call button was pressed."))


def only_open(stairwell: Town) -> str:
    """Return the id of the one open alert."""
    (alert,) = stairwell.desk.open_alerts()
    return alert.id


def test_an_sos_is_an_open_alert_with_its_first_notices(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    assert stairwell.waiting() == ["v1", "v2", "v3", "v4", "v5"]
    assert stairwell.woken == 1


def test_what_the_book_says_it_opened_is_what_is_stored(stairwell: Town) -> None:
    with stairwell.care.begin() as connection:
        opened = stairwell.desk.book.open(connection, finding(), stairwell.clock.now())
        assert opened is not None
        assert opened == cases.by_id(connection, opened.id)


@pytest.mark.parametrize("micros", [75_351, 75_851, 999_999])
def test_a_program_is_told_the_same_at_once_and_once_it_is_stored(stairwell: Town, micros: int) -> None:
    now = EIGHT + timedelta(microseconds=micros)
    notice = Notice("a.key", "a", "v1", "v1-webhook", NoticeType.CALL, Severity.EMERGENCY, now)

    def body(alert: Alert | None) -> bytes:
        assert alert is not None
        links = Links(b"s" * 32, "http://linli.example", stairwell.clock)
        return compose(alert, notice, home=MEI, person=SEVEN[0], links=links, now=now).webhook_body

    with stairwell.care.begin() as connection:
        opened = stairwell.desk.book.open(connection, finding(), now)
        assert opened is not None
        assert body(opened) == body(cases.by_id(connection, opened.id))
        assert opened.opened_at <= now


def test_what_is_claimed_at_once_is_told_of_alerts_only_as_they_are_stored(stairwell: Town) -> None:
    told: list[bool] = []

    @contextmanager
    def at_once() -> Iterator[Claim]:
        def claim(connection: Connection, _: datetime, known: Sequence[Alert]) -> None:
            told.extend(alert == cases.by_id(connection, alert.id) for alert in known)

        yield claim

    desk = Desk(stairwell.care, lambda: stairwell.people, stairwell.clock, lambda: None, at_once=at_once)
    later = replace(finding("sos:2"), evidence={"presses": 2.0})
    desk.open([finding("sos:1"), later])
    desk.open([finding("gas:1", AlertKind.GAS)])

    assert told == [True]


def test_the_same_press_delivered_again_opens_nothing_even_after_closing(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    stairwell.desk.open([finding()])
    stairwell.desk.close(only_open(stairwell), "lin", Outcome.SAFE)
    stairwell.desk.open([finding()])
    assert stairwell.desk.open_alerts() == []


def test_a_second_press_joins_the_open_alert_and_a_later_one_opens_another(stairwell: Town) -> None:
    stairwell.desk.open([finding("sos:1")])
    stairwell.desk.open([finding("sos:2")])
    first = only_open(stairwell)
    assert stairwell.story(first).count("repeated") == 1
    stairwell.desk.close(first, "lin", Outcome.SAFE)
    stairwell.desk.open([finding("sos:3")])
    assert only_open(stairwell) != first


def test_two_kinds_in_one_home_are_two_alerts_and_emergencies_come_first(stairwell: Town) -> None:
    stairwell.desk.open([finding("leak:1", AlertKind.LEAK, Severity.URGENT), finding("sos:1")])
    assert [alert.kind for alert in stairwell.desk.open_alerts()] == [AlertKind.SOS, AlertKind.LEAK]


def test_accepting_takes_back_what_was_not_sent_yet(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    accepted = stairwell.desk.accept(only_open(stairwell), "v2")
    assert accepted.state is AlertState.ACCEPTED
    assert stairwell.waiting() == []


def test_who_cannot_come_is_not_written_to_again(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    stairwell.desk.decline(only_open(stairwell), "v2")
    assert stairwell.waiting() == ["v1", "v3", "v4", "v5", "v6"]


def test_every_tap_can_come_twice(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    alert = only_open(stairwell)
    assert stairwell.desk.accept(alert, "v2") == stairwell.desk.accept(alert, "v2")
    assert stairwell.desk.arrive(alert, "v2") == stairwell.desk.arrive(alert, "v2")
    assert stairwell.desk.close(alert, "v2", Outcome.SAFE) == stairwell.desk.close(alert, "v2", Outcome.SAFE)
    assert stairwell.story(alert).count("accepted") == 1


def test_nobody_can_accept_what_is_over(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    alert = only_open(stairwell)
    stairwell.desk.close(alert, "lin", Outcome.SAFE)
    with pytest.raises(Conflict):
        stairwell.desk.accept(alert, "v2")


def test_there_is_no_such_alert(stairwell: Town) -> None:
    with pytest.raises(UnknownAlert):
        stairwell.desk.accept("a-0", "v2")


def test_nobody_is_called_after_closing(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    stairwell.desk.close(only_open(stairwell), "lin", Outcome.SAFE)
    stairwell.clock.advance(timedelta(hours=1))
    stairwell.tick()
    assert stairwell.waiting() == []


def test_an_overdue_step_is_taken_once_after_a_long_night_off(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    stairwell.clock.advance(timedelta(hours=8))
    stairwell.tick()
    waiting = stairwell.waiting()
    stairwell.tick()
    assert stairwell.waiting() == waiting
    assert {"v6", "v7"} <= set(waiting)


def test_a_step_taken_twice_writes_each_notice_once(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    stairwell.clock.advance(30 * S)
    stairwell.tick()
    before = stairwell.waiting()
    stairwell.tick()
    assert stairwell.waiting() == before


def test_mei_answers_by_moving_about(stairwell: Town) -> None:
    with_phone = replace(MEI_HERSELF, channels=(replace(EVERYBODY[0].channels[0], id="mei-0", person="mei"),))
    stairwell.people = town(*EVERYBODY, with_phone)
    stairwell.desk.open([finding("inactivity:1", AlertKind.INACTIVITY, Severity.URGENT)])
    assert stairwell.waiting() == ["mei"]
    stairwell.clock.advance(MINUTE)
    stairwell.desk.sign_of_life(MEI.home, stairwell.clock.now())
    assert stairwell.desk.open_alerts() == []
    assert stairwell.waiting() == []


def test_moving_about_for_an_hour_is_one_line_of_the_log(stairwell: Town) -> None:
    stairwell.desk.open([finding("inactivity:1", AlertKind.INACTIVITY, Severity.URGENT)])
    for _ in range(60):
        stairwell.clock.advance(MINUTE)
        stairwell.desk.sign_of_life(MEI.home, stairwell.clock.now())
    assert stairwell.story(only_open(stairwell)).count("sign_of_life") == 1


def test_moving_about_is_put_on_record_although_the_database_failed_just_then(care_file: Path) -> None:
    town = Town(care_file)
    town.care.close()
    town.care = FaultyCare(f"sqlite:///{care_file}")
    town.desk = Desk(town.care, lambda: town.people, town.clock, lambda: None)
    town.desk.open([finding("inactivity:1", AlertKind.INACTIVITY, Severity.URGENT)])
    town.clock.advance(MINUTE)
    town.care.faults.append(Fault(0, At.COMMIT))
    with pytest.raises(StoreDown):
        town.desk.sign_of_life(MEI.home, town.clock.now())
    town.desk.sign_of_life(MEI.home, town.clock.now())
    assert town.story(only_open(town)).count("sign_of_life") == 1
    town.care.close()


def test_of_an_alert_that_a_full_disk_takes_back_the_log_says_nothing_until_it_is_kept(
    care_file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    town = Town(care_file)
    town.care.close()
    town.care = FaultyCare(f"sqlite:///{care_file}")
    town.desk = Desk(town.care, lambda: town.people, town.clock, lambda: None)
    caplog.set_level("INFO")
    for _ in range(3):
        town.care.faults.append(Fault(0, At.COMMIT))
        with pytest.raises(StoreDown):
            town.desk.open([finding()])
    assert "alert opened" not in caplog.text
    town.desk.open([finding()])
    assert caplog.text.count("alert opened") == 1
    town.care.close()


def test_a_restarted_desk_takes_up_where_it_was(stairwell: Town) -> None:
    stairwell.desk.open([finding("inactivity:1", AlertKind.INACTIVITY, Severity.URGENT)])
    again = Desk(stairwell.care, lambda: stairwell.people, stairwell.clock, lambda: None)
    again.start()
    assert again.waits_for_life
    assert again.next_due() == stairwell.desk.next_due()


def test_one_spoilt_case_does_not_keep_the_others_waiting(stairwell: Town) -> None:
    stairwell.desk.open([finding(), finding("fall:1", AlertKind.FALL)])
    spoilt, sound = (alert.id for alert in stairwell.desk.open_alerts())
    with stairwell.care.begin() as connection:
        connection.execute(text("UPDATE requests SET role = 'nobody' WHERE alert = :id"), {"id": spoilt})
        connection.execute(text("UPDATE alerts SET due_at = due_at - 1000 WHERE id = :id"), {"id": spoilt})
    stairwell.clock.advance(30 * S)

    with pytest.raises(ValueError, match="nobody"):
        stairwell.tick()

    assert "silent" in stairwell.story(sound)


def test_everybody_who_was_reached_is_told_that_it_is_over_but_not_who_ended_it(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    alert = only_open(stairwell)
    with stairwell.care.begin() as connection:
        notices = outbox.of_alert(connection, alert)
        outbox.record_sent(connection, [n.key for n in notices if n.person in {"v1", "v2", "v3"}], EIGHT)

    stairwell.desk.close(alert, "v1", Outcome.SAFE)

    assert stairwell.waiting() == ["v2", "v3"]
    with stairwell.care.begin() as connection:
        thanks = outbox.claim(connection, stairwell.clock.now(), lease=MINUTE, limit=10)
    assert {(n.person, n.type) for n in thanks} == {("v2", NoticeType.OVER), ("v3", NoticeType.OVER)}


def test_a_call_taken_back_twice_is_over_and_staff_have_heard_of_it(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    for second, identity in ((5, "one"), (9, "two")):
        stairwell.clock.advance(timedelta(seconds=second))
        stairwell.desk.take_back(MEI.home, TakingBack(identity, PAGE, stairwell.clock.now(), can_confirm=True))

    assert stairwell.desk.open_alerts() == []
    with stairwell.care.read() as connection:
        (closed,) = cases.search(connection, state="closed")
    assert stairwell.story(closed.id)[-3:] == ["taken_back", "told", "closed"]


def test_a_call_that_is_made_again_and_taken_back_again_is_told_to_staff_again(stairwell: Town) -> None:
    def takes_back(identity: str) -> None:
        stairwell.clock.advance(5 * S)
        stairwell.desk.take_back(MEI.home, TakingBack(identity, PAGE, stairwell.clock.now(), can_confirm=True))

    stairwell.desk.open([finding()])
    takes_back("one")
    stairwell.clock.advance(5 * S)
    stairwell.desk.open([replace(finding("sos:2"), at=stairwell.clock.now())])
    takes_back("two")
    alert = only_open(stairwell)

    with stairwell.care.read() as connection:
        told = [one for one in outbox.of_alert(connection, alert) if one.type is NoticeType.TELL]
    assert [one.person for one in told] == ["lin", "lin"]
    assert stairwell.story(alert).count("told") == 2


def test_when_patience_ends_the_other_steps_are_taken_at_the_next_tick(stairwell: Town) -> None:
    kinds = (AlertKind.SOS, AlertKind.FALL, AlertKind.SMOKE)
    stairwell.desk.open([finding(f"{kind}:1", kind) for kind in kinds])
    stairwell.clock.advance(21 * S)
    now = stairwell.clock.now()

    told = [(stairwell.desk.tick(now, 0.0), stairwell.desk.is_behind) for _ in range(4)]

    assert told == [(1, True), (1, True), (1, False), (0, False)]


def test_a_spoilt_case_uses_up_nobodys_patience(stairwell: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = (AlertKind.SOS, AlertKind.FALL, AlertKind.SMOKE)
    stairwell.desk.open([finding(f"{kind}:1", kind) for kind in kinds])
    stairwell.clock.advance(21 * S)
    with stairwell.care.read() as connection:
        spoilt, *others = cases.due(connection, stairwell.clock.now())
    take = stairwell.desk._take_step

    def take_unless_spoilt(id_: str, now: datetime) -> None:
        if id_ == spoilt:
            raise ValueError("spoilt")
        take(id_, now)

    monkeypatch.setattr(stairwell.desk, "_take_step", take_unless_spoilt)

    with pytest.raises(ValueError, match="spoilt"):
        stairwell.desk.tick(stairwell.clock.now(), 0.0)

    with stairwell.care.read() as connection:
        assert cases.due(connection, stairwell.clock.now()) == [spoilt]
    assert len(others) == 2


DARK = finding("dark:1", AlertKind.UNMONITORED, Severity.NOTICE)


def test_of_two_who_look_at_what_ends_by_itself_the_newer_picture_stays(
    stairwell: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    stairwell.desk.open([DARK])
    alert, look = only_open(stairwell), cases.open_by_home
    closing = Thread(target=stairwell.desk.close, args=(alert, "lin", Outcome.SAFE))

    def looked_before_it_was_closed(*asked: Any) -> object:
        found = look(*asked)
        if closing.ident is None:
            closing.start()
            while stairwell.desk.open_alerts():
                closing.join(0.01)
            closing.join(0.2)
        return found

    monkeypatch.setattr(cases, "open_by_home", looked_before_it_was_closed)
    stairwell.desk.refresh()
    closing.join()

    assert stairwell.desk.passing() == []


def test_what_somebody_has_closed_or_forgotten_need_not_end_by_itself(stairwell: Town) -> None:
    stairwell.desk.open([DARK])
    alert = only_open(stairwell)
    stairwell.desk.close(alert, "lin", Outcome.SAFE)

    stairwell.desk.end_by_itself(alert)
    stairwell.desk.end_by_itself("a-nobody-knows")

    assert stairwell.story(alert)[-1] == "closed"


def test_who_had_not_been_reached_when_somebody_went_is_called_when_they_turn_back(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    alert = only_open(stairwell)
    called = set(stairwell.waiting())
    assert called == {"v1", "v2", "v3", "v4", "v5"}
    stairwell.desk.decline(alert, "v2")
    stairwell.desk.accept(alert, "v1")
    assert stairwell.waiting() == []

    stairwell.clock.advance(4 * S)
    stairwell.desk.decline(alert, "v1")

    assert called - {"v1", "v2"} < set(stairwell.waiting()) <= {"v3", "v4", "v5", "v6", "v7"}


def test_who_had_not_been_reached_is_called_when_nobody_comes_to_the_door(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    alert = only_open(stairwell)
    stairwell.desk.accept(alert, "v1")

    stairwell.clock.advance(11 * MINUTE)
    stairwell.tick()

    assert "lease_ended" in stairwell.story(alert)
    assert {"v2", "v3", "v4", "v5"} <= set(stairwell.waiting())


def test_what_has_been_sent_already_is_not_sent_after_all(stairwell: Town) -> None:
    stairwell.desk.open([finding()])
    alert = only_open(stairwell)
    with stairwell.care.begin() as connection:
        reached = [notice.key for notice in outbox.of_alert(connection, alert) if notice.person in {"v2", "v3"}]
        outbox.record_sent(connection, reached, EIGHT)
    stairwell.desk.accept(alert, "v1")
    stairwell.desk.decline(alert, "v1")

    with stairwell.care.read() as connection:
        states = {notice.key: notice.state for notice in outbox.of_alert(connection, alert)}
    assert {states[key] for key in reached} == {NoticeState.SENT}


def test_what_another_opens_in_this_very_moment_is_joined(stairwell: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    stairwell.desk.open([finding("again:1")])
    as_it_is, looks = cases.open_like, 0

    def a_moment_too_early(connection: Connection, sought: Finding) -> Alert | None:
        nonlocal looks
        looks += 1
        return None if looks == 1 else as_it_is(connection, sought)

    monkeypatch.setattr(cases, "open_like", a_moment_too_early)
    stairwell.desk.open([finding("sos:2")])

    assert stairwell.story(only_open(stairwell)).count("repeated") == 1
