"""What each destination is sent at most: never more than its service takes, and the last of it only in an emergency."""

import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from alerts.rates import TOO_MANY, Pace, Rates, destination, missing, paces, wait_for
from alerts.sender import Sender
from linli.alert import Notice, NoticeState, NoticeType, Severity
from linli.clock import VirtualClock
from linli.people import Channel
from tests.alerts.post import Post, person
from tests.alerts.test_channel_contract import LINKS
from tests.cast import EIGHT

MINUTE = timedelta(minutes=1)
ARRIVES_LATE = timedelta(seconds=5)


def bot(kind: str = "wecom", address: str = "key") -> Channel:
    return Channel("c", "ana", kind, address)


def sent(rates: Rates, channel: Channel, severity: Severity, now: datetime = EIGHT) -> int:
    """Send until there is something to wait for; return how many went out."""
    count = 0
    while rates.wait(channel, severity, now) is None:
        count += 1
    return count


WINDOWS = [
    ("wecom", 20, MINUTE + ARRIVES_LATE),
    ("dingtalk", 20, MINUTE + ARRIVES_LATE),
    ("feishu", 100, MINUTE),
    ("feishu", 5, timedelta(seconds=1)),
    ("sms", 50, timedelta(days=1)),
]
PAUSES = st.lists(st.integers(0, 20_000), min_size=1, max_size=400)


@pytest.mark.parametrize(("kind", "most", "within"), WINDOWS)
@given(pauses=PAUSES, unit=st.sampled_from([1, 10, 1000]))
def test_in_no_span_of_time_does_a_service_get_more_than_it_takes(
    kind: str, most: int, within: timedelta, pauses: list[int], unit: int
) -> None:
    rates, now, times = Rates(paces()), EIGHT, list[datetime]()
    for pause in pauses:
        now += timedelta(milliseconds=pause * unit)
        times += [now] * sent(rates, bot(kind, "1"), Severity.EMERGENCY, now)

    assert times
    for first, last in zip(times, times[most:], strict=False):
        assert last - first >= within


@pytest.mark.parametrize(("kind", "most", "within"), [row for row in WINDOWS if row[1] != 5])
def test_whoever_always_has_something_to_send_gets_half_of_it_out_in_each_span(
    kind: str, most: int, within: timedelta
) -> None:
    rates, now, count = Rates(paces()), EIGHT, 0
    while now < EIGHT + within:
        wait = rates.wait(bot(kind, "1"), Severity.EMERGENCY, now)
        count, now = (count, now + wait) if wait else (count + 1, now)

    assert most * 0.9 <= count <= most


def test_ntfy_is_used_as_its_server_allows() -> None:
    rates = Rates(paces())

    assert sent(rates, bot("ntfy", "https://n.example/a"), Severity.EMERGENCY) == 60
    assert sent(rates, bot("ntfy", "https://n.example/b"), Severity.EMERGENCY, EIGHT + timedelta(seconds=4.9)) == 0
    assert sent(rates, bot("ntfy", "https://n.example/b"), Severity.EMERGENCY, EIGHT + timedelta(seconds=5)) == 1
    assert sent(rates, bot("ntfy", "https://other.example/a"), Severity.EMERGENCY) == 60


@pytest.mark.parametrize(("kind", "ordinary", "kept"), [("wecom", 8, 2), ("ntfy", 45, 15), ("sms", 19, 6)])
def test_the_last_quarter_is_kept_for_emergencies(kind: str, ordinary: int, kept: int) -> None:
    rates = Rates(paces())

    assert sent(rates, bot(kind), Severity.URGENT) == ordinary
    assert sent(rates, bot(kind), Severity.NOTICE) == 0
    assert sent(rates, bot(kind), Severity.EMERGENCY) == kept


def call(alert: str, round: int = 0) -> Notice:  # noqa: A002 - its name in the records
    key = f"{alert}.call.{round}.3.ana.c"
    return Notice(key, alert, "ana", "c", NoticeType.CALL, Severity.EMERGENCY, EIGHT)


def test_an_emergency_that_nobody_answers_leaves_room_for_the_first_calls_of_the_next() -> None:
    rates, phone = Rates(paces()), bot("sms", "13800000001")

    rounds = [rates.wait_of(call("a-1", number), phone, EIGHT) for number in range(40)]
    others = [rates.wait_of(call(f"a-{number}"), phone, EIGHT) for number in range(2, 10)]

    assert [wait is None for wait in rounds].count(True) == 19
    assert [wait is None for wait in others] == [True] * 6 + [False] * 2


def test_a_first_call_that_is_sent_again_is_no_repeat() -> None:
    rates, phone = Rates(paces()), bot("sms", "13800000001")
    sent(rates, phone, Severity.URGENT)

    assert [rates.wait_of(call("a-1"), phone, EIGHT) for _ in range(6)] == [None] * 6
    assert rates.wait_of(call("a-2"), phone, EIGHT) is not None
    assert rates.wait_of(call("a-2", 1), phone, EIGHT + timedelta(hours=1)) is None, "what never went out was no first"


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("kind", paces())
def test_after_the_wait_that_was_said_and_not_before_there_is_room(kind: str, severity: Severity) -> None:
    rates = Rates(paces())
    sent(rates, bot(kind), severity)
    wait = rates.wait(bot(kind), severity, EIGHT)

    assert wait is not None
    assert rates.wait(bot(kind), severity, EIGHT + wait - timedelta(microseconds=1)) is not None
    assert rates.wait(bot(kind), severity, EIGHT + wait) is None


