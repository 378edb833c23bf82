"""How incidents were noticed, as a table to read and as plain values for other programs."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from linli.evaluation.incidents import Answered, Judgement, Rang
from linli.evaluation.score import DAY, MONTH

Plain = dict[str, object]
_FIFTY = 50
_HEAD = (
    f"{'what happened':20} {'times':>6} {'noticed':>8} {'share':>7} {'median':>8} {'90 %':>8} "
    f"{'false/month':>12} {'in 50 days':>11} {'by chance':>10}"
)
_RANG_HEAD = f"{'rang for nothing':20} {'calls':>6} {'notices':>8} {'days':>9} {'a month':>8} {'in 50 days':>11}"


def lines(judgement: Judgement) -> Iterator[str]:
    """Yield a line for each kind of incident, and one for each kind of alert that rang where nothing had happened."""
    yield _HEAD
    for kind, answered in judgement.by_kind.items():
        yield row(kind, answered, judgement)
    yield ""
    yield _RANG_HEAD
    for alert, rang in judgement.rang.items():
        month, fifty = rang.a_day * (MONTH / DAY), rang.a_day * _FIFTY
        yield f"{alert:20} {rang.calls:6} {rang.notices:8} {rang.days:9.1f} {month:8.2f} {fifty:11.2f}"


def row(name: str, answered: Sequence[Answered], judgement: Judgement) -> str:
    """Return the line of some incidents that expect the same alerts."""
    hours = hours_of(answered)
    a_day = judgement.false_a_day(answered[0].happening.expects)
    return (
        f"{name:20} {len(answered):6} {len(hours):8} {len(hours) / len(answered):7.1%} "
        f"{within(hours, 0.5):>8} {within(hours, 0.9):>8} {a_day * (MONTH / DAY):12.2f} {a_day * _FIFTY:11.2f} "
        f"{judgement.by_chance(answered):10.1%}"
    )


def hours_of(answered: Sequence[Answered]) -> list[float]:
    """Return how many hours it took, of those that were noticed."""
    return [one.hours for one in answered if one.hours is not None]


def within(hours: Sequence[float], share: float) -> str:
    """Return the time within which this share of those that were noticed was noticed, in a unit that fits."""
    if not hours:
        return "-"
    span = float(np.quantile(hours, share))
    if span < 1:
        return f"{span * 60:.0f} min"
    return f"{span:.1f} h" if span < 2 * 24 else f"{span / 24:.1f} d"


def plain(judgement: Judgement) -> Plain:
    """Return all of it: shares and delays by kind, what rang for nothing, and each incident with its answer."""
    return {
        "kinds": {kind: _kind(answered, judgement) for kind, answered in judgement.by_kind.items()},
        "rang_for_nothing": _all_rang(judgement.rang),
        "answers": [_answer(one) for one in judgement.answered],
    }


def _kind(answered: Sequence[Answered], judgement: Judgement) -> Plain:
    hours = hours_of(answered)
    a_day = judgement.false_a_day(answered[0].happening.expects)
    return {
        "incidents": len(answered),
        "noticed": len(hours),
        "recall": len(hours) / len(answered),
        "delay_hours_median": float(np.quantile(hours, 0.5)) if hours else None,
        "delay_hours_90": float(np.quantile(hours, 0.9)) if hours else None,
        "false_a_month": _number(a_day * (MONTH / DAY)),
        "false_in_50_days": _number(a_day * _FIFTY),
        "by_chance": _number(judgement.by_chance(answered)),
    }


def _all_rang(rang: Mapping[str, Rang]) -> Plain:
    return {kind: {"calls": one.calls, "notices": one.notices, "days": one.days} for kind, one in rang.items()}


def _number(value: float) -> float | None:
    """Return a number, or None for what JSON has no word for."""
    return value if np.isfinite(value) else None


def _answer(one: Answered) -> Plain:
    zone, ring = one.happening.began.tzinfo, one.ring
    return {
        "home": one.happening.home,
        "kind": one.happening.kind,
        "began": one.happening.began.isoformat(),
        "answered_at": ring and ring.at.astimezone(zone).isoformat(),
        "answered_by": ring and ring.kind,
    }
