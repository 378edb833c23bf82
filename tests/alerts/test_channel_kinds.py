"""What is particular to one channel: what its people see, and what its service asks for."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from alerts.case import notice_key
from alerts.channels.base import Answer, Verdict
from alerts.channels.dingtalk import DingTalk
from alerts.channels.email import write
from alerts.channels.exchange import BAD_SECRET
from alerts.channels.extra import FULL, Extra, is_service
from alerts.channels.feishu import Feishu
from alerts.channels.network import Network, _is_outside
from alerts.channels.ntfy import PUBLIC_SERVER, Ntfy, _parts
from alerts.channels.sealed import LONGEST, Reader, point, seal_with
from alerts.channels.sms import Sms, SmsGateway
from alerts.channels.vapid import Vapid
from alerts.channels.webpush import KEPT, NO_SUBSCRIPTION, WebPush, subscription, topic_of
from alerts.channels.wecom import WeCom
from linli.alert import AlertKind, NoticeType, Severity
from linli.errors import LinliError
from linli.keys import Keys
from linli.people import Channel
from tests.alerts.far_end import Gateway
from tests.alerts.gateways import NtfyServer, PushService, Service, SmsService, WeComService, ntfy
from tests.alerts.test_channel_contract import KITS, VAPID, a_message, opened
from tests.alerts.town import new_alert

__all__ = ["opened"]


@pytest.fixture
def plain() -> Iterator[Gateway]:
    """Open a gateway that takes whatever comes."""
    gateway = Gateway()
    yield gateway
    gateway.close()


# Groups


def test_a_group_is_told_where_and_given_both_links(opened: Callable[[str], Service]) -> None:
    service = opened("wecom")
    message = a_message()

    WeCom().send(message, KITS["wecom"].channel(service))

    (text,) = service.texts
    assert text.splitlines()[0] == message.short
    assert "502" in text
    assert [line.split(": ", 1)[1] for line in text.splitlines()[1:]] == [link.url for link in message.links]


@pytest.mark.parametrize(
    ("bot", "whole"),
    [
        (WeCom(), "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a-key"),
        (DingTalk(), "https://oapi.dingtalk.com/robot/send?access_token=a-key"),
        (Feishu(), "https://open.feishu.cn/open-apis/bot/v2/hook/a-key"),
    ],
    ids=["wecom", "dingtalk", "feishu"],
)
def test_the_key_of_a_bot_is_enough(bot: WeCom | DingTalk | Feishu, whole: str) -> None:
    assert bot.address("a-key", "", a_message()) == whole
    assert bot.address(whole, "", a_message()) == whole
    assert bot.address("a&b=c/?#", "", a_message()) == whole.replace("a-key", "a%26b%3Dc%2F%3F%23")


def test_a_resend_to_dingtalk_bears_the_same_name_and_another_message_another() -> None:
    body = DingTalk().body(a_message(), "")

    assert body == DingTalk().body(a_message(), "")
    assert body["msgUuid"] != DingTalk().body(a_message(key="a-2.call"), "")["msgUuid"]


def test_feishu_without_a_secret_is_not_signed() -> None:
    assert set(Feishu().body(a_message(), "")) == {"msg_type", "content"}


# ntfy


@pytest.mark.parametrize(
    ("severity", "kind", "priority"),
    [
        (Severity.EMERGENCY, AlertKind.SOS, 5),
        (Severity.URGENT, AlertKind.LEAK, 4),
        (Severity.NOTICE, AlertKind.LOW_BATTERY, 3),
    ],
)
def test_an_emergency_breaks_through_do_not_disturb(
    opened: Callable[[str], Service], severity: Severity, kind: AlertKind, priority: int
) -> None:
    service = opened("ntfy")
    assert isinstance(service, NtfyServer)

    Ntfy().send(a_message(severity=severity, kind=kind), KITS["ntfy"].channel(service))

    assert service.priorities == [priority]
    assert service.clicks == [a_message().page]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("a-topic", (PUBLIC_SERVER, "a-topic")),
        ("https://ntfy.example/a-topic", ("https://ntfy.example", "a-topic")),
        ("https://ntfy.example/a-topic/", ("https://ntfy.example", "a-topic")),
        ("https://ntfy.example/sub/a-topic", ("https://ntfy.example/sub", "a-topic")),
        ("https://ntfy.example", ("https:/", "")),
    ],
)
def test_an_ntfy_address_is_a_server_and_a_topic(address: str, parts: tuple[str, str]) -> None:
    assert _parts(address) == parts


def test_a_user_and_a_password_open_a_topic_too(plain: Gateway) -> None:
    Ntfy().send(a_message(), Channel("c", "ana", "ntfy", plain.url("topic"), "ana:a pass"))

    scheme, _, proof = plain.got[0].headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(proof)) == ("Basic", b"ana:a pass")


def test_a_token_that_no_header_can_hold_is_told(plain: Gateway) -> None:
    answer = Ntfy().send(a_message(), Channel("c", "ana", "ntfy", plain.url("topic"), f"{ntfy.TOKEN}\r\nX"))

    assert answer == Answer(Verdict.NEVER, BAD_SECRET)
    assert plain.got == []


# Text messages


def test_a_text_message_is_the_short_text_and_the_page_where_one_answers(opened: Callable[[str], Service]) -> None:
    service = opened("sms")
    message = a_message()

    KITS["sms"].make(service, timedelta(seconds=5)).send(message, Channel("c", "ana", "sms", "+86 (138) 0000-0001"))

    assert json.loads(service.got[0].raw) == {"to": "+8613800000001", "text": f"{message.short} {message.page}"}


def test_a_question_to_the_elder_herself_has_no_link() -> None:
    assert a_message().page
    assert a_message(type=NoticeType.ASK).page == ""


def test_that_an_emergency_is_over_wakes_nobody(opened: Callable[[str], Service]) -> None:
    pushed, published = opened("webpush"), opened("ntfy")
    assert isinstance(pushed, PushService)
    over = a_message(type=NoticeType.OVER)

    to_loopback().send(over, KITS["webpush"].channel(pushed))
    KITS["ntfy"].make(published, timedelta(seconds=5)).send(over, KITS["ntfy"].channel(published))

    assert (pushed.got[0].headers["urgency"], pushed.shown[0]["over"]) == ("normal", True)
    assert pushed.topics == [topic_of("a-1")]
    assert json.loads(published.got[0].raw)["priority"] == 3
    assert "X-Priority" not in write(over, sender="a@b.example", to="c@d.example")
    assert "X-Priority" in write(a_message(), sender="a@b.example", to="c@d.example")


def _asked(plain: Gateway, gateway: SmsGateway, number: str = "13800000001") -> tuple[dict[str, str], bytes]:
    Sms(gateway).send(a_message(), Channel("c", "ana", "sms", number))
    return plain.got[0].headers, plain.got[0].raw


def test_a_form_is_filled_in(plain: Gateway) -> None:
    body = "apikey={secret}&mobile={to}&text={short}&uid={key}&empty="
    headers, raw = _asked(plain, SmsGateway(plain.url("x"), body, "form", secret="a&b=c 看"))

    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in headers
    assert dict(parse_qsl(raw.decode(), keep_blank_values=True)) == {
        "apikey": "a&b=c 看",
        "mobile": "13800000001",
        "text": a_message().short,
        "uid": a_message().key,
        "empty": "",
    }


def test_json_is_filled_in_wherever_it_has_text_and_cannot_be_broken_out_of(plain: Gateway) -> None:
    body = '{"to": ["{to}"], "p": {"t": "{text}!", "n": 1}, "k": "{secret}", "{to}": null}'
    _, raw = _asked(plain, SmsGateway(plain.url("x"), body, secret='"}, {to} {"'))

    assert json.loads(raw) == {
        "to": ["13800000001"],
        "p": {"t": f"{a_message().short} {a_message().page}!", "n": 1},
        "k": '"}, {to} {"',
        "{to}": None,
    }


def test_headers_may_hold_the_secret_and_the_message_key(plain: Gateway) -> None:
    headers = '{"X-Api-Key": "k={secret}", "Idempotency-Key": "{key}"}'
    asked, _ = _asked(plain, SmsGateway(plain.url("x"), headers=headers, secret="hush"))

    assert (asked["x-api-key"], asked["idempotency-key"]) == ("k=hush", a_message().key)
    assert "authorization" not in asked


@pytest.mark.parametrize(
    ("gateway", "told"),
    [
        (SmsGateway("ftp://x"), "sms_url"),
        (SmsGateway("http://x", "{to}"), "sms_body"),
        (SmsGateway("http://x", "no equals", "form"), "sms_body"),
        (SmsGateway("http://x", headers="X: y"), "sms_headers"),
        (SmsGateway("http://x", headers='{"X\\r\\n": "y"}'), "sms_headers"),
        (SmsGateway("http://x", headers='{"X:": "y"}'), "sms_headers"),
        (SmsGateway("http://x", headers='{"": "y"}'), "sms_headers"),
        (SmsGateway("http://x", headers='{"content-LENGTH": "7"}'), "sms_headers"),
        (SmsGateway("http://x", success="Code=OK"), "sms_success"),
        (SmsGateway("http://x", success="/Code"), "sms_success"),
    ],
)
def test_a_gateway_that_cannot_be_asked_stops_the_start(gateway: SmsGateway, told: str) -> None:
    with pytest.raises(LinliError, match=f"setting {told}"):
        Sms(gateway)


@pytest.mark.parametrize(
    ("success", "body"),
    [
        ("/code=0", '{"code":0}'),
        ("/code=0", '{"code":"0"}'),
        ("/ok=true", '{"ok":true}'),
        ("/a/1/b~1c=x=y", '{"a":[0,{"b/c":"x=y"}]}'),
    ],
)
def test_a_yes_is_found_wherever_it_stands(opened: Callable[[str], Service], success: str, body: str) -> None:
    service = opened("sms")
    assert isinstance(service, SmsService)
    gateway = SmsGateway(service.url("send"), secret="private-sms-key", success=success)

    answers = []
    for said in (body, "{}", '{"code":1,"ok":false,"a":[0,{"b/c":"x"}]}'):
        service.yes = replace(service.yes, body=said)  # type: ignore[misc]  # of this one service
        answers.append(Sms(gateway).send(a_message(), Channel("c", "ana", "sms", "120")).verdict)

    assert answers == [Verdict.ACCEPTED, Verdict.UNKNOWN, Verdict.LATER]


def test_a_gateway_of_which_nothing_is_known_is_believed_its_2xx(plain: Gateway) -> None:
    assert Sms(SmsGateway(plain.url("x"))).send(a_message(), Channel("c", "ana", "sms", "120")).verdict is (
        Verdict.ACCEPTED
    )


@pytest.mark.parametrize("number", ["", "12", "one two three", "1" * 16, "+", "120;rm", "１２３"])
def test_what_is_no_number_is_never_asked_for(plain: Gateway, number: str) -> None:
    answer = Sms(SmsGateway(plain.url("x"))).send(a_message(), Channel("c", "ana", "sms", number))

    assert answer.verdict is Verdict.NEVER
    assert plain.got == []


# Web push


def to_loopback() -> WebPush:
    return WebPush(VAPID, schemes=("http",), network=Network())


def test_a_push_goes_only_where_a_browser_would_have_sent_us(opened: Callable[[str], Service]) -> None:
    """A subscription comes from outside: it must not make linli knock at the doors of its own network."""
    service = opened("webpush")

    answer = WebPush(VAPID).send(a_message(), KITS["webpush"].channel(service))

    assert answer == Answer(Verdict.NEVER, NO_SUBSCRIPTION)
    assert service.got == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "0.0.0.0", "[::ffff:127.0.0.1]"])  # noqa: S104 - an attack
def test_a_push_does_not_go_where_a_name_leads_inward(opened: Callable[[str], Service], host: str) -> None:
    """Whoever tells the name also says, later, to which address it leads."""
    service = opened("webpush")
    told = KITS["webpush"].channel(service)
    told = replace(told, address=told.address.replace("127.0.0.1", host))

    answer = WebPush(VAPID, schemes=("http",)).send(a_message(), told)

    assert answer.verdict is Verdict.LATER
    assert service.got == []


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("142.250.1.1", True),
        ("2a00:1450:4001::1", True),
        ("198.18.3.4", True),
        ("10.0.0.1", False),
        ("172.16.9.9", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("fe80::1%2", False),
        ("fd00::1", False),
        ("::ffff:192.168.1.1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_what_lies_outside_is_an_address_of_a_push_service(address: str, *, outside: bool) -> None:
    assert _is_outside(address) is outside


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_push_is_sealed_as_in_the_example_of_the_standard() -> None:
    """Check against the numbers of RFC 8291, section 5 and appendix A."""
    own = int.from_bytes(_bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    reader = _bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")

    sealed = seal_with(
        b"When I grow up, I want to be a watermelon",
        Reader(ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), reader), _bytes("BTBZMqHH6r4Tts7J_aSIgg")),
        ec.derive_private_key(own, ec.SECP256R1()),
        _bytes("DGv6ra1nlYgDCS1FRnbzlw"),
    )

    assert sealed == _bytes(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
        "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_longest_push_fits_and_a_longer_one_is_refused() -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    reader = Reader(own.public_key(), b"a" * 16)

    assert len(seal_with(b"x" * LONGEST, reader, own, b"s" * 16)) == 4096
    with pytest.raises(ValueError, match="too long"):
        seal_with(b"x" * (LONGEST + 1), reader, own, b"s" * 16)


@pytest.mark.parametrize(
    ("severity", "kind", "urgency"),
    [
        (Severity.EMERGENCY, AlertKind.SOS, "high"),
        (Severity.URGENT, AlertKind.LEAK, "high"),
        (Severity.NOTICE, AlertKind.LOW_BATTERY, "normal"),
    ],
)
def test_a_push_waits_for_a_phone_that_is_off(
    opened: Callable[[str], Service], severity: Severity, kind: AlertKind, urgency: str
) -> None:
    service = opened("webpush")

    to_loopback().send(a_message(severity=severity, kind=kind), KITS["webpush"].channel(service))

    headers = service.got[0].headers
    assert (headers["ttl"], headers["urgency"]) == (str(KEPT[severity]), urgency)
    assert KEPT[Severity.EMERGENCY] == 3600


def test_that_it_is_over_takes_the_place_of_what_was_pushed(opened: Callable[[str], Service]) -> None:
    service = opened("webpush")
    assert isinstance(service, PushService)
    alert, channel = new_alert(), KITS["webpush"].channel(service)
    key = notice_key(alert, NoticeType.CALL, 0, "ana", "ana-0")

    to_loopback().send(a_message(key=key), channel)
    over = a_message(key=f"{alert.id}.over.ana.ana-0", type=NoticeType.OVER)
    answer = to_loopback().send(over, channel)

    assert answer == Answer(Verdict.ACCEPTED)
    assert service.topics == [topic_of("a-1")] * 2
    assert [shown["over"] for shown in service.shown] == [False, True]
    assert service.shown[0]["url"] == a_message().page
    assert service.shown[1]["title"] == over.subject
    assert len(topic_of("a-1")) == 32
    assert topic_of("a-1") != topic_of("a-2")


def test_each_push_is_sealed_with_a_key_of_its_own(opened: Callable[[str], Service]) -> None:
    service = opened("webpush")
    for _ in range(2):
        to_loopback().send(a_message(), KITS["webpush"].channel(service))

    first, second = (got.raw for got in service.got)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_an_installation_keeps_its_key_and_no_two_share_one() -> None:
    key = Vapid(Keys(b"one").bytes_for("webpush"), "x@y.example").public_key

    assert key == Vapid(Keys(b"one").bytes_for("webpush"), "another@y.example").public_key
    assert key != Vapid(Keys(b"two").bytes_for("webpush"), "x@y.example").public_key
    assert len(_bytes(key)) == 65


@pytest.mark.parametrize("secret", [b"\x00" * 32, b"\xff" * 32, bytes.fromhex("ff" * 4 + "00" * 4 + "ff" * 24)])
def test_all_secrets_make_a_key(secret: bytes) -> None:
    assert Vapid(secret, "x@y.example").public_key


GOOD = {
    "endpoint": "https://push.example/1",
    "keys": {
        "p256dh": VAPID.public_key,
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"endpoint": None},
        {"keys": {}},
        {"keys": {"p256dh": VAPID.public_key, "auth": "BTBZ"}},
        {"keys": {"p256dh": VAPID.public_key, "auth": "看"}},
        {"keys": {"p256dh": "BTBZMqHH6r4Tts7J_aSIgg", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
        {"keys": {"p256dh": "B" + "A" * 86, "auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
        {"keys": {"p256dh": "A", "auth": "BTBZMqHH6r4Tts7J_aSIgg"}},
    ],
)
def test_a_subscription_that_is_none_is_seen(spoilt: dict[str, object]) -> None:
    endpoint, reader = subscription(json.dumps(GOOD))
    assert (endpoint, point(reader.key)) == ("https://push.example/1", _bytes(VAPID.public_key))

    with pytest.raises(ValueError, match=r"."):
        subscription(json.dumps({**GOOD, **spoilt}))


# Apprise


def test_only_what_apprise_knows_is_a_service() -> None:
    assert is_service("tgram")
    assert not is_service("nosuch")


def test_when_all_of_apprise_hangs_the_next_one_does_not_wait_for_ever(opened: Callable[[str], Service]) -> None:
    service = opened("apprise")
    channel = KITS["apprise"].channel(service)
    Extra().send(a_message(), channel)
    service.mode = "hang"
    extra = Extra(timedelta(milliseconds=150), at_once=1)

    assert extra.send(a_message(), channel).verdict is Verdict.UNKNOWN
    service.wait_for_held(1)
    assert extra.send(a_message(), channel) == Answer(Verdict.LATER, FULL)


def test_the_services_are_strict_about_what_they_read() -> None:
    service = WeComService()
    try:
        answer = WeCom().send(replace(a_message(), short="x" * 3000), Channel("c", "ana", "wecom", service.address))
        assert answer.verdict is Verdict.LATER
        assert service.misused == ["the text is empty or over 2048 bytes"]
    finally:
        service.close()
