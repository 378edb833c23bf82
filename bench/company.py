"""Homes in which not only she moves: what is noticed, what rings for nothing and what is said while she lies there.

`python3 dev.py bench company`: simulated homes in which she is alone, has a pet, a carer every weekday morning, or a second resident; each once
as a home like any other and once as one that staff named as shared. Seeded: the same command prints the same.
`BENCH_HOMES` and `BENCH_DAYS` make it larger or smaller.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import numpy as np
from msgspec import structs

from bench.kinds.plan import is_in
from bench.robust import Later
from linli.evaluation.evaluate import Habits, Outcome, Past, evaluate
from linli.evaluation.score import DAY, HOUR, MONTH
from linli.home_state import HomeState
from linli.people import Roster
from linli.signals import EXIT_ROOM, Kind, Signal, is_sign_of_life
from models.habits.prior import shipped_prior
from models.habits.signs import BY_ITSELF
from models.rules import Rules
from models.watch import Watch
from simulators.chance import stream_of
from simulators.community import Community, build
from simulators.life import signals

SEED = 12
START = datetime.fromisoformat("2026-03-02T00:00:00+08:00")
SETTLED = 14 * DAY
FALLS = 4
"""Collapses in each home."""
LOOKED_AFTER = 24
"""Hours after a collapse for which it is looked what is said of the home."""
PET_A_DAY = 40
HABITS = Habits(shipped_prior(), 1.0)


@dataclass(frozen=True, slots=True)
class Life:
    """Her own signals, and those of who else moves there, in the order in which they are received."""

    past: Past
    hers: Sequence[Signal]
    others: Sequence[Signal]
    falls: Sequence[datetime]


Company = Callable[[Past, Sequence[Signal], Random], list[Signal]]
"""Answers what others make the sensors of a home say; it is given the life of some other home."""


def alone(_past: Past, _other: Sequence[Signal], _chance: Random) -> list[Signal]:
    """Return nothing: nobody else is there."""
    return []


def pet(past: Past, _other: Sequence[Signal], chance: Random) -> list[Signal]:
    """Return pulses of the sensors inside, at any hour, fewer by night."""
    inside, days = _movement(past, lambda room: room != EXIT_ROOM), (past.signals[-1].at - START) // DAY
    moments = (START + chance.random() * days * DAY for _ in range(PET_A_DAY * days))
    return [_said(chance.choice(inside), at) for at in moments if 6 <= at.hour < 22 or chance.random() < 0.4]


def carer(past: Past, _other: Sequence[Signal], chance: Random) -> list[Signal]:
    """Return a visit from nine to ten on each weekday: the door, an hour in all rooms, the door."""
    inside, door = _movement(past, lambda room: room != EXIT_ROOM), _doors(past)
    found = []
    for day in range((past.signals[-1].at - START) // DAY):
        comes = START + day * DAY + 9 * HOUR + timedelta(minutes=chance.uniform(-10, 10))
        if comes.weekday() < 5:
            found += [_said(one, comes + stay) for one in door for stay in (timedelta(0), HOUR)]
            found += [_said(chance.choice(inside), comes + timedelta(minutes=chance.uniform(1, 59))) for _ in range(20)]
    return found


def second(past: Past, other: Sequence[Signal], _chance: Random) -> list[Signal]:
    """Return a whole other life, as far as the sensors of this home see it."""
    seen = {(one.kind, one.room): one for one in past.signals if one.kind in BY_ITSELF}
    return [
        structs.replace(_said(seen[one.kind, one.room], one.at), value=one.value, received_at=one.received_at)
        for one in other
        if (one.kind, one.room) in seen
    ]


COMPANY: dict[str, Company] = {"alone": alone, "a pet": pet, "a carer": carer, "a second resident": second}


def _movement(past: Past, where: Callable[[str], bool]) -> list[Signal]:
    told = {s.device: s for s in past.signals if s.kind is Kind.MOTION and is_sign_of_life(s.kind, s.value)}
    return [told[device] for device in sorted(told) if where(told[device].room)]


def _doors(past: Past) -> list[Signal]:
    told = {s.device: s for s in past.signals if s.room == EXIT_ROOM and is_sign_of_life(s.kind, s.value)}
    return [told[device] for device in sorted(told)]


def _said(like: Signal, at: datetime) -> Signal:
    return structs.replace(like, at=at, received_at=at, key=f"other-{like.device}-{at.timestamp()}")


def main() -> int:
    """Live through all of it and print a table."""
    homes, days = int(os.environ.get("BENCH_HOMES", "5")), int(os.environ.get("BENCH_DAYS", "28"))
    print(
        "| at home | named as shared | false alerts a month | noticed within 12 h | within 48 h | median | hours said to be well |"
    )
    print("|---|---|---|---|---|---|---|")
    community = build(2 * homes, SEED)
    for name, company in COMPANY.items():
        lives = list(_lives(community, homes, days, name, company))
        for is_named in (False, True):
            print(_row(name, lives, is_named=is_named), flush=True)
    return 0


def _lives(community: Community, homes: int, days: int, name: str, company: Company) -> Iterator[Life]:
    lived: dict[str, list[Signal]] = {}
    for one in signals(community, SEED, START, START + days * DAY):
        lived.setdefault(one.home, []).append(one)
    for home, other in zip(community.homes[:homes], community.homes[homes:], strict=True):
        hers = lived[home.home]
        past = Past(home, community.devices_by_home[home.home], sorted(hers, key=_received))
        others = company(past, lived[other.home], stream_of(SEED, "company", name, home.home))
        both = sorted([*past.signals, *others], key=_received)
        falls = list(_falls(community, home.home, days))
        yield Life(replace(past, signals=both), past.signals, sorted(others, key=_received), falls)


def _received(signal: Signal) -> datetime:
    return signal.received_at


def _falls(community: Community, home: str, days: int) -> Iterator[datetime]:
    """Yield moments at which she is at home, the same whoever else is there."""
    chance, left = stream_of(SEED, "company", "falls", home), FALLS
    while left:
        at = START + SETTLED + chance.random() * (days - 17) * DAY
        if is_in(community, SEED, community.by_id[home], at):
            left -= 1
            yield at


def _row(name: str, lives: Sequence[Life], *, is_named: bool) -> str:
    false, days = 0, 0.0
    delays: list[float] = []
    well: list[int] = []
    for life in lives:
        home = life.past.home.home
        rules = Rules(shared=frozenset({home} if is_named else ()))
        outcome = evaluate(life.past, life.falls, rules, habits=HABITS, afterwards=Later(life.others))
        false += sum(START + SETTLED <= call.at <= outcome.ends for call in outcome.calls)
        days += (outcome.ends - START - SETTLED) / DAY
        delays += _delays(outcome)
        well += [_hours_well(life, at, rules) for at in life.falls]
    soon, late = (np.mean([delay <= hours for delay in delays]) for hours in (12, 48))
    return (
        f"| {name} | {'yes' if is_named else 'no'} | {false / days * (MONTH / DAY):.1f} | {soon:.0%} | {late:.0%} "
        f"| {np.median(delays):.1f} h | {np.mean(well):.1f} of {LOOKED_AFTER} |"
    )


def _delays(outcome: Outcome) -> list[float]:
    """Return the hours until somebody was called; for ever where nobody was. Who had been called before is left out."""
    found = (answer.delay for answer in outcome.answers)
    return [
        float("inf") if delay is None else delay / HOUR for delay in found if delay is None or delay >= timedelta(0)
    ]


def _hours_well(life: Life, fell: datetime, rules: Rules) -> int:
    """Return at how many whole hours after a collapse the home is said to be well, if nobody was called meanwhile."""
    past = life.past
    watch = Watch(rules)
    watch.take_roster(
        Roster(
            homes={past.home.home: past.home}, devices={(one.home, one.device): one for one in past.devices}, people={}
        )
    )
    watch.take_model(past.home.home, HABITS.of(past)(fell))
    for one in past.signals:
        if fell - 3 * DAY <= one.received_at <= fell:
            watch.see(one)
    later = [one for one in life.others if fell < one.received_at]
    count = 0
    for hour in range(1, LOOKED_AFTER + 1):
        now = fell + hour * HOUR
        while later and later[0].received_at <= now:
            watch.see(later.pop(0))
        count += watch.state(past.home.home, now).state is HomeState.WELL
    return count
