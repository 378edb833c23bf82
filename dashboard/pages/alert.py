"""One alert: what was done and what will happen; and what people do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard.access import STAFF, Reach, stood_by
from dashboard.guard import Asker, GuardedRoute, Web, find_alert
from dashboard.pages.board import heading, home_page_of
from dashboard.places import zone_of
from dashboard.problems import Problem
from dashboard.queue import card_of, name_of
from dashboard.screens import Words, page, words_for
from dashboard.spare_key import key_holders
from dashboard.standing import visible_alerts
from dashboard.vocabulary import LOG, OUTCOMES
from linli.alert import Alert, Entry, Outcome
from linli.people import Roster
from linli.signals import is_sign_of_life
from linli.store import cases

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@dataclass(frozen=True)
class Line:
    """A line of the timeline: several people called at one moment are told in one line."""

    entry: Entry
    text: str
    people: tuple[str, ...] = ()


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
    with services.care.read() as connection:
        log = cases.read_log(connection, alert)
    recent = services.signals.recent(home.home, until=words.now, limit=50) if home else []
    context = {
        "card": card_of(involved, roster),
        "lines": timeline(log, roster, words),
        "requests": [(one, name_of(one.person, roster), _phone(one.person, roster)) for one in involved.requests],
        "mine": stood_by(involved.requests, asker.actor),
        "key_holders": [
            (one.name or one.person, _phone(one.person, roster)) for one in key_holders(involved, roster, asker)
        ],
        "signs": [sign for sign in recent if is_sign_of_life(sign.kind, sign.value)][:4],
        "outcomes": OUTCOMES,
        "age": words.now.year - home.birth_year if home and home.birth_year else None,
        **heading(services, asker),
    }
    return page(request, "alert.html", words, context)


def _phone(person: str, roster: Roster) -> str:
    """Return the number under which somebody gets text messages, which is also one to ring."""
    known = roster.people.get(person)
    channels = known.channels if known else ()
    return next((channel.address for channel in channels if channel.kind == "sms"), "")


def timeline(log: Sequence[Entry], roster: Roster, words: Words) -> list[Line]:
    """Return the log in words, with those who were called at one moment in one line."""
    lines: list[Line] = []
    for entry in log:
        person = str(entry.detail.get("person", ""))
        before = lines[-1] if lines else None
        if before is not None and person and before.people and _belongs(entry, before.entry):
            lines[-1] = Line(before.entry, before.text, (*before.people, name_of(person, roster)))
        else:
            people = (name_of(person, roster),) if person and entry.what == "called" else ()
            lines.append(Line(entry, _text(entry, roster, words), people))
    return lines


def _belongs(entry: Entry, before: Entry) -> bool:
    return entry.what == before.what == "called" and (entry.at - before.at).total_seconds() < 1


def _text(entry: Entry, roster: Roster, words: Words) -> str:
    outcome = str(entry.detail.get("outcome", ""))
    told = OUTCOMES[Outcome(outcome)][0] if outcome in set(Outcome) else outcome
    who = {"linli": "linli", "resident": words("The resident")}.get(entry.who) or name_of(entry.who, roster)
    return words(
        LOG.get(_name_of_line(entry), entry.what.replace("{", "").replace("}", "")),
        who=who,
        count=entry.detail.get("count", ""),
        minutes=entry.detail.get("minutes", ""),
        person=name_of(str(entry.detail.get("person", "")), roster),
        outcome=words(told) if told else "",
    )


def _name_of_line(entry: Entry) -> str:
    """Return which sentence tells of a line: people join an alert by saying so, homes by falling silent."""
    return "homes_joined" if entry.what == "joined" and entry.who == "linli" else entry.what


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


def clean(note: str) -> str:
    """Return a note as it can be stored: one that was typed may end in blanks, but has no control characters."""
    if any(ord(character) < 32 and character not in "\r\n\t" for character in note):
        raise Problem(422, "Control characters are not allowed.")
    return note.strip()


def _done(asker: Reach, alert: Alert) -> Response:
    return RedirectResponse(f"/alerts/{alert.id}" if asker.role == STAFF else home_page_of(asker.role), 303)
