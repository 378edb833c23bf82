"""Staff: which buttons and which volunteers have been seen to work lately, and a way to try them."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.drill_desk import DrillDesk, NotNow, UnknownVolunteer, site_of
from alerts.drill_proofs import ButtonProof, VolunteerProof, button_proofs, volunteer_proofs
from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, Web, sees_home
from dashboard.pages.board import heading
from dashboard.places import zone_at
from dashboard.problems import not_found
from dashboard.queue import name_of
from dashboard.screens import page, words_for
from dashboard.services import Services
from linli.people import Roster
from linli.store import drills
from linli.store.drills import Drill, DrillKind

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Back = Annotated[Literal["", "connect", "drills"], Form()]
"""From which page of a home the button was pressed."""
MOST_ROWS = 200
"""How many rows a list shows: the longest overdue, which are what is to be done."""


@dataclass(frozen=True)
class Proven:
    """A list with its count: `overdue` of `count` have not been seen to work for too long."""

    rows: list[tuple[ButtonProof | VolunteerProof, bool]]
    overdue: int
    count: int


@router.get("/drills")
def listed(services: Web, asker: Asker, request: Request) -> Response:
    """Every button and every volunteer, the longest unproven first."""
    words, roster = words_for(request), services.roster()
    with services.care.read() as connection:
        buttons = [one for one in button_proofs(connection, roster, words.now) if asker.covers(one.home)]
        volunteers = [
            one for one in volunteer_proofs(connection, roster, words.now) if _covers(asker, one.site, roster)
        ]
    context = {
        "buttons": Proven(
            [(one, one.is_overdue(words.now)) for one in buttons[:MOST_ROWS]],
            sum(one.is_overdue(words.now) for one in buttons),
            len(buttons),
        ),
        "volunteers": Proven(
            [(one, one.is_overdue(words.now)) for one in volunteers[:MOST_ROWS]],
            sum(one.is_overdue(words.now) for one in volunteers),
            len(volunteers),
        ),
        "named": lambda person: name_of(person, roster),
        "zone_at": lambda site: zone_at(roster, "", site),
        **heading(services, asker),
    }
    return page(request, "drills.html", words, context)


def _covers(asker: Reach, site: str, roster: Roster) -> bool:
    return bool(site) and asker.covers_site(site, roster)


def running(services: Services, home: str) -> Drill | None:
    """Return the trial that is announced in a home now."""
    now = services.clock.now()
    with services.care.read() as connection:
        found = drills.of_home(connection, home, limit=1)
    return next((one for one in found if one.kind is DrillKind.BUTTON and one.is_waiting(now)), None)


def desk_of(services: Services) -> DrillDesk:
    """Return where drills are asked for."""
    return DrillDesk(services.care, services.roster, services.desk, services.clock)


@router.post("/homes/{home}/drill")
def announce(
    services: Web,
    asker: Asker,
    home: str,
    device: Annotated[str, Form(max_length=63)] = "",
    back: Back = "",
) -> RedirectResponse:
    """The next press within ten minutes is a drill."""
    desk_of(services).announce(home, device, by=asker.actor)
    return RedirectResponse(_back_to(home, back), 303)


@router.post("/homes/{home}/drill/cancel")
def cancel(services: Web, home: str, back: Back = "") -> RedirectResponse:
    """It is called off: a press is a call for help again."""
    desk_of(services).cancel(home)
    return RedirectResponse(_back_to(home, back), 303)


def _back_to(home: str, back: str) -> str:
    if back == "drills":
        return "/drills"
    return f"/homes/{home}/{back}" if back else f"/homes/{home}"


@router.post("/drills/volunteer")
def ask(services: Web, asker: Asker, person: Annotated[str, Form(max_length=63)]) -> RedirectResponse:
    """One volunteer is written to."""
    if not _covers(asker, site_of(services.roster(), person), services.roster()):
        raise not_found()
    try:
        with suppress(NotNow):  # since the page was drawn, which says it now
            desk_of(services).ask(person)
    except UnknownVolunteer:
        raise not_found() from None
    return RedirectResponse("/drills", 303)


@router.post("/drills/{drill}/close")
def close(services: Web, asker: Asker, drill: str) -> RedirectResponse:
    """Staff have looked after what was tried in vain."""
    with services.care.begin() as connection:
        drills.close(connection, _within_reach(connection, services, asker, drill), asker.actor, services.clock.now())
    return RedirectResponse("/drills", 303)


@router.post("/drills/{drill}/open")
def open_again(services: Web, asker: Asker, drill: str) -> RedirectResponse:
    """It was closed too soon."""
    with services.care.begin() as connection:
        drills.open_again(connection, _within_reach(connection, services, asker, drill))
    return RedirectResponse("/drills", 303)


def _within_reach(connection: Connection, services: Services, asker: Reach, drill: str) -> str:
    """Return a drill's id; raises 404 for one of another compound."""
    found, roster = drills.by_id(connection, drill), services.roster()
    if found is None or not _covers(asker, found.site, roster):
        raise not_found()
    if found.home and not sees_home(services, asker, found.home):
        raise not_found()
    return found.id
