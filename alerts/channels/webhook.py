"""The webhook channel: a signed POST as Standard Webhooks describes it; only 2xx counts as accepted."""

import base64
import binascii
import hashlib
import hmac
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.http import BadAddress, Poster, Reply, Unanswered, Unreached, parse
from alerts.message import Message
from linli.errors import LinliError
from linli.people import Channel

LONGEST_WAIT = timedelta(seconds=60)
"""However long a far end asks us to wait, it is tried again after this."""
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
            url = parse(channel.address)
            headers = {"Content-Type": "application/json", "User-Agent": "linli", **_signed(message, channel.secret)}
            return judge(self._poster.post(url, message.webhook_body, headers))
        except (BadAddress, BadSecret) as why:
            return Answer(Verdict.NEVER, str(why))
        except Unreached as why:
            return Answer(Verdict.LATER, str(why))
        except Unanswered as why:
            return Answer(Verdict.UNKNOWN, str(why))


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
    if 200 <= reply.status < 300:
        return Answer(Verdict.ACCEPTED)
    wait = retry_after(reply) if reply.status in {429, 503} else None
    return Answer(Verdict.LATER, f"HTTP {reply.status}", wait)


def retry_after(reply: Reply) -> timedelta | None:
    """Return how long the far end asks us to wait, 0 to 60 s; None if it does not say.

    A date is measured against the date of the answer itself: both clocks are then the far end's.
    """
    said = reply.headers.get("retry-after", "").strip()
    if said.isdecimal():
        return min(timedelta(seconds=int(said[:9])), LONGEST_WAIT)
    until, since = _date(said), _date(reply.headers.get("date", ""))
    if until is None or since is None:
        return None
    return min(max(until - since, timedelta(0)), LONGEST_WAIT)


def _date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
