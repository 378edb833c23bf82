"""Waiting one's turn is not waiting for a store that does not answer."""

import math
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import pytest

from ingest.intake import Arrived, TakenIn
from linli import loop as loop_module
from linli import overdue
from linli.alert import AlertKind, Severity
from linli.clock import VirtualClock
from linli.errors import SignalsDamaged, StoreDown
from linli.finding import Finding
from linli.health import Health
from linli.loop import BUSY_SECONDS, FAULT_OF_OURS, Loop
from linli.pipeline import Piece, Pipeline
from linli.words import Sentence
from tests.cast import EIGHT

MOTION, SOS = "linli/v1/garden/home-7/hall/motion", "linli/v1/garden/home-7/button/sos"


class Unused(Pipeline):
    """A pipeline to which nothing comes: the loop's thread is not started."""

    def __init__(self) -> None:
        """Take nothing."""


@pytest.mark.parametrize(
    ("stored_ago", "waited", "is_late"),
    [(0.1, 2.0, False), (0.1, BUSY_SECONDS + 0.1, True), (1.6, 1.6, True), (1.6, 1.0, False)],
    ids=["others are being stored", "but for too long", "nothing is being stored", "not yet long"],
)
def test_a_message_is_late_only_when_nothing_gets_stored(
    monkeypatch: pytest.MonkeyPatch, *, stored_ago: float, waited: float, is_late: bool
) -> None:
    now = 1000.0
    monkeypatch.setattr(loop_module, "seconds", lambda: now)
    monkeypatch.setattr(overdue, "seconds", lambda: now)
    clock = VirtualClock(EIGHT)
    loop = Loop(Unused(), clock, Health(clock))
    message = Arrived("linli/v1/garden/home-7/button/sos", b"pressed", EIGHT)
    loop.offer([message], lambda _: None)
    now += waited
    loop._stored_at = now - stored_ago

    assert loop.late(1.5) == ([message] if is_late else [])


class Behind(Pipeline):
    """A pipeline with so many ticks' worth of steps that are due."""

    def __init__(self, ticks: int) -> None:
        """Be behind for all but the last."""
        self.left = ticks

    def pieces(self, now: datetime, patience_seconds: float = math.inf) -> Sequence[Piece]:
        """Begin by taking some of them."""
        return (partial(self.take_steps, now, patience_seconds),)

    def take_steps(self, now: datetime, patience_seconds: float = math.inf) -> None:  # noqa: ARG002
        """Take some of them."""
        self.left -= 1

    @property
    def is_behind(self) -> bool:
        """Tell whether any are left."""
        return self.left > 0


def test_steps_that_are_left_wait_for_no_further_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "seconds", lambda: 1000.0)
    clock = VirtualClock(EIGHT)
    pipeline = Behind(3)
    loop = Loop(pipeline, clock, Health(clock))

    pieces = 0
    while pipeline.left and pieces < 9:
        loop._go_on_ticking()
        pieces += 1

    assert (pipeline.left, pieces) == (0, 4)


class InPieces(Pipeline):
    """A pipeline that says what it does, and is offered a message in the middle of a tick."""

    def __init__(self) -> None:
        """Do nothing yet."""
        self.done: list[str] = []
        self.offer: Callable[[], bool] = lambda: True

    def pieces(self, now: datetime, patience_seconds: float = math.inf) -> Sequence[Piece]:  # noqa: ARG002
        """Take two."""
        return self._first, partial(self.done.append, "second piece")

    def _first(self) -> None:
        self.done.append("first piece")
        self.offer()

    def call(self, messages: Sequence[Arrived]) -> TakenIn:
        """Hear a call for help."""
        self.done.append("call")
        return TakenIn(verdicts=[None for _ in messages])

    def store(self, taken: TakenIn) -> None:  # noqa: ARG002
        """Fail to store it."""
        self.done.append("store")
        raise self.fault

    def heed(self, taken: TakenIn) -> None:
        """Learn nothing."""

    fault: Exception = ValueError("it cannot be stored")

    @property
    def is_behind(self) -> bool:
        """Have nothing left."""
        return False

    @property
    def has_work_for_spare_time(self) -> bool:
        """Have nothing to do."""
        return False

    def refuse(self, message: Arrived, reason: str) -> None:
        """Give up, and end the test's loop."""


