"""That it is over, said to everybody who was called. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from linli.alert import Entry, Notice, NoticeState, NoticeType, Severity


def thanks(sent: Sequence[Notice], log: Sequence[Entry], now: datetime) -> list[Notice]:
    """Return the thanks to everybody who was called, by the ways on which they were, but not to who has closed it.

    Whoever was never reached need not hear that it is over.
    """
    closer = next((entry.who for entry in log if entry.what == "closed"), "")
    ways = {(one.person, one.channel): one for one in sent if one.person != closer and _was_told(one)}
    return [_over(notice, now) for notice in ways.values()]


def ends(sent: Sequence[Notice], now: datetime) -> list[Notice]:
    """Return one message a person that what they were told of is over, by the newest of the ways on which they were.

    A way on which the far end has accepted the news goes before one that may never have arrived.
    """
    ways: dict[str, Notice] = {}
    for notice in (one for one in sent if _was_told(one)):
        known = ways.get(notice.person)
        if known is None or notice.state is NoticeState.SENT or known.state is not NoticeState.SENT:
            ways[notice.person] = notice
    return [_over(notice, now) for notice in ways.values()]


def _was_told(notice: Notice) -> bool:
    return (
        notice.type in {NoticeType.CALL, NoticeType.REMIND, NoticeType.TELL}
        and (notice.state in {NoticeState.SENT, NoticeState.LEASED} or notice.attempts > 0)
        and notice.state is not NoticeState.FAILED
    )


def _over(notice: Notice, now: datetime) -> Notice:
    return replace(
        notice,
        key=f"{notice.alert}.{NoticeType.OVER}.{notice.person}.{notice.channel}",
        type=NoticeType.OVER,
        severity=Severity.NOTICE,
        due_at=now,
        state=NoticeState.WAITING,
        attempts=0,
        reason="",
    )
