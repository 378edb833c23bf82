"""The thread `pipeline`: takes what has arrived in batches, and ticks. While a store is down, nothing is acknowledged.

While a batch is being stored, by the thread `storing`, whoever presses a button is helped all the same.

A tick is taken in pieces of a few milliseconds, and messages come in between: who presses a button waits for no tick.
Where messages never end, a tick is given as long as they were, so that no ladder waits for them either. Nor does a piece
wait for one that fails: what is wrong with one thing must not keep linli from all others.
"""

import logging
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice

from ingest.intake import Arrived, TakenIn
from linli.clock import Clock, seconds
from linli.errors import SignalsDamaged, StoreDown
from linli.health import Health
from linli.inbox import Inbox, Parcel
from linli.overdue import Overdue
from linli.pipeline import Piece, Pipeline
from linli.wire import may_call
from linli.words import Sentence

logger = logging.getLogger(__name__)

BATCH = 5_000
"""About so many messages are stored together."""
BUSY_SECONDS = 3.5
"""How long a message may wait behind others before it is treated as if the store did not answer."""
STEPS_SECONDS = 0.002
"""For so long a tick takes steps of alerts before it lets messages in again."""
_LONGEST_PAUSE = 5.0
_CALLS_BESIDE = 100
"""So many parcels with calls for help at most join a batch that is being stored, or waits for a store."""
_SPARE_PAUSE = 0.0005
"""Seconds between two portions of what is done in spare time, for threads that have a message in hand."""
_ROOM_SECONDS = 1.0
_SUBMIT_SECONDS = 10.0
_WORD_EVERY = 60.0
"""Seconds: that a store is down is written into the log no more often, or the log fills what is left of the disk."""
FAULT_OF_OURS = "linli could not process this message; this is a fault of linli, not of the device"


