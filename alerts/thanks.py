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
    ways = {
        (notice.person, notice.channel): notice
        for notice in sent
        if notice.type in {NoticeType.CALL, NoticeType.REMIND, NoticeType.TELL}
        and notice.person != closer
        and (notice.state in {NoticeState.SENT, NoticeState.LEASED} or notice.attempts)
        and notice.state is not NoticeState.FAILED
    }
    return [
        replace(
            notice,
            key=f"{notice.alert}.{NoticeType.OVER}.{person}.{channel}",
            type=NoticeType.OVER,
            severity=Severity.NOTICE,
            due_at=now,
            state=NoticeState.WAITING,
            attempts=0,
            reason="",
        )
        for (person, channel), notice in ways.items()
    ]
