"""Staff: one home. Who opens it says why first, and the resident can see that they looked."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.drill_desk import buttons
from dashboard import looks
from dashboard.access import Reach
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.held_line import held_line
from dashboard.pages import drills
from dashboard.pages.board import heading
from dashboard.pages.homes import AWAY_CHOICES
from dashboard.problems import Problem
from dashboard.queue import card_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.standing import Standing, is_asked_first, standing_of, visible_alerts
from dashboard.strip import DAY, Strip, sheet_of, signs_of, strip_of
from dashboard.windows import window_of, words_of
from linli.look import LookReason
from linli.people import Home, Role
from linli.store import habits, notes
from linli.store import looks as looks_store
from linli.store.notes import Note
from linli.words import Sentence

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

DAYS_SHOWN = 28
MOST_SIGNALS = 20_000
NOTES_SHOWN = 20
LOOKS_SHOWN = timedelta(days=7)
MOST_NOTE = 500

_CALLED = (Role.VOLUNTEER, Role.FAMILY, Role.STAFF, Role.PROFESSIONAL)


@router.get("/homes/{home}")
def one_home(services: Web, asker: Asker, request: Request, home: str) -> Response:
    """One home: what is known of it, its last day and weeks, its devices, and the people around it."""
    place = services.roster().homes[home]
    words = words_for(request, zone=place.zone)
    standing = standing_of(services, place)
    look = looks.admitted(services, standing, asker)
    if look is None:
        return _why(services, asker, request, standing, words)
    roster = services.roster()
    context = {
        "standing": standing,
        "window": window_of(standing, words.now),
        "said": words_of(standing, words.language),
        "cards": [card_of(one, roster) for one in standing.alerts],
        "devices": _devices(services, standing),
        "people": [
            (person, roster.distance(person, place), person.holds_key(place))
            for role in _CALLED
            for person in roster.carers(place, role)
        ],
        "past": visible_alerts(services, asker, state="closed", home=home, limit=10),
        "buttons": buttons(roster, home),
        "drill": drills.running(services, home),
        "age": words.now.year - place.birth_year if place.birth_year else None,
        "choices": AWAY_CHOICES,
        "line": _line(services, place),
        "asks_first": is_asked_first(standing.view.next),
        "look": look,
        "actor": asker.actor,
        "most_note": MOST_NOTE,
        "names": {person.person: person.name for person in roster.people.values() if person.name},
        **_written(services, place, words.now),
        **_pictures(services, place, words.now),
        **heading(services, asker),
    }
    return page(request, "home.html", words, context)


def _why(
    services: Services,
    asker: Reach,
    request: Request,
    standing: Standing,
    words: Words,
    *,
    fault: str = "",
) -> Response:
    """Ask for the reason; nothing is shown yet but what the board shows anyway."""
    context = {
        "home": standing.home,
        "state": standing.state,
        "window": window_of(standing, words.now),
        "reasons": [one for one in looks.reasons_for(standing) if one is not LookReason.OTHER],
        "most_words": looks.MOST_WORDS,
        "fault": fault,
        **heading(services, asker),
    }
    return page(request, "home_why.html", words, context, 422 if fault else 200)


@router.post("/homes/{home}/look")
def look(
    services: Web,
    asker: Asker,
    request: Request,
    home: str,
    reason: Annotated[LookReason, Form()],
    words: Annotated[str, Form(max_length=looks.MOST_WORDS)] = "",
) -> Response:
    """Say why the page of a home is opened."""
    place = services.roster().homes[home]
    if reason not in {LookReason.QUIET, *looks.ASKED}:
        raise Problem(422, "Choose one of the reasons on the page.")
    if reason is LookReason.OTHER and not words.strip():
        standing = standing_of(services, place)
        said = words_for(request, zone=place.zone)
        return _why(services, asker, request, standing, said, fault="Say in a few words why you look.")
    looks.give_reason(services, place, asker, reason, _plain(words))
    return RedirectResponse(f"/homes/{home}", 303)


def _plain(text: str) -> str:
    """Return what somebody wrote, without space around it."""
    if any(ord(character) < 32 and character not in "\r\n\t" for character in text):
        raise Problem(422, "Control characters are not allowed.")
    return text.strip()


@router.post("/homes/{home}/notes")
def add_note(services: Web, asker: Asker, home: str, text: Annotated[str, Form(max_length=MOST_NOTE)] = "") -> Response:
    """Write something down about a home; an empty note changes nothing."""
    note = Note(home, services.clock.now(), asker.actor, _plain(text))
    if note.text:
        with services.care.begin() as connection:
            notes.add(connection, note)
    return RedirectResponse(f"/homes/{home}#notes", 303)


@router.post("/homes/{home}/notes/{note}")
def change_note(
    services: Web, asker: Asker, home: str, note: int, text: Annotated[str, Form(max_length=MOST_NOTE)] = ""
) -> Response:
    """Correct one's own note; without words it is withdrawn."""
    better = Note(home, services.clock.now(), asker.actor, _plain(text))
    with services.care.begin() as connection:
        if better.text:
            is_done = notes.correct(connection, note, better)
        else:
            is_done = notes.withdraw(connection, home, note, asker.actor, better.at)
    if not is_done:
        raise Problem(409, "This note is not yours, or was changed meanwhile. Open the page again.")
    return RedirectResponse(f"/homes/{home}#notes", 303)


def _written(services: Services, place: Home, now: datetime) -> dict[str, object]:
    with services.care.read() as connection:
        return {
            "notes": notes.of_home(connection, place.home, NOTES_SHOWN),
            "looks": looks_store.of_home(connection, place.home, now - LOOKS_SHOWN),
        }


def _line(services: Services, place: Home) -> list[Sentence]:
    with services.care.read() as connection:
        return held_line(habits.held_of(connection, place.home), place)


def _devices(services: Services, standing: Standing) -> list[tuple[object, object]]:
    seen = {one.device: one for one in standing.view.observed}
    known = services.roster().devices_by_home.get(standing.home.home, ())
    return [(device, seen.get(device.device)) for device in known]


def _pictures(services: Services, place: Home, now: datetime) -> dict[str, object]:
    begin = now - timedelta(days=DAYS_SHOWN)
    signs = signs_of(services.signals.recent(place.home, since=begin, limit=MOST_SIGNALS))
    rooms = list(dict.fromkeys(device.room for device in services.roster().devices_by_home.get(place.home, ())))
    strip: Strip = strip_of([sign for sign in signs if sign.at >= now - DAY], rooms, now, place.zone)
    return {"strip": strip, "sheet": sheet_of(signs, DAYS_SHOWN, now, place.zone)}
