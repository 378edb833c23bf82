"""The sender over a real database and a real gateway: nothing is lost, nothing hangs, nobody is called after closing."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from alerts import sender as sender_module
from alerts.channels.base import Answer, Verdict
from alerts.courier import Courier
from alerts.links import Links
from alerts.message import Message
from linli.alert import Notice, NoticeState, NoticeType, Severity
from linli.clock import SystemClock, VirtualClock
from linli.errors import StoreDown
from linli.people import Care, Channel, Role, Scope
from linli.store import outbox
from tests.alerts.far_end import Gateway, eventually, nobody_listens
from tests.alerts.post import Post, hooked, person
from tests.cast import EIGHT, MEI

ROOT = Path(__file__).resolve().parents[2]
S = timedelta(seconds=1)
LINKS = Links(b"s" * 32, "http://linli.example", VirtualClock(EIGHT))


def test_what_was_claimed_by_commits_that_were_not_heard_of_does_not_wait_for_its_lease(
    office: Callable[..., Post], gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = office(person("ana", hooked(gateway, "ana")), clock=SystemClock())
    post.sender.start()
    eventually(lambda: not post.sender._is_fresh, "the sender has turned")
    keys = post.put(post.open("a-1"), "ana")
    begin, unheard = post.care.begin, iter(range(2))

    @contextmanager
    def begin_unheard() -> Iterator[Connection]:
        with begin() as connection:
            yield connection
        if next(unheard, None) is not None:
            raise StoreDown("the connection was lost")

    monkeypatch.setattr(post.care, "begin", begin_unheard)
    post.sender.wake()

    eventually(lambda: gateway.keys("ana") == keys, "she is called")
    assert next(unheard, None) is None


# One pass, under a virtual clock


def test_a_notice_is_delivered_once_and_logged(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    (key,) = post.call(post.open("a-1"), "ana")

    assert post.deliver() == 1
    assert post.deliver() == 0

    assert gateway.keys("ana") == [key]
    assert post.states("a-1") == {"ana-0": NoticeState.SENT}
    (entry,) = post.log("a-1")
    assert (entry.what, entry.who) == ("notice_sent", "ana")
    assert entry.detail == {"channel": "webhook", "key": key}
    assert post.answers == [(key, "webhook", "accepted")]


def test_a_notice_that_is_not_due_waits(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    post.call(post.open("a-1"), "ana")

    assert post.deliver(EIGHT - S) == 0


def test_a_failure_uses_the_next_channel_at_once_and_the_first_again_later(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    gateway.modes["ana"] = "answer 500"
    post = office(person("ana", hooked(gateway, "ana"), hooked(gateway, "second"), hooked(gateway, "third")))
    (key,) = post.call(post.open("a-1"), "ana")

    assert post.deliver() == 2

    assert [got.path for got in gateway.got] == ["/ana", "/second"]
    assert post.states("a-1") == {"ana-0": NoticeState.WAITING, "ana-1": NoticeState.SENT}
    assert post.notices("a-1")["ana-0"].due_at == EIGHT + S
    assert post.story("a-1") == [("notice_failed", "ana"), ("notice_sent", "ana")]
    assert post.log("a-1")[0].detail == {"channel": "webhook", "reason": "HTTP 500", "key": key}


def test_a_far_end_that_comes_back_gets_everything_with_the_same_keys(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    names = [f"v{i}" for i in range(5)]
    for name in names:
        gateway.modes[name] = "answer 503"
    post = office(*[person(name, hooked(gateway, name)) for name in names])
    keys = post.call(post.open("a-1"), *names)
    for _ in range(4):
        post.deliver()
        post.pass_time(60)

    gateway.modes.clear()
    post.deliver()

    assert set(post.states("a-1").values()) == {NoticeState.SENT}
    assert {key for name in names for key in gateway.keys(name)} == set(keys)
    assert Counter(verdict for _, _, verdict in post.answers) == {"later": 20, "accepted": 5}


def test_a_failure_that_repeats_is_logged_once_and_anew_when_its_reason_changes(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    post.call(post.open("a-1"), "ana")
    for mode in ("answer 500", "answer 500", "answer 500", "answer 502", "answer 502"):
        gateway.modes["ana"] = mode
        post.deliver()
        post.pass_time(60)

    assert [entry.detail["reason"] for entry in post.log("a-1")] == ["HTTP 500", "HTTP 502"]
    assert len(gateway.got) == 5


def test_a_person_whose_every_channel_refuses_for_good_is_logged_as_unreachable(office: Callable[..., Post]) -> None:
    post = office(person("ana", ("webhook", "not an address"), ("sms", "13800000001")))
    post.call(post.open("a-1"), "ana")

    assert post.deliver() == 2

    assert post.states("a-1") == {"ana-0": NoticeState.FAILED, "ana-1": NoticeState.FAILED}
    assert [what for what, _ in post.story("a-1")] == ["notice_failed", "notice_failed", "person_unreachable"]


def test_a_person_is_not_unreachable_while_one_channel_is_still_tried(office: Callable[..., Post]) -> None:
    post = office(person("ana", ("webhook", f"http://127.0.0.1:{nobody_listens()}/"), ("sms", "13800000001")))
    post.call(post.open("a-1"), "ana")

    post.deliver()

    assert post.states("a-1") == {"ana-0": NoticeState.WAITING, "ana-1": NoticeState.FAILED}
    assert [what for what, _ in post.story("a-1")] == ["notice_failed", "notice_failed"]


def test_who_was_struck_off_the_list_is_not_written_to(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")), person("bo", hooked(gateway, "bo")))
    alert = post.open("a-1")
    post.call(alert, "ana")
    post.people = (person("bo", hooked(gateway, "bo")),)

    post.deliver()

    assert gateway.got == []
    assert post.story("a-1") == [("notice_failed", "ana"), ("person_unreachable", "ana")]


def test_who_was_taken_off_the_list_of_a_home_is_not_written_to_about_it(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    post.call(post.open("a-1"), "ana")
    post.people = (replace(post.people[0], cares=(Care(Scope.HOME, "home-8"),)),)

    post.deliver()

    assert gateway.got == []
    assert post.states("a-1") == {"ana-0": NoticeState.FAILED}
    assert "person_unreachable" not in [what for what, _ in post.story("a-1")], "no address is wrong"


def test_who_goes_is_reminded_also_when_the_home_is_no_longer_theirs(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    alert = post.open("a-1")
    with post.care.begin() as connection:
        reminder = replace(post.notice(alert, "ana"), key="a-1.remind", type=NoticeType.REMIND)
        outbox.add(connection, [reminder], post.clock.now())
    post.people = (replace(post.people[0], cares=(Care(Scope.HOME, "home-8"),)),)

    post.deliver()

    assert post.states("a-1") == {"ana-0": NoticeState.SENT}


def test_who_has_a_new_channel_is_written_to_by_that(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "old")))
    post.call(post.open("a-1"), "ana")
    post.people = (replace(person("ana"), channels=(Channel("ana-new", "ana", *hooked(gateway, "new")),)),)

    post.deliver()

    assert [got.path for got in gateway.got] == ["/new"]
    assert post.states("a-1") == {"ana-0": NoticeState.FAILED, "ana-new": NoticeState.SENT}


def test_who_has_no_channel_finds_the_notice_in_the_inbox(office: Callable[..., Post]) -> None:
    post = office(person("ana"))
    post.call(post.open("a-1"), "ana")

    post.deliver()

    assert post.states("a-1") == {"inbox-ana": NoticeState.SENT}


def test_a_lease_that_ran_out_is_sent_again_with_the_same_key(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    (key,) = post.call(post.open("a-1"), "ana")
    with post.care.begin() as connection:
        assert outbox.claim(connection, EIGHT, lease=30 * S, limit=1)  # by somebody who dies now

    post.pass_time(29)
    assert post.deliver() == 0
    post.pass_time(1)
    assert post.deliver() == 1
    assert gateway.keys("ana") == [key]


def test_a_closed_alert_sends_nothing(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    alert = post.open("a-1")
    post.call(alert, "ana")
    post.close_alert(alert)

    assert post.deliver() == 0
    assert post.states("a-1") == {"ana-0": NoticeState.WITHDRAWN}


class Closing:
    """A channel whose first message makes somebody close the alert while the others are already claimed."""

    def __init__(self) -> None:
        self.close: Callable[[], None] | None = None
        self.sent: list[str] = []

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002
        self.sent.append(channel.person)
        if self.close:
            self.close()
        return Answer(Verdict.LATER, "busy")


def test_a_notice_claimed_before_the_closing_is_not_sent_after_it(office: Callable[..., Post]) -> None:
    adapter = Closing()
    post = office(*[person(name, ("webhook", "x"), ("inbox", name)) for name in "abc"], adapters={"webhook": adapter})
    alert = post.open("a-1")
    post.call(alert, "a", "b", "c")
    adapter.close = lambda: post.close_alert(alert)

    assert post.deliver() == 1

    assert adapter.sent == ["a"]
    assert set(post.states("a-1").values()) == {NoticeState.WITHDRAWN}
    assert post.story("a-1") == [("notice_taken_back", name) for name in "abc"]
    post.pass_time(3600)
    assert post.deliver() == 0


class Reading:
    """A channel that notes what people are told."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    def send(self, message: Message, channel: Channel) -> Answer:
        self.said[channel.person] = message.long
        return Answer(Verdict.ACCEPTED)


