"""What follows from a try: when a notice goes out again, by which way instead, what the log says. Pure: stores nothing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.channels.base import Answer, Verdict
from linli.alert import Entry, Notice, NoticeState, NoticeType
from linli.people import Channel, Person

LONGEST_PAUSE = timedelta(seconds=60)
MOST_THANKS = 8
"""How often it is tried to tell somebody that it is over: some four minutes, then it is no news any more."""
_DOUBLINGS = 6


@dataclass(frozen=True, slots=True)
class Next:
    """What becomes of a notice: its state, and when it goes out again if it does."""

    state: NoticeState
    due_at: datetime | None = None


def after(answer: Answer, notice: Notice, now: datetime) -> Next:
    """Return what follows from an answer: sent, given up, or again after 1, 2, 4, … 60 s, for ever.

    That the alert is closed ends it; that is not for here: calls of closed alerts are never claimed.
    """
    if answer.verdict is Verdict.ACCEPTED:
        return Next(NoticeState.SENT)
    is_late = notice.type is NoticeType.OVER and notice.attempts >= MOST_THANKS
    if answer.verdict is Verdict.NEVER or is_late:
        return Next(NoticeState.FAILED)
    pause = timedelta(seconds=2 ** min(max(notice.attempts - 1, 0), _DOUBLINGS))
    wished = answer.retry_after or timedelta(0)
    return Next(NoticeState.WAITING, now + min(max(pause, wished), answer.retry_within or LONGEST_PAUSE))


def is_news(answer: Answer, notice: Notice, following: NoticeState) -> bool:
    """Tell whether the log names a failure: not at every retry, as one may go on for days."""
    return answer.reason != notice.reason or following is NoticeState.FAILED


def line(what: str, notice: Notice, kind: str, answer: Answer, now: datetime) -> Entry:
    """Return the log's line about a try; `kind` is that of the channel, empty where none is listed."""
    detail = {"channel": kind, "key": notice.key, "reason": answer.reason}
    return Entry(now, what, notice.person, {name: value for name, value in detail.items() if value})


def other_way(notice: Notice, person: Person, now: datetime) -> Notice | None:
    """Return the same notice by the person's next channel, None after the last; thanks go only where the call went.

    Its key is the one that the ladder gives that channel on the same rung, so that the person is written to once.
    """
    following = _next_channel(notice.channel, person.ways)
    if following is None or notice.type is NoticeType.OVER:
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
