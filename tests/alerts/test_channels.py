"""The channels against real far ends: what is accepted, what is tried again, and that every try ends."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerts.channels import ANYTHING_ELSE, NO_ADAPTER, NO_MAIL_SERVER, NO_SMS_GATEWAY, adapter_of, adapters_for
from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.channels.email import Email, SmtpSettings, write
from alerts.channels.exchange import retry_after
from alerts.channels.http import MAX_BODY, BadAddress, Reply, Url, parse
from alerts.channels.inbox import Inbox
from alerts.channels.kept import Origin
from alerts.channels.network import Deadline, Network, tls_context
from alerts.channels.webhook import Webhook
from alerts.links import Links
from alerts.message import Message, compose
from linli.alert import Notice, NoticeType, Severity
from linli.clock import VirtualClock
from linli.errors import LinliError
from linli.people import Channel
from tests.alerts import far_end
from tests.alerts.far_end import SECRET, Gateway, listener
from tests.alerts.town import new_alert
from tests.cast import ANA, EIGHT, MEI

LONG = timedelta(seconds=5)
SHORT = timedelta(milliseconds=250)
VERY_SHORT = timedelta(milliseconds=80)
KEY = "a-1.call.0.0.ana.ana-0"

Behaviour = Callable[[socket.socket, threading.Event], None]


def a_message(*, english: bool = True) -> Message:
    links = Links(b"s" * 32, "http://linli.example", VirtualClock(EIGHT))
    person = replace(ANA, language="en") if english else ANA
    notice = Notice(KEY, "a-1", "ana", "ana-0", NoticeType.CALL, Severity.EMERGENCY, EIGHT)
    return compose(new_alert(), notice, home=MEI, person=person, links=links, now=EIGHT)


def webhook(address: str, secret: str = SECRET) -> Channel:
    return Channel("ana-0", "ana", "webhook", address, secret)


def mailbox(address: str = "ana@example.org") -> Channel:
    return Channel("ana-1", "ana", "email", address)


def posted(gateway: Gateway, path: str, mode: str, limit: timedelta = LONG) -> Answer:
    gateway.modes[path] = mode
    return Webhook(limit).send(a_message(), webhook(gateway.url(path)))


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    opened = Gateway()
    yield opened
    opened.close()


# The contract of every channel


def _webhook(port: int) -> tuple[ChannelAdapter, Channel]:
    return Webhook(VERY_SHORT), webhook(f"http://127.0.0.1:{port}/private-path")


def _webhook_tls(port: int) -> tuple[ChannelAdapter, Channel]:
    return Webhook(VERY_SHORT), webhook(f"https://127.0.0.1:{port}/private-path")


def _mail(security: Literal["none", "starttls", "tls"]) -> Callable[[int], tuple[ChannelAdapter, Channel]]:
    return lambda port: (
        Email(SmtpSettings("127.0.0.1", port, security, "private-user", "private-password"), VERY_SHORT),
        mailbox("private-box@example.org"),
    )


def _inbox(_: int) -> tuple[ChannelAdapter, Channel]:
    return Inbox(), Channel("inbox-ana", "ana", "inbox", "ana")


def _no_such(_: int) -> tuple[ChannelAdapter, Channel]:
    return adapter_of({}, "fax"), Channel("ana-2", "ana", "fax", "13800000001")


EVERY_CHANNEL = [
    pytest.param(_webhook, id="webhook"),
    pytest.param(_webhook_tls, id="webhook over TLS"),
    pytest.param(_mail("none"), id="email"),
    pytest.param(_mail("starttls"), id="email with STARTTLS"),
    pytest.param(_mail("tls"), id="email over TLS"),
    pytest.param(_inbox, id="inbox"),
    pytest.param(_no_such, id="a kind without adapter"),
]
EVERY_FAR_END = [
    pytest.param(far_end.says_nothing, id="says nothing"),
    pytest.param(far_end.drips, id="drips"),
    pytest.param(far_end.hangs_up, id="hangs up"),
    pytest.param(far_end.talks_rubbish, id="talks rubbish"),
]
PRIVATE = ("private", "127.0.0.1", "example", "Mei", "Ana", "ana", SECRET, "1380", "go/")


def _end(adapter: ChannelAdapter, channel: Channel) -> Answer:
    """Send in a thread of its own: a try that never ends is a failure, not a test that hangs."""
    answers: list[Answer] = []
    thread = threading.Thread(target=lambda: answers.append(adapter.send(a_message(), channel)), daemon=True)
    thread.start()
    thread.join(far_end.PATIENCE)
    assert answers, "the try raised, or did not end"
    return answers[0]


@pytest.mark.parametrize("behave", EVERY_FAR_END)
@pytest.mark.parametrize("make", EVERY_CHANNEL)
def test_whatever_the_far_end_does_a_try_ends_with_an_answer(
    make: Callable[[int], tuple[ChannelAdapter, Channel]], behave: Behaviour
) -> None:
    with listener(behave) as port:
        adapter, channel = make(port)

        answer = _end(adapter, channel)

    if channel.kind == "inbox":
        assert answer == Answer(Verdict.ACCEPTED)
    else:
        assert answer.verdict is not Verdict.ACCEPTED
        assert answer.reason
        assert not [word for word in PRIVATE if word in answer.reason]


@pytest.mark.parametrize("make", EVERY_CHANNEL[:5])
def test_a_far_end_that_is_down_is_tried_again(make: Callable[[int], tuple[ChannelAdapter, Channel]]) -> None:
    adapter, channel = make(far_end.nobody_listens())

    assert adapter.send(a_message(), channel) == Answer(Verdict.LATER, "the connection was refused")


@pytest.mark.parametrize("make", EVERY_CHANNEL)
@pytest.mark.parametrize("address", ["", "x", "http://", "a@b\r\nBcc: c@d", "http://[", "\x00", "看", "a" * 5000])
def test_no_address_breaks_a_channel(make: Callable[[int], tuple[ChannelAdapter, Channel]], address: str) -> None:
    adapter, channel = make(far_end.nobody_listens())

    assert _end(adapter, replace(channel, address=address)).verdict in Verdict


def test_a_kind_of_channel_without_adapter_is_never_tried_again() -> None:
    adapters = adapters_for(None)

    assert adapter_of({}, "fax").send(a_message(), mailbox()) == Answer(Verdict.NEVER, NO_ADAPTER)
    assert adapter_of(adapters, "email").send(a_message(), mailbox()) == Answer(Verdict.NEVER, NO_MAIL_SERVER)
    assert adapter_of(adapters, "sms").send(a_message(), mailbox()) == Answer(Verdict.NEVER, NO_SMS_GATEWAY)
    assert adapter_of(adapters, "fax") is adapters[ANYTHING_ELSE]


# The webhook


def test_a_webhook_is_signed_as_the_receiving_side_checks_it(gateway: Gateway) -> None:
    assert posted(gateway, "ana", "answer 200") == Answer(Verdict.ACCEPTED)

    (got,) = gateway.got
    assert got.key == KEY
    assert got.is_signed_with(SECRET, now=EIGHT)
    assert not got.is_signed_with("whsec_AAAA", now=EIGHT)
    assert got.headers["content-type"] == "application/json"
    assert json.loads(got.raw)["alert"]["id"] == "a-1"


def test_without_a_secret_a_webhook_is_not_signed(gateway: Gateway) -> None:
    answer = Webhook().send(a_message(), webhook(gateway.url("ana"), secret=""))

    assert answer.verdict is Verdict.ACCEPTED
    assert "webhook-signature" not in gateway.got[0].headers
    assert gateway.got[0].headers["webhook-id"] == KEY


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!", "看"])
def test_a_secret_that_is_none_is_told_and_not_sent_around(gateway: Gateway, secret: str) -> None:
    answer = Webhook().send(a_message(), webhook(gateway.url("ana"), secret=secret))

    assert answer.verdict is Verdict.NEVER
    assert gateway.got == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_only_2xx_is_accepted(gateway: Gateway, status: int) -> None:
    assert posted(gateway, "ana", f"answer {status}").verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 410, 418, 429, 500, 502, 503, 504])
def test_everything_else_is_tried_again(gateway: Gateway, status: int) -> None:
    assert posted(gateway, "ana", f"answer {status}") == Answer(Verdict.LATER, f"HTTP {status}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(gateway: Gateway, status: int) -> None:
    answer = posted(gateway, "ana", f"answer {status} Location {gateway.url('elsewhere')}")

    assert answer == Answer(Verdict.LATER, f"HTTP {status}")
    assert [got.path for got in gateway.got] == ["/ana"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7), ("0", 0), ("3600", 60), ("99999999999999999999", 60), ("-5", None), ("soon", None), ("", None)],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_far_end_may_ask_for_a_pause_of_up_to_a_minute(
    gateway: Gateway, status: int, said: str, seconds: int | None
) -> None:
    answer = posted(gateway, "ana", f"answer {status} Retry-After {said}")

    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("until", "seconds"),
    [
        ("Mon, 23 Nov 2026 00:00:30 GMT", 30),
        ("Mon, 23 Nov 2026 08:00:00 GMT", 60),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0),
        ("Mon, 23 Nov 2026 00:00:30 -0000", 30),
    ],
)
def test_a_pause_said_as_a_date_is_measured_by_the_far_ends_own_clock(until: str, seconds: int) -> None:
    reply = Reply(503, {"retry-after": until, "date": "Mon, 23 Nov 2026 00:00:00 GMT"}, b"")

    assert retry_after(reply) == timedelta(seconds=seconds)
    assert retry_after(replace(reply, headers={"retry-after": until})) is None


@pytest.mark.parametrize("mode", ["hang", "drip head", "drip body"])
def test_a_gateway_that_does_not_finish_its_answer_may_have_got_the_message(gateway: Gateway, mode: str) -> None:
    assert posted(gateway, "ana", mode, SHORT) == Answer(Verdict.UNKNOWN, "no answer in time")
    assert len(gateway.got) == 1


@pytest.mark.parametrize("mode", ["reset", "short", "rubbish"])
def test_a_gateway_that_breaks_off_may_have_got_the_message(gateway: Gateway, mode: str) -> None:
    assert posted(gateway, "ana", mode) == Answer(Verdict.UNKNOWN, "the connection broke off")


def test_of_an_endless_answer_only_the_beginning_is_read(gateway: Gateway) -> None:
    assert posted(gateway, "ana", "huge") == Answer(Verdict.ACCEPTED)
    assert MAX_BODY == 65536


def test_one_connection_serves_several_messages(gateway: Gateway) -> None:
    adapter = Webhook()
    for _ in range(3):
        assert adapter.send(a_message(), webhook(gateway.url("ana"))).verdict is Verdict.ACCEPTED

    assert gateway.connections == 1


def test_a_connection_that_was_closed_meanwhile_is_replaced_at_once(gateway: Gateway) -> None:
    gateway.modes["ana"] = "closing"
    adapter = Webhook()

    answers = [adapter.send(a_message(), webhook(gateway.url("ana"))) for _ in range(3)]

    assert {answer.verdict for answer in answers} == {Verdict.ACCEPTED}
    assert len(gateway.got) == 3


def test_many_threads_may_send_at_once(gateway: Gateway) -> None:
    adapter = Webhook()
    answers: list[Answer] = []
    threads = [
        threading.Thread(target=lambda: answers.append(adapter.send(a_message(), webhook(gateway.url("ana")))))
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [Answer(Verdict.ACCEPTED)] * 20


@pytest.mark.parametrize(
    "address",
    ["", "ana", "ftp://host/x", "http://", "http:///x", "http://[::1", "http://h:99999/", "http://user:pw@host/"],
)
def test_what_is_not_a_web_address_is_never_tried(address: str) -> None:
    with pytest.raises(BadAddress):
        parse(address)
    assert Webhook().send(a_message(), webhook(address)).verdict is Verdict.NEVER


@pytest.mark.parametrize(
    ("address", "origin", "target"),
    [
        ("http://host", Origin(is_tls=False, host="host", port=80), "/"),
        ("https://host/a?b=c&d", Origin(is_tls=True, host="host", port=443), "/a?b=c&d"),
        ("http://[::1]:81/%20x", Origin(is_tls=False, host="::1", port=81), "/%20x"),
        (
            "http://bücher.example/门 牌",
            Origin(is_tls=False, host="xn--bcher-kva.example", port=80),
            "/%E9%97%A8%20%E7%89%8C",
        ),
        ("http://host/a\r\nX: y", Origin(is_tls=False, host="host", port=80), "/aX:%20y"),
    ],
)
def test_an_address_is_taken_apart(address: str, origin: Origin, target: str) -> None:
    assert parse(address) == Url(origin, target)


def test_a_name_that_nobody_knows_is_tried_again() -> None:
    answer = Webhook().send(a_message(), webhook("http://no-such-name.invalid/x"))

    assert answer == Answer(Verdict.LATER, "the name of the far end is not known")


class Unending(Network):
    """A network whose name server never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def _fulfil(self, found: object, host: str, port: int) -> None:  # noqa: ARG002
        self.released.wait()


