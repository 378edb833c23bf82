"""The wall of the staff room, and the links by which a screen that nobody signs in on may show it."""

from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access import WALL, Reach, may_see_alert
from dashboard.blocks import blocks_of
from dashboard.facade import street
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.outages import outages
from dashboard.pages.board import MOST_WINDOWS, SIZES, heading
from dashboard.pages.signin import entry_link
from dashboard.problems import not_found
from dashboard.queue import queue_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.standing import Standing, all_standings, open_alerts
from dashboard.wall import glyph_on_wall, kind_on_wall, wall_of, window_on_wall
from linli.home_state import HomeState
from linli.people import Roster
from linli.store import access, cases
from linli.store import roster as roster_store
from linli.store.access import Identity

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/wall")
def wall(services: Web, asker: Asker, request: Request) -> Response:
    """The homes and what is going on, to be read from five metres by everybody who passes."""
    words = words_for(request)
    roster = services.roster()
    standings = [standing for standing in all_standings(services) if asker.covers(standing.home)]
    involved = [one for one in open_alerts(services) if may_see_alert(asker, one.alert, one.requests, roster)]
    queue = queue_of(standings, involved, roster, words.now)
    sites = {standing.home.site for standing in standings}
    with services.care.read() as connection:
        names = roster_store.site_names(connection)
        last_closed = cases.last_closed(connection, sites)
    context = {
        "wall": wall_of(standings, queue.now),
        "outages": {one.id: one for one in outages(involved, roster)},
        "kind_on_wall": kind_on_wall,
        "glyph_on_wall": glyph_on_wall,
        "last_closed": last_closed,
        "site_names": names,
        "several_sites": len(sites) > 1,
        "troubled": bool(services.health.troubles()),
        **_picture(standings, words),
    }
    return page(request, "wall.html", words, context)


def _picture(standings: list[Standing], words: Words) -> dict[str, object]:
    """Return the façade, or the map where windows would be too many; away is in neither."""
    if len(standings) > MOST_WINDOWS:
        drawn = [standing for standing in standings if standing.state is not HomeState.AWAY]
        by_site = groupby(blocks_of(drawn), key=lambda block: block.home.site)
        return {"blocks": [(site, list(blocks)) for site, blocks in by_site]}
    windows = {one.home.home: window_on_wall(one, number, words.now) for number, one in enumerate(standings)}
    return {
        "blocks": [],
        "buildings": street([standing.home for standing in standings]),
        "windows": windows,
        "size": next(name for most, name in SIZES if len(standings) <= most),
    }


@router.get("/walls")
def walls(services: Web, asker: Asker, request: Request) -> Response:
    """The screens that show a wall, by site."""
    return _walls(services, asker, request)


def _walls(services: Services, asker: Reach, request: Request, made: tuple[str, str] | None = None) -> Response:
    now = services.clock.now()
    with services.care.read() as connection:
        walls = [Identity(WALL, site) for site in _whole_sites(asker, services.roster())]
        screens = [(wall.person, ways) for wall, ways in access.ways_in(connection, walls, now).items()]
    context = {"screens": screens, "made": made, **heading(services, asker)}
    return page(request, "walls.html", words_for(request), context)


def _whole_sites(asker: Reach, roster: Roster) -> list[str]:
    """Return the sites of which somebody looks after every home; "" are all of them together, for those of the office."""
    parts = {home.site for home in roster.homes.values() if not asker.covers(home)}
    sites = [site for site in roster.sites if site not in parts]
    return ["", *sites] if asker.everywhere and len(sites) > 1 else sites


@router.post("/walls")
def make_link(
    services: Web, asker: Asker, request: Request, site: Annotated[str, Form(max_length=80)] = ""
) -> Response:
    """A link that lets one screen in, shown once."""
    if site not in _whole_sites(asker, services.roster()):
        raise not_found()
    return _walls(services, asker, request, (site, entry_link(services, Identity(WALL, site))))


@router.post("/walls/end")
def end_screens(services: Web, asker: Asker, site: Annotated[str, Form(max_length=80)] = "") -> Response:
    """All screens of a site show nothing any more."""
    if site not in _whole_sites(asker, services.roster()):
        raise not_found()
    with services.care.begin() as connection:
        access.end_sessions_of(connection, Identity(WALL, site))
    return RedirectResponse("/walls", 303)
