"""A year of a thousand homes' alerts under a virtual clock: real check-in plans, desk, sender and store, scripted people.

A leap year, half of the homes in a zone whose clocks change twice. Each planned check-in must get exactly one verdict.
"""

import heapq
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from itertools import count
from pathlib import Path

from alerts.channels.base import Answer, Verdict
from alerts.desk import Desk
from alerts.links import Links
from alerts.message import Message
from alerts.sender import Sender
from linli.alert import AlertKind, NoticeType, Outcome, Severity
from linli.clock import VirtualClock, from_millis, millis
from linli.errors import Conflict
from linli.finding import Finding
from linli.health import Health
from linli.people import Care, Channel, Home, Person, Role, Roster, Scope
from linli.store import cases, outbox
from linli.store.care import CareStore
from linli.words import Sentence
from models.absences import Absences
from models.check_ins import CheckIns
from models.deafness import Deafness
from models.homes import Homes
from models.rules import Rules

HOMES = 1000
FIRST, LAST = date(2028, 1, 1), date(2028, 12, 31)
ZONES = ("Europe/Berlin", "Asia/Shanghai")
BY = clock_time(9)
MISSED_A_YEAR = 1.5
A_YEAR = {
    AlertKind.INACTIVITY: (Severity.URGENT, 1.2),
    AlertKind.SOS: (Severity.EMERGENCY, 0.8),
    AlertKind.FALL: (Severity.EMERGENCY, 0.2),
    AlertKind.LEAK: (Severity.URGENT, 0.1),
    AlertKind.LOW_BATTERY: (Severity.NOTICE, 1.0),
    AlertKind.UNMONITORED: (Severity.NOTICE, 0.7),
}
"""How often a home has what in a year, besides missed check-ins; together with them 5.5."""
SECOND = timedelta(seconds=1)
LATEST_PRESS = timedelta(minutes=61)
"""So long before it is due everybody has checked in: even by a clock that is an hour fast, in time."""


def _home(number: int) -> Home:
    zone = ZONES[number % 2]
    building = f"b-{number % 2}-{number // 100}"
    return Home(f"h-{number}", f"site-{number % 2}", building, timezone=zone, check_in_by=(BY,))


def _person(name: str, role: Role, scope: Scope, target: str, order: int = 0) -> Person:
    ways = (Channel(f"{name}-0", name, "webhook", name), Channel(f"{name}-1", name, "sms", name, order=1))
    return Person(name, role, order=order, cares=(Care(scope, target),), channels=ways)


def community(homes: int) -> Roster:
    """Return homes in two compounds, each building with five neighbours, each home with its elder and family."""
    dwellings = {home.home: home for home in map(_home, range(homes))}
    people = [_person(f"{name}-elder", Role.RESIDENT, Scope.HOME, name) for name in dwellings]
    people += [_person(f"{name}-family", Role.FAMILY, Scope.HOME, name) for name in dwellings]
    for building in sorted({home.building for home in dwellings.values()}):
        people += [_person(f"{building}-v{i}", Role.VOLUNTEER, Scope.BUILDING, building, i) for i in range(5)]
    for site in sorted({home.site for home in dwellings.values()}):
        people += [_person(f"{site}-staff{i}", Role.STAFF, Scope.SITE, site, i) for i in range(2)]
        people.append(_person(f"{site}-clinic", Role.PROFESSIONAL, Scope.SITE, site))
    return Roster(homes=dwellings, people={person.person: person for person in people})


@dataclass
class Told:
    """What came of a span of time."""

    seconds: float
    cpu_seconds: float
    alerts: int
    notices: int
    steps: int
    planned: int
    verdicts: Counter[tuple[str, str]]
    missed: set[tuple[str, str]]
    reported: Counter[tuple[str, str]]
    left_open: int
    overdue: timedelta

    @property
    def is_right(self) -> bool:
        """Tell whether each planned check-in was judged once, and reported if it did not come."""
        once = set(self.verdicts.values()) == {1} and len(self.verdicts) == self.planned
        return once and self.reported == Counter(dict.fromkeys(self.missed, 1))


