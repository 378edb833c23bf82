"""Copying day by day (UTC) and comparing each, in passes until one finds nothing new.

Each pass begins where the one before found the first day to copy; at least one of them goes over everything.

A day is read on both sides; where they differ it is copied and compared again, with what was read while copying: so
nobody who writes meanwhile disturbs it. Signals that are there are passed over, so any day may be copied any number of times.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from linli.moving.digest import Digest
from linli.moving.places import Place, Target
from linli.moving.reached import Reached
from linli.signals import Signal
from linli.steps import Tell, nobody

_DAY = timedelta(days=1)
_AT_ONCE = 4000
_PASSES = 5
"""A linli that goes on writing may always be ahead by some signals; then that is said, and left to a last start."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A day that is not the same on both sides although it was copied: how many signals FROM has, and TO of its homes."""

    day: date
    here: int
    there: int


@dataclass(slots=True)
class Moved:
    """What a pass found that TO did not have or had otherwise; and the signals of FROM, on how many days."""

    signals: int = 0
    days: int = 0
    copied_from: datetime | None = None
    copied: int = 0
    copied_days: int = 0
    passes: int = 1
    differences: list[Difference] = field(default_factory=list)


class Move:
    """One copy. `since`: older signals are left out, as one of the places does not keep them."""

    def __init__(
        self, source: Place, target: Target, reached: Reached, *, since: datetime | None = None, tell: Tell = nobody
    ) -> None:
        self._source = source
        self._target = target
        self._reached = reached
        self._since = since
        self._tell = tell
        self._homes: set[str] = set()
        self._counts: dict[date, int] = {}

    def run(self) -> Moved:
        """Copy, then go over it again until nothing is new; return what the last pass found.

        Raises StoreDown where a store does not answer: begun again, it goes on where it was.
        """
        begin, is_whole = self._latest(self._reached.until()), False
        for number in range(1, _PASSES + 1):
            is_whole = is_whole or begin == self._since
            found = self._go_over(begin, remembers=number == 1)
            found.passes = number
            if is_whole and (found.differences or not found.copied_days):
                break
            begin = found.copied_from if is_whole else self._since
        if not found.differences:
            self._reached.forget()
        found.signals, found.days = sum(self._counts.values()), len(self._counts)
        return found

    def _latest(self, until: datetime | None) -> datetime | None:
        return max((moment for moment in (until, self._since) if moment is not None), default=None)

    def _go_over(self, since: datetime | None, *, remembers: bool = False) -> Moved:
        found, newest = Moved(), self._source.newest()
        begin = started = self._first(since)
        while begin is not None:
            end = begin.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
            is_empty = not self._day(found, begin, end)
            begin = self._first(end) if is_empty else end  # to look for the first is dear at a server: not each day
            if newest is not None and started is not None:
                until = min(end, newest)
                if remembers:
                    self._reached.note(until)
                self._tell(_seconds(started, until), _seconds(started, newest))
        return found

    def _first(self, since: datetime | None) -> datetime | None:
        """Return from where there is something on either side: a midnight, or `since`."""
        firsts = [place.first(since) for place in (self._source, self._target)]
        first = min((moment for moment in firsts if moment is not None), default=None)
        if first is None:
            return None
        midnight = first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return max(midnight, since or midnight)

    def _day(self, found: Moved, begin: datetime, end: datetime) -> int:
        """Compare a day, and copy it if it differs; return how many signals either side has.

        Only homes of FROM count, as TO may have others.
        """
        there = Digest.of(self._target.between(begin, end))
        here = Digest.of(self._source.between(begin, end)) if there.count else None
        if here is None or not self._is_same(here, there):
            before = there.only(here.homes.keys() if here else set()).count
            here = self._copy(begin, end)
            there = Digest.of(self._target.between(begin, end))
            if here.count or there.count:
                found.copied += max(here.count - before, 0)
                found.copied_days += 1
                found.copied_from = found.copied_from or begin
            if not self._is_same(here, there):
                found.differences.append(Difference(begin.date(), here.count, there.only(self._homes).count))
        if here.count:
            self._counts[begin.date()] = here.count
        return here.count + there.count

    def _is_same(self, here: Digest, there: Digest) -> bool:
        self._homes |= here.homes.keys()
        return here == there.only(self._homes)

    def _copy(self, begin: datetime, end: datetime) -> Digest:
        copied = Digest()
        for some in whole_moments(copied.through(self._source.between(begin, end))):
            self._target.append(some)
        return copied


def _seconds(begin: datetime, end: datetime) -> int:
    return max(int((end - begin).total_seconds()), 1)


def whole_moments(signals: Iterable[Signal], at_once: int = _AT_ONCE) -> Iterator[list[Signal]]:
    """Yield signals that are in time order some thousand at a time; those of one moment stay together."""
    some: list[Signal] = []
    for one in signals:
        if len(some) >= at_once and one.at != some[-1].at:
            yield some
            some = []
        some.append(one)
    if some:
        yield some
