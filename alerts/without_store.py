"""Calls for help while no database answers: from the last known roster, each in the journal before and after.

Which steps are taken is decided in `stopgap`, with the desk's own rules. Nothing in here waits for a database but
`recover`, `keep_up` and `adopt`, which other threads call.
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from alerts import journal_lines
from alerts.callers import Callers
from alerts.case import Case
from alerts.channels.base import Answer, Verdict
from alerts.courier import FAULT, Courier
from alerts.handover import hand_over
from alerts.ladders import LadderFor, built_in_ladder
from alerts.last_known import LastKnown, place
from alerts.opening import new_alert
from alerts.scribe import Scribe
from alerts.stopgap import Stopgap, begun, gone_on
from linli.alert import Notice
from linli.clock import Clock, seconds
from linli.finding import Finding
from linli.health import Health
from linli.people import Roster
from linli.store.care import CareStore
from linli.store.set_back import LEAST
from linli.words import Sentence

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.5
"""How long a call for help may wait for the stores."""
TURN_SECONDS = 0.25
CALLING = Sentence("The database does not answer; calls for help are being made from the journal.")
_WORKERS = 16
_REST_SECONDS, _REST_EVERY = 1.0, 5.0

Open = Callable[[Sequence[Finding]], None]
"""The desk's way to open alerts."""


