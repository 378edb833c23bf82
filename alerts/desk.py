"""The desk: every change of an alert goes through here, each as one transaction with its notices and its log."""

import logging
import math
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from alerts import drills, escalation, heeded, replies
from alerts.callers import Callers
from alerts.case import Case, Step, role_of
from alerts.case_book import CaseBook, case_of, tell_opened
from alerts.heeded import Heeded
from alerts.ladders import LadderFor, built_in_ladder
from alerts.pacing import paced
from alerts.replies import TakingBack
from alerts.sender import Claim
from linli.alert import Alert, AlertKind, AlertState, Outcome
from linli.clock import Clock, seconds
from linli.errors import Conflict, LinliError, StoreDown
from linli.finding import Finding
from linli.holidays import NO_HOLIDAYS, Holidays
from linli.people import Roster
from linli.portions import portions
from linli.store import cases, set_back
from linli.store.care import CareStore

logger = logging.getLogger(__name__)

_AT_A_TIME = 25
"""How many findings are opened in one transaction."""

Decide = Callable[[Case, Callable[[], Callers], datetime], Step]
"""What follows from an answer; who can be called is asked for only where somebody may be."""


class UnknownAlert(LinliError):
    """There is no such alert."""


def _adopt_nothing(connection: Connection, now: datetime) -> None:
    """Nothing was done without the store."""


def _later(wake: Callable[[], None]) -> Callable[[], AbstractContextManager[Claim]]:
    """Return a way that claims nothing at once; the sender is woken, and looks."""

    @contextmanager
    def at_once() -> Iterator[Claim]:
        yield lambda *_: None
        wake()

    return at_once


