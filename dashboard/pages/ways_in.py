"""Staff of all sites: the links by which the people of the roster come in without a terminal, and the end of it."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import first_steps
from dashboard.access import Reach
from dashboard.guard import GuardedRoute, Office, Web
from dashboard.pages.board import heading
from dashboard.pages.signin import ENTRY_DAYS, entry_link
from dashboard.problems import not_found
from dashboard.qr import drawn
from dashboard.screens import page, words_for
from dashboard.services import Services
from linli.people import Person, Roster
from linli.store import access
from linli.store.access import Identity

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
logger = logging.getLogger(__name__)

MOST_ROWS = 100


@router.get("/ways-in")
def listed(services: Web, asker: Office, request: Request, q: Annotated[str, Query(max_length=80)] = "") -> Response:
    """Everybody of the roster, and on how many devices they are signed in."""
    return _page(services, asker, request, q=q)


def _page(
    services: Services, asker: Reach, request: Request, *, q: str = "", made: tuple[Person, str] | None = None
) -> Response:
    words = words_for(request)
    found = fitting(services.roster(), q)
    with services.care.read() as connection:
        shown = {Identity(one.role, one.person): one for one in found[:MOST_ROWS]}
        ways = access.ways_in(connection, shown, services.clock.now())
    context = {
        "q": q,
        "rows": [(shown[one], way) for one, way in ways.items()],
        "fitting": len(found),
        "made": made,
        "code": drawn(made[1], words("The link")) if made else None,
        "days": ENTRY_DAYS,
        "is_loopback": first_steps.is_loopback(services.settings.base_url),
        **heading(services, asker),
    }
    return page(request, "ways_in.html", words, context)


def fitting(roster: Roster, q: str) -> list[Person]:
    """Return the people whose name or id contains what is looked for, by name."""
    wanted = q.strip().casefold()
    found = [one for one in roster.people.values() if wanted in f"{one.name} {one.person}".casefold()]
    return sorted(found, key=lambda one: (one.name or one.person, one.person))


@router.post("/ways-in")
def make_link(
    services: Web, asker: Office, request: Request, person: Annotated[str, Form(max_length=63)] = ""
) -> Response:
    """A link that lets one person in once, shown once."""
    known = _known(services, person)
    logger.info("way in made person=%s by=%s", known.person, asker.actor)
    made = known, entry_link(services, Identity(known.role, known.person))
    return _page(services, asker, request, made=made)


@router.post("/ways-in/end")
def sign_out_everywhere(services: Web, asker: Office, person: Annotated[str, Form(max_length=63)] = "") -> Response:
    """A phone was lost: nobody is signed in as that person any more, nor comes in by a link that was made before."""
    known = _known(services, person)
    with services.care.begin() as connection:
        access.end_sessions_of(connection, Identity(known.role, known.person))
    logger.info("signed out everywhere person=%s by=%s", known.person, asker.actor)
    return RedirectResponse("/ways-in", 303)


def _known(services: Services, person: str) -> Person:
    known = services.roster().people.get(person)
    if known is None:
        raise not_found()
    return known
