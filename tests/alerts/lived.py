"""Months of alerts as a real desk has kept them: the buttons are pressed, people answer as each of them does."""

import heapq
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from alerts.desk import Desk
from linli.alert import Alert, AlertKind, AlertState, Outcome, Severity
from linli.clock import VirtualClock
from linli.finding import Finding
from linli.people import Roster
from linli.store import cases
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.words import Sentence
from tests.alerts.town import town
from tests.cast import DEVICES, EIGHT, GARDEN, HOMES, LIN, MEI


@dataclass(frozen=True)
class Way:
    """How one person answers: so long after the first call, or never; then at the door and done so long after that."""

    goes_after: timedelta | None = None
    declines_after: timedelta | None = None
    arrives_after: timedelta = timedelta(minutes=4)
    ends_after: timedelta = timedelta(minutes=6)


SILENT = Way()
Answers = Callable[[str, str], Way]


@dataclass
class Lived:
    """A desk on a real file, and what people have in mind."""

    path: Path
    answers: Answers
    people: Roster = field(default_factory=town)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(EIGHT)
        self.care = CareStore(f"sqlite:///{self.path}")
        with self.care.begin() as connection:
            roster_store.save(connection, HOMES, DEVICES, self.people.people.values())
        self.desk = Desk(self.care, lambda: self.people, self.clock, lambda: None)
        self._plan: list[tuple[datetime, int, str, str, str]] = []
        self._planned: set[tuple[str, str]] = set()

    def press(self, at: datetime, kind: AlertKind = AlertKind.SOS) -> str:
        """Let a finding come at a moment, and live until nobody has anything to do any more."""
        self.live_until(at)
        severity = Severity.EMERGENCY if kind is AlertKind.SOS else Severity.URGENT
        self.desk.open([Finding(f"{kind}:{at}", MEI.home, GARDEN, kind, severity, at, Sentence("Pressed."))])
        self._look()
        with self.care.read() as connection:
            return cases.search(connection, limit=1)[0].id

    def live_until(self, end: datetime) -> None:
        """Take every step and every answer up to a moment."""
        while True:
            moments = [m for m in (self.desk.next_due(), self._plan[0][0] if self._plan else None) if m is not None]
            if not moments or min(moments) >= end:
                break
            self.clock.set(max(min(moments), self.clock.now()))
            while self._plan and self._plan[0][0] <= self.clock.now():
                self._act(*heapq.heappop(self._plan)[2:])
            self.desk.tick(self.clock.now())
            self._look()
        self.clock.set(max(end, self.clock.now()))

    def _look(self) -> None:
        with self.care.read() as connection:
            asked = [
                (alert, r.person) for alert in cases.open_ones(connection) for r in cases.requests(connection, alert.id)
            ]
        for alert, person in asked:
            if (alert.id, person) not in self._planned:
                self._planned.add((alert.id, person))
                self._will(alert, person)

    def _will(self, alert: Alert, person: str) -> None:
        way, now = self.answers(alert.id, person), self.clock.now()
        if way.declines_after is not None:
            self._put(now + way.declines_after, alert.id, person, "decline")
        if way.goes_after is not None:
            goes = now + way.goes_after
            self._put(goes, alert.id, person, "accept")
            self._put(goes + way.arrives_after, alert.id, person, "arrive")
            self._put(goes + way.arrives_after + way.ends_after, alert.id, person, "close")

    def _put(self, at: datetime, alert: str, person: str, verb: str) -> None:
        heapq.heappush(self._plan, (at, len(self._planned), alert, person, verb))

    def _act(self, id_: str, person: str, verb: str) -> None:
        with self.care.read() as connection:
            alert = cases.by_id(connection, id_)
            stands = {r.person: r.state for r in cases.requests(connection, id_)}
        if alert is None or alert.state is AlertState.CLOSED:
            return
        if verb == "accept" and alert.state is AlertState.OPEN:
            self.desk.accept(id_, person)
        elif verb == "decline" and alert.state is AlertState.OPEN:
            self.desk.decline(id_, person)
        elif verb == "arrive" and stands[person] == "accepted":
            self.desk.arrive(id_, person)
        elif verb == "close" and stands[person] == "at_door":
            self.desk.close(id_, person, Outcome.SAFE)


def chance(seed: int, people: Sequence[str]) -> Answers:
    """Return people of whom each has a habit, with luck in it; staff always go."""
    luck = random.Random(seed)  # noqa: S311 - repeatable
    eager = {person: 1.0 if person == LIN.person else luck.random() * 0.5 for person in people}

    def answer(alert: str, person: str) -> Way:
        dice = random.Random(f"{seed}{alert}{person}")  # noqa: S311
        if dice.random() < eager[person]:
            return Way(
                goes_after=timedelta(seconds=dice.randint(5, 90)),
                arrives_after=timedelta(seconds=dice.randint(60, 800)),
            )
        if dice.random() < 0.3:
            return Way(declines_after=timedelta(seconds=dice.randint(3, 40)))
        return SILENT

    return answer
