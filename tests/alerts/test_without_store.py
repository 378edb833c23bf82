"""Calls for help while another program holds the database: who is called, and that the store learns of it exactly once."""

import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from alerts.channels.base import Answer, Verdict
from alerts.courier import Courier
from alerts.desk import Desk
from alerts.last_known import LastKnown, place
from alerts.links import Links, Verb
from alerts.message import Message
from alerts.opening import alert_id
from alerts.scribe import Scribe
from alerts.sender import Sender
from alerts.without_store import CALLING, WithoutStore
from linli.alert import AlertKind, AlertState, Entry, NoticeState, Outcome, Severity
from linli.clock import VirtualClock
from linli.errors import StoreDown
from linli.finding import Finding
from linli.health import Health
from linli.journal import Journal
from linli.people import Channel
from linli.store import cases, outbox
from linli.store.care import CareStore
from linli.words import Sentence
from tests.alerts.town import town
from tests.cast import EIGHT, GARDEN, MEI, NEIGHBOUR

S = timedelta(seconds=1)
FIRST_FIVE = ["v1", "v2", "v3", "v4", "v5"]


class Phones:
    """Every channel: notes who was sent what, and answers as told."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.answers: dict[str, Answer] = {}
        self.before_answer: Callable[[], object] = lambda: None

    def send(self, message: Message, channel: Channel) -> Answer:
        """Note a message."""
        self.before_answer()
        self.got.append((channel.person, message.key))
        self.links += [link.url for link in message.links]
        return self.answers.get(channel.id, Answer(Verdict.ACCEPTED))

    def people(self) -> list[str]:
        """Return who was called, in order."""
        return [person for person, _ in self.got]

    def often(self) -> set[int]:
        """Return how often the keys came: {1} when none came twice."""
        return set(Counter(key for _, key in self.got).values())


class House:
    """Everything between a finding and a phone over one database file; `again` is the same after a kill."""

    def __init__(self, folder: Path, phones: Phones, clock: VirtualClock, behind_seconds: float = 1000) -> None:
        self.folder = folder
        self.phones = phones
        self.clock = clock
        self.care = CareStore(f"sqlite:///{folder / 'care.db'}", busy_timeout=timedelta(milliseconds=50))
        self.health = Health(clock)
        self.links = Links(b"s" * 32, "http://linli.example", clock)
        adapters = dict.fromkeys(["webhook", "sms", "email"], phones)
        people = town()
        self.journal = Journal([folder / "journal"], reserve=1 << 16)
        courier, scribe = Courier(lambda: people, adapters, self.links, clock), Scribe(self.journal, self.health)
        self.stand_in = WithoutStore(
            self.care, lambda: people, courier, scribe, clock, self.health, LastKnown(behind_seconds=behind_seconds)
        )
        self.sender = Sender(self.care, lambda: people, adapters, self.links, clock, self.health)
        self.desk = Desk(self.care, lambda: people, clock, self.sender.wake, self.stand_in.adopt)
        self.stand_in.recover(self.desk.open)

    def again(self, *, behind_seconds: float = 1000) -> "House":
        """Return what is there after a kill and a new start."""
        self.journal.close()
        self.care.close()
        return House(self.folder, self.phones, self.clock, behind_seconds)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the database as another program would."""
        other = sqlite3.connect(self.folder / "care.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    def pass_time(self, seconds: int, late: Sequence[Finding] = ()) -> None:
        """Let the stand-in take a turn a second."""
        for _ in range(seconds):
            self.clock.advance(S)
            self.stand_in.turn(late)

    def back(self) -> None:
        """Do what a tick does when the store answers, and send what is due then."""
        self.stand_in.keep_up(self.desk.open)
        self.desk.tick(self.clock.now())
        self.sender.deliver_due(self.clock.now())

    def log(self, alert: str) -> list[Entry]:
        """Return an alert's log."""
        with self.care.read() as connection:
            return cases.read_log(connection, alert)

    def said(self, alert: str) -> Counter[str]:
        """Return how often each thing was logged."""
        return Counter(entry.what for entry in self.log(alert))

    def states(self, alert: str) -> dict[str, NoticeState]:
        """Return an alert's notices by channel."""
        with self.care.read() as connection:
            return {notice.channel: notice.state for notice in outbox.of_alert(connection, alert)}

    def open_ones(self) -> list[str]:
        """Return the open alerts."""
        return [alert.id for alert in self.desk.open_alerts()]

    def troubles(self) -> dict[str, str]:
        """Return what the board says."""
        return {trouble.part: trouble.why.template for trouble in self.health.troubles()}

    def kept(self) -> bytes:
        """Return what stands in the journal."""
        return (self.folder / "journal" / "journal").read_bytes().rstrip(b"\0")


@pytest.fixture
def house(care_file: Path) -> Iterator[House]:
    """A house with a fresh database."""
    made = House(care_file.parent, Phones(), VirtualClock(EIGHT))
    yield made
    made.care.close()


def press(number: int = 1, home: str = MEI.home) -> Finding:
    """Return a press of the call button."""
    why = Sentence("{what} at {at}, {room}.", {"what": "SOS pressed", "at": EIGHT, "room": "bedroom"})
    evidence = {"device": "button-1", "room": "bedroom", "signal": "sos"}
    return Finding(f"sos:{number}", home, GARDEN, AlertKind.SOS, Severity.EMERGENCY, EIGHT, why, evidence)


A = alert_id("sos:1")


def test_while_the_database_is_held_the_nearest_five_are_called_and_the_board_says_how(house: House) -> None:
    with house.locked():
        with pytest.raises(StoreDown):
            house.desk.open([press()])
        house.stand_in.turn([press()])

        assert sorted(house.phones.people()) == FIRST_FIVE
        assert house.troubles() == {"journal": CALLING.template}


def test_a_call_is_in_the_journal_before_it_goes_out_and_its_answer_after(house: House) -> None:
    before: list[bytes] = []
    house.phones.before_answer = lambda: before.append(house.kept())
    with house.locked():
        house.stand_in.turn([press()])

    assert b'"trying"' in before[0]
    assert before[0].count(b'"answered"') == 0
    assert house.kept().count(b'"answered"') == 5


def test_when_the_database_answers_again_it_is_one_alert_with_all_its_calls_and_nobody_is_told_twice(
    house: House,
) -> None:
    with house.locked():
        house.stand_in.turn([press()])
    house.clock.advance(3 * S)
    house.desk.open([press()])
    house.back()

    assert house.open_ones() == [A]
    assert sorted(house.phones.people()) == FIRST_FIVE
    assert set(house.states(A).values()) == {NoticeState.SENT}
    said = house.said(A)
    assert (said["opened"], said["called"], said["notice_sent"], said["journalled"]) == (1, 5, 5, 1)
    assert house.troubles() == {}
    assert house.kept() == b""


def test_the_log_says_since_when_and_whom(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])
    house.clock.advance(3 * S)
    house.back()

    told = next(entry for entry in house.log(A) if entry.what == "journalled")
    assert told.at == EIGHT + 3 * S
    assert (told.detail["since"], told.detail["called"]) == (EIGHT.isoformat(), " ".join(FIRST_FIVE))


