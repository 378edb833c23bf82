"""One life of linli: from the start on whatever the last life left, through the rest of a scenario, or to its end by kill.

The core is the real one, on real files, with the real loop and the real sender in their threads. Only what is outside is
played: the broker and the far ends by the journal, people and time by the scenario.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import assert_never

from alerts.drill_desk import DrillDesk
from alerts.sender import Claim, Sender
from bench.crash import town
from bench.crash.far_end import FarEnd
from bench.crash.journal import Journal
from bench.crash.points import Points, count_commits
from bench.crash.scenarios import Act, Announce, AskVolunteer, Publish, Scenario, Settle, Wait
from bench.crash.watcher import Watcher
from ingest.intake import Arrived
from linli.alert import AlertKind, Outcome
from linli.clock import VirtualClock, from_millis, millis
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.errors import LinliError
from linli.loop import Loop
from linli.settings import Settings
from linli.store import roster as roster_store

TICK_SECONDS = 0.003
_GATE_SECONDS = 12.0


class Order(StrEnum):
    """Which thread goes first where two could go: the pipeline, the sender, or whichever the system picks.

    The first two make a run repeatable: one notice is sent at a time. The last has all workers at once.
    """

    PIPELINE_FIRST = "pipeline first"
    SENDER_FIRST = "sender first"
    AS_IT_COMES = "as it comes"


class Timepiece(VirtualClock):
    """The scenario's clock, which a kill does not set back. The sender reads it before each of its turns: there it waits."""

    def __init__(self, start: datetime, journal: Journal) -> None:
        super().__init__(start)
        self._journal = journal
        self.gate: Callable[[], object] = lambda: None

    def now(self) -> datetime:
        """Return the moment; the thread `sender` only once it is its turn."""
        if threading.current_thread().name == "sender":
            self.gate()
        return self.shown()

    def shown(self) -> datetime:
        """Return the moment at once, to whoever only watches."""
        return super().now()

    def set(self, moment: datetime) -> None:
        """Move on."""
        super().set(moment)
        self._journal.write("clock", str(millis(moment)))


