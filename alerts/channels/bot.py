"""What the bots of chat groups share: a text with the links, and what their services' codes come down to.

All three answer HTTP 200 also to what they refuse. Groups are people of all sorts, so a text tells where somebody is
needed, and neither who lives there nor what is wrong.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import timedelta

import msgspec

from alerts.channels.base import SEND_LIMIT, Answer, Verdict
from alerts.channels.exchange import LONGEST_WAIT, exchange
from alerts.channels.http import Poster, Reply
from alerts.message import Message
from linli.people import Channel

TOO_MANY = Answer(Verdict.LATER, "the service takes no more messages from this bot for a while", LONGEST_WAIT)
BUSY = Answer(Verdict.LATER, "the service is busy")
NO_BOT = Answer(Verdict.NEVER, "the bot is no longer in its group, or its address is wrong")
STOPPED = Answer(Verdict.NEVER, "the bot was stopped")
NOT_ALLOWED = Answer(Verdict.NEVER, "the bot's security setting refuses the message: key word, secret or IP address")
NOT_TAKEN = Answer(Verdict.NEVER, "the service does not take this message")
WRONG_CLOCK = Answer(Verdict.LATER, "the service finds that this machine's clock is wrong")


def group_text(message: Message) -> str:
    """Return what a group is told: what is asked for and where, and the links."""
    return "\n".join([message.short, *(f"{link.label}: {link.url}" for link in message.links)])


class GroupBot(ABC):
    """Posts to a bot whose address is its whole URL, or only the key in it. `limit` is for one try as a whole."""

    def __init__(self, limit: timedelta = SEND_LIMIT) -> None:
        self._poster = Poster(limit)

    def send(self, message: Message, channel: Channel) -> Answer:
        """Post one text to one group."""
        body = msgspec.json.encode(self.body(message, channel.secret))
        address = self.address(channel.address, channel.secret, message)
        return exchange(self._poster, address, body, {"Content-Type": "application/json; charset=utf-8"}, self.judge)

    @abstractmethod
    def address(self, text: str, secret: str, message: Message) -> str:
        """Return the URL to post to."""

    @abstractmethod
    def body(self, message: Message, secret: str) -> Mapping[str, object]:
        """Return the JSON to post."""

    @abstractmethod
    def judge(self, reply: Reply) -> Answer:
        """Return what an answer means."""