def test_a_name_server_that_hangs_does_not_hold_a_try() -> None:
    network = Unending()
    try:
        with pytest.raises(TimeoutError):
            network.connect("linli.example", 80, Deadline(SHORT))
    finally:
        network.released.set()


# TLS


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 that nobody else trusts."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path.with_suffix(".crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def trusting(certificate: Path) -> ssl.SSLContext:
    context = tls_context()
    context.load_verify_locations(certificate)
    return context


@pytest.fixture
def tls_gateway(server_context: ssl.SSLContext) -> Iterator[Gateway]:
    opened = Gateway(server_context)
    yield opened
    opened.close()


def test_a_webhook_goes_over_tls_and_keeps_the_connection(tls_gateway: Gateway, trusting: ssl.SSLContext) -> None:
    adapter = Webhook(context=trusting)

    answers = [adapter.send(a_message(), webhook(tls_gateway.url("ana"))) for _ in range(2)]

    assert answers == [Answer(Verdict.ACCEPTED)] * 2
    assert tls_gateway.connections == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_gateway: Gateway) -> None:
    answer = Webhook().send(a_message(), webhook(tls_gateway.url("ana")))

    assert answer == Answer(Verdict.LATER, "the certificate of the far end is not valid")
    assert tls_gateway.got == []


