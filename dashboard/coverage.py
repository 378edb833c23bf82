"""Which homes somebody would come for, hour by hour: the shifts of those who are listed for them, laid over one another.

Pure. All moments are local and without a zone: the clock on the wall of the site, as in the hours themselves.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from linli.duty import joined, spans
from linli.people import Home, Person, Role, Roster
from linli.store.pauses import Pause

DAYS = 14
QUARTER = timedelta(minutes=15)
LEVELS = ((1.0, "l4"), (2 / 3, "l3"), (1 / 3, "l2"), (0.0, "l1"))
"""How much light a stretch has, by the share of homes for which somebody is on duty at least; of none it has none."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment until another, for how many homes nobody is on duty."""

    begin: datetime
    end: datetime
    bare: int
    of: int

    @property
    def covered(self) -> int:
        """Return for how many homes somebody is on duty."""
        return self.of - self.bare

    @property
    def is_dark(self) -> bool:
        """Tell whether nobody is on duty for any home."""
        return not self.covered

    @property
    def look(self) -> str:
        """Return how it is drawn: lit to the share of homes that somebody would come for."""
        if self.is_dark:
            return "bare"
        share = self.covered / self.of
        return next(look for least, look in LEVELS if share >= least)


@dataclass(frozen=True)
class Shifts:
    """When each of some people is on duty, and for which homes they are listed."""

    people: Sequence[Person]
    spans: Mapping[str, Sequence[Span]]
    paused: Mapping[str, datetime]
    """Until when those who cannot be called for now have said so."""

    def of(self, person: str) -> Sequence[Span]:
        """Return when somebody is on duty."""
        return self.spans.get(person, ())

    def is_on(self, person: str, span: Span) -> bool:
        """Tell whether somebody is on duty all through a span."""
        return any(begin <= span[0] and span[1] <= end for begin, end in self.of(person))


def shifts_of(
    people: Iterable[Person], first: date, holidays: Collection[date], pauses: Mapping[str, datetime]
) -> Shifts:
    """Return the shifts of people for the coming days; `pauses`: until when somebody is not to be called."""
    listed = list(people)
    found = {
        person.person: _after(
            spans(first, DAYS, person.duty, person.duty_exceptions, holidays), pauses.get(person.person)
        )
        for person in listed
    }
    return Shifts(listed, found, {p.person: pauses[p.person] for p in listed if p.person in pauses})


def _after(shifts: Iterable[Span], pause: datetime | None) -> list[Span]:
    if pause is None:
        return list(shifts)
    return [(max(begin, pause), end) for begin, end in shifts if end > pause]


def pauses_by_person(running: Iterable[Pause], place: Home) -> dict[str, datetime]:
    """Return until when people are not to be called, by the clock on the wall."""
    return {one.person: one.until.astimezone(place.zone).replace(tzinfo=None) for one in running}


def people_of(roster: Roster, homes: Iterable[Home], role: Role) -> dict[str, list[Person]]:
    """Return who of a role is listed for each home; nobody who cannot be reached."""
    return {home.home: [person for person in roster.carers(home, role) if person.ways] for home in homes}


def stretches(listed: Mapping[str, Sequence[Person]], shifts: Shifts, first: date) -> list[Stretch]:
    """Return the coming days as stretches in which the same number of homes is bare, without gaps between them.

    Homes for which nobody is listed at all are left out: no hours would help them.
    """
    begin = datetime.combine(first, datetime.min.time())
    end = begin + timedelta(days=DAYS)
    groups = _groups(listed)
    changes: dict[datetime, int] = {begin: 0, end: 0}
    for people, homes in groups.items():
        for start, until in _gaps(joined(span for person in people for span in shifts.of(person)), begin, end):
            changes[start] = changes.get(start, 0) + len(homes)
            changes[until] = changes.get(until, 0) - len(homes)
    of, bare, found = sum(len(homes) for homes in groups.values()), 0, list[Stretch]()
    moments = sorted(changes)
    for moment, following in itertools.pairwise(moments):
        bare += changes[moment]
        found.append(Stretch(moment, following, bare, of))
    return _merged(found)


def _groups(listed: Mapping[str, Sequence[Person]]) -> dict[frozenset[str], list[str]]:
    """Return the homes by who is listed for them: most homes of a stairwell share their people."""
    groups: dict[frozenset[str], list[str]] = {}
    for home, people in listed.items():
        if people:
            groups.setdefault(frozenset(person.person for person in people), []).append(home)
    return groups


def _gaps(covered: Iterable[Span], begin: datetime, end: datetime) -> Iterable[Span]:
    at = begin
    for start, until in covered:
        if start > at:
            yield at, start
        at = max(at, until)
    if at < end:
        yield at, end


def _merged(found: Iterable[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for one in found:
        if merged and merged[-1].bare == one.bare:
            merged[-1] = Stretch(merged[-1].begin, one.end, one.bare, one.of)
        else:
            merged.append(one)
    return merged


def gaps(found: Iterable[Stretch], now: datetime) -> list[Stretch]:
    """Return the coming spans in which no home or only some homes have somebody, told apart; `bare` is the worst in each."""
    whole: list[Stretch] = []
    for one in found:
        if not one.bare or one.end <= now:
            continue
        begin = max(one.begin, now)
        if whole and whole[-1].end == begin and whole[-1].is_dark == one.is_dark:
            whole[-1] = Stretch(whole[-1].begin, one.end, max(whole[-1].bare, one.bare), one.of)
        else:
            whole.append(Stretch(begin, one.end, one.bare, one.of))
    return whole


def bare_homes(listed: Mapping[str, Sequence[Person]], shifts: Shifts, span: Span) -> list[str]:
    """Return the homes for which at some moment of a span nobody is on duty; not those for which nobody is listed."""
    found: list[str] = []
    for people, homes in _groups(listed).items():
        on_duty = joined(one for person in people for one in shifts.of(person))
        if any(True for _ in _gaps(_cut(on_duty, span), *span)):
            found += homes
    return found


def _cut(covered: Iterable[Span], span: Span) -> list[Span]:
    return [(max(begin, span[0]), min(end, span[1])) for begin, end in covered if end > span[0] and begin < span[1]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A part of a day as it is drawn: so many quarters of an hour wide."""

    quarters: int
    stretch: Stretch


def days_of(found: Sequence[Stretch], first: date) -> list[tuple[date, list[Cell]]]:
    """Return the stretches day by day, cut at midnight and drawn to the quarter of an hour."""
    return [(first + timedelta(days=step), _cells(found, first + timedelta(days=step))) for step in range(DAYS)]


def _cells(found: Sequence[Stretch], day: date) -> list[Cell]:
    begin = datetime.combine(day, datetime.min.time())
    end = begin + timedelta(days=1)
    cells: list[Cell] = []
    for one in found:
        cut = Stretch(max(one.begin, begin), min(one.end, end), one.bare, one.of)
        if cut.end > cut.begin and (quarters := _quarters(cut.end - begin) - _quarters(cut.begin - begin)):
            cells.append(Cell(quarters, cut))
    return cells


def _quarters(length: timedelta) -> int:
    return round(length / QUARTER)
