"""Coming in and going out: a login with a password, or a signed link for the first time and for the demo."""

import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from fastapi import APIRouter, Form, Query
from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import sessions
from dashboard.access import WALL, staff_of
from dashboard.guard import GuardedRoute, Web
from dashboard.problems import not_found
from dashboard.screens import page, words_for
from dashboard.services import Services
from dashboard.throttle import Throttle
from linli.clock import from_millis, millis
from linli.people import Role
from linli.store import access
from linli.store.access import Identity

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

ENTRY_DAYS = 7
DEMO_ENTRY_DAYS = 365
TRIES_PER_LOGIN, TRIES_PER_ADDRESS = 10, 30

_HASHING = threading.BoundedSemaphore(2)
"""One check takes 64 MiB: a crowd at the door must wait in line, not in memory."""
IN_LINE = 8
"""So many may wait in line: each holds one of the threads that also bring a helper's *I go*."""
LINE_IS_FULL = timedelta(seconds=30)


class Doorman:
    """Checks passwords, as slowly for a login that does not exist as for one that does."""

    def __init__(self, services: Services, hasher: PasswordHasher | None = None) -> None:
        self._services = services
        self._hasher = hasher or PasswordHasher()
        self._by_login = Throttle(TRIES_PER_LOGIN)
        self._by_address = Throttle(TRIES_PER_ADDRESS)
        self._line = threading.BoundedSemaphore(IN_LINE)

    def wait(self, login: str, address: str) -> timedelta | None:
        """Return how long whoever tries has to wait, None while they may."""
        now = self._services.clock.now()
        waits = (self._by_login.wait(login, now), self._by_address.wait(address, now))
        return max((wait for wait in waits if wait is not None), default=None)

    @contextmanager
    def in_line(self) -> Iterator[bool]:
        """Stand in line; False where it is full."""
        has_place = self._line.acquire(blocking=False)
        try:
            yield has_place
        finally:
            if has_place:
                self._line.release()

    def check(self, login: str, password: str, address: str) -> Identity | None:
        """Return who signs in, None if login or password are wrong.

        A try counts as wrong until it has proved right: hashing is slow, and many tries at once must not all get in.
        """
        now = self._services.clock.now()
        self._by_login.failed(login, now)
        self._by_address.failed(address, now)
        known = self._known(login)
        hash_, identity = known or (self._nobodys_hash, None)
        right = self._verify(hash_, password)
        if right and identity is not None:
            self._by_login.forget(login)
            self._by_address.forgive(address)
            return identity
        return None

    def _known(self, login: str) -> tuple[str, Identity] | None:
        if "\x00" in login:
            return None
        with self._services.care.read() as connection:
            return access.by_login(connection, login)

    def _verify(self, hash_: str, password: str) -> bool:
        with _HASHING:
            try:
                return self._hasher.verify(hash_, password)
            except (VerificationError, InvalidHashError):
                return False

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe(32))


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    return PasswordHasher().hash(password)


@router.get("/signin")
def signin_page(
    services: Web,
    request: Request,
    next: str = "/",  # noqa: A002 - the word in the link
    undone: Annotated[bool, Query()] = False,  # noqa: FBT002 - a flag in the link
) -> Response:
    """The form; `undone`: something was pressed by who was signed in no more."""
    return _form(services, request, {"next": inside(next), "wrong": False, "wait": None, "undone": undone})


def _form(services: Services, request: Request, context: Mapping[str, object], status: int = 200) -> Response:
    mark = sessions.visit(request)
    known = {"csrf": sessions.visit_csrf(services, mark), **context}
    response = page(request, "signin.html", words_for(request), known, status)
    sessions.remember_visit(services, response, mark)
    return response


def inside(location: str) -> str:
    """Return a place on this site, never another one."""
    safe = location.startswith("/") and not location.startswith("//") and "\\" not in location
    return location if safe and location.isprintable() and len(location) < 200 else "/"