def test_a_message_need_not_wait_for_the_end_of_a_tick() -> None:
    clock, pipeline = VirtualClock(EIGHT), InPieces()
    loop = Loop(pipeline, clock, Health(clock))
    is_told = threading.Event()
    message = Arrived("linli/v1/garden/home-7/button/sos", b"pressed", EIGHT)
    pipeline.offer = lambda: loop.offer([message], lambda _: is_told.set())

    loop.start()
    assert is_told.wait(10)
    loop.stop()

    assert pipeline.done.index("call") == 1


def test_where_messages_never_end_a_tick_is_given_as_long_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(loop_module, "seconds", lambda: now)
    clock, pipeline = VirtualClock(EIGHT), InPieces()
    loop = Loop(pipeline, clock, Health(clock), each_tick=lambda: (tuple, tuple))

    for _ in range(3):
        loop._tick_for(0.0)
    done_piece_by_piece = list(pipeline.done)
    now += 1.0
    loop._next_tick = now
    while loop._is_ticking:
        loop._tick_for(0.0)
    pipeline.done.clear()
    loop._tick_for(0.3)  # so long a batch has taken

    assert done_piece_by_piece == ["first piece"]
    assert pipeline.done == ["first piece", "second piece"]
    assert loop.ticked_at == now


class Failing(InPieces):
    """A pipeline whose work for spare time fails each time and stays to be done."""

    @property
    def has_work_for_spare_time(self) -> bool:
        """Have something to do."""
        return True

    def spend_time(self, now: datetime) -> None:
        """Fail."""
        raise ValueError(str(now))


def test_work_for_spare_time_that_fails_is_tried_once_a_tick(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loop_module, "seconds", lambda: 1000.0)
    clock = VirtualClock(EIGHT)
    loop = Loop(Failing(), clock, Health(clock))
    loop._tick_for(math.inf)
    before = loop._has_spare_time

    loop._spend_time()

    assert (before, loop._has_spare_time) == (True, False)
    assert caplog.text.count("tick failed") == 1


def test_what_has_been_called_for_is_late_no_more_though_it_is_not_stored_yet() -> None:
    clock, pipeline = VirtualClock(EIGHT), InPieces()
    pipeline.fault = StoreDown("it is locked")
    loop = Loop(pipeline, clock, Health(clock))
    message = Arrived("linli/v1/garden/home-7/button/sos", b"pressed", EIGHT)
    loop.offer([message], lambda _: None)
    loop._stopping.set()  # one try is enough

    loop._take_in(loop._next_batch())

    assert pipeline.done == ["call", "store"]
    assert loop.late(-1.0) == []


class Down(Pipeline):
    """A pipeline whose store does not answer."""

    def __init__(self) -> None:
        """Take nothing."""

    def pieces(self, now: datetime, patience_seconds: float = math.inf) -> Sequence[Piece]:  # noqa: ARG002
        """Fail, as with a full disk."""
        return (self._fail,)

    def _fail(self) -> None:
        raise StoreDown("the disk is full")


def test_that_a_store_is_down_is_logged_once_a_minute_and_shown_all_the_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    now = 1000.0
    monkeypatch.setattr(loop_module, "seconds", lambda: now)
    clock = VirtualClock(EIGHT)
    health = Health(clock)
    loop = Loop(Down(), clock, health)

    for _ in range(121):
        loop._go_on_ticking()
        assert [trouble.part for trouble in health.troubles()] == ["store"]
        now += 1.0

    assert caplog.text.count("store down") == 3


