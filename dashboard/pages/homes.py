"""Staff: the list of homes, and one home; and for everybody whose home it is, going away."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.drill_desk import buttons
from dashboard.access import STAFF
from dashboard.api.homes import absence_of
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.held_line import held_line
from dashboard.pages import drills
from dashboard.pages.board import heading, home_page_of, tallies
from dashboard.problems import Problem
from dashboard.queue import card_of
from dashboard.screens import page, words_for
from dashboard.services import Services
from dashboard.standing import Standing, is_asked_first, standing_of, visible_alerts, visible_standings
from dashboard.strip import DAY, Strip, sheet_of, signs_of, strip_of
from dashboard.windows import window_of, words_of
from linli.home_state import HomeState
from linli.people import Home, Role
from linli.store import habits
from linli.words import Sentence

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

DAYS_SHOWN = 28
MOST_ROWS = 500
"""How many homes one table lists: more is for the search, not for the eye."""
MOST_SIGNALS = 20_000
AWAY_CHOICES = ((2, "2 hours"), (8, "until this evening"), (24, "a day"), (72, "3 days"), (168, "a week"))


@router.get("/homes")
def homes(
    services: Web,
    asker: Asker,
    request: Request,
    state: HomeState | None = None,
    q: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    """All homes as a table, to search and to read aloud."""
    words = words_for(request)
    standings = visible_standings(services, asker)
    wanted = q.strip().casefold()
    fitting = [
        standing
        for standing in standings
        if state in (None, standing.state) and wanted in _searched(standing.home, words.address(standing.home))
    ]
    rows = [
        (standing, window_of(standing, words.now), words_of(standing, words.language))
        for standing in fitting[:MOST_ROWS]
    ]
    context = {
        "rows": rows,
        "fitting": len(fitting),
        "q": q,
        "state": state,
        "tallies": tallies(standings),
        **heading(services, asker),
    }
    return page(request, "homes.html", words, context)


def _searched(home: Home, address: str) -> str:
    return f"{home.home} {home.resident} {home.door} {home.building} {address}".casefold()


@router.get("/homes/{home}")
def one_home(services: Web, asker: Asker, request: Request, home: str) -> Response:
    """One home: what is known of it, its last day and weeks, its devices, and the people around it."""
    place = services.roster().homes[home]
    words = words_for(request, zone=place.zone)
    standing = standing_of(services, place)
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
        **_pictures(services, place, words.now),
        **heading(services, asker),
    }
    return page(request, "home.html", words, context)


_CALLED = (Role.VOLUNTEER, Role.FAMILY, Role.STAFF, Role.PROFESSIONAL)


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


@router.post("/homes/{home}/away")
def away(
    services: Web,
    asker: Asker,
    home: str,
    hours: Annotated[int | None, Form(ge=1, le=24 * 366)] = None,
    until: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Nobody is at home for some hours, or until a local moment."""
    place = services.roster().homes[home]
    ends = services.clock.now() + timedelta(hours=hours or 0) if not until else _local(until, place)
    if any(ord(character) < 32 for character in note):
        raise Problem(422, "Control characters are not allowed.")
    services.homes.begin_absence(absence_of(services, home, ends, by=asker.actor, note=note))
    return RedirectResponse(_back_to(asker.role, home), 303)


def _local(until: str, place: Home) -> datetime:
    """Return the moment that a form names in the home's own time."""
    try:
        given = datetime.fromisoformat(until)
        return (given if given.tzinfo else given.replace(tzinfo=place.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Problem(422, "The end must be a date and a time.") from None


@router.post("/homes/{home}/back")
def back(services: Web, asker: Asker, home: str) -> Response:
    """Somebody is at home again."""
    services.homes.end_absence(home)
    return RedirectResponse(_back_to(asker.role, home), 303)


def _back_to(role: str, home: str) -> str:
    return f"/homes/{home}" if role == STAFF else home_page_of(role)
