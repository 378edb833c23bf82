"""Staff: who is on duty in the coming days, in which hours nobody would come, and who could fill such a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from dashboard import coverage
from dashboard.access import Reach
from dashboard.coverage import DAYS, Cell, Shifts, Span, Stretch
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading
from dashboard.problems import Problem, not_found
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from linli.people import Home, Person, Role, Roster
from linli.store import pauses

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

ROLES = (Role.VOLUNTEER, Role.STAFF)
"""Whose hours are looked at: the family has none, and professionals are always called."""
MOST_GAPS = 12
MOST_PEOPLE = 60
MOST_HOMES = 60


@dataclass(frozen=True)
class Lane:
    """One role at one site in the coming days."""

    role: Role
    days: list[tuple[date, list[Cell]]]
    gaps: list[Stretch]
    dark_hours: float
    """In so many coming hours nobody is on duty for any home."""
    shifts: Shifts
    bare_always: list[Home]
    """Homes for which nobody of the role is listed."""
    without_hours: int
    """People who have said no hours, and count as always on duty."""


@dataclass(frozen=True)
class Here:
    """A site as somebody may see it: their homes there, and its clock."""

    site: str
    homes: list[Home]
    now: datetime
    holidays: frozenset[date]

    @property
    def first(self) -> date:
        """Return today."""
        return self.now.date()


@router.get("/rota")
def rota(services: Web, asker: Asker, request: Request, site: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The coming days of a site: lit as far as somebody would come."""
    roster = services.roster()
    sites = [one for one in roster.sites if asker.covers_site(one, roster)]
    context: dict[str, object] = {"sites": sites, "site": site, "lanes": [], **heading(services, asker)}
    words = words_for(request)
    if sites:
        here = _here(services, asker, site or sites[0])
        words = words_for(request, zone=roster.place("", here.site).zone)
        lanes = [_lane(services, here, role) for role in ROLES]
        context |= {
            "site": here.site,
            "lanes": lanes,
            "here": here,
            "local": _Local(words),
            "hours": _hours_of_day,
            "most_gaps": MOST_GAPS,
            "most_people": MOST_PEOPLE,
            "on_now": [(lane.role, _on_now(lane.shifts, here.now)) for lane in lanes],
        }
    return page(request, "rota.html", words, context)


def _here(services: Services, asker: Reach, site: str) -> Here:
    roster = services.roster()
    homes = [home for home in roster.homes.values() if home.site == site and asker.covers(home)]
    if not homes:
        raise not_found()
    zone = roster.place("", site).zone
    now = services.clock.now().astimezone(zone).replace(tzinfo=None)
    return Here(site, homes, now, services.holidays.of(site))


def _lane(services: Services, here: Here, role: Role) -> Lane:
    listed = coverage.people_of(services.roster(), here.homes, role)
    shifts = _shifts(services, here, listed)
    found = coverage.stretches(listed, shifts, here.first)
    gaps = coverage.gaps(found, here.now)
    return Lane(
        role=role,
        days=coverage.days_of(found, here.first),
        gaps=gaps,
        dark_hours=sum((one.end - one.begin).total_seconds() for one in gaps if one.is_dark) / 3600,
        shifts=shifts,
        bare_always=[home for home in here.homes if not listed[home.home]],
        without_hours=sum(not person.duty for person in shifts.people),
    )


def _shifts(services: Services, here: Here, listed: Mapping[str, Sequence[Person]]) -> Shifts:
    people = {person.person: person for around in listed.values() for person in around}
    with services.care.read() as connection:
        running = pauses.running(connection, services.clock.now())
    resting = coverage.pauses_by_person(running, here.homes[0])
    may_rest = {
        name: until for name, until in resting.items() if name in people and people[name].role is not Role.STAFF
    }
    ordered = sorted(people.values(), key=lambda person: (person.order, person.person))
    return coverage.shifts_of(ordered, here.first, here.holidays, may_rest)


def _on_now(shifts: Shifts, now: datetime) -> list[tuple[Person, datetime]]:
    """Return who is on duty at this moment, and until when."""
    return [(person, end) for person in shifts.people for begin, end in shifts.of(person.person) if begin <= now < end]


