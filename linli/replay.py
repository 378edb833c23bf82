"""Recordings through the real pipeline under a virtual clock, as fast as it goes; nothing is decided here."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from ingest.intake import Arrived
from linli.alert import Alert, AlertState, Entry, Outcome, RequestState, Severity
from linli.clock import VirtualClock
from linli.core import Core
from linli.people import Care, Channel, Device, Home, Person, Role, Scope
from linli.recording import offset_of, read_recording
from linli.signals import Kind, Signal
from linli.store import cases
from linli.store import roster as roster_store
from linli.wire import signal_topic, write_payload
from models.habits.ranges import VITALS

SITE = "replay"
TAIL = timedelta(hours=48)
"""How long the clock runs on after the last row."""
_AT_ONCE = VITALS | {Kind.SOS, Kind.CHECK_IN, Kind.FALL, Kind.SMOKE, Kind.GAS, Kind.LEAK}
_BATCH = 500
_LONGEST_BATCH = timedelta(minutes=5)
"""What a signal within a batch sets a time for must not fall due in that batch: no rule waits for so little."""
_LEAST_STEP = timedelta(seconds=1)
_GOES_AFTER, _ARRIVES_AFTER, _ENDS_AFTER = timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of an alert's log, with the alert as it stood when it was read."""

    alert: Alert
    entry: Entry


def signals_of(recordings: Iterable[Path]) -> Iterator[Signal]:
    """Yield the signals of several recordings in time order; each keeps a key of its own."""
    streams = (_tagged(number, path) for number, path in enumerate(recordings))
    return heapq.merge(*streams, key=lambda signal: signal.at)


def _tagged(number: int, path: Path) -> Iterator[Signal]:
    for signal in read_recording(path):
        yield structs.replace(signal, key=f"{number}-{signal.key}")


def add_unknown_homes(core: Core, recordings: Iterable[Path]) -> None:
    """Add the homes and devices of recordings that the roster lacks, with who lives there, and a stand-in neighbour who goes when called."""
    homes: dict[str, Home] = {}
    devices: dict[tuple[str, str], Device] = {}
    known = core.roster.get()
    for path in recordings:
        zone = offset_of(path)
        for signal in read_recording(path):
            if signal.home in known.homes:
                continue
            homes.setdefault(signal.home, Home(signal.home, SITE, "replay", timezone=zone))
            devices.setdefault((signal.home, signal.device), Device(signal.home, signal.device, signal.room))
    people = [
        Person("replay-neighbour", Role.VOLUNTEER, cares=(Care(Scope.SITE, SITE),)),
        Person("replay-staff", Role.STAFF, cares=(Care(Scope.SITE, SITE),)),
        *map(elder_of, homes),
    ]
    with core.care.begin() as connection:
        roster_store.save(connection, homes.values(), devices.values(), people if homes else [])
    core.refresh()


def elder_of(home: str) -> Person:
    """Return who lives in a home that no roster knows: she has a phone, so she is asked first, and says nothing."""
    person = f"elder-of-{home}"
    phone = Channel(f"{person}-phone", person, "inbox", person)
    return Person(person, Role.RESIDENT, cares=(Care(Scope.HOME, home),), channels=(phone,))


