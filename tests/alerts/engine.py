"""The whole alert engine under a virtual clock: real pipeline, desk, sender and stores, in a world that misbehaves.

Time passes only here. Faults are given in advance and happen once: at a statement, at a commit, on a channel.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from alerts.channels.base import Verdict
from alerts.desk import Desk, UnknownAlert
from alerts.drill_desk import DrillDesk
from alerts.links import Links
from alerts.sender import Sender
from ingest.intake import Arrived, Intake
from linli.alert import Outcome
from linli.clock import VirtualClock
from linli.errors import Conflict, LinliError, StoreDown
from linli.finding import Finding
from linli.first_delivery import FirstDelivery
from linli.health import Health
from linli.people import Roster
from linli.pipeline import Pipeline
from linli.signals import Kind
from linli.store import availability, outbox, pauses
from linli.store.pauses import Pause
from linli.store.sqlite_signals import SqliteSignalStore
from linli.wire import availability_topic, signal_topic, write_payload
from models.rules import Rules
from models.watch import Watch
from tests.alerts.faulty_care import FaultyCare
from tests.alerts.moody_far_end import HANGS_FOR, FarEnd, Killed

TICK = timedelta(seconds=1)
PAUSE = timedelta(minutes=2)
"""How long after an attempt the next one is made while nothing can be written: each is refused alike."""
MOST_EVENTS = 25
"""How many steps of a long time are lived through one by one; then the clock jumps, as if the machine had slept."""
HUB = "hub"
WARM_SIGNALS = 50

TABLES = ("alerts", "requests", "outbox", "log", "episodes", "drills", "pauses")
Row = sqlite3.Row
Tables = Mapping[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a home's hub last said: whether it is there, from when on that counts, and how long the log was then.

    `is_repeated`: something was heard of the home since it was lost. Then when it fell silent is a matter of taste.
    """

    is_there: bool
    since: datetime
    log_seq: int
    is_repeated: bool = False


