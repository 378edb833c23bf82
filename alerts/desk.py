"""The desk: every change of an alert goes through here, each as one transaction with its notices and its log."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from alerts import drills, escalation, replies
from alerts.callers import Callers, around, around_part
from alerts.case import Case, Step, role_of
from alerts.ladders import ASKED_ABOUT, LadderFor, built_in_ladder
from alerts.opening import alert_id, new_alert
from alerts.pacing import paced
from alerts.replies import TakingBack
from alerts.thanks import thanks
from linli import canary
from linli.alert import Alert, AlertKind, AlertState, Outcome
from linli.clock import Clock
from linli.errors import Conflict, LinliError, StoreDown
from linli.finding import Finding
from linli.people import Roster
from linli.store import cases, outbox, pauses, set_back
from linli.store import drills as drill_store
from linli.store.care import CareStore

logger = logging.getLogger(__name__)

END_BY_THEMSELVES = frozenset({AlertKind.UNMONITORED, AlertKind.LOW_BATTERY})
"""What is over when its cause has gone, without anybody at the door."""
HEEDED = ASKED_ABOUT | END_BY_THEMSELVES
LOAD_WINDOW = timedelta(days=7)
"""How far back being asked counts as a burden."""


class UnknownAlert(LinliError):
    """There is no such alert."""


def _adopt_nothing(connection: Connection, now: datetime) -> None:
    """Nothing was done without the store."""


class Desk:
    """Opens, accepts, declines, arrives and closes; all idempotent. `wake` is called after each commit with notices.

    `adopt` writes down what was done without the store, in the transaction that would else begin it again.
    `load_limit`: so many requests in 7 days are enough for a volunteer, emergencies apart; 0: no limit.
    `ladders` answers which ladder a new case climbs; it keeps that one to its end.
    """

    def __init__(
        self,
        care: CareStore,
        roster: Callable[[], Roster],
        clock: Clock,
        wake: Callable[[], None],
        adopt: Callable[[Connection, datetime], object] = _adopt_nothing,
        *,
        holidays: Collection[date] = frozenset(),
        load_limit: int = 0,
        ladders: LadderFor = built_in_ladder,
    ) -> None:
        self._care = care
        self._holidays = holidays
        self._load_limit = load_limit
        self._ladders = ladders
        self._adopt = adopt
        self._roster = roster
        self._clock = clock
        self._wake = wake
        self._lock = threading.Lock()
        self._asked_homes: frozenset[str] = frozenset()
        self._passing: dict[str, tuple[tuple[str, AlertKind], ...]] = {}
        self._seen_alive: set[str] = set()
        self._ticked_at: datetime | None = None

    def open(self, findings: Sequence[Finding]) -> None:
        """Open an alert for each finding, or join the open one of its kind; an episode known already changes nothing.

        One transaction for all: when this returns, the alerts, their first notices and their log are durable.
        """
        if not findings:
            return
        now = self._clock.now()
        if self._ticked_at is None or now < self._ticked_at:
            self._look_at_clock(now)
        with self._care.begin() as connection:
            self._adopt(connection, now)
            for finding in findings:
                self._open_one(connection, finding, now)
        self._committed({finding.kind for finding in findings})

    def _open_one(self, connection: Connection, finding: Finding, now: datetime) -> None:
        if cases.of_episode(connection, finding.key) is not None:
            return
        if drills.could_be_drill(finding) and drill_store.take_window(connection, finding, alert_id(finding.key), now):
            finding = drills.as_drill(finding)
        known = cases.open_like(connection, finding)
        if known is not None:
            cases.add_episode(connection, finding.key, known.id, now)
            if finding.drill:
                drill_store.join(connection, alert_id(finding.key), known.id)
            case = Case(known, tuple(cases.requests(connection, known.id)))
            self._store(connection, escalation.repeated(case, finding, now))
            return
        alert = new_alert(finding, now, self._ladders)
        step = paced(connection, alert, escalation.opened(alert, self._callers(connection, Case(alert), now), now), now)
        cases.add(connection, step.alert)
        cases.add_episode(connection, finding.key, alert.id, now)
        self._store_rest(connection, step)
        logger.info("alert opened alert=%s home=%s kind=%s", alert.id, alert.home, alert.kind)

    def _callers(self, connection: Connection, case: Case, now: datetime) -> Callers:
        alert = case.alert
        load = cases.recent_load(connection, now - LOAD_WINDOW)
        callers = replace(
            around(drills.circle(self._roster(), alert), site=alert.site, home=alert.home, now=now, load=load),
            severity=alert.severity,
            load_limit=self._load_limit,
            asked={request.person for request in case.requests},
            paused={pause.person for pause in pauses.running(connection, now)},
            holidays=self._holidays,
        )
        return around_part(callers, alert)

    def _store(self, connection: Connection, step: Step) -> None:
        cases.change(connection, step.alert)
        self._store_rest(connection, step)

    def _store_rest(self, connection: Connection, step: Step) -> None:
        """Store what a step changes besides the alert itself."""
        now = self._clock.now()
        cases.put_requests(connection, step.alert.id, step.requests)
        if not canary.is_about(step.alert.about):
            cases.write_log(connection, step.alert.id, step.log)
        if step.withdraw:
            outbox.withdraw(connection, step.alert.id, now)
        elif step.spare:
            outbox.withdraw(connection, step.alert.id, now, person=step.spare)
        outbox.add(connection, step.notices, now)
        if step.alert.drill:
            for person in drills.who_answered(step):
                drill_store.answer(connection, step.alert.id, person, now)
        if step.is_over and not step.alert.drill:
            outbox.add(connection, thanks(outbox.of_alert(connection, step.alert.id), step.log, now), now)

    # for `incidents` and drills, which change more in one transaction and call `refresh` after its commit

    def open_within(self, connection: Connection, finding: Finding, now: datetime) -> None:
        """Open an alert, as `open` does."""
        self._open_one(connection, finding, now)

    def store(self, connection: Connection, step: Step) -> None:
        """Store a step."""
        self._store(connection, step)

    def around(self, connection: Connection, case: Case, now: datetime) -> Callers:
        """Return who can be called for a case."""
        return self._callers(connection, case, now)

    def refresh(self) -> None:
        """Take note of what has been committed."""
        self._committed()

    def accept(self, alert: str, person: str, minutes: int | None = None) -> Alert:
        """Somebody goes, and may say in how many minutes they will be there."""
        role = role_of(self._roster().people.get(person))
        return self._reply(
            alert, person, lambda case, _, now: replies.accepted(case, person, role, now, minutes=minutes)
        )

    def decline(self, alert: str, person: str) -> Alert:
        """Somebody cannot come."""
        return self._reply(alert, person, lambda case, callers, now: replies.declined(case, callers, person, now))

    def arrive(self, alert: str, person: str) -> Alert:
        """Somebody is at the door."""
        return self._reply(
            alert,
            person,
            lambda case, _, now: replies.arrived(case, person, role_of(self._roster().people.get(person)), now),
        )

    def _reply(self, alert: str, person: str, decide: Callable[[Case, Callers, datetime], Step]) -> Alert:
        """Heed an answer; to a drill any answer is the one that it waits for."""
        role = role_of(self._roster().people.get(person))

        def heed(case: Case, callers: Callers, now: datetime) -> Step:
            return drills.answered(case, person, role, now) if case.alert.drill else decide(case, callers, now)

        return self._change(alert, heed)

    def more_help(self, alert: str, person: str) -> Alert:
        """Whoever is at the door needs more hands."""
        return self._reply(alert, person, lambda case, callers, now: replies.more_help(case, callers, person, now))

    def take_back(self, home: str, said: TakingBack) -> None:
        """She says that nobody need come; raises nothing when nothing is open."""
        now = self._clock.now()
        with self._care.begin() as connection:
            for alert in cases.open_ones_of_home(connection, home):
                case = Case(alert, tuple(cases.requests(connection, alert.id)))
                callers = self._callers(connection, case, now)
                taken_back = replies.taken_back(case, callers, said, now)
                step = drills.over(case, now) if alert.drill else taken_back
                if step is not None:
                    self._store(connection, step)
        self._committed()

    def close(self, alert: str, who: str, outcome: Outcome, note: str = "") -> Alert:
        """It is over; the outcome is written down."""
        return self._change(alert, lambda case, _, now: replies.closed(case, who, outcome, note, now), closing=True)

    def _change(
        self,
        id_: str,
        decide: Callable[[Case, Callers, datetime], Step],
        *,
        closing: bool = False,
    ) -> Alert:
        now = self._clock.now()
        with self._care.begin() as connection:
            alert = cases.by_id(connection, id_, for_update=True)
            if alert is None:
                raise UnknownAlert(f"there is no alert {id_}")
            if alert.state is AlertState.CLOSED and not closing:
                raise Conflict(f"alert {id_} is closed already")
            case = Case(alert, tuple(cases.requests(connection, id_)))
            step = decide(case, self._callers(connection, case, now), now)
            if step.log:
                self._store(connection, step)
        self._committed({step.alert.kind})
        return step.alert

    def tick(self, now: datetime) -> int:
        """Take every step that is due, each case in its own transaction; return how many.

        A case that cannot be dealt with holds no other back: what it raises is raised when all have been tried.
        """
        self._look_at_clock(now)
        with self._care.read() as connection:
            waiting = cases.due(connection, now)
        faults = [fault for id_ in waiting if (fault := self._try_step(id_, now)) is not None]
        if waiting:
            self._committed()
        if faults:
            raise faults[0]
        return len(waiting)

    def _look_at_clock(self, now: datetime) -> None:
        """See whether the clock was set back, before anything is opened by it: that would be moved back as well."""
        with self._care.read() as connection:
            by = set_back.seen(connection, self._ticked_at, now)
        if by is not None:
            self._heed_clock(by, now)
        self._ticked_at = now  # only now: what a store refused is tried again

    def _heed_clock(self, by: timedelta, now: datetime) -> None:
        logger.warning("the clock was set back seconds=%.0f", by.total_seconds())
        with self._care.begin() as connection:
            set_back.heed(connection, by, now)
        self._wake()

    def _try_step(self, id_: str, now: datetime) -> Exception | None:
        try:
            self._take_step(id_, now)
        except StoreDown:
            raise
        except Exception as fault:  # one spoilt case must not keep the neighbours of all others waiting
            logger.exception("a step could not be taken alert=%s", id_)
            return fault
        return None

    def _take_step(self, id_: str, now: datetime) -> None:
        with self._care.begin() as connection:
            alert = cases.by_id(connection, id_, for_update=True)
            if alert is None or alert.due_at is None or alert.due_at > now:
                return
            case = Case(alert, tuple(cases.requests(connection, id_)))
            if alert.drill:
                self._store(connection, drills.over(case, now))
            else:
                step = escalation.due(case, self._callers(connection, case, now), now)
                self._store(connection, paced(connection, alert, step, now))

    @property
    def waits_for_life(self) -> bool:
        """Tell whether any alert is open that a sign of life could answer."""
        return bool(self._asked_homes)

    def sign_of_life(self, home: str, at: datetime) -> None:
        """The elder was seen to be up and about: what she was asked about is answered."""
        if home not in self._asked_homes:
            return
        now = self._clock.now()
        with self._care.begin() as connection:
            for alert in cases.open_ones_of_home(connection, home):
                case = Case(alert, tuple(cases.requests(connection, alert.id)))
                step = replies.lives(case, at, now)
                if step is None or (step.alert.state is not AlertState.CLOSED and alert.id in self._seen_alive):
                    continue
                self._seen_alive.add(alert.id)
                self._store(connection, step)
        self._committed()

    def passing(self, homes: Collection[str] | None = None) -> list[tuple[str, str, AlertKind]]:
        """Return (alert, home, kind) of open alerts, of some homes or all, that end when their cause has gone."""
        known = self._passing
        within = known if homes is None else known.keys() & set(homes)
        return [(alert, home, kind) for home in sorted(within) for alert, kind in known[home]]

    def end_by_itself(self, alert: str) -> None:
        """Close a notice whose cause has gone (a sensor is heard again, a battery was changed)."""
        self._change(alert, lambda case, _, now: replies.closed(case, "linli", Outcome.OTHER, "", now), closing=True)

    def open_alerts(self) -> list[Alert]:
        """Return all open alerts, the gravest and oldest first."""
        with self._care.read() as connection:
            return cases.open_ones(connection)

    def next_due(self) -> datetime | None:
        """Return when the next step of any alert is due."""
        with self._care.read() as connection:
            return cases.next_due(connection)

    def _committed(self, kinds: Collection[AlertKind] = HEEDED) -> None:
        """Let the sender know; and read anew what is open that a sign of life or a passing cause ends, if it may differ."""
        self._wake()
        if HEEDED.isdisjoint(kinds):
            return
        with self._care.read() as connection:
            heeded = cases.open_by_home(connection, HEEDED)
        with self._lock:
            self._asked_homes = frozenset(_only(heeded, ASKED_ABOUT))
            self._passing = _only(heeded, END_BY_THEMSELVES)

    def start(self) -> None:
        """Read what was open when linli stopped; its overdue steps are taken at the first tick.

        Whether the clock was set back meanwhile only the newest line of the log tells: so before anything writes one.
        """
        self._look_at_clock(self._clock.now())
        self._committed()


def _only(
    heeded: Mapping[str, tuple[tuple[str, AlertKind], ...]], kinds: Collection[AlertKind]
) -> dict[str, tuple[tuple[str, AlertKind], ...]]:
    """Return those of the open alerts, by home, that are of some kinds."""
    found = {home: tuple(one for one in alerts if one[1] in kinds) for home, alerts in heeded.items()}
    return {home: alerts for home, alerts in found.items() if alerts}
