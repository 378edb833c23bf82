"""Where drills are asked for: a trial of a button that is announced for ten minutes, and a message to one volunteer."""

import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from alerts.case_book import case_of
from alerts.desk import Desk
from alerts.drills import REPLY_WITHIN, WINDOW, buttons, over
from alerts.opening import alert_id
from linli.alert import AlertKind, Severity
from linli.clock import Clock, millis
from linli.errors import Conflict, LinliError, UnknownHome
from linli.finding import Finding
from linli.people import Care, Role, Roster, Scope
from linli.store import cases, drills, outbox, pauses
from linli.store.care import CareStore
from linli.store.drills import UNDELIVERED, Drill, DrillKind
from linli.words import Sentence

ALERT_IS_OPEN = "An alert is open in this home: close it first. Until then a press there is a call for help."
DRILL_IS_OPEN = (
    "A drill is open in this home: it ends with the first answer, ten minutes after its press at the latest. "
    "Until then a press there is a call for help."
)


class UnknownVolunteer(LinliError):
    """Nobody of this name is a volunteer whom a drill could reach."""


class NotNow(Conflict):
    """A volunteer is not to be called for now, by their own word: a drill would be sent to nobody and seem unanswered."""

    def __init__(self, person: str, until: datetime) -> None:
        super().__init__(
            f"{person} is not to be called before {until:%Y-%m-%d %H:%M}, by their own word; ask them then"
        )


class DrillDesk:
    """Begins and calls off drills. Works beside a running linli as well as in it."""

    def __init__(self, care: CareStore, roster: Callable[[], Roster], desk: Desk, clock: Clock) -> None:
        self._care = care
        self._roster = roster
        self._desk = desk
        self._clock = clock

    def announce(self, home: str, device: str = "", *, by: str = "") -> Drill:
        """Announce a trial: the next press within ten minutes is a drill, of this button or, unnamed, of any there.

        What was announced there before is called off. Raises Conflict while somebody may be in need in that home, and
        while a drill there waits for its answer: the press would join that one and ring nobody.
        """
        roster, now = self._roster(), self._clock.now()
        place = roster.homes.get(home)
        if place is None:
            raise UnknownHome(f'{home} is not known; add it with "linli import"')
        known = [button.device for button in buttons(roster, home)]
        if device and device not in known:
            raise LinliError(f"{home} has no call button {device}; it has {', '.join(known) or 'none'}")
        made = Drill(
            f"d-{secrets.token_hex(6)}",
            DrillKind.BUTTON,
            now,
            now + WINDOW,
            site=place.site,
            home=home,
            device=device,
            person=by,
        )
        with self._care.begin() as connection:
            open_ones = cases.open_ones_of_home(connection, home)
            if any(not alert.drill and alert.severity in _GRAVE for alert in open_ones):
                raise Conflict(ALERT_IS_OPEN)
            if any(alert.drill for alert in open_ones):
                raise Conflict(DRILL_IS_OPEN)
            drills.cancel_windows(connection, home, now)
            drills.begin(connection, made)
        return made

    def cancel(self, home: str) -> bool:
        """Call the trial off; False if none was announced. From now on every press is a call for help."""
        with self._care.begin() as connection:
            return drills.cancel_windows(connection, home, self._clock.now()) > 0

    def ask(self, person: str) -> Drill:
        """Send one volunteer a drill message; asked twice while the first waits, it is the same drill.

        The drill and its message are one transaction: of a drill without a message nobody would ever hear, and it would
        stand there as one that was not answered. Raises NotNow while they have paused.
        """
        roster, now = self._roster(), self._clock.now()
        known, site = roster.people.get(person), site_of(roster, person)
        if known is None or known.role is not Role.VOLUNTEER or not site:
            raise UnknownVolunteer(f'{person} is no volunteer of any site; add them with "linli import"')
        key = f"drill:{person}:{millis(now)}"
        made = Drill(
            f"d-{secrets.token_hex(6)}",
            DrillKind.VOLUNTEER,
            now,
            now + REPLY_WITHIN,
            site=site,
            person=person,
            alert=alert_id(key),
        )
        why = Sentence("DRILL: it is tried whether messages arrive.")
        # the severity below an emergency: a drill must never stand in front of a call for help
        call = Finding(key, "", site, AlertKind.SYSTEM, Severity.URGENT, now, why, about=person, drill=True)
        with self._care.begin() as connection:
            waiting = [
                one
                for one in drills.of_person(connection, person, limit=1)
                if one.kind is DrillKind.VOLUNTEER and one.is_waiting(now)
            ]
            if waiting and not outbox.undelivered(connection, [waiting[0].alert]):
                return waiting[0]
            paused = pauses.of(connection, person, now)
            if paused is not None:
                raise NotNow(person, paused.until.astimezone(roster.place("", site).zone))
            if waiting:
                self._give_up(connection, waiting[0], now)
            drills.begin(connection, made)
            opened = self._desk.book.open(connection, call, now)
        self._desk.refresh(opened)
        return made

    def _give_up(self, connection: Connection, drill: Drill, now: datetime) -> None:
        """End a drill whose message no channel took: whoever has mended it can try again at once."""
        drills.fail(connection, drill.id, UNDELIVERED)
        alert = cases.by_id(connection, drill.alert, for_update=True)
        if alert is not None and alert.closed_at is None:
            self._desk.book.store(connection, over(case_of(connection, alert), now), now)


_GRAVE = frozenset({Severity.EMERGENCY, Severity.URGENT})


def site_of(roster: Roster, person: str) -> str:
    """Return the site of somebody: that of the first place they are listed for; empty where there is none."""
    known = roster.people.get(person)
    found = (_site(roster, care) for care in known.cares) if known else iter(())
    return next((site for site in found if site), "")


def _site(roster: Roster, care: Care) -> str:
    if care.scope is Scope.SITE:
        return care.target if care.target in roster.sites else ""
    if care.scope in {Scope.HOME, Scope.KEY}:
        home = roster.homes.get(care.target)
        return home.site if home else ""
    return next((home.site for home in roster.homes.values() if home.building == care.target), "")
