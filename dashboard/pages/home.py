"""Staff: one home. Who opens it says why first, and the resident can see that they looked."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.drills import buttons
from dashboard import absences, looks
from dashboard.access import Reach
from dashboard.ahead import Step, steps_ahead
from dashboard.around import LOW_PERCENT, devices_of, people_around
from dashboard.day_axis import HOURS
from dashboard.guard import Asker, GuardedRoute, RowNumber, Web
from dashboard.held_line import held_line
from dashboard.home_pictures import CHOICES, pictures_of
from dashboard.pages import drills, visits
from dashboard.pages.alert import clean
from dashboard.pages.board import heading
from dashboard.problems import Problem
from dashboard.queue import card_of
from dashboard.readings import UNITS, readings_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.spans import names_of
from dashboard.standing import Standing, ladder_about, standing_of, visible_alerts
from dashboard.windows import window_of
from linli.alert import AlertKind
from linli.look import OF_STAFF, LookReason
from linli.people import Home
from linli.store import habits, notes
from linli.store import looks as looks_store
from linli.store.notes import Note
from linli.words import Sentence

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

NOTES_SHOWN = 20
LOOKS_SHOWN = timedelta(days=7)
MOST_NOTE = 500
NOT_YOURS = "This note is not yours, or was changed meanwhile. Open the page again."


@router.get("/homes/{home}")
def one_home(
    services: Web,
    asker: Asker,
    request: Request,
    home: str,
    days: Annotated[int, Query(ge=1, le=366)] = CHOICES[0],
    withdrawn: Annotated[int | None, Query()] = None,
) -> Response:
    """One home: what is known of it, its last day and weeks, its devices, and the people around it."""
    place = services.roster().homes[home]
    words = words_for(request, zone=place.zone)
    standing = standing_of(services, place)
    look = looks.admitted(services, standing, asker)
    if look is None:
        return _why(services, asker, request, standing, words)
    context = {
        "standing": standing,
        "window": window_of(standing, words.now),
        "cards": [card_of(one, services.roster()) for one in standing.alerts],
        "past": visible_alerts(services, asker, state="closed", home=home, limit=10),
        "buttons": buttons(services.roster(), home),
        "drill": drills.running(services, home),
        "age": words.now.year - place.birth_year if place.birth_year else None,
        "choices": list(absences.choices(words.now, place.zone)),
        "line": _line(services, place),
        "steps": _steps(services, standing),
        "devices": devices_of(services, standing),
        "look": look,
        "reasons": looks.reasons_for(standing),
        "withdrawn": withdrawn,
        "actor": asker.actor,
        "most_note": MOST_NOTE,
        "low": LOW_PERCENT,
        "names": names_of(services.roster(), words.language),
        "day_choices": CHOICES,
        "people": people_around(services, place, words.now),
        "visited": visits.visited_here(services, place, words.now)[0],
        **_written(services, place, words.now),
        **_drawn(services, asker, standing, words, days),
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
    looks.give_reason(services, place, asker, reason, clean(words))
    return RedirectResponse(f"/homes/{home}", 303)


@router.post("/homes/{home}/notes")
def add_note(services: Web, asker: Asker, home: str, text: Annotated[str, Form(max_length=MOST_NOTE)] = "") -> Response:
    """Write something down about a home; an empty note changes nothing."""
    note = Note(home, services.clock.now(), asker.actor, clean(text))
    if note.text:
        with services.care.begin() as connection:
            notes.add(connection, note)
    return RedirectResponse(f"/homes/{home}#notes", 303)


@router.post("/homes/{home}/notes/{note}")
def change_note(
    services: Web, asker: Asker, home: str, note: RowNumber, text: Annotated[str, Form(max_length=MOST_NOTE)] = ""
) -> Response:
    """Correct one's own note; without words it is withdrawn, and can be put back."""
    better = Note(home, services.clock.now(), asker.actor, clean(text))
    with services.care.begin() as connection:
        if better.text:
            is_done = notes.correct(connection, note, better)
        else:
            is_done = notes.withdraw(connection, home, note, asker.actor, better.at)
    if not is_done:
        raise Problem(409, NOT_YOURS)
    withdrawn = "" if better.text else f"?withdrawn={note}"
    return RedirectResponse(f"/homes/{home}{withdrawn}#notes", 303)


@router.post("/homes/{home}/notes/{note}/back")
def put_note_back(services: Web, asker: Asker, home: str, note: RowNumber) -> Response:
    """Let a note stand again that one has withdrawn."""
    with services.care.begin() as connection:
        is_done = notes.put_back(connection, home, note, asker.actor)
    if not is_done:
        raise Problem(409, NOT_YOURS)
    return RedirectResponse(f"/homes/{home}#notes", 303)


def _written(services: Services, place: Home, now: datetime) -> dict[str, object]:
    with services.care.read() as connection:
        return {
            "notes": notes.of_home(connection, place.home, NOTES_SHOWN),
            "looks": [
                one for one in looks_store.of_home(connection, place.home, now - LOOKS_SHOWN) if one.reason in OF_STAFF
            ],
        }


def _line(services: Services, place: Home) -> list[Sentence]:
    with services.care.read() as connection:
        return held_line(habits.held_of(connection, place.home), place)


def _steps(services: Services, standing: Standing) -> list[Step]:
    coming = standing.view.next
    if coming.asks_at is None:
        return []
    ladder = ladder_about(services, standing.home)(coming.about or AlertKind.INACTIVITY)
    return list(steps_ahead(coming.asks_at, ladder, services.roster(), standing.home))


def _drawn(services: Services, asker: Reach, standing: Standing, words: Words, days: int) -> dict[str, object]:
    fitting = next((choice for choice in CHOICES if choice >= days), CHOICES[-1])
    pictures = pictures_of(services, asker, standing, words, fitting)
    home = standing.home.home
    kinds = {kind for device in services.roster().devices_by_home.get(home, ()) for kind in device.kinds}
    taken = [one for kind in UNITS if kind in kinds for one in services.signals.recent(home, kind=kind, limit=1)]
    return {
        "strip": pictures.strip,
        "weeks": pictures.weeks,
        "nights": pictures.nights,
        "hours": HOURS,
        "dates": {one.day: words.date(one.day) for one in pictures.weeks.days},
        "model": pictures.model,
        "is_cut": pictures.is_cut,
        "readings": readings_of(taken, dict(pictures.customs.ranges)),
    }
