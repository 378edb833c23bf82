"""A site under the real pipeline: its homes go silent and come back, and the test looks at alerts and messages."""

import shutil
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from alerts.desk import Desk
from ingest.intake import Arrived, Intake
from linli.alert import Alert, AlertKind, Entry, Notice, NoticeState, NoticeType, Outcome
from linli.clock import VirtualClock
from linli.people import Care, Device, Home, Person, Role, Roster, Scope
from linli.pipeline import Pipeline
from linli.store import availability, cases, outbox
from linli.store import roster as roster_store
from linli.store.care import CareStore
from linli.store.sqlite_signals import SqliteSignalStore
from models.rules import Rules
from models.watch import Watch
from tests.cast import EIGHT, MINUTE

SITE = "garden"
SECOND = timedelta(seconds=1)
TEN = EIGHT + timedelta(hours=2)
"""Ten in the morning: staff are told of notices at this hour."""
LIN = Person("lin", Role.STAFF, cares=(Care(Scope.SITE, SITE),))
XU = Person("xu", Role.STAFF, cares=(Care(Scope.BUILDING, "1"),))
ANA = Person("ana", Role.VOLUNTEER, cares=(Care(Scope.SITE, SITE),))


def homes_of(buildings: int, units: int, doors: int, site: str = SITE) -> tuple[Home, ...]:
    """Return a site's homes, called after their place: `h-1-2-3` is the third of building 1, unit 2."""
    return tuple(
        Home(f"h-{b}-{u}-{d}", site, str(b), str(u))
        for b in range(1, buildings + 1)
        for u in range(1, units + 1)
        for d in range(1, doors + 1)
    )


def roster_of(homes: Iterable[Home], people: Sequence[Person] = (LIN, ANA), devices: Iterable[Device] = ()) -> Roster:
    return Roster(
        homes={home.home: home for home in homes},
        people={person.person: person for person in people},
        devices={(device.home, device.device): device for device in devices},
    )


class Estate:
    """The parts that decide, over real stores; every home has a motion sensor behind a hub of its own."""

    def __init__(
        self, folder: Path, care: Path, roster: Roster, now: datetime = TEN, rules: Rules | None = None
    ) -> None:
        self._file = folder / "care.db"
        shutil.copy(care, self._file)
        self._folder, self._rules = folder, rules or Rules()
        self.roster = roster
        self.clock = VirtualClock(now)
        self._keep_roster()
        self.start()

    def _keep_roster(self) -> None:
        care = CareStore(f"sqlite:///{self._file}")
        with care.begin() as connection:
            roster_store.save(connection, self.roster.homes.values(), self.roster.devices.values(), [])
        care.close()

    def start(self) -> None:
        """Start, or start again with nothing but what was stored."""
        self.care = CareStore(f"sqlite:///{self._file}")
        self.signals = SqliteSignalStore(self._folder / "signals.db")
        self.watch = Watch(self._rules)
        self.watch.take_roster(self.roster)
        self.desk = Desk(self.care, lambda: self.roster, self.clock, lambda: None)
        intake = Intake(lambda: self.roster, self.signals.earlier_arrival)
        self.pipeline = Pipeline(
            lambda: self.roster, intake, self.signals, self.care, self.watch, self.desk, self.clock
        )
        self.desk.start()

    def start_again(self) -> None:
        """Stop, and know the homes again from the stores as the program does."""
        self.close()
        self.start()
        with self.care.read() as connection:
            said = availability.all_known(connection)
        for home in self.roster.homes:
            self.watch.warm(home, self.signals.recent(home, limit=100))
        for home, device, online, at in said:
            self.watch.see_availability(home, device, online=online, at=at)

    def close(self) -> None:
        self.care.close()
        self.signals.close()

    def say(self, home: str, device: str, kind: str, value: str) -> None:
        """Let a device say something now."""
        self._say_all([home], device, kind, value)

    def _say_all(self, homes: Iterable[str], device: str, kind: str, value: str) -> None:
        now = self.clock.now()
        site = {home: self.roster.homes[home].site for home in homes}
        self.pipeline.take_in(
            [Arrived(f"linli/v1/{site[home]}/{home}/{device}/{kind}", value.encode(), now) for home in site]
        )

    def all_move(self) -> None:
        self._say_all(self.roster.homes, "pir", "motion", "on")

    def go(self, *homes: str) -> None:
        """Let the hubs of homes be lost."""
        self._say_all(homes, "hub", "availability", "offline")

    def come(self, *homes: str) -> None:
        self._say_all(homes, "hub", "availability", "online")

    def wait(self, span: timedelta, step: timedelta = 5 * SECOND) -> None:
        """Let time pass with a tick every few seconds."""
        until = self.clock.now() + span
        while self.clock.now() < until:
            self.clock.set(min(until, self.clock.now() + step))
            self.pipeline.tick(self.clock.now())
            self._deliver()

    def _deliver(self) -> None:
        """Let everything that is due be accepted by the far end."""
        now = self.clock.now()
        with self.care.read() as connection:
            due = outbox.next_due(connection)
        if due is None or due > now:
            return
        with self.care.begin() as connection:
            claimed = outbox.claim(connection, now, lease=MINUTE, limit=10_000)
            outbox.record_sent(connection, [notice.key for notice in claimed], now)

    def open(self, kind: AlertKind = AlertKind.UNMONITORED) -> list[Alert]:
        return [alert for alert in self.desk.open_alerts() if alert.kind is kind]

    def incident(self) -> Alert:
        (alert,) = [alert for alert in self.open() if not alert.home]
        return alert

    def homes_of(self, alert: Alert) -> set[str]:
        return set(str(alert.evidence["homes"]).split(", "))

    def log(self, alert: str) -> list[Entry]:
        with self.care.read() as connection:
            return cases.read_log(connection, alert)

    def story(self, alert: str) -> list[str]:
        return [entry.what for entry in self.log(alert)]

    def everything(self) -> list[Alert]:
        with self.care.read() as connection:
            return cases.search(connection, limit=10_000)

    def messages(self, kind: AlertKind = AlertKind.UNMONITORED) -> list[Notice]:
        """Return what was written to people about a kind of alert and not taken back, oldest first."""
        with self.care.read() as connection:
            found = [n for a in self.everything() if a.kind is kind for n in outbox.of_alert(connection, a.id)]
        wanted = (n for n in found if n.state is not NoticeState.WITHDRAWN and n.type is not NoticeType.OVER)
        return sorted(wanted, key=lambda notice: notice.due_at)

    def ends(self) -> list[Notice]:
        """Return what tells people that homes which were not heard are heard again, oldest first."""
        with self.care.read() as connection:
            found = [n for a in self.everything() for n in outbox.of_alert(connection, a.id)]
        return sorted((n for n in found if n.type is NoticeType.OVER), key=lambda notice: notice.due_at)

    def close_by_hand(self, alert: str) -> None:
        self.desk.close(alert, "lin", Outcome.DEVICE_FAULT)
