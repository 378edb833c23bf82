"""The ntfy channel: a push to everybody who has subscribed to a topic, published as JSON.

Codes: server/errors.go of binwiederhier/ntfy (429xx limits, 50701 nobody subscribed yet, 40101, 40301, 40401).
"""

import base64
import re
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.exchange import by_status, exchange, is_success, json_object
from alerts.channels.http import Poster, Reply
from alerts.message import Message
from linli.alert import Severity
from linli.people import Channel

PUBLIC_SERVER = "https://ntfy.sh"
NO_TOPIC = "the address is not an ntfy topic"
_TOPIC = re.compile(r"[-_A-Za-z0-9]{1,64}\Z")
_PRIORITY = {Severity.EMERGENCY: 5, Severity.URGENT: 4, Severity.NOTICE: 3}
_NEVER = {
    400: "the ntfy server does not take this message",
    401: "the ntfy server does not know the token that is set",
    403: "the ntfy server does not let us write to this topic",
    404: "there is no ntfy server at this address",
    413: "the ntfy server finds the message too long",
}


class Ntfy:
    """Publishes to a topic: `https://server/topic`, or a topic of the public server. The secret is an access token."""

    def __init__(self, limit: timedelta = SEND_LIMIT) -> None:
        self._poster = Poster(limit)

    def send(self, message: Message, channel: Channel) -> Answer:
        """Publish one message."""
        server, topic = _parts(channel.address)
        if not _TOPIC.match(topic):
            return Answer(Verdict.NEVER, NO_TOPIC)
        headers = {"Content-Type": "application/json", **_sign_in(channel.secret)}
        return exchange(self._poster, f"{server}/", _body(message, topic), headers, judge)


def _parts(address: str) -> tuple[str, str]:
    """Return server and topic; JSON is published to the server itself, not to the topic's address."""
    if "://" not in address:
        return PUBLIC_SERVER, address
    server, _, topic = address.strip().rstrip("/").rpartition("/")
    return server, topic if "://" in server else ""


def _sign_in(secret: str) -> Mapping[str, str]:
    """Return the header of a token, or of a user and a password that are parted by a colon."""
    if ":" in secret:
        return {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"}
    return {"Authorization": f"Bearer {secret}"} if secret else {}


def _body(message: Message, topic: str) -> bytes:
    said: dict[str, object] = {
        "topic": topic,
        "title": message.subject,
        "message": message.short,
        "priority": _PRIORITY[Severity.NOTICE if message.is_over else message.severity],
        "actions": [{"action": "view", "label": link.label, "url": link.url, "clear": True} for link in message.links],
    }
    return msgspec.json.encode({**said, "click": message.page} if message.page else said)


def judge(reply: Reply) -> Answer:
    """Return what an answer means: accepted is only what the server has given an id."""
    if is_success(reply):
        said = json_object(reply)
        return Answer(Verdict.ACCEPTED) if said.get("event") == "message" and said.get("id") else by_status(reply)
    if reply.status in _NEVER:
        return Answer(Verdict.NEVER, _NEVER[reply.status])
    return by_status(reply)
