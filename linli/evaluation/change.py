"""A changed setting on a site's own past: what would have called somebody under the old and under the new one. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from linli.evaluation.evaluate import Outcome
from linli.evaluation.score import DAY, MONTH
from linli.evaluation.trial import Call
from linli.words import say, span

Plain = dict[str, object]
ENOUGH_DAYS = 7
"""Of fewer days nothing is said about a month: one call in an hour would be seven hundred."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One cause for an alert: the call under the old setting and under the new one; None where nobody was called."""

    old: Call | None
    new: Call | None

    @property
    def call(self) -> Call:
        """Return the one that there is, the new one if there are both."""
        found = self.new or self.old
        if found is None:
            raise ValueError("nobody was called under either setting")
        return found

    @property
    def earlier(self) -> timedelta:
        """Return by how much sooner somebody is called under the new setting; nothing where only one calls."""
        return self.old.at - self.new.at if self.old and self.new else timedelta(0)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a home's alerts were, and would have been."""

    home: str
    zone: ZoneInfo
    days: float
    pairs: Sequence[Pair]

    def a_month(self) -> tuple[float, float]:
        """Return how many calls a month there were under the old setting, and under the new one."""
        month = MONTH / DAY / self.days if self.days else 0.0
        return sum(p.old is not None for p in self.pairs) * month, sum(p.new is not None for p in self.pairs) * month

    @property
    def is_enough(self) -> bool:
        """Tell whether the past is long enough for a rate a month."""
        return self.days >= ENOUGH_DAYS


def compare(old: Outcome, new: Outcome, since: datetime, until: datetime) -> Changed:
    """Return what changed in a home in [since, until). Calls for the same cause are one, whenever they come."""
    before, after = (
        {(call.kind, call.since): call for call in one.calls if since <= call.at < until} for one in (old, new)
    )
    pairs = [Pair(before.get(cause), after.get(cause)) for cause in {**before, **after}]
    begins, ends = max(since, old.begins), min(until, old.ends)
    days = max(timedelta(0), ends - begins) / DAY
    return Changed(old.home, old.zone, days, sorted(pairs, key=lambda pair: pair.call.at))


def lines(changes: Sequence[Changed]) -> Iterator[str]:
    """Yield what changed, call by call, then home by home, then all together."""
    for change in changes:
        for pair in change.pairs:
            if pair.old is None or pair.new is None or pair.earlier:
                yield _line(change, pair)
    yield f"{'home':24} {'days':>6} {'old a month':>12} {'new a month':>12}"
    for change in changes:
        yield _rates(change.home, change.days, change.a_month(), is_enough=change.is_enough)
    yield from _sums(changes)


def _rates(name: str, days: float, a_month: tuple[float, float], *, is_enough: bool) -> str:
    old, new = (f"{rate:.2f}" if is_enough else "-" for rate in a_month)
    return f"{name:24} {days:6.1f} {old:>12} {new:>12}"


def _line(change: Changed, pair: Pair) -> str:
    call = pair.call
    return f"{call.at.astimezone(change.zone):%Y-%m-%d %H:%M}  {change.home}  {call.kind}  {_what(pair)}: " + say(
        call.why, "en", change.zone
    )


def _what(pair: Pair) -> str:
    if pair.old is None:
        return "new"
    if pair.new is None:
        return "gone"
    return _moved(pair.earlier)


def _sums(changes: Sequence[Changed]) -> Iterator[str]:
    days = sum(change.days for change in changes)
    pairs = [pair for change in changes for pair in change.pairs]
    old, new = (sum(call is not None for call in side) for side in ([p.old for p in pairs], [p.new for p in pairs]))
    month = MONTH / DAY / days if days else 0.0
    yield _rates("all", days, (old * month, new * month), is_enough=any(change.is_enough for change in changes))
    if not all(change.is_enough for change in changes):
        yield f"-: too little past for a rate a month, which takes {ENOUGH_DAYS} days"
    both = sorted(pair.earlier for pair in pairs if pair.old and pair.new)
    yield (
        f"{sum(p.old is None for p in pairs)} new, {sum(p.new is None for p in pairs)} gone, {len(both)} as before"
        + (f", the middle one {_moved(both[len(both) // 2])}" if both else "")
    )


def _moved(earlier: timedelta) -> str:
    if not earlier:
        return "at the same moment"
    return f"{span(abs(earlier), 'en')} {'earlier' if earlier > timedelta(0) else 'later'}"


def plain(changes: Sequence[Changed]) -> Plain:
    """Return everything as values that JSON can keep; `earlier` in seconds, a rate null where there is too little past."""
    return {"homes": {change.home: _plain_home(change) for change in changes}}


def _plain_home(change: Changed) -> Plain:
    old, new = (round(rate, 3) if change.is_enough else None for rate in change.a_month())
    return {
        "days": round(change.days, 2),
        "a_month": {"old": old, "new": new},
        "alerts": [
            {
                "kind": pair.call.kind,
                "since": pair.call.since.astimezone(change.zone).isoformat(),
                "old": pair.old and pair.old.at.astimezone(change.zone).isoformat(),
                "new": pair.new and pair.new.at.astimezone(change.zone).isoformat(),
                "earlier": pair.earlier.total_seconds() if pair.old and pair.new else None,
                "why": say(pair.call.why, "en", change.zone),
            }
            for pair in change.pairs
        ],
    }
