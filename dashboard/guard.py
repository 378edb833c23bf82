"""The door of every route: proves who is asking and that the route, the home and the alert are within their reach."""

import re
from base64 import b64decode
from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from dashboard import access as rules
from dashboard import sessions
from dashboard.access import Door, Reach, Rule, reach_of
from dashboard.language import of_program
from dashboard.problems import Problem, SeeOther, not_found
from dashboard.services import Services
from linli.alert import Alert
from linli.store import access, cases, overview
from linli.store.access import Identity, Session

MAX_TOKEN = 300
NOT_WRITTEN_YET = "linli cannot write this down at the moment. If you can go, go; and try again in a minute."
NEEDS_NO_NAME = frozenset({"/who", "/signout"})
_ABOUT = {"home": "/homes/", "alert": "/alerts/", "stranger": "/devices/found/"}
"""What in an address is about somebody, or asks for something that is written down; and the page that it belongs to."""
_ALERT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")


class GuardedRoute(APIRoute):
    """A route that answers nobody before its row in the table has been looked up."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the route's handler with the guard before it, so that not even a body is read for strangers."""
        rule = self._rule()
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await _admit(request, rule)
            return await answer(request)

        return guarded

    def _rule(self) -> Rule:
        found = {rules.TABLE.get(f"{method} {self.path_format}") for method in self.methods or ()}
        rule = found.pop() if len(found) == 1 else None
        if rule is None:
            raise LookupError(f"{self.path_format} has no row in dashboard.access.TABLE")
        return rule


async def _admit(request: Request, rule: Rule) -> None:
    services = services_of(request)
    if rule.door is Door.OPEN:
        return
    if rule.door is Door.BEARER:
        identity = await run_in_threadpool(_bearer, services, request)
        reach = reach_of(identity, services.roster())
    else:
        session = await _signed_in(services, request)
        reach = reach_of(session.identity, services.roster(), session.sits)
    if reach.role not in rule.roles:
        raise not_found()
    request.state.reach = reach
    if rule.door is Door.SESSION and request.method != "GET":
        await _check_form(request, rule.files)
    await run_in_threadpool(_check_target, services, reach, request)
    if rule.door is Door.SESSION and request.url.path not in NEEDS_NO_NAME and _is_about_somebody(request):
        _check_name(services, reach, request)


def _bearer(services: Services, request: Request) -> Identity:
    identity = identity_of_token(services, token_of(request))
    if identity is None:
        raise Problem(401, "This needs a valid bearer token.", {"www-authenticate": "Bearer"})
    return identity


def token_of(request: Request) -> str:
    """Return the token of a request, empty where there is none: a bearer's, or the password of basic authentication.

    Of what pushes to an address some can be given a name and a password, and nothing else.
    """
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return _password(token) if scheme.lower() == "basic" else ""


def _password(credentials: str) -> str:
    try:
        named = b64decode(credentials.strip(), validate=True).decode()
    except ValueError:
        return ""
    return named.partition(":")[2]


def identity_of_token(services: Services, token: str) -> Identity | None:
    """Return whose bearer token this is: a person's, a device's or a gateway's."""
    if not token or len(token) > MAX_TOKEN:
        return None
    device = services.device_identity(token)
    if device is not None:
        return Identity(*device)
    with services.care.read() as connection:
        return access.by_token(connection, token)


async def _signed_in(services: Services, request: Request) -> Session:
    session = await run_in_threadpool(sessions.of, services, request)
    if session is None:
        raise SeeOther(f"/signin?next={quote(request.url.path)}" if request.method == "GET" else "/signin?undone=true")
    request.state.session = session
    return session


def _is_about_somebody(request: Request) -> bool:
    """Tell whether a request opens one home, one alert or the form of a device, or changes anything."""
    return request.method != "GET" or not _ABOUT.keys().isdisjoint(request.path_params)


def _check_name(services: Services, reach: Reach, request: Request) -> None:
    """Ask who sits at a login of the whole office, then lead on to what they wanted; nothing was done yet."""
    if rules.is_nameless(reach, services.roster()):
        undone = "" if request.method == "GET" else "&undone=true"
        raise SeeOther(f"/who?next={quote(_page_of(request))}{undone}")


def _page_of(request: Request) -> str:
    """Return the page on which a request belongs."""
    if request.method == "GET":
        return request.url.path
    found = [f"{page}{request.path_params[name]}" for name, page in _ABOUT.items() if name in request.path_params]
    return found[0] if found else "/"


async def _check_form(request: Request, files: int) -> None:
    """Refuse a form that is not from a page of theirs; only now, when they may use the route, is it read at all."""
    form = await request.form(max_files=files, max_fields=50)
    if not sessions.same(form.get("csrf"), request.state.session.csrf):
        await request.close()
        raise Problem(403, "This form is out of date; please open the page again.")


def _check_target(services: Services, reach: Reach, request: Request) -> None:
    """Refuse a home or an alert that is out of reach in the same words as one that does not exist."""
    if "home" in request.path_params and not sees_home(services, reach, request.path_params["home"]):
        raise not_found()
    if "alert" in request.path_params:
        involved = find_alert(services, request.path_params["alert"])
        if not rules.may_see_alert(reach, involved.alert, involved.requests, services.roster()):
            raise not_found()


def sees_home(services: Services, reach: Reach, id: str) -> bool:  # noqa: A002
    """Tell whether a home exists and somebody may see it; one that was listed a moment ago does."""
    if id not in services.roster().homes:
        services.heed_roster()
    home = services.roster().homes.get(id)
    return home is not None and rules.may_see_home(reach, home, asked_now(services, reach))


def asked_now(services: Services, reach: Reach) -> frozenset[str]:
    """Return the homes whose open alerts ask a helper; nobody else needs it."""
    if not reach.is_helper:
        return frozenset()
    with services.care.read() as connection:
        return overview.homes_asking(connection, reach.person)


def find_alert(services: Services, id: str) -> overview.Involved:  # noqa: A002
    """Return an alert with everybody asked; raises 404 where there is none."""
    alert: Alert | None = None
    if _ALERT_ID.match(id):
        with services.care.read() as connection:
            alert = cases.by_id(connection, id)
            if alert is not None:
                return overview.with_requests(connection, [alert])[0]
        if any(trouble.part == "journal" for trouble in services.health.troubles()):
            raise Problem(503, NOT_WRITTEN_YET)
    raise not_found()


def services_of(request: Request) -> Services:
    """Return the parts of the running linli."""
    services: Services = request.app.state.services
    return services


def reach_of_request(request: Request) -> Reach:
    """Return how far whoever is asking reaches; only behind a door."""
    reach: Reach = request.state.reach
    return reach


def office_of_request(request: Request) -> Reach:
    """Return how far whoever is asking reaches: everywhere, or the page is not there for them."""
    reach = reach_of_request(request)
    if not reach.everywhere:
        raise not_found()
    return reach


Web = Annotated[Services, Depends(services_of)]
Asker = Annotated[Reach, Depends(reach_of_request)]


def language_of_request(services: Web, asker: Asker, request: Request) -> str | None:
    """Return the language in which a program is told of things; None: in that of each home's resident."""
    return of_program(request, asker, services.roster())


Language = Annotated[str | None, Depends(language_of_request)]
RowNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
"""The number of a row, in a path; more than this no database can even be asked for."""
Office = Annotated[Reach, Depends(office_of_request)]
"""Staff of all sites: what concerns the whole installation is theirs alone."""
