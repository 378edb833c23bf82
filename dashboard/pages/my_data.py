"""What is known of a resident, who looked at it, and what she allows: her own page, in large letters."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import absences, consents, relatives
from dashboard.access import RESIDENT, STAFF, Reach
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.board import heading
from dashboard.problems import Problem
from dashboard.queue import name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.standing import visible_homes
from dashboard.vocabulary import ROLES
from linli.consent import Consent, ConsentChange
from linli.look import Look, LookReason
from linli.people import Home, Role, Roster
from linli.store import consents as consent_store
from linli.store import looks

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

MONTH = timedelta(days=30)
MOST_SHOWN = 200

CHANGES = {
    (Consent.ROOMS, True): "the family may see the room",
    (Consent.ROOMS, False): "the family may not see the room any more",
    (Consent.PAUSE, True): "linli pauses",
    (Consent.PAUSE, False): "linli watches again",
    (Consent.LEAVE, True): "asked to be taken out",
    (Consent.LEAVE, False): "stays after all",
}
"""What each change says."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Somebody who looked, how often, and when last. `role` is empty for who is not listed.

    Of family it is written down on how many days, of others how often.
    """

    name: str
    role: str
    times: int
    last: Look

    @property
    def by_day(self) -> bool:
        """Tell whether days were counted."""
        return self.last.reason is LookReason.RELATIVE


def lookers(found: Sequence[Look], roster: Roster) -> list[Looker]:
    """Return who looked, the latest first; family, who look most, after everybody else."""
    times = Counter(look.who for look in found)
    latest = {look.who: look for look in reversed(found)}
    listed = [
        Looker(name_of(who, roster), _role(who, roster), times[who], last)
        for who, last in sorted(latest.items(), key=lambda one: one[1].at, reverse=True)
    ]
    return sorted(listed, key=lambda one: one.by_day)


def _role(who: str, roster: Roster) -> str:
    known = roster.people.get(who)
    return known.role if known else STAFF if who == STAFF else ""


def looks_of(services: Services, home: Home, now: datetime) -> list[Look]:
    """Return who looked at a home in the last month, newest first."""
    with services.care.read() as connection:
        return looks.of_home(connection, home.home, now - MONTH)


@router.get("/me/data")
def my_data(services: Web, asker: Asker, request: Request) -> Response:
    """Everything at once: who looked, what is kept, what she allows, pausing and leaving."""
    home = _own_home(services, asker)
    words = words_for(request, zone=home.zone, roster_says=home.language)
    roster = services.roster()
    found = looks_of(services, home, words.now)
    seen = lookers(found, roster)
    running = absences.running(services, home.home)
    oldest = next(services.signals.between(None, None, home.home), None)
    context = {
        "home": home,
        "lookers": seen,
        "said": _aloud(seen, words),
        "looks": [(look, name_of(look.who, roster)) for look in found],
        "relatives": relatives.order_of(services, asker, home),
        "rooms": consents.running(services, home.home, Consent.ROOMS),
        "pause": running if running is not None and running.is_pause else None,
        "leaves": consents.running(services, home.home, Consent.LEAVE),
        "choices": list(absences.choices(words.now, home.zone)),
        "changes": told(consents.history(services, home.home), roster),
        "kept_since": oldest.at if oldest else None,
    }
    return page(request, "my_data.html", words, context)


def _aloud(seen: Sequence[Looker], words: Words) -> str:
    """Return who looked as it is read to her: each with what they are to her."""
    if not seen:
        return words("Nobody has looked this month.")
    names = "; ".join(_said_of(one, words) for one in seen)
    return words("This month {count} people looked at how you are: {names}.", count=len(seen), names=names)


def _said_of(one: Looker, words: Words) -> str:
    role = words(ROLES[Role(one.role)]) if one.role else ""
    return role if one.name == one.role else f"{one.name}, {role}".removesuffix(", ")


def _own_home(services: Services, asker: Reach) -> Home:
    homes = visible_homes(services, asker)
    if not homes:
        raise Problem(404, "No home is known for you; please ask the community office.")
    return homes[0]


def told(changes: Sequence[ConsentChange], roster: Roster) -> list[tuple[ConsentChange, str, str]]:
    """Return each change with what it says and who made it."""
    return [(change, CHANGES[change.about, change.is_given], name_of(change.by, roster)) for change in changes]


@router.post("/me/{home}/rooms")
def rooms(services: Web, asker: Asker, home: str, given: Annotated[bool, Form()]) -> Response:
    """She lets her family see in which room she was last, or does so no more."""
    consents.note(services, asker, home, Consent.ROOMS, given=given)
    return _back(asker)


@router.post("/me/{home}/pause")
def pause(
    services: Web,
    asker: Asker,
    home: str,
    hours: Annotated[int | None, Form(ge=1, le=24 * 31)] = None,
    until: Annotated[datetime | None, Form()] = None,
) -> Response:
    """Nobody is to watch for some time."""
    place, now = services.roster().homes[home], services.clock.now()
    ends = until if until is not None and until.tzinfo is not None else now + timedelta(hours=hours or 0)
    consents.pause(services, asker, place, ends)
    return _back(asker)


@router.post("/me/{home}/resume")
def resume(services: Web, asker: Asker, home: str) -> Response:
    """The pause is over."""
    consents.watch_again(services, asker, services.roster().homes[home])
    return _back(asker)


@router.post("/me/{home}/leave")
def leave(services: Web, asker: Asker, home: str) -> Response:
    """She asks to be taken out."""
    consents.ask_to_leave(services, asker, services.roster().homes[home])
    return _back(asker)


@router.post("/me/{home}/stay")
def stay(services: Web, asker: Asker, home: str) -> Response:
    """She stays after all."""
    consents.stay(services, asker, services.roster().homes[home])
    return _back(asker)


def _back(asker: Reach) -> Response:
    return RedirectResponse("/me/data" if asker.role == RESIDENT else "/consents", 303)


@router.get("/consents")
def all_consents(services: Web, asker: Asker, request: Request) -> Response:
    """Staff: who has asked to leave, who has paused, and every change of what residents allow."""
    roster = services.roster()
    mine = {home.home: home for home in visible_homes(services, asker)}
    with services.care.read() as connection:
        changes = consent_store.of_homes(connection, mine, MOST_SHOWN)
        leaving = consent_store.wishing(connection, Consent.LEAVE)
    context = {
        "changes": [(mine[one[0].home], *one) for one in told(changes, roster)],
        "leaving": [(mine[change.home], change) for change in leaving if change.home in mine],
        **heading(services, asker),
    }
    return page(request, "consents.html", words_for(request), context)