def test_to_ask_in_vain_costs_nothing() -> None:
    rates = Rates(paces())
    sent(rates, bot(), Severity.EMERGENCY)
    for _ in range(100):
        rates.wait(bot(), Severity.EMERGENCY, EIGHT)

    assert rates.wait(bot(), Severity.EMERGENCY, EIGHT + timedelta(seconds=6.5)) is None


@pytest.mark.parametrize("kind", ["webhook", "email", "webpush", "inbox", "tgram"])
def test_a_service_that_does_not_count_is_not_counted(kind: str) -> None:
    rates = Rates(paces())

    assert [rates.wait(bot(kind), Severity.NOTICE, EIGHT) for _ in range(1000)] == [None] * 1000


def test_a_clock_that_was_set_back_costs_no_more_than_an_empty_bucket() -> None:
    rates = Rates(paces())
    sent(rates, bot(), Severity.EMERGENCY)
    earlier = datetime(2020, 1, 1, tzinfo=UTC)

    assert rates.wait(bot(), Severity.EMERGENCY, earlier) == timedelta(seconds=6.5)
    assert rates.wait(bot(), Severity.EMERGENCY, earlier + timedelta(seconds=6.5)) is None


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        (bot("sms", "138 0000-0001"), bot("sms", "13800000001"), True),
        (bot("sms", "13800000001"), bot("sms", "13800000002"), False),
        (bot("ntfy", "topic"), bot("ntfy", "other"), True),
        (bot("wecom", "a"), bot("wecom", "b"), False),
        (bot("wecom", "a"), bot("feishu", "a"), False),
        (bot("ntfy", "http://["), bot("ntfy", "x"), False),
    ],
)
def test_what_a_service_counts_together_is_one_destination(one: Channel, other: Channel, *, is_one: bool) -> None:
    assert (destination(one) == destination(other)) is is_one


@pytest.mark.parametrize("a_day", [2, 3, 50, 10_000])
def test_the_number_of_text_messages_can_be_set(a_day: int) -> None:
    rates, count = Rates(paces(a_day)), 0
    for minute in range(24 * 60):
        count += sent(rates, bot("sms", "1"), Severity.EMERGENCY, EIGHT + minute * MINUTE)

    assert a_day * 0.9 - 1 <= count <= a_day


def test_a_bucket_of_one_serves_everybody() -> None:
    pace = Pace(1, MINUTE)

    assert wait_for(missing(EIGHT, pace, EIGHT), pace, Severity.NOTICE) == timedelta(0)
    assert wait_for(missing(EIGHT + MINUTE, pace, EIGHT), pace, Severity.NOTICE) == MINUTE


def test_buckets_that_are_full_again_are_forgotten() -> None:
    rates = Rates(paces())
    for number in range(1001):
        rates.wait(bot("wecom", str(number)), Severity.NOTICE, EIGHT)
    rates.wait(bot("wecom", "last"), Severity.NOTICE, EIGHT + MINUTE)

    assert len(rates._full_at) == 1


def test_many_threads_share_one_bucket() -> None:
    rates = Rates(paces())
    granted: list[timedelta | None] = []

    def ask() -> None:
        granted.extend(wait for wait in (rates.wait(bot(), Severity.EMERGENCY, EIGHT) for _ in range(50)) if not wait)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # so that they do get in each other's way
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)

    assert len(granted) == 10


# In the dispatch


class Remembering:
    """A channel that accepts everything and remembers whom it wrote to."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002
        self.addresses.append(channel.address)
        return Answer(Verdict.ACCEPTED)


@pytest.fixture
def office(care_file: Path) -> Iterator[Callable[..., Post]]:
    posts: list[Post] = []

    def open_(group: Remembering, other: Remembering) -> Post:
        people = [person(f"v{n}", ("wecom", "the-group"), ("email", f"v{n}@x.example")) for n in range(14)]
        post = Post(care_file, *people, adapters={"wecom": group, "email": other})
        posts.append(post)
        post.sender = Sender(
            post.care,
            post.roster,
            {"wecom": group, "email": other},
            LINKS,
            post.clock,
            post.health,
            rates=Rates(paces()),
            on_answer=lambda notice, kind, answer, _: post.answers.append((notice.key, kind, answer.reason)),
        )
        return post

    yield open_
    for post in posts:
        post.close()


def test_an_emergency_over_the_limit_goes_by_the_next_channel_and_later_by_the_first_too(
    office: Callable[..., Post],
) -> None:
    group, other = Remembering(), Remembering()
    post = office(group, other)
    assert isinstance(post.clock, VirtualClock)
    alert = post.open("a-1")
    post.put(alert, *(f"v{n}" for n in range(14)))

    post.sender.deliver_due(EIGHT)

    assert len(group.addresses) == 10
    assert len(other.addresses) == 4
    assert [reason for _, kind, reason in post.answers if kind == "wecom" and reason] == [TOO_MANY] * 4
    assert [notice.state for notice in post.notices("a-1").values()].count(NoticeState.WAITING) == 4

    post.pass_time(60)
    post.sender.deliver_due(post.clock.now())

    assert len(group.addresses) == 14
    assert len(other.addresses) == 4


def test_what_is_no_emergency_leaves_room_for_one(office: Callable[..., Post]) -> None:
    group = Remembering()
    post = office(group, Remembering())
    post.put(post.open("a-1", Severity.URGENT), *(f"v{n}" for n in range(14)))
    post.sender.deliver_due(EIGHT)
    assert len(group.addresses) == 8

    post.put(post.open("a-2"), "v0", "v1", "v2")
    post.sender.deliver_due(EIGHT)

    assert len(group.addresses) == 10
