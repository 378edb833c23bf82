"""Staff: devices that trouble, the costliest for people first, with what to do about each; and what was refused, in full."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Reach
from dashboard.api.signals import visible_rejections
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading
from dashboard.places import zone_at
from dashboard.refusals import why
from dashboard.screens import page, words_for
from dashboard.services import Services
from dashboard.troubles import BY_ITSELF, SPAN, Cause, Trouble, troubles_of
from linli.store import troubles
from linli.store.troubles import Refused

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST_ROWS = 200


@router.get("/devices")
def devices(services: Web, asker: Asker, request: Request, show: Cause | None = None) -> Response:
    """Devices that trouble people."""
    words = words_for(request)
    found = _troubles(services, asker)
    shown = [one for one in found if show is None or show in one.causes]
    context = {
        "rows": shown[:MOST_ROWS],
        "fitting": len(shown),
        "counts": {cause: sum(cause in one.causes for one in found) for cause in Cause},
        "show": show,
        "most": max((one.called for one in found), default=0),
        "days": SPAN.days,
        **heading(services, asker),
    }
    return page(request, "devices.html", words, context)


def _troubles(services: Services, asker: Reach) -> Sequence[Trouble]:
    roster, now = services.roster(), services.clock.now()
    homes = [home for home in roster.homes.values() if asker.covers(home)]
    with services.care.read() as connection:
        rung = troubles.rung_by_devices(connection, since=now - SPAN, outcomes=BY_ITSELF)
        refused = troubles.refused(connection, since=now - SPAN)
    listed = roster.devices_by_home
    observed = {home.home: services.homes.state(home.home).observed for home in homes if home.home in listed}
    mine = [one for one in refused if _is_mine(one, services, asker)]
    return troubles_of(homes, roster.devices, observed, rung, mine, now)


def _is_mine(one: Refused, services: Services, asker: Reach) -> bool:
    """Tell whether refused messages are somebody's business: of a home or, where none is known, of a site of theirs."""
    home = services.roster().homes.get(one.home)
    if home is not None:
        return asker.covers(home)
    return asker.everywhere or (bool(one.site) and asker.covers_site(one.site, services.roster()))


@router.get("/rejections")
def rejections(services: Web, asker: Asker, request: Request) -> Response:
    """What was refused and why, message by message."""
    words, roster = words_for(request), services.roster()
    found = visible_rejections(services, asker, 200)
    refused = [(one, why(one.reason, words), zone_at(roster, one.home, one.site)) for one in found]
    return page(request, "rejections.html", words, {"rejections": refused, **heading(services, asker)})
