"""The whole alert engine under a virtual clock: a real desk, a real sender and a real store, in a world that misbehaves.

Time passes only here. Faults are given in advance and happen once: at a statement, at a commit, on a channel.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import event

from alerts.channels.base import Answer, Verdict
from alerts.desk import Desk, UnknownAlert
from alerts.links import Links
from alerts.message import Message
from alerts.sender import Sender
from linli.alert import NoticeType, Outcome
from linli.clock import VirtualClock
from linli.errors import Conflict, StoreDown
from linli.finding import Finding
from linli.health import Health
from linli.people import Channel, Roster
from linli.store import outbox
from linli.store.care import CareStore
from tests.listening import listen

TICK = timedelta(seconds=1)
PAUSE = timedelta(minutes=2)
"""How long after an attempt the next one is made while the store is away: each is refused alike."""
HANGS_FOR = timedelta(seconds=5)
MOST_EVENTS = 25
"""How many steps of a long time are lived through one by one; then the clock jumps, as if the machine had slept."""


class At(StrEnum):
    """Where in a transaction the database fails; after the commit means that only the answer is lost."""

    BEGIN = "begin"
    STATEMENT = "statement"
    COMMIT = "commit"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure: so many transactions from now, at one place, there after so many statements."""

    after: int
    at: At
    statements: int = 0