class Damaged(Down):
    """A pipeline whose signal store is broken."""

    def _fail(self) -> None:
        raise SignalsDamaged("signals.db is damaged")


@pytest.mark.parametrize(("pipeline", "told"), [(Down(), 0), (Damaged(), 1)], ids=["down", "damaged"])
def test_only_of_a_broken_file_is_told_that_it_must_be_set_aside(pipeline: Pipeline, told: int) -> None:
    clock, heard = VirtualClock(EIGHT), list[str]()
    loop = Loop(pipeline, clock, Health(clock), on_damage=lambda: heard.append("damage"))

    loop._go_on_ticking()

    assert len(heard) == told


class Spoilt(InPieces):
    """A pipeline of whose pieces the first cannot be done for a while."""

    is_spoilt = True

    def _first(self) -> None:
        if self.is_spoilt:
            raise ValueError("one spoilt case")


def test_a_piece_that_fails_keeps_no_other_waiting_and_is_told_until_it_goes_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(loop_module, "seconds", lambda: now)
    clock = VirtualClock(EIGHT)
    pipeline, health = Spoilt(), Health(clock)
    loop = Loop(pipeline, clock, health)

    loop._tick_for(math.inf)
    assert pipeline.done == ["second piece"]
    assert [trouble.part for trouble in health.troubles()] == ["pipeline"]
    assert loop.ticked_at == now

    now += 1.0
    pipeline.is_spoilt = False
    loop._tick_for(math.inf)
    assert health.troubles() == []


