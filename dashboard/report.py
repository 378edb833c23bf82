"""A month in figures: how soon somebody came, how often for nothing, who carried it, which channels failed. Pure.

A figure that has nothing to be made of is None, never 0: no alert is not the same as nobody came.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from linli.alert import AlertKind, NoticeState, Outcome, RequestState, Severity
from linli.people import Role
from linli.store.reports import Asked, Carried, Past
from linli.visit import Visit, VisitPlan, planned_visits

FOR_NOTHING = frozenset({Outcome.SAFE, Outcome.AWAY, Outcome.DEVICE_FAULT})
"""Outcomes of an alert that called people although nobody needed them."""
CALLING = frozenset({Severity.EMERGENCY, Severity.URGENT})
GOALS = {"accepted": (60, 180), "door": (30 * 60, 60 * 60)}
"""Seconds against which the time to a yes and the time to the door are held; see docs/ladders.md."""


@dataclass(frozen=True)
class Times:
    """How long something took, over all alerts that got there: seconds, None where none did."""

    count: int
    of: int
    median: float | None
    p90: float | None
    within: tuple[float, ...]
    """Shares of all alerts, 0 to 1, that got there within each goal."""


@dataclass(frozen=True)
class Load:
    """What one person was asked for, and what became of it."""

    person: str
    role: Role
    asked: int
    went: int
    declined: int
    silent: int


@dataclass(frozen=True)
class ChannelReport:
    """What became of the messages by one kind of channel: taken, given up, or neither; and the tries that failed."""

    kind: str
    sent: int
    failed: int
    other: int
    failed_tries: int


@dataclass(frozen=True)
class KindReport:
    """The alerts of one kind: how many, how many called people for nothing, and how soon (seconds, in the middle)."""

    kind: AlertKind
    count: int
    calling: int
    for_nothing: int
    to_yes: float | None
    to_door: float | None


@dataclass(frozen=True)
class HomeReport:
    """How often one home had alerts that called people, and how often for nothing."""

    home: str
    calling: int
    for_nothing: int


@dataclass(frozen=True)
class Day:
    """How many alerts were opened on a day: emergencies, other calls, and notices that called nobody."""

    day: date
    emergencies: int
    urgent: int
    notices: int

    @property
    def count(self) -> int:
        """Return how many there were in all."""
        return self.emergencies + self.urgent + self.notices


@dataclass(frozen=True)
class VisitReport:
    """Visits made without an alert, beside what the plans asked for. `by` counts those who were met, by visitor."""

    planned: float
    met: int
    not_met: int
    by: Mapping[str, int]

    @property
    def share(self) -> float | None:
        """Return the share of the plan that was done; None without a plan. More than was asked for is more than 1."""
        return self.met / self.planned if self.planned else None


@dataclass(frozen=True)
class Report:
    """A month of some homes."""

    alerts: Sequence[Past]
    calling: int
    emergencies: int
    homes: int
    to_yes: Times
    to_door: Times
    for_nothing: int
    outcomes: Mapping[str, int]
    people: Sequence[Load]
    channels: Sequence[ChannelReport]
    kinds: Sequence[KindReport]
    by_home: Sequence[HomeReport]

    @property
    def for_nothing_per_home(self) -> float | None:
        """Return how many alerts for nothing there were for each home; None without homes."""
        return self.for_nothing / self.homes if self.homes else None


def span_of(month: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a month begins and ends, by the clocks of a place."""
    first = month.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    begin, end = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, following))
    return begin, end


def report_of(alerts: Sequence[Past], asked: Iterable[Asked], carried: Iterable[Carried], homes: int) -> Report:
    """Return the figures of a month over so many homes."""
    calling = [one for one in alerts if one.alert.severity in CALLING]
    outcomes: dict[str, int] = {}
    for one in alerts:
        if one.alert.outcome is not None:
            outcomes[one.alert.outcome] = outcomes.get(one.alert.outcome, 0) + 1
    return Report(
        alerts=alerts,
        calling=len(calling),
        emergencies=sum(one.alert.severity is Severity.EMERGENCY for one in calling),
        homes=homes,
        to_yes=_times([_since(one, one.accepted_at) for one in calling], GOALS["accepted"]),
        to_door=_times([_since(one, one.alert.door_at) for one in calling], GOALS["door"]),
        for_nothing=sum(one.alert.outcome in FOR_NOTHING for one in calling),
        outcomes=outcomes,
        people=_loads(asked),
        channels=_channels(carried),
        kinds=_kinds(alerts),
        by_home=_by_home(calling),
    )


