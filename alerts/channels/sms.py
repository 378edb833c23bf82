"""Text messages, through whatever gateway there is: its request is a template, and its yes a place in its answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qsl, urlencode

import msgspec

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.exchange import NOT_UNDERSTOOD, by_status, exchange, is_success, json_value
from alerts.channels.http import BadAddress, Poster, Reply, parse
from alerts.channels.refusal import refusal_in
from alerts.message import Message
from linli.errors import LinliError
from linli.people import Channel

NO_NUMBER = "the address is not a telephone number"
_PLACE = re.compile(r"\{(to|text|short|link|key|secret)\}")
_NUMBER = re.compile(r"\+?[0-9]{3,15}\Z")
_HEADER = re.compile(r"[A-Za-z0-9_-]+\Z")
_OURS = {"content-length", "content-type", "connection", "host", "transfer-encoding"}
_TELLING = re.compile(r"[A-Za-z][A-Za-z_.-]{0,59}\Z|-?[0-9]{1,6}\Z")
"""A code that can be shown: words or a short number, never anything that could be a telephone number."""


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """How a gateway is asked. Placeholders: {to} {text} {short} {link} {key} {secret}; docs/channels.md has examples.

    `success` is a JSON pointer and what stands there when a message is taken, such as `/Code=OK`; empty: any HTTP 2xx whose
    answer does not look like a no.
    """

    url: str
    body: str = '{"to": "{to}", "text": "{text}"}'
    format: Literal["json", "form"] = "json"
    headers: str = ""
    secret: str = ""
    success: str = ""


class Sms:
    """Sends text messages. `limit` is for one try as a whole; raises LinliError for a gateway that cannot be asked."""

    def __init__(self, gateway: SmsGateway, limit: timedelta = SEND_LIMIT) -> None:
        _check_url(gateway.url)
        self._gateway = gateway
        self._form = _Json(gateway.body) if gateway.format == "json" else _Form(gateway.body)
        self._headers = _headers(gateway)
        self._expected = _Expected(gateway.success) if gateway.success else None
        self._poster = Poster(limit)

    def send(self, message: Message, channel: Channel) -> Answer:
        """Send one text message: the short text and the one link behind it."""
        to = re.sub(r"[ ()./-]", "", channel.address)
        if not _NUMBER.match(to):
            return Answer(Verdict.NEVER, NO_NUMBER)
        values = {
            "to": to,
            "text": f"{message.short} {message.page}".rstrip(),
            "short": message.short,
            "link": message.page,
            "key": message.key,
            "secret": self._gateway.secret,
        }
        headers = {name: _fill(value, values) for name, value in self._headers.items()}
        body = self._form.fill(values)
        return exchange(
            self._poster, self._gateway.url, body, {**headers, "Content-Type": self._form.type}, self._judge
        )

    def _judge(self, reply: Reply) -> Answer:
        if not is_success(reply):
            return by_status(reply)
        if self._expected:
            return self._expected.judge(reply)
        refusal = refusal_in(reply)
        return Answer(Verdict.ACCEPTED) if refusal is None else _refused(refusal)


def _check_url(url: str) -> None:
    try:
        parse(url)
    except BadAddress:
        raise LinliError("setting sms_url: it is not a web address, http:// or https://") from None


def _headers(gateway: SmsGateway) -> Mapping[str, str]:
    """Return the headers as set; a secret that is named nowhere goes along as a bearer token."""
    try:
        given = msgspec.json.decode(gateway.headers or "{}", type=dict[str, str])
    except msgspec.MsgspecError:
        raise LinliError('setting sms_headers: it is not JSON such as {"X-Api-Key": "{secret}"}') from None
    if any(not _HEADER.match(name) or name.lower() in _OURS for name in given):
        raise LinliError("setting sms_headers: a name is none that can be sent, or one that is set already")
    is_placed = "{secret}" in gateway.body + gateway.headers
    return given if is_placed or not gateway.secret else {"Authorization": "Bearer {secret}", **given}


def _fill(template: str, values: Mapping[str, str]) -> str:
    """Return a template filled in one pass, so that no text can bring in a placeholder of its own."""
    return _PLACE.sub(lambda place: values[place[1]], template)


class _Json:
    """A JSON body; it is taken apart before it is filled, so that no text can break out of its quotes."""

    type = "application/json"

    def __init__(self, template: str) -> None:
        try:
            self._template: object = msgspec.json.decode(template)
        except msgspec.DecodeError as why:
            raise LinliError(f"setting sms_body: it is not JSON ({why}); or set sms_format to form") from None

    def fill(self, values: Mapping[str, str]) -> bytes:
        return msgspec.json.encode(_fill_all(self._template, values))


def _fill_all(value: object, values: Mapping[str, str]) -> object:
    if isinstance(value, str):
        return _fill(value, values)
    if isinstance(value, list):
        return [_fill_all(one, values) for one in value]
    if isinstance(value, dict):
        return {name: _fill_all(one, values) for name, one in value.items()}
    return value


class _Form:
    """A form's body, `apikey={secret}&mobile={to}&text={text}`."""

    type = "application/x-www-form-urlencoded"

    def __init__(self, template: str) -> None:
        try:
            self._fields = parse_qsl(template, keep_blank_values=True, strict_parsing=True)
        except ValueError as why:
            raise LinliError(
                f"setting sms_body: it is not a form such as mobile={{to}}&text={{text}} ({why})"
            ) from None

    def fill(self, values: Mapping[str, str]) -> bytes:
        return urlencode([(name, _fill(value, values)) for name, value in self._fields]).encode()


class _Expected:
    """Where a gateway's answer says yes, and how."""

    def __init__(self, text: str) -> None:
        self._pointer, equals, self._value = text.partition("=")
        if not equals or not self._pointer.startswith("/"):
            raise LinliError("setting sms_success: it is not a JSON pointer and a value, such as /Code=OK")

    def judge(self, reply: Reply) -> Answer:
        """Return accepted only if the very value stands in the very place."""
        found = _shown(_at(json_value(reply), self._pointer))
        if found is None:
            return Answer(Verdict.UNKNOWN, NOT_UNDERSTOOD)
        if found == self._value:
            return Answer(Verdict.ACCEPTED)
        return _refused(found)


def _refused(found: str) -> Answer:
    return Answer(Verdict.LATER, f"code {found}" if _TELLING.match(found) else "the gateway refuses the message")


def _at(value: object, pointer: str) -> object:
    """Return what a JSON pointer (RFC 6901) points at, None if there is nothing."""
    for part in pointer[1:].split("/"):
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


def _shown(value: object) -> str | None:
    """Return a value as it is written in JSON, text without its quotes; None for what is no single value."""
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
