"""The family: one sentence, a dial of the day, what comes next, who came. Never a room."""

from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from dashboard.access import Reach
from dashboard.dial import dial_of
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.pages.homes import AWAY_CHOICES
from dashboard.queue import card_of, name_of
from dashboard.screens import Words, page, words_for
from dashboard.services import Services
from dashboard.spare_key import key_sentence
from dashboard.standing import is_asked_first, standing_of, visible_alerts, visible_homes, without_rooms
from dashboard.strip import signs_of
from linli.alert import RequestState
from linli.home_state import HomeState
from linli.people import Home

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

SENTENCES = {
    HomeState.WELL: "A day like any other for {name}.",
    HomeState.QUIET: "It is quieter than usual at {name}'s.",
    HomeState.UNMONITORED: "We cannot tell at the moment how {name} is.",
    HomeState.AWAY: "{name} is away.",
    HomeState.ALERT: "{name} needs somebody.",
}


@router.get("/family")
def family(services: Web, asker: Asker, request: Request) -> Response:
    """Everybody whom the reader belongs to."""
    roster = services.roster()
    known = roster.people.get(asker.person)
    homes = visible_homes(services, asker)
    zone = homes[0].zone if homes else None
    words = words_for(request, zone=zone, roster_says=known.language if known else "zh")
    context = {
        "homes": [_one(services, asker, home, words) for home in homes],
        "choices": AWAY_CHOICES,
        "person": asker.person,
    }
    return page(request, "family.html", words, context)


def _one(services: Services, asker: Reach, home: Home, words: Words) -> dict[str, object]:
    standing = standing_of(services, home)
    name = home.resident or words("your relative")
    roster = services.roster()
    heard = signs_of(services.signals.recent(home.home, since=words.midnight(), until=words.now, limit=5000))
    return {
        "home": home,
        "name": name,
        "state": standing.state,
        "sentence": words(SENTENCES[standing.state], name=name),
        "below": words.say(without_rooms(standing.view)),
        "last": standing.view.last_sign_at,
        "next": standing.view.next,
        "asks": is_asked_first(standing.view.next),
        "dial": dial_of([sign.at for sign in heard], standing.view.next, words.now, home.zone),
        "signs": _by_hour([sign.at for sign in heard], home),
        "cards": [(card_of(one, roster), one, key_sentence(one, roster, asker)) for one in standing.alerts],
        "came": _who_came(services, asker, home),
    }


def _by_hour(signs: list[datetime], home: Home) -> list[tuple[int, int]]:
    """Return the dial as a table: (local hour, how many signs)."""
    hours = [sign.astimezone(home.zone).hour for sign in signs]
    return [(hour, hours.count(hour)) for hour in sorted(set(hours))]


def _who_came(services: Services, asker: Reach, home: Home) -> list[tuple[str, datetime]]:
    """Return who was at the door lately, and when it was over."""
    roster = services.roster()
    closed = visible_alerts(services, asker, state="closed", home=home.home, limit=20)
    return [
        (name_of(request.person, roster), one.alert.closed_at)
        for one in closed
        for request in one.requests
        if request.state is RequestState.AT_DOOR and one.alert.closed_at is not None
    ][:3]
