"""Staff of all sites: what speaks on the broker and stands in no device list, and one of it into the list in one form."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access import Reach
from dashboard.guard import GuardedRoute, Office, Web
from dashboard.pages.board import heading
from dashboard.problems import not_found
from dashboard.screens import page, words_for
from dashboard.services import Services
from dashboard.vocabulary import DEVICE_ROLES
from linli.device_role import DeviceRole
from linli.errors import Conflict
from linli.people import Device, Home
from linli.roster_file import CannotMap, map_device, unmap_device
from linli.store import roster as roster_store
from linli.stranger import Stranger

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST_ROWS = 200
MOST_HOMES = 500
"""How many homes are offered to choose from; with more, the home's id is typed."""
ROOMS = ("entrance", "living-room", "bedroom", "bathroom", "kitchen")


@router.get("/devices/found")
def found(
    services: Web, asker: Office, request: Request, listed: Annotated[str, Query(max_length=130)] = ""
) -> Response:
    """All of it; looking lets linli listen for another hour. `listed` is a row that was made just now, home/device."""
    told = services.strangers()
    context = {
        "rows": told.strangers[:MOST_ROWS],
        "fitting": len(told.strangers),
        "since": told.since,
        "connected": told.connected,
        "passed_over": told.passed_over,
        "just": _row_of(services, *listed.partition("/")[::2]),
        "homes": services.roster().homes,
        "sites": services.roster().sites,
        "roles": DEVICE_ROLES,
        **heading(services, asker),
    }
    return page(request, "found.html", words_for(request), context)


def _row_of(services: Services, home: str, device: str) -> Device | None:
    """Return a row as it is now: the program's own list is up to a second older."""
    if not home:
        return None
    known = services.roster().devices.get((home, device))
    if known is not None:
        return known
    with services.care.read() as connection:
        return roster_store.load(connection).devices.get((home, device))


@router.get("/devices/found/{stranger}")
def one(services: Web, asker: Office, request: Request, stranger: str) -> Response:
    """The form for one."""
    return _form(services, asker, request, _known(services, stranger))


def _known(services: Services, stranger: str) -> Stranger:
    known = next((one for one in services.strangers().strangers if one.id == stranger), None)
    if known is None:
        raise not_found()
    return known


def _form(
    services: Services,
    asker: Reach,
    request: Request,
    stranger: Stranger,
    status: int = 200,
    *,
    why: str = "",
    chosen: tuple[str, str, str] | None = None,
) -> Response:
    guess = stranger.guess
    home, room, role = chosen or (guess.home, guess.room, guess.role or "")
    context = {
        "one": stranger,
        "home": home,
        "room": room,
        "role": role,
        "rooms": ROOMS,
        "roles": DEVICE_ROLES,
        "homes": _offered(services),
        "known": services.roster().homes,
        "why": why,
        **heading(services, asker),
    }
    return page(request, "found_one.html", words_for(request), context, status)


def _offered(services: Services) -> list[Home]:
    homes = list(services.roster().homes.values())
    return homes if len(homes) <= MOST_HOMES else []


@router.post("/devices/found/{stranger}")
def list_it(
    services: Web,
    asker: Office,
    request: Request,
    stranger: str,
    home: Annotated[str, Form(max_length=63)] = "",
    room: Annotated[str, Form(max_length=64)] = "",
    role: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Put it into the device list; a running linli hears it within a second."""
    known = _known(services, stranger)
    chosen = (home.strip(), room.strip(), role)
    if role not in set(DeviceRole):
        return _form(services, asker, request, known, 422, why=NO_ROLE, chosen=chosen)
    try:
        row = _listed(services, known, home.strip(), room, DeviceRole(role))
    except CannotMap:
        return _form(services, asker, request, known, 422, why=NO_HOME, chosen=chosen)
    except Conflict:
        return _form(services, asker, request, known, 409, why=TWICE, chosen=chosen)
    return RedirectResponse(f"/devices/found?{urlencode({'listed': f'{row.home}/{row.device}'})}", 303)


def _listed(services: Services, known: Stranger, home: str, room: str, role: DeviceRole) -> Device:
    with services.care.begin() as connection:
        return map_device(connection, topic=known.topic, home=home, room=room, role=role, model=known.model)


NO_ROLE = "Please choose what it is there for."
NO_HOME = "Please choose a home of the list, and a room in 32 letters at most."
TWICE = "Somebody has listed it meanwhile."


@router.post("/devices/back")
def back(
    services: Web,
    asker: Office,  # noqa: ARG001 - the door
    home: Annotated[str, Form(max_length=63)] = "",
    device: Annotated[str, Form(max_length=63)] = "",
) -> Response:
    """Take one out of the list again."""
    try:
        with services.care.begin() as connection:
            unmap_device(connection, home, device)
    except CannotMap:
        pass  # pressed twice, or somebody else was faster: it is out of the list
    return RedirectResponse("/devices/found", 303)
