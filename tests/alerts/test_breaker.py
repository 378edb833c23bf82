"""What hangs keeps nobody from those who can be reached: neither a gateway, nor one address on a host of many."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.breaker import CROWD, FORGOTTEN_SECONDS, HANGS, HELD_SECONDS, Breaker, was_held
from alerts.channels.base import Answer, Verdict
from alerts.channels.webhook import Webhook
from alerts.courier import HANGS as OTHERS_TRY
from alerts.courier import SOON, Courier
from alerts.far_end import far_end_of
from alerts.links import Links
from alerts.message import Message
from alerts.rates import TOO_MANY, Rates, paces
from alerts.retry import LONGEST_PAUSE, after
from linli.alert import NoticeType, Severity
from linli.clock import VirtualClock
from linli.people import Channel
from tests.alerts.far_end import Gateway
from tests.alerts.post import Post, hooked, person
from tests.cast import EIGHT

LINKS = Links(b"s" * 32, "http://linli.example", VirtualClock(EIGHT))


def hang(breaker: Breaker, far_end: str, channel: str, times: int = HANGS) -> None:
    for _ in range(times):
        assert breaker.enter(far_end, channel, Severity.NOTICE)
        breaker.leave(far_end, channel, Severity.NOTICE, is_held=True)


def test_a_lone_call_is_never_refused_only_one_more_into_a_known_hang() -> None:
    breaker = Breaker()
    hang(breaker, "sms", "ana-0")

    for name in ("ana-0", "bo-0"):
        assert breaker.enter("sms", name, Severity.NOTICE)
    assert not breaker.enter("sms", "lin-0", Severity.URGENT)
    for name in ("ana-0", "bo-0"):
        assert breaker.enter("sms", name, Severity.EMERGENCY)
    assert not breaker.enter("sms", "lin-0", Severity.EMERGENCY)
    assert breaker.enter("email", "lin-1", Severity.NOTICE)


def test_at_what_hangs_one_address_takes_no_others_turn() -> None:
    breaker = Breaker()
    hang(breaker, "host", "dead")

    assert breaker.enter("host", "dead", Severity.EMERGENCY)
    assert not breaker.enter("host", "dead", Severity.EMERGENCY)
    assert breaker.enter("host", "ana-0", Severity.EMERGENCY)


@pytest.mark.parametrize("answer", ["a yes", "a no at once"])
def test_one_answer_opens_the_way_to_all_behind_it_but_not_to_the_address_that_hangs(answer: str) -> None:
    breaker = Breaker()
    hang(breaker, "host", "dead")
    assert breaker.enter("host", "ana-0", Severity.NOTICE)
    breaker.leave(
        "host", "ana-0", Severity.NOTICE, is_held=was_held(Verdict.ACCEPTED, 4) if answer == "a yes" else False
    )

    for number in range(5):
        assert breaker.enter("host", f"v{number}", Severity.NOTICE)
    assert breaker.enter("host", "dead", Severity.NOTICE)
    assert not breaker.enter("host", "dead", Severity.NOTICE)


def test_what_was_not_sent_says_nothing_of_what_hangs() -> None:
    breaker = Breaker()
    hang(breaker, "sms", "ana-0")
    assert breaker.enter("sms", "ana-0", Severity.NOTICE)
    breaker.leave("sms", "ana-0", Severity.NOTICE, is_held=None)

    assert breaker.enter("sms", "ana-0", Severity.NOTICE)
    assert breaker.enter("sms", "bo-0", Severity.NOTICE)
    assert not breaker.enter("sms", "lin-0", Severity.NOTICE)


def test_what_hung_long_ago_is_forgotten() -> None:
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    hang(breaker, "sms", "ana-0")

    now[0] += FORGOTTEN_SECONDS

    for number in range(5):
        assert breaker.enter("sms", f"v{number}", Severity.NOTICE)


@pytest.mark.parametrize(
    ("verdict", "took", "is_so"),
    [
        (Verdict.UNKNOWN, HELD_SECONDS, True),
        (Verdict.LATER, HELD_SECONDS, True),
        (Verdict.UNKNOWN, 0.1, False),
        (Verdict.ACCEPTED, 4.9, False),
    ],
    ids=["no answer", "no connection in time", "it broke off at once", "slow, and taken"],
)
def test_only_what_keeps_a_worker_for_nothing_hangs(verdict: Verdict, took: float, *, is_so: bool) -> None:
    assert was_held(verdict, took) is is_so


def test_where_nothing_is_heard_a_crowd_leaves_the_others_to_their_next_channel() -> None:
    breaker = Breaker(crowd=2, patience=0)
    assert breaker.enter("sms", "ana-0", Severity.EMERGENCY)
    assert breaker.enter("sms", "bo-0", Severity.NOTICE)

    assert not breaker.enter("sms", "lin-0", Severity.EMERGENCY)

    breaker.leave("sms", "bo-0", Severity.NOTICE, is_held=True)
    assert breaker.enter("sms", "lin-0", Severity.EMERGENCY)


def test_where_something_is_heard_whoever_waits_gets_in() -> None:
    breaker, got_in = Breaker(crowd=1, patience=60), list[bool]()
    assert breaker.enter("sms", "ana-0", Severity.EMERGENCY)
    waiting = threading.Thread(target=lambda: got_in.append(breaker.enter("sms", "bo-0", Severity.EMERGENCY)))
    waiting.start()

    breaker.leave("sms", "ana-0", Severity.EMERGENCY, is_held=False)
    waiting.join()

    assert got_in == [True]


def test_at_a_far_end_that_answers_there_may_be_any_number() -> None:
    now = [0.0]
    breaker = Breaker(crowd=1, clock=lambda: now[0])
    assert breaker.enter("sms", "ana-0", Severity.EMERGENCY)
    breaker.leave("sms", "ana-0", Severity.EMERGENCY, is_held=False)

    assert all(breaker.enter("sms", f"v{number}", Severity.EMERGENCY) for number in range(9))
    now[0] += HELD_SECONDS
    assert not breaker.enter("sms", "lin-0", Severity.EMERGENCY)


PUSH = '{"endpoint": "https://push.example/send/1", "keys": {"p256dh": "", "auth": ""}}'


@pytest.mark.parametrize(
    ("kind", "address", "far_end"),
    [
        ("sms", "13800000001", "sms"),
        ("email", "ana@x.example", "email"),
        ("webhook", "https://Hooks.example:8443/ana", "hooks.example:8443"),
        ("wecom", "a-key", "qyapi.weixin.qq.com"),
        ("dingtalk", "https://oapi.dingtalk.com/robot/send?access_token=x", "oapi.dingtalk.com"),
        ("feishu", "a-key", "open.feishu.cn"),
        ("ntfy", "topic", "ntfy.sh"),
        ("ntfy", "https://n.example/topic", "n.example"),
        ("webpush", PUSH, "push.example"),
        ("webpush", "no JSON", "no JSON"),
        ("tgram", "tgram://token/chat", "tgram"),
        ("webhook", "http://[", "http://["),
    ],
)
def test_a_far_end_is_what_many_addresses_lead_to(kind: str, address: str, far_end: str) -> None:
    assert far_end_of(Channel("c", "ana", kind, address)) == far_end


# In the sender


def test_a_gateway_that_hangs_delays_nobody_whose_next_channel_works(
    office: Callable[..., Post], gateway: Gateway
) -> None:
    names = [f"v{number}" for number in range(20)]
    gateway.modes = {f"sms-{name}": "hang" for name in names}
    people = [person(name, ("sms", gateway.url(f"sms-{name}")), hooked(gateway, name)) for name in names]
    hooks = Webhook(timedelta(seconds=60))
    post = office(*people, adapters={"sms": hooks, "webhook": hooks})
    post.sender._dispatch._courier._breaker._patience = 0
    post.sender.start()

    post.call(post.open("a-1"), *names)

    gateway.wait_for(lambda got: sum(not one.path.startswith("/sms") for one in got) == len(names) - CROWD)
    assert gateway.held == CROWD
    gateway.release()


class Told:
    """A channel that accepts everything and counts."""

    def __init__(self) -> None:
        self.count = 0

    def send(self, message: Message, channel: Channel) -> Answer:  # noqa: ARG002
        self.count += 1
        return Answer(Verdict.ACCEPTED)


def test_who_waits_for_a_gateway_that_hangs_loses_neither_the_call_nor_its_share(office: Callable[..., Post]) -> None:
    post, told = office(person("ana", ("sms", "13800000001"))), Told()
    courier = Courier(post.roster, {"sms": told}, LINKS, post.clock, Rates(paces(2)))
    alert = post.open("a-1")
    notice = post.notice(alert, "ana")
    hang(courier._breaker, "sms", "ana-0")
    assert courier._breaker.enter("sms", "ana-0", Severity.EMERGENCY)

    for _ in range(5):
        assert courier.send(alert, notice) == ("sms", Answer(Verdict.LATER, OTHERS_TRY, retry_within=SOON))

    courier._breaker.leave("sms", "ana-0", Severity.EMERGENCY, is_held=False)
    assert courier.send(alert, notice)[1].verdict is Verdict.ACCEPTED
    assert courier.send(alert, notice)[1].reason == TOO_MANY
    assert told.count == 1


@pytest.mark.parametrize(
    ("severity", "kind", "pause"),
    [
        (Severity.EMERGENCY, NoticeType.CALL, SOON),
        (Severity.EMERGENCY, NoticeType.OVER, LONGEST_PAUSE),
        (Severity.URGENT, NoticeType.CALL, LONGEST_PAUSE),
    ],
)
def test_a_call_for_help_is_there_soon_after_a_far_end_answers_again(
    office: Callable[..., Post], severity: Severity, kind: NoticeType, pause: timedelta
) -> None:
    post = office(person("ana", ("sms", "13800000001")))
    courier = Courier(post.roster, {"sms": Told()}, LINKS, post.clock)
    alert = post.open("a-1", severity)
    notice = replace(post.notice(alert, "ana"), type=kind, attempts=7)
    hang(courier._breaker, "sms", "ana-0")
    assert courier._breaker.enter("sms", "ana-0", severity)

    answer = courier.send(alert, notice)[1]

    assert after(answer, notice, EIGHT).due_at == EIGHT + pause
