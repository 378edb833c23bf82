"""What has been seen to work lately, and what has not: each button within 7 days, each volunteer's channel within 30."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from alerts.drill_desk import site_of
from alerts.drills import buttons
from linli.people import Device, Home, Person, Role, Roster
from linli.store import drills, outbox, pauses
from linli.store.drills import CANCELLED, UNDELIVERED, Drill, DrillKind

BUTTON_WITHIN = timedelta(days=7)
CHANNEL_WITHIN = timedelta(days=30)
LOOKED_BACK = timedelta(days=60)
"""How far back proofs are looked for; before that is as good as never."""
_NEVER = datetime.min.replace(tzinfo=UTC)


class End(StrEnum):
    """How a drill stands that has not passed: it waits, or came to nothing, which has an end of its own too.

    `superseded`: what it tried has been seen to work since. `closed`: staff have looked after it.
    """

    WAITING = "waiting"
    IN_VAIN = "in_vain"
    UNDELIVERED = "undelivered"
    SUPERSEDED = "superseded"
    CLOSED = "closed"


def end_of(drill: Drill, worked: datetime | None, now: datetime, *, arrived: bool = True) -> End:
    """Return how a drill stands; `worked` is when what it tries was last seen to, `arrived` whether its message did."""
    if drill.closed_at is not None:
        return End.CLOSED
    if worked is not None and worked > drill.begun_at:
        return End.SUPERSEDED
    if not arrived or drill.fault == UNDELIVERED:
        return End.UNDELIVERED
    return End.WAITING if drill.is_waiting(now) else End.IN_VAIN


@dataclass(frozen=True, slots=True)
class Tried:
    """The latest drill of a button or a volunteer that has not passed, and how it stands."""

    drill: Drill
    end: End


@dataclass(frozen=True, slots=True)
class ButtonProof:
    """One call button. `last` is when a press of it last opened an alert."""

    home: Home
    device: Device
    last: datetime | None
    tried: Tried | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it has not been seen to work for too long."""
        return self.last is None or now - self.last > BUTTON_WITHIN


@dataclass(frozen=True, slots=True)
class VolunteerProof:
    """One volunteer. `last` is when a message last reached them that they answered.

    `not_before` is when they may be called again who have said "not now".
    """

    person: Person
    site: str
    last: datetime | None
    tried: Tried | None = None
    not_before: datetime | None = None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether nothing has been heard from them for too long."""
        return self.last is None or now - self.last > CHANNEL_WITHIN


def button_proofs(connection: Connection, roster: Roster, now: datetime) -> list[ButtonProof]:
    """Return every listed button, the longest unproven first."""
    pressed = drills.pressed(connection, now - LOOKED_BACK)
    tried = _not_passed(connection, DrillKind.BUTTON, now)
    found = [
        ButtonProof(home, device, last, _stands(_of(tried, home, device), last, now))
        for home in roster.homes.values()
        for device in buttons(roster, home.home)
        for last in [pressed.get((home.home, device.device))]
    ]
    return sorted(found, key=lambda one: (one.last or _NEVER, one.home.site, one.home.home, one.device.device))


def _not_passed(connection: Connection, kind: DrillKind, now: datetime) -> list[Drill]:
    """Return the drills that wait or came to nothing, newest first; what was called off says nothing."""
    found = drills.since(connection, kind, now - LOOKED_BACK)
    return [drill for drill in found if drill.passed_at is None and drill.fault != CANCELLED]


def _of(tried: Iterable[Drill], home: Home, device: Device) -> Drill | None:
    return next((one for one in tried if one.home == home.home and one.device in {"", device.device}), None)


def _stands(drill: Drill | None, worked: datetime | None, now: datetime, lost: Collection[str] = ()) -> Tried | None:
    return None if drill is None else Tried(drill, end_of(drill, worked, now, arrived=drill.alert not in lost))


def volunteer_proofs(connection: Connection, roster: Roster, now: datetime) -> list[VolunteerProof]:
    """Return every volunteer who is listed for a home, the longest unheard of first."""
    replied = drills.replied(connection, now - LOOKED_BACK)
    asked = {drill.person: drill for drill in reversed(_not_passed(connection, DrillKind.VOLUNTEER, now))}
    lost = outbox.undelivered(connection, {drill.alert for drill in asked.values()})
    paused = {pause.person: pause.until for pause in pauses.running(connection, now)}
    found = [
        VolunteerProof(
            person, site, last, _stands(asked.get(person.person), last, now, lost), paused.get(person.person)
        )
        for person in roster.people.values()
        for last in [replied.get(person.person)]
        if person.role is Role.VOLUNTEER and (site := site_of(roster, person.person))
    ]
    return sorted(found, key=lambda one: (one.last or _NEVER, one.person.order, one.person.person))
