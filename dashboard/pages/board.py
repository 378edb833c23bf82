"""The staff's board: every home as a window of its building, and the queue beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from dashboard.access import FAMILY, HELPERS, RESIDENT, STAFF, Reach, is_nameless, may_see_alert
from dashboard.blocks import blocks_of
from dashboard.eyes import Seen
from dashboard.facade import Part, street
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.live import live_of
from dashboard.outages import outages
from dashboard.queue import Queue, name_of, queue_of
from dashboard.screens import Words, draw, page, words_for
from dashboard.services import Services
from dashboard.standing import Standing, all_standings, open_alerts
from dashboard.vocabulary import HOME_STATES
from dashboard.windows import Window, title_of, window_of
from linli.alert import Severity
from linli.home_state import HomeState
from linli.people import Home
from linli.store import cases
from linli.store import roster as roster_store
from linli.store.overview import Involved

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST_WINDOWS = 1000
"""From more homes on, the board is a map of buildings, each of which opens as a façade."""
SIZES = ((150, "roomy"), (420, "close"), (1000, "dense"))
"""How large windows are drawn by how many there are, so that a whole compound stays one picture."""

LINLI = ""
"""Where the alerts about linli itself are, which all staff see."""


@dataclass(frozen=True)
class Pane:
    """A window with the words for who cannot see it."""

    window: Window
    title: str


def home_page_of(role: str) -> str:
    """Return where somebody begins."""
    if role in HELPERS:
        return "/volunteer"
    if role == FAMILY:
        return "/family"
    return "/me" if role == RESIDENT else "/"


def page_about(role: str, home: str) -> str:
    """Return where somebody sees how one home stands; a family may have several."""
    if role == STAFF:
        return f"/homes/{home}"
    return f"/family?{urlencode({'home': home})}" if role == FAMILY else home_page_of(role)


@router.get("/")
def board(
    services: Web,
    asker: Asker,
    request: Request,
    site: Annotated[str, Query(max_length=80)] = "",
    building: Annotated[str, Query(max_length=80)] = "",
    state: HomeState | None = None,
    part: Annotated[str, Query(max_length=161)] = "",
) -> Response:
    """The board for staff, of all their homes, a site or a building; everybody else goes to their own page."""
    if asker.role != STAFF:
        return RedirectResponse(home_page_of(asker.role), 303)
    if part:
        return RedirectResponse(f"/?{urlencode(_picked(part, state))}", 303)
    words = words_for(request)
    standings = [standing for standing in all_standings(services) if asker.covers(standing.home)]
    here = Part(site, building)
    shown = [standing for standing in standings if here.covers(standing.home)]
    context = {
        **(_map(shown) if len(shown) > MOST_WINDOWS and not building else _facade(shown, words)),
        "part": here,
        "parts": _parts(standings),
        "only": state,
        "shown": len(shown),
        "tallies": tallies(shown),
        "several_sites": len({standing.home.site for standing in shown}) > 1,
        **heading(services, asker),
        **_queue_context(services, asker, words, standings, open_alerts(services)),
    }
    return page(request, "board.html", words, context)


def _picked(part: str, state: HomeState | None) -> dict[str, str]:
    """Return the address of a part that a form names as `site` or `site/building`, `/` being everything."""
    site, _, building = part.partition("/")
    given = {"site": site, "building": building, "state": state or ""}
    return {name: value for name, value in given.items() if value}


def _parts(standings: list[Standing]) -> list[tuple[str, list[Home]]]:
    """Return the sites with a home of each of their buildings, as people count them: what can be looked at alone."""
    by_site = groupby(blocks_of(standings), key=lambda block: block.home.site)
    return [(site, [block.home for block in blocks]) for site, blocks in by_site]


def _map(shown: list[Standing]) -> dict[str, object]:
    """Return a compound from afar: its buildings as blocks, where windows would be too many to see or to send."""
    by_site = groupby(blocks_of(shown), key=lambda block: block.home.site)
    return {"blocks": [(site, list(blocks)) for site, blocks in by_site]}


def _facade(shown: list[Standing], words: Words) -> dict[str, object]:
    return {
        "blocks": [],
        "buildings": street([standing.home for standing in shown]),
        "panes": {one.home.home: _pane(one, words) for one in shown},
        "size": next((name for most, name in SIZES if len(shown) <= most), "tiny"),
    }


def _pane(standing: Standing, words: Words) -> Pane:
    return Pane(window_of(standing, words.now), title_of(standing, words.language))


def tallies(standings: list[Standing]) -> list[tuple[HomeState, str, int]]:
    """Return how many homes are in each state, with its word; the board's legend."""
    counts = dict.fromkeys(HOME_STATES, 0)
    for standing in standings:
        counts[standing.state] += 1
    return [(state, HOME_STATES[state], count) for state, count in counts.items()]


