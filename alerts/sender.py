"""The thread `sender`: takes due notices, lets workers hand them over, and writes the answers down in one commit.

It wakes when something commits and polls once a second as a net. What it claimed and could not finish, by whatever
accident, is claimed again when the lease ends and sent with the same key. The first calls of an emergency are claimed
in the transaction that opens it (`at_once`): a thread less to wake and a commit less to wait for.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Connection

from alerts.channel_health import ChannelHealth
from alerts.channels.base import Answer, ChannelAdapter, Verdict
from alerts.courier import FAULT, Courier
from alerts.dispatch import Dispatch, Done, Task
from alerts.links import Links
from alerts.rates import Rates
from linli import canary
from linli.alert import Alert, Notice, Severity
from linli.clock import Clock, seconds
from linli.errors import StoreDown
from linli.health import Health
from linli.people import Roster
from linli.store import outbox
from linli.store.care import CareStore
from linli.words import Sentence

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
_LONGEST_PAUSE = 5.0
_AT_ONCE = 200
_FAULT_SHOWN_SECONDS = 3600.0
"""For so long it is told that a message could not be sent by a fault of ours."""
_WORKERS_FIRST_SECONDS = 0.001
"""For so long whoever has opened an alert leaves the interpreter to the workers: the first call is then on its way."""

Claim = Callable[[Connection, datetime, Sequence[Alert]], None]
"""Takes the calls for help that are due, in the transaction of a connection that has opened some alerts."""
OnAnswer = Callable[[Notice, str, Answer, float], None]
"""Told of each try: the notice, the kind of channel, the answer, and how many seconds it took."""


def _tell_nobody(notice: Notice, kind: str, answer: Answer, seconds: float) -> None:
    """Heed nothing."""


class Sender:
    """Delivers the outbox. Of its workers `reserved` only ever serve emergencies, so that nothing can delay those."""

    def __init__(  # noqa: PLR0913 - the outbox meets the world here
        self,
        care: CareStore,
        roster: Callable[[], Roster],
        adapters: Mapping[str, ChannelAdapter],
        links: Links,
        clock: Clock,
        health: Health,
        *,
        workers: int = 16,
        reserved: int = 8,
        rates: Rates | None = None,
        on_answer: OnAnswer = _tell_nobody,
    ) -> None:
        if not 0 < reserved < workers:
            raise ValueError("some workers, but not all, are reserved for emergencies")
        self._care = care
        self._clock = clock
        self._health = health
        self._dispatch = Dispatch(care, Courier(roster, adapters, links, clock, rates))
        self._channel_health = ChannelHealth(health)
        self._workers = workers
        self._ordinary = workers - reserved
        self._on_answer = on_answer
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._giving_up = threading.Event()
        self._finished: queue.SimpleQueue[tuple[Task, Done | None]] = queue.SimpleQueue()
        self._in_hand: dict[tuple[str, int], Severity] = {}
        self._unrecorded: list[Done] = []
        self._given_back: dict[tuple[str, int], Notice] = {}
        self._is_fresh = True
        self.turned_at = seconds()
        self._fault_at: float | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread and its workers; what was overdue goes out at once."""
        self._stopping.clear()
        self._giving_up.clear()
        self._is_fresh = True
        self._pool = ThreadPoolExecutor(self._workers, thread_name_prefix="sender-worker")
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def stop(self, timeout: timedelta = timedelta(seconds=10)) -> None:
        """Claim nothing more, wait for the tries under way, and write their answers down."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout.total_seconds())
        self._giving_up.set()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def is_stopping(self) -> bool:
        """Tell whether nothing more is claimed."""
        return self._stopping.is_set()

    def wake(self) -> None:
        """Look at the outbox now; safe from every thread, and cheap."""
        self._wake.set()

    @contextmanager
    def at_once(self) -> Iterator[Claim]:
        """Let a caller claim calls for help in its own transaction; they go out when it has ended, before anything else."""
        with self._giving_back() as tasks:
            yield lambda connection, now, opened: tasks.extend(self._claim_calls(connection, now, opened))
        self._hand_out(tasks, self._dispatch.send_at_once)
        if tasks:
            time.sleep(_WORKERS_FIRST_SECONDS)
        else:  # who has calls in hand looks again when the first has been answered
            self.wake()

    @contextmanager
    def _giving_back(self) -> Iterator[list[Task]]:
        """Give back what was claimed in a transaction that failed, since it may have been committed all the same."""
        tasks: list[Task] = []
        try:
            yield tasks
        except BaseException:
            self._given_back |= {(task.notice.key, task.notice.attempts): task.notice for task in tasks}
            raise

    def _claim_calls(self, connection: Connection, now: datetime, opened: Sequence[Alert]) -> list[Task]:
        if self._thread is None or self._is_fresh or self.is_stopping:
            return []
        return self._dispatch.claim(connection, now, emergencies=self._idle(), others=0, known=opened)

    def deliver_due(self, now: datetime) -> int:
        """Deliver what is due in the caller's thread, next channels included; return how many tries were made.

        For a virtual clock: the thread must not be running.
        """
        tries = 0
        done: list[Done] = []
        while tasks := self._settle(done, now, at_once=_AT_ONCE):
            done = [one for task in tasks if (one := self._dispatch.send(task)) is not None]
            tries += len(done)
        return tries

    def _settle(self, done: list[Done], now: datetime, *, at_once: int = 0) -> list[Task]:
        """Write down what has come back and claim so many that are due, in one commit."""
        with self._care.begin() as connection:
            self._dispatch.record(connection, done, now)
            tasks = self._dispatch.claim(connection, now, emergencies=at_once, others=at_once) if at_once else []
        for one in done:
            self._tell(one)
        return tasks

    def _tell(self, done: Done) -> None:
        if done.kind:
            if done.notice.person != canary.PERSON:  # what reaches our own probe says nothing of the world outside
                self._channel_health.saw(done.kind, done.answer)
            self._on_answer(done.notice, done.kind, done.answer, done.seconds)

    def _run(self) -> None:
        pause = self._turn_safely(POLL_SECONDS)
        while not self._is_done():
            self._wake.wait(pause)
            self._wake.clear()
            pause = self._turn_safely(pause)

    def _is_done(self) -> bool:
        has_answers_to_come = bool(self._in_hand or self._unrecorded)
        return self.is_stopping and (not has_answers_to_come or self._giving_up.is_set())

    def _turn_safely(self, pause: float) -> float:
        """Take a turn and return how long to wait for the next; nothing ends this loop but `stop`."""
        try:
            self._turn()
        except StoreDown as why:
            logger.warning("notices wait for the store: %s", why)
            self._health.trouble("sender", Sentence("Messages wait: the care database does not answer."))
            return min(pause * 2, _LONGEST_PAUSE)
        except Exception:
            logger.exception("a turn of the sender failed keys=%s", [done.notice.key for done in self._unrecorded])
            self._health.trouble("sender", Sentence("Messages may be late: a fault of linli; see the log."))
            self._record_one_by_one()
            return POLL_SECONDS
        self._health.well("sender")
        self.turned_at = seconds()
        if self._fault_at is not None and self.turned_at - self._fault_at > _FAULT_SHOWN_SECONDS:
            self._fault_at = None
            self._health.well("messages")
        return POLL_SECONDS

    def _turn(self) -> None:
        """Write down what has come back and claim what is due, in one commit; then hand it to the workers."""
        self._collect()
        now = self._clock.now()
        back = dict(self._given_back)
        with self._giving_back() as tasks, self._care.begin() as connection:
            if self._is_fresh and self._care.is_sqlite:
                outbox.release(connection, now)
            for notice in back.values():
                outbox.give_back(connection, notice, now)
            self._dispatch.record(connection, self._unrecorded, now)
            tasks.extend(self._claim(connection, now))
        recorded, self._unrecorded, self._is_fresh = self._unrecorded, [], False
        for given in back:
            self._given_back.pop(given, None)
        self._hand_out(tasks, self._dispatch.send)
        for done in recorded:
            self._tell(done)

    def _collect(self) -> None:
        while not self._finished.empty():
            task, done = self._finished.get()
            self._in_hand.pop((task.notice.key, task.notice.attempts), None)
            if done is not None:
                self._unrecorded.append(done)

    def _claim(self, connection: Connection, now: datetime) -> list[Task]:
        """Claim no more than there are idle workers: a lease must not run out in a queue."""
        if self.is_stopping:
            return []
        ordinary = sum(severity is not Severity.EMERGENCY for severity in list(self._in_hand.values()))
        return self._dispatch.claim(connection, now, emergencies=self._idle(), others=max(0, self._ordinary - ordinary))

    def _idle(self) -> int:
        return max(0, self._workers - len(self._in_hand))

    def _hand_out(self, tasks: Sequence[Task], send: Callable[[Task], Done | None]) -> None:
        for task in tasks:
            self._in_hand[task.notice.key, task.notice.attempts] = task.notice.severity
            if self._pool is not None:
                self._pool.submit(self._work, task, send)

    def _work(self, task: Task, send: Callable[[Task], Done | None]) -> None:
        """Try once, in a worker's thread. A fault of ours is an answer too, so that the next channel is used."""
        done: Done | None = Done(task.notice, "", Answer(Verdict.UNKNOWN, FAULT), 0.0)
        try:
            done = send(task)
        except Exception:
            logger.exception("a notice could not be sent key=%s", task.notice.key)
            self._fault_at = seconds()
            self._health.trouble("messages", Sentence("A message could not be sent: a fault of linli; see the log."))
        finally:
            self._finished.put((task, done))
            self._wake.set()

    def _record_one_by_one(self) -> None:
        """Save what can be saved of a batch: one answer that cannot be written must not hold the others back."""
        waiting, self._unrecorded = self._unrecorded, []
        for done in waiting:
            try:
                self._settle([done], self._clock.now())
            except StoreDown:
                self._unrecorded.append(done)
            except Exception:
                logger.exception("an answer could not be written down key=%s", done.notice.key)