def test_while_nobody_answers_the_ladder_is_climbed_up_to_staff_and_goes_on_from_there(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])
        house.pass_time(100)
        people = house.phones.people()
        assert {"bo", "lin"} <= set(people)
        assert "wu" not in people
    house.back()
    once = list(house.phones.got)
    for _ in range(79):
        house.clock.advance(S)
        house.back()
    assert "wu" not in house.phones.people()
    house.clock.advance(2 * S)
    house.back()

    assert "wu" in house.phones.people()
    assert house.phones.got[: len(once)] == once
    assert house.phones.often() == {1}


@pytest.mark.parametrize("in_hand", [False, True], ids=["all told", "a message still on its way"])
@pytest.mark.parametrize("read", [True, False], ids=["and read", "and not read"])
def test_when_the_database_goes_again_after_a_moment_the_ladder_goes_on(
    care_file: Path, monkeypatch: pytest.MonkeyPatch, *, in_hand: bool, read: bool
) -> None:
    house = House(care_file.parent, Phones(), VirtualClock(EIGHT), behind_seconds=0)
    with house.locked():
        house.stand_in.turn([press()])
    gap = house.stand_in._gaps[A]
    if in_hand:
        gap.trying.add(next(iter(gap.notices)))
    with monkeypatch.context() as patch:
        if not read:
            patch.setattr(LastKnown, "look", _no_answer)
        with suppress(StoreDown):
            house.stand_in.keep_up(house.desk.open)
    if in_hand:
        gap.trying.clear()
        gap.changes += 1
    gap.rests_until = 0.0  # a second later

    with house.locked():
        house.pass_time(300)
        assert {"bo", "lin", "wu"} <= set(house.phones.people())
    house.back()

    assert house.open_ones() == [A]
    assert house.phones.often() == {1}
    assert house.stand_in._gaps == {}
    house.care.close()