def heading(services: Services, asker: Reach) -> dict[str, object]:
    """Return what stands at the head of every staff page: whose board it is."""
    roster = services.roster()
    with services.care.read() as connection:
        names = roster_store.site_names(connection)
    sites = [site for site in roster.sites if asker.covers_site(site, roster)]
    place = names.get(sites[0], sites[0]) if len(sites) == 1 else "linli 邻里"
    return {
        "site_names": names,
        "place": place,
        "office": asker.everywhere,
        "sits": name_of(asker.sits, roster) if asker.sits else "",
        "nameless": is_nameless(asker, roster),
    }


def _queue_context(
    services: Services, asker: Reach, words: Words, standings: list[Standing], alerts: Sequence[Involved]
) -> dict[str, object]:
    roster = services.roster()
    involved = [one for one in alerts if may_see_alert(asker, one.alert, one.requests, roster)]
    sites = {standing.home.site for standing in standings}
    with services.care.read() as connection:
        closed = cases.closed_since(connection, words.midnight(), {LINLI, *sites})
        names = roster_store.site_names(connection)
        last_closed = cases.last_closed(connection, sites)
    queue: Queue = queue_of(standings, involved, roster, words.now)
    return {
        "site_names": names,
        "outages": {one.id: one for one in outages(involved, roster)},
        "burning": _burning(queue),
        "last_closed": last_closed,
        "queue": queue,
        "troubles": services.health.troubles(),
        "works": bool(services.health.parts()) and not services.health.troubles(),
        "closed_today": sum(closed.values()),
        "counts": {state.value: count for state, _, count in tallies(standings)},
        "homes_known": len(standings),
    }


def _burning(queue: Queue) -> dict[str, bool]:
    """Return the buildings in which there is an emergency, and whether nobody has accepted one of them."""
    found: dict[str, bool] = {}
    for card in queue.now:
        if card.alert.severity is Severity.EMERGENCY and card.home is not None:
            building = f"{card.home.site}/{card.home.building}"
            found[building] = found.get(building, False) or not card.goes
    return found


@router.get("/queue")
def queue(services: Web, asker: Asker, request: Request) -> Response:
    """The queue alone, for the board to replace when something has happened.

    Every open board asks for it at the same moment, just when somebody needs help: so it is drawn once of what was seen
    for the streams, for all who see the same, and each gets only the secret of their own forms.
    """
    words = words_for(request)
    seen: Seen | None = live_of(request).seen

    def drawn() -> str:
        known = all_standings(services) if seen is None else seen.standings.values()
        standings = [standing for standing in known if asker.covers(standing.home)]
        alerts = open_alerts(services) if seen is None else seen.open
        return draw("_queue.html", words, csrf=CSRF, **_queue_context(services, asker, words, standings, alerts))

    key = ("queue", asker.role, asker.person, words.language)
    text = drawn() if seen is None else seen.draw(key, drawn)
    return HTMLResponse(text.replace(CSRF, request.state.session.csrf))


CSRF = "the-secret-of-a-session"
"""Stands in a queue that is drawn for several, where each reader's own is put."""
