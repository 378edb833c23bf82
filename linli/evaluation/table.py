"""An evaluation as a table to read and as plain values for other programs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from linli.evaluation.evaluate import Outcome
from linli.evaluation.score import SETTLED, Score, pooled, score
from linli.words import say

Plain = dict[str, object]
_HEAD = f"{'home':24} {'false':>6} {'days':>7} {'a month':>8} {'median h':>9} {'90 % h':>8} {'in 12 h':>8} {'cuts':>6}"


def lines(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield a line for each home and one for all; and again without each home's first days, if that leaves any."""
    yield from _table([score(outcome) for outcome in outcomes], "all")
    later = [score(outcome, SETTLED) for outcome in outcomes]
    if any(one.days for one in later):
        yield ""
        yield f"without the first {SETTLED.days} days of each home:"
        yield from _table([one for one in later if one.days], "all")


def _table(scores: Sequence[Score], name: str) -> Iterator[str]:
    yield _HEAD
    for one in scores:
        yield _row(one)
    if len(scores) > 1:
        yield _row(pooled(scores, name))


def _row(one: Score) -> str:
    delays = (
        f"{one.delay(0.5):9.2f} {one.delay(0.9):8.2f} {one.soon:8.1%}" if one.delays else f"{'-':>9} {'-':>8} {'-':>8}"
    )
    return f"{one.name:24} {one.false:6} {one.days:7.1f} {one.a_month:8.2f} {delays} {len(one.delays):6}"


def plain(outcomes: Sequence[Outcome], language: str) -> Plain:
    """Return what the file says (contract section 6): for each home its alerts, and an answer for each cut."""
    return {"homes": {outcome.home: _home(outcome, language) for outcome in outcomes}}


def plain_by_budget(by_budget: Mapping[str, Sequence[Outcome]], language: str) -> Plain:
    """Return what the file says of several budgets: the first as for one alone, and all of them by their number."""
    of_each = {budget: plain(outcomes, language) for budget, outcomes in by_budget.items()}
    return {**next(iter(of_each.values())), "budgets": of_each}


def _home(outcome: Outcome, language: str) -> Plain:
    zone = outcome.zone
    return {
        "alerts": [
            {
                "at": _iso(call.at, zone),
                "kind": call.kind,
                "severity": call.severity,
                "why": say(call.why, language, zone),
            }
            for call in outcome.calls
        ],
        "cuts": [
            {
                "at": answer.at.isoformat(),
                "alerted_at": answer.call and _iso(answer.call.at, zone),
                "kind": answer.call and answer.call.kind,
            }
            for answer in outcome.answers
        ],
    }


def _iso(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat()
