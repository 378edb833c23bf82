"""The auditor finds what was spoilt behind linli's back, puts right what it can, and tells staff once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text

from alerts.auditor import EVERY, PART, TOLERANCE, Auditor
from alerts.callers import around
from alerts.case_proofs import Fault
from alerts.courier import NOT_THEIRS
from alerts.desk import Desk
from linli.alert import Alert, AlertKind, AlertState, Entry, Notice, NoticeState, NoticeType, Outcome, Severity
from linli.clock import VirtualClock
from linli.errors import StoreDown
from linli.finding import Finding
from linli.health import Health
from linli.people import Channel, Person, Role
from linli.store import cases, outbox, roster
from linli.store.care import CareStore
from linli.words import Sentence
from tests.alerts.town import EVERYBODY, SEVEN, town
from tests.cast import EIGHT, GARDEN, LIN, MEI, MEI_HERSELF, MINUTE, XU

S = timedelta(seconds=1)


class Rig:
    """A desk and an auditor over a real database, ticking once a second."""

    def __init__(self, path: Path) -> None:
        self.care = CareStore(f"sqlite:///{path}")
        self.clock = VirtualClock(EIGHT)
        self.health = Health(self.clock)
        self.people: tuple[Person, ...] = EVERYBODY
        self.woken = 0
        self.desk = Desk(self.care, lambda: town(*self.people), self.clock, lambda: None)
        self.auditor = self.restarted()

    def restarted(self) -> Auditor:
        """Return an auditor that knows nothing yet."""
        self.auditor = Auditor(self.care, lambda: town(*self.people), self.desk, self.health, self._wake)
        return self.auditor

    def _wake(self) -> None:
        self.woken += 1

    def press(self, key: str = "sos:1", kind: AlertKind = AlertKind.SOS) -> str:
        """Open a case of Mei's."""
        severity = Severity.EMERGENCY if kind is AlertKind.SOS else Severity.URGENT
        self.desk.open([Finding(key, MEI.home, GARDEN, kind, severity, self.clock.now(), Sentence("Help."))])
        return next(alert.id for alert in self.desk.open_alerts() if alert.kind is kind)

    def run(self, span: timedelta, *, desk: bool = True, sends: bool = True) -> None:
        """Let time pass; without the desk no step is taken, and without `sends` no message goes."""
        for _ in range(span // S):
            self.clock.advance(S)
            self.auditor.tick(self.clock.now())
            if desk:
                self.desk.tick(self.clock.now())
            if sends:
                self.send()

    def send(self) -> None:
        """Let every message that is due arrive."""
        now = self.clock.now()
        with self.care.begin() as connection:
            for notice in outbox.claim(connection, now, lease=30 * S, limit=1000):
                outbox.record_sent(connection, [notice.key], now)

    def spoil(self, statement: str, **values: object) -> None:
        """Change the database behind linli's back."""
        with self.care.begin() as connection:
            connection.execute(text("PRAGMA ignore_check_constraints = ON"))
            assert connection.execute(text(statement), values).rowcount
            connection.execute(text("PRAGMA ignore_check_constraints = OFF"))

    def alert(self, id: str) -> Alert:  # noqa: A002
        with self.care.read() as connection:
            found = cases.by_id(connection, id)
        assert found is not None
        return found

    def notices(self, alert: str) -> list[Notice]:
        with self.care.read() as connection:
            return outbox.of_alert(connection, alert)

    def put_right(self, alert: str) -> list[object]:
        """Return what was put right, by the log."""
        with self.care.read() as connection:
            return [e.detail["fault"] for e in cases.read_log(connection, alert) if e.what == "put_right"]

    def told(self) -> list[Alert]:
        """Return what staff are told about linli itself."""
        return [alert for alert in self.desk.open_alerts() if alert.kind is AlertKind.SYSTEM]

    def troubles(self) -> list[str]:
        return [trouble.part for trouble in self.health.troubles()]


@pytest.fixture
def rig(care_file: Path) -> Iterator[Rig]:
    made = Rig(care_file)
    yield made
    made.care.close()


def test_where_all_is_well_nobody_is_told_anything(rig: Rig) -> None:
    alert = rig.press()
    rig.press("leak:1", AlertKind.LEAK)
    rig.run(100 * S)
    rig.desk.accept(alert, "v2")
    rig.run(11 * S)
    rig.desk.decline(alert, "v2")
    rig.run(11 * S)
    rig.desk.arrive(alert, "v3")
    rig.desk.close(alert, "v3", Outcome.HELPED)
    rig.run(11 * S)

    assert rig.told() == []
    assert rig.health.parts() == {PART: True}
    assert rig.put_right(alert) == []


def test_it_has_a_pace_of_its_own(rig: Rig) -> None:
    reads: list[str] = []
    rig.desk.start()
    event.listen(rig.care._reading.engine, "begin", lambda _: reads.append("read"))

    for _ in range(60):
        rig.auditor.tick(rig.clock.now())
        rig.clock.advance(S / 2)

    assert len(reads) == 30 * S / EVERY


def test_a_case_without_a_next_step_gets_one(rig: Rig) -> None:
    alert = rig.press()
    rig.run(11 * S)
    rig.spoil("UPDATE alerts SET due_at = NULL WHERE id = :id", id=alert)

    rig.run(11 * S)

    assert rig.put_right(alert) == [Fault.NO_NEXT_STEP]
    assert (rig.alert(alert).due_at or EIGHT) > rig.clock.now() - S
    (told,) = rig.told()
    assert (told.site, told.home, told.severity) == (GARDEN, "", Severity.URGENT)
    assert told.evidence == {"alerts": alert, "no_next_step": 1.0}
    assert "lin" in {notice.person for notice in rig.notices(told.id)}


def test_a_step_that_nobody_takes_is_found_and_told_once_a_day(rig: Rig) -> None:
    alert = rig.press()
    rig.run(MINUTE, desk=False)

    assert rig.put_right(alert) == [Fault.LATE_STEP]
    assert len(rig.told()) == 1
    assert rig.troubles() == [PART]
    assert rig.auditor.audit(rig.clock.now())[0].fault is Fault.LATE_STEP

    rig.run(30 * S)
    assert rig.troubles() == []


def test_a_step_that_was_put_off_is_taken_up_again(rig: Rig) -> None:
    alert = rig.press()
    rig.run(11 * S)
    rig.spoil("UPDATE alerts SET due_at = due_at + 86400000 WHERE id = :id", id=alert)

    rig.run(40 * S)

    assert rig.put_right(alert) == [Fault.STEP_PUT_OFF]
    assert (rig.alert(alert).due_at or EIGHT) < rig.clock.now() + 3 * MINUTE


@pytest.mark.parametrize("jump", [10 * S, timedelta(hours=9), timedelta(hours=-1)], ids=["short", "long", "back"])
def test_what_fell_due_while_everything_stood_still_is_not_late_at_once(rig: Rig, jump: timedelta) -> None:
    alert = rig.press()
    rig.run(12 * S)
    rig.clock.advance(jump)

    rig.run(30 * S)

    assert rig.put_right(alert) == []
    assert rig.troubles() == []


def test_after_a_stop_what_nobody_takes_up_is_late_all_the_same(rig: Rig) -> None:
    alert = rig.press()
    rig.run(12 * S)
    rig.clock.advance(timedelta(hours=1))
    rig.run(TOLERANCE - S, desk=False, sends=False)
    assert rig.put_right(alert) == []

    rig.run(EVERY + S, desk=False)

    assert rig.put_right(alert) == [Fault.LATE_STEP]


def test_ticks_that_are_slow_again_and_again_are_no_stop(rig: Rig) -> None:
    alert = rig.press()
    for _ in range(6):
        rig.clock.advance(8 * S)
        rig.auditor.tick(rig.clock.now())

    assert rig.put_right(alert)


def test_a_message_that_waits_for_nothing_is_told(rig: Rig) -> None:
    alert = rig.press()
    rig.run(17 * S, sends=False)

    assert rig.woken
    (told,) = rig.told()
    assert told.evidence["notice_late"] == 5
    assert told.evidence["alerts"] == alert


def test_a_message_that_waits_because_its_channel_said_when_is_no_fault(rig: Rig) -> None:
    alert = rig.press()
    with rig.care.begin() as connection:
        for notice in outbox.claim(connection, EIGHT, lease=30 * S, limit=100):
            later = EIGHT + 10 * MINUTE
            outbox.record_failure(
                connection, notice.key, state=NoticeState.WAITING, now=EIGHT, due_at=later, reason="later"
            )
    rig.run(MINUTE / 2)

    assert rig.told() == []
    assert {n.state for n in rig.notices(alert) if n.reason == "later"} == {NoticeState.WAITING}


@pytest.mark.parametrize("end", ["lease_until - 60000", "NULL"], ids=["long over", "without an end"])
def test_a_lease_that_should_have_ended_is_ended(rig: Rig, end: str) -> None:
    alert = rig.press()
    with rig.care.begin() as connection:
        held = outbox.claim(connection, EIGHT, lease=30 * S, limit=1)[0]
    rig.run(12 * S)
    rig.spoil(f"UPDATE outbox SET lease_until = {end} WHERE key = :key", key=held.key)  # noqa: S608 - the cases above

    rig.run(10 * S, sends=False)

    assert rig.put_right(alert) == [Fault.LEASE_STUCK]
    (notice,) = [n for n in rig.notices(alert) if n.key == held.key]
    assert notice.state is NoticeState.WAITING


def test_a_lease_that_runs_is_left_alone(rig: Rig) -> None:
    alert = rig.press()
    with rig.care.begin() as connection:
        held = outbox.claim(connection, EIGHT, lease=30 * S, limit=1)[0]
    rig.run(25 * S, sends=False)

    assert [n.state for n in rig.notices(alert) if n.key == held.key] == [NoticeState.LEASED]


def test_nobody_is_called_to_what_is_over_but_thanked(rig: Rig) -> None:
    alert = rig.press()
    rig.run(2 * S)
    rig.desk.close(alert, "v1", Outcome.SAFE)
    rig.spoil("UPDATE outbox SET due_at = due_at + 60000 WHERE type = 'over'")
    rig.spoil("UPDATE outbox SET state = 'waiting', due_at = due_at + 60000 WHERE type = 'call' AND person = 'v2'")

    rig.run(11 * S)

    states = {(n.person, n.type): n.state for n in rig.notices(alert)}
    assert states["v2", NoticeType.CALL] is NoticeState.WITHDRAWN
    assert states["v3", NoticeType.OVER] is NoticeState.WAITING
    assert rig.put_right(alert) == [Fault.CALLS_AFTER_THE_END]


@pytest.mark.parametrize(
    "held",
    [
        "UPDATE alerts SET due_at = due_at + 36000000, climb_at = due_at + 36000000, rung = 0 WHERE id = :id",
        "UPDATE alerts SET due_at = due_at + 36000000, climb_at = due_at + 36000000 WHERE id = :id",
    ],
    ids=["as if held until the morning", "as if called already"],
)
def test_an_emergency_to_which_nobody_was_called_is_taken_up(rig: Rig, held: str) -> None:
    alert = rig.press()
    rig.spoil("DELETE FROM requests WHERE alert = :id", id=alert)
    rig.spoil(held, id=alert)

    rig.run(11 * S)

    assert Fault.NOBODY_CALLED in rig.put_right(alert)
    assert {n.person for n in rig.notices(alert)} > {"v1", "v2"}


def test_an_emergency_where_there_is_nobody_is_not_the_auditors_to_mend(rig: Rig) -> None:
    rig.people = (MEI_HERSELF,)
    alert = rig.press()
    rig.run(30 * S)

    assert rig.put_right(alert) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alerts SET state = 'accepted', lease_until = due_at WHERE id = :id",
        "UPDATE alerts SET state = 'at_door', lease_until = due_at WHERE id = :id",
        "UPDATE alerts SET door_at = due_at WHERE id = :id",
        "UPDATE requests SET state = 'declined' WHERE person = 'v1' AND alert = :id",
        "DELETE FROM requests WHERE person = 'v1' AND alert = :id",
        "UPDATE alerts SET state = 'closed', due_at = NULL, closed_at = due_at, outcome = 'safe' WHERE id = :id",
    ],
)
def test_tables_that_say_something_else_than_the_log_are_told(rig: Rig, change: str) -> None:
    alert = rig.press()
    rig.run(11 * S)
    assert rig.told() == []
    rig.spoil(change, id=alert)

    rig.run(10 * S, desk=False)

    (told,) = rig.told()
    assert told.evidence["alerts"] == alert
    assert told.evidence["log_differs"] == 1


