"""Notifications on somebody's own phones and computers: allowed by a tap there, tried out, and ended again."""

import hashlib
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.channels.base import Answer, Verdict
from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.places import zone_of_person
from dashboard.problems import Problem, not_found
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from linli.people import WEB_PUSH, Channel, Person
from linli.roster_file.channels import address_of, channel_id

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MOST_SIGNS = 2000
_MAKERS = {
    "googleapis.com": "Chrome",
    "mozilla.com": "Firefox",
    "apple.com": "Safari",
    "windows.com": "Edge",
}
"""Whose push service an address belongs to tells enough of a device to know it again."""
TRIED = {
    Verdict.ACCEPTED: "Sent. It should ring in a moment; if not, look whether the phone itself is on silent.",
    Verdict.NEVER: "This one has ended: the browser takes no more notifications. Allow them again on that device.",
    Verdict.LATER: "The push service did not take it just now. Try again in a minute.",
    Verdict.UNKNOWN: "The push service did not answer. It may arrive all the same.",
}


@router.get("/notifications")
def notifications(services: Web, asker: Asker, request: Request) -> Response:
    """Which devices ring, and whether this one can."""
    return _page(services, asker, request, {})


@router.post("/notifications")
def add(services: Web, asker: Asker, subscription: Annotated[str, Form(max_length=MOST_SIGNS)]) -> Response:
    """This browser may be pushed to."""
    person = _listed(services, asker).person
    address = _address(subscription)
    services.browsers.add(Channel(channel_id(person, WEB_PUSH, address), person, WEB_PUSH, address))
    return RedirectResponse("/notifications", 303)


@router.post("/notifications/try")
def try_out(services: Web, asker: Asker, request: Request) -> Response:
    """Push something harmless to all of them, and tell what came of it."""
    person = _listed(services, asker)
    language = _words(services, request, person).language
    tried = {one.id: services.browsers.try_out(one, language) for one in services.browsers.of(person.person)}
    return _page(services, asker, request, tried)


@router.post("/notifications/forget")
def forget(services: Web, asker: Asker, channel: Annotated[str, Form(max_length=64)]) -> Response:
    """One of them is not pushed to any more; nothing happens to anybody else's."""
    for browser in services.browsers.of(_listed(services, asker).person):
        if browser.id == channel:
            services.browsers.forget(browser)
    return RedirectResponse("/notifications", 303)


def _listed(services: Services, asker: Reach) -> Person:
    """Return who asks; raises 404 for staff who are nobody in particular, and who has left the roster."""
    person = services.roster().people.get(asker.person)
    if person is None or person.role != asker.role:
        raise not_found()
    return person


def _address(subscription: str) -> str:
    """Return a browser's subscription in the one form in which it is kept."""
    try:
        found = msgspec.json.decode(address_of(WEB_PUSH, subscription))
    except ValueError:
        found = None
    if found is None or not _is_public_name(urlsplit(found["endpoint"]).hostname or ""):
        raise Problem(422, "Something in this form is not right.")
    keys = {name: found["keys"][name] for name in ("p256dh", "auth")}
    return msgspec.json.encode({"endpoint": found["endpoint"], "keys": keys}).decode()


def _is_public_name(host: str) -> bool:
    """Tell whether a host has a name as push services do: none of linli's own network is knocked at in their place."""
    name, _, end = host.rpartition(".")
    return bool(name) and end.isalpha() and end not in {"local", "localhost", "internal", "lan", "home"}


def _page(services: Services, asker: Reach, request: Request, tried: dict[str, Answer]) -> Response:
    person = services.roster().people.get(asker.person)
    context = {
        "listed": person is not None,
        "key": services.browsers.public_key,
        "devices": _devices(services, person, tried) if person else [],
        "tried": bool(tried),
    }
    return page(request, "notifications.html", _words(services, request, person), context)


def _words(services: Services, request: Request, person: Person | None) -> Words:
    zone = zone_of_person(services.roster(), person)
    return words_for(request, zone=zone, roster_says=person.language if person else "zh")


def _devices(services: Services, person: Person, tried: dict[str, Answer]) -> list[dict[str, str]]:
    known = {browser.id: browser for browser in services.browsers.of(person.person)}
    kept = [_device(browser, tried.get(browser.id)) for browser in known.values()]
    gone = [TRIED[answer.verdict] for id_, answer in tried.items() if id_ not in known]
    return [*kept, *({"id": "", "mark": "", "maker": "", "said": said} for said in gone)]


def _device(browser: Channel, answer: Answer | None) -> dict[str, str]:
    endpoint = msgspec.json.decode(browser.address)["endpoint"]
    host = urlsplit(endpoint).hostname or ""
    return {
        "id": browser.id,
        "mark": hashlib.sha256(endpoint.encode()).hexdigest(),
        "maker": next((maker for end, maker in _MAKERS.items() if host.endswith(end)), ""),
        "said": TRIED[answer.verdict] if answer else "",
    }