def _no_answer(*_: object) -> None:
    raise StoreDown("it has gone again")


def test_a_press_that_is_delivered_fifty_times_calls_once(house: House) -> None:
    with house.locked():
        for _ in range(50):
            house.stand_in.turn([press()])
        assert house.kept().count(b'"found"') == 1
    for _ in range(50):
        house.desk.open([press()])
    house.back()

    assert house.phones.often() == {1}
    assert len(house.phones.got) == 5
    assert house.said(A)["journalled"] == 1


def test_a_second_press_in_the_same_home_joins_and_is_logged(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press(1), press(2)])
    house.back()

    assert house.open_ones() == [A]
    assert len(house.phones.got) == 5
    assert house.said(A)["repeated"] == 1


def test_two_homes_that_call_are_two_alerts(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press(1), press(2, NEIGHBOUR.home)])
    house.back()

    assert sorted(house.open_ones()) == sorted([A, alert_id("sos:2")])
    assert house.phones.often() == {1}


def test_what_failed_goes_by_the_next_channel_and_is_left_to_the_sender(house: House) -> None:
    house.phones.answers = {"v1-webhook": Answer(Verdict.LATER, "busy")}
    with house.locked():
        house.stand_in.turn([press()])
        house.pass_time(1)
    assert [key for person, key in house.phones.got if person == "v1"] == [
        f"{A}.call.0.0.v1.v1-webhook",
        f"{A}.call.0.0.v1.v1-webhook",
        f"{A}.call.0.0.v1.v1-sms",
    ]
    house.phones.answers = {}
    house.back()
    assert house.states(A)["v1-webhook"] is NoticeState.WAITING
    house.clock.advance(5 * S)
    house.back()

    assert house.states(A) == dict.fromkeys(house.states(A), NoticeState.SENT)
    assert house.said(A)["notice_failed"] == 1


def test_links_in_messages_work_once_the_database_answers(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])
    house.back()

    ticket = house.links.read(house.phones.links[0].rpartition("/")[2])
    assert (ticket.alert, ticket.verb) == (A, Verb.ACCEPT)
    assert house.desk.accept(ticket.alert, ticket.person).state is AlertState.ACCEPTED


def test_after_a_kill_the_journal_opens_the_alert_though_the_message_never_comes_again(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])
        house.pass_time(31)
        before = list(house.phones.got)
    again = house.again()
    again.back()

    assert again.open_ones() == [A]
    assert house.phones.got == before
    assert again.said(A)["notice_sent"] == len(before)
    assert again.said(A)["journalled"] == 1
    assert again.kept() == b""
    again.care.close()


def test_a_message_whose_answer_was_cut_off_by_the_kill_is_sent_again_with_its_key(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])
    path = house.folder / "journal" / "journal"
    path.write_bytes(path.read_bytes().rstrip(b"\0")[:-9])
    again = house.again()
    again.back()

    assert Counter(key for _, key in house.phones.got).most_common(2)[0][1] == 2
    assert len(house.phones.got) == 6
    assert set(again.states(A).values()) == {NoticeState.SENT}
    again.care.close()


def test_what_is_on_its_way_at_the_handover_is_not_sent_beside_it(house: House) -> None:
    """The database comes back in the very moment in which the first message is on its way."""
    state: list[dict[str, NoticeState]] = []

    def come_back() -> None:
        house.phones.before_answer = lambda: None
        house.desk.open([press()])
        house.sender.deliver_due(house.clock.now())
        state.append(house.states(A))

    house.phones.before_answer = come_back
    house.stand_in.turn([press()])
    house.back()

    assert set(state[0].values()) == {NoticeState.WAITING}
    assert house.said(A)["opened"] == 1
    assert house.phones.often() == {1}
    assert set(house.states(A).values()) == {NoticeState.SENT}
    assert house.kept() == b""


def test_an_alert_that_was_open_before_is_joined_and_its_ladder_goes_on(house: House) -> None:
    house.desk.open([press(1)])
    house.back()
    with house.locked():
        house.clock.advance(31 * S)
        house.stand_in.turn([press(2)])
        house.pass_time(30)
    house.back()

    assert house.open_ones() == [A]
    assert "bo" in house.phones.people()
    assert house.phones.often() == {1}
    assert house.said(A)["opened"] == 1
    assert house.said(A)["repeated"] == 1


