"""The volunteer: who asks for them now, and where they have helped. Whose it was is forgotten once it is over."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import may_see_whose, stood_by
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.queue import card_of
from dashboard.screens import page, words_for
from dashboard.standing import visible_alerts
from dashboard.vocabulary import OUTCOMES
from linli.alert import RequestState

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_HELPED = {RequestState.ACCEPTED, RequestState.AT_DOOR}


@router.get("/volunteer")
def volunteer(services: Web, asker: Asker, request: Request) -> Response:
    """The open requests, and the doors that were opened."""
    roster = services.roster()
    known = roster.people.get(asker.person)
    found = visible_alerts(services, asker, limit=100)
    mine = [(one, stood_by(one.requests, asker.person)) for one in found]
    context = {
        "name": known.name if known else asker.person,
        "open": [
            (card_of(one, roster), request.state)
            for one, request in mine
            if request is not None and may_see_whose(asker, one.alert, one.requests)
        ],
        "helped": [one.alert for one, request in mine if one.alert.closed_at and request and request.state in _HELPED],
        "outcomes": OUTCOMES,
    }
    return page(request, "volunteer.html", words_for(request, roster_says=known.language if known else "zh"), context)