class WithoutStore:
    """Acts on findings that no store takes, and gives the store all of it when it answers again."""

    def __init__(
        self,
        care: CareStore,
        roster: Callable[[], Roster],
        courier: Courier,
        scribe: Scribe,
        clock: Clock,
        health: Health,
        last_known: LastKnown,
        *,
        ladders: LadderFor = built_in_ladder,
    ) -> None:
        self._ladders = ladders
        self._care = care
        self._roster = roster
        self._courier = courier
        self._scribe = scribe
        self._clock = clock
        self._health = health
        self._last_known = last_known
        self._lock = threading.RLock()
        self._adopting = threading.Lock()
        self._gaps: dict[str, Stopgap] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._turned_at: datetime | None = None

    def recover(self, open_: Open) -> None:
        """Read the journal and hand over what an earlier run could not; to be called before anything is sent."""
        self._gaps = {gap.alert: gap for gap in self._scribe.read()}
        self.keep_up(open_)
        if not self._gaps:
            self._scribe.forget()
            self._health.well("journal")

    def keep_up(self, open_: Open) -> None:
        """Hand over what was done without the store, then look at what it knows; raises StoreDown."""
        told = self._hand_over(open_) if self._gaps else {}
        with self._care.read() as connection:
            self._last_known.look(connection, self._clock.now())
        if told:
            self._let_go(told)

    def start(self, late: Callable[[], Sequence[Finding]]) -> None:
        """Begin to look for findings that have waited too long: `late` returns each once."""
        self._scribe.start()
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="without-store")
        self._thread = threading.Thread(target=self._run, args=(late,), name="without-store", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more; what was begun is in the journal."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._scribe.stop()

    def _run(self, late: Callable[[], Sequence[Finding]]) -> None:
        while not self._stopping.wait(TURN_SECONDS):
            try:
                self.turn(late())
            except Exception:  # the next turn must come whatever this one met
                logger.exception("a turn without the store failed")
                told = Sentence("A call for help may be late: a fault of linli; see the log.")
                self._health.trouble("journal", told)

    def turn(self, late: Sequence[Finding] = ()) -> None:
        """Begin with findings, take the steps that are due, and send; before `start` all of it in the caller's thread."""
        now = self._clock.now()
        lines: list[journal_lines.Line] = []
        with self._lock:
            self._look_at_clock(now)
            for finding in late:
                lines += self._begin(finding, now)
            for case in self._last_known.behind(now):
                self._take_up(case)
            tries = [notice for gap in self._gaps.values() for notice in self._step(gap, lines, now)]
        if lines:
            self._health.trouble("journal", CALLING)
            self._scribe.keep(lines)
        for notice in tries:
            self._hand_out(notice)

    def _look_at_clock(self, now: datetime) -> None:
        """See whether the clock was set back: no ladder may stand still until it has come there again."""
        by = self._turned_at - now if self._turned_at is not None else timedelta(0)
        if by > LEAST:
            for gap in self._gaps.values():
                gap.set_back(by)
        self._turned_at = now

    def _begin(self, finding: Finding, now: datetime) -> list[journal_lines.Line]:
        """Begin with a finding, unless somebody is called for the same already: then only its key is kept."""
        if finding.home not in self._roster().homes:  # linli's own trial of the way, which nobody is called for
            return []
        known = self._gap_about(finding) or self._gone_on(finding)
        if known is None:
            alert = new_alert(finding, now, self._ladders)
            gap, step = begun(finding, alert, self._callers(finding.site, finding.home, now))
            self._gaps[gap.alert] = gap
            logger.warning("called without store alert=%s home=%s kind=%s", gap.alert, finding.home, finding.kind)
            return [journal_lines.found(finding, alert), journal_lines.stood(step)]
        if any(one.key == finding.key for one in known.findings):
            return []
        known.findings.append(finding)
        known.changes += 1
        return [journal_lines.joined(finding, known.alert)]

    def _gap_about(self, finding: Finding) -> Stopgap | None:
        about = place(finding)
        ours = (gap for gap in self._gaps.values() if not gap.is_over)  # the others are the store's again
        return next((gap for gap in ours if gap.case and place(gap.case.alert) == about), None)

    def _gone_on(self, finding: Finding) -> Stopgap | None:
        case = self._last_known.about(place(finding))
        return self._take_up(case) if case else None

    def _take_up(self, case: Case) -> Stopgap:
        """Go on with what the store knows, also where it was handed all and is gone again."""
        gap = self._gaps.setdefault(case.alert.id, gone_on(case))
        if gap.is_over:
            gap.go_on(case)
        return gap

    def _step(self, gap: Stopgap, lines: list[journal_lines.Line], now: datetime) -> list[Notice]:
        if gap.is_over or gap.case is None or gap.rests_until > seconds():
            return []
        step = gap.due(self._callers(gap.case.alert.site, gap.case.alert.home, now), now)
        if step is not None:
            lines.append(journal_lines.stood(step))
        going = gap.begin_tries(now)
        lines += [journal_lines.Trying(gap.alert, notice, now) for notice in going]
        return going

    def _callers(self, site: str, home: str, now: datetime) -> Callers:
        return self._last_known.callers(self._roster(), site=site, home=home, now=now)

    def _hand_out(self, notice: Notice) -> None:
        if self._pool is None:
            self._try(notice)
        else:
            self._pool.submit(self._try, notice)

    def _try(self, notice: Notice) -> None:
        """Send one message, and write down what was said to it; a fault of ours is an answer too."""
        case, kind, answer = self._gaps[notice.alert].case, "", Answer(Verdict.UNKNOWN, FAULT)
        try:
            if isinstance(case, Case):
                kind, answer = self._courier.send(case.alert, notice)
        except Exception:
            logger.exception("a notice could not be sent key=%s", notice.key)
        now = self._clock.now()
        with self._lock:
            self._gaps[notice.alert].answered(notice.key, kind, answer, self._courier.person(notice), now)
        line = journal_lines.Answered(notice.alert, notice.key, kind, answer.verdict, answer.reason, now)
        self._scribe.keep([line])

    def adopt(self, connection: Connection, now: datetime) -> dict[str, int]:
        """Write all that was done here into the store, in the caller's transaction; return how much was told of which alert.

        New steps rest for a moment, so that the transaction can end first; not for long, as it may also fail each time.
        """
        with self._adopting:
            pictures = self._pictures()
            for picture in pictures:
                self._adopt_one(connection, picture, now)
        return {picture.alert: picture.changes for picture in pictures}

    def _pictures(self) -> list[Stopgap]:
        """Return all that was done until now; a database that is slow to take it must not keep the next call waiting."""
        with self._lock:
            for gap in self._gaps.values():
                if seconds() - gap.rests_until > _REST_EVERY:
                    gap.rests_until = seconds() + _REST_SECONDS
            return [gap.picture() for gap in self._gaps.values()]

    def _adopt_one(self, connection: Connection, gap: Stopgap, now: datetime) -> None:
        """Write one down; what the tables refuse must not keep the desk from opening alerts, this one among them."""
        try:
            with connection.begin_nested():
                hand_over(connection, gap, now)
        except (IntegrityError, DataError):
            logger.exception("cannot be handed over alert=%s", gap.alert)

    def _hand_over(self, open_: Open) -> dict[str, int]:
        """Return how much the store has been told of which alert."""
        open_([])  # before all, as it looks at the clock: what is adopted has heeded it already
        with self._care.begin() as connection:
            told = self.adopt(connection, self._clock.now())
        with self._lock:
            findings = [finding for alert in told for finding in self._gaps[alert].findings]
        open_(findings)
        return told

    @staticmethod
    def _is_told(gap: Stopgap, changes: int) -> bool:
        return gap.changes == changes and not gap.trying

    def _let_go(self, told: Mapping[str, int]) -> None:
        """Leave the ladders to the desk, and drop those alerts of which the store knows all, with nothing still on its way."""
        with self._lock:
            for alert in told:
                self._gaps[alert].is_over = True
            over = [alert for alert, changes in told.items() if self._is_told(self._gaps[alert], changes)]
            if not over:
                return
            logger.info("handed over from the journal alerts=%s", over)
            for alert in over:
                del self._gaps[alert]
            if self._gaps:
                self._scribe.keep([journal_lines.Done(alert) for alert in over])
            else:
                self._scribe.forget()
                self._health.well("journal")
