"""A whole linli without threads: what the canary publishes goes straight into the real pipeline, desk and sender."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from alerts.alarm import Alarm
from alerts.channels.base import Answer, Verdict
from alerts.message import Message
from alerts.probe import Probe
from alerts.round_book import RoundBook
from ingest.intake import Arrived
from linli import canary
from linli.canary import PERSON
from linli.clock import VirtualClock
from linli.core import Core, build
from linli.data_dir import DataDir
from linli.people import Channel
from linli.settings import load
from linli.store import roster as roster_store
from linli.watchman import Pace, Watched, Watchman
from tests.cast import DEVICES, EIGHT, HOMES, PEOPLE

PACE = Pace(every=300, within=60)


class Timer:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


@dataclass
class RecordingChannel:
    """A channel that accepts everything, or answers as it is told, and remembers what it was given."""

    sent: list[tuple[str, Message]] = field(default_factory=list)
    verdict: Verdict = Verdict.ACCEPTED

    def send(self, message: Message, channel: Channel) -> Answer:
        """Take a message."""
        self.sent.append((channel.person, message))
        return Answer(self.verdict)

    def people(self) -> list[str]:
        """Return to whom messages went, the canary's probe apart."""
        return sorted({person for person, _ in self.sent if person != PERSON})


def furnish(folder: Path) -> Path:
    """Make the stores of a whole linli once, with the cast in them, to be copied: making them is slow."""
    Whole(folder).close()
    return folder


class Whole:
    """The cast's linli with its canary. What is published waits in `wire` until `deliver`."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.timer = VirtualClock(EIGHT), Timer()
        self.channel = RecordingChannel()
        channels: Mapping[str, RecordingChannel] = dict.fromkeys(("webhook", "sms", "email", "inbox"), self.channel)
        self.core: Core = build(
            load({"data": folder}, {}), DataDir(folder), self.clock, "http://linli.example", channels, "http://probe"
        )
        if not self.core.roster.get().homes:
            with self.core.care.begin() as connection:
                roster_store.save(connection, HOMES, DEVICES, PEOPLE)
            self.core.refresh()
        self.core.desk.start()
        self.probe = Probe(canary.secret(self.core.keys), self.core.canaries.rounds.arrive)
        self.wire: list[tuple[str, bytes]] = []
        self.turned_at: Callable[[], float] = self.timer
        self.ticked_at: Callable[[], float] = self.timer
        self.alarm = Alarm(self.core.desk, self.core.roster.get, self.core.channels, self.core.links, self.clock)
        self.watchman = Watchman(
            self.core.canaries.rounds,
            Watched(self._turned, self._ticked, self.core.canaries.homes),
            lambda topic, payload: self.wire.append((topic, payload)),
            self.core.health,
            RoundBook(self.core.care, self.clock, timedelta(seconds=PACE.within)),
            self.alarm,
            PACE,
            timer=self.timer,
        )

    def _turned(self) -> float:
        return self.turned_at()

    def _ticked(self) -> float:
        return self.ticked_at()

    def deliver(self) -> None:
        """Take in what was published, as the loop does with what the broker brings."""
        messages = [Arrived(topic, payload, self.clock.now()) for topic, payload in self.wire]
        self.wire.clear()
        self.core.pipeline.take_in(messages)
        self.core.pipeline.tick(self.clock.now())

    def send(self) -> None:
        """Let the sender do what is due, and the probe see what came to it."""
        before = len(self.channel.sent)
        self.core.sender.deliver_due(self.clock.now())
        for person, message in self.channel.sent[before:]:
            if person == PERSON and self.channel.verdict is Verdict.ACCEPTED:
                self.core.canaries.rounds.arrive(_alert_of(message))

    def pass_seconds(self, seconds: int, *, works: bool = True) -> None:
        """Let time go by, with a look each second; unless `works`, what is published stays on the wire."""
        for _ in range(seconds):
            self.clock.advance(timedelta(seconds=1))
            self.timer.now += 1
            self.watchman.look()
            if works and self.wire:
                self.deliver()
                self.send()

    def troubles(self) -> list[str]:
        """Return the parts that do not work."""
        return [trouble.part for trouble in self.core.health.troubles()]

    def close(self) -> None:
        """Let go of the stores."""
        self.core.close()


def _alert_of(message: Message) -> str:
    return message.key.split(".", 1)[0]
