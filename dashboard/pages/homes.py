"""Staff: the list of homes; and for everybody whose home it is, going away."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import absences
from dashboard.api.homes import absence_of
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading, page_about, tallies
from dashboard.problems import Problem
from dashboard.screens import page, words_for
from dashboard.standing import visible_standings
from dashboard.windows import window_of, words_of
from linli.home_state import HomeState
from linli.people import Home

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST_ROWS = 500
"""How many homes one table lists: more is for the search, not for the eye."""


@router.get("/homes")
def homes(
    services: Web,
    asker: Asker,
    request: Request,
    state: HomeState | None = None,
    q: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """All homes as a table, to search and to read aloud."""
    words = words_for(request)
    standings = visible_standings(services, asker)
    wanted = q.strip().casefold()
    fitting = [
        standing
        for standing in standings
        if state in (None, standing.state) and wanted in _searched(standing.home, words.address(standing.home))
    ]
    rows = [
        (standing, window_of(standing, words.now), words_of(standing, words.language))
        for standing in fitting[:MOST_ROWS]
    ]
    context = {
        "rows": rows,
        "fitting": len(fitting),
        "q": q,
        "state": state,
        "tallies": tallies(standings),
        **heading(services, asker),
    }
    return page(request, "homes.html", words, context)


def _searched(home: Home, address: str) -> str:
    return f"{home.home} {home.resident} {home.door} {home.building} {address}".casefold()


@router.post("/homes/{home}/away")
def away(
    services: Web,
    asker: Asker,
    home: str,
    hours: Annotated[int | None, Form(ge=1, le=24 * 366)] = None,
    until: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Nobody is at home for some hours, or until a local moment."""
    place = services.roster().homes[home]
    ends = services.clock.now() + timedelta(hours=hours or 0) if not until else _local(until, place)
    if any(ord(character) < 32 for character in note):
        raise Problem(422, "Control characters are not allowed.")
    absences.begin(services, asker, absence_of(services, home, ends, by=asker.actor, note=note))
    return RedirectResponse(page_about(asker.role, home), 303)


def _local(until: str, place: Home) -> datetime:
    """Return the moment that a form names in the home's own time."""
    try:
        given = datetime.fromisoformat(until)
        return (given if given.tzinfo else given.replace(tzinfo=place.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(422, "The end must be a date and a time.") from None


@router.post("/homes/{home}/back")
def back(services: Web, asker: Asker, home: str) -> Response:
    """Somebody is at home again."""
    absences.end(services, asker, home)
    return RedirectResponse(page_about(asker.role, home), 303)
