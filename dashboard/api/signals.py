"""The API's way in for signals, and what was refused. Every value goes through the same intake as over MQTT."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Body
from pydantic import Field, JsonValue, ValidationError

from dashboard.access import STAFF, Reach
from dashboard.api.shapes import Limit, Refused, RejectionOut, SignalIn, Taken
from dashboard.guard import Asker, GuardedRoute, Web
from dashboard.problems import Problem, not_found
from dashboard.services import Services
from linli.people import Roster
from linli.store import rejections as refused
from linli.store.rejections import Rejection
from linli.wire import ROOT

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["signals"])

MOST_AT_ONCE = 1000
_NO_SITE = "unknown"

Signals = Annotated[
    SignalIn | Annotated[list[JsonValue], Field(max_length=MOST_AT_ONCE)],
    Body(
        openapi_examples={
            "one": {"value": {"home": "home-7", "device": "button-1", "kind": "check_in", "value": "ok"}},
            "several": {"value": [{"home": "home-7", "device": "hall", "kind": "motion", "value": "on"}]},
        }
    ),
]


@router.post("/signals", status_code=202)
def take_in(services: Web, asker: Asker, body: Signals) -> Taken:
    """Take one signal or a list of at most 1000 in; what was accepted is durable when this answers."""
    if isinstance(body, SignalIn):
        return _take_one(services, asker, body)
    reasons = submit_each(services, asker, body)
    rejected = [Refused(index=index, reason=why) for index, why in enumerate(reasons) if why is not None]
    return Taken(accepted=len(reasons) - len(rejected), rejected=rejected)


def _take_one(services: Services, asker: Reach, signal: SignalIn) -> Taken:
    if not _may_speak_for(asker, signal.home, services.roster()):
        raise not_found()
    try:
        message = _message(signal, services.roster())
    except ValueError as fault:
        raise Problem(422, str(fault)) from None
    why = services.intake.submit([message])[0]
    if why is not None:
        raise Problem(422, why)
    return Taken(accepted=1, rejected=[])


def submit_each(services: Services, asker: Reach, given: Sequence[JsonValue]) -> list[str | None]:
    """Hand in what can be handed in; return for each why it was refused, or None."""
    roster = services.roster()
    reasons: list[str | None] = [None] * len(given)
    messages: dict[int, tuple[str, bytes]] = {}
    for index, one in enumerate(given):
        try:
            messages[index] = _message(_own_signal(asker, one, roster), roster)
        except ValueError as fault:
            reasons[index] = _in_words(fault)
    if messages:
        for index, why in zip(messages, services.intake.submit(list(messages.values())), strict=True):
            reasons[index] = why
    return reasons


def _own_signal(asker: Reach, given: JsonValue, roster: Roster) -> SignalIn:
    signal = SignalIn.model_validate(given)
    if not _may_speak_for(asker, signal.home, roster):
        raise ValueError("this home is not yours")
    return signal


def _in_words(why: ValueError) -> str:
    if not isinstance(why, ValidationError):
        return str(why)
    first = why.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else "a signal must be an object"


def _may_speak_for(asker: Reach, home: str, roster: Roster) -> bool:
    """Tell whether signals of a home may come from somebody; staff hear from the intake that a home is unknown."""
    known = roster.homes.get(home)
    if known is None:
        return asker.role == STAFF
    return asker.covers(known)


def _message(signal: SignalIn, roster: Roster) -> tuple[str, bytes]:
    """Return the MQTT message that says the same; raises ValueError where no message could. The intake checks the rest."""
    home = roster.homes.get(signal.home)
    site = home.site if home else _NO_SITE
    topic = f"{ROOT}/{site}/{signal.home}/{signal.device}/{signal.kind}"
    said = {"value": signal.value, "at": signal.at, "id": signal.id}
    try:
        return topic, msgspec.json.encode({name: value for name, value in said.items() if value is not None})
    except (OverflowError, RecursionError, UnicodeEncodeError):
        raise ValueError("the value cannot be written as JSON") from None


@router.get("/rejections")
def rejections(services: Web, asker: Asker, limit: Limit = 100) -> list[RejectionOut]:
    """What was refused and why, newest first."""
    return [
        RejectionOut(at=one.at, topic=one.topic, site=one.site, home=one.home, reason=one.reason, payload=one.payload)
        for one in visible_rejections(services, asker, limit)
    ]


def visible_rejections(services: Services, asker: Reach, limit: int) -> list[Rejection]:
    """Return the newest rejections that staff may see: of their homes, and of their sites where no home is known."""
    roster = services.roster()
    if asker.everywhere:
        with services.care.read() as connection:
            return refused.latest(connection, limit=limit)
    sites = [site for site in roster.sites if asker.covers_site(site, roster)]
    with services.care.read() as connection:
        found = refused.latest(connection, sites=sites, limit=limit)
    return [one for one in found if one.home not in roster.homes or asker.covers(roster.homes[one.home])]
