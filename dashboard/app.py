"""Puts the pages and the API together over a running linli."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import CollectorRegistry
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from alerts.desk import UnknownAlert
from dashboard import live
from dashboard.api import alerts as api_alerts
from dashboard.api import canary as api_canary
from dashboard.api import homes as api_homes
from dashboard.api import meters as api_meters
from dashboard.api import people as api_people
from dashboard.api import signals as api_signals
from dashboard.api import system
from dashboard.body_limit import LimitBody
from dashboard.drafts import Drafts
from dashboard.headers import ALWAYS, SafeHeaders
from dashboard.live import Live
from dashboard.metrics import registry_for
from dashboard.pages import (
    alert,
    board,
    connect,
    devices,
    drills,
    family,
    found,
    go,
    home,
    homes,
    imports,
    installed,
    ladders,
    my_data,
    notifications,
    reports,
    resident,
    rota,
    settings,
    signin,
    sites,
    start,
    visits,
    volunteer,
    wall,
    ways_in,
    who,
)
from dashboard.problems import SeeOther, problem, wants_page
from dashboard.screens import HERE, page, words_for
from dashboard.services import Services
from linli.errors import Conflict, LinliError, StoreDown

ROUTERS = (
    system.router,
    api_homes.router,
    api_alerts.router,
    api_people.router,
    api_signals.router,
    api_meters.router,
    live.router,
    signin.router,
    go.router,
    board.router,
    wall.router,
    sites.router,
    homes.router,
    home.router,
    drills.router,
    api_canary.router,
    alert.router,
    visits.router,
    rota.router,
    devices.router,
    found.router,
    reports.router,
    start.router,
    ways_in.router,
    who.router,
    settings.router,
    ladders.router,
    connect.router,
    imports.router,
    family.router,
    volunteer.router,
    resident.router,
    my_data.router,
    installed.router,
    notifications.router,
)


def create_app(services: Services, registry: CollectorRegistry | None = None) -> FastAPI:
    """Return the web application. `registry` takes linli's metrics; without one the application makes its own.

    `app.state.live.close()` ends the event streams, which would keep a server from stopping.
    """
    app = FastAPI(
        title="linli",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(GZipMiddleware, minimum_size=800, compresslevel=6),
            Middleware(LimitBody),
        ],
    )
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.state.services = services
    app.state.live = Live(services)
    app.state.doorman = signin.Doorman(services)
    app.state.drafts = Drafts()
    app.state.registry = registry_for(services, registry)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.live.close()


def _told(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> Response:
    if wants_page(request):
        return page(request, "problem.html", words_for(request), {"status": status, "detail": detail}, status)
    return problem(status, detail, headers=headers)


def _http(request: Request, why: Exception) -> Response:
    assert isinstance(why, HTTPException)  # noqa: S101 - Starlette hands nothing else to this handler
    return _told(request, why.status_code, str(why.detail), dict(why.headers or {}))


def _see_other(_: Request, why: Exception) -> Response:
    assert isinstance(why, SeeOther)  # noqa: S101 - see above
    return RedirectResponse(why.location, 303)


def _not_valid(request: Request, why: Exception) -> Response:
    assert isinstance(why, RequestValidationError)  # noqa: S101 - see above
    errors = [
        {"where": ".".join(str(part) for part in error["loc"]), "why": str(error["msg"])} for error in why.errors()[:20]
    ]
    if wants_page(request):
        return _told(request, 422, "Something in this form is not right.")
    return problem(422, "The request is not right; `errors` says where.", errors=errors)


def _linli(status: int, **headers: str) -> Callable[[Request, Exception], Response]:
    def told(request: Request, why: Exception) -> Response:
        return _told(request, status, str(why), {name.replace("_", "-"): value for name, value in headers.items()})

    return told


def _ours(request: Request, _: Exception) -> Response:
    """Answer for a fault of ours; no middleware of ours runs any more, so the headers are set here."""
    response = problem(500, _FAULT)
    if wants_page(request):
        response = page(request, "problem.html", words_for(request), {"status": 500, "detail": _FAULT}, 500)
    response.headers.update({**ALWAYS, "cache-control": "no-store"})
    return response


_FAULT = "This is a fault of linli's; it is in its log."

_HANDLERS: dict[type[Exception], Callable[[Request, Exception], Response]] = {
    HTTPException: _http,
    SeeOther: _see_other,
    RequestValidationError: _not_valid,
    StoreDown: _linli(503, retry_after="5"),
    UnknownAlert: _linli(404),
    Conflict: _linli(409),
    LinliError: _linli(500),
    Exception: _ours,
}
