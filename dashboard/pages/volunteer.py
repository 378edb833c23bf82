"""The volunteer: who asks for them now, when they may be called and when not, and where they have helped.

Whose it was is forgotten once it is over.
"""

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.background import BackgroundTasks
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dashboard import looks, pauses
from dashboard.access import Reach, goes, may_see_whose, stood_by
from dashboard.duty_week import is_any_time, week_of
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.places import zone_of_person
from dashboard.queue import card_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.spare_key import key_sentence
from dashboard.standing import visible_alerts
from dashboard.vocabulary import OUTCOMES
from linli.people import Person
from linli.store.overview import Involved

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/volunteer")
def volunteer(services: Web, asker: Asker, request: Request) -> Response:
    """The open requests, when they may be called, the doors that were opened, and a way to say: not now."""
    roster = services.roster()
    known = roster.people.get(asker.person)
    zone = zone_of_person(roster, known)
    words = words_for(request, zone=zone, roster_says=known.language if known else "zh")
    found = visible_alerts(services, asker, limit=100)
    mine = [(one, stood_by(one.requests, asker.person)) for one in found]
    context = {
        "name": known.name if known else asker.person,
        "open": [
            (card_of(one, roster), request.state, key_sentence(one, roster, asker))
            for one, request in mine
            if request is not None and may_see_whose(asker, one.alert, one.requests)
        ],
        "helped": [one.alert for one, request in mine if one.alert.closed_at and not one.alert.drill and goes(request)],
        "outcomes": OUTCOMES,
        "pause": pauses.running(services, asker),
        "choices": list(pauses.choices(words.now, zone)) if known else [],
        "devices": len(services.browsers.of(asker.person)),
        **_duty(services, known, words),
    }
    answer = page(request, "volunteer.html", words, context)
    answer.background = _looks(services, asker, [one for one, request in mine if goes(request)])
    return answer


def _looks(services: Services, asker: Reach, going: list[Involved]) -> BackgroundTasks:
    """Return what is written down once the page is out: who goes sees how to get in, while it is not over."""
    noted = BackgroundTasks()
    for one in going:
        if one.alert.closed_at is None:
            noted.add_task(looks.note_alert, services, one, asker)
    return noted


def _duty(services: Services, known: Person | None, words: Words) -> dict[str, object]:
    if known is None or is_any_time(known):
        return {"week": [], "on_duty": known is not None}
    site = next((home.site for home in services.roster().homes.values() if known.cares_for(home)), "")
    holidays = services.holidays.of(site)
    return {
        "week": week_of(known, words.now, words.zone, holidays),
        "on_duty": known.is_on_duty(words.now, words.zone, holidays),
    }


@router.post("/volunteer/pause")
def pause(services: Web, asker: Asker, end: Annotated[pauses.Until, Form()]) -> Response:
    """Not now."""
    roster = services.roster()
    zone = zone_of_person(roster, roster.people.get(asker.person))
    pauses.begin(services, asker, pauses.end_of(end, services.clock.now(), zone))
    return RedirectResponse("/volunteer", 303)


@router.post("/volunteer/resume")
def resume(services: Web, asker: Asker) -> Response:
    """They can be called again."""
    pauses.end(services, asker)
    return RedirectResponse("/volunteer", 303)
