"""One alert: what was done and what will happen; and what people do about it."""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from alerts.case import Case
from alerts.replies import is_just_over
from dashboard import looks
from dashboard.access import STAFF, Reach, stood_by
from dashboard.answers import answers_of
from dashboard.guard import Asker, GuardedRoute, Web, find_alert
from dashboard.pages.board import heading, page_about
from dashboard.places import zone_of
from dashboard.problems import Problem
from dashboard.queue import card_of, name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.spare_key import key_holders
from dashboard.standing import visible_alerts
from dashboard.story import rail_of
from dashboard.telling import Teller
from dashboard.vocabulary import OUTCOMES
from linli.alert import Alert, Outcome
from linli.people import Home, Roster
from linli.signals import is_sign_of_life
from linli.store import cases, outbox
from linli.store.overview import Involved

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/alerts")
def ledger(services: Web, asker: Asker, request: Request) -> Response:
    """All alerts, newest first."""
    roster = services.roster()
    found = visible_alerts(services, asker, limit=200)
    context = {"cards": [card_of(one, roster) for one in found], **heading(services, asker)}
    return page(request, "alerts.html", words_for(request), context)


@router.get("/alerts/{alert}")
def one_alert(services: Web, asker: Asker, request: Request, alert: str) -> Response:
    """The alert as staff see it."""
    involved = find_alert(services, alert)
    roster = services.roster()
    words = words_for(request, zone=zone_of(roster, involved.alert))
    home = roster.homes.get(involved.alert.home)
    until = involved.alert.closed_at or words.now
    recent = services.signals.recent(home.home, until=until, limit=50) if home else []
    context = {
        "mine": stood_by(involved.requests, asker.actor),
        "key_holders": [
            (one.name or one.person, _phone(one.person, roster)) for one in key_holders(involved, roster, asker)
        ],
        "concerned": _concerned(involved.alert, roster, asker),
        "signs": [sign for sign in recent if is_sign_of_life(sign.kind, sign.value)][:4],
        "outcomes": OUTCOMES,
        "others": {one: said for one, said in OUTCOMES.items() if one is not involved.alert.outcome},
        "can_correct": not involved.alert.drill and is_just_over(involved.alert, words.now),
        "age": words.now.year - home.birth_year if home and home.birth_year else None,
        **_story(services, involved, words),
        **heading(services, asker),
    }
    answer = page(request, "alert.html", words, context)
    answer.background = BackgroundTask(looks.note_alert, services, involved, asker)
    return answer


def _story(services: Services, involved: Involved, words: Words) -> dict[str, object]:
    """Return what happened and what will, of which the log is the whole."""
    roster = services.roster()
    card = card_of(involved, roster)
    with services.care.read() as connection:
        log = cases.read_log(connection, involved.alert.id)
        notices = outbox.of_alert(connection, involved.alert.id)
        case = Case(involved.alert, involved.requests)
        callers = services.desk.book.callers(connection, case, words.now)
    answers = answers_of(involved.alert, notices, log)
    teller = Teller(involved, roster, words, answers)
    return {
        "card": card,
        "answers": answers,
        "requests": [(one, name_of(one.person, roster), _phone(one.person, roster)) for one in involved.requests],
        "rail": rail_of(involved.alert),
        "told": teller.told(log),
        "ahead": teller.ahead(card, callers),
        "left": teller.left(card),
        "named": teller.who,
        "log": [(entry, teller.line(entry)) for entry in log],
        "goers": [
            (name_of(one.person, roster), phone)
            for one in involved.requests
            if one.state.goes and (phone := _phone(one.person, roster))
        ],
    }


def _concerned(alert: Alert, roster: Roster, asker: Reach) -> list[Home]:
    """Return the homes that an alert about a part of a site means, of those that somebody looks after."""
    listed = str(alert.evidence.get("homes", "")).split(", ") if not alert.home else []
    return [roster.homes[home] for home in listed if home in roster.homes and asker.covers(roster.homes[home])]


def _phone(person: str, roster: Roster) -> str:
    """Return the number under which somebody gets text messages, which is also one to ring."""
    known = roster.people.get(person)
    channels = known.channels if known else ()
    return next((channel.address for channel in channels if channel.kind == "sms"), "")


@router.post("/alerts/{alert}/accept")
def accept(services: Web, asker: Asker, alert: str) -> Response:
    """You go."""
    return _done(asker, services.desk.accept(alert, asker.actor))


@router.post("/alerts/{alert}/decline")
def decline(services: Web, asker: Asker, alert: str) -> Response:
    """You cannot come."""
    return _done(asker, services.desk.decline(alert, asker.actor))


@router.post("/alerts/{alert}/arrive")
def arrive(services: Web, asker: Asker, alert: str) -> Response:
    """You are at the door."""
    return _done(asker, services.desk.arrive(alert, asker.actor))


@router.post("/alerts/{alert}/more_help")
def more_help(services: Web, asker: Asker, alert: str) -> Response:
    """You are at the door and need more hands."""
    return _done(asker, services.desk.more_help(alert, asker.actor))


@router.post("/alerts/{alert}/close")
def close(
    services: Web,
    asker: Asker,
    alert: str,
    outcome: Annotated[Outcome, Form()],
    note: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """It is over."""
    return _done(asker, services.desk.close(alert, asker.actor, outcome, clean(note)))


@router.post("/alerts/{alert}/correct")
def correct(services: Web, asker: Asker, alert: str, outcome: Annotated[Outcome, Form()]) -> Response:
    """It ended otherwise than was tapped."""
    return _done(asker, services.desk.correct(alert, asker.actor, outcome))


def clean(note: str) -> str:
    """Return a note as it can be stored: one that was typed may end in blanks, but has no control characters."""
    if any(ord(character) < 32 and character not in "\r\n\t" for character in note):
        raise Problem(422, "Control characters are not allowed.")
    return note.strip()


def _done(asker: Reach, alert: Alert) -> Response:
    return RedirectResponse(f"/alerts/{alert.id}" if asker.role == STAFF else page_about(asker.role, alert.home), 303)
