"""A site's own past alerts once more, with another ladder file: reads the care data, writes nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection

from alerts.callers import Callers
from alerts.case import Case
from alerts.case_book import LOAD_WINDOW
from alerts.drills import ladder_for
from alerts.ladder_file import Ladders
from alerts.ladders import Section, section_of
from alerts.rehearsal import Compared, Habit, Past, Stage, Sums, Truth, compare, habits_of, sums, truth_of
from linli import canary
from linli.alert import Alert, AlertKind, Entry
from linli.holidays import NO_HOLIDAYS, Holidays
from linli.people import Home, Person, Role, Roster
from linli.steps import Tell, nobody
from linli.store import overview, past
from linli.store import roster as roster_store

LaddersOf = Callable[[str], Ladders]
"""Answers which ladders are to be rehearsed for a site; what is not named is left out."""


@dataclass(frozen=True)
class Rules:
    """What besides the ladder says who is called: as it is now, like the people."""

    holidays: Holidays = NO_HOLIDAYS
    load_limit: int = 0


class _Remembering(Roster):
    """A roster that works out only once who cares for a home and how near they are: a rehearsal asks very often."""

    @cached_property
    def _carers(self) -> dict[tuple[str, str, Role], list[Person]]:
        return {}

    @cached_property
    def _distances(self) -> dict[tuple[str, str, str], int]:
        return {}

    def carers(self, home: Home, role: Role) -> list[Person]:
        """Return who of a role is listed for a home."""
        key = (home.site, home.home, role)
        if key not in self._carers:
            self._carers[key] = super().carers(home, role)
        return self._carers[key]

    def distance(self, person: Person, home: Home) -> int:
        """Return how near a person is to a home."""
        key = (person.person, home.site, home.home)
        if key not in self._distances:
            self._distances[key] = super().distance(person, home)
        return self._distances[key]


def _remembering(known: Roster) -> Roster:
    return _Remembering(**{one.name: getattr(known, one.name) for one in fields(known)})


class _AskedOnce(Callers):
    """The people around a home for one decision, which may ask for the same role several times."""

    @cached_property
    def _known(self) -> dict[Role, list[Person]]:
        return {}

    def of(self, role: Role) -> list[Person]:
        """Return who of a role can be called now."""
        if role not in self._known:
            self._known[role] = super().of(role)
        return self._known[role]


@dataclass(frozen=True)
class Rehearsal:
    """Old beside new. `left_out` counts, by reason, the alerts that were not rehearsed."""

    compared: Sequence[Compared]
    habits: Mapping[Role, Habit]
    left_out: Mapping[str, int]
    volunteers: frozenset[str] = field(default_factory=frozenset)

    def of(self, section: Section) -> tuple[int, Sums, Sums]:
        """Return how many alerts climb one kind of ladder, and the sums of the old and the new."""
        some = [one for one in self.compared if one.section is section]
        old = sums([one.old for one in some], self.volunteers)
        return len(some), old, sums([one.new for one in some], self.volunteers)


STILL_OPEN, DRILLS, UNNAMED = "still open", "drills and tests", "in sections that the file does not name"
FIXED = "of several homes or of linli itself, whose ladder no file changes"


def rehearse(
    connection: Connection,
    ladders: LaddersOf,
    since: datetime,
    until: datetime,
    *,
    site: str | None = None,
    rules: Rules = Rules(),
    tell: Tell = nobody,
) -> Rehearsal:
    """Play the alerts that opened in [since, until) with the ladders they had and with these; `tell` counts steps."""
    roster = _remembering(roster_store.load(connection))
    found = past.closed_of(connection, since, until, site)
    kept = [alert for alert in found if not _is_no_need(alert)]
    free = [alert for alert in kept if not _is_fixed(alert)]
    named = [alert for alert in free if _section(alert) in ladders(alert.site)]
    truths = _truths(connection, named)
    stages = _stages(connection, roster, truths, (since, until), rules)
    total = 2 * len(truths)
    old = stages[0].play(truths, lambda alert: alert.ladder, lambda done, _: tell(done, total))
    new = stages[1].play(
        truths, lambda alert: ladders(alert.site)[_section(alert)], lambda done, _: tell(len(truths) + done, total)
    )
    left_out = Counter(
        {
            STILL_OPEN: past.count_open_of(connection, since, until, site),
            DRILLS: len(found) - len(kept),
            FIXED: len(kept) - len(free),
            UNNAMED: len(free) - len(named),
        }
    )
    return Rehearsal(compare(truths, old, new), habits_of(truths), +left_out, _volunteers(roster, site))


def _section(alert: Alert) -> Section:
    return section_of(alert.kind, alert.severity)


def _is_no_need(alert: Alert) -> bool:
    return alert.drill or canary.is_about(alert.about)


def _is_fixed(alert: Alert) -> bool:
    """Tell whether an alert climbs a ladder of its own: an incident, and what is wrong with linli itself."""
    is_incident = alert.kind is AlertKind.UNMONITORED and not alert.home
    return is_incident or ladder_for(alert) is not None


def _truths(connection: Connection, alerts: Sequence[Alert]) -> list[Truth]:
    logs: dict[str, list[Entry]] = {}
    for id_, entry in past.logs(connection, [alert.id for alert in alerts]):
        logs.setdefault(id_, []).append(entry)
    return [
        truth_of(Past(one.alert, one.requests, tuple(logs.get(one.alert.id, ()))))
        for one in overview.with_requests(connection, alerts)
    ]


def _stages(
    connection: Connection, roster: Roster, truths: Sequence[Truth], span: tuple[datetime, datetime], rules: Rules
) -> tuple[Stage, Stage]:
    """Return a stage each for the old and the new: both begin with the same people, who were asked as often."""
    here = {truth.alert.id for truth in truths}
    asked = past.asked_of(connection, span[0] - LOAD_WINDOW, span[1])
    fixed = [request for request in asked if request[1] not in here]
    habits = habits_of(truths)

    def callers(case: Case, now: datetime, load: Mapping[str, int]) -> Callers:
        alert = case.alert
        return _AskedOnce(
            roster,
            roster.place(alert.home, alert.site),
            now,
            load,
            severity=alert.severity,
            load_limit=rules.load_limit,
            asked={request.person for request in case.requests},
            holidays=rules.holidays.of(alert.site),
        )

    old, new = (Stage(callers, habits, window=LOAD_WINDOW, fixed=fixed) for _ in range(2))
    return old, new


def _volunteers(roster: Roster, site: str | None) -> frozenset[str]:
    """Return the volunteers who are listed for any home of a site."""
    homes = [home for home in roster.homes.values() if site in {None, home.site}]
    return frozenset(person.person for home in homes for person in roster.carers(home, Role.VOLUNTEER))
