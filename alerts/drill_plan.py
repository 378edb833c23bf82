"""The weekly plan: staff are reminded once a week of untried buttons, each volunteer is written to once a month."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from alerts.desk import Desk
from alerts.drill_desk import DrillDesk
from alerts.drill_proofs import CHANNEL_WITHIN, VolunteerProof, button_proofs, volunteer_proofs
from alerts.drills import REMINDER
from linli.alert import AlertKind, Severity
from linli.clock import Clock
from linli.finding import Finding
from linli.holidays import NO_HOLIDAYS, Holidays
from linli.people import Roster
from linli.store import drills, pauses
from linli.store.care import CareStore
from linli.store.drills import Drill, DrillKind
from linli.words import Sentence

LOOK_EVERY = timedelta(minutes=10)
"""One volunteer of a site at a look: 48 a day, so that no stairwell is rung up all at once."""
WEEK = timedelta(days=7)
FROM, UNTIL = time(9), time(17)
"""Local hours in which a volunteer may be written to for practice."""


def who_is_next(
    proofs: Sequence[VolunteerProof],
    paused: Collection[str],
    zone: ZoneInfo,
    now: datetime,
    holidays: Collection[date] = frozenset(),
) -> VolunteerProof | None:
    """Return the volunteer whose turn it is: unheard of for a month, not asked within it, on duty by day, not paused."""
    if not FROM <= now.astimezone(zone).time() < UNTIL:
        return None
    return next((one for one in proofs if _may_be_asked(one, paused, zone, now, holidays)), None)


def _may_be_asked(
    one: VolunteerProof, paused: Collection[str], zone: ZoneInfo, now: datetime, holidays: Collection[date]
) -> bool:
    asked_lately = one.tried is not None and now - one.tried.drill.begun_at < CHANNEL_WITHIN
    return (
        one.is_overdue(now)
        and not asked_lately
        and one.person.person not in paused
        and one.person.is_on_duty(now, zone, holidays)
    )


class DrillPlan:
    """Looks now and then; what was done is in the store, so that a restart repeats nothing."""

    def __init__(
        self,
        care: CareStore,
        roster: Callable[[], Roster],
        desk: Desk,
        drill_desk: DrillDesk,
        clock: Clock,
        *,
        holidays: Holidays = NO_HOLIDAYS,
    ) -> None:
        self._care = care
        self._roster = roster
        self._desk = desk
        self._drills = drill_desk
        self._clock = clock
        self._holidays = holidays
        self._next_look: datetime | None = None

    def tick(self) -> None:
        """Do what is due, at most every ten minutes; raises StoreDown."""
        now = self._clock.now()
        if self._next_look is not None and now < self._next_look:
            return
        self._next_look = now + LOOK_EVERY
        roster = self._roster()
        for site in roster.sites:
            self._remind(roster, site, now)
            self._write(roster, site, now)

    def _remind(self, roster: Roster, site: str, now: datetime) -> None:
        with self._care.read() as connection:
            lately = drills.since(connection, DrillKind.REMINDER, now - WEEK)
            if any(one.site == site for one in lately):
                return
            proofs = [one for one in button_proofs(connection, roster, now) if one.home.site == site]
        overdue = sum(one.is_overdue(now) for one in proofs)
        if not overdue:
            return
        id_ = f"{REMINDER}:{site}:{now:%Y%m%d}"
        why = Sentence(
            "Call buttons not tried for 7 days: {overdue} of {count}. The page Drills lists them.",
            {"overdue": overdue, "count": len(proofs)},
        )
        reminder = Finding(id_, "", site, AlertKind.SYSTEM, Severity.NOTICE, now, why, about=REMINDER)
        with self._care.begin() as connection:
            opened = self._desk.book.open(connection, reminder, now)
            drills.begin(connection, Drill(id_, DrillKind.REMINDER, now, now + WEEK, site=site, passed_at=now))
        self._desk.refresh(opened)

    def _write(self, roster: Roster, site: str, now: datetime) -> None:
        with self._care.read() as connection:
            if drills.in_need(connection, site):
                return
            paused = {pause.person for pause in pauses.running(connection, now)}
            proofs = [one for one in volunteer_proofs(connection, roster, now) if one.site == site]
        chosen = who_is_next(proofs, paused, roster.place("", site).zone, now, self._holidays.of(site))
        if chosen is not None:
            self._drills.ask(chosen.person.person)
