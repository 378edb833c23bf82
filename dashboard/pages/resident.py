"""The resident: three wishes on three large buttons, and what was heard of her. A press is a signal like any other."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import absences
from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.outlook import nearness
from dashboard.pages.my_data import lookers, looks_of
from dashboard.problems import Problem
from dashboard.queue import card_of, name_of
from dashboard.relatives import order_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.standing import standing_of, visible_homes
from linli.alert import AlertKind, RequestState
from linli.people import Home, Role, Roster
from linli.signals import PAGE, Kind
from linli.store import cases
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
    roster = services.roster()
    called = [one for one in standing.alerts if not _only_asked(one)]
    running = absences.running(services, home.home)
    checked_in = _checked_in(services, home, words)
    context = {
        "home": home,
        "greeting": _greeting(words),
        "checked_in": checked_in,
        "called_at": _called_since(services, home, checked_in),
        "away": running,
        "asked": any(_only_asked(one) for one in standing.alerts),
        "cards": [card_of(one, roster) for one in called],
        "goers": _goers(called[0], home, roster) if called else [],
        "happened": _happened(services, called[0]) if called else [],
        "talk": _to_talk_to(services, asker, home) if called else None,
        "choices": list(absences.choices(words.now, home.zone)),
        "earliest": f"{words.now.astimezone(home.zone):%Y-%m-%dT%H:%M}",
        "lookers": lookers(looks_of(services, home, words.now), roster)[:3],
        "press": secrets.token_urlsafe(12),
    }
    return page(request, "resident.html", words, context)


def _only_asked(one: Involved) -> bool:
    """Tell whether nobody but the resident herself has been asked so far."""
    return bool(one.requests) and all(
        request.role is Role.RESIDENT and request.state is RequestState.ASKED for request in one.requests
    )


@dataclass(frozen=True, slots=True)
class Goer:
    """Who comes: how near they live (0 paired with her, 1 same stairwell, …; None: no neighbour), and the key."""

    name: str
    distance: int | None
    has_key: bool


def _goers(involved: Involved, home: Home, roster: Roster) -> list[Goer]:
    """Return who has said that they come, or is there."""
    coming = (request.person for request in involved.requests if request.state.goes)
    people = [person for id_ in coming if (person := roster.people.get(id_)) is not None]
    return [Goer(one.name or one.person, nearness(one, home, roster), one.holds_key(home)) for one in people]


TOLD = {
    "accepted": "{name} says: I come",
    "joined": "{name} says: I come too",
    "at_door": "{name} is at the door",
    "declined": "{name} cannot; another is called",
    "lease_ended": "Nobody was there in time; more are called",
    "called_anew": "You called again; more are called",
    "taken_back": "You said that nobody need come",
}
"""What she is told of what has happened."""
_SHOWN = 4


def _happened(services: Services, involved: Involved) -> list[tuple[datetime, str, str]]:
    """Return what has happened since she called: when, what, and who; the latest last."""
    with services.care.read() as connection:
        log = cases.read_log(connection, involved.alert.id)
    roster = services.roster()
    return [(entry.at, TOLD[entry.what], name_of(entry.who, roster)) for entry in log if entry.what in TOLD][-_SHOWN:]


def _to_talk_to(services: Services, asker: Reach, home: Home) -> tuple[str, str] | None:
    """Return the name and the number of whom she can ring: her family in its order, then the community's staff."""
    roster = services.roster()
    family = [roster.people[one.person] for one in order_of(services, asker, home)]
    for person in (*family, *roster.carers(home, Role.STAFF)):
        number = next((channel.address for channel in person.channels if channel.kind == "sms"), "")
        if number:
            return person.name or person.person, number
    return None


def _greeting(words: Words) -> str:
    hour = words.now.astimezone(words.zone).hour
    if hour < 5 or hour >= 18:
        return "Good evening, {name}"
    return "Good morning, {name}" if hour < 12 else "Good afternoon, {name}"


def _checked_in(services: Services, home: Home, words: Words) -> datetime | None:
    """Return when she last said today that all is well."""
    heard = services.signals.recent(home.home, kind=Kind.CHECK_IN, since=words.midnight(), limit=1)
    return heard[0].at if heard and heard[0].value == "ok" else None


def _called_since(services: Services, home: Home, checked_in: datetime | None) -> datetime | None:
    """Return when she last called for help after she said that she is well: since then it is not what she says."""
    if checked_in is None:
        return None
    with services.care.read() as connection:
        over = cases.ended_since(connection, home.home, checked_in)
    calls = (alert.opened_at for alert in over if alert.kind is AlertKind.SOS)
    return max((at for at in calls if at > checked_in), default=None)


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
