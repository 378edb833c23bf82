"""The journey of a signal and of a tick, from the wire to the desk: the file to read first.

Everything here is idempotent, so a batch may be taken twice: a signal seen again is a duplicate for the store,
never for detection, since a crash may have come between the two.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from alerts.desk import Desk
from ingest.intake import Arrived, Intake, TakenIn
from linli.alert import AlertKind
from linli.clock import Clock
from linli.finding import Finding
from linli.people import Roster
from linli.signals import Signal, is_sign_of_life
from linli.store import availability, rejections
from linli.store.care import CareStore
from linli.store.signals import SignalStore
from models.emergencies import emergency
from models.watch import Watch


class Pipeline:
    """Takes messages in and takes steps that are due. Only the thread `pipeline` calls it."""

    def __init__(
        self,
        roster: Callable[[], Roster],
        intake: Intake,
        signals: SignalStore,
        care: CareStore,
        watch: Watch,
        desk: Desk,
        clock: Clock,
    ) -> None:
        self._roster = roster
        self._intake = intake
        self._signals = signals
        self._care = care
        self._watch = watch
        self._desk = desk
        self._clock = clock

    def take_in(self, messages: Sequence[Arrived]) -> TakenIn:
        """Store what the messages say and open what they call for; when this returns, all of it is durable.

        Raises StoreDown when a store does not answer: then nothing may be acknowledged, and the batch comes again.
        """
        now = self._clock.now()
        taken = self._intake.read(messages)
        self._signals.append(taken.signals)
        self._desk.open([finding for signal in taken.signals if (finding := self._emergency(signal)) is not None])
        self._keep_the_rest(taken)
        for home, device, online, at in taken.availability:
            self._watch.see_availability(home, device, online=online, at=at)
        for signal in taken.signals:
            self._see(signal)
        self._end_what_is_over(
            self._desk.passing({s.home for s in taken.signals} | {a[0] for a in taken.availability}), now
        )
        return taken

    def _emergency(self, signal: Signal) -> Finding | None:
        home = self._roster().homes.get(signal.home)
        return None if home is None else emergency(signal, home)

    def _keep_the_rest(self, taken: TakenIn) -> None:
        if not (taken.rejections or taken.availability):
            return
        with self._care.begin() as connection:
            rejections.add(connection, taken.rejections)
            availability.put(connection, taken.availability)

    def _see(self, signal: Signal) -> None:
        self._watch.see(signal)
        if is_sign_of_life(signal.kind, signal.value):
            self._desk.sign_of_life(signal.home, min(signal.at, signal.received_at))

    def refuse(self, message: Arrived, reason: str) -> None:
        """Store a message that cannot be processed as a rejection, so that staff see it."""
        refused = rejections.Rejection(message.received_at, message.topic, reason, rejections.shown(message.payload))
        with self._care.begin() as connection:
            rejections.add(connection, [refused])

    def tick(self, now: datetime) -> None:
        """Find what only time tells, take the steps that are due, and close what has ended by itself."""
        found = self._watch.tick(now)
        self._desk.open(found)
        for finding in found:
            self._watch.told(finding.key)
        self._end_what_is_over(self._desk.passing(), now)
        self._desk.tick(now)

    def _end_what_is_over(self, passing: Sequence[tuple[str, str, AlertKind]], now: datetime) -> None:
        for alert, home, kind in passing:
            if self._watch.is_over(kind, home, now):
                self._desk.end_by_itself(alert)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the earliest moment at which a tick could do anything; may be early, never late."""
        moments = (self._watch.next_due(now), self._desk.next_due())
        return min((moment for moment in moments if moment is not None), default=None)
