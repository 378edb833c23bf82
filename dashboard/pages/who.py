"""Who sits at a login of the whole office: chosen from the listed staff, kept in the session, changed by "not me"."""

import logging
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import sessions
from dashboard.access import staff_of
from dashboard.guard import GuardedRoute, Office, Web
from dashboard.pages.board import heading
from dashboard.pages.signin import inside
from dashboard.problems import not_found
from dashboard.screens import page, words_for

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
logger = logging.getLogger(__name__)


@router.get("/who")
def ask(
    services: Web,
    asker: Office,
    request: Request,
    next: Annotated[str, Query(max_length=300)] = "/",  # noqa: A002 - the word in the link
    undone: Annotated[bool, Query()] = False,  # noqa: FBT002 - a flag in the link
) -> Response:
    """The names to choose from; `undone`: something was pressed that waits for a name."""
    context = {
        "people": staff_of(services.roster()),
        "chosen": asker.sits,
        "next": inside(next),
        "undone": undone,
        **heading(services, asker),
    }
    return page(request, "who.html", words_for(request), context)


@router.post("/who")
def sit(
    services: Web,
    asker: Office,
    request: Request,
    person: Annotated[str, Form(max_length=63)] = "",
    next: Annotated[str, Form(max_length=300)] = "/",  # noqa: A002 - the word in the form
) -> Response:
    """Say who sits there from now on; nobody named: whoever did has got up."""
    if person and person not in {one.person for one in staff_of(services.roster())}:
        raise not_found()
    sessions.sit(services, request, person)
    logger.info("office login used by person=%s before=%s", person, asker.sits)
    return RedirectResponse(inside(next) if person else "/who", 303)
