"""Old beside new: what each alert and all of them together would have been."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.ladders import Section, section_of
from alerts.rehearsal.stage import Played
from alerts.rehearsal.truth import Truth

NEAR = timedelta(seconds=10)
"""So close the old ladder's rehearsal must come to the truth to count as the same."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One alert, rehearsed with the ladder that it had (`old`) and with the new one."""

    truth: Truth
    old: Played
    new: Played

    @property
    def section(self) -> Section:
        """Return which ladder it climbs."""
        return section_of(self.truth.alert.kind, self.truth.alert.severity)

    @property
    def newly_called(self) -> tuple[str, ...]:
        """Return who would be called who was not."""
        return tuple(person for person in self.new.called if person not in self.old.called)

    @property
    def spared(self) -> tuple[str, ...]:
        """Return who would not be called any more."""
        return tuple(person for person in self.old.called if person not in self.new.called)

    @property
    def is_faithful(self) -> bool:
        """Tell whether the old ladder's rehearsal comes out as it truly was, to 10 s."""
        person, door = self.truth.person_after, self.truth.door_after
        return _near(self.old.person_after, person) and _near(self.old.door_after, door)


def _near(one: timedelta | None, other: timedelta | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= NEAR


def compare(truths: Iterable[Truth], old: Iterable[Played], new: Iterable[Played]) -> list[Compared]:
    """Lay the old beside the new."""
    return [Compared(*three) for three in zip(truths, old, new, strict=True)]


@dataclass(frozen=True, slots=True)
class Times:
    """How long it took for the middle one of all and for the slowest but one in twenty; None: never."""

    median: timedelta | None
    p95: timedelta | None


@dataclass(frozen=True, slots=True)
class Sums:
    """One side of a comparison, all alerts of one kind of ladder together. `nobody`: a person never came."""

    person: Times
    door: Times
    nobody: int
    by_itself: int
    messages: int
    per_volunteer: float
    busiest: tuple[str, int]


def sums(played: Sequence[Played], volunteers: frozenset[str]) -> Sums:
    """Add up one side; `volunteers` are all who could be called."""
    needed = [one for one in played if not one.by_itself]
    messages: Counter[str] = Counter()
    for one in played:
        messages.update(one.messages)
    to_volunteers = {person: count for person, count in messages.items() if person in volunteers}
    busiest = max(to_volunteers.items(), key=lambda one: (one[1], one[0]), default=("", 0))
    return Sums(
        person=_times([one.person_after for one in needed]),
        door=_times([one.door_after for one in needed]),
        nobody=sum(one.person_after is None for one in needed),
        by_itself=len(played) - len(needed),
        messages=messages.total(),
        per_volunteer=sum(to_volunteers.values()) / len(volunteers) if volunteers else 0.0,
        busiest=busiest,
    )


def _times(lengths: Sequence[timedelta | None]) -> Times:
    """Return the nearest ranks; who never came is slower than everybody."""
    ranked = sorted(timedelta.max if length is None else length for length in lengths)
    return Times(_rank(ranked, 0.5), _rank(ranked, 0.95))


def _rank(ranked: Sequence[timedelta], share: float) -> timedelta | None:
    if not ranked:
        return None
    found = ranked[max(0, math.ceil(share * len(ranked)) - 1)]
    return None if found == timedelta.max else found
