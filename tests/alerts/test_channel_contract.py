"""One contract for all channels that lead to a service: what was refused never counts as sent, and every try ends."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest

from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.channels.dingtalk import DingTalk
from alerts.channels.extra import Extra, is_service
from alerts.channels.feishu import Feishu
from alerts.channels.network import Network
from alerts.channels.ntfy import Ntfy
from alerts.channels.sms import Sms, SmsGateway
from alerts.channels.vapid import Vapid
from alerts.channels.webpush import WebPush
from alerts.channels.wecom import WeCom
from alerts.links import Links
from alerts.message import Message, compose
from linli.alert import AlertKind, Notice, NoticeType, Severity
from linli.clock import VirtualClock
from linli.keys import Keys
from linli.people import Channel, Person
from linli.words import LANGUAGES, Sentence
from tests.alerts import far_end, gateways
from tests.alerts.far_end import PATIENCE, listener
from tests.alerts.gateways import Service, dingtalk, feishu, ntfy, sms
from tests.alerts.town import new_alert
from tests.cast import ANA, BO, EIGHT, LIN, MEI, WU

LONG = timedelta(seconds=5)
SHORT = timedelta(milliseconds=150)
LINKS = Links(b"s" * 32, "http://linli.example", VirtualClock(EIGHT))
VAPID = Vapid(Keys(b"an installation's secret").bytes_for("webpush"), "staff@linli.example")
PRIVATE = ("private", "127.0.0.1", "example", "Mei", "Ana", "ana", sms.NUMBER, "go/", "Traceback")


def a_message(
    person: Person = ANA,
    severity: Severity = Severity.EMERGENCY,
    kind: AlertKind = AlertKind.SOS,
    key: str = "a-1.call.0.0.ana.ana-0",
    type: NoticeType = NoticeType.CALL,  # noqa: A002
) -> Message:
    alert = replace(new_alert(kind, severity), why=Sentence("Pulse 150 in the bedroom."))
    notice = Notice(key, "a-1", person.person, "c", type, severity, EIGHT)
    return compose(alert, notice, home=MEI, person=person, links=LINKS, now=EIGHT)


@dataclass(frozen=True)
class Kit:
    """How a channel is tried: its service, how its adapter is made for that, and what reaches a person."""

    service: type[Service]
    make: Callable[[Service, timedelta], ChannelAdapter]
    secret: str = ""

    def channel(self, service: Service) -> Channel:
        address = getattr(service, "address")  # noqa: B009 - each service has one, of its own kind
        return Channel("ana-0", "ana", "kind", address, self.secret)


def _sms(service: Service, limit: timedelta) -> ChannelAdapter:
    return _sms_at(service.url("send"), limit)


def _sms_at(url: str, limit: timedelta = LONG) -> ChannelAdapter:
    return Sms(SmsGateway(url, secret=sms.SECRET, success="/Code=OK"), limit)


KITS = {
    "sms": Kit(gateways.SmsService, _sms),
    "wecom": Kit(gateways.WeComService, lambda _, limit: WeCom(limit)),
    "dingtalk": Kit(gateways.DingTalkService, lambda _, limit: DingTalk(limit), dingtalk.SECRET),
    "feishu": Kit(gateways.FeishuService, lambda _, limit: Feishu(limit), feishu.SECRET),
    "ntfy": Kit(gateways.NtfyServer, lambda _, limit: Ntfy(limit), ntfy.TOKEN),
    "webpush": Kit(gateways.PushService, lambda _, limit: WebPush(VAPID, limit, schemes=("http",), network=Network())),
    "apprise": Kit(gateways.AnyService, lambda _, limit: Extra(limit)),
}
READ_THE_BODY = [name for name in KITS if name not in {"apprise", "webpush"}]


@pytest.fixture
def opened() -> Iterator[Callable[[str], Service]]:
    """Open services, and close them again; what they could not have understood is a failure."""
    services: list[Service] = []

    def open_(name: str) -> Service:
        if name == "apprise":
            is_service("json")  # it is read by then: that takes seconds
        service = KITS[name].service()
        service.now = EIGHT  # type: ignore[attr-defined]  # of those that look at it
        service.trusted_key = VAPID.public_key  # type: ignore[attr-defined]  # of the push service
        services.append(service)
        return service

    yield open_
    for service in services:
        service.close()
        assert service.misused == []


def tried(service: Service, name: str, mode: str, limit: timedelta = LONG) -> Answer:
    """Send once, in a thread of its own: a try that never ends is a failure, not a test that hangs."""
    service.mode = mode
    kit = KITS[name]
    return _end(kit.make(service, limit), kit.channel(service))


def _end(adapter: ChannelAdapter, channel: Channel) -> Answer:
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(adapter.send(a_message(), channel)), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert answers, "the try raised, or did not end"
    return answers[0]


def assert_not_accepted(answer: Answer) -> None:
    assert answer.verdict is not Verdict.ACCEPTED
    assert answer.reason
    assert [word for word in PRIVATE if word in answer.reason] == []


@pytest.mark.parametrize("name", KITS)
def test_what_the_service_takes_is_accepted(opened: Callable[[str], Service], name: str) -> None:
    service = opened(name)

    assert tried(service, name, "") == Answer(Verdict.ACCEPTED)
    assert len(service.texts) == 1


@pytest.mark.parametrize(
    ("name", "refusal"), [(name, refusal) for name, kit in KITS.items() for refusal in kit.service.refusals]
)
def test_what_the_service_refuses_is_never_accepted(opened: Callable[[str], Service], name: str, refusal: str) -> None:
    service = opened(name)

    answer = tried(service, name, refusal)

    assert_not_accepted(answer)
    assert answer.verdict is service.refusals[refusal].verdict, answer


@pytest.mark.parametrize("mode", ["page 200", "empty 200", "other", "deep", "huge", "half_sign"])
@pytest.mark.parametrize("name", [*READ_THE_BODY, "webpush"])
def test_a_200_that_does_not_say_yes_may_have_been_anything(
    opened: Callable[[str], Service], name: str, mode: str
) -> None:
    answer = tried(opened(name), name, mode)

    assert_not_accepted(answer)
    assert answer.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize("mode", ["page 500", "page 502", "empty 503", "answer 504", "answer 302 Location http://x/"])
@pytest.mark.parametrize("name", KITS)
def test_a_service_that_does_not_work_is_tried_again(opened: Callable[[str], Service], name: str, mode: str) -> None:
    answer = tried(opened(name), name, mode)

    assert_not_accepted(answer)
    assert answer.verdict is Verdict.LATER


@pytest.mark.parametrize("name", [name for name in KITS if name != "apprise"])
def test_a_service_may_ask_for_a_pause(opened: Callable[[str], Service], name: str) -> None:
    answer = tried(opened(name), name, "answer 429 Retry-After 7")

    assert (answer.verdict, answer.retry_after) == (Verdict.LATER, timedelta(seconds=7))


@pytest.mark.parametrize("mode", ["hang", "drip head", "drip body"])
@pytest.mark.parametrize("name", KITS)
def test_a_service_that_does_not_finish_its_answer_is_left(
    opened: Callable[[str], Service], name: str, mode: str
) -> None:
    tried(opened(name), name, "")  # what must be read and set up first is no part of the try

    answer = tried(opened(name), name, mode, SHORT)

    assert answer == Answer(Verdict.UNKNOWN, "no answer in time")


@pytest.mark.parametrize("mode", ["reset", "short", "rubbish"])
@pytest.mark.parametrize("name", KITS)
def test_a_service_that_breaks_off_has_not_accepted(opened: Callable[[str], Service], name: str, mode: str) -> None:
    answer = tried(opened(name), name, mode)

    assert_not_accepted(answer)
    assert answer.verdict is (Verdict.LATER if name == "apprise" else Verdict.UNKNOWN)


@pytest.mark.parametrize("behave", [far_end.hangs_up, far_end.talks_rubbish])
@pytest.mark.parametrize("name", KITS)
def test_what_is_no_service_at_all_has_not_accepted(
    opened: Callable[[str], Service], name: str, behave: Callable[..., None]
) -> None:
    service = opened(name)
    channel = KITS[name].channel(service)
    with listener(behave) as port:
        adapter = _sms_at(f"http://127.0.0.1:{port}/send") if name == "sms" else KITS[name].make(service, LONG)
        moved = channel.address.replace(str(service.port), str(port))

        assert_not_accepted(_end(adapter, replace(channel, address=moved)))


@pytest.mark.parametrize("name", [name for name in KITS if name not in {"sms", "apprise"}])
def test_a_service_that_is_down_is_tried_again(opened: Callable[[str], Service], name: str) -> None:
    service = opened(name)
    channel = KITS[name].channel(service)
    nowhere = channel.address.replace(str(service.port), str(far_end.nobody_listens()))

    answer = _end(KITS[name].make(service, LONG), replace(channel, address=nowhere))

    assert answer == Answer(Verdict.LATER, "the connection was refused")


@pytest.mark.parametrize(
    "address", ["", "http://", "https://", "a b\r\nX: c", "http://[", "\x00", "看", "{}", "[]", "nosuch://x", "://"]
)
@pytest.mark.parametrize("name", [name for name in KITS if name not in {"wecom", "dingtalk", "feishu"}])
def test_an_address_that_is_none_is_never_tried(opened: Callable[[str], Service], name: str, address: str) -> None:
    service = opened(name)

    answer = _end(KITS[name].make(service, LONG), replace(KITS[name].channel(service), address=address))

    assert_not_accepted(answer)
    assert answer.verdict is Verdict.NEVER
    assert service.got == []


@pytest.mark.parametrize("address", ["http://", "https://", "http://[", "nosuch://x", "://", "ftp://x/y"])
@pytest.mark.parametrize("name", ["wecom", "dingtalk", "feishu"])
def test_a_bot_without_a_web_address_is_never_tried(opened: Callable[[str], Service], name: str, address: str) -> None:
    service = opened(name)

    answer = _end(KITS[name].make(service, LONG), replace(KITS[name].channel(service), address=address))

    assert answer.verdict is Verdict.NEVER


@pytest.mark.parametrize("secret", ["看", "a\r\nX: b", "x" * 5000])
@pytest.mark.parametrize("name", KITS)
def test_no_secret_breaks_a_channel(name: str, secret: str) -> None:
    service = KITS[name].service()  # it is right that it does not take this
    try:
        channel = replace(KITS[name].channel(service), secret=secret)

        assert _end(KITS[name].make(service, LONG), channel).verdict in Verdict
    finally:
        service.close()


@pytest.mark.parametrize("name", KITS)
def test_many_threads_may_send_at_once(opened: Callable[[str], Service], name: str) -> None:
    service, kit = opened(name), KITS[name]
    adapter, channel = kit.make(service, LONG), kit.channel(service)
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(adapter.send(a_message(key=f"a-{n}.call"), channel)))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert answers == [Answer(Verdict.ACCEPTED)] * 20
    assert len(service.texts) == 20


@pytest.mark.parametrize("name", KITS)
def test_nobody_is_named_and_nothing_of_their_health_is_told(opened: Callable[[str], Service], name: str) -> None:
    service, kit = opened(name), KITS[name]
    people = (ANA, BO, LIN, WU)
    alerts = ((AlertKind.VITALS, Severity.URGENT), (AlertKind.SOS, Severity.EMERGENCY))
    for person, language, (kind, severity) in product(people, LANGUAGES, alerts):
        message = a_message(replace(person, language=language), severity, kind)
        assert kit.make(service, LONG).send(message, kit.channel(service)).verdict is Verdict.ACCEPTED

    assert len(service.texts) == len(people) * len(LANGUAGES) * len(alerts)
    names = [person.name for person in people]
    for text in service.texts:
        for told in (MEI.resident, MEI.phone, *names, "150", "bedroom", "Pulse", "脉搏"):
            assert told not in text
