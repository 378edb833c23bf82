"""When an incident really begins: some kinds wait for the moment of a day at which they can happen."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from linli.clock import from_millis, millis
from linli.errors import LinliError
from simulators.day import DAY_BEGINS, Doing, Plan
from simulators.incidents import Incident, IncidentKind
from simulators.sensors import Frame, frame_around, frame_of

PlanOf = Callable[[date], Plan]
AT_THE_DOOR = timedelta(minutes=5)
"""How long after coming home she collapses behind the door. Longer than a home's clock may run ahead, and a door be open."""
_BEFORE_RISING = timedelta(minutes=15)
_LOOKS_AHEAD_DAYS = 30


def onset(incident: Incident, plan_of: PlanOf, zone: ZoneInfo) -> datetime:
    """Return when an incident really begins in a home whose days are lived so.

    A silent morning begins at the moment given, or a quarter of an hour before she would have got up that day. A fall
    in the bathroom begins in the middle of the next visit there, one on coming home a little after she next comes in.
    """
    if incident.kind is IncidentKind.SILENT_MORNING:
        return _still_in_bed(incident.at, plan_of, zone)
    if incident.kind is IncidentKind.FALL_BATHROOM:
        return _next(incident, plan_of, zone, _visits_to_the_bathroom, "go to the bathroom")
    if incident.kind is IncidentKind.FALL_HOME_COMING:
        return _next(incident, plan_of, zone, _home_comings, "come home") + AT_THE_DOOR
    return incident.at


def _still_in_bed(at: datetime, plan_of: PlanOf, zone: ZoneInfo) -> datetime:
    frame = frame_around(at, zone)
    rises = plan_of(frame.day).rises
    return at if rises is None else min(at, from_millis(frame.moment(rises)) - _BEFORE_RISING)


def _next(
    incident: Incident, plan_of: PlanOf, zone: ZoneInfo, moments: Callable[[Plan, Frame], Iterator[int]], what: str
) -> datetime:
    first, since = frame_around(incident.at, zone).day, millis(incident.at)
    for number in range(_LOOKS_AHEAD_DAYS):
        frame = frame_of(first + timedelta(days=number), zone)
        found = next((at for at in moments(plan_of(frame.day), frame) if at >= since), None)
        if found is not None:
            return from_millis(found)
    raise LinliError(
        f"{incident.home} cannot show {incident.kind}: she does not {what} within {_LOOKS_AHEAD_DAYS} days"
    )


def _visits_to_the_bathroom(plan: Plan, frame: Frame) -> Iterator[int]:
    for stay in plan.stays:
        if stay.room == "bathroom":
            yield frame.moment((stay.start + stay.end) / 2)


def _home_comings(plan: Plan, frame: Frame) -> Iterator[int]:
    for stay, after in pairwise(plan.stays):
        if stay.doing is Doing.OUT and after.doing is not Doing.OUT and stay.end > DAY_BEGINS:
            yield frame.moment(stay.end)