class Life:
    """Runs one life; returns from `run` only if nothing was fatal."""

    def __init__(self, folder: Path, scenario: Scenario, order: Order, fatal: str) -> None:
        self._scenario = scenario
        self._order = order
        self._journal = Journal(folder)
        is_first = not self._journal.lines
        self._journal.write("life", fatal)
        self._points = Points(self._journal, fatal)
        self._clock = Timepiece(self._begins(is_first=is_first), self._journal)
        self._clock.set(self._clock.now())
        self._to_offer: list[tuple[Arrived, str]] = []
        self._ticks = 0
        self._acting = False
        self._sender_runs = False
        count_commits(self._points)
        self._core = self._build(folder)
        self._loop = Loop(
            self._core.pipeline, self._clock, self._core.health, tick_every=TICK_SECONDS, each_tick=self._each_tick
        )
        self._watcher = Watcher(folder / "care.db", self._clock.shown, lambda: self._ticks, self._unacknowledged)

    def _begins(self, *, is_first: bool) -> datetime:
        if is_first:
            return town.NINE
        return from_millis(int(self._journal.last("clock") or 0)) + self._scenario.downtime

    def _build(self, folder: Path) -> Core:
        far_end = FarEnd(self._journal, self._points, self._receive)
        wake, at_once = Sender.wake, Sender.at_once

        def let_go_first() -> None:
            is_worker = threading.current_thread().name.startswith("sender")
            if self._order is Order.SENDER_FIRST and self._sender_runs and not is_worker:
                self._until(lambda: not self._watcher.has_notices())

        def wake_and_let_go_first(sender: Sender) -> None:
            wake(sender)
            let_go_first()

        @contextmanager
        def at_once_and_let_go_first(sender: Sender) -> Iterator[Claim]:
            with at_once(sender) as claim:
                yield claim
            let_go_first()

        # this process is ours alone
        Sender.wake = wake_and_let_go_first  # type: ignore[assignment, method-assign]
        Sender.at_once = at_once_and_let_go_first  # type: ignore[assignment, method-assign]
        core = build(Settings(), DataDir(folder), self._clock, "http://linli.example", {"webhook": far_end})
        if self._order is not Order.AS_IT_COMES:
            core.sender._workers = core.sender._ordinary = 1  # noqa: SLF001 - the same order in every run
        if self._order is Order.PIPELINE_FIRST:
            self._clock.gate = lambda: self._until(self._pipeline_is_idle)
        return core

    def _until(self, condition: Callable[[], bool]) -> None:
        patience = time.monotonic() + _GATE_SECONDS
        while not condition():
            if time.monotonic() > patience:
                self._journal.write("harness", "one thread waits for another that does not come")
                return
            time.sleep(0.0005)

    def _pipeline_is_idle(self) -> bool:
        return not (self._acting or self._unacknowledged() or self._watcher.has_steps())

    # the life

    def run(self) -> None:
        """Start as the program does, recover, take the steps that are left, and stop in good order."""
        core = self._core
        core.desk.start()
        core.sender.start()
        self._sender_runs = True
        core.warm()
        heard = core.last_heard()
        if heard is not None:
            core.watch.go_deaf(min(heard, self._clock.now()))
        self._to_offer = [self._arrived(packet, redelivered=True) for packet in self._unacknowledged()]
        self._loop.start()
        core.watch.hear_again(self._clock.now())
        self._settle_down()
        self._journal.write("recovered", "")
        for index in range(len(self._journal.names("done")), len(self._scenario.steps)):
            self._journal.write("step", str(index))
            self._take(index)
            self._settle_down()
            self._journal.write("done", str(index))
        self._loop.stop()
        core.sender.stop()
        core.close()
        self._journal.write("end", "")

    def _settle_down(self) -> None:
        for words in self._watcher.wait():
            self._journal.write("stuck", words)

    def _take(self, index: int) -> None:
        match step := self._scenario.steps[index]:
            case Publish():
                self._publish(step, index)
            case Wait():
                self._wait(town.NINE + timedelta(seconds=step.until))
            case Act():
                self._act(step)
            case Announce():
                self._drill_desk().announce(step.home, by="lin")
            case AskVolunteer():
                self._drill_desk().ask(step.person)
            case Settle():
                self._settle()
            case _:
                assert_never(step)

    def _publish(self, step: Publish, index: int) -> None:
        """Give messages to the broker, but those that it has from this step's first try."""
        before = sum(len(s.messages) for s in self._scenario.steps[:index] if isinstance(s, Publish))
        known = len(self._journal.names("published"))
        for topic, payload in step.messages[known - before :]:
            self._journal.write("published", topic, payload)
        packets = range(known + 1, before + len(step.messages) + 1)
        self._to_offer = [self._arrived(str(packet), redelivered=False) for packet in packets]

    def _arrived(self, packet: str, *, redelivered: bool) -> tuple[Arrived, str]:
        lines = [line for line in self._journal.lines if line["what"] == "published"]
        line = lines[int(packet) - 1]
        payload = line["detail"].encode()
        return Arrived(line["name"], payload, self._clock.now(), int(packet), redelivered=redelivered), packet

    def _unacknowledged(self) -> list[str]:
        packets = range(1, len(self._journal.names("published")) + 1)
        known = set(self._journal.names("acknowledged"))
        return [str(packet) for packet in packets if str(packet) not in known]

    def _each_tick(self) -> tuple[()]:
        """Offer in the pipeline's own thread what is to be one batch; all in one piece."""
        self._core.refresh()
        while self._to_offer:
            message, packet = self._to_offer.pop(0)
            self._loop.offer([message], lambda _, packet=packet: self._acknowledge(packet))  # type: ignore[misc]
        self._ticks += 1
        return ()

    def _acknowledge(self, packet: str) -> None:
        with self._points.around(f"acknowledging message {packet}"):
            self._journal.write("acknowledged", packet)

    def _wait(self, until: datetime) -> None:
        """Let time pass from one due moment to the next, those included that linli itself expects something of."""
        while (due := self._next_due(until)) is not None:
            self._move_on(due)
        if until > self._clock.shown():
            self._move_on(until)

    def _next_due(self, until: datetime) -> datetime | None:
        """Return the next moment of which the stores or linli say that something is due; linli alone is not believed."""
        stored = self._watcher.next_due(millis(until))
        expected = self._core.pipeline.next_due(self._clock.shown())
        moments = [from_millis(stored)] if stored is not None else []
        if expected is not None and self._clock.shown() < expected <= until:
            moments.append(expected)
        return min(moments, default=None)

    def _move_on(self, moment: datetime) -> None:
        self._clock.set(moment)
        self._core.sender.wake()
        self._settle_down()

    def _act(self, step: Act) -> None:
        self._acting = True
        for alert in self._watcher.open_alerts(step.kind, drill=step.drill):
            self._do(step.verb, alert, step.person)
        self._acting = False

    def _do(self, verb: str, alert: str, person: str) -> None:
        desk = self._core.desk
        if verb == "close":
            desk.close(alert, person, Outcome.HELPED, "")
        else:
            {"accept": desk.accept, "decline": desk.decline, "arrive": desk.arrive}[verb](alert, person)

    def _drill_desk(self) -> DrillDesk:
        return DrillDesk(self._core.care, self._core.roster.get, self._core.desk, self._clock)

    def _receive(self, person: str) -> None:
        """Let a hasty person answer while linli still waits for the far end."""
        if person != self._scenario.hasty:
            return
        for alert in self._watcher.open_alerts(AlertKind.SOS):
            try:
                self._core.desk.accept(alert, person)
            except LinliError as why:
                self._journal.write("refusal", str(why))

    def _settle(self) -> None:
        with self._core.care.begin() as connection:
            roster_store.save(connection, town.HOMES, town.DEVICES, self._scenario.people)
        self._until(lambda: bool(self._core.roster.get().homes))
