"""One alert with its people, and the draft of its next state. The draft gathers; it decides nothing."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from linli.alert import Alert, AlertState, Entry, Notice, NoticeType, Outcome, Request, RequestState
from linli.people import Channel, Person, Role

LONG_AGO = -1
"""The rung of a request that counts no more, as the ladder has begun again since."""


@dataclass(frozen=True, slots=True)
class Case:
    """An alert and everybody who was asked to come."""

    alert: Alert
    requests: tuple[Request, ...] = ()

    def of(self, person: str) -> Request | None:
        """Return where a person stands with this alert."""
        return next((request for request in self.requests if request.person == person), None)


@dataclass(frozen=True, slots=True)
class Step:
    """What one decision changes; stored in one transaction.

    `withdraw` takes back every notice that is still waiting, `spare` those to one person who need not be written to.
    `is_over`: everybody who was called is told that it is over, and thanked. `goes_on`: the calls had been stopped, as
    somebody went, and go on: what was taken back then is sent after all.
    """

    alert: Alert
    requests: tuple[Request, ...]
    notices: tuple[Notice, ...]
    log: tuple[Entry, ...]
    withdraw: bool
    spare: str
    is_over: bool
    goes_on: bool


@dataclass
class Draft:
    """A step in the making."""

    alert: Alert
    now: datetime
    requests: dict[str, Request]
    changed: set[str] = field(default_factory=set)
    notices: list[Notice] = field(default_factory=list)
    log: list[Entry] = field(default_factory=list)
    withdraw: bool = False
    spare: str = ""
    is_over: bool = False
    goes_on: bool = False

    @classmethod
    def of(cls, case: Case, now: datetime) -> "Draft":
        """Begin with a case as it is."""
        return cls(case.alert, now, {request.person: request for request in case.requests})

    def note(self, what: str, who: str = "linli", **detail: str | float) -> None:
        """Write a line of the log."""
        self.log.append(Entry(self.now, what, who, detail))

    def put(self, request: Request) -> None:
        """Change where a person stands."""
        self.requests[request.person] = request
        self.changed.add(request.person)

    def waiting(self) -> list[Request]:
        """Return whose answer is still awaited."""
        return [request for request in self.requests.values() if request.reply_due_at is not None]

    def call(self, person: Person, *, rung: int, reply_within: timedelta | None, asks: bool = False) -> None:
        """Ask somebody to come (or the elder, how she is), by their first ways; once in a step.

        Who was only to be written to later is called all the same.
        """
        if any(
            n.person == person.person and n.type is not NoticeType.TELL and n.due_at <= self.now for n in self.notices
        ):
            return
        known = self.requests.get(person.person)
        if known is None or known.rung == LONG_AGO or known.state in {RequestState.SILENT, RequestState.DECLINED}:
            due = None if reply_within is None else self.now + reply_within
            self.put(Request(person.person, person.role, rung, RequestState.ASKED, self.now, due))
        self.write(person, NoticeType.ASK if asks else NoticeType.CALL, rung)
        self.note("asked" if asks else "called", person=person.person, role=person.role, rung=rung)

    def hold(self, person: Person, until: datetime, rung: int) -> None:
        """Write to somebody later, if the case is still open then; nobody waits for their answer."""
        if person.person not in self.requests:
            before = len(self.notices)
            self.write(person, NoticeType.CALL, rung)
            self.notices[before:] = [replace(notice, due_at=until) for notice in self.notices[before:]]
            self.note("left_alone", person=person.person, until=until.isoformat())

    def tell(self, person: Person, rung: int) -> None:
        """Let somebody know something without asking them to come, by their first ways."""
        self.write(person, NoticeType.TELL, rung)
        self.note("told", person=person.person, role=person.role)

    def close(self, outcome: Outcome, note: str = "") -> None:
        """End the case: nothing is due any more, and what waits to be sent is taken back."""
        self.alert = replace(
            self.alert,
            state=AlertState.CLOSED,
            closed_at=self.now,
            outcome=outcome,
            note=note,
            climb_at=None,
            lease_until=None,
        )
        self.withdraw = True

    def write(self, person: Person, type: NoticeType, rung: int) -> None:  # noqa: A002
        """Put a notice in the outbox for each of a person's first ways."""
        for way in person.first_ways:
            self.write_by(person, way, type, rung)

    def write_by(self, person: Person, way: Channel, type: NoticeType, rung: int) -> None:  # noqa: A002
        """Put a notice in the outbox."""
        key = notice_key(self.alert, type, rung, person.person, way.id)
        self.notices.append(Notice(key, self.alert.id, person.person, way.id, type, self.alert.severity, self.now))

    def step(self) -> Step:
        """Return the step, with the alert's next due moment worked out."""
        alert = replace(self.alert, due_at=next_step(self.alert, self.waiting()))
        changed = tuple(self.requests[person] for person in sorted(self.changed))
        written, said = tuple(self.notices), tuple(self.log)
        return Step(alert, changed, written, said, self.withdraw, self.spare, self.is_over, self.goes_on)


def notice_key(alert: Alert, type: NoticeType, rung: int, person: str, channel: str) -> str:  # noqa: A002
    """Return the idempotency key of a notice: the same step taken twice writes the same key."""
    return f"{alert.id}.{type}.{alert.round}.{rung}.{person}.{channel}"


def next_step(alert: Alert, waiting: list[Request]) -> datetime | None:
    """Return the one moment at which this alert must be looked at again."""
    if alert.state is AlertState.CLOSED:
        return None
    if alert.state is AlertState.AT_DOOR:
        return alert.lease_until
    if alert.state is AlertState.ACCEPTED:
        return min(_known(alert.lease_until, next_mark(alert)), default=alert.opened_at)
    replies = [request.reply_due_at for request in waiting]
    return min(_known(alert.climb_at or alert.opened_at, next_mark(alert), *replies))


def _known(*moments: datetime | None) -> list[datetime]:
    return [moment for moment in moments if moment is not None]


def next_mark(alert: Alert) -> datetime | None:
    """Return when the long-lie clock next calls more people; None when it has no more marks."""
    marks = alert.ladder.marks
    return alert.clock_from + marks[alert.marks] if alert.marks < len(marks) else None


def role_of(person: Person | None) -> Role:
    """Return a person's role; who is not in the roster acts as staff (a bearer of a staff token)."""
    return person.role if person else Role.STAFF
