"""The group bots of WeCom (企业微信)."""

from collections.abc import Mapping

from alerts.channels.base import Answer
from alerts.channels.bot import BUSY, NO_BOT, TOO_MANY, GroupBot, group_text
from alerts.channels.exchange import by_code
from alerts.channels.http import Reply
from alerts.message import Message
from linli.bots import whole_address


class WeCom(GroupBot):
    """A group bot of WeCom (企业微信). Its text holds 2,048 bytes.

    Codes: developer.work.weixin.qq.com, document path 91770 (20 messages a minute) and 90313 (all codes); bodies of
    45009 and 93000 as in wes-lin/Cloud189Checkin issue 175 and WecomTeam/wecom-openclaw-plugin issue 48.
    """

    _MEANINGS: Mapping[int, Answer] = {-1: BUSY, 45009: TOO_MANY, 45033: TOO_MANY, 93000: NO_BOT}

    def address(self, text: str, secret: str, message: Message) -> str:  # noqa: ARG002 - a key is all there is
        """Return the URL to post to."""
        return whole_address("wecom", text)

    def body(self, message: Message, secret: str) -> Mapping[str, object]:  # noqa: ARG002 - a key is all there is
        """Return the JSON to post."""
        return {"msgtype": "text", "text": {"content": group_text(message)}}

    def judge(self, reply: Reply) -> Answer:
        """Return what an answer means."""
        return by_code(reply, ("errcode",), self._MEANINGS)
