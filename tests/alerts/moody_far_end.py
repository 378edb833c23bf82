"""The far end of the engine's world: one channel for every kind, each in a mood of its own, and what became of a message."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from linli.alert import NoticeType
from linli.clock import VirtualClock
from linli.people import Channel

HANGS_FOR = timedelta(seconds=5)


class Killed(BaseException):
    """The process ends here and now, whatever it holds."""


class Mood(StrEnum):
    """What a channel does. `shown`: the message arrived though nobody said so; a lie says so though it did not."""

    FINE = "fine"
    LATER = "later"
    NEVER = "never"
    LOST = "lost"
    SHOWN = "shown"
    HANGS = "hangs"
    LIES = "lies"


_VERDICT = {
    Mood.FINE: Verdict.ACCEPTED,
    Mood.LIES: Verdict.ACCEPTED,
    Mood.LATER: Verdict.LATER,
    Mood.NEVER: Verdict.NEVER,
}


@dataclass(frozen=True, slots=True)
class Sending:
    """One try, as the far end saw it."""

    key: str
    channel: str
    subject: str
    verdict: Verdict

    @property
    def alert(self) -> str:
        """Return which alert it was about."""
        return self.key.split(".")[0]

    @property
    def type(self) -> NoticeType:
        """Return why somebody was written to."""
        return NoticeType(self.key.split(".")[1])


@dataclass
class FarEnd:
    """Serves every kind of channel, each in its mood. `next_send` happens once, in the middle of a message."""

    clock: VirtualClock
    moods: dict[str, Mood] = field(default_factory=dict)
    sent: list[Sending] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    next_send: Callable[[str], None] | None = None
    is_closed: Callable[[str], bool] = lambda _: False
    hangs_for: timedelta = HANGS_FOR
    too_late: list[str] = field(default_factory=list)

    def send(self, message: Message, channel: Channel) -> Answer:
        """Answer as the mood is."""
        mood = self.moods.get(channel.kind, Mood.FINE)
        if mood is not Mood.FINE:
            self.refused[f"channel {mood}"] += 1
        if mood is Mood.HANGS:
            self.clock.advance(self.hangs_for)
        answer = Answer(_VERDICT.get(mood, Verdict.UNKNOWN), "" if mood is Mood.FINE else f"the channel {mood}")
        sending = Sending(message.key, channel.id, message.subject, answer.verdict)
        self.sent.append(sending)
        if sending.type is not NoticeType.OVER and self.is_closed(sending.alert):
            self.too_late.append(sending.key)
        happening, self.next_send = self.next_send, None
        if happening:
            happening(message.key)
        return answer