@pytest.mark.parametrize("mode", ["hang", "drip head", "drip body"])
def test_the_deadline_holds_over_tls_too(tls_gateway: Gateway, trusting: ssl.SSLContext, mode: str) -> None:
    tls_gateway.modes["ana"] = mode

    answer = Webhook(SHORT, trusting).send(a_message(), webhook(tls_gateway.url("ana")))

    assert answer == Answer(Verdict.UNKNOWN, "no answer in time")


# E-mail


class Office:
    """What aiosmtpd asks: keeps each mail, and answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.rcpt = ""
        self.data = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:  # fmt: skip
        del server, session, options
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del server, session
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((list(envelope.rcpt_tos), message_from_bytes(content, policy=policy.default)))
        return self.data


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def post(office: Office) -> Iterator[SmtpSettings]:
    port = far_end.nobody_listens()
    controller = Controller(office, hostname="127.0.0.1", port=port)
    controller.start()
    yield SmtpSettings("127.0.0.1", port, "none", sender="linli@example.org")
    controller.stop()


def test_a_mail_holds_text_html_and_a_message_id_of_its_key(post: SmtpSettings, office: Office) -> None:
    assert Email(post).send(a_message(english=False), mailbox()) == Answer(Verdict.ACCEPTED)
    assert Email(post).send(a_message(english=False), mailbox()) == Answer(Verdict.ACCEPTED)

    (to, first), (_, again) = office.mails
    assert to == ["ana@example.org"]
    assert first["Subject"] == "紧急：请去邻居家里看看"
    assert first["From"] == "linli <linli@example.org>"
    assert first["Importance"] == "high"
    assert first["Message-ID"] == again["Message-ID"]
    assert str(first["Message-ID"]).endswith("@example.org>")
    assert "ana" not in str(first["Message-ID"])
    text, html = (first.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    for part in (text, html):
        assert "Mei Chen" in part.get_content()
        assert "http://linli.example/go/a-1.ana.a." in part.get_content()


def test_html_is_escaped_and_loads_nothing(post: SmtpSettings, office: Office) -> None:
    message = replace(a_message(), paragraphs=("<script>alert(1)</script>",))

    Email(post).send(message, mailbox())

    html = office.mails[0][1].get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()
    assert "src=" not in html.get_content()


@pytest.mark.parametrize("reply", ["421 closing", "450 busy", "451 error", "452 full"])
@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_mail_refused_for_now_is_tried_again(post: SmtpSettings, office: Office, where: str, reply: str) -> None:
    setattr(office, where, reply)

    assert Email(post).send(a_message(), mailbox()) == Answer(Verdict.LATER, f"SMTP {reply[:3]}")


@pytest.mark.parametrize("reply", ["550 no such box", "552 too big", "554 spam"])
@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_mail_refused_for_good_is_not(post: SmtpSettings, office: Office, where: str, reply: str) -> None:
    setattr(office, where, reply)

    assert Email(post).send(a_message(), mailbox()) == Answer(Verdict.NEVER, f"SMTP {reply[:3]}")


@pytest.mark.parametrize(
    "address",
    ["", "ana", "@", "ana@", "a@b, c@d", "a@b\r\nBcc: x@y", "a@b\nX: y", "Ana <a@b>", "a b@c", "a@b\x00c"],
)
def test_what_is_no_mail_address_is_never_sent_to(post: SmtpSettings, office: Office, address: str) -> None:
    assert Email(post).send(a_message(), mailbox(address)).verdict is Verdict.NEVER
    assert office.mails == []


def test_nothing_that_is_said_can_add_a_header() -> None:
    message = replace(a_message(), subject="x\r\nBcc: eve@example.org")

    with pytest.raises(ValueError, match="linefeed"):
        write(message, sender="linli@example.org", to="ana@example.org")


def test_a_sender_that_is_no_address_stops_the_start() -> None:
    with pytest.raises(LinliError, match="smtp_sender"):
        Email(SmtpSettings("127.0.0.1", sender="linli"))


def test_an_address_in_chinese_needs_a_server_that_knows_how(post: SmtpSettings) -> None:
    assert Email(post).send(a_message(), mailbox("安娜@example.org")).verdict is not Verdict.UNKNOWN


def test_security_that_the_server_does_not_offer_sends_nothing_in_the_clear(
    post: SmtpSettings, office: Office
) -> None:  # fmt: skip
    answer = Email(replace(post, security="starttls")).send(a_message(), mailbox())

    assert answer.verdict is Verdict.LATER
    assert office.mails == []


def test_a_mail_goes_through_starttls_with_a_password(
    office: Office, server_context: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword) -> AuthResult:
        del server, session, envelope, mechanism
        return AuthResult(success=given == LoginPassword(b"linli", b"right"), handled=False)

    port = far_end.nobody_listens()
    controller = Controller(
        office, hostname="127.0.0.1", port=port, tls_context=server_context, require_starttls=True,
        auth_required=True, authenticator=check,
    )  # fmt: skip
    controller.start()
    settings = SmtpSettings("127.0.0.1", port, "starttls", "linli", "right")
    try:
        right = Email(settings, context=trusting).send(a_message(), mailbox())
        wrong = Email(replace(settings, password="wrong"), context=trusting).send(a_message(), mailbox())
        unknown = Email(settings).send(a_message(), mailbox())
    finally:
        controller.stop()

    assert right == Answer(Verdict.ACCEPTED)
    assert wrong == Answer(Verdict.LATER, "the mail server refuses the user or password that is set (SMTP 535)")
    assert unknown == Answer(Verdict.LATER, "the certificate of the far end is not valid")
    assert len(office.mails) == 1


def test_a_mail_goes_over_tls(office: Office, server_context: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    port = far_end.nobody_listens()
    controller = Controller(office, hostname="127.0.0.1", port=port, ssl_context=server_context)
    controller.start()
    settings = SmtpSettings("127.0.0.1", port, "tls")
    try:
        answer = Email(settings, context=trusting).send(a_message(), mailbox())
    finally:
        controller.stop()

    assert answer == Answer(Verdict.ACCEPTED)


def test_a_mail_whose_last_answer_does_not_come_may_have_arrived() -> None:
    with listener(takes_the_mail_and_says_nothing) as port:
        answer = Email(SmtpSettings("127.0.0.1", port, "none"), SHORT).send(a_message(), mailbox())

    assert answer == Answer(Verdict.UNKNOWN, "no answer in time")


def takes_the_mail_and_says_nothing(connection: socket.socket, stop: threading.Event) -> None:
    lines = connection.makefile("rb")
    connection.sendall(b"220 hello\r\n")
    for line in lines:
        if line.upper().startswith(b"DATA"):
            connection.sendall(b"354 go on\r\n")
            stop.wait()
            return
        connection.sendall(b"250 OK\r\n")
