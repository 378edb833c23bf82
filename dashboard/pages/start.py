"""Staff of all sites: the first hour, step by step, each with the state that the system itself is in."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.drills import buttons
from dashboard import first_steps
from dashboard.access import Reach
from dashboard.first_steps import Facts
from dashboard.guard import GuardedRoute, Office, Web, sees_home
from dashboard.pages.board import heading
from dashboard.pages.signin import hashed
from dashboard.problems import not_found
from dashboard.qr import drawn
from dashboard.screens import page, words_for
from dashboard.services import Services
from linli.people import Home, Roster
from linli.store import access, drills
from linli.store.access import Identity

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

LEAST_CHARACTERS = 10
MOST_HOMES = 500
"""How many homes are offered to choose from; with more, one is found on the list of homes."""


@router.get("/start")
def start(services: Web, asker: Office, request: Request) -> Response:
    """All steps."""
    return _page(services, asker, request)


def _page(services: Services, asker: Reach, request: Request, status: int = 200, *, refused: str = "") -> Response:
    words, roster = words_for(request), services.roster()
    facts = facts_of(services, roster)
    steps = first_steps.steps(roster, facts)
    context: Mapping[str, object] = {
        "steps": steps,
        "finished": first_steps.is_finished(steps),
        "done": sum(step.state is first_steps.State.DONE for step in steps),
        "facts": facts,
        "refused": refused,
        "counts": (len(roster.homes), len(roster.devices), len(roster.people)),
        "alone": first_steps.alone(roster),
        "unheard": first_steps.unheard(roster, facts.unusable),
        "is_loopback": first_steps.is_loopback(facts.base_url),
        "phone_code": drawn(facts.base_url, words("The address of these pages")),
        "channels": _channels(roster),
        "broker": services.settings.broker,
        "homes": _offered(roster)[:MOST_HOMES],
        **heading(services, asker),
    }
    return page(request, "start.html", words, context, status)


def facts_of(services: Services, roster: Roster) -> Facts:
    """Return how things are."""
    with services.care.read() as connection:
        has_password = access.has_users(connection)
        first_press, first_drill = drills.first_passed(connection), drills.first_heard(connection)
    return Facts(
        has_password=has_password,
        base_url=services.settings.base_url,
        unusable=tuple(kind for kind in _channels(roster) if not services.can_send(kind)),
        first_signal=services.signals.newest(),
        first_press=first_press,
        first_drill=first_drill,
    )


def _channels(roster: Roster) -> dict[str, int]:
    """Return how many ways of each kind the roster names."""
    counts: dict[str, int] = {}
    for person in roster.people.values():
        for channel in person.channels:
            counts[channel.kind] = counts.get(channel.kind, 0) + 1
    return dict(sorted(counts.items()))


def _offered(roster: Roster) -> list[Home]:
    """Return the homes that have devices, those with a call button first."""
    homes = [home for home in roster.homes.values() if home.home in roster.devices_by_home]
    return sorted(homes, key=lambda home: not buttons(roster, home.home))


@router.get("/start/connect")
def to_device(services: Web, asker: Office, home: Annotated[str, Query(max_length=63)] = "") -> Response:
    """Go on to the home that was chosen."""
    if not sees_home(services, asker, home):
        raise not_found()
    return RedirectResponse(f"/homes/{home}/connect", 303)


@router.post("/start/password")
def password(
    services: Web,
    asker: Office,
    request: Request,
    login: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Choose a name and a password, so that the link from the terminal is needed only once."""
    login = login.strip()
    if not login or not login.isprintable():
        return _page(services, asker, request, 422, refused="Please choose a name to sign in with.")
    if len(password) < LEAST_CHARACTERS:
        return _page(services, asker, request, 422, refused="The password must have 10 characters or more.")
    hash_ = hashed(password)
    with services.care.begin() as connection:
        is_new = access.add_user(connection, login, hash_, Identity(asker.role, asker.person), services.clock.now())
    if not is_new:
        return _page(services, asker, request, 409, refused="Somebody signs in by this name already; choose another.")
    return RedirectResponse("/start", 303)
