"""A way to reach a person: is the address one that its kind of channel can use? No address is ever quoted."""

import base64
import binascii
import hashlib
import re
from urllib.parse import urlsplit

import msgspec

from linli.people import WEB_PUSH

MAX_ADDRESS = 2048
MAX_SECRET = 256

_KIND = re.compile(r"[a-z][a-z0-9+.-]{0,31}\Z")
_EMAIL = re.compile(r"[^@\s,;<>]{1,64}@[^@\s,;<>]{1,255}\Z")
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,32}\Z")
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,256}\Z")
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}\Z")
_PUSH_KEY_BYTES = [65, 16]
_PREFIX = "whsec_"


def channel_id(person: str, kind: str, address: str) -> str:
    """Return a channel's id: the same for the same person, kind and address, whichever import made it."""
    told = f"{person}\n{kind}\n{address}"
    return f"c-{hashlib.sha256(told.encode()).hexdigest()[:20]}"


def kind_of(text: str) -> str:
    """Return a kind of channel: one of ours, or what stands before `://` in an Apprise address."""
    kind = text.lower()
    if not _KIND.match(kind):
        raise ValueError(f"the channel must be {', '.join(_CHECKS)}, or what an Apprise address begins with")
    return kind


def address_of(kind: str, text: str) -> str:
    """Return an address that fits a kind of channel; raises ValueError otherwise."""
    if len(text) > MAX_ADDRESS or not text.isprintable():
        raise ValueError(f"the address must be one line of at most {MAX_ADDRESS} characters")
    check = _CHECKS.get(kind)
    if check is None:
        _apprise(kind, text)
    else:
        check(text)
    return text


def _web(text: str) -> None:
    if not _is_web(text):
        raise ValueError("the address must be a web address, http:// or https://, without a user name")


def _is_web(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"}
            and bool(parts.hostname)
            and parts.port != 0
            and parts.username is None
            and not re.search(r"\s", text)
        )
    except ValueError:
        return False


def _email(text: str) -> None:
    if not _EMAIL.match(text):
        raise ValueError("the address must be an e-mail address")


def _phone(text: str) -> None:
    if not _PHONE.match(text) or sum(sign.isdigit() for sign in text) < 3:
        raise ValueError("the address must be a telephone number, in digits")


def _web_or_key(text: str) -> None:
    if not (_is_web(text) or _KEY.match(text)):
        raise ValueError("the address must be a web address or the key in it")


def _topic(text: str) -> None:
    place, _, topic = text.rstrip("/").rpartition("/")
    if not _TOPIC.match(topic) or (place and not _is_web(place)):
        raise ValueError("the address must be a topic, or a server and a topic: https://ntfy.example.org/topic")


class _Keys(msgspec.Struct):
    p256dh: str
    auth: str


class _Subscription(msgspec.Struct):
    endpoint: str
    keys: _Keys


def _subscription(text: str) -> None:
    try:
        found = msgspec.json.decode(text, type=_Subscription)
        lengths = [len(base64.urlsafe_b64decode(key + "==")) for key in (found.keys.p256dh, found.keys.auth)]
    except (msgspec.MsgspecError, binascii.Error, ValueError):
        lengths = []
    if lengths != _PUSH_KEY_BYTES or not _is_web(found.endpoint) or not found.endpoint.startswith("https://"):
        raise ValueError("a browser's subscription is expected; leave webpush out, the person allows it on the phone")


def _apprise(kind: str, text: str) -> None:
    scheme, _, rest = text.partition("://")
    if scheme.lower() != kind or not rest or re.search(r"\s", text):
        raise ValueError(
            f"{kind} is none of linli's own channels, {', '.join(_CHECKS)}; an Apprise address begins with {kind}://"
        )


def _inbox(text: str) -> None:
    """Take any word: the in-app inbox is the person's own page, so there is no address to be wrong."""


_CHECKS = {
    "inbox": _inbox,
    "webhook": _web,
    "email": _email,
    "sms": _phone,
    "wecom": _web_or_key,
    "dingtalk": _web_or_key,
    "feishu": _web_or_key,
    "ntfy": _topic,
    WEB_PUSH: _subscription,
}


def secret_of(kind: str, text: str) -> str:
    """Return a channel's secret; a webhook's is `whsec_` and base64."""
    if len(text) > MAX_SECRET or not text.isprintable():
        raise ValueError(f"the secret must be one line of at most {MAX_SECRET} characters")
    if kind == "webhook":
        _check_webhook_secret(text)
    return text


def _check_webhook_secret(text: str) -> None:
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not text.startswith(_PREFIX) or not key:
        raise ValueError(f"a webhook's secret is {_PREFIX} and base64")
