"""An evaluation as one page to read and to print: curves, tables, and what each alert of each home was."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import dashboard
from dashboard.screens import Words, draw
from linli.evaluation.chart import NARROW, SMALL, WIDE, Chart, Entry, Size, chart, scale_of
from linli.evaluation.evaluate import Outcome
from linli.evaluation.methods import Lived, Method
from linli.evaluation.score import HOUR, SETTLED, Score, pooled, score
from linli.evaluation.trial import Call
from linli.signals import is_sign_of_life

STYLES = ("linli.css", "evaluation.css")


@dataclass(frozen=True, slots=True)
class Judged:
    """A way to judge silence, and its outcomes for all homes."""

    method: Method
    outcomes: Sequence[Outcome]


@dataclass(frozen=True, slots=True)
class Told:
    """One alert, and how long after it the home was heard of again; None: never."""

    call: Call
    heard_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Section:
    """What the page says of one home, or of all; `charts` from wide to narrow, none where nobody collapsed."""

    name: str
    words: Words
    entries: Sequence[Entry]
    charts: Sequence[Chart] = ()
    alerts: Sequence[Told] = ()

    @property
    def today(self) -> Score:
        """Return what came of today's setting."""
        return next(entry.score for entry in self.entries if entry.is_today)


def page(homes: Sequence[Lived], found: Sequence[Judged], budget: float, language: str) -> str:
    """Return the page. `budget`: what is asked for today, which is marked."""
    words = _words(homes[0], found[0].outcomes[0], language)
    scores = [[score(outcome) for outcome in one.outcomes] for one in found]
    later = [[score(outcome, SETTLED) for outcome in one.outcomes] for one in found]
    whole = Section("", words, _entries(found, [pooled(of_homes) for of_homes in scores], budget))
    sections = [
        _of_home(number, home, found, [of_homes[number] for of_homes in scores], budget, language)
        for number, home in enumerate(homes)
    ]
    scale = scale_of(entry for section in sections for entry in section.entries)
    return draw(
        "evaluation.html",
        words,
        styles=[(Path(dashboard.__file__).parent / "static" / name).read_text(encoding="utf-8") for name in STYLES],
        budget=budget,
        hour=HOUR,
        whole=_drawn(whole, (WIDE, NARROW), scale_of(whole.entries)),
        settled=_entries(found, [pooled(of_homes) for of_homes in later], budget),
        settled_days=SETTLED.days,
        homes=[_drawn(section, (SMALL,), scale) for section in sections],
        begins=min(outcome.begins for outcome in found[0].outcomes),
        ends=max(outcome.ends for outcome in found[0].outcomes),
    )


def _words(home: Lived, outcome: Outcome, language: str) -> Words:
    return Words(language, home.past.home.zone, outcome.ends)


def _entries(found: Sequence[Judged], scores: Sequence[Score], budget: float) -> list[Entry]:
    """Return linli's own line by what was asked of it, then the classic ways."""
    entries = [_entry(one.method, of_all, budget) for one, of_all in zip(found, scores, strict=True)]
    return sorted(entries, key=lambda entry: (entry.shape != "own", float(entry.label or 0)))


def _entry(method: Method, score_: Score, budget: float) -> Entry:
    if method.budget is None:
        return Entry(method.key, "", is_today=False, score=score_)
    return Entry("own", f"{method.budget:g}", is_today=method.budget == budget, score=score_)


def _of_home(
    number: int, home: Lived, found: Sequence[Judged], scores: Sequence[Score], budget: float, language: str
) -> Section:
    today = next(one for one in found if one.method.budget == budget).outcomes[number]
    signs = sorted(signal.at for signal in home.past.signals if is_sign_of_life(signal.kind, signal.value))
    alerts = [Told(call, _heard_after(call, signs)) for call in today.calls if call.at <= today.ends]
    return Section(today.home, _words(home, today, language), _entries(found, scores, budget), alerts=alerts)


def _heard_after(call: Call, signs: Sequence[datetime]) -> timedelta | None:
    following = bisect_right(signs, call.at)
    return signs[following] - call.at if following < len(signs) else None


def _drawn(section: Section, sizes: Sequence[Size], scale: tuple[float, float]) -> Section:
    """Return a section with its pictures; without a collapse there is nothing to draw."""
    has_delays = any(entry.score.delays for entry in section.entries)
    return replace(section, charts=[chart(section.entries, size, scale) for size in sizes] if has_delays else ())
