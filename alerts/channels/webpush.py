"""The web push channel: a notification on the phone that has allowed linli's pages to send one.

It lies on a locked screen, so it holds the subject, the place and the time, the link and what can be tapped, and
nothing else.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.exchange import by_status, exchange
from alerts.channels.http import Poster, Reply
from alerts.channels.network import Network, OutwardNetwork
from alerts.channels.sealed import LONGEST, Reader, seal
from alerts.channels.vapid import Vapid, b64
from alerts.message import Message
from linli.alert import Severity
from linli.people import Channel

GONE = "the browser has ended this subscription"
OTHER_KEY = "the subscription was made for another linli, or before the secret was changed"
NO_SUBSCRIPTION = "the address is not a browser's subscription"
TOO_LONG = "the push service finds the message too long"
NOT_KNOWN = "the push service does not believe who we are; look at push_contact and at the clock"
KEPT = {Severity.EMERGENCY: 3600, Severity.URGENT: 3600, Severity.NOTICE: 4 * 3600}
"""Seconds for which a push service keeps a message for a phone that is off; 0 would mean: not at all."""

_OF_OTHER_KEY = (b"VapidPkHashMismatch", b"do not correspond to the credentials")
"""How Apple and Google say in 400 and 403 that a subscription is bound to another key: no later try can mend that."""


class _Keys(msgspec.Struct):
    p256dh: str
    auth: str


class _Subscription(msgspec.Struct):
    endpoint: str
    keys: _Keys


class WebPush:
    """Pushes to browsers. An address is the JSON of a browser's `PushSubscription`; `limit` is for one try as a whole.

    A browser tells the address, so nothing inside is knocked at, also not by a name that leads there.
    """

    def __init__(
        self,
        vapid: Vapid,
        limit: timedelta = SEND_LIMIT,
        schemes: tuple[str, ...] = ("https",),
        network: Network | None = None,
    ) -> None:
        self._vapid = vapid
        self._schemes = schemes
        self._poster = Poster(limit, network=network or OutwardNetwork())

    def close(self) -> None:
        """Let go of the connections that are kept."""
        self._poster.close()

    def send(self, message: Message, channel: Channel) -> Answer:
        """Push one notice; it takes the place of an earlier one about the same alert."""
        topic = topic_of(message.key.partition(".")[0])  # a key begins with the alert's id
        text = {
            "title": message.subject,
            "body": message.below,
            "url": message.page,
            "tag": topic,
            "acts": [{"verb": link.verb, "label": link.label} for link in message.links if link.verb],
            "lang": message.language,
        }
        urgency = "normal" if message.is_over or message.severity is Severity.NOTICE else "high"
        return self._push(
            channel, {**text, "over": message.is_over}, topic, message.at, urgency, KEPT[message.severity]
        )

    def _push(
        self,
        channel: Channel,
        text: Mapping[str, object],
        topic: str,
        now: datetime,
        urgency: str,
        kept: int,
    ) -> Answer:
        try:
            endpoint, reader = subscription(channel.address)
        except ValueError:
            return Answer(Verdict.NEVER, NO_SUBSCRIPTION)
        if not endpoint.startswith(tuple(f"{scheme}://" for scheme in self._schemes)):
            return Answer(Verdict.NEVER, NO_SUBSCRIPTION)
        plain = msgspec.json.encode(text)
        if len(plain) > LONGEST:
            return Answer(Verdict.NEVER, TOO_LONG)
        headers = {
            "Authorization": self._vapid.authorization(endpoint, now),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(kept),
            "Urgency": urgency,
            "Topic": topic,
        }
        return exchange(self._poster, endpoint, seal(plain, reader), headers, judge)


def topic_of(alert: str) -> str:
    """Return what all pushes about an alert share: 32 signs, the most that RFC 8030 allows, which tell nothing of it."""
    return b64(hashlib.sha256(f"push:{alert}".encode()).digest()[:24])


def subscription(address: str) -> tuple[str, Reader]:
    """Return endpoint and reader of a browser's subscription; raises ValueError for anything else."""
    try:
        found = msgspec.json.decode(address, type=_Subscription)
    except msgspec.MsgspecError:
        raise ValueError(NO_SUBSCRIPTION) from None
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _raw(found.keys.p256dh))
    auth = _raw(found.keys.auth)
    if len(auth) != 16:
        raise ValueError(NO_SUBSCRIPTION)
    return found.endpoint, Reader(key, auth)


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError(NO_SUBSCRIPTION) from None


def judge(reply: Reply) -> Answer:
    """Return what an answer means (RFC 8030). Microsoft says 406 where it means 429 (windows-dev-docs issue 4166)."""
    if reply.status in {201, 202}:
        return Answer(Verdict.ACCEPTED)
    if reply.status in {404, 410}:
        return Answer(Verdict.NEVER, GONE)
    if reply.status == 413:
        return Answer(Verdict.NEVER, TOO_LONG)
    if reply.status in {400, 401, 403}:
        is_other = any(words in reply.body for words in _OF_OTHER_KEY)
        return Answer(Verdict.NEVER, OTHER_KEY) if is_other else Answer(Verdict.LATER, NOT_KNOWN)
    return by_status(reply)