class Loop:
    """Runs a pipeline. Messages come from any thread through `offer` and `submit`.

    `each_tick` gives what is done first in each tick, piece by piece. `on_damage` is called when the signals' file is
    found to be broken; until somebody stops it, the loop goes on as with any store that does not answer.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        clock: Clock,
        health: Health,
        *,
        tick_every: float = 1.0,
        each_tick: Callable[[], Iterable[Piece]] = tuple,
        on_damage: Callable[[], object] = bool,
    ) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self._health = health
        self._tick_every = tick_every
        self._each_tick = each_tick
        self._on_damage = on_damage
        self._inbox = Inbox()
        self._waiting: Overdue[Parcel] = Overdue()
        self._beside: list[Parcel] = []
        self._storing = ThreadPoolExecutor(1, thread_name_prefix="storing")
        self._stored_at = 0.0
        self._next_word = 0.0
        self._stopping = threading.Event()
        self._next_tick = 0.0
        self._tick: Iterator[Piece] = iter(())
        self._is_ticking = False
        self._is_sound = True
        self._spare_from = 0.0
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
        self._storing.shutdown(wait=False)

    @property
    def waiting(self) -> int:
        """Return how many messages wait in memory."""
        return self._inbox.waiting

    def offer(self, messages: Sequence[Arrived], done: Callable[[Sequence[str | None]], None]) -> bool:
        """Queue messages that came together; False when there was no room for a second.

        `done` is told of each why it was refused, or None.
        """
        parcel = Parcel(messages, done)
        self._waiting.came(parcel)
        is_urgent = any(may_call(message.topic) for message in messages)
        if self._inbox.put(parcel, is_urgent=is_urgent, patience=_ROOM_SECONDS):
            return True
        self._waiting.went(parcel)
        return False

    def late(self, longer_than: float) -> list[Arrived]:
        """Return what has waited for more than so many seconds for a store that does not answer; each once.

        While batches are being stored, a message only waits its turn: then it is late after `BUSY_SECONDS`.
        """
        is_stuck = seconds() - self._stored_at > longer_than
        late = self._waiting.take(longer_than if is_stuck else max(longer_than, BUSY_SECONDS))
        return [message for parcel in late for message in parcel.messages]

    def submit(self, messages: Sequence[tuple[str, bytes]]) -> list[str | None]:
        """Take (topic, payload) messages in and wait until they are durable; raises StoreDown when that takes too long."""
        now, verdicts, is_done = self._clock.now(), list[str | None](), threading.Event()

        def done(told: Sequence[str | None]) -> None:
            verdicts.extend(told)
            is_done.set()

        if not self.offer([Arrived(topic, payload, now) for topic, payload in messages], done):
            raise StoreDown("linli is too busy to take signals; send them again")
        if not is_done.wait(_SUBMIT_SECONDS):
            raise StoreDown("the signals could not be stored in time; send them again")
        return verdicts

    def _run(self) -> None:
        while not self._stopping.is_set():
            batch, begun = self._next_batch(), seconds()
            if batch:
                self._take_in(batch)
            elif self._has_spare_time:
                self._spend_time()
            self._tick_for(seconds() - begun)

    def _next_batch(self) -> list[Parcel]:
        """Return whatever is there, waiting for the first no longer than until there is something else to do."""
        if self._beside:
            batch, self._beside = self._beside, []
            return batch
        pause = max(0.0, min(self._next_tick - seconds(), self._tick_every))
        if self._is_ticking:
            pause = 0.0
        elif self._has_spare_time:
            pause = min(pause, _SPARE_PAUSE)
        return self._inbox.take(BATCH, pause)

    def _take_in(self, batch: list[Parcel]) -> None:
        """Take a batch in, trying again while a store is down; then tell everybody who waits."""
        batch, pause, most = list(batch), 0.1, len(batch) + _CALLS_BESIDE
        while True:
            try:
                taken = self._call(batch)
                self._store(taken)
                self._pipeline.heed(taken)
                break
            except StoreDown as why:
                self._say_store_is_down(why)
                batch += self._beside
                self._beside.clear()
                # whoever calls for help meanwhile may need only the store that does answer
                if len(batch) < most:
                    batch += self._inbox.take_urgent(most - len(batch), pause)
                else:
                    self._stopping.wait(pause)
                if self._stopping.is_set():
                    return
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._tick_for(math.inf)
            except Exception:  # one message that we cannot handle must not stop the stream
                logger.exception("batch failed parcels=%d", len(batch))
                self._one_by_one(batch)
                return
        self._stored_at = seconds()
        self._health.well("store")
        self._count(taken)
        verdicts = iter(taken.verdicts)
        for parcel in batch:
            parcel.done(list(islice(verdicts, len(parcel.messages))))

    def _call(self, parcels: list[Parcel]) -> TakenIn:
        taken = self._pipeline.call([message for parcel in parcels for message in parcel.messages])
        for parcel in parcels:  # whoever called for help is helped, however long the signal store takes
            self._waiting.went(parcel)
        return taken

    def _store(self, taken: TakenIn) -> None:
        """Store what was read. What calls for help meanwhile is called for at once, and is the next batch."""
        storing = self._storing.submit(self._pipeline.store, taken)
        storing.add_done_callback(lambda _: self._inbox.look_again())
        while not storing.done() and len(self._beside) < _CALLS_BESIDE:
            urgent = self._inbox.take_urgent(_CALLS_BESIDE - len(self._beside), None, storing.done)
            self._beside += urgent
            if urgent:
                self._call_beside(urgent)
        storing.result()

    def _call_beside(self, urgent: list[Parcel]) -> None:
        """Call for help; what cannot be done now is done with the next batch."""
        try:
            self._call(urgent)
        except StoreDown as why:
            self._say_store_is_down(why)
        except Exception:
            logger.exception("calls beside a batch failed parcels=%d", len(urgent))

    def _one_by_one(self, batch: list[Parcel]) -> None:
        """Take each message in by itself, so that only that which cannot be processed is refused."""
        for parcel in batch:
            if len(batch) == 1 == len(parcel.messages):
                self._refuse(parcel)
                return
            verdicts = list[str | None]()
            pieces = [Parcel([message], verdicts.extend) for message in parcel.messages]
            self._waiting.part(parcel, pieces)
            for piece in pieces:
                self._take_in([piece])
            if len(verdicts) == len(pieces):
                parcel.done(verdicts)

    def _refuse(self, parcel: Parcel) -> None:
        """Write down that a message cannot be processed.

        It is not acknowledged where not even that can be done. Nor is a call for help that has not been made: it goes on
        waiting for whoever calls without the store, as a fault of ours must not be the end of it.
        """
        is_call = parcel in self._waiting and self._calls_for_help(parcel)
        if not is_call:
            self._waiting.went(parcel)
        pause = 0.1
        while True:
            try:
                self._pipeline.refuse(parcel.messages[0], FAULT_OF_OURS)
                break
            except StoreDown as why:
                self._say_store_is_down(why)
                if self._stopping.wait(pause):
                    return
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._tick_for(math.inf)
            except Exception:
                logger.exception("a message that cannot be processed cannot be kept either")
                return
        self.counts["rejections"] += 1
        if not is_call:
            parcel.done([FAULT_OF_OURS])

    def _calls_for_help(self, parcel: Parcel) -> bool:
        try:
            return bool(self._pipeline.calls_for_help(parcel.messages))
        except Exception:
            logger.exception("it cannot be told whether a message calls for help")
            return False

    def _count(self, taken: TakenIn) -> None:
        self.counts["messages"] += len(taken.verdicts)
        self.counts["signals"] += len(taken.signals)
        self.counts["rejections"] += len(taken.rejections)
        self.counts["ignored"] += taken.ignored

    @property
    def _has_spare_time(self) -> bool:
        """Tell whether there is something to do, and nothing that goes before it."""
        is_free = not self._is_ticking and seconds() >= self._spare_from
        return is_free and self._pipeline.has_work_for_spare_time

    def _spend_time(self) -> None:
        """Do a little of the next tick's work; what fails is left to that tick."""
        if self._fault_of(lambda: self._pipeline.spend_time(self._clock.now())) is not None:
            self._spare_from = self._next_tick

    def _tick_for(self, share: float) -> None:
        """Do a piece of the tick, and more of them until so many seconds have gone."""
        until = seconds() + share
        self._go_on_ticking()
        while self._is_ticking and seconds() < until:
            self._go_on_ticking()

    def _go_on_ticking(self) -> None:
        """Do the next piece of a tick, or begin one if it is time."""
        if not self._is_ticking:
            if seconds() < self._next_tick:
                return
            self._next_tick = seconds() + self._tick_every
            self._tick, self._is_ticking, self._is_sound = self._pieces(), True, True
        piece = next(self._tick, None)
        fault = self._fault_of(piece) if piece is not None else None
        self._is_sound &= fault is None
        # where a store does not answer, each further piece would wait for it as long
        self._is_ticking = piece is not None and not isinstance(fault, StoreDown)

    def _fault_of(self, piece: Piece) -> Exception | None:
        """Do something; return what it raised, once that is told."""
        try:
            piece()
        except StoreDown as why:
            self._say_store_is_down(why)
            return why
        except Exception as why:  # the next piece and the next tick must come whatever this one met
            logger.exception("tick failed")
            self._health.trouble("pipeline", Sentence("A step could not be taken; see the log."))
            return why
        return None

    def _pieces(self) -> Iterator[Piece]:
        """Yield the pieces of a tick. Steps that are left when the next tick is due are left to that one."""
        yield from self._each_tick()
        yield from self._pipeline.pieces(self._clock.now(), STEPS_SECONDS)
        yield self._end_tick
        while self._pipeline.is_behind and seconds() < self._next_tick:
            yield partial(self._pipeline.take_steps, self._clock.now(), STEPS_SECONDS)

    def _end_tick(self) -> None:
        self._health.well("store")
        if self._is_sound:
            self._health.well("pipeline")
        self.ticked_at = seconds()

    def _say_store_is_down(self, why: StoreDown) -> None:
        if seconds() >= self._next_word:
            self._next_word = seconds() + _WORD_EVERY
            logger.error("store down reason=%s", why)
        if isinstance(why, SignalsDamaged):
            self._on_damage()
        self._health.trouble(
            "store", Sentence("A store does not answer; nothing is lost, messages wait: {why}", {"why": str(why)})
        )
