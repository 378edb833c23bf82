"""Staff: who is to be visited without an alert, and what was found there. Not for calls: those are written at the alert."""

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, RowNumber, Web
from dashboard.pages.alert import clean
from dashboard.pages.board import heading
from dashboard.places import building_name
from dashboard.problems import Problem, not_found
from dashboard.queue import name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.standing import Standing, standing_of, visible_standings
from dashboard.visiting import SOON_DAYS, Visited, When, counts_of, visited
from dashboard.vocabulary import VISIT_RESULTS
from dashboard.windows import window_of
from linli.people import Home, Role, Roster
from linli.store import visits
from linli.visit import MOST_DAYS, Visit, VisitPlan, VisitResult, due_of

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST_ROWS = 200
"""How many homes one list shows: the most urgent, which are what is to be done."""
OLDEST = timedelta(days=366)
"""A visit that lies longer back is a slip in the date."""
EVERY = (7, 14, 30)
"""The plans that are offered; any other number of days can be written."""
VISITORS = (Role.STAFF, Role.VOLUNTEER, Role.PROFESSIONAL)
NOON = time(12)


@router.get("/visits")
def listed(
    services: Web,
    asker: Asker,
    request: Request,
    show: When | None = None,
    place: Annotated[str, Query(max_length=170)] = "",
    change: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """The homes, those first whose visit is longest overdue."""
    words, roster = words_for(request), services.roster()
    standings = {one.home.home: one for one in visible_standings(services, asker)}
    here = [one.home for one in standings.values() if _is_in(place, one.home)]
    found = _visited(services, here, words.now)
    shown = [one for one in found if one.when is show or (show is None and one.due is not None)]
    with services.care.read() as connection:
        just_set = [plan for plan in visits.changed(connection, change) if plan.home in standings] if change else []
    context = {
        "rows": [(one, window_of(standings[one.home.home], words.now)) for one in shown[:MOST_ROWS]],
        "fitting": len(shown),
        "counts": counts_of(found),
        "show": show,
        "soon_days": SOON_DAYS,
        "place_of": place,
        "places": _places([one.home for one in standings.values()], words),
        "every": EVERY,
        "most_days": MOST_DAYS,
        "just_set": just_set,
        "change": change,
        "named": _namer(roster),
        **heading(services, asker),
    }
    return page(request, "visits.html", words, context)


def _visited(services: Services, homes: Iterable[Home], now: datetime) -> list[Visited]:
    with services.care.read() as connection:
        plans, latest, met = visits.plans(connection), visits.latest(connection), visits.last_met(connection)
    return visited(homes, plans, latest, met, now)


def _is_in(place: str, home: Home) -> bool:
    return place in {"", home.site, f"{home.site}/{home.building}"}


def _places(homes: Sequence[Home], words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the sites, each with its buildings as (place, name), in the roster's order."""
    found: dict[str, dict[str, str]] = {}
    for home in homes:
        found.setdefault(home.site, {})[f"{home.site}/{home.building}"] = building_name(home, words.language)
    return [(site, list(buildings.items())) for site, buildings in found.items()]


def _namer(roster: Roster) -> Callable[[str], str]:
    """Return what tells a template what somebody is called."""
    return lambda person: name_of(person, roster)


@router.post("/visits/plan")
def plan_many(
    services: Web,
    asker: Asker,
    place: Annotated[str, Form(min_length=1, max_length=170)],
    every_days: Annotated[int, Form(ge=0, le=MOST_DAYS)],
) -> Response:
    """A plan for all homes of a site or a building that are one's business."""
    homes = [home for home in services.roster().homes.values() if _is_in(place, home) and asker.covers(home)]
    if not homes:
        raise not_found()
    change = _plan(services, asker, homes, every_days)
    return RedirectResponse(f"/visits?change={change}", 303)


def _plan(services: Services, asker: Reach, homes: Iterable[Home], every_days: int) -> str:
    """Set the plan of some homes; return the name of this change."""
    change, now = secrets.token_urlsafe(9), services.clock.now()
    with services.care.begin() as connection:
        visits.plan(connection, [VisitPlan(home.home, every_days, now, asker.actor, change) for home in homes])
    return change


@router.post("/visits/plan/undo")
def undo_plan(services: Web, asker: Asker, change: Annotated[str, Form(max_length=40)]) -> Response:
    """What was set at one stroke is taken back: the plans before it hold again."""
    mine = {home.home for home in services.roster().homes.values() if asker.covers(home)}
    with services.care.begin() as connection:
        if not visits.take_back_plans(connection, change, mine, services.clock.now()):
            raise not_found()
    return RedirectResponse("/visits", 303)


@router.get("/homes/{home}/visits")
def of_home(services: Web, asker: Asker, request: Request, home: str, written: int = 0) -> Response:
    """One home: its plan, its visits, and the form for a new one."""
    place, roster = services.roster().homes[home], services.roster()
    words = words_for(request, zone=place.zone)
    one, past = visited_here(services, place, words.now)
    standing: Standing = standing_of(services, place)
    context = {
        "home": place,
        "standing": standing,
        "window": window_of(standing, words.now),
        "one": one,
        "past": past,
        "written": next((one for one in past if one.id == written), None),
        "results": VISIT_RESULTS,
        "visitors": [person for role in VISITORS for person in roster.carers(place, role)],
        "actor": asker.actor,
        "today": words.now.astimezone(place.zone).date(),
        "oldest": (words.now - OLDEST).astimezone(place.zone).date(),
        "every": EVERY,
        "most_days": MOST_DAYS,
        "named": _namer(roster),
        **heading(services, asker),
    }
    return page(request, "visit.html", words, context)


def visited_here(services: Services, place: Home, now: datetime) -> tuple[Visited, list[Visit]]:
    """Return one home with its plan and when it is due, and its visits, newest first."""
    with services.care.read() as connection:
        plan, past = visits.plan_of(connection, place.home), visits.of_home(connection, place.home)
    met = next((one.at for one in past if one.is_met), None)
    return Visited(place, plan, past[0] if past else None, due_of(plan, met, now, place.zone)), past


@router.post("/homes/{home}/visits")
def write(
    services: Web,
    asker: Asker,
    home: str,
    result: Annotated[VisitResult, Form()],
    day: Annotated[str, Form(max_length=10)] = "",
    by: Annotated[str, Form(max_length=63)] = "",
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Somebody was there: how she was."""
    place, now = services.roster().homes[home], services.clock.now()
    visitor = by or asker.actor
    if visitor != asker.actor and visitor not in {person.person for person in services.roster().around(place)}:
        raise Problem(422, "Choose who was there from those who are listed for this home.")
    visit = Visit(home, _moment(day, place, now), visitor, result, clean(note))
    with services.care.begin() as connection:
        number = visits.write(connection, visit, now)
    return RedirectResponse(f"/homes/{home}/visits?written={number}", 303)


def _moment(day: str, place: Home, now: datetime) -> datetime:
    """Return when a visit of a day was: now if today, else at noon, as nobody says the hour."""
    today = now.astimezone(place.zone).date()
    try:
        given = date.fromisoformat(day) if day else today
    except ValueError:
        raise Problem(422, "The day must be a date.") from None
    if not today - OLDEST <= given <= today:
        raise Problem(422, "A visit can be written down for today or a day of the past year.")
    return now if given == today else datetime.combine(given, NOON, tzinfo=place.zone).astimezone(UTC)


@router.post("/homes/{home}/visits/plan")
def plan_one(services: Web, asker: Asker, home: str, every_days: Annotated[int, Form(ge=0, le=MOST_DAYS)]) -> Response:
    """A plan for this home alone."""
    _plan(services, asker, [services.roster().homes[home]], every_days)
    return RedirectResponse(f"/homes/{home}/visits", 303)


@router.post("/homes/{home}/visits/{visit}/undo")
def undo(services: Web, home: str, visit: RowNumber) -> Response:
    """It was written down by mistake."""
    with services.care.begin() as connection:
        if not visits.take_back(connection, home, visit, services.clock.now()):
            raise not_found()
    return RedirectResponse(f"/homes/{home}/visits", 303)
