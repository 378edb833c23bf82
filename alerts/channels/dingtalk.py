"""The group bots of DingTalk (钉钉)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

from alerts.channels.base import Answer
from alerts.channels.bot import (
    BUSY,
    NO_BOT,
    NOT_ALLOWED,
    NOT_TAKEN,
    STOPPED,
    TOO_MANY,
    WRONG_CLOCK,
    GroupBot,
    group_text,
)
from alerts.channels.exchange import by_code, json_object
from alerts.channels.http import Reply
from alerts.message import Message
from linli.bots import whole_address


class DingTalk(GroupBot):
    """A group bot of DingTalk (钉钉); with a secret each post is signed. More than 20 a minute silence it for ten minutes.

    Codes: open.dingtalk.com, "custom bot", which gives 410100 for too many and 400101 for an unknown token; the service
    itself has answered 130101 and 660026, and 300005 ("token is not exist"). `msgUuid` makes a resend harmless.
    """

    _MEANINGS: Mapping[int, Answer] = {
        -1: BUSY,
        **dict.fromkeys((130101, 410100, 660026), TOO_MANY),
        **dict.fromkeys((40035, 300001, 300005, 400013, 400101, 400106), NO_BOT),
        310000: NOT_ALLOWED,
        400102: STOPPED,
        **dict.fromkeys((430101, 430102, 430103, 430104), NOT_TAKEN),
    }

    def address(self, text: str, secret: str, message: Message) -> str:
        """Return the URL to post to, with the time in milliseconds and the signature if there is a secret."""
        url = whole_address("dingtalk", text)
        if not secret:
            return url
        stamp = round(message.at.timestamp() * 1000)
        proof = base64.b64encode(hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)).decode()
        return f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={quote(proof, safe='')}"

    def body(self, message: Message, secret: str) -> Mapping[str, object]:  # noqa: ARG002 - it stands in the URL
        """Return the JSON to post."""
        name = hashlib.sha256(message.key.encode()).hexdigest()[:32]
        return {"msgtype": "text", "text": {"content": group_text(message)}, "msgUuid": name}

    def judge(self, reply: Reply) -> Answer:
        """Return what an answer means; 310000 stands for four things, of which one is mended here."""
        answer = by_code(reply, ("errcode",), self._MEANINGS)
        is_late = answer is NOT_ALLOWED and "timestamp" in str(json_object(reply).get("errmsg", ""))
        return WRONG_CLOCK if is_late else answer
