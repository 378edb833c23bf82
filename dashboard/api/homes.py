"""The API about homes: how each stands, what its devices said, and who is away."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from dashboard import absences
from dashboard.access import RESIDENT, STAFF, Reach
from dashboard.api.shapes import (
    AwayIn,
    AwayOut,
    HomeDetail,
    HomeOut,
    Limit,
    Moment,
    NextOut,
    ObservedOut,
    SignalOut,
    StayOut,
)
from dashboard.guard import Asker, GuardedRoute, Language, Web
from dashboard.looks import note_program
from dashboard.problems import Problem
from dashboard.services import Services
from dashboard.standing import Standing, reason_for, standing_of, visible_standings
from linli.home_state import HomeState, Next
from linli.signals import BloodPressure, Kind, Signal
from linli.store.absences import Absence
from linli.words import say

router = APIRouter(prefix="/api/v1/homes", route_class=GuardedRoute, tags=["homes"])

LONGEST_ABSENCE = timedelta(days=366)


@router.get("")
def homes(
    services: Web,
    asker: Asker,
    language: Language,
    site: Annotated[str | None, Query(max_length=63)] = None,
    state: HomeState | None = None,
) -> list[HomeOut]:
    """Every home that you may see, and how it stands."""
    return [
        row(standing, asker, language)
        for standing in visible_standings(services, asker)
        if site in (None, standing.home.site) and state in (None, standing.state)
    ]


@router.get("/{home}")
def one_home(services: Web, asker: Asker, language: Language, home: str) -> HomeDetail:
    """One home, with what is expected of it and what can be seen now."""
    standing = standing_of(services, services.roster().homes[home])
    note_program(services, standing.home, asker)
    told = row(standing, asker, language)
    knows_rooms = asker.role in {STAFF, RESIDENT}
    return HomeDetail(
        **told.model_dump(),
        next=_with_rooms(standing.view.next) if knows_rooms else _without_rooms(standing.view.next),
        observed=_observed(services, standing) if knows_rooms else [],
    )


def _without_rooms(coming: Next) -> NextOut:
    return NextOut(
        expected_by=coming.expected_by,
        check_in_by=coming.check_in_by,
        asks_at=coming.asks_at,
        calls_at=coming.calls_at,
    )


def _with_rooms(coming: Next) -> NextOut:
    stay = coming.bathroom
    told = stay and StayOut(since=stay.since, asks_at=stay.asks_at, calls_at=stay.calls_at)
    return _without_rooms(coming).model_copy(update={"about": coming.about, "bathroom": told})


def row(standing: Standing, asker: Reach, language: str | None) -> HomeOut:
    """Return a home as somebody may see it; without a language, in that of its resident."""
    home = standing.home
    return HomeOut(
        home=home.home,
        site=home.site,
        building=home.building,
        unit=home.unit,
        floor=home.floor,
        door=home.door,
        resident=home.resident,
        state=standing.state,
        since=standing.since,
        last_sign_of_life=standing.view.last_sign_at,
        reason=say(reason_for(standing, asker), language or home.language, home.zone),
    )


def _observed(services: Services, standing: Standing) -> list[ObservedOut]:
    rooms = {device.device: device.room for device in services.roster().devices_by_home.get(standing.home.home, ())}
    return [
        ObservedOut(
            device=seen.device,
            room=rooms.get(seen.device, ""),
            online=seen.online,
            last_heard=seen.last_heard,
            battery=seen.battery,
        )
        for seen in standing.view.observed
    ]


@router.get("/{home}/signals")
def signals(
    services: Web,
    asker: Asker,
    home: str,
    kind: Kind | None = None,
    since: Annotated[Moment | None, Query(alias="from")] = None,
    until: Annotated[Moment | None, Query(alias="to")] = None,
    limit: Limit = 100,
) -> list[SignalOut]:
    """What the devices said from `from` up to, not including, `to`, newest first."""
    note_program(services, services.roster().homes[home], asker)
    return [_signal(one) for one in services.signals.recent(home, kind=kind, since=since, until=until, limit=limit)]


def _signal(signal: Signal) -> SignalOut:
    value = signal.value
    told = {"systolic": value.systolic, "diastolic": value.diastolic} if isinstance(value, BloodPressure) else value
    return SignalOut(
        at=signal.at,
        received_at=signal.received_at,
        device=signal.device,
        room=signal.room,
        kind=signal.kind,
        value=told,
    )


@router.post("/{home}/away")
def away(services: Web, asker: Asker, home: str, body: AwayIn) -> AwayOut:
    """Say that nobody is at home until a moment; it takes the place of an absence that runs."""
    absence = absence_of(services, home, body.until, by=asker.actor, note=body.note or "")
    absences.begin(services, asker, absence)
    return AwayOut(home=home, since=absence.since, until=absence.until, note=absence.note)


def absence_of(services: Services, home: str, until: datetime, *, by: str, note: str) -> Absence:
    """Return an absence from now on; raises 422 where it would end in the past or last for more than a year."""
    now = services.clock.now()
    if not now < until <= now + LONGEST_ABSENCE:
        raise Problem(422, "The absence must end in the future and last for a year at most.")
    return Absence(home, now, until.astimezone(now.tzinfo), by, note)


@router.delete("/{home}/away", status_code=204)
def back(services: Web, asker: Asker, home: str) -> Response:
    """Say that somebody is at home again; the same answer if nobody was away."""
    absences.end(services, asker, home)
    return Response(status_code=204)