class Year:
    """The homes, what happens to them, and the people who answer. `steps`: from when on our clock is wrong, by how much."""

    def __init__(
        self,
        folder: Path,
        homes: int,
        first: date,
        last: date,
        *,
        steps: Sequence[tuple[datetime, timedelta]] = (),
        seed: int = 1,
    ) -> None:
        self.roster = community(homes)
        self._chance = random.Random(seed)  # noqa: S311 - made-up homes
        self._begin = datetime.combine(first, clock_time(), UTC)
        self._end = datetime.combine(last + timedelta(days=1), clock_time(minute=30), UTC)
        self._days = [first + timedelta(days=day) for day in range((last - first).days + 1)]
        self.clock = VirtualClock(self._begin)
        self.care = CareStore(f"sqlite:///{folder / 'care.db'}")
        self.care.migrate()
        links = Links(b"s" * 32, "http://linli.example", self.clock)
        adapters = {"webhook": self, "sms": self}
        self.sender = Sender(self.care, lambda: self.roster, adapters, links, self.clock, Health(self.clock))
        self.desk = Desk(self.care, lambda: self.roster, self.clock, self._wake)
        self._rows = Homes(Rules())
        self._rows.take(self.roster)
        self._rows.first_heard[:] = millis(self._begin)
        self._check_ins = CheckIns(self._rows, Absences(self._rows), Deafness(self._rows))
        self._check_ins.take_plans()
        self._check_ins.judge(millis(self._begin))
        self._plan: list[tuple[datetime, int, Callable[[], object]]] = []
        self._number = count()
        self._off = timedelta(0)
        self._is_woken = True
        self._answered: set[str] = set()
        self.missed: set[tuple[str, str]] = set()
        self.came: set[tuple[str, str]] = set()
        self.reported: Counter[tuple[str, str]] = Counter()
        self.steps = 0
        self.sent = 0
        self.overdue = timedelta(0)
        self._plan_all(steps)

    def _wake(self) -> None:
        self._is_woken = True

    def _at(self, moment: datetime, what: Callable[[], object]) -> None:
        heapq.heappush(self._plan, (moment, next(self._number), what))

    def _in(self, seconds: float, what: Callable[[], object]) -> None:
        self._at(self.clock.now() - self._off + timedelta(seconds=seconds), what)

    # what happens

    def _plan_all(self, steps: Sequence[tuple[datetime, timedelta]]) -> None:
        for moment, off in steps:
            self._at(moment, lambda off=off: self._step(off))  # type: ignore[misc]
        for home in self.roster.homes.values():
            for kind, (severity, rate) in A_YEAR.items():
                for number in range(self._times(rate * len(self._days) / 366)):
                    self._plan_finding(home, kind, severity, number)
        for day in self._days:
            for zone in ZONES:
                homes = [home for home in self.roster.homes.values() if home.timezone == zone]
                if homes:
                    by = datetime.combine(day, BY, homes[0].zone).astimezone(UTC)
                    self._at(by - LATEST_PRESS, lambda homes=homes, by=by, day=day: self._press(homes, by, day))  # type: ignore[misc]

    def _times(self, rate: float) -> int:
        return int(rate) + (self._chance.random() < rate % 1)

    def _plan_finding(self, home: Home, kind: AlertKind, severity: Severity, number: int) -> None:
        length = len(self._days) * 86400
        moment = self._begin + timedelta(seconds=self._chance.uniform(0, length))
        finding = _finding(f"{kind}:{home.home}:{number}", home, kind, severity, moment)
        self._at(moment, lambda: self._find(finding))
        if kind is AlertKind.SOS and self._chance.random() < 0.2:
            again = replace(finding, key=f"{finding.key}:again")
            self._at(moment + timedelta(seconds=40), lambda: self._find(again))

    def _find(self, finding: Finding) -> None:
        self.desk.open([replace(finding, at=self.clock.now())])

    def _step(self, off: timedelta) -> None:
        self._off = off
        self._is_woken = True

    def _press(self, homes: Sequence[Home], by: datetime, day: date) -> None:
        slot = f"{day}T{BY:%H:%M}"
        for home in homes:
            if self._chance.random() < MISSED_A_YEAR / 366:
                self.missed.add((home.home, slot))
            else:
                self.came.add((home.home, slot))
                at = by - LATEST_PRESS - timedelta(seconds=self._chance.uniform(0, 7200))
                self._check_ins.check_in(self._rows.index[home.home], millis(at))

    def _judge(self) -> None:
        found = []
        for miss in self._check_ins.judge(millis(self.clock.now())):
            home = self._rows.dwellings[miss.row].home
            self.reported[home.home, miss.slot.name] += 1
            key = f"missed_check_in:{home.home}:{miss.slot.name}"
            at = from_millis(miss.slot.at)
            found.append(_finding(key, home, AlertKind.MISSED_CHECK_IN, Severity.URGENT, at))
        self.desk.open(found)

    # the people

    def send(self, message: Message, channel: Channel) -> Answer:
        """Take a message as a phone does; its owner may answer later."""
        self.sent += 1
        alert, type_ = message.key.split(".")[:2]
        if type_ == NoticeType.ASK and alert not in self._answered and self._chance.random() < 0.5:
            home = channel.person.removesuffix("-elder")
            self._in(self._chance.uniform(20, 240), lambda: self.desk.sign_of_life(home, self.clock.now()))
        if type_ == NoticeType.CALL and alert not in self._answered:
            self._answer(alert, channel.person, message.severity)
        return Answer(Verdict.ACCEPTED)

    def _answer(self, alert: str, person: str, severity: Severity) -> None:
        draw = self._chance.random()
        if severity is Severity.NOTICE:
            self._answered.add(alert)
            self._in(self._chance.uniform(600, 40_000), lambda: self.desk.close(alert, person, Outcome.DEVICE_FAULT))
        elif draw < 0.4:
            self._answered.add(alert)
            goes = self._chance.uniform(5, 90)
            there = goes + self._chance.uniform(60, 480)
            self._in(goes, lambda: self.desk.accept(alert, person))
            self._in(there, lambda: self.desk.arrive(alert, person))
            self._in(there + self._chance.uniform(120, 900), lambda: self.desk.close(alert, person, Outcome.SAFE))
        elif draw < 0.6:
            self._in(self._chance.uniform(5, 60), lambda: self.desk.decline(alert, person))

    # time

    def run(self) -> Told:
        """Live through it all."""
        begun = time.perf_counter(), time.process_time()
        due = self._next_due()
        while (moment := min(due, self._plan[0][0] if self._plan else self._end)) < self._end:
            self.clock.set(moment + self._off)
            is_due = due <= moment
            if self._plan and self._plan[0][0] <= moment:
                self._do(heapq.heappop(self._plan)[2])
            if is_due or self._is_woken:
                due = self._turn(moment)
        return self._told(time.perf_counter() - begun[0], time.process_time() - begun[1])

    def _do(self, what: Callable[[], object]) -> None:
        try:
            what()
        except Conflict:
            self.steps -= 1  # somebody was quicker
        self.steps += 1

    def _turn(self, moment: datetime) -> datetime:
        """Do all that is due; return when there is more."""
        now = self.clock.now()
        if self._check_ins.next_deadline() <= millis(now):
            self._judge()
        self.steps += self.desk.tick(now)
        self.sender.deliver_due(now)
        due = self._next_due()
        if (late := moment - due) > SECOND:
            self.overdue = max(self.overdue, late)
        return due

    def _next_due(self) -> datetime:
        with self.care.read() as connection:
            moments = [cases.next_due(connection), outbox.next_due(connection)]
        self._is_woken = False
        moments.append(from_millis(self._check_ins.next_deadline()))
        return min(moment for moment in moments if moment is not None) - self._off

    def _told(self, seconds: float, cpu_seconds: float) -> Told:
        verdicts = Counter(self.came) + self.reported
        tables: Mapping[str, int]
        with self.care.read() as connection:
            tables = outbox.counts(connection)
            alerts = connection.exec_driver_sql("SELECT count(*) FROM alerts").scalar_one()
        planned = len(self._days) * len(self.roster.homes)
        left = len(self.desk.open_alerts())
        self.care.close()
        return Told(
            seconds, cpu_seconds, alerts, sum(tables.values()), self.steps, planned, verdicts,
            self.missed, self.reported, left, self.overdue,
        )  # fmt: skip


def _finding(key: str, home: Home, kind: AlertKind, severity: Severity, at: datetime) -> Finding:
    return Finding(key, home.home, home.site, kind, severity, at, Sentence("No check-in as agreed."))


_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
"""Where Linux keeps files in memory. Every step waits for its disk, 41,000 times a year: that measures the disk."""


def main() -> None:
    """Live through the year, in memory where there is room for files, and print how long it took."""
    where = _MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())
    with tempfile.TemporaryDirectory(prefix="linli-bench-", dir=where) as folder:
        year = Year(Path(folder), HOMES, FIRST, LAST)
        told = year.run()
    print(
        f"year: {HOMES} homes, {len(year.roster.people)} people, 366 days in {told.seconds:.1f} s, "
        f"of which {told.cpu_seconds:.1f} s of CPU, its files in {where}: {told.alerts} alerts "
        f"({told.alerts / HOMES:.1f} a home), {told.notices} notices, {year.sent} messages, {told.steps} steps"
    )
    print(
        f"year: {told.planned} planned check-ins, each with one verdict: {told.is_right}; {len(told.missed)} missed; "
        f"{told.left_open} left open; most overdue {told.overdue.total_seconds():.0f} s"
    )


if __name__ == "__main__":
    main()
