"""What ghosts, holes, a missing sensor and late batches do to detection, through the same path as `linli evaluate`.

`python3 dev.py bench robust FOLDER CUTS.csv [ROW…]`: each home under a prior of the others, one false alert a month asked
for. ROW names a line of the table; without one all are measured. Chance is seeded: the same command prints the same.
"""

import sys
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from msgspec import structs

from linli.evaluation.cuts import read_cuts
from linli.evaluation.evaluate import TAIL, Habits, Outcome, Past, pasts_of
from linli.evaluation.methods import Lived, Method, judged
from linli.evaluation.score import DAY, Score, pooled, score
from linli.evaluation.trial import Learn
from linli.signals import EXIT_ROOM, Signal, is_sign_of_life
from models.habits.evidence import History
from models.habits.prior import Prior
from models.habits.prior_making import make_prior
from models.habits.signs import signs_of
from models.rules import Rules

BUDGET = 1.0
GHOSTS_A_DAY = 2.4
"""Lone pulses a day: what came from an empty home in which one sensor was nervous."""
NERVOUS_A_DAY = 24.0
HOLE = timedelta(days=5)
LATE = timedelta(minutes=20)
"""A gateway that sends what it gathered every so often."""
SEED = 20261126
GOAL = 0.97
"""The share of collapses answered within 12 h among ghosts."""


@dataclass(frozen=True)
class Later:
    """Signals that come after a collapse, whatever became of her: those of `always`, and what was on its way by then."""

    always: Sequence[Signal] = ()
    on_their_way: Sequence[Signal] = ()

    def __call__(self, cut: datetime) -> Sequence[Signal]:
        """Return what comes after a cut, in the order in which it is received."""
        begin = bisect_right(self.always, cut, key=_received)
        still = [one for one in self.on_their_way if one.at <= cut < one.received_at]
        return sorted([*self.always[begin:], *still], key=_received)


@dataclass(frozen=True)
class LeftOut:
    """Learns each home under a prior of the others."""

    priors: Mapping[str, Prior]

    def of(self, past: Past) -> Learn:
        """Return what learns a home."""
        return Habits(self.priors[past.home.home], BUDGET).of(past)


Change = Callable[[Lived], Lived]


def main(arguments: Sequence[str]) -> int:
    """Measure what was named and print a table; 1 if too few collapses among ghosts are answered within 12 h."""
    if len(arguments) < 2:
        sys.stderr.write("bench robust: name a folder of recordings and a file of cuts\n")
        return 2
    unknown = [name for name in arguments[2:] if name not in ROWS]
    if unknown:
        sys.stderr.write(f"bench robust: there is no row {unknown[0]}; there are {', '.join(ROWS)}\n")
        return 2
    files, cuts = sorted(Path(arguments[0]).glob("*.csv")), read_cuts(Path(arguments[1]))
    pasts = pasts_of(files)
    homes = [Lived(past, tuple(cuts.get(past.home.home, ()))) for past in pasts]
    method = Method("left-out", Rules(), LeftOut(_priors(pasts)), BUDGET)
    fallen_short = False
    for name in arguments[2:] or ROWS:
        row = ROWS[name]
        scores = row.scores(judged([row.change(home) for home in homes], [method])[0])
        sys.stdout.write(_told(name, row.words, scores))
        sys.stdout.flush()
        fallen_short |= row.is_haunted and pooled(scores).soon < GOAL
    return int(fallen_short)


def _priors(pasts: Sequence[Past]) -> dict[str, Prior]:
    histories = {past.home.home: History(signs_of(past.signals, past.home.zone)) for past in pasts}
    return {
        home: make_prior({other: history for other, history in histories.items() if other != home})
        for home in histories
    }


def _received(signal: Signal) -> datetime:
    return signal.received_at


# what is done to a home


def as_it_was(home: Lived) -> Lived:
    """Change nothing."""
    return home


def ghosts(home: Lived, a_day: float = GHOSTS_A_DAY, *, at_the_exit: bool = False) -> list[Signal]:
    """Return lone pulses at random moments of random sensors, up to two days after the recording's end."""
    signals = home.past.signals
    chance = np.random.default_rng([SEED, *home.past.home.home.encode()])
    signs = {s.device: s for s in signals if is_sign_of_life(s.kind, s.value)}
    sensors = [signs[device] for device in sorted(signs) if at_the_exit or signs[device].room != EXIT_ROOM]
    begin, span = signals[0].at, signals[-1].at + TAIL - signals[0].at
    moments = sorted(chance.uniform(0, span / DAY, chance.poisson(a_day * (span / DAY))))
    chosen = chance.integers(0, len(sensors), len(moments))
    return [
        _again(sensors[which], begin + timedelta(seconds=int(moment * 86_400)), f"ghost-{number}")
        for number, (moment, which) in enumerate(zip(moments, chosen.tolist(), strict=True))
    ]


def _again(signal: Signal, at: datetime, key: str) -> Signal:
    return structs.replace(signal, at=at, received_at=at, key=key)


def haunted_afterwards(home: Lived) -> Lived:
    """Let ghosts come after each collapse."""
    return replace(home, afterwards=Later(ghosts(home)))