class Desk:
    """Opens, accepts, declines, arrives and closes; all idempotent. `wake` is called after each commit with notices.

    `at_once` is the sender's way to claim the first calls of what is opened in the same transaction.

    `book` is for whoever changes more than one case, or more than cases, in one transaction; `refresh` comes after it.

    `adopt` writes down what was done without the store, in the transaction that would else begin it again.
    `load_limit`: so many requests in 7 days are enough for a volunteer, emergencies apart; 0: no limit.
    `ladders` answers which ladder a new case climbs; it keeps that one to its end.
    """

    def __init__(  # noqa: PLR0913 - stores, people, time and the way out meet here
        self,
        care: CareStore,
        roster: Callable[[], Roster],
        clock: Clock,
        wake: Callable[[], None],
        adopt: Callable[[Connection, datetime], object] = _adopt_nothing,
        *,
        at_once: Callable[[], AbstractContextManager[Claim]] | None = None,
        holidays: Holidays = NO_HOLIDAYS,
        load_limit: int = 0,
        ladders: LadderFor = built_in_ladder,
    ) -> None:
        self.book = CaseBook(roster, holidays=holidays, load_limit=load_limit, ladders=ladders)
        self._care = care
        self._adopt = adopt
        self._roster = roster
        self._clock = clock
        self._wake = wake
        self._at_once = at_once or _later(wake)
        self._heeded = Heeded()
        self._ticked_at: datetime | None = None
        self.is_behind = False
        """Whether the last tick may have left steps that were due."""

    def open(self, findings: Sequence[Finding]) -> None:
        """Open an alert for each finding, or join the open one of its kind; an episode known already changes nothing.

        When this returns, the alerts, their first notices and their log are durable: of some at a time in one
        transaction, so that of a thousand presses the first need not wait for the last. The clock is looked at first,
        also where nothing is to be opened.
        """
        now = self._clock.now()
        if self._ticked_at is None or now < self._ticked_at:
            self._look_at_clock(now)
        if not findings:
            return
        for some in portions(findings, _AT_A_TIME):
            try:
                self._open(some, now)
            except IntegrityError:  # another has opened the same in this moment, and is now there to be joined
                self._open(some, now)
        self._look_again({finding.kind for finding in findings})

    def _open(self, findings: Sequence[Finding], now: datetime) -> None:
        with self._at_once() as claim, self._care.begin() as connection:
            self._adopt(connection, now)
            opened = [self.book.open(connection, finding, now) for finding in findings]
            # one that joined may have changed another of these since
            claim(connection, now, [] if None in opened else [alert for alert in opened if alert is not None])
        tell_opened(opened)

    def take_load_limit(self, load_limit: int) -> None:
        """Spare volunteers from so many requests a week on, in cases that open or climb from now on."""
        self.book.load_limit = load_limit

    def refresh(self, *opened: Alert | None) -> None:
        """Take note of what has been committed with the book by others."""
        tell_opened(opened)
        self._committed()

    def accept(self, alert: str, person: str, minutes: int | None = None) -> Alert:
        """Somebody goes, and may say in how many minutes they will be there."""
        role = role_of(self._roster().people.get(person))
        return self._reply(
            alert, person, lambda case, _, now: replies.accepted(case, person, role, now, minutes=minutes)
        )

    def decline(self, alert: str, person: str) -> Alert:
        """Somebody cannot come."""
        return self._reply(alert, person, lambda case, around, now: replies.declined(case, around(), person, now))

    def arrive(self, alert: str, person: str) -> Alert:
        """Somebody is at the door."""
        return self._reply(
            alert,
            person,
            lambda case, _, now: replies.arrived(case, person, role_of(self._roster().people.get(person)), now),
        )

    def _reply(self, alert: str, person: str, decide: Decide) -> Alert:
        """Heed an answer; to a drill any answer is the one that it waits for."""
        role = role_of(self._roster().people.get(person))

        def heed(case: Case, around: Callable[[], Callers], now: datetime) -> Step:
            return drills.answered(case, person, role, now) if case.alert.drill else decide(case, around, now)

        return self._change(alert, heed)

    def more_help(self, alert: str, person: str) -> Alert:
        """Whoever is at the door needs more hands."""
        return self._reply(alert, person, lambda case, around, now: replies.more_help(case, around(), person, now))

    def take_back(self, home: str, said: TakingBack) -> None:
        """She says that nobody need come; raises nothing when nothing is open."""
        now = self._clock.now()
        with self._care.begin() as connection:
            for alert in cases.open_ones_of_home(connection, home):
                case = case_of(connection, alert)
                callers = self.book.callers(connection, case, now)
                taken_back = replies.taken_back(case, callers, said, now)
                step = drills.over(case, now) if alert.drill else taken_back
                if step is not None:
                    self.book.store(connection, step, now)
        self._committed()

    def close(self, alert: str, who: str, outcome: Outcome, note: str = "") -> Alert:
        """It is over; the outcome is written down."""
        return self._change(alert, lambda case, _, now: replies.closed(case, who, outcome, note, now), closing=True)

    def correct(self, alert: str, who: str, outcome: Outcome) -> Alert:
        """It ended otherwise than was tapped."""
        role = role_of(self._roster().people.get(who))
        return self._change(alert, lambda case, _, now: replies.corrected(case, who, role, outcome, now), closing=True)

    def _change(
        self,
        id_: str,
        decide: Decide,
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
            case = case_of(connection, alert)
            step = decide(case, lambda: self.book.callers(connection, case, now), now)
            if step.log:
                self.book.store(connection, step, now)
        self._committed({step.alert.kind})
        return step.alert

    def tick(self, now: datetime, patience_seconds: float = math.inf) -> int:
        """Take the steps that are due, each case in its own transaction, until patience ends; return how many.

        Whether any are left then tells `is_behind`. A case that cannot be dealt with holds no other back: what it raises
        is raised when all have been tried, however long that takes.
        """
        until = seconds() + patience_seconds
        waiting = self._look_at_clock(now)
        taken, faults = 0, []
        for id_ in waiting:
            fault = self._try_step(id_, now)
            taken += 1
            if fault is not None:
                faults.append(fault)
            if not faults and seconds() > until:
                break
        self.is_behind = taken < len(waiting) or taken == cases.DUE_AT_ONCE
        if waiting:
            self._committed()
        if faults:
            raise faults[0]
        return taken

    def _look_at_clock(self, now: datetime) -> list[str]:
        """Return the cases that are due, after all that is to come was moved if the clock was set back.

        It comes before anything is opened by this clock: that would be moved as well.
        """
        with self._care.read() as connection:
            by = set_back.seen(connection, self._ticked_at, now)
            waiting = cases.due(connection, now)
        if by is not None:
            waiting = self._heed_clock(by, now)
        self._ticked_at = now  # only now: what a store refused is tried again
        return waiting

    def _heed_clock(self, by: timedelta, now: datetime) -> list[str]:
        logger.warning("the clock was set back seconds=%.0f", by.total_seconds())
        with self._care.begin() as connection:
            set_back.heed(connection, by, now)
            waiting = cases.due(connection, now)
        self._wake()
        return waiting

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
            case = case_of(connection, alert)
            if alert.drill:
                self.book.store(connection, drills.over(case, now), now)
            else:
                step = escalation.due(case, self.book.callers(connection, case, now), now)
                self.book.store(connection, paced(connection, case, step, now), now)

    @property
    def waits_for_life(self) -> bool:
        """Tell whether any alert is open that a sign of life could answer."""
        return self._heeded.any_asked

    def asks_about(self, home: str) -> bool:
        """Tell whether any alert of a home is open that a sign of life could answer."""
        return self._heeded.is_asked(home)

    def sign_of_life(
        self, home: str, at: datetime, leaves_open: Collection[AlertKind] = (), outcome: Outcome = Outcome.SAFE
    ) -> None:
        """The elder was seen to be up and about: what she was asked about is answered, apart from some kinds."""
        if not self.asks_about(home):
            return
        now, noted = self._clock.now(), []
        with self._care.begin() as connection:
            for alert in cases.open_ones_of_home(connection, home):
                case = case_of(connection, alert)
                step = replies.lives(case, at, now, leaves_open, outcome)
                if step is None or (step.alert.state is not AlertState.CLOSED and self._heeded.is_noted(alert.id)):
                    continue
                noted.append(alert.id)
                self.book.store(connection, step, now)
        self._heeded.note(noted)
        self._committed()

    def passing(self, homes: Collection[str] | None = None) -> list[tuple[str, str, AlertKind]]:
        """Return (alert, home, kind) of open alerts, of some homes or all, that end when their cause has gone."""
        return self._heeded.passing(homes)

    def end_by_itself(self, alert: str) -> None:
        """Close a notice whose cause has gone (a sensor is heard again, a battery was changed), unless somebody was quicker."""
        try:
            self._change(
                alert, lambda case, _, now: replies.closed(case, "linli", Outcome.OTHER, "", now), closing=True
            )
        except (Conflict, UnknownAlert):
            logger.info("alert closed already alert=%s", alert)
            self._look_again(heeded.KINDS)

    def open_alerts(self) -> list[Alert]:
        """Return all open alerts, the gravest and oldest first."""
        with self._care.read() as connection:
            return cases.open_ones(connection)

    def next_due(self) -> datetime | None:
        """Return when the next step of any alert is due."""
        with self._care.read() as connection:
            return cases.next_due(connection)

    def _committed(self, kinds: Collection[AlertKind] = heeded.KINDS) -> None:
        """Let the sender know, and see what is open now."""
        self._wake()
        self._look_again(kinds)

    def _look_again(self, kinds: Collection[AlertKind]) -> None:
        """Read anew what is open that a sign of life or a passing cause ends, if it may differ."""
        if heeded.KINDS.isdisjoint(kinds):
            return
        with self._care.read() as connection:
            self._heeded.look(connection)

    def start(self) -> None:
        """Read what was open when linli stopped; its overdue steps are taken at the first tick.

        Whether the clock was set back meanwhile only the newest line of the log tells: so before anything writes one.
        """
        self._look_at_clock(self._clock.now())
        self._committed()