class Replay:
    """Drives a core through recorded signals. The stand-in neighbour goes, arrives and closes as a good one would."""

    def __init__(self, core: Core, clock: VirtualClock) -> None:
        self._core = core
        self._clock = clock
        self._seq = 0
        self._last_tick = clock.now() - _LEAST_STEP
        self._neighbour = _Neighbour(core)

    def run(self, signals: Iterator[Signal]) -> Iterator[Transition | int]:
        """Yield each transition as it comes, and now and then the number of signals that went through."""
        batch: list[Arrived] = []
        horizon: datetime | None = None
        count = 0
        for signal in signals:
            if batch and self._must_go_in(batch, signal, horizon):
                yield from self._take_in(batch)
                yield count
                batch = []
            if not batch:
                yield from self._wait_until(signal.at)
                horizon = self._next(signal.at)
            batch.append(self._message(signal))
            count += 1
            if self._core.desk.waits_for_life or signal.kind in _AT_ONCE:
                yield from self._take_in(batch)
                batch = []
        yield from self._take_in(batch)
        yield from self._wait_until(self._clock.now() + TAIL)
        yield count

    @staticmethod
    def _must_go_in(batch: list[Arrived], following: Signal, horizon: datetime | None) -> bool:
        """Tell whether a batch must be taken in before a signal comes: something may fall due between them."""
        is_long = len(batch) >= _BATCH or following.at - batch[0].received_at >= _LONGEST_BATCH
        return is_long or following.kind in _AT_ONCE or (horizon is not None and following.at >= horizon)

    def _message(self, signal: Signal) -> Arrived:
        home = self._core.roster.get().homes[signal.home]
        topic = signal_topic(home.site, signal.home, signal.device, signal.kind)
        return Arrived(topic, write_payload(signal.value, at=signal.at, id=signal.key), signal.at)

    def _take_in(self, batch: list[Arrived]) -> Iterator[Transition]:
        if batch:
            self._clock.set(batch[-1].received_at)
            self._core.pipeline.take_in(batch)
            yield from self._transitions()

    def _next(self, now: datetime) -> datetime | None:
        moments = (self._core.next_due(now), self._neighbour.next_due())
        return min((moment for moment in moments if moment is not None), default=None)

    def _wait_until(self, moment: datetime) -> Iterator[Transition]:
        """Let time pass up to a moment, taking every step on the way at its own time."""
        while (due := self._next(self._clock.now())) is not None and due < moment:
            now = max(due, self._last_tick + _LEAST_STEP)
            if now >= moment:
                break
            self._clock.set(now)
            self._last_tick = now
            self._core.learning.tick()
            self._core.pipeline.tick(now)
            self._core.sender.deliver_due(now)
            self._neighbour.act(now)
            yield from self._transitions()
        self._clock.set(max(moment, self._clock.now()))

    def _transitions(self) -> Iterator[Transition]:
        with self._core.care.read() as connection:
            for seq, id_, entry in cases.log_since(connection, self._seq):
                self._seq = seq
                alert = cases.by_id(connection, id_)
                if alert is not None:
                    yield Transition(alert, entry)


class _Neighbour:
    """Answers every call as a good neighbour would: goes after 2 min, is there after 10, says how it was after 15."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._plan: list[tuple[datetime, int, str]] = []
        self._planned: set[str] = set()

    def next_due(self) -> datetime | None:
        """Return when the next act is due."""
        return self._plan[0][0] if self._plan else None

    def act(self, now: datetime) -> None:
        """Do what is due, and plan for what has opened."""
        for alert in self._core.desk.open_alerts():
            if alert.id not in self._planned and self._is_called(alert):
                self._planned.add(alert.id)
                for step, after in enumerate((_GOES_AFTER, _ARRIVES_AFTER, _ENDS_AFTER)):
                    heapq.heappush(self._plan, (now + after, step, alert.id))
        while self._plan and self._plan[0][0] <= now:
            _, step, id_ = heapq.heappop(self._plan)
            self._take(step, id_)

    def _is_called(self, alert: Alert) -> bool:
        if alert.severity is Severity.NOTICE:
            return False
        with self._core.care.read() as connection:
            asked = cases.requests(connection, alert.id)
        return any(r.person == "replay-neighbour" and r.state is RequestState.ASKED for r in asked)

    def _take(self, step: int, id_: str) -> None:
        with self._core.care.read() as connection:
            alert = cases.by_id(connection, id_)
        if alert is None or alert.state is AlertState.CLOSED:
            return
        desk = self._core.desk
        if step == 0:
            desk.accept(id_, "replay-neighbour")
        elif step == 1:
            desk.arrive(id_, "replay-neighbour")
        else:
            desk.close(id_, "replay-neighbour", Outcome.SAFE)