def _without_waiting_for_the_disk(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")  # the machine never loses its power here


class FaultyCare(CareStore):
    """The real store, of which a transaction now and then fails."""

    def __init__(self, url: str) -> None:
        super().__init__(url, busy_timeout=timedelta(seconds=2))
        self.faults: list[Fault] = []
        self.is_down = False
        self.injected: Counter[str] = Counter()
        self._statements_left: int | None = None
        listen(self._writing, self._before_statement)
        event.listen(self._writing, "connect", _without_waiting_for_the_disk)

    def _before_statement(self, *_: Any) -> None:
        if self._statements_left is None:
            return
        self._statements_left -= 1
        if self._statements_left < 0:
            self._statements_left = None
            self._fail(At.STATEMENT)

    def _fail(self, why: str) -> None:
        self.injected[f"store {why}"] += 1
        raise StoreDown(f"the care database failed on purpose: {why}")

    def _take_fault(self) -> Fault | None:
        if not self.faults:
            return None
        first = self.faults.pop(0)
        if first.after:
            self.faults.insert(0, Fault(first.after - 1, first.at, first.statements))
            return None
        return first

    @contextmanager
    def begin(self) -> Iterator[Any]:
        """Open a transaction that may write, and that may fail."""
        fault = self._take_fault()
        place = fault.at if fault else None
        if self.is_down or place is At.BEGIN:
            self._fail("outage" if self.is_down else At.BEGIN)
        try:
            with super().begin() as connection:
                self._statements_left = fault.statements if fault and place is At.STATEMENT else None
                yield connection
                if place is At.COMMIT:
                    self._fail(At.COMMIT)
        finally:
            self._statements_left = None
        if place is At.AFTER:
            self._fail(At.AFTER)

    @contextmanager
    def read(self) -> Iterator[Any]:
        """Open a transaction that only reads; in an outage there is none."""
        if self.is_down:
            self._fail("outage")
        with super().read() as connection:
            yield connection


class Killed(BaseException):
    """The process ends here and now, whatever it holds."""


class Mood(StrEnum):
    """What a channel does. `shown`: the message arrived though nobody said so; a lie says so though it did not."""

    FINE = "fine"
    LATER = "later"
    NEVER = "never"
    LOST = "lost"
    SHOWN = "shown"
    HANGS = "hangs"
    LIES = "lies"


_VERDICT = {
    Mood.FINE: Verdict.ACCEPTED,
    Mood.LIES: Verdict.ACCEPTED,
    Mood.LATER: Verdict.LATER,
    Mood.NEVER: Verdict.NEVER,
}


@dataclass(frozen=True, slots=True)
class Sending:
    """One try, as the far end saw it."""

    key: str
    channel: str
    subject: str
    verdict: Verdict

    @property
    def alert(self) -> str:
        """Return which alert it was about."""
        return self.key.split(".")[0]

    @property
    def type(self) -> NoticeType:
        """Return why somebody was written to."""
        return NoticeType(self.key.split(".")[1])


@dataclass
class FarEnd:
    """Serves every kind of channel, each in its mood. `next_send` happens once, in the middle of a message."""

    clock: VirtualClock
    moods: dict[str, Mood] = field(default_factory=dict)
    sent: list[Sending] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    next_send: Callable[[str], None] | None = None
    is_closed: Callable[[str], bool] = lambda _: False
    hangs_for: timedelta = HANGS_FOR
    too_late: list[str] = field(default_factory=list)

    def send(self, message: Message, channel: Channel) -> Answer:
        """Answer as the mood is."""
        mood = self.moods.get(channel.kind, Mood.FINE)
        if mood is not Mood.FINE:
            self.refused[f"channel {mood}"] += 1
        if mood is Mood.HANGS:
            self.clock.advance(self.hangs_for)
        answer = Answer(_VERDICT.get(mood, Verdict.UNKNOWN), "" if mood is Mood.FINE else f"the channel {mood}")
        sending = Sending(message.key, channel.id, message.subject, answer.verdict)
        self.sent.append(sending)
        if sending.type is not NoticeType.OVER and self.is_closed(sending.alert):
            self.too_late.append(sending.key)
        happening, self.next_send = self.next_send, None
        if happening:
            happening(message.key)
        return answer


TABLES = ("alerts", "requests", "outbox", "log", "episodes")
Row = sqlite3.Row
Tables = Mapping[str, list[Row]]


class Engine:
    """Desk, sender and store, restarted at will; `accepted` are the findings that the desk has taken."""

    def __init__(self, care: FaultyCare, folder: Path, roster: Roster, start: datetime, *, load_limit: int = 0) -> None:
        self.care = care
        self.roster = roster
        self.clock = VirtualClock(start)
        self.far = FarEnd(self.clock)
        self.accepted: dict[str, Finding] = {}
        self.unacknowledged: list[Finding] = []
        self.counts: Counter[str] = Counter()
        self.is_settled = False
        self._load_limit = load_limit
        self._look = sqlite3.connect(folder / "care.db")
        self._look.row_factory = sqlite3.Row
        self.far.is_closed = self.is_closed
        self._recorded = 0
        self.lost_answers: Counter[str] = Counter()
        self.restart()

    def close(self) -> None:
        """Close the look into the database; the store is used again."""
        self._look.close()

    def restart(self) -> None:
        """Begin anew on the same store; whoever ran before is dead, with all that it held."""
        self.counts["starts"] += 1
        self._answers_lost()
        health = Health(self.clock)
        links = Links(b"s" * 32, "http://linli.example", self.clock)
        adapters = dict.fromkeys(("webhook", "sms", "email", "inbox"), self.far)
        self.sender = Sender(self.care, lambda: self.roster, adapters, links, self.clock, health)
        self.desk = Desk(self.care, lambda: self.roster, self.clock, self.sender.wake, load_limit=self._load_limit)
        try:
            self.desk.start()
        except StoreDown:
            self.counts["starts without store"] += 1

    def _answers_lost(self) -> None:
        for sending in self.far.sent[self._recorded :]:
            if sending.verdict is Verdict.ACCEPTED:
                self.lost_answers[sending.key] += 1
        self._recorded = len(self.far.sent)

    def tables(self) -> Tables:
        """Return all rows as they are stored."""
        return {name: self._look.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall() for name in TABLES}  # noqa: S608

    def alerts(self) -> list[str]:
        """Return the ids of all alerts, oldest first."""
        return [row["id"] for row in self._look.execute("SELECT id FROM alerts ORDER BY rowid")]

    def is_closed(self, alert: str) -> bool:
        """Tell whether an alert is closed in the store."""
        row = self._look.execute("SELECT state FROM alerts WHERE id = ?", (alert,)).fetchone()
        return row is not None and row["state"] == "closed"

    def _breathe(self) -> datetime:
        """Let a moment pass, so that no two steps are taken in the same one."""
        self.clock.advance(timedelta(milliseconds=1))
        return self.clock.now()

    def act(self, what: Callable[[], object]) -> bool:
        """Let somebody do something; False when it was refused or the store was down."""
        self.is_settled = False
        self._breathe()
        try:
            what()
        except StoreDown:
            self.counts["acts without store"] += 1
            return False
        except (Conflict, UnknownAlert):
            self.counts["acts refused"] += 1
            return False
        return True

    def deliver(self, findings: list[Finding]) -> None:
        """Hand findings to the desk as the pipeline does: what it does not take comes again."""
        self.unacknowledged += [one for one in findings if one not in self.unacknowledged]
        taken = list(findings)
        if self.act(lambda: self.desk.open(taken)):
            self.accepted.update({one.key: one for one in taken if one.key not in self.accepted})
            self.unacknowledged = [one for one in self.unacknowledged if one.key not in self.accepted]

    def turn(self) -> None:
        """Do what is due now: redeliver, take steps, send."""
        if self.unacknowledged:
            self.deliver(list(self.unacknowledged))
        self.act(lambda: self.desk.tick(self._breathe()))
        self.act(self._send)

    def _send(self) -> None:
        try:
            self.sender.deliver_due(self._breathe())
            self._recorded = len(self.far.sent)
        except Killed:
            self.counts["killed while sending"] += 1
            self.restart()
        except StoreDown:
            self._answers_lost()
            raise

    def run_for(self, duration: timedelta) -> None:
        """Let time pass, taking each step when it is due, and each second what could not be done before."""
        until = self.clock.now() + duration
        for _ in range(MOST_EVENTS):
            self.turn()
            following = max(self.next_due(), self.clock.now() + TICK)
            if following >= until:
                break
            self.clock.set(following)
        self.clock.set(max(until, self.clock.now()))
        self.turn()

    def settle(self) -> None:
        """Give a healthy system the time to do what is due."""
        if self.care.is_down:
            return
        self.care.faults.clear()
        self.far.hangs_for = timedelta(0)  # the sender has other workers; here all messages are sent in a row
        self.run_for(3 * TICK)
        self.far.hangs_for = HANGS_FOR
        self.is_settled = True

    def next_due(self) -> datetime:
        """Return when something is due next."""
        if self.care.is_down:
            return self.clock.now() + PAUSE
        if self.unacknowledged:
            return self.clock.now() + TICK
        with self.care.read() as connection:
            moments = (self.desk.next_due(), outbox.next_due(connection))
        return min((moment for moment in moments if moment), default=self.clock.now() + timedelta(days=365))

    def close_in_the_middle(self) -> None:
        """Let somebody close the next alert that is being written about, while its messages are on their way."""
        self.far.next_send = lambda key: self._close(key.split(".")[0])

    def _close(self, alert: str) -> None:
        self.counts["closed while sending"] += 1
        try:
            self.desk.close(alert, "lin", Outcome.SAFE)
        except (Conflict, StoreDown):
            self.counts["acts refused"] += 1

    def kill_in_the_middle(self) -> None:
        """Let the process die at the next message, once the far end has it."""

        def die(_: str) -> None:
            raise Killed

        self.far.next_send = die
