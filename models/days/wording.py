"""A change in her days as a finding: at most a notice, its numbers as evidence and in one sentence."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from linli.alert import AlertKind, Severity
from linli.finding import Finding
from linli.people import Home
from linli.words import Field, Sentence
from models.days import sentences
from models.days.picture import Pictures
from models.days.slow_kinds import SlowKind
from models.days.surprise import Change
from models.days.unlike import Unlike
from models.habits.arrays import Floats
from models.habits.calendar import date_of, midnight_of

_Fields = dict[str, Field | Sentence]


def changed(home: Home, kind: SlowKind, change: Change, pictures: Pictures) -> Finding:
    """Report a change that has gone on for days."""
    fields = _FIELDS[kind](change, pictures, home.zone)
    return _finding(home, kind, pictures.first_day + change.begins, pictures.first_day + change.found, Sentence(
        _TEMPLATES[kind], fields), {name: value for name, value in fields.items() if isinstance(value, int | float)},
    )  # fmt: skip


def unlike_others(home: Home, found: Unlike, row: int, pictures: Pictures) -> Finding:
    """Report a day that was unlike the others."""
    day, names = pictures.first_day + row, ("first", "second", "third")
    parts = [
        _part(name, now, usual, pictures, row, home.zone)
        for name, now, usual in zip(found.reasons, found.now, found.usual, strict=True)
    ]
    template = sentences.UNLIKE_TWO if len(parts) == 2 else sentences.UNLIKE_THREE
    evidence = {name: _short(now) for name, now in zip(found.reasons, found.now, strict=True)}
    evidence |= {f"usual_{name}": _short(usual) for name, usual in zip(found.reasons, found.usual, strict=True)}
    why = Sentence(template, dict(zip(names, parts, strict=False)))
    return _finding(home, SlowKind.UNLIKE, day, day, why, {**evidence, "score": round(found.score, 3)})


def _finding(home: Home, kind: SlowKind, first: int, last: int, why: Sentence, evidence: dict[str, float]) -> Finding:
    return Finding(
        key=f"routine_change:{home.home}:{kind}:{date_of(last)}",
        home=home.home,
        site=home.site,
        kind=AlertKind.ROUTINE_CHANGE,
        severity=Severity.NOTICE,
        at=midnight_of(first, home.zone),
        why=why,
        evidence={"what": str(kind), "since": str(date_of(first)), **evidence},
    )


def _clock(day: int, minutes: float, zone: ZoneInfo) -> datetime:
    """Return a wall-clock time of a day; on the days on which clocks change it is still what the clock shows."""
    wall = datetime.combine(date_of(day), time()) + timedelta(minutes=round(minutes))
    return wall.replace(tzinfo=zone).astimezone(UTC)


def _short(value: float) -> float:
    return round(value, 1)


def _meals(change: Change, pictures: Pictures, _zone: ZoneInfo) -> _Fields:
    days = slice(change.begins, change.found + 1)
    made, possible = np.nansum(pictures.meals[days]), np.nansum(pictures.meals_possible[days])
    usual = round(float(change.usual.mean() * possible))
    return {"made": int(made), "possible": int(possible), "days": _span(change), "usual": usual}


def _outings(change: Change, _pictures: Pictures, _zone: ZoneInfo) -> _Fields:
    usual = round(float(change.usual.mean()) * len(change.changed))
    return {"made": int(change.changed.sum()), "days": len(change.changed), "usual": usual}


def _times(change: Change, _pictures: Pictures, _zone: ZoneInfo) -> _Fields:
    return {
        "now": _short(float(change.changed.mean())),
        "usual": _short(float(change.usual.mean())),
        "days": len(change.changed),
    }


def _rising(change: Change, pictures: Pictures, zone: ZoneInfo) -> _Fields:
    day = pictures.first_day + change.found
    now, usual = (_clock(day, float(np.median(values)), zone) for values in (change.changed, change.usual))
    late = float(np.median(change.changed) - np.median(change.usual))
    return {"now": now, "usual": usual, "days": len(change.changed), "later_minutes": _short(late)}


def _percent(now: Floats, usual: Floats) -> int:
    return round(100 * float(now.mean()) / max(float(usual.mean()), 1e-9))


def _quiet(change: Change, _pictures: Pictures, _zone: ZoneInfo) -> _Fields:
    return {"percent": _percent(change.changed, change.usual), "days": len(change.changed)}


def _decline(change: Change, _pictures: Pictures, _zone: ZoneInfo) -> _Fields:
    return {"percent": _percent(change.changed, change.usual), "weeks": max(2, round(_span(change) / 7))}


def _span(change: Change) -> int:
    return change.found - change.begins + 1


_FIELDS: dict[SlowKind, Callable[[Change, Pictures, ZoneInfo], _Fields]] = {
    SlowKind.MEALS: _meals,
    SlowKind.HOUSEBOUND: _outings,
    SlowKind.OUT_MORE: _outings,
    SlowKind.RESTLESS: _times,
    SlowKind.BATHROOM_NIGHT: _times,
    SlowKind.BATHROOM_DAY: _times,
    SlowKind.RISING: _rising,
    SlowKind.QUIET: _quiet,
    SlowKind.DECLINE: _decline,
}
_TEMPLATES = {
    SlowKind.MEALS: sentences.MEALS,
    SlowKind.HOUSEBOUND: sentences.OUTINGS,
    SlowKind.OUT_MORE: sentences.OUTINGS,
    SlowKind.RESTLESS: sentences.RESTLESS,
    SlowKind.BATHROOM_NIGHT: sentences.BATHROOM_NIGHT,
    SlowKind.BATHROOM_DAY: sentences.BATHROOM_DAY,
    SlowKind.RISING: sentences.RISING,
    SlowKind.QUIET: sentences.QUIET,
    SlowKind.DECLINE: sentences.DECLINE,
}
_PARTS = {
    "rises": sentences.UP_AT,
    "stirs": sentences.STIRS,
    "night_bathroom": sentences.NIGHT_VISITS,
    "day_bathroom": sentences.DAY_VISITS,
    "meals": sentences.MEALS_MADE,
    "outings": sentences.WENT_OUT,
    "movement": sentences.MOVED,
    "bouts": sentences.BOUTS,
}


def _part(name: str, now: float, usual: float, pictures: Pictures, row: int, zone: ZoneInfo) -> Sentence:
    fields: _Fields = {"now": _short(now), "usual": _short(usual)}
    if name == "rises":
        day = pictures.first_day + row
        fields = {"now": _clock(day, now, zone), "usual": _clock(day, usual, zone)}
    elif name == "meals":
        fields["possible"] = _short(float(pictures.meals_possible[row]))
    elif name == "movement":
        fields = {"percent": _percent(np.array([now]), np.array([usual]))}
    return Sentence(_PARTS[name], fields)
