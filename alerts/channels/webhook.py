"""The webhook channel: a signed POST as Standard Webhooks describes it; only 2xx counts as accepted."""

import base64
import binascii
import hashlib
import hmac
import ssl
from datetime import timedelta

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.exchange import by_status, exchange, is_success
from alerts.channels.http import Poster, Reply
from alerts.message import Message
from linli.errors import LinliError
from linli.people import Channel

_SECRET_PREFIX = "whsec_"  # noqa: S105 - what all secrets begin with


class BadSecret(LinliError):
    """A webhook's secret cannot be used."""


class Webhook:
    """Posts notices. `limit` is for one try as a whole; `context` says which certificates are trusted."""

    def __init__(self, limit: timedelta = SEND_LIMIT, context: ssl.SSLContext | None = None) -> None:
        self._poster = Poster(limit, context)

    def close(self) -> None:
        """Let go of the connections that are kept."""
        self._poster.close()

    def send(self, message: Message, channel: Channel) -> Answer:
        """Post the notice; unsigned when the person has given no secret."""
        try:
            headers = {"Content-Type": "application/json", **_signed(message, channel.secret)}
        except BadSecret as why:
            return Answer(Verdict.NEVER, str(why))
        return exchange(self._poster, channel.address, message.webhook_body, headers, judge)


def _signed(message: Message, secret: str) -> dict[str, str]:
    stamp = str(int(message.at.timestamp()))
    headers = {"webhook-id": message.key, "webhook-timestamp": stamp}
    if secret:
        signed = f"{message.key}.{stamp}.".encode() + message.webhook_body
        proof = base64.b64encode(hmac.digest(_key(secret), signed, hashlib.sha256)).decode()
        headers["webhook-signature"] = f"v1,{proof}"
    return headers


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.strip().removeprefix(_SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        raise BadSecret("the secret is not whsec_ and base64")
    return key


def judge(reply: Reply) -> Answer:
    """Return what an answer means: 2xx is accepted, all else is tried again, as its cause may be mended meanwhile."""
    return Answer(Verdict.ACCEPTED) if is_success(reply) else by_status(reply)
