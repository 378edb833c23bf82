"""What every channel promises: one try, an end in time, and a verdict read from what the far end has really said."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol

from alerts.message import Message
from linli.people import Channel

SEND_LIMIT = timedelta(seconds=5)
"""The longest that one try may take, from the look-up of the name to the last byte of the answer."""


class Verdict(StrEnum):
    """What became of a message. Unknown: it may have arrived, so a resend carries the same key."""

    ACCEPTED = "accepted"
    LATER = "later"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """The far end's answer. `reason` never holds an address, a name or a secret; `retry_after` is the far end's wish.

    `retry_within` is ours, where nothing was sent: the pause grows no longer than that.
    """

    verdict: Verdict
    reason: str = ""
    retry_after: timedelta | None = None
    retry_within: timedelta | None = None


class ChannelAdapter(Protocol):
    """One kind of channel. Safe to use from several threads at once."""

    def send(self, message: Message, channel: Channel) -> Answer:
        """Try once, for at most SEND_LIMIT; raises nothing, whatever the far end does."""
        ...
