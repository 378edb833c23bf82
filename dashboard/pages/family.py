"""The family: one sentence, a dial of the day, what comes next, the calls that are over; who is called when, and what each is told.

Never a room, unless she allows it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, Query
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import absences, looks, pauses, relatives
from dashboard.access import Reach
from dashboard.dial import dial_of
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.past_calls import past_calls
from dashboard.places import zone_of_person
from dashboard.problems import not_found
from dashboard.queue import card_of, name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.spare_key import key_sentence
from dashboard.standing import Standing, is_asked_first, standing_of, visible_homes, without_rooms
from dashboard.strip import signs_of
from dashboard.usual_day import is_like_any_other
from linli.alert import AlertKind
from linli.consent import Consent
from linli.home_state import HomeState, Next
from linli.people import Home
from linli.store import consents
from linli.words import Sentence

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

SENTENCES = {
    HomeState.WELL: "A day like any other for {name}.",
    HomeState.QUIET: "It is quieter than usual at {name}'s.",
    HomeState.UNMONITORED: "We cannot tell at the moment how {name} is.",
    HomeState.AWAY: "{name} is away.",
    HomeState.ALERT: "{name} needs somebody.",
}
SIGNS_OF_LIFE = "There are signs of life from {name}."
"""All that can be said while her days are not known yet, and of a day on which something was amiss."""
PAUSED = "{name} has paused linli."
LADDERS = ("When she calls for help, falls, or there is smoke or gas", "When nothing is heard of her")


@router.get("/family")
def family(services: Web, asker: Asker, request: Request, home: Annotated[str, Query(max_length=80)] = "") -> Response:
    """One home whole; where there are several, the others by their sentence."""
    words, homes = _words(services, asker, request), visible_homes(services, asker)
    standings = [standing_of(services, one) for one in homes]
    shown = next((one for one in standings if one.home.home == home), None) or _gravest(standings)
    if home and (shown is None or shown.home.home != home):
        raise not_found()
    if shown is not None:
        words = Words(words.language, shown.home.zone, words.now)
    context = {
        "others": [(one.home, _name(one.home, words), one.state) for one in standings] if len(standings) > 1 else [],
        "one": _one(services, asker, shown, words) if shown is not None else None,
        "person": asker.person,
    }
    answer = page(request, "family.html", words, context)
    if shown is not None:
        answer.background = BackgroundTask(looks.note_today, services, shown.home, asker)
    return answer


def _words(services: Services, asker: Reach, request: Request) -> Words:
    known = services.roster().people.get(asker.person)
    zone = zone_of_person(services.roster(), known)
    return words_for(request, zone=zone, roster_says=known.language if known else "zh")


def _gravest(standings: list[Standing]) -> Standing | None:
    """Return the home that needs somebody, else the first."""
    return next((one for one in standings if one.alerts), standings[0] if standings else None)


def _name(home: Home, words: Words) -> str:
    return home.resident or words("your relative")


def _sentence(services: Services, standing: Standing, words: Words) -> str:
    said = SENTENCES[standing.state]
    if standing.view.is_paused and not standing.alerts:
        said = PAUSED
    elif standing.state is HomeState.WELL and not is_like_any_other(
        services, standing.home, words.midnight(), words.now
    ):
        said = SIGNS_OF_LIFE
    return words(said, name=_name(standing.home, words))


def _one(services: Services, asker: Reach, standing: Standing, words: Words) -> dict[str, object]:
    home, view, roster = standing.home, standing.view, services.roster()
    coming = Next() if standing.alerts else _still_to_come(view.next, words.now)
    heard = signs_of(services.signals.recent(home.home, since=words.midnight(), until=words.now, limit=5000))
    signs = [] if view.is_paused else [sign.at for sign in heard]
    blind_since = (view.since or words.midnight()) if view.state is HomeState.UNMONITORED else None
    away, back = absences.running(services, home.home), absences.undoable(services, home.home)
    return {
        "home": home,
        "name": _name(home, words),
        "state": standing.state,
        "view": view,
        "sentence": _sentence(services, standing, words),
        "below": _below(services, standing, words),
        "next": coming,
        "asks": is_asked_first(coming),
        "dial": dial_of(signs, coming, words.now, home.zone, blind_since),
        "signs": _by_hour(signs, home),
        "cards": [(card_of(one, roster), one, key_sentence(one, roster, asker)) for one in standing.alerts],
        "calls": past_calls(services, asker, home, words.language),
        "away": away,
        "away_by": name_of(away.by, roster) if away else "",
        "back": back if away is None else None,
        "choices": list(absences.choices(words.now, home.zone)),
        "earliest": f"{words.now.astimezone(home.zone):%Y-%m-%dT%H:%M}",
    }


def _still_to_come(coming: Next, now: datetime) -> Next:
    """Return what is foretold, without a sign or a check-in that should have come by now: its time is past."""
    return replace(coming, expected_by=_later(coming.expected_by, now), check_in_by=_later(coming.check_in_by, now))


def _later(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment is not None and moment > now else None


def _below(services: Services, standing: Standing, words: Words) -> str:
    """Return the line under the sentence: the evidence, with the room only where she allows it."""
    view = standing.view
    if view.state is HomeState.UNMONITORED:
        return words("Its devices are silent; the community looks after them.")
    if view.state is HomeState.AWAY:
        return ""
    if view.last_sign_at is not None and view.last_room and _may_know_rooms(services, standing.home):
        room = words.name(view.last_room)
        return words.say(Sentence("Last sign of life {at}, {room}.", {"at": view.last_sign_at, "room": room}))
    return words.say(without_rooms(view))


def _may_know_rooms(services: Services, home: Home) -> bool:
    with services.care.read() as connection:
        return consents.running(connection, home.home, Consent.ROOMS) is not None


def _by_hour(signs: list[datetime], home: Home) -> list[tuple[int, int]]:
    """Return the dial as a table: (local hour, how many signs)."""
    hours = [sign.astimezone(home.zone).hour for sign in signs]
    return [(hour, hours.count(hour)) for hour in sorted(set(hours))]


@router.get("/family/{home}/calls")
def calls(services: Web, asker: Asker, request: Request, home: str) -> Response:
    """Who is called when, in which order, and what the reader is told of."""
    place = services.roster().homes[home]
    words = _words(services, asker, request)
    context = {
        "home": place,
        "name": _name(place, words),
        "relatives": relatives.order_of(services, asker, place),
        "ladders": list(zip(LADDERS, relatives.called_when(services, place), strict=True)),
        "wish": relatives.wish_of(services, asker, place),
        "kinds": relatives.CAN_BE_MUTED,
        "pause": pauses.running(services, asker),
        "choices": list(pauses.choices(words.now, words.zone)),
        "rooms": _may_know_rooms(services, place),
    }
    return page(request, "family_calls.html", words, context)


def _to_calls(home: str) -> Response:
    return RedirectResponse(f"/family/{home}/calls", 303)


@router.post("/family/{home}/order")
def order(services: Web, asker: Asker, home: str, by: Annotated[int, Form(ge=-1, le=1)]) -> Response:
    """They are called earlier, or later."""
    relatives.move(services, asker, services.roster().homes[home], by=by)
    return _to_calls(home)


@router.post("/family/{home}/agree")
def agree(services: Web, asker: Asker, home: str) -> Response:
    """They agree to the order."""
    relatives.agree(services, asker, services.roster().homes[home])
    return _to_calls(home)


@router.post("/family/{home}/wish")
def wish(
    services: Web,
    asker: Asker,
    home: str,
    kinds: Annotated[list[AlertKind] | None, Form()] = None,
    quiet_from: Annotated[str, Form(max_length=20)] = "",
    quiet_until: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """What they are told of, and their quiet hours."""
    relatives.put_wish(services, asker, services.roster().homes[home], kinds or [], quiet_from, quiet_until)
    return _to_calls(home)


@router.post("/family/{home}/pause")
def pause(services: Web, asker: Asker, home: str, end: Annotated[pauses.Until, Form()]) -> Response:
    """Not now, except in an emergency; for every home of theirs."""
    zone = zone_of_person(services.roster(), services.roster().people.get(asker.person))
    pauses.begin(services, asker, pauses.end_of(end, services.clock.now(), zone))
    return _to_calls(home)


@router.post("/family/{home}/resume")
def resume(services: Web, asker: Asker, home: str) -> Response:
    """They can be called again."""
    pauses.end(services, asker)
    return _to_calls(home)
