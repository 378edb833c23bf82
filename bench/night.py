"""What a night costs: learning homes of 60 days, the store's part included, on one core.

`python3 dev.py bench night [HOMES]`: simulated homes, 30 unless said otherwise. Reading, the silence line, the picture of
the days with all that is looked for in it, and writing; then the same parts on their own, for one home after the other.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from time import process_time

from linli.clock import VirtualClock, seconds
from linli.learning import Learning, begin_of_day
from linli.people import Home, Roster
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from models.days.beats import beats_of
from models.days.drawing import pictures_of
from models.days.life import life_of
from models.days.tonight import changes_of, findings_after
from models.habits.calendar import day_of
from models.habits.prior import shipped_prior
from models.habits.signs import signs_of
from models.rules import Rules
from models.watch import Watch
from simulators.community import Community, build
from simulators.life import signals

HOMES, DAYS, SEED = 30, 60, 7
GOAL_HOMES, GOAL_SECONDS = 1000, 600.0
BEGIN = datetime(2026, 9, 7, 16, tzinfo=UTC)
_BATCH = 5000
_LOOKED_AT = 30


def main(arguments: Sequence[str] = ()) -> int:
    """Measure a night; 1 if a thousand homes would take longer than ten minutes."""
    count = int(arguments[0]) if arguments else HOMES
    with tempfile.TemporaryDirectory() as folder:
        community = build(count, SEED)
        store = SqliteSignalStore(Path(folder) / "signals.db")
        care = CareStore(f"sqlite:///{Path(folder) / 'care.db'}")
        care.migrate()
        told = _fill(store, care, community)
        wall, core = _night(store, care, community)
        parts = _parts(store, community)
        store.close()
        care.close()
    thousand = core / count * GOAL_HOMES
    sys.stdout.write(
        f"night: {count} homes of {DAYS} days, {told:,} signals: {wall:.1f} s, {core:.1f} s of one core, "
        f"{core / count * 1000:.0f} ms a home; {GOAL_HOMES} homes take {thousand:.0f} s (goal: {GOAL_SECONDS:.0f})\n"
    )
    sys.stdout.write("".join(f"    {name:34}{part * 1000:8.1f} ms a home\n" for name, part in parts.items()))
    return int(thousand > GOAL_SECONDS)


def night_of(count: int, days: int) -> float:
    """Return the seconds of a core that one night of so many homes takes, so many days of which are stored."""
    with tempfile.TemporaryDirectory() as folder:
        community = build(count, SEED)
        store = SqliteSignalStore(Path(folder) / "signals.db")
        care = CareStore(f"sqlite:///{Path(folder) / 'care.db'}")
        care.migrate()
        _fill(store, care, community, days)
        _, core = _night(store, care, community, days)
        store.close()
        care.close()
    return core


def _fill(store: SqliteSignalStore, care: CareStore, community: Community, days: int = DAYS) -> int:
    with care.begin() as connection:
        roster_store.save(connection, community.homes, community.devices, community.people)
    told = 0
    lived = signals(community, SEED, BEGIN, BEGIN + timedelta(days=days))
    while batch := list(islice(lived, _BATCH)):
        told += store.append(batch)
    return told


def _night(store: SqliteSignalStore, care: CareStore, community: Community, days: int = DAYS) -> tuple[float, float]:
    """Return the seconds of one night by the clock and of a core."""
    roster = Roster(
        homes=community.by_id,
        devices={(device.home, device.device): device for device in community.devices},
        revision=1,
    )
    clock, watch = VirtualClock(BEGIN + timedelta(days=days - 1)), Watch(Rules())
    watch.take_roster(roster)
    learning = Learning(care, store, lambda: roster, watch, clock, shipped_prior(), 1.0)
    learning.start()
    clock.set(BEGIN + timedelta(days=days, hours=1))
    wall, core = seconds(), process_time()
    learning.tick()
    return seconds() - wall, process_time() - core


def _parts(store: SqliteSignalStore, community: Community) -> dict[str, float]:
    """Return what each part of looking at a home's days costs, on the average of some homes, in seconds of a core."""
    homes, spent = community.homes[:_LOOKED_AT], dict[str, float]()
    for home in homes:
        for (_, begin), (name, end) in pairwise(_look_at(store, home)):
            spent[name] = spent.get(name, 0.0) + end - begin
    return {name: part / len(homes) for name, part in spent.items()}


def _look_at(store: SqliteSignalStore, home: Home) -> Iterator[tuple[str, float]]:
    """Yield each part and when it was done, seconds of a core."""
    until = begin_of_day(BEGIN + timedelta(days=DAYS), home.zone)
    yield "", process_time()
    told = list(store.between(None, until, home.home))
    yield "reading its signals", process_time()
    signs = signs_of(told, home.zone)
    yield "its signs of life", process_time()
    life = life_of(signs, home.zone, beats=beats_of(told, home.zone))
    yield "its devices, and where she was", process_time()
    pictures = pictures_of(life, day_of(until, home.zone))
    yield "the pictures of its days", process_time()
    found = changes_of(pictures)
    yield "all slow changes", process_time()
    list(findings_after(home, pictures, found, len(pictures)))
    yield "what is told, with a forest if asked", process_time()
