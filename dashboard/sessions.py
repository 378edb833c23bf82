"""Browsers that have signed in: a random cookie whose hash is stored, and the secret that each of their forms carries."""

import hashlib
import hmac
import secrets
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import WALL
from dashboard.services import Services
from linli.store import access
from linli.store.access import Identity, Session

COOKIE = "linli"
VISIT = "linli-visit"
"""Marks a browser that has not signed in, so that the sign-in form too cannot be sent from elsewhere."""
_VISIT_SECONDS = 3600


WALL_DAYS = 365
"""A screen on the wall has no hands to sign in anew; staff end it from the page of walls."""


def begin(services: Services, response: Response, identity: Identity, sits: str = "") -> None:
    """Sign a browser in; `sits` uses it, where it is a login of the whole office."""
    secret = secrets.token_urlsafe(32)
    now = services.clock.now()
    length = timedelta(days=WALL_DAYS if identity.role == WALL else services.settings.session_days)
    session = Session(identity, secrets.token_urlsafe(32), now + length, sits)
    with services.care.begin() as connection:
        access.add_session(connection, secret, session, now)
    _set(services, response, COOKIE, secret, int(length.total_seconds()))


def of(services: Services, request: Request) -> Session | None:
    """Return the session that a request belongs to."""
    secret = request.cookies.get(COOKIE, "")
    if not secret or len(secret) > 200:
        return None
    with services.care.read() as connection:
        return access.by_session(connection, secret, services.clock.now())


def sit(services: Services, request: Request, person: str) -> None:
    """Note who of the staff uses a browser from now on."""
    with services.care.begin() as connection:
        access.sit(connection, request.cookies.get(COOKIE, ""), person)


def end(services: Services, request: Request, response: Response) -> None:
    """Sign a browser out."""
    with services.care.begin() as connection:
        access.end_session(connection, request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE)


def visit(request: Request) -> str:
    """Return the mark of a browser that has not signed in, a new one where it has none."""
    mark = request.cookies.get(VISIT, "")
    return mark if 20 <= len(mark) <= 100 else secrets.token_urlsafe(32)


def remember_visit(services: Services, response: Response, mark: str) -> None:
    """Leave the mark in the browser."""
    _set(services, response, VISIT, mark, _VISIT_SECONDS)


def visit_csrf(services: Services, mark: str) -> str:
    """Return what a form of a browser that has not signed in must carry."""
    return hmac.digest(services.settings.secret, b"visit:" + mark.encode(), hashlib.sha256).hex()


def same(given: object, expected: str) -> bool:
    """Compare a secret from a form in constant time."""
    return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _set(services: Services, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=services.settings.base_url.startswith("https://"),
    )
