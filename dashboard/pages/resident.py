"""The resident: three wishes on three large buttons, and what was heard of her. A press is a signal like any other."""

import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.homes import AWAY_CHOICES
from dashboard.problems import Problem
from dashboard.queue import card_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.standing import standing_of, visible_homes
from linli.alert import RequestState
from linli.home_state import HomeState
from linli.people import Home, Role
from linli.signals import PAGE, Kind
from linli.store.overview import Involved
from linli.wire import signal_topic, write_payload

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@dataclass(frozen=True)
class Press:
    """What a button says."""

    kind: Kind
    value: str


FINE = Press(Kind.CHECK_IN, "ok")
HELP = Press(Kind.SOS, "pressed")
CANCEL = Press(Kind.SOS, "cancelled")


@router.get("/me")
def me(services: Web, asker: Asker, request: Request) -> Response:
    """The buttons, or who is on the way."""
    homes = visible_homes(services, asker)
    if not homes:
        raise Problem(404, "No home is known for you; please ask the community office.")
    home = homes[0]
    words = words_for(request, zone=home.zone, roster_says=home.language)
    standing = standing_of(services, home)
    called = [one for one in standing.alerts if not _only_asked(one)]
    context = {
        "home": home,
        "greeting": _greeting(words),
        "checked_in": _checked_in(services, home, words),
        "away": standing.view.state is HomeState.AWAY,
        "asked": any(_only_asked(one) for one in standing.alerts),
        "cards": [card_of(one, services.roster()) for one in called],
        "choices": AWAY_CHOICES,
        "press": secrets.token_urlsafe(12),
    }
    return page(request, "resident.html", words, context)


def _only_asked(one: Involved) -> bool:
    """Tell whether nobody but the resident herself has been asked so far."""
    return bool(one.requests) and all(
        request.role is Role.RESIDENT and request.state is RequestState.ASKED for request in one.requests
    )


def _greeting(words: Words) -> str:
    hour = words.now.astimezone(words.zone).hour
    if hour < 5 or hour >= 18:
        return "Good evening, {name}"
    return "Good morning, {name}" if hour < 12 else "Good afternoon, {name}"


def _checked_in(services: Services, home: Home, words: Words) -> object:
    """Return when she last said today that all is well."""
    heard = services.signals.recent(home.home, kind=Kind.CHECK_IN, since=words.midnight(), limit=1)
    return heard[0].at if heard and heard[0].value == "ok" else None


@router.post("/me/{home}/fine")
def fine(services: Web, home: str, press: Annotated[str, Form(max_length=40)] = "") -> Response:
    """She is fine."""
    return _press(services, home, FINE, press)


@router.post("/me/{home}/help")
def ask_for_help(services: Web, home: str, press: Annotated[str, Form(max_length=40)] = "") -> Response:
    """She asks somebody to come."""
    return _press(services, home, HELP, press)


@router.post("/me/{home}/cancel")
def cancel(services: Web, home: str, press: Annotated[str, Form(max_length=40)] = "") -> Response:
    """She needs nobody after all."""
    return _press(services, home, CANCEL, press)


def _press(services: Services, home: str, what: Press, press: str) -> Response:
    """Hand a press in as a signal; one press sent twice is one signal."""
    place = services.roster().homes[home]
    message = (
        signal_topic(place.site, home, PAGE, what.kind),
        write_payload(what.value, id=f"{press or secrets.token_urlsafe(12)}-{what.value}"),
    )
    if services.intake.submit([message])[0] is not None:
        raise Problem(503, "This could not be sent; please telephone.")
    return RedirectResponse("/me", 303)