def test_the_ladder_of_an_alert_that_was_open_goes_on_though_nobody_presses_again(house: House) -> None:
    house.desk.open([press()])
    house.back()
    again = house.again(behind_seconds=0)
    with again.locked():
        again.pass_time(65)
        assert "bo" in house.phones.people()
    again.back()

    assert again.open_ones() == [A]
    assert house.phones.often() == {1}
    assert again.said(A)["journalled"] == 1
    assert again.kept() == b""
    again.care.close()


def test_whoever_accepts_before_the_handover_is_not_overruled(house: House) -> None:
    house.desk.open([press(1)])
    house.back()
    house.clock.advance(31 * S)
    house.phones.answers = {"v1-sms": Answer(Verdict.LATER, "busy")}
    house.stand_in.turn([press(2)])
    house.desk.accept(A, "v1")
    house.back()

    with house.care.read() as connection:
        alert = cases.by_id(connection, A)
    assert alert is not None
    assert alert.state is AlertState.ACCEPTED
    assert NoticeState.WAITING not in house.states(A).values()


def test_without_any_journal_people_are_called_all_the_same_and_the_board_says_so(house: House) -> None:
    house.journal.close()
    with house.locked():
        house.stand_in.turn([press()])
    assert sorted(house.phones.people()) == FIRST_FIVE
    assert "journal-file" in house.troubles()
    house.back()

    assert house.open_ones() == [A]
    assert set(house.states(A).values()) == {NoticeState.SENT}


def test_a_home_that_nobody_lives_in_calls_nobody(house: House) -> None:
    house.stand_in.turn([press(1, "canary-1")])

    assert house.phones.got == []
    assert house.troubles() == {}


def test_a_journal_whose_disk_hangs_holds_no_call_back(house: House, tmp_path: Path) -> None:
    class Hanging(Journal):
        def append(self, entries: Sequence[bytes]) -> None:
            release.wait()
            super().append(entries)

    release = threading.Event()
    scribe = Scribe(Hanging([tmp_path / "hanging"]), house.health)
    scribe.start(patience_seconds=0.01)
    try:
        scribe.keep([])
        assert "journal-file" in house.troubles()
    finally:
        release.set()
        scribe.stop()


def test_what_the_tables_refuse_does_not_keep_the_desk_from_opening(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])
    notices = house.stand_in._gaps[A].notices
    notices["odd"] = replace(next(iter(notices.values())), key="odd", channel=None)  # type: ignore[arg-type]  # a fault
    house.desk.open([press(9, NEIGHBOUR.home)])
    house.back()

    assert sorted(house.open_ones()) == sorted([A, alert_id("sos:9")])


def test_a_database_that_takes_long_over_the_handover_keeps_no_call_waiting(house: House) -> None:
    with house.locked():
        house.stand_in.turn([press()])

    def call_beside(*_: object) -> None:
        calling = threading.Thread(target=house.stand_in.turn, args=([press(9, NEIGHBOUR.home)],), daemon=True)
        calling.start()
        calling.join(timeout=10)
        called_beside.append(not calling.is_alive())

    called_beside: list[bool] = []
    with house.care.begin() as connection:
        event.listen(connection, "savepoint", call_beside)
        house.stand_in.adopt(connection, house.clock.now())

    assert called_beside == [True]
    house.back()
    assert sorted(house.open_ones()) == sorted([A, alert_id("sos:9")])
    assert house.phones.often() == {1}


def test_a_second_look_knows_what_has_changed_and_what_has_not(house: House) -> None:
    known, beside = LastKnown(), press(9, NEIGHBOUR.home)

    def look() -> list[AlertState | None]:
        with house.care.read() as connection:
            known.look(connection, house.clock.now())
        found = [known.about(place(finding)) for finding in (press(), beside)]
        return [case.alert.state if case else None for case in found]

    house.desk.open([press()])
    assert look() == [AlertState.OPEN, None]
    house.desk.open([beside])
    house.desk.accept(A, "v1")
    assert look() == [AlertState.ACCEPTED, AlertState.OPEN]
    house.desk.close(A, "v1", Outcome.SAFE)
    assert look() == [None, AlertState.OPEN]
