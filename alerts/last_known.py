"""What the store said last about emergencies that are open, and about who was asked how often lately."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.callers import Callers, around
from alerts.case import Case
from alerts.case_book import LOAD_WINDOW, case_of
from linli.alert import Alert, AlertKind, Severity
from linli.clock import seconds
from linli.finding import Finding
from linli.holidays import NO_HOLIDAYS, Holidays
from linli.people import Roster
from linli.store import cases, pauses
from linli.store.pauses import Pause

BEHIND_SECONDS = 10.0
"""How long a step may be due, while linli runs, before it is taken without the store."""
_NOTHING = -1
_LOAD_EVERY = timedelta(minutes=1)

Place = tuple[str, str, AlertKind, str, bool]
"""What an alert is about: there is at most one open for each."""


def place(what: Alert | Finding) -> Place:
    """Return what an alert is about, or would be."""
    return what.site, what.home, what.kind, what.about, what.drill


def _is_open_emergency(alert: Alert) -> bool:
    return alert.severity is Severity.EMERGENCY and not alert.drill and alert.due_at is not None


class LastKnown:
    """A picture, replaced as a whole; looked at by one thread and used by another."""

    def __init__(self, holidays: Holidays = NO_HOLIDAYS, *, behind_seconds: float = BEHIND_SECONDS) -> None:
        self._holidays = holidays
        self._behind_seconds = behind_seconds
        self._until = _NOTHING
        self._cases: Mapping[Place, Case] = {}
        self._due_since: dict[tuple[str, datetime | None], float] = {}
        self._load_at: datetime | None = None
        self._load: Mapping[str, int] = {}
        self._pauses: Sequence[Pause] = ()

    def look(self, connection: Connection, now: datetime) -> None:
        """Read the open emergencies if any alert has changed, and once a minute who was asked."""
        newest = cases.last_seq(connection)
        if newest != self._until:
            self._read(connection, newest)
        self._pauses = pauses.running(connection, now)
        if self._load_at is None or now - self._load_at > _LOAD_EVERY:
            self._load, self._load_at = cases.recent_load(connection, now - LOAD_WINDOW), now

    def _read(self, connection: Connection, newest: int) -> None:
        """Read what has changed since the last look; with a thousand calls open, to read all takes long."""
        if _NOTHING < self._until < newest:
            changed = {alert for _, alert, _ in cases.log_since(connection, self._until)}
            alerts = [alert for id_ in changed if (alert := cases.by_id(connection, id_)) is not None]
        else:
            changed = {case.alert.id for case in self._cases.values()}
            alerts = cases.open_ones(connection)
        kept = [case for case in self._cases.values() if case.alert.id not in changed]
        read = [case_of(connection, alert) for alert in alerts if _is_open_emergency(alert)]
        self._cases, self._until = {place(case.alert): case for case in (*kept, *read)}, newest

    def callers(self, roster: Roster, *, site: str, home: str, now: datetime) -> Callers:
        """Return who can be called for a home, as far as is known."""
        paused = frozenset(pause.person for pause in self._pauses if pause.until > now)
        nearby = around(roster, site=site, home=home, now=now, load=self._load)
        return replace(nearby, paused=paused, holidays=self._holidays.of(site))

    def about(self, what: Place) -> Case | None:
        """Return the open case about a home."""
        return self._cases.get(what)

    def behind(self, now: datetime) -> Iterable[Case]:
        """Return the cases whose next step nobody has taken for too long; to be asked several times in that time."""
        due = {
            (case.alert.id, case.alert.due_at): case
            for case in self._cases.values()
            if case.alert.due_at is not None and case.alert.due_at <= now
        }
        self._due_since = {step: self._due_since.get(step, seconds()) for step in due}
        return [case for step, case in due.items() if seconds() - self._due_since[step] >= self._behind_seconds]
