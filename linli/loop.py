"""The thread `pipeline`: takes what has arrived in batches, and ticks. While a store is down, nothing is acknowledged."""

import logging
import queue
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.intake import Arrived, TakenIn
from linli.clock import Clock, seconds
from linli.errors import StoreDown
from linli.health import Health
from linli.overdue import Overdue
from linli.pipeline import Pipeline
from linli.words import Sentence

logger = logging.getLogger(__name__)

CAPACITY = 20_000
"""How many messages may wait in memory; beyond it the broker keeps them."""
BATCH = 2_000
BUSY_SECONDS = 3.5
"""How long a message may wait behind others before it is treated as if the store did not answer."""
STEPS_SECONDS = 0.01
"""For so long a tick takes steps of alerts before it lets messages in again."""
_LONGEST_PAUSE = 5.0
_SUBMIT_SECONDS = 10.0
_WORD_EVERY = 60.0
"""Seconds: that a store is down is written into the log no more often, or the log fills what is left of the disk."""
FAULT_OF_OURS = "linli could not process this message; this is a fault of linli, not of the device"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message and what to do once it is durable: told why it was refused, or None."""

    message: Arrived
    done: Callable[[str | None], None]


class Loop:
    """Runs a pipeline. Messages come from any thread through `offer` and `submit`."""

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        health: Health,
        *,
        tick_every: float = 1.0,
        each_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self._health = health
        self._tick_every = tick_every
        self._each_tick = each_tick
        self._parcels: queue.Queue[Parcel] = queue.Queue(CAPACITY)
        self._waiting: Overdue[Arrived] = Overdue()
        self._stored_at = 0.0
        self._next_word = 0.0
        self._stopping = threading.Event()
        self._next_tick = 0.0
        self.ticked_at = seconds()
        self._thread = threading.Thread(target=self._run, name="pipeline", daemon=True)
        self.counts: Counter[str] = Counter()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand and end; what still waits is not acknowledged and comes again."""
        self._stopping.set()
        self._thread.join(timeout=30)

    @property
    def waiting(self) -> int:
        """Return how many messages wait in memory."""
        return self._parcels.qsize()

    def offer(self, message: Arrived, done: Callable[[str | None], None], *, patience: float = 1.0) -> bool:
        """Queue a message; False when there was no room for `patience` seconds."""

        def gone(verdict: str | None) -> None:
            self._waiting.went(message)
            done(verdict)

        self._waiting.came(message)
        try:
            self._parcels.put(Parcel(message, gone), timeout=patience)
        except queue.Full:
            self._waiting.went(message)
            return False
        return True

    def late(self, longer_than: float) -> list[Arrived]:
        """Return what has waited for more than so many seconds for a store that does not answer; each once.

        While batches are being stored, a message only waits its turn: then it is late after `BUSY_SECONDS`.
        """
        is_stuck = seconds() - self._stored_at > longer_than
        return self._waiting.take(longer_than if is_stuck else max(longer_than, BUSY_SECONDS))

    def submit(self, messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
        """Take (topic, payload) messages in and wait until they are durable; raises StoreDown when that takes too long."""
        now = self._clock.now()
        verdicts: list[str | None] = [None] * len(messages)
        left = threading.Semaphore(0)
        for index, (topic, payload) in enumerate(messages):

            def done(verdict: str | None, index: int = index) -> None:
                verdicts[index] = verdict
                left.release()

            if not self.offer(Arrived(topic, payload, now), done):
                raise StoreDown("linli is too busy to take signals; send them again")
        for _ in messages:
            if not left.acquire(timeout=_SUBMIT_SECONDS):
                raise StoreDown("the signals could not be stored in time; send them again")
        return verdicts

    def _run(self) -> None:
        while not self._stopping.is_set():
            batch = self._next_batch()
            if batch:
                self._take_in(batch)
            self._tick_if_due()

    def _next_batch(self) -> list[Parcel]:
        """Return whatever is there, waiting for the first no longer than until the next tick."""
        try:
            batch = [self._parcels.get(timeout=max(0.0, min(self._next_tick - seconds(), self._tick_every)))]
        except queue.Empty:
            return []
        while len(batch) < BATCH:
            try:
                batch.append(self._parcels.get_nowait())
            except queue.Empty:
                break
        return batch

    def _take_in(self, batch: list[Parcel]) -> None:
        """Take a batch in, trying again while a store is down; then tell everybody who waits."""
        pause = 0.1
        while True:
            try:
                taken = self._pipeline.take_in([parcel.message for parcel in batch])
                break
            except StoreDown as why:
                self._say_store_is_down(why)
                if self._stopping.wait(pause):
                    return
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._tick_if_due()
            except Exception:  # one message that we cannot handle must not stop the stream
                logger.exception("batch failed messages=%d", len(batch))
                self._one_by_one(batch)
                return
        self._stored_at = seconds()
        self._health.well("store")
        self._count(taken)
        for parcel, verdict in zip(batch, taken.verdicts, strict=True):
            parcel.done(verdict)

    def _one_by_one(self, batch: list[Parcel]) -> None:
        if len(batch) > 1:
            for parcel in batch:
                self._take_in([parcel])
            return
        self._health.trouble("pipeline", Sentence("A message could not be processed; see rejections and the log."))
        self._pipeline.refuse(batch[0].message, FAULT_OF_OURS)
        self.counts["rejections"] += 1
        batch[0].done(FAULT_OF_OURS)

    def _count(self, taken: TakenIn) -> None:
        self.counts["messages"] += len(taken.verdicts)
        self.counts["signals"] += len(taken.signals)
        self.counts["rejections"] += len(taken.rejections)
        self.counts["ignored"] += taken.ignored

    def _tick_if_due(self) -> None:
        if seconds() < self._next_tick:
            return
        self._next_tick = seconds() + self._tick_every
        try:
            self._each_tick()
            self._pipeline.tick(self._clock.now(), STEPS_SECONDS)
            if self._pipeline.is_behind:
                self._next_tick = seconds()
        except StoreDown as why:
            self._say_store_is_down(why)
        except Exception:  # the next tick must come whatever this one met
            logger.exception("tick failed")
            self._health.trouble("pipeline", Sentence("A step could not be taken; see the log."))
        else:
            self._health.well("store")
            self.ticked_at = seconds()

    def _say_store_is_down(self, why: StoreDown) -> None:
        if seconds() >= self._next_word:
            self._next_word = seconds() + _WORD_EVERY
            logger.error("store down reason=%s", why)
        self._health.trouble(
            "store", Sentence("A store does not answer; nothing is lost, messages wait: {why}", {"why": str(why)})
        )
