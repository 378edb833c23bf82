"""Who and what stands around a home: the people who are called for it with their load, and its devices with their health."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.services import Services
from dashboard.standing import Standing
from linli.home_state import Observed
from linli.people import Device, Home, Person, Role
from linli.store import cases

LOW_PERCENT = 15
LOAD_OVER = timedelta(days=7)

_CALLED = (Role.VOLUNTEER, Role.FAMILY, Role.STAFF, Role.PROFESSIONAL)


@dataclass(frozen=True, slots=True)
class Around:
    """Somebody who is called for a home. `distance` as in `Roster.distance`; `asked`: times in the last days."""

    person: Person
    distance: int
    has_key: bool
    is_on_duty: bool
    asked: int


def devices_of(services: Services, standing: Standing) -> list[tuple[Device, Observed | None]]:
    """Return the devices of a home, those that need a hand first."""
    seen = {one.device: one for one in standing.view.observed}
    known = services.roster().devices_by_home.get(standing.home.home, ())
    paired = [(device, seen.get(device.device)) for device in known]
    return sorted(paired, key=lambda pair: not _needs_a_hand(pair[1]))


def _needs_a_hand(seen: Observed | None) -> bool:
    return seen is None or not seen.online or (seen.battery is not None and seen.battery <= LOW_PERCENT)


def people_around(services: Services, place: Home, now: datetime) -> list[Around]:
    """Return who is called for a home, in the order of their turn, and how often each was asked lately."""
    roster = services.roster()
    people = [person for role in _CALLED for person in roster.carers(place, role)]
    with services.care.read() as connection:
        asked = cases.recent_load_of(connection, [person.person for person in people], now - LOAD_OVER)
    return [
        Around(
            person,
            roster.distance(person, place),
            person.holds_key(place),
            person.is_on_duty(now, place.zone),
            asked.get(person.person, 0),
        )
        for person in people
    ]
