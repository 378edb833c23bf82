"""What has been seen to work lately, and what has not: each button within 7 days, each volunteer's channel within 30."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from alerts.drill_desk import buttons, site_of
from linli.people import Device, Home, Person, Role, Roster
from linli.store import drills
from linli.store.drills import CANCELLED, Drill, DrillKind

BUTTON_WITHIN = timedelta(days=7)
CHANNEL_WITHIN = timedelta(days=30)
LOOKED_BACK = timedelta(days=60)
"""How far back proofs are looked for; before that is as good as never."""
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ButtonProof:
    """One call button. `last` is when a press of it last opened an alert, `tried` the latest trial in that home."""

    home: Home
    device: Device
    last: datetime | None
    tried: Drill | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it has not been seen to work for too long."""
        return self.last is None or now - self.last > BUTTON_WITHIN

    def has_failed(self, now: datetime) -> bool:
        """Tell whether it was pressed, as announced, and nothing came."""
        tried = self.tried
        return tried is not None and tried.passed_at is None and tried.fault != CANCELLED and tried.due_by <= now


@dataclass(frozen=True, slots=True)
class VolunteerProof:
    """One volunteer. `last` is when a message last reached them that they answered, `asked` their latest drill."""

    person: Person
    site: str
    last: datetime | None
    asked: Drill | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether nothing has been heard from them for too long."""
        return self.last is None or now - self.last > CHANNEL_WITHIN


def button_proofs(connection: Connection, roster: Roster, now: datetime) -> list[ButtonProof]:
    """Return every listed button, the longest unproven first."""
    pressed = drills.pressed(connection, now - LOOKED_BACK)
    newest_last = reversed(drills.since(connection, DrillKind.BUTTON, now - LOOKED_BACK))
    tried = {drill.home: drill for drill in newest_last}
    found = [
        ButtonProof(home, device, pressed.get((home.home, device.device)), _of(tried.get(home.home), device.device))
        for home in roster.homes.values()
        for device in buttons(roster, home.home)
    ]
    return sorted(found, key=lambda one: (one.last or _NEVER, one.home.site, one.home.home, one.device.device))


def _of(tried: Drill | None, device: str) -> Drill | None:
    return tried if tried is not None and tried.device in {"", device} else None


def volunteer_proofs(connection: Connection, roster: Roster, now: datetime) -> list[VolunteerProof]:
    """Return every volunteer who is listed for a home, the longest unheard of first."""
    replied = drills.replied(connection, now - LOOKED_BACK)
    newest_last = reversed(drills.since(connection, DrillKind.VOLUNTEER, now - LOOKED_BACK))
    asked = {drill.person: drill for drill in newest_last}
    found = [
        VolunteerProof(person, site, replied.get(person.person), asked.get(person.person))
        for person in roster.people.values()
        if person.role is Role.VOLUNTEER and (site := site_of(roster, person.person))
    ]
    return sorted(found, key=lambda one: (one.last or _NEVER, one.person.order, one.person.person))
