"""A sender over a real database with people whose webhooks lead to a gateway of the test."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from alerts.case import notice_key
from alerts.channels.base import ChannelAdapter
from alerts.channels.inbox import Inbox
from alerts.channels.webhook import Webhook
from alerts.links import Links
from alerts.sender import Sender
from linli.alert import Alert, AlertKind, AlertState, Entry, Notice, NoticeState, NoticeType, Outcome, Severity
from linli.clock import Clock, VirtualClock
from linli.health import Health
from linli.people import Care, Channel, Person, Role, Roster, Scope
from linli.store import cases, outbox
from linli.store.care import CareStore
from tests.alerts.far_end import Gateway
from tests.alerts.town import new_alert, town
from tests.cast import EIGHT, GARDEN

LIMIT = timedelta(seconds=5)


def person(name: str, *ways: tuple[str, str]) -> Person:
    """Return a volunteer with these channels, each a kind and an address."""
    channels = tuple(Channel(f"{name}-{i}", name, kind, address, order=i) for i, (kind, address) in enumerate(ways))
    return Person(name, Role.VOLUNTEER, cares=(Care(Scope.SITE, GARDEN),), channels=channels)


class Post:
    """The parts around a sender, and short ways to fill and read the outbox."""

    def __init__(
        self,
        path: Path,
        *people: Person,
        clock: Clock | None = None,
        limit: timedelta = LIMIT,
        adapters: Mapping[str, ChannelAdapter] | None = None,
        workers: int = 16,
        reserved: int = 8,
    ) -> None:
        self.care = CareStore(f"sqlite:///{path}")
        self.clock = clock or VirtualClock(EIGHT)
        self.health = Health(self.clock)
        self.people = people
        self.answers: list[tuple[str, str, str]] = []
        self.webhook = Webhook(limit)
        self.sender = Sender(
            self.care,
            self.roster,
            adapters or {"webhook": self.webhook, "inbox": Inbox()},
            Links(b"s" * 32, "http://linli.example", self.clock),
            self.clock,
            self.health,
            workers=workers,
            reserved=reserved,
            on_answer=lambda notice, kind, answer, _: self.answers.append((notice.key, kind, answer.verdict)),
        )

    def roster(self) -> Roster:
        """Return the people as they are listed now."""
        return town(*self.people)

    def close(self) -> None:
        self.sender.stop()
        self.webhook.close()
        self.care.close()

    def pass_time(self, seconds: float) -> None:
        assert isinstance(self.clock, VirtualClock)
        self.clock.advance(timedelta(seconds=seconds))

    def open(self, id: str, severity: Severity = Severity.EMERGENCY) -> Alert:  # noqa: A002
        """Store an open alert; there is room for several by giving each a site of its own."""
        kind = AlertKind.SOS if severity is Severity.EMERGENCY else AlertKind.LEAK
        alert = replace(new_alert(kind, severity), id=id, site=f"site-{id}", due_at=self.clock.now())
        with self.care.begin() as connection:
            cases.add(connection, alert)
        return alert

    def put(self, alert: Alert, *names: str) -> list[str]:
        """Put a notice for each person's first channel in the outbox, as a rung does; return the keys."""
        notices = [self.notice(alert, name) for name in names]
        with self.care.begin() as connection:
            outbox.add(connection, notices, self.clock.now())
        return [notice.key for notice in notices]

    def call(self, alert: Alert, *names: str) -> list[str]:
        """Put notices in the outbox and wake the sender, as the desk does."""
        keys = self.put(alert, *names)
        self.sender.wake()
        return keys

    def notice(self, alert: Alert, name: str) -> Notice:
        """Return a call of somebody by their first channel."""
        way = self.roster().people[name].ways[0]
        key = notice_key(alert, NoticeType.CALL, 0, way.person, way.id)
        return Notice(key, alert.id, way.person, way.id, NoticeType.CALL, alert.severity, self.clock.now())

    def close_alert(self, alert: Alert) -> None:
        """Close an alert as the desk does, in one transaction."""
        now = self.clock.now()
        ended = replace(alert, state=AlertState.CLOSED, due_at=None, climb_at=None, closed_at=now, outcome=Outcome.SAFE)
        with self.care.begin() as connection:
            cases.change(connection, ended)
            outbox.withdraw(connection, alert.id, now)
        self.sender.wake()

    def notices(self, alert: str) -> dict[str, Notice]:
        """Return an alert's notices by channel."""
        with self.care.read() as connection:
            return {notice.channel: notice for notice in outbox.of_alert(connection, alert)}

    def states(self, alert: str) -> dict[str, NoticeState]:
        return {channel: notice.state for channel, notice in self.notices(alert).items()}

    def log(self, alert: str) -> list[Entry]:
        with self.care.read() as connection:
            return cases.read_log(connection, alert)

    def story(self, alert: str) -> list[tuple[str, str]]:
        """Return what was logged, and of whom."""
        return [(entry.what, entry.who) for entry in self.log(alert)]

    def troubles(self) -> list[str]:
        return [trouble.part for trouble in self.health.troubles()]

    def deliver(self, now: datetime | None = None) -> int:
        return self.sender.deliver_due(now or self.clock.now())


def hooked(gateway: Gateway, name: str) -> tuple[str, str]:
    """Return a webhook that leads to a path of the gateway."""
    return "webhook", gateway.url(name)