@pytest.mark.parametrize("has_store", [True, False], ids=["from the outbox", "without a database"])
def test_staff_are_told_who_holds_the_key_and_a_neighbour_is_not(
    office: Callable[..., Post], *, has_store: bool
) -> None:
    jun = replace(person("jun", ("webhook", "x")), name="Jun Wang", cares=(Care(Scope.KEY, MEI.home),))
    lin = replace(person("lin", ("webhook", "x")), role=Role.STAFF, language="en")
    reading = Reading()
    post = office(jun, replace(person("ana", ("webhook", "x")), language="en"), lin, adapters={"webhook": reading})
    alert = post.open("a-1")
    keys = post.call(alert, "ana", "lin")
    if has_store:
        post.deliver()
    else:
        courier = Courier(post.roster, {"webhook": reading}, LINKS, post.clock)
        for key, name in zip(keys, ("ana", "lin"), strict=True):
            notice = Notice(key, alert.id, name, f"{name}-0", NoticeType.CALL, Severity.EMERGENCY, EIGHT)
            courier.send(alert, notice)

    assert "The key is with Jun Wang." in reading.said["lin"]
    assert "key" not in reading.said["ana"]


def test_a_kind_of_channel_that_fails_three_times_is_a_trouble_until_it_works(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    gateway.modes["ana"] = "answer 500"
    post = office(person("ana", hooked(gateway, "ana")))
    post.call(post.open("a-1"), "ana")
    seen = []
    for _ in range(3):
        post.deliver()
        seen.append(post.troubles())
        post.pass_time(60)
    gateway.modes.clear()
    post.deliver()

    assert seen == [[], [], ["channel:webhook"]]
    assert post.troubles() == []


def test_a_kind_of_channel_without_adapter_is_a_trouble_at_once(office: Callable[..., Post]) -> None:
    post = office(person("ana", ("sms", "13800000001")))
    post.call(post.open("a-1"), "ana")

    post.deliver()

    assert post.troubles() == ["channel:sms"]


def test_emergencies_go_first(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    later = post.call(post.open("a-1", Severity.NOTICE), "ana")
    first = post.call(post.open("a-2", Severity.EMERGENCY), "ana")

    post.deliver()

    assert gateway.keys("ana") == first + later


# The thread and its workers


def test_a_wake_delivers_at_once(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    post.sender.start()
    (key,) = post.call(post.open("a-1"), "ana")

    gateway.wait_for(lambda got: [one.key for one in got] == [key])
    eventually(lambda: post.states("a-1") == {"ana-0": NoticeState.SENT}, "the answer was not recorded")


def test_what_was_overdue_goes_out_at_the_start(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    post.call(post.open("a-1"), "ana")
    post.pass_time(3600)

    post.sender.start()

    gateway.wait_for(lambda got: len(got) == 1)


def test_what_nobody_woke_for_is_found_by_the_poll(office: Callable[..., Post], gateway: Gateway) -> None:
    post = office(person("ana", hooked(gateway, "ana")))
    post.sender.start()
    eventually(lambda: post.health.parts() == {"sender": True}, "the sender took no turn")

    post.put(post.open("a-1"), "ana")

    gateway.wait_for(lambda got: len(got) == 1)


def test_an_emergency_is_not_delayed_by_a_hundred_hanging_notices(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    names = [f"v{i}" for i in range(100)]
    gateway.modes = dict.fromkeys(names, "hang")
    post = office(
        *[person(name, hooked(gateway, name)) for name in names], person("ana", hooked(gateway, "ana")),
        limit=60 * S, workers=6, reserved=2,
    )  # fmt: skip
    post.sender.start()
    post.call(post.open("a-1", Severity.NOTICE), *names)
    gateway.wait_for_held(4)

    for number in range(5):
        (key,) = post.call(post.open(f"sos-{number}"), "ana")
        gateway.wait_for(lambda got, key=key: key in [one.key for one in got])  # type: ignore[misc]

    assert gateway.held == 4
    gateway.release()
    eventually(lambda: set(post.states("a-1").values()) == {NoticeState.SENT}, "not all notices were sent")
    assert sorted(Counter(got.key for got in gateway.got).values()) == [1] * 105


def test_a_claim_takes_no_more_than_there_are_idle_workers(office: Callable[..., Post], gateway: Gateway) -> None:
    names = [f"v{i}" for i in range(20)]
    gateway.modes = dict.fromkeys(names, "hang")
    post = office(
        *[person(name, hooked(gateway, name)) for name in names], limit=60 * S, workers=3, reserved=1
    )  # fmt: skip
    post.sender.start()
    post.call(post.open("a-1"), *names)
    gateway.wait_for_held(3)

    assert Counter(post.states("a-1").values()) == {NoticeState.LEASED: 3, NoticeState.WAITING: 17}
    gateway.release()


def test_closing_while_a_message_hangs_withdraws_all_that_wait(office: Callable[..., Post], gateway: Gateway) -> None:
    names = [f"v{i}" for i in range(20)]
    gateway.modes = dict.fromkeys(names, "hang")
    post = office(*[person(name, hooked(gateway, name)) for name in names], limit=60 * S, workers=4, reserved=1)
    post.sender.start()
    alert = post.open("a-1")
    post.call(alert, *names)
    gateway.wait_for_held(4)

    post.close_alert(alert)
    gateway.release()
    post.sender.stop()

    assert len(gateway.got) == 4
    assert Counter(post.states("a-1").values()) == {NoticeState.SENT: 4, NoticeState.WITHDRAWN: 16}


def test_stopping_waits_for_the_tries_under_way_and_writes_their_answers_down(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    gateway.modes["ana"] = "hang"
    post = office(person("ana", hooked(gateway, "ana")), limit=60 * S)
    post.sender.start()
    post.call(post.open("a-1"), "ana")
    gateway.wait_for_held(1)
    stopping = threading.Thread(target=post.sender.stop)
    stopping.start()

    gateway.release()
    stopping.join()

    assert post.states("a-1") == {"ana-0": NoticeState.SENT}


def test_stopping_claims_nothing_more(office: Callable[..., Post], gateway: Gateway) -> None:
    names = [f"v{i}" for i in range(20)]
    gateway.modes = dict.fromkeys(names, "hang")
    post = office(*[person(name, hooked(gateway, name)) for name in names], limit=60 * S, workers=2, reserved=1)
    post.sender.start()
    post.call(post.open("a-1"), *names)
    gateway.wait_for_held(2)
    stopping = threading.Thread(target=post.sender.stop)
    stopping.start()
    eventually(lambda: post.sender.is_stopping, "it does not stop")

    gateway.release()
    stopping.join()

    assert Counter(post.states("a-1").values()) == {NoticeState.SENT: 2, NoticeState.WAITING: 18}


def test_stopping_gives_up_on_a_far_end_that_hangs_and_the_next_start_sends_again(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    gateway.modes["ana"] = "hang"
    first = office(person("ana", hooked(gateway, "ana")), limit=60 * S)
    first.sender.start()
    (key,) = first.call(first.open("a-1"), "ana")
    gateway.wait_for_held(1)
    first.sender.stop(timeout=timedelta(0))
    gateway.modes.clear()

    second = office(person("ana", hooked(gateway, "ana")))
    second.sender.start()

    gateway.wait_for(lambda got: [one.key for one in got] == [key, key])
    eventually(lambda: second.states("a-1") == {"ana-0": NoticeState.SENT}, "the answer was not recorded")


class Broken:
    """A channel with a mistake of ours in it."""

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002
        raise ZeroDivisionError


def test_a_mistake_of_ours_in_one_channel_uses_the_next_and_says_so(
    office: Callable[..., Post], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = office(
        person("ana", ("broken", "x"), ("good", "ana")), adapters={"broken": Broken(), "good": Accepting()}
    )  # fmt: skip
    post.sender.start()
    (key,) = post.call(post.open("a-1"), "ana")

    eventually(lambda: post.states("a-1").get("ana-1") == NoticeState.SENT, "the next channel was not used")

    assert "messages" in post.troubles()
    assert f"key={key}" in caplog.text
    monkeypatch.setattr(sender_module, "_FAULT_SHOWN_SECONDS", 0.0)
    post.sender.wake()
    eventually(lambda: "messages" not in post.troubles(), "an hour later it was still told")


class Accepting:
    """A channel that accepts everything and remembers the keys."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002
        self.keys.append(message.key)
        return Answer(Verdict.ACCEPTED)


def test_a_store_that_is_down_is_a_trouble_and_afterwards_everything_is_sent_once(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    gateway.modes["ana"] = "hang"
    post = office(person("ana", hooked(gateway, "ana")), limit=60 * S)
    post.sender.start()
    (key,) = post.call(post.open("a-1"), "ana")
    gateway.wait_for_held(1)

    with post.care.begin():  # whoever holds the one lock of this database stops everybody else from writing
        gateway.release()
        eventually(lambda: "sender" in post.troubles(), "the board does not show it")

    eventually(lambda: post.states("a-1") == {"ana-0": NoticeState.SENT}, "the answer was lost")
    eventually(lambda: post.troubles() == [], "the board still shows it")
    assert gateway.keys("ana") == [key]


def test_an_answer_that_cannot_be_written_does_not_hold_the_others_back(
    office: Callable[..., Post], gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    names = ["bad", "ana", "bo"]
    post = office(*[person(name, hooked(gateway, name)) for name in names])
    with post.care.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER spoilt BEFORE UPDATE ON outbox WHEN NEW.state = 'sent' AND NEW.person = 'bad' "
            "BEGIN SELECT RAISE(ABORT, 'spoilt'); END"
        )
    post.sender.start()
    bad, *_ = post.call(post.open("a-1"), *names)

    eventually(
        lambda: (
            post.states("a-1")
            == {"bad-0": NoticeState.LEASED, "ana-0": NoticeState.SENT, "bo-0": NoticeState.SENT}
        ),
        "the good answers were not recorded",
    )  # fmt: skip
    eventually(lambda: f"key={bad}" in caplog.text, "the bad one was not logged")


def test_a_sender_without_workers_for_ordinary_notices_is_refused(office: Callable[..., Post]) -> None:
    with pytest.raises(ValueError, match="reserved"):
        office(workers=4, reserved=4)


# Killed


def test_killed_while_sending_it_is_sent_once_more_with_the_same_key(
    office: Callable[..., Post], gateway: Gateway, tmp_path: Path
) -> None:
    gateway.modes["ana"] = "hang"
    clock = VirtualClock(SystemClock().now())
    post = office(person("ana", hooked(gateway, "ana")), clock=clock)
    (key,) = post.call(post.open("a-1"), "ana")
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.alerts.kill_me", tmp_path / "care.db", str(gateway.port)], cwd=ROOT
    )
    try:
        gateway.wait_for_held(1)
    finally:
        child.kill()
        child.wait()
    assert post.states("a-1") == {"ana-0": NoticeState.LEASED}

    gateway.modes.clear()
    post.sender.start()

    eventually(lambda: post.states("a-1") == {"ana-0": NoticeState.SENT}, "it was lost")
    post.sender.stop()
    assert gateway.keys("ana") == [key, key]
    assert post.story("a-1") == [("notice_sent", "ana")]
