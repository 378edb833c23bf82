"""How much each destination takes: a bucket of tokens for each, of which the last quarter is kept for calls for help.

That is for the first message of each emergency to somebody: one that nobody answers must not use up what the next needs.
Only for services that count. Whoever is over the limit is told to come again later, and the person's next channel is used.
"""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.far_end import far_end_of
from linli.alert import Notice, Severity
from linli.people import Channel

TOO_MANY = "as many messages went to this address as its service takes for now"
SMS_A_DAY = 50
"""Aliyun takes 50 notices a day for one number (developer.aliyun.com, question 218440); others are near that."""
_TIDY_AT = 1000
_MOST_CASES = 10_000
"""Of so many people, each in a case, it is known what they were written to first."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A bucket of `burst` tokens, to which one comes back `every` so often."""

    burst: int
    every: timedelta

    def held(self, severity: Severity) -> timedelta:
        """Return how long a bucket may take to fill again: the last quarter of its tokens is for emergencies."""
        kept = 0 if severity is Severity.EMERGENCY else self.burst // 4
        return self.every * (self.burst - kept)


def paces(sms_a_day: int = SMS_A_DAY) -> Mapping[str, tuple[Pace, ...]]:
    """Return the limits of each kind of channel that has some.

    Where a service counts the messages of a window, a burst and what comes back during the window make up its number.
    The minute is one of 65 s for WeCom and DingTalk: a message may arrive up to five seconds after it was counted here,
    and DingTalk is silent for ten minutes once it has counted 21 (its own page on custom bots).
    """
    minute = Pace(10, timedelta(seconds=6.5))
    at_once = max(1, sms_a_day // 2)
    return {
        "wecom": (minute,),
        "dingtalk": (minute,),
        "feishu": (Pace(50, timedelta(seconds=1.2)), Pace(3, timedelta(seconds=0.5))),
        "ntfy": (Pace(60, timedelta(seconds=5)),),
        "sms": (Pace(at_once, timedelta(days=1) / max(1, sms_a_day - at_once)),),
    }


def missing(full_at: datetime, pace: Pace, now: datetime) -> timedelta:
    """Return how long a bucket still takes to be full: no longer than an empty one, even if the clock was set back."""
    return min(max(full_at - now, timedelta(0)), pace.every * pace.burst)


def wait_for(short: timedelta, pace: Pace, severity: Severity) -> timedelta:
    """Return how long to wait for a token where a bucket is so short of being full; 0 when there is one to take."""
    return max(short + pace.every - pace.held(severity), timedelta(0))


class Rates:
    """The buckets of all destinations. Safe to use from several threads at once."""

    def __init__(self, limits: Mapping[str, tuple[Pace, ...]]) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._full_at: dict[str, tuple[datetime, ...]] = {}
        self._first: dict[tuple[str, str], str] = {}

    def wait_of(self, notice: Notice, channel: Channel, now: datetime) -> timedelta | None:
        """Do as `wait` does, where repeats of an emergency get what all else gets; a resend is no repeat."""
        case = (notice.alert, channel.id)
        is_repeat = self._first.get(case, notice.key) != notice.key
        wait = self.wait(channel, Severity.URGENT if is_repeat else notice.severity, now)
        if wait is None and channel.kind in self._limits:
            with self._lock:
                self._first.setdefault(case, notice.key)
                if len(self._first) > _MOST_CASES:
                    del self._first[next(iter(self._first))]
        return wait

    def wait(self, channel: Channel, severity: Severity, now: datetime) -> timedelta | None:
        """Count a message to a channel and return None; or say how long to wait, and count nothing."""
        limits = self._limits.get(channel.kind)
        if limits is None:
            return None
        name = destination(channel)
        with self._lock:
            before = self._full_at.get(name, (now,) * len(limits))
            short = [missing(at, pace, now) for at, pace in zip(before, limits, strict=True)]
            wait = max(wait_for(one, pace, severity) for one, pace in zip(short, limits, strict=True))
            taken = [timedelta(0) if wait else pace.every for pace in limits]
            self._full_at[name] = tuple(now + one + more for one, more in zip(short, taken, strict=True))
            self._tidy(now)
        return wait or None

    def _tidy(self, now: datetime) -> None:
        """Forget the buckets that are full again."""
        if len(self._full_at) > _TIDY_AT:
            self._full_at = {name: full for name, full in self._full_at.items() if max(full) > now}


def destination(channel: Channel) -> str:
    """Return what a service counts for: a bot, a telephone number, a server of ntfy. Several people may share it."""
    if channel.kind == "sms":
        return f"sms {re.sub('[^0-9]', '', channel.address)}"
    if channel.kind == "ntfy":
        return f"ntfy {far_end_of(channel)}"
    return f"{channel.kind} {channel.address}"