class Engine:
    """Pipeline, desk, sender and stores, restarted at will.

    `accepted` are the findings that the desk has taken, `at_broker` the messages that linli has not acknowledged.
    """

    def __init__(self, care: FaultyCare, folder: Path, roster: Roster, start: datetime, *, load_limit: int = 0) -> None:
        self.care = care
        self.roster = roster
        self.clock = VirtualClock(start)
        self.far = FarEnd(self.clock)
        self.accepted: dict[str, Finding] = {}
        self.unacknowledged: list[Finding] = []
        self.at_broker: list[Arrived] = []
        self.hubs: dict[str, Heard] = {}
        self.tried_buttons: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self.is_settled = False
        self.clock_was_set = False
        self._presses = 0
        self._load_limit = load_limit
        self._look = sqlite3.connect(folder / "care.db")
        self._look.row_factory = sqlite3.Row
        for left_over in folder.glob("signals.db*"):
            left_over.unlink()
        self._signals = SqliteSignalStore(folder / "signals.db")
        self.far.is_closed = self.is_closed
        self._recorded = 0
        self.lost_answers: Counter[str] = Counter()
        self.restart()

    def close(self) -> None:
        """Close the look into the database and the signals; the care store is used again."""
        self.care.end_outage()
        self._signals.close()
        self._look.close()

    # the program

    def restart(self) -> None:
        """Begin anew on the same stores; whoever ran before is dead, with all that it held."""
        self.counts["starts"] += 1
        self._answers_lost()
        self.watch = Watch(Rules())
        links = Links(b"s" * 32, "http://linli.example", self.clock)
        adapters = dict.fromkeys(("webhook", "sms", "email", "inbox"), self.far)
        self.sender = Sender(self.care, self._roster, adapters, links, self.clock, Health(self.clock))
        self.desk = Desk(self.care, self._roster, self.clock, self.sender.wake, load_limit=self._load_limit)
        self.drill_desk = DrillDesk(self.care, self._roster, self.desk, self.clock)
        intake = Intake(self._roster, FirstDelivery(self._signals, self.care))
        self.pipeline = Pipeline(self._roster, intake, self._signals, self.care, self.watch, self.desk, self.clock)
        self._is_started = False
        self._start()

    def _roster(self) -> Roster:
        return self.roster

    def _start(self) -> bool:
        """Start as the program does; without a store it cannot, and is started again."""
        try:
            self.desk.start()
            self._know_again()
        except StoreDown:
            self.counts["starts without store"] += 1
            return False
        self._is_started = True
        return True

    def _know_again(self) -> None:
        """Learn from the stores what was known of the homes; the time in which nothing ran is nobody's silence."""
        now = self.clock.now()
        self.watch.take_roster(self.roster)
        with self.care.read() as connection:
            words = availability.all_known(connection)
        for home in self.roster.homes:
            self.watch.warm(home, self._signals.recent(home, limit=WARM_SIGNALS))
        for home, device, online, at in words:
            self.watch.see_availability(home, device, online=online, at=at)
        heard = [at for _, _, _, at in words] + [at for at in [self._signals.newest()] if at is not None]
        if heard:
            self.watch.go_deaf(min(max(heard), now))
        self.watch.hear_again(now)
        silent = {home: replace(hub, since=max(hub.since, now)) for home, hub in self.hubs.items() if not hub.is_there}
        self.hubs |= silent

    def _answers_lost(self) -> None:
        for sending in self.far.sent[self._recorded :]:
            if sending.verdict is Verdict.ACCEPTED:
                self.lost_answers[sending.key] += 1
        self._recorded = len(self.far.sent)

    # what is stored

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

    def _log_seq(self) -> int:
        return int(self._look.execute("SELECT coalesce(max(seq), 0) FROM log").fetchone()[0])

    # what people do

    def _breathe(self) -> datetime:
        """Let a moment pass, so that no two steps are taken in the same one."""
        self.clock.advance(timedelta(milliseconds=1))
        return self.clock.now()

    def act(self, what: Callable[[], object]) -> bool:
        """Let somebody do something; False when it was refused or the store was down."""
        try:
            return self._attempt(what)
        except (Conflict, UnknownAlert):
            self.counts["acts refused"] += 1
            return False

    def _attempt(self, what: Callable[[], object]) -> bool:
        self.is_settled = False
        self._breathe()
        try:
            if not (self._is_started or self._start()):
                return False
            what()
        except StoreDown:
            self.counts["acts without store"] += 1
            return False
        return True

    def not_now(self, person: str, hours: float) -> None:
        """Let nobody call somebody for a while; where their answer is waited for, they cannot come."""
        if person not in self.roster.people:
            return
        now = self.clock.now()
        pause = Pause(person, now, now + timedelta(hours=hours))
        if self.act(lambda: self._begin_pause(pause)):
            for row in self.tables()["requests"]:
                if row["person"] == person and row["state"] in {"asked", "silent"} and not self.is_closed(row["alert"]):
                    self.act(lambda alert=row["alert"]: self.desk.decline(alert, person))  # type: ignore[misc]

    def _begin_pause(self, pause: Pause) -> None:
        with self.care.begin() as connection:
            pauses.begin(connection, pause)

    def can_again(self, person: str) -> None:
        """Let somebody be called again."""
        self.act(lambda: self._end_pause(person))

    def _end_pause(self, person: str) -> None:
        with self.care.begin() as connection:
            pauses.end(connection, person, self.clock.now())

    def try_button(self, home: str, device: str) -> None:
        """Announce a trial; it is refused where somebody may be in need."""

        def announce() -> None:
            made = self.drill_desk.announce(home, device)
            self.tried_buttons[made.id] = device

        self.act(announce)

    def try_volunteer(self, person: str) -> None:
        """Let a volunteer be written to for practice; who is no volunteer cannot be."""

        def ask() -> None:
            try:
                self.drill_desk.ask(person)
            except (StoreDown, Conflict):
                raise
            except LinliError:
                self.counts["acts refused"] += 1

        self.act(ask)

    # what devices say

    def press(self, home: str, device: str, kind: Kind, *, ago: timedelta = timedelta(0)) -> None:
        """Let a button call for help, or send only now what was pressed before."""
        self._presses += 1
        value = "pressed" if kind is Kind.SOS else "help"
        at = self.clock.now() - ago if ago else None
        payload = write_payload(value, at=at, id=f"press-{self._presses}")
        self._publish([(signal_topic(self.roster.homes[home].site, home, device, kind), payload)])

    def fall_silent(self, homes: Iterable[str]) -> None:
        """Let the hubs of some homes be lost."""
        self._publish(self._word_of_hub(home, "offline") for home in homes)

    def come_back(self, homes: Iterable[str]) -> None:
        """Let the hubs of some homes come online, and then what is behind them be heard."""
        names = list(homes)
        self._publish(self._word_of_hub(home, "online") for home in names)
        self._publish(
            (signal_topic(self.roster.homes[home].site, home, "hall", Kind.MOTION), write_payload("on"))
            for home in names
        )

    def _word_of_hub(self, home: str, word: str) -> tuple[str, bytes]:
        return availability_topic(self.roster.homes[home].site, home, HUB), word.encode()

    def _publish(self, messages: Iterable[tuple[str, bytes]]) -> None:
        now = self.clock.now()
        self.at_broker += [Arrived(topic, payload, now) for topic, payload in messages]
        self.receive()

    def receive(self) -> None:
        """Take in what the broker has; what linli does not acknowledge comes again, among what is new."""
        batch = [structs.replace(message, received_at=self.clock.now()) for message in self.at_broker]
        if batch and self._attempt(lambda: self.pipeline.take_in(batch)):
            self.at_broker.clear()
            for finding in self.pipeline.calls_for_help(batch):
                self.accepted.setdefault(finding.key, finding)
            for message in batch:
                self._heed_hub(message)

    def _heed_hub(self, message: Arrived) -> None:
        """Note what a hub said. Where one that is lost is said to be so again, or a button speaks past it, silence begins anew."""
        *_, home, device, _ = message.topic.split("/")
        is_there, known, now = message.payload == b"online", self.hubs.get(home), self.clock.now()
        if device == HUB and (is_there or known is None or known.is_there):
            self.hubs[home] = Heard(is_there, now, self._log_seq())
        elif known is not None and not known.is_there:
            self.hubs[home] = replace(known, since=now, is_repeated=True)

    def deliver(self, findings: list[Finding]) -> None:
        """Hand findings to the desk as detectors do: what it does not take comes again."""
        self.unacknowledged += [one for one in findings if one not in self.unacknowledged]
        taken = list(findings)
        if self._attempt(lambda: self.desk.open(taken)):
            self.accepted.update({one.key: one for one in taken if one.key not in self.accepted})
            self.unacknowledged = [one for one in self.unacknowledged if one.key not in self.accepted]

    # time

    def turn(self) -> None:
        """Do what is due now: redeliver, take steps, send."""
        if self.unacknowledged:
            self.deliver(list(self.unacknowledged))
        self.receive()
        self._attempt(lambda: self.pipeline.tick(self._breathe()))
        self._attempt(self._send)

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
        if self.care.outage:
            return
        self.care.faults.clear()
        self.far.hangs_for = timedelta(0)  # the sender has other workers; here all messages are sent in a row
        self.run_for(3 * TICK)
        self.far.hangs_for = HANGS_FOR
        self.is_settled = True

    def next_due(self) -> datetime:
        """Return when something is due next."""
        now = self.clock.now()
        if self.care.outage:
            return now + PAUSE
        if self.unacknowledged or self.at_broker or not self._is_started:
            return now + TICK
        with self.care.read() as connection:
            notice = outbox.next_due(connection)
        moments = (self.pipeline.next_due(now), notice)
        return min((moment for moment in moments if moment), default=now + timedelta(days=365))

    def set_clock(self, step: timedelta) -> None:
        """Set the machine's clock, forwards or backwards; linli has looked at it a moment before, as it does all the time."""
        self.settle()
        self.clock_was_set = True
        self.clock.advance(step)

    # what happens in the middle of a message

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
