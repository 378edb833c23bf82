"""The e-mail channel: one plain mail with a simple HTML form, over SMTP, as one try with an end."""

import hashlib
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Literal

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.http import why_unreached
from alerts.channels.network import Deadline, Network, PlainSocket, TlsSocket, tls_context, wrap
from alerts.message import Message
from linli.alert import Severity
from linli.errors import LinliError
from linli.people import Channel

_PERMANENT = 500
_NO_TALK = (smtplib.SMTPException, OSError)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How mail is sent; an empty user means that the server asks for none."""

    host: str
    port: int = 587
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = ""
    sender: str = "linli@localhost"


class Email:
    """Sends notices as mails. `limit` is for one try as a whole; `context` says which certificates are trusted."""

    def __init__(
        self, settings: SmtpSettings, limit: timedelta = SEND_LIMIT, context: ssl.SSLContext | None = None
    ) -> None:
        _check_sender(settings.sender)
        self._settings = settings
        self._limit = limit
        self._context = context or (None if settings.security == "none" else tls_context())
        self._network = Network()

    def send(self, message: Message, channel: Channel) -> Answer:
        """Send one mail to one person."""
        try:
            mail = write(message, sender=self._settings.sender, to=channel.address)
        except (ValueError, IndexError, MessageError):
            return Answer(Verdict.NEVER, "the address is not an e-mail address")
        session = _Session(self._settings, self._context, self._network, Deadline(self._limit))
        try:
            return self._hand_over(session, mail, channel.address)
        finally:
            session.close()

    def _hand_over(self, session: "_Session", mail: EmailMessage, to: str) -> Answer:
        try:
            session.begin()
        except _NO_TALK as why:
            return Answer(Verdict.LATER, "no answer in time" if session.is_late else _why_no_talk(why))
        try:
            session.send_message(mail, self._settings.sender, [to])
        except smtplib.SMTPRecipientsRefused as why:
            return _refused(next(iter(why.recipients.values()))[0])
        except smtplib.SMTPSenderRefused as why:
            return Answer(Verdict.LATER, f"the mail server refuses the sender that is set (SMTP {why.smtp_code})")
        except smtplib.SMTPResponseException as why:
            return _refused(why.smtp_code)
        except smtplib.SMTPNotSupportedError:
            return Answer(Verdict.NEVER, "the mail server cannot write to this kind of address")
        except _NO_TALK:
            return Answer(Verdict.UNKNOWN, "no answer in time" if session.is_late else "the connection broke off")
        session.leave()
        return Answer(Verdict.ACCEPTED)


def _check_sender(sender: str) -> None:
    try:
        Address(addr_spec=sender)
    except (ValueError, IndexError, MessageError):
        raise LinliError(f"setting smtp_sender: {sender!r} is not an e-mail address") from None


def _refused(code: int) -> Answer:
    """Return what a refusal of the mail or of its reader means; 5xx will be the same at every further try."""
    return Answer(Verdict.NEVER if code >= _PERMANENT else Verdict.LATER, f"SMTP {code}")


def _why_no_talk(why: smtplib.SMTPException | OSError) -> str:
    """Return why no mail could be handed over: all of it can be mended here, so the mail is tried again."""
    if isinstance(why, smtplib.SMTPAuthenticationError):
        return f"the mail server refuses the user or password that is set (SMTP {why.smtp_code})"
    if isinstance(why, smtplib.SMTPNotSupportedError):
        return "the mail server does not offer the security or sign-in that is set"
    if isinstance(why, smtplib.SMTPResponseException):
        return f"SMTP {why.smtp_code}"
    if isinstance(why, smtplib.SMTPException):
        return "the connection broke off"
    return why_unreached(why)


class _Session(smtplib.SMTP):
    """One talk with the mail server, from the look-up of its name to the good-bye within one deadline."""

    def __init__(
        self, settings: SmtpSettings, context: ssl.SSLContext | None, network: Network, deadline: Deadline
    ) -> None:
        # a name for ourselves: smtplib's own way to find one asks the name server, with no end in time
        super().__init__(local_hostname="[127.0.0.1]")
        self._settings = settings
        self._context = context
        self._network = network
        self._deadline = deadline

    def begin(self) -> None:
        """Connect, secure the connection and sign in, as the settings say."""
        self._host = self._settings.host  # the name that the certificate must bear
        code, said = self.connect(self._settings.host, self._settings.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        if self._settings.security == "starttls":
            self.starttls(context=self._context)
            if isinstance(self.sock, TlsSocket):
                self.sock.deadline = self._deadline
        self.ehlo_or_helo_if_needed()
        if self._settings.user:
            self.login(self._settings.user, self._settings.password)

    @property
    def is_late(self) -> bool:
        """Tell whether the time is over: smtplib calls that, too, a connection that was closed."""
        return self._deadline.is_over

    def leave(self) -> None:
        """Say good-bye without waiting for an answer: the mail is accepted whatever comes now."""
        with suppress(*_NO_TALK):
            self.putcmd("quit")

    def _get_socket(self, host: str, port: int, timeout: float) -> PlainSocket | TlsSocket:  # noqa: ARG002
        """Open the connection in place of smtplib, whose time-out is for each read by itself."""
        opened = self._network.connect(host, port, self._deadline)
        return wrap(opened, self._context, host) if self._context and self._settings.security == "tls" else opened


def write(message: Message, *, sender: str, to: str) -> EmailMessage:
    """Return the mail. Addresses are taken apart and put together anew, so that none can smuggle in a header."""
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = Address("linli", addr_spec=sender)
    mail["To"] = Address(addr_spec=to)
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{_domain(sender)}>"
    mail["Auto-Submitted"] = "auto-generated"
    if message.severity is Severity.EMERGENCY and not message.is_over:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail.set_content(message.long)
    mail.add_alternative(as_html(message), subtype="html")
    return mail


def _domain(address: str) -> str:
    return address.rpartition("@")[2].encode("idna").decode() or "localhost"


def as_html(message: Message) -> str:
    """Return the mail's HTML form: the same words, with the links as large targets; it loads nothing."""
    words = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in message.paragraphs)
    links = "".join(
        f'<p><a href="{escape(link.url)}" style="display:inline-block;padding:14px 28px;border:2px solid #1d6456;'
        f'border-radius:12px;color:#1d6456;text-decoration:none;font-weight:bold">{escape(link.label)}</a></p>'
        for link in message.links
    )
    return (
        f'<!doctype html><html lang="{escape(message.language)}"><head><meta charset="utf-8">'
        f'<title>{escape(message.subject)}</title></head><body style="font:17px/1.5 sans-serif;color:#23262b">'
        f"{words}{links}</body></html>"
    )