def test_a_new_auditor_reads_the_logs_of_old_cases_too(rig: Rig) -> None:
    alert = rig.press()
    rig.run(30 * S)
    rig.desk.accept(alert, "v1")
    rig.spoil("UPDATE requests SET state = 'asked' WHERE person = 'v1' AND alert = :id", id=alert)
    rig.restarted()

    rig.run(S)

    assert rig.told()[0].evidence["log_differs"] == 1


def test_a_fault_on_each_site_is_told_to_its_own_staff(rig: Rig) -> None:
    rig.people = (*EVERYBODY, XU)
    first = rig.press()
    rig.desk.open([Finding("sos:40", "home-40", "river", AlertKind.SOS, Severity.EMERGENCY, EIGHT, Sentence("Help."))])
    rig.run(2 * S)
    rig.spoil("UPDATE alerts SET due_at = due_at + 86400000")
    rig.run(110 * S)

    assert {alert.site for alert in rig.told()} == {GARDEN, "river"}
    assert rig.put_right(first) == [Fault.STEP_PUT_OFF]


def test_what_the_auditor_meets_never_ends_the_tick(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("broken")

    rig.auditor.tick(rig.clock.now())
    monkeypatch.setattr(rig.auditor, "audit", fail)
    rig.clock.advance(EVERY)
    rig.auditor.tick(rig.clock.now())
    assert rig.troubles() == [PART]

    def down(*_: object) -> None:
        raise StoreDown("away")

    monkeypatch.setattr(rig.auditor, "audit", down)
    rig.clock.advance(EVERY)
    rig.auditor.tick(rig.clock.now())


# who cannot be reached


def _unreachable(rig: Rig, alert: str, person: str) -> None:
    with rig.care.begin() as connection:
        line = Entry(rig.clock.now(), "person_unreachable", person, {"channel": "sms", "reason": "unknown number"})
        cases.write_log(connection, alert, [line])


def test_staff_learn_of_somebody_whom_no_channel_reaches_once_a_day(rig: Rig) -> None:
    alert = rig.press("leak:1", AlertKind.LEAK)
    rig.run(11 * S, sends=False)
    _unreachable(rig, alert, "v1")
    rig.run(10 * S, sends=False)
    _unreachable(rig, alert, "v1")
    rig.run(10 * S, sends=False)

    (told,) = [one for one in rig.told() if one.about == "person:v1"]
    assert (told.site, told.home, told.severity) == (GARDEN, "", Severity.NOTICE)
    assert told.evidence == {"person": "v1", "channels": "webhook, sms"}
    assert "127.0.0.1" not in str(told.why)


def test_the_notice_ends_by_itself_when_a_message_gets_through(rig: Rig) -> None:
    alert = rig.press()
    rig.send()
    rig.run(S)
    _unreachable(rig, alert, "v1")
    rig.run(11 * S, sends=False)
    (told,) = rig.told()
    with rig.care.begin() as connection:
        way = Notice("again", alert, "v1", "v1-sms", NoticeType.CALL, Severity.EMERGENCY, rig.clock.now())
        outbox.add(connection, [way], rig.clock.now())

    rig.run(10 * S)

    assert (rig.alert(told.id).state, rig.alert(told.id).outcome) == (AlertState.CLOSED, Outcome.OTHER)
    rig.restarted()
    rig.run(S)
    assert rig.told() == []


def test_a_new_auditor_learns_of_whom_the_last_one_had_no_time_to_tell(rig: Rig) -> None:
    alert = rig.press()
    _unreachable(rig, alert, "v1")
    _unreachable(rig, alert, "gone")  # not in the roster any more: no address could be put right
    rig.restarted()
    rig.run(S)

    assert [one.about for one in rig.told()] == ["person:v1"]


BOTH = ("v1-webhook", "v1-sms")
H = timedelta(hours=1)


def _written(
    rig: Rig, alert: str, *channels: str, reason: str = "HTTP 404", state: NoticeState = NoticeState.WAITING
) -> None:
    """Let a new message to v1 fare so by each of these channels."""
    now = rig.clock.now()
    with rig.care.begin() as connection:
        for channel in channels:
            key = f"{channel}.{now.isoformat()}"
            outbox.add(connection, [Notice(key, alert, "v1", channel, NoticeType.CALL, Severity.URGENT, now)], now)
            outbox.claim(connection, now, lease=30 * S, limit=1000)
            if state is NoticeState.SENT:
                outbox.record_sent(connection, [key], now)
            else:
                outbox.record_failure(connection, key, state=state, now=now, due_at=now + 99 * H, reason=reason)
                line = Entry(now, "notice_failed", "v1", {"channel": "sms", "reason": reason})
                cases.write_log(connection, alert, [line])


@pytest.mark.parametrize(
    ("hours", "channels", "reason", "is_told"),
    [
        ((0, 12, 24), BOTH, "HTTP 404", True),
        ((0, 12, 23), BOTH, "HTTP 404", False),
        ((0, 24), BOTH, "HTTP 404", False),
        ((0, 12, 24), BOTH[:1], "HTTP 404", False),
        ((0, 12, 24), BOTH, NOT_THEIRS, False),
    ],
    ids=["a day and three messages", "less than a day", "two messages", "one of two channels", "not their home"],
)
def test_staff_learn_of_somebody_whose_every_channel_has_taken_nothing_for_a_day(
    rig: Rig, hours: tuple[int, ...], channels: tuple[str, ...], reason: str, *, is_told: bool
) -> None:
    alert, begun = rig.press("leak:1", AlertKind.LEAK), rig.clock.now()
    for hour in hours:
        rig.clock.set(begun + hour * H)
        _written(rig, alert, *channels, reason=reason)
    rig.auditor.audit(rig.clock.now())
    rig.auditor.audit(rig.clock.now())

    assert [one.about for one in rig.told() if one.about != PART] == ["person:v1"] * is_told


@pytest.mark.parametrize(("channel", "is_told"), [("v1-webhook", False), ("inbox-v1", True), ("v1-page", True)])
def test_only_a_message_that_rings_somewhere_has_reached_somebody(rig: Rig, channel: str, *, is_told: bool) -> None:
    v1, *others = SEVEN
    paged = replace(v1, channels=(*v1.channels, Channel("v1-page", "v1", "inbox", "v1", order=2)))
    rig.people = (paged, *others)
    with rig.care.begin() as connection:
        roster.save(connection, [MEI], [], [paged])
    alert = rig.press("leak:1", AlertKind.LEAK)
    for _ in range(3):
        _written(rig, alert, *BOTH)
        rig.clock.advance(12 * H)
        _written(rig, alert, channel, state=NoticeState.SENT)

    _written(rig, alert, *BOTH)
    rig.auditor.audit(rig.clock.now())
    assert [one.about for one in rig.told() if one.about != PART] == ["person:v1"] * is_told

    rig.clock.advance(H)
    _written(rig, alert, channel, state=NoticeState.SENT)
    rig.auditor.audit(rig.clock.now())
    assert [one.about for one in rig.told() if one.about != PART] == ["person:v1"] * is_told


# linli itself


def test_what_is_about_linli_itself_reaches_all_staff() -> None:
    known = town(*EVERYBODY, XU)
    everywhere = around(known, site="", home="", now=EIGHT, load={})
    garden = around(known, site=GARDEN, home="", now=EIGHT, load={})

    assert {person.person for person in everywhere.of(Role.STAFF)} == {LIN.person, XU.person}
    assert everywhere.of(Role.VOLUNTEER) == []
    assert [person.person for person in garden.of(Role.STAFF)] == [LIN.person]