def _hours_of_day(shifts: Shifts, person: str, day: date) -> list[str]:
    """Return somebody's hours on a day as people write them; those that run past midnight are cut there."""
    begin = datetime.combine(day, datetime.min.time())
    end = begin + timedelta(days=1)
    cut = [(max(start, begin), min(until, end)) for start, until in shifts.of(person) if until > begin and start < end]
    return [f"{start:%H:%M}–{'24:00' if until == end else f'{until:%H:%M}'}" for start, until in cut]


class _Local:
    """Tells of moments that are the wall clock's already."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def day(self, moment: date) -> str:
        """Return a date with its weekday."""
        return self._words.day(self._noon(moment))

    def short(self, moment: date) -> str:
        """Return the same in few letters."""
        return self._words.short_day(self._noon(moment))

    def _noon(self, moment: date) -> datetime:
        return datetime(moment.year, moment.month, moment.day, 12, tzinfo=self._words.zone)

    def span(self, begin: datetime, end: datetime) -> str:
        """Return from when until when; the end names its day where that is another."""
        midnight = end.time() == datetime.min.time()
        last = end - timedelta(days=1) if midnight else end
        until = "24:00" if midnight else f"{end:%H:%M}"
        same = last.date() == begin.date()
        return f"{begin:%H:%M}–{until}" if same else f"{begin:%H:%M} – {self.short(last.date())} {until}"


@router.get("/rota/gap")
def gap(
    services: Web,
    asker: Asker,
    request: Request,
    site: Annotated[str, Query(max_length=80)],
    role: Literal["volunteer", "staff"],
    since: Annotated[str, Query(max_length=20)],
    until: Annotated[str, Query(max_length=20)],
) -> Response:
    """One gap: the homes it leaves bare, and who could fill it."""
    here, roster = _here(services, asker, site), services.roster()
    span = _span(since, until, here)
    listed = coverage.people_of(roster, here.homes, Role(role))
    shifts = _shifts(services, here, listed)
    bare = set(coverage.bare_homes(listed, shifts, span))
    words = words_for(request, zone=roster.place("", site).zone)
    context = {
        "here": here,
        "site": site,
        "span": span,
        "role_of": Role(role),
        "local": _Local(words),
        "hours": _hours_of_day,
        "shifts": shifts,
        "bare": [home for home in here.homes if home.home in bare],
        "most_homes": MOST_HOMES,
        "could": _could_fill(listed, bare, shifts, span),
        "elsewhere": _on_duty_elsewhere(roster, bare, shifts, span, Role(role)),
        **heading(services, asker),
    }
    return page(request, "rota_gap.html", words, context)


def _span(since: str, until: str, here: Here) -> Span:
    try:
        begin, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    except ValueError:
        raise Problem(422, "A gap begins and ends at a date and a time.") from None
    first = datetime.combine(here.first, datetime.min.time())
    if begin.tzinfo or end.tzinfo or not first <= begin < end <= first + timedelta(days=DAYS):
        raise Problem(422, "A gap must lie in the coming 14 days.")
    return begin, end


@dataclass(frozen=True)
class Filler:
    """Somebody who could fill a gap: for how many of the bare homes they are listed, and how they can be rung."""

    person: Person
    homes: int
    phone: str
    paused_until: datetime | None


def _could_fill(listed: Mapping[str, Sequence[Person]], bare: set[str], shifts: Shifts, span: Span) -> list[Filler]:
    """Return who is listed for the bare homes and is not on duty then, those of most homes first."""
    homes: dict[str, int] = {}
    for home in bare:
        for person in listed[home]:
            homes[person.person] = homes.get(person.person, 0) + 1
    found = [
        Filler(person, homes[person.person], _phone(person), shifts.paused.get(person.person))
        for person in shifts.people
        if person.person in homes and not shifts.is_on(person.person, span)
    ]
    return sorted(found, key=lambda one: (-one.homes, one.person.person))


def _on_duty_elsewhere(roster: Roster, bare: set[str], shifts: Shifts, span: Span, role: Role) -> list[Filler]:
    """Return who of the role is on duty then at this site, but listed for none of the bare homes."""
    around_bare = {person.person for home in bare for person in roster.carers(roster.homes[home], role)}
    return [
        Filler(person, 0, _phone(person), None)
        for person in shifts.people
        if person.person not in around_bare and shifts.is_on(person.person, span)
    ]


def _phone(person: Person) -> str:
    return next((channel.address for channel in person.channels if channel.kind == "sms"), "")
