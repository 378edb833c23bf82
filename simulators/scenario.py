"""The demo's story: a calm building, then a missed check-in, a call for help, a lost gateway and a dark stairwell."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from linli.clock import millis
from linli.people import Home
from linli.signals import Kind
from simulators.community import Community
from simulators.household import household_of
from simulators.incidents import Incident, IncidentKind
from simulators.sensors import frame_around

CALM = timedelta(seconds=25)
"""Real time from the start to the missed check-in; the others follow."""
CALL = timedelta(seconds=45)
GATEWAY = timedelta(seconds=150)
POWER_CUT = timedelta(seconds=300)
_LONGEST_CALM = timedelta(hours=3)
_SILENT_BEFORE = timedelta(hours=4)


def start_of(community: Community, now: datetime, speed: float) -> datetime:
    """Return the latest moment, not after `now`, at which a story can begin at a speed (1..3600).

    It lies a little before the earliest check-in of the day, so that one can be missed soon.
    """
    local = now.astimezone(community.zone)
    lead = min(CALM * speed, _LONGEST_CALM)
    earliest = min((by for home in community.homes for by in home.check_in_by), default=None)
    if earliest is None:
        return now
    start = datetime.combine(local.date(), earliest, community.zone) - lead
    return (start if start <= now else start - timedelta(days=1)).astimezone(now.tzinfo)


def script(community: Community, seed: int, start: datetime, speed: float) -> list[Incident]:
    """Return the incidents of the demo for a community with a start and a speed (1..3600); homes differ."""
    taken: set[str] = set()
    found: list[Incident] = []
    late = _first_due(community, start)
    if late is not None:
        home, due = late
        taken.update(community.stairwell(home))
        found.append(Incident(home.home, IncidentKind.MISSED_CHECK_IN, due - _SILENT_BEFORE))
    for kind, after in (
        (IncidentKind.SOS, CALL),
        (IncidentKind.GATEWAY_LOSS, GATEWAY),
        (IncidentKind.POWER_CUT, POWER_CUT),
    ):
        at = start + after * speed
        place = _somewhere(community, seed, at, taken)
        if place is not None:
            taken.update(community.stairwell(place))
            found.append(Incident(place.home, kind, at))
    return found


def _first_due(community: Community, start: datetime) -> tuple[Home, datetime] | None:
    """Return whose check-in is due first after the start, and when."""
    candidates = [(due, home.home) for home in community.homes for due in _dues(home, start)]
    if not candidates:
        return None
    due, home_id = min(candidates)
    return community.home(home_id), due


def _dues(home: Home, start: datetime) -> Iterator[datetime]:
    today = start.astimezone(home.zone).date()
    for by in home.check_in_by:
        for day in (today, today + timedelta(days=1)):
            due = datetime.combine(day, by, home.zone)
            if due > start:
                yield due


def _somewhere(community: Community, seed: int, at: datetime, taken: set[str]) -> Home | None:
    """Return the first home, not yet taken, whose resident is up and about at a moment; else any that is free."""
    free = [home for home in community.homes if home.home not in taken and _calls(community, home)]
    up = (home for home in free if _is_up(community, seed, home, at))
    return next(up, free[0] if free else None)


def _calls(community: Community, home: Home) -> bool:
    return any(Kind.SOS in device.kinds for device in community.devices_by_home[home.home])


def _is_up(community: Community, seed: int, home: Home, at: datetime) -> bool:
    frame = frame_around(at, home.zone)
    return household_of(community, seed, home).plan(frame.day).is_up(frame.hour(millis(at)))