def haunted(home: Lived) -> Lived:
    """Let ghosts come all the time, and after each collapse."""
    return _with(home, ghosts(home))


def haunted_exit(home: Lived) -> Lived:
    """Let ghosts come all the time, from the sensor at the exit too."""
    return _with(home, ghosts(home, at_the_exit=True))


def nervous(home: Lived) -> Lived:
    """Let one sensor inside, the one that tells most, pulse by itself once an hour."""
    told = [s.device for s in home.past.signals if is_sign_of_life(s.kind, s.value) and s.room != EXIT_ROOM]
    loudest = max(sorted(set(told)), key=told.count)
    only = replace(home, past=replace(home.past, signals=[s for s in home.past.signals if s.device == loudest]))
    span = replace(only.past, signals=[*home.past.signals[:1], *only.past.signals, *home.past.signals[-1:]])
    pulses = [pulse for pulse in ghosts(replace(only, past=span), NERVOUS_A_DAY) if pulse.device == loudest]
    return _with(home, pulses)


def _with(home: Lived, more: Sequence[Signal]) -> Lived:
    last = home.past.signals[-1].at
    signals = sorted([*home.past.signals, *(s for s in more if s.at <= last)], key=_received)
    return replace(home, past=replace(home.past, signals=signals), afterwards=Later(more))


def hole_of(past: Past) -> tuple[datetime, datetime]:
    """Return from when until when nothing was recorded: five days, two fifths into the recording."""
    begin, end = past.signals[0].at, past.signals[-1].at
    hole = begin + (end - begin) * 0.4
    return hole, hole + HOLE


def with_hole(home: Lived) -> Lived:
    """Take five days away."""
    begin, end = hole_of(home.past)
    signals = [s for s in home.past.signals if not begin <= s.at < end]
    return replace(home, past=replace(home.past, signals=signals), cuts=_after(home.cuts, end))


def without_hole(home: Lived) -> Lived:
    """Keep the five days, but judge only what comes after them."""
    return replace(home, cuts=_after(home.cuts, hole_of(home.past)[1]))


def _after(cuts: Iterable[datetime], moment: datetime) -> tuple[datetime, ...]:
    return tuple(cut for cut in cuts if cut >= moment)


def without_exit(home: Lived) -> Lived:
    """Take the sensor at the exit away."""
    signals = [s for s in home.past.signals if s.room != EXIT_ROOM]
    devices = tuple(device for device in home.past.devices if device.room != EXIT_ROOM)
    return replace(home, past=replace(home.past, signals=signals, devices=devices))


def in_batches(home: Lived) -> Lived:
    """Let every signal come twice, and only when the gateway sends what it gathered in twenty minutes."""
    late = [structs.replace(s, received_at=_sent(s.at)) for s in home.past.signals]
    twice = sorted([signal for signal in late for _ in range(2)], key=_received)
    return replace(home, past=replace(home.past, signals=twice), afterwards=Later((), twice))


def _sent(at: datetime) -> datetime:
    return at + LATE - (at - datetime.min.replace(tzinfo=at.tzinfo)) % LATE


# what is counted


@dataclass(frozen=True)
class Row:
    """A line of the table. `since`: from where on a home is judged, None for its warm days."""

    words: str
    change: Change
    since_hole: bool = False
    is_haunted: bool = False

    def scores(self, outcomes: Sequence[Outcome]) -> list[Score]:
        """Return what came of each home."""
        return [score(outcome, self._warm(outcome)) for outcome in outcomes]

    def _warm(self, outcome: Outcome) -> timedelta:
        length = outcome.ends - outcome.begins
        if self.since_hole:
            return length * 0.4 + HOLE
        return (5 if length < 20 * DAY else 10 if length < 60 * DAY else 14) * DAY


ROWS: Mapping[str, Row] = {
    "nothing": Row("nothing", as_it_was),
    "after": Row("2.4 ghosts a day after the collapse", haunted_afterwards, is_haunted=True),
    "ghosts": Row("2.4 ghosts a day everywhere and after the collapse", haunted, is_haunted=True),
    "exit-ghosts": Row("the same, from the exit too", haunted_exit, is_haunted=True),
    "nervous": Row("one sensor pulses once an hour", nervous),
    "hole": Row("days after a hole of five days", with_hole, since_hole=True),
    "no-hole": Row("the same days without the hole", without_hole, since_hole=True),
    "no-exit": Row("no sensor at the exit", without_exit),
    "batches": Row("everything twice, and up to 20 min late", in_batches),
}


def _told(name: str, words: str, scores: Sequence[Score]) -> str:
    whole = pooled(scores)
    medians = [one.delay(0.5) for one in scores if one.delays]
    ninetieths = [one.delay(0.9) for one in scores if one.delays]
    homes = "  ".join(
        f"{one.name} {one.false} in {one.days:.0f} d, {one.delay(0.5):.1f}/{one.delay(0.9):.1f} h" for one in scores
    )
    return (
        f"{name:12} {words}: {whole.a_month:.2f} false a month, median {np.mean(medians):.2f} h, 90th percentile "
        f"{np.mean(ninetieths):.2f} h, within 12 h {whole.soon:.1%} of {len(whole.delays)}\n    {homes}\n"
    )
