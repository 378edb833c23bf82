"""The API about alerts: which there are, what each rests on, and the four things that people do about them."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query

from alerts.message import OF_A_ROOM
from dashboard.access import FAMILY, Reach, may_see_whose
from dashboard.api.shapes import (
    AcceptIn,
    AlertDetail,
    AlertFilter,
    AlertOut,
    CloseIn,
    KeyHolderOut,
    Limit,
    LineOut,
    PersonOut,
)
from dashboard.guard import Asker, GuardedRoute, Language, Web, find_alert
from dashboard.places import zone_of, zone_of_reader
from dashboard.services import Services
from dashboard.spare_key import key_holders
from dashboard.standing import alert_reason, visible_alerts
from dashboard.vocabulary import KINDS
from linli.alert import Alert, Entry
from linli.store import cases
from linli.store.overview import Involved
from linli.words import say, translate

_OF_OTHERS = frozenset({"homes", "heard_again"})
"""What tells of other homes where an alert is about a part of a site."""

router = APIRouter(prefix="/api/v1/alerts", route_class=GuardedRoute, tags=["alerts"])


@router.get("")
def alerts(
    services: Web,
    asker: Asker,
    language: Language,
    state: AlertFilter = "all",
    home: Annotated[str | None, Query(max_length=63)] = None,
    limit: Limit = 100,
) -> list[AlertOut]:
    """The alerts that you may see, newest first."""
    found = visible_alerts(services, asker, state=state, home=home, limit=limit)
    return [row(services, one, asker, language) for one in found]


@router.get("/{alert}")
def one_alert(services: Web, asker: Asker, language: Language, alert: str) -> AlertDetail:
    """One alert, with its evidence, the people asked and all that happened."""
    return detail_of(services, asker, language, alert)


@router.post("/{alert}/accept")
def accept(services: Web, asker: Asker, language: Language, alert: str, body: AcceptIn | None = None) -> AlertDetail:
    """You go; say it again to promise another time."""
    services.desk.accept(alert, asker.actor, body.minutes if body else None)
    return detail_of(services, asker, language, alert)


@router.post("/{alert}/decline")
def decline(services: Web, asker: Asker, language: Language, alert: str) -> AlertDetail:
    """You cannot come; the next is called at once."""
    services.desk.decline(alert, asker.actor)
    return detail_of(services, asker, language, alert)


@router.post("/{alert}/arrive")
def arrive(services: Web, asker: Asker, language: Language, alert: str) -> AlertDetail:
    """You are at the door."""
    services.desk.arrive(alert, asker.actor)
    return detail_of(services, asker, language, alert)


@router.post("/{alert}/more_help")
def more_help(services: Web, asker: Asker, language: Language, alert: str) -> AlertDetail:
    """You are at the door and need more hands."""
    services.desk.more_help(alert, asker.actor)
    return detail_of(services, asker, language, alert)


@router.post("/{alert}/close")
def close(services: Web, asker: Asker, language: Language, alert: str, body: CloseIn) -> AlertDetail:
    """It is over; the outcome is written down."""
    services.desk.close(alert, asker.actor, body.outcome, body.note or "")
    return detail_of(services, asker, language, alert)


def row(services: Services, involved: Involved, asker: Reach, language: str | None) -> AlertOut:
    """Return an alert as somebody may see it: a helper learns no more of whose it is once it is over."""
    alert = involved.alert
    knows = may_see_whose(asker, alert, involved.requests)
    return AlertOut(
        id=alert.id,
        home=alert.home if knows else "",
        site=alert.site,
        kind=alert.kind,
        severity=alert.severity,
        state=alert.state,
        opened_at=alert.opened_at,
        evidence_at=alert.evidence_at,
        closed_at=alert.closed_at,
        outcome=alert.outcome,
        text=_text(services, alert, asker, language, knows=knows),
        drill=alert.drill,
    )


def _text(services: Services, alert: Alert, asker: Reach, language: str | None, *, knows: bool) -> str:
    home = services.roster().homes.get(alert.home)
    language = language or (home.language if home else "zh")
    if not knows:
        return translate(KINDS[alert.kind], language)
    roster = services.roster()
    return say(alert_reason(alert, asker), language, zone_of(roster, alert) or zone_of_reader(roster, asker))


def detail_of(services: Services, asker: Reach, language: str | None, id: str) -> AlertDetail:  # noqa: A002
    """Return an alert with all that somebody may know of it."""
    involved = find_alert(services, id)
    alert = involved.alert
    with services.care.read() as connection:
        log = cases.read_log(connection, id)
    knows = may_see_whose(asker, alert, involved.requests)
    return AlertDetail(
        **row(services, involved, asker, language).model_dump(),
        note=_note(alert, asker) if knows else "",
        lease_until=alert.lease_until,
        evidence=_without_rooms(alert.evidence, asker) if knows else {},
        people=_people(services, involved, asker, knows=knows),
        key_holders=[
            KeyHolderOut(person=one.person, name=one.name, role=one.role)
            for one in key_holders(involved, services.roster(), asker)
        ],
        timeline=[
            _line(entry, asker) for entry in log if knows or asker.person in {entry.who, entry.detail.get("person")}
        ],
    )


def _note(alert: Alert, asker: Reach) -> str | None:
    """Return what was written down at the end, never to a family: it may tell of rooms, of health, or of others."""
    return None if asker.role == FAMILY else alert.note


def _without_rooms(known: Mapping[str, str | float], asker: Reach) -> dict[str, str | float]:
    """Return what is known, for a family without what tells of a room, and for neighbours too without other homes."""
    hidden = OF_A_ROOM if asker.role == FAMILY else frozenset()
    hidden |= _OF_OTHERS if asker.is_helper or asker.role == FAMILY else frozenset()
    return {name: value for name, value in known.items() if name not in hidden}


def _people(services: Services, involved: Involved, asker: Reach, *, knows: bool) -> list[PersonOut]:
    people = services.roster().people
    return [
        PersonOut(
            person=request.person,
            name=people[request.person].name if request.person in people else "",
            role=request.role,
            state=request.state,
            asked_at=request.asked_at,
        )
        for request in involved.requests
        if knows or request.person == asker.person
    ]


def _line(entry: Entry, asker: Reach) -> LineOut:
    return LineOut(at=entry.at, what=entry.what, who=entry.who, detail=_without_rooms(entry.detail, asker))