def _kinds(alerts: Sequence[Past]) -> list[KindReport]:
    by_kind: dict[AlertKind, list[Past]] = {}
    for one in alerts:
        by_kind.setdefault(one.alert.kind, []).append(one)
    found = [_kind(kind, ones) for kind, ones in by_kind.items()]
    return sorted(found, key=lambda one: (-one.count, one.kind))


def _kind(kind: AlertKind, alerts: Sequence[Past]) -> KindReport:
    calling = [one for one in alerts if one.alert.severity in CALLING]
    return KindReport(
        kind=kind,
        count=len(alerts),
        calling=len(calling),
        for_nothing=sum(one.alert.outcome in FOR_NOTHING for one in calling),
        to_yes=_times([_since(one, one.accepted_at) for one in calling], ()).median,
        to_door=_times([_since(one, one.alert.door_at) for one in calling], ()).median,
    )


def _by_home(calling: Iterable[Past]) -> list[HomeReport]:
    counts: dict[str, tuple[int, int]] = {}
    for one in calling:
        if one.alert.home:
            times, nothing = counts.get(one.alert.home, (0, 0))
            counts[one.alert.home] = (times + 1, nothing + (one.alert.outcome in FOR_NOTHING))
    found = [HomeReport(home, times, nothing) for home, (times, nothing) in counts.items()]
    return sorted(found, key=lambda one: (-one.for_nothing, -one.calling, one.home))


def days_of(alerts: Iterable[Past], month: date, zone: ZoneInfo) -> list[Day]:
    """Return each day of a month with the alerts that were opened on it."""
    counts: dict[date, list[Severity]] = {}
    for one in alerts:
        counts.setdefault(one.alert.opened_at.astimezone(zone).date(), []).append(one.alert.severity)
    first = month.replace(day=1)
    length = ((first + timedelta(days=32)).replace(day=1) - first).days
    return [_day(first + timedelta(days=step), counts.get(first + timedelta(days=step), [])) for step in range(length)]


def _day(day: date, severities: Sequence[Severity]) -> Day:
    return Day(day, *(severities.count(one) for one in (Severity.EMERGENCY, Severity.URGENT, Severity.NOTICE)))


def visit_report(
    plans: Iterable[Sequence[VisitPlan]], visits: Iterable[Visit], *, since: datetime, until: datetime
) -> VisitReport:
    """Return the visits of a span beside the plans of some homes, each home's oldest first."""
    by: dict[str, int] = {}
    made = list(visits)
    for one in made:
        if one.is_met:
            by[one.by] = by.get(one.by, 0) + 1
    planned = sum(planned_visits(of_home, since, until) for of_home in plans)
    return VisitReport(planned, sum(by.values()), sum(not one.is_met for one in made), by)


def _since(one: Past, moment: datetime | None) -> float | None:
    """Return how long after the long-lie clock began something was; an alarm heard late has been waiting all the while."""
    return None if moment is None else max(0.0, (moment - one.alert.clock_from).total_seconds())


def _times(found: Collection[float | None], goals: tuple[int, ...]) -> Times:
    known = sorted(seconds for seconds in found if seconds is not None)
    within = tuple(sum(seconds <= goal for seconds in known) / len(found) if found else 0.0 for goal in goals)
    if not known:
        return Times(0, len(found), None, None, within)
    return Times(len(known), len(found), median(known), known[min(len(known) - 1, int(0.9 * len(known)))], within)


def _loads(asked: Iterable[Asked]) -> list[Load]:
    by_person: dict[tuple[str, Role], dict[RequestState, int]] = {}
    for one in asked:
        states = by_person.setdefault((one.person, one.role), {})
        states[one.state] = states.get(one.state, 0) + one.times
    loads = [_load(person, role, states) for (person, role), states in by_person.items()]
    return sorted(loads, key=lambda load: (-load.asked, load.person))


def _load(person: str, role: Role, states: Mapping[RequestState, int]) -> Load:
    went = states.get(RequestState.ACCEPTED, 0) + states.get(RequestState.AT_DOOR, 0)
    silent = states.get(RequestState.ASKED, 0) + states.get(RequestState.SILENT, 0)
    return Load(person, role, sum(states.values()), went, states.get(RequestState.DECLINED, 0), silent)


def _channels(carried: Iterable[Carried]) -> list[ChannelReport]:
    by_kind: dict[str, list[Carried]] = {}
    for one in carried:
        by_kind.setdefault(one.kind, []).append(one)
    return [_channel(kind, ones) for kind, ones in sorted(by_kind.items())]


def _channel(kind: str, carried: Sequence[Carried]) -> ChannelReport:
    times = {one.state: one.times for one in carried}
    sent, failed = times.get(NoticeState.SENT, 0), times.get(NoticeState.FAILED, 0)
    return ChannelReport(
        kind, sent, failed, sum(times.values()) - sent - failed, sum(one.failed_tries for one in carried)
    )
