"""The request in a helper's hand: opened from a signed link, no account, no script needed. Only a POST changes anything."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from alerts.channels.webpush import topic_of
from alerts.links import BadLink, Ticket
from alerts.links import Verb as LinkVerb
from alerts.message import reason_for
from alerts.replies import MOST_MINUTES, is_just_over
from dashboard import looks
from dashboard.access import Reach, goes, may_see_alert, may_see_whose, reach_of, stood_by
from dashboard.api.alerts import detail_of
from dashboard.facade import Building, buildings
from dashboard.guard import GuardedRoute, Web, find_alert
from dashboard.language import of_program
from dashboard.outlook import nearness
from dashboard.pages.alert import clean
from dashboard.places import zone_of
from dashboard.problems import Problem, not_found, wants_page
from dashboard.queue import card_of, name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.spare_key import key_sentence
from dashboard.vocabulary import DISTANCES, OUTCOMES
from linli.alert import AlertState, Outcome, RequestState
from linli.errors import Conflict
from linli.finding import Finding
from linli.people import Home, Person, Role
from linli.store import cases
from linli.store.access import Identity
from linli.store.overview import Involved
from linli.words import Sentence

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Verb = Literal["accept", "decline", "arrive", "more_help", "close", "correct", "again"]
_VERBS = {LinkVerb.ACCEPT: "accept", LinkVerb.DECLINE: "decline"}
MAX_TOKEN = 1000
PROMISES = (3, 5, 10, 20)
"""In how many minutes somebody may say that they will be at the door."""
PLACES = {
    RequestState.ACCEPTED: "go_going.html",
    RequestState.AT_DOOR: "go_outcome.html",
    RequestState.DECLINED: "go_declined.html",
}


@router.get("/go/{token}")
def look(services: Web, request: Request, token: str) -> Response:
    """Show what is asked; looking changes nothing."""
    _, person, involved = _read(services, token)
    return _show(services, request, person, involved)


@router.post("/go/{token}")
def act(
    services: Web,
    request: Request,
    token: str,
    verb: Annotated[Verb | None, Form()] = None,
    outcome: Annotated[Outcome | None, Form()] = None,
    note: Annotated[str, Form(max_length=500)] = "",
    minutes: Annotated[int | None, Form(ge=1, le=MOST_MINUTES)] = None,
) -> Response:
    """Do what the button says, or what the link was made for."""
    ticket, person, before = _read(services, token)
    if verb == "again":
        return _call_again(services, person, before)
    try:
        _do(services, ticket, verb or _VERBS.get(ticket.verb, ""), outcome, clean(note), minutes)
    except Conflict:
        if not wants_page(request):
            raise
    involved = find_alert(services, ticket.alert)
    if wants_page(request):
        return _show(services, request, person, involved)
    reach = reach_of(Identity(person.role, person.person), services.roster())
    language = of_program(request, reach, services.roster())
    return JSONResponse(detail_of(services, reach, language, ticket.alert).model_dump(mode="json"))


def _read(services: Services, token: str) -> tuple[Ticket, Person, Involved]:
    """Return what a link is for and whose it is; raises 404 for one that is forged or of somebody who has left."""
    try:
        ticket = services.links.read(token) if len(token) <= MAX_TOKEN else None
    except BadLink:
        ticket = None
    person = services.roster().people.get(ticket.person) if ticket else None
    if ticket is None or person is None:
        raise Problem(404, "This link cannot be used any more.")
    involved = find_alert(services, ticket.alert)
    if not may_see_alert(_reach(services, person), involved.alert, involved.requests, services.roster()):
        raise not_found()
    return ticket, person, involved


def _reach(services: Services, person: Person) -> Reach:
    return reach_of(Identity(person.role, person.person), services.roster())


def _call_again(services: Services, person: Person, involved: Involved) -> Response:
    """Open the case anew, for who has closed it by a slip of the finger or too soon; once, however often it is asked."""
    alert = involved.alert
    stands = stood_by(involved.requests, person.person)
    if stands is None or stands.state is not RequestState.AT_DOOR or not is_just_over(alert, services.clock.now()):
        raise Problem(409, "This has been over for a while. In danger call 120.")
    key = f"again:{alert.id}"
    why = Sentence("Whoever was there says that somebody is still needed.")
    services.desk.open(
        [Finding(key, alert.home, alert.site, alert.kind, alert.severity, alert.evidence_at, why, about=alert.about)]
    )
    with services.care.read() as connection:
        opened = cases.of_episode(connection, key)
    if opened is None:
        raise not_found()
    services.desk.arrive(opened, person.person)
    services.desk.more_help(opened, person.person)
    return RedirectResponse(services.links.request_page(opened, person.person), 303)


def _do(services: Services, ticket: Ticket, verb: str, outcome: Outcome | None, note: str, minutes: int | None) -> None:
    desk, alert, person = services.desk, ticket.alert, ticket.person
    if verb in {"close", "correct"}:
        if outcome is None:
            raise Problem(422, "Closing needs an outcome.")
        if verb == "close":
            desk.close(alert, person, outcome, note)
        else:
            desk.correct(alert, person, outcome)
        return
    if verb == "accept":
        desk.accept(alert, person, minutes)
        return
    acts = {"decline": desk.decline, "arrive": desk.arrive, "more_help": desk.more_help}
    if verb not in acts:
        raise Problem(422, "This link needs to be told what to do.")
    acts[verb](alert, person)


def _show(services: Services, request: Request, person: Person, involved: Involved) -> HTMLResponse:
    alert = involved.alert
    words = words_for(request, zone=zone_of(services.roster(), alert), roster_says=person.language)
    tag = {"tag": topic_of(alert.id)}
    if alert.drill:
        return page(request, "go_drill.html", words, {**tag, "over": alert.state is AlertState.CLOSED})
    if alert.state is AlertState.CLOSED:
        return page(request, "go_over.html", words, {**tag, **_over(services, person, involved)})
    stands = stood_by(involved.requests, person.person)
    template = PLACES.get(stands.state, "go_request.html") if stands else "go_request.html"
    tag["then"] = _after_no(person, involved)
    if not may_see_whose(_reach(services, person), alert, involved.requests):
        return page(request, template, words, {**tag, "card": None})
    answer = page(request, template, words, {**tag, **_request(services, person, involved, words)})
    if goes(stands):
        answer.background = BackgroundTask(looks.note_alert, services, involved, _reach(services, person))
    return answer


def _after_no(person: Person, involved: Involved) -> str:
    """Return what is said to who cannot go; nobody is promised who has not been asked after them."""
    mine = stood_by(involved.requests, person.person)
    others = [one for one in involved.requests if one is not mine and one.role is not Role.RESIDENT]
    if any(one.state.goes for one in others):
        return "That is fine. Somebody else goes already."
    if any(mine and one.state is RequestState.ASKED and one.asked_at > mine.asked_at for one in others):
        return "That is fine. We are asking the next."
    return "That is fine."


def _over(services: Services, person: Person, involved: Involved) -> dict[str, object]:
    """Return what is left to say: who went and how it ended, no name and no address of the resident."""
    went = [r.person for r in involved.requests if r.state is RequestState.AT_DOOR]
    return {
        "went": [name_of(one, services.roster()) for one in went if one != person.person],
        "self_went": person.person in went,
        "can_call_again": person.person in went and is_just_over(involved.alert, services.clock.now()),
        "alert": involved.alert,
        "outcome": OUTCOMES[involved.alert.outcome][0] if involved.alert.outcome else "",
        "others": {one: words for one, words in OUTCOMES.items() if one is not involved.alert.outcome},
    }


def _request(services: Services, person: Person, involved: Involved, words: Words) -> dict[str, object]:
    roster = services.roster()
    home = roster.homes.get(involved.alert.home)
    near = nearness(person, home, roster) if home else None
    others = [r for r in involved.requests if r.person != person.person and r.role != "resident"]
    return {
        "card": card_of(involved, roster),
        "key": key_sentence(involved, roster, _reach(services, person)),
        "has_key": person.holds_key(home) if home else False,
        "home": home,
        "picture": _picture(services, home) if home else None,
        "near": DISTANCES[near] if near is not None else "",
        "going": [name_of(r.person, roster) for r in others if r.state.goes],
        "also": [name_of(r.person, roster) for r in others if r.state in {RequestState.ASKED, RequestState.SILENT}],
        "outcomes": OUTCOMES,
        "promises": PROMISES,
        "came_at": _came_at(person, involved),
        "why": words.say(reason_for(involved.alert, person.role)),
    }


def _came_at(person: Person, involved: Involved) -> datetime | None:
    """Return when somebody came to the door, where that is known for sure: of several only the first one's time is kept."""
    there = [request.person for request in involved.requests if request.state is RequestState.AT_DOOR]
    return involved.alert.door_at if there == [person.person] else None


def _picture(services: Services, home: Home) -> Building:
    """Return the building with every place in it, also those that are not the helper's business: all look alike."""
    neighbours = [
        one for one in services.roster().homes.values() if (one.site, one.building) == (home.site, home.building)
    ]
    return buildings(neighbours)[0]
