"""Staff: the compounds beside each other, those that nobody manages first."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.compounds import FEWEST, SPAN, compounds
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading
from dashboard.screens import page, words_for
from dashboard.standing import all_standings
from linli.store import reports

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/sites")
def sites(services: Web, asker: Asker, request: Request) -> Response:
    """What a compound has and lacks, for each home of it."""
    words = words_for(request)
    roster = services.roster()
    standings = [standing for standing in all_standings(services) if asker.covers(standing.home)]
    with services.care.read() as connection:
        found = reports.alerts(connection, since=words.now - SPAN, until=words.now)
    mine = {standing.home.home for standing in standings}
    alerts = [one for one in found if one.alert.home in mine]
    unmanaged = services.settings.unmanaged
    context = {
        "compounds": compounds(standings, alerts, roster, unmanaged),
        "unknown": sorted(unmanaged - set(roster.sites)) if asker.everywhere else [],
        "days": SPAN.days,
        "fewest": FEWEST,
        **heading(services, asker),
    }
    return page(request, "sites.html", words, context)
