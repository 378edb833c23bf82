"""When a notice goes out again, and by which way instead. Pure: the sender stores what is decided here."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.channels.base import Answer, Verdict
from linli.alert import Notice, NoticeState
from linli.people import Channel, Person

LONGEST_PAUSE = timedelta(seconds=60)
_DOUBLINGS = 6


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a notice: its state, and when it goes out again if it does."""

    state: NoticeState
    due_at: datetime | None = None


def after(answer: Answer, notice: Notice, now: datetime) -> Next:
    """Return what follows from an answer: sent, given up, or again after 1, 2, 4, … 60 s, for ever.

    That the alert is closed ends it; that is not for here: notices of closed alerts are never claimed.
    """
    if answer.verdict is Verdict.ACCEPTED:
        return Next(NoticeState.SENT)
    if answer.verdict is Verdict.NEVER:
        return Next(NoticeState.FAILED)
    pause = timedelta(seconds=2 ** min(max(notice.attempts - 1, 0), _DOUBLINGS))
    wished = answer.retry_after or timedelta(0)
    return Next(NoticeState.WAITING, now + min(max(pause, wished), LONGEST_PAUSE))


def other_way(notice: Notice, person: Person, now: datetime) -> Notice | None:
    """Return the same notice by the person's next channel, None after the last.

    Its key is the one that the ladder gives that channel on the same rung, so that the person is written to once.
    """
    following = _next_channel(notice.channel, person.ways)
    if following is None:
        return None
    return replace(
        notice,
        key=f"{stem(notice)}.{following.id}",
        channel=following.id,
        due_at=now,
        state=NoticeState.WAITING,
        attempts=0,
        reason="",
    )


def stem(notice: Notice) -> str:
    """Return what the keys of one message by several channels have in common."""
    return notice.key.removesuffix(f".{notice.channel}")


def _next_channel(channel: str, ways: tuple[Channel, ...]) -> Channel | None:
    """Return the channel after one; the first for a channel that is no longer there."""
    ids = [way.id for way in ways]
    position = ids.index(channel) + 1 if channel in ids else 0
    return ways[position] if position < len(ways) else None
