"""The journey of a signal and of a tick, from the wire to the desk: the file to read first.

Everything here is idempotent, so a batch may be taken twice: a signal seen again is a duplicate for the store,
never for detection, since a crash may have come between the two.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from msgspec import structs

from alerts.desk import Desk
from alerts.incidents import Incidents
from alerts.opening import alert_id
from alerts.replies import TakingBack
from ingest.intake import Arrived, Intake, TakenIn
from linli import canary
from linli.alert import AlertKind, Outcome, Severity
from linli.canary import Canaries
from linli.clock import Clock
from linli.common_causes import CommonCauses
from linli.finding import Finding
from linli.paused import Paused
from linli.people import Roster
from linli.signals import ID_KEY, Kind, Signal
from linli.store import availability, rejections, unseen
from linli.store.care import CareStore
from linli.store.signals import SignalStore
from linli.store.unseen import Unseen
from models.emergencies import emergency
from models.watch import Watch

Piece = Callable[[], object]
"""A part of a tick."""
_AT_ONCE = 4
"""So many homes are reckoned between two messages: a seventh of a millisecond."""


class Pipeline:
    """Takes messages in and takes steps that are due. Only the thread `pipeline` calls it, where nothing else is said."""

    def __init__(
        self,
        roster: Callable[[], Roster],
        intake: Intake,
        signals: SignalStore,
        care: CareStore,
        watch: Watch,
        desk: Desk,
        clock: Clock,
        canaries: Canaries | None = None,
    ) -> None:
        self.paused = Paused()
        self._canaries = canaries or Canaries(roster, None)
        self._roster = roster
        self._intake = intake
        self._signals = signals
        self._care = care
        self._watch = watch
        self._desk = desk
        self._clock = clock
        self._lost: Sequence[Finding] = ()
        self._causes = CommonCauses(roster, watch, desk, Incidents(care, desk, clock))

    def take_in(self, messages: Sequence[Arrived]) -> TakenIn:
        """Open what the messages call for and store what they say; when this returns, all of it is durable.

        Raises StoreDown when a store does not answer: then nothing may be acknowledged, and the batch comes again.
        """
        taken = self.call(messages)
        self.store(taken)
        self.heed(taken)
        return taken

    def call(self, messages: Sequence[Arrived]) -> TakenIn:
        """Read messages and open what they call for, which is durable when this returns; the first calls go out.

        Nothing of them is stored yet: nobody who calls for help waits for the signal store, nor for it to answer again.
        """
        taken = self._intake.read(messages)
        test_calls = self._canary_calls(taken)
        calls = [finding for signal in taken.signals if (finding := self._emergency(signal)) is not None]
        self._desk.open([*calls, *test_calls])
        return taken

    def store(self, taken: TakenIn) -> None:
        """Store what was read, durable when this returns. From any thread."""
        now = self._clock.now()
        self._signals.append([signal for signal in taken.signals if self.paused.keeps(signal, now)])
        self._store_the_rest(taken)

    def heed(self, taken: TakenIn) -> None:
        """Learn from what is stored."""
        now = self._clock.now()
        for home, device, online, at in taken.availability:
            self._watch.see_availability(home, device, online=online, at=at)
        for signal in taken.signals:
            self._see(signal)
        heard = {signal.home for signal in taken.signals} | {said[0] for said in taken.availability}
        self._end_what_is_over(self._desk.passing(heard), now)
        self._causes.heard(heard, now)
        self._intake.keep(taken)

    def know(self, stored: Sequence[Signal]) -> None:
        """Learn from stored signals, newest first, in which state doors and beds were left."""
        self._intake.know(stored)

    def _canary_calls(self, taken: TakenIn) -> list[Finding]:
        """Take what the canary says out of a batch, as it is nobody's life, and return what it calls for."""
        if not self._canaries.homes():
            return []
        ours = [signal for signal in taken.signals if self._canaries.has(signal.home)]
        if ours:
            taken.signals = [signal for signal in taken.signals if not self._canaries.has(signal.home)]
        taken.availability = [one for one in taken.availability if not self._canaries.has(one[0])]
        return [finding for signal in ours if (finding := self._canary_call(signal)) is not None]

    def _canary_call(self, signal: Signal) -> Finding | None:
        """Return the finding of a round that is waited for; a heartbeat is only noted, anything else is nothing."""
        if signal.kind is Kind.BUTTON:
            self._canaries.rounds.hear_beat(str(signal.value))
            return None
        found = emergency(signal, self._canaries.roster().homes[signal.home])
        round_ = signal.key.removeprefix(ID_KEY)
        if found is None or not self._canaries.rounds.hear(round_, alert_id(found.key)):
            return None
        return replace(found, drill=True, about=f"{canary.ABOUT}{round_}")

    def calls_for_help(self, messages: Sequence[Arrived]) -> list[Finding]:
        """Return what is an emergency among messages that have not been taken in; asks no store. From any thread."""
        unasked = [structs.replace(message, redelivered=False) for message in messages]
        found = (self._emergency(signal) for signal in self._intake.read(unasked).signals)
        return [finding for finding in found if finding is not None and finding.severity is Severity.EMERGENCY]

    def _emergency(self, signal: Signal) -> Finding | None:
        home = self._roster().homes.get(signal.home)
        return None if home is None else emergency(signal, home)

    def _store_the_rest(self, taken: TakenIn) -> None:
        if not (taken.rejections or taken.availability):
            return
        with self._care.begin() as connection:
            rejections.add(connection, taken.rejections)
            availability.put(connection, taken.availability)

    def _see(self, signal: Signal) -> None:
        is_alive = self._watch.see(signal)
        if (signal.kind, signal.value) == (Kind.SOS, "cancelled"):
            at = min(signal.at, signal.received_at)
            self._desk.take_back(signal.home, TakingBack(signal.identity, signal.device, at, signal.has_id))
        if is_alive and self._desk.asks_about(signal.home):
            at, calls = min(signal.at, signal.received_at), self._emergency(signal) is not None
            outcome = Outcome.OTHER if calls else Outcome.SAFE
            self._desk.sign_of_life(signal.home, at, self._watch.leaves_open(signal), outcome)

    def refuse(self, message: Arrived, reason: str) -> None:
        """Store a message that cannot be processed as a rejection, so that staff see it."""
        refused = rejections.Rejection(message.received_at, message.topic, reason, rejections.shown(message.payload))
        with self._care.begin() as connection:
            rejections.add(connection, [refused])

    def tick(self, now: datetime) -> None:
        """Find what only time tells, take the steps that are due, and close what has ended by itself."""
        for piece in self.pieces(now):
            piece()

    def pieces(self, now: datetime, patience_seconds: float = math.inf) -> Sequence[Piece]:
        """Return what a tick does, in pieces: whoever presses a button meanwhile need not wait for all of them.

        When patience ends, other steps are left, and `is_behind` says so.
        """
        return (
            partial(self._find, now),
            partial(self.take_steps, now, patience_seconds),
            partial(self._find_common_causes, now),  # last, so that nothing else waits for it
            self._keep_unseen,
        )

    def _find(self, now: datetime) -> None:
        found = self._watch.tick(now)
        self._lost = [finding for finding in found if finding.kind is AlertKind.UNMONITORED]
        self._open([finding for finding in found if finding.kind is not AlertKind.UNMONITORED])
        self._end_what_is_over(self._desk.passing(), now)

    def _find_common_causes(self, now: datetime) -> None:
        self._open(self._causes.tick(self._lost, now))

    def take_steps(self, now: datetime, patience_seconds: float = math.inf) -> None:
        """Take steps of alerts that are due, until patience ends."""
        self._desk.tick(now, patience_seconds)

    @property
    def is_behind(self) -> bool:
        """Tell whether steps are due that were left."""
        return self._desk.is_behind

    @property
    def has_work_for_spare_time(self) -> bool:
        """Tell whether there is anything that the next tick need not do if it is done now."""
        return self._watch.is_to_be_reckoned

    def spend_time(self, now: datetime) -> None:
        """Do a little of what the next tick would have to do."""
        self._watch.reckon(now, _AT_ONCE)

    def _keep_unseen(self) -> None:
        """Write down when homes could not be seen, so that nobody takes it for their silence later."""
        spans = self._watch.unseen()
        if spans:
            with self._care.begin() as connection:
                unseen.put(connection, [Unseen(*span) for span in spans])
            self._watch.unseen_kept(len(spans))

    def _open(self, found: Sequence[Finding]) -> None:
        self._desk.open(found)
        for finding in found:
            self._watch.told(finding.key)

    def _end_what_is_over(self, passing: Sequence[tuple[str, str, AlertKind]], now: datetime) -> None:
        for alert, home, kind in passing:
            if home and self._watch.is_over(kind, home, now):
                self._desk.end_by_itself(alert)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which a tick could do anything; may be early, never late."""
        moments = (self._watch.next_due(now), self._desk.next_due(), self._causes.next_due(now))
        return min((moment for moment in moments if moment is not None), default=None)
