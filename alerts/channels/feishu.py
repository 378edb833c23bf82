"""The group bots of Feishu and Lark (飞书)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

from alerts.channels.base import Answer
from alerts.channels.bot import NO_BOT, NOT_ALLOWED, NOT_TAKEN, TOO_MANY, GroupBot, group_text
from alerts.channels.exchange import by_code, json_object
from alerts.channels.http import Reply
from alerts.message import Message
from linli.bots import whole_address


class Feishu(GroupBot):
    """A group bot of Feishu or Lark (飞书); with a secret each post is signed.

    Codes: "Custom bot usage guide" of open.feishu.cn and open.larksuite.com (100 a minute, 5 a second; 19021, 19022,
    19024); 19001 and 11232 as the service answers them. 9499 is "Bad Request" and in other places "too many request".
    """

    _MEANINGS: Mapping[int, Answer] = {
        9499: NOT_TAKEN,
        11232: TOO_MANY,
        99991400: TOO_MANY,
        19001: NO_BOT,
        19002: NOT_TAKEN,
        **dict.fromkeys((19021, 19022, 19024), NOT_ALLOWED),
    }

    def address(self, text: str, secret: str, message: Message) -> str:  # noqa: ARG002 - it stands in the body
        """Return the URL to post to."""
        return whole_address("feishu", text)

    def body(self, message: Message, secret: str) -> Mapping[str, object]:
        """Return the JSON to post."""
        text = {"msg_type": "text", "content": {"text": group_text(message)}}
        return {**_proof(message, secret), **text} if secret else text

    def judge(self, reply: Reply) -> Answer:
        """Return what an answer means; old bots say StatusCode, new ones code."""
        answer = by_code(reply, ("code", "StatusCode"), self._MEANINGS)
        said = json_object(reply)
        is_much = answer is NOT_TAKEN and "too many" in str(said.get("msg", said.get("StatusMessage", ""))).lower()
        return TOO_MANY if is_much else answer


def _proof(message: Message, secret: str) -> Mapping[str, str]:
    """Return time and signature: the key is what others sign, and what is signed is empty."""
    stamp = str(int(message.at.timestamp()))
    proof = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": stamp, "sign": base64.b64encode(proof).decode()}