@router.post("/signin")
def sign_in(
    services: Web,
    request: Request,
    login: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=300)] = "/",  # noqa: A002 - the word in the form
    csrf: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Sign in."""
    context: dict[str, object] = {"next": inside(next), "wrong": False, "wait": None, "undone": False}
    if not _from_our_form(services, request, csrf):
        return _form(services, request, context, 403)
    doorman: Doorman = request.app.state.doorman
    address = request.client.host if request.client else ""
    with doorman.in_line() as has_place:
        wait = doorman.wait(login, address) if has_place else LINE_IS_FULL
        if wait is not None:
            response = _form(services, request, {**context, "wait": wait}, 429)
            response.headers["retry-after"] = str(int(wait.total_seconds()) + 1)
            return response
        identity = doorman.check(login, password, address)
    if identity is None:
        return _form(services, request, {**context, "wrong": True}, 403)
    return _come_in(services, identity, inside(next))


def _from_our_form(services: Services, request: Request, csrf: str) -> bool:
    mark = request.cookies.get(sessions.VISIT, "")
    return bool(mark) and sessions.same(csrf, sessions.visit_csrf(services, mark))


def _come_in(services: Services, identity: Identity, location: str, sits: str = "") -> Response:
    response = RedirectResponse(location, 303)
    sessions.begin(services, response, identity, sits)
    response.delete_cookie(sessions.VISIT)
    return response


@router.post("/signout")
def sign_out(services: Web, request: Request) -> Response:
    """Go out."""
    response = RedirectResponse("/signin", 303)
    sessions.end(services, request, response)
    return response


def entry_link(services: Services, identity: Identity) -> str:
    """Return a link that signs somebody in once, within a week; in the demo as often as it is opened, for a year.

    The demo's year goes by in days.
    """
    now, mark = services.clock.now(), secrets.token_urlsafe(12)
    ends = now + timedelta(days=DEMO_ENTRY_DAYS if services.settings.demo else ENTRY_DAYS)
    if not services.settings.demo:
        with services.care.begin() as connection:
            access.add_link(connection, mark, identity, ends, now)
    token = _signer(services).dumps([identity.role, identity.person, millis(ends), mark])
    return f"{services.settings.base_url}/enter/{token}"


def _signer(services: Services) -> URLSafeSerializer:
    return URLSafeSerializer(services.settings.secret, salt="entry")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A link that we made: whom it lets in, its own mark, and when its week is over."""

    identity: Identity
    mark: str
    ends: datetime


def _read_entry(services: Services, token: str) -> _Entry:
    """Return what a link says; raises 404 for a forged one."""
    try:
        role, person, ends, mark = _signer(services).loads(token)
    except BadSignature:
        raise not_found() from None
    return _Entry(Identity(role, person), mark, from_millis(ends))


def _still_lets_in(services: Services, entry: _Entry) -> bool:
    if entry.ends < services.clock.now():
        return False
    if services.settings.demo:
        return True
    with services.care.read() as connection:
        return access.is_link_unused(connection, entry.mark)


@router.get("/enter/{token}")
def entry_page(services: Web, request: Request, token: str) -> Response:
    """One button: what only looks at links, such as a chat's preview, does not use them up."""
    entry = _read_entry(services, token)
    if not _still_lets_in(services, entry):
        return _over(request, entry)
    mark = sessions.visit(request)
    context = {"csrf": sessions.visit_csrf(services, mark), "as_role": entry.identity.role}
    response = page(request, "enter.html", words_for(request), context)
    sessions.remember_visit(services, response, mark)
    return response


def _over(request: Request, entry: _Entry) -> Response:
    """Say that a link was used or is too old, and how whom it was for comes in all the same."""
    context = {"for_office": entry.identity == Identity(Role.STAFF)}
    return page(request, "enter_over.html", words_for(request), context, 404)


@router.post("/enter/{token}")
def enter(services: Web, request: Request, token: str, csrf: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Come in by a link."""
    entry = _read_entry(services, token)
    if not _still_lets_in(services, entry):
        return _over(request, entry)
    if not _from_our_form(services, request, csrf):
        return entry_page(services, request, token)
    identity = entry.identity
    if services.settings.demo:
        return _come_in(services, identity, _first_page(services, identity), _sits_in_demo(services, identity))
    with services.care.begin() as connection:
        is_unused = access.use_link(connection, entry.mark)
    if not is_unused:
        return _over(request, entry)
    return _come_in(services, identity, _first_page(services, identity))


def _sits_in_demo(services: Services, identity: Identity) -> str:
    """Return the first of the made-up staff: whoever tries linli out is asked nothing before they can look round."""
    is_office = identity == Identity(Role.STAFF)
    return next((one.person for one in staff_of(services.roster()) if is_office), "")


def _first_page(services: Services, identity: Identity) -> str:
    """Return where somebody begins: on a wall, with the first steps while nobody has a password, or at home."""
    if identity.role == WALL:
        return "/wall"
    with services.care.read() as connection:
        is_first = identity == Identity(Role.STAFF) and not access.has_users(connection)
    return "/start" if is_first and not services.settings.demo else "/"