class Locked(InPieces):
    """A pipeline that can call for help, and store nothing until somebody has."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self.called: set[str] = set()

    def call(self, messages: Sequence[Arrived]) -> TakenIn:
        """Note what is called for."""
        self.called |= {message.topic for message in messages}
        return TakenIn(verdicts=[None for _ in messages])

    def store(self, taken: TakenIn) -> None:
        """Store it once a call for help is among it, so that the test ends."""
        if len(taken.verdicts) == 1:
            raise StoreDown("it is locked")


def test_who_calls_for_help_while_a_batch_cannot_be_stored_is_called_for_with_it() -> None:
    clock, pipeline = VirtualClock(EIGHT), Locked()
    loop = Loop(pipeline, clock, Health(clock))
    told = threading.Event()
    loop.offer([Arrived(MOTION, b"on", EIGHT)], lambda _: None)
    batch = loop._next_batch()
    loop.offer([Arrived(SOS, b"pressed", EIGHT)], lambda _: told.set())

    loop._take_in(batch)

    assert pipeline.called == {MOTION, SOS}
    assert told.is_set()


class Slow(InPieces):
    """A pipeline that stores nothing before the press among the messages was called for, and meets a fault at first."""

    faults = 0

    def __init__(self) -> None:
        """Know of nothing yet."""
        super().__init__()
        self.helped = threading.Event()

    def call(self, messages: Sequence[Arrived]) -> TakenIn:
        """Note what is called for."""
        is_press = any(message.topic == SOS for message in messages)
        if is_press and self.faults:
            self.faults -= 1
            self.helped.set()
            raise self.fault
        self.done += [f"called {message.topic}" for message in messages]
        if is_press:
            self.helped.set()
        return TakenIn(verdicts=[None for _ in messages])

    def store(self, taken: TakenIn) -> None:
        """Take as long as that."""
        if not self.helped.wait(10):
            raise StoreDown("the press still waits")
        self.done.append(f"stored {len(taken.verdicts)}")


@pytest.mark.parametrize(
    ("fault", "faults"),
    [(ValueError("unused"), 0), (ValueError("a fault of ours"), 1), (StoreDown("the disk is full"), 1)],
    ids=["well", "fault", "down"],
)
def test_who_calls_for_help_while_a_batch_is_being_stored_does_not_wait_for_it(fault: Exception, faults: int) -> None:
    clock, pipeline = VirtualClock(EIGHT), Slow()
    pipeline.fault, pipeline.faults = fault, faults
    loop = Loop(pipeline, clock, Health(clock))
    told: list[str] = []
    loop.offer([Arrived(MOTION, b"on", EIGHT)], lambda _: told.append("motion"))
    batch = loop._next_batch()
    loop.offer([Arrived(SOS, b"pressed", EIGHT)], lambda _: told.append("press"))

    loop._take_in(batch)
    loop._take_in(loop._next_batch())

    beside = [] if faults else [f"called {SOS}"]  # what could not be done beside is done with the next batch
    assert pipeline.done == [f"called {MOTION}", *beside, "stored 1", f"called {SOS}", "stored 1"]
    assert told == ["motion", "press"], "what was called for is not acknowledged before it is stored too"
    assert loop.late(-1.0) == []


def test_of_a_flood_of_calls_only_so_many_join_a_batch_that_is_being_stored() -> None:
    clock, pipeline = VirtualClock(EIGHT), Slow()
    loop = Loop(pipeline, clock, Health(clock))
    loop.offer([Arrived(MOTION, b"on", EIGHT)], lambda _: None)
    batch = loop._next_batch()
    for _ in range(loop_module._CALLS_BESIDE + 20):
        loop.offer([Arrived(SOS, b"pressed", EIGHT)], lambda _: None)

    loop._take_in(batch)

    assert pipeline.done.index("stored 1") == 1 + loop_module._CALLS_BESIDE
    assert loop.waiting == 20


class Unkept(InPieces):
    """A pipeline that can process no message, nor write that down at once."""

    left = 2

    def refuse(self, message: Arrived, reason: str) -> None:  # noqa: ARG002
        """Fail the first time."""
        self.left -= 1
        if self.left:
            raise self.why

    why: Exception = ValueError()


@pytest.mark.parametrize("why", [StoreDown("the disk is full"), ValueError("it cannot be kept")], ids=["down", "fault"])
def test_a_message_that_can_be_neither_processed_nor_refused_ends_nothing(why: Exception) -> None:
    clock, pipeline = VirtualClock(EIGHT), Unkept()
    pipeline.why = why
    loop = Loop(pipeline, clock, Health(clock))
    told: list[str | None] = []
    loop.offer([Arrived(MOTION, b"on", EIGHT)], told.extend)

    loop._take_in(loop._next_batch())

    is_kept = isinstance(why, StoreDown)
    assert told == ([FAULT_OF_OURS] if is_kept else []), "nothing is acknowledged that stands nowhere"
    assert pipeline.left == (0 if is_kept else 1)


class Faulty(Unkept):
    """A pipeline that has a fault, which each message meets before anybody is called."""

    left = 1

    def call(self, messages: Sequence[Arrived]) -> TakenIn:  # noqa: ARG002
        """Fail."""
        raise self.fault

    def calls_for_help(self, messages: Sequence[Arrived]) -> list[Finding]:
        """Know a call by its topic."""
        return [_FOUND for message in messages if message.topic == SOS]


_FOUND = Finding("k", "home-7", "garden", AlertKind.SOS, Severity.EMERGENCY, EIGHT, Sentence("SOS pressed."))


def test_a_call_for_help_that_meets_a_fault_is_left_to_whoever_calls_without_the_store() -> None:
    clock = VirtualClock(EIGHT)
    told: list[str | None] = []
    for topic in (MOTION, SOS):
        loop = Loop(Faulty(), clock, Health(clock))
        told.clear()
        loop.offer([Arrived(topic, b"on", EIGHT)], told.extend)

        loop._take_in(loop._next_batch())

        assert (told, [message.topic for message in loop.late(-1.0)]) == (
            ([], [SOS]) if topic == SOS else ([FAULT_OF_OURS], [])
        )
