"""What is done about one alert while no database answers: the desk's own decisions on a case that lives in memory.

Pure, but for the record that is changed in place. The keys of notices are those that the desk would give.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from alerts import escalation
from alerts.callers import Callers
from alerts.case import Case, Step
from alerts.channels.base import Answer, Verdict
from alerts.retry import after, is_news, line, other_way
from linli.alert import Alert, Entry, Notice, NoticeState, Request
from linli.finding import Finding
from linli.people import Person

PARKED = timedelta(seconds=30)
"""How long the outbox leaves alone what is still on its way from here when it is handed over."""


@dataclass
class Stopgap:
    """One alert without a store. `before` is how the store knew it, None when it is new or not known any more."""

    alert: str
    findings: list[Finding]
    case: Case | None = None
    before: Alert | None = None
    is_new: bool = True
    notices: dict[str, Notice] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    trying: set[str] = field(default_factory=set)
    parked: set[str] = field(default_factory=set)
    changes: int = 0
    rests_until: float = 0.0
    is_over: bool = False
    goes_on: bool = False
    """Whether the calls had been stopped, as somebody went, and go on: see `Step`."""
    asked: dict[str, Request] = field(default_factory=dict)
    """Where those stand who were asked or answered here."""
    climbed: tuple[int, int, int] = (0, 0, 0)
    """How far the ladder was climbed here: round, rung and marks. The keys of its notices hang on them."""

    def go_on(self, case: Case) -> None:
        """Take the ladder up again where the store has come to know it and left it; what waited to be sent is the store's."""
        kept = self.trying | self.parked
        self.notices = {key: notice for key, notice in self.notices.items() if key in kept}
        self.case, self.before, self.is_over, self.rests_until = case, case.alert, False, 0.0
        self.goes_on, self.asked = False, {}

    def set_back(self, by: timedelta) -> None:
        """Heed that the clock was set back: what was to come comes after as long as before."""
        self.notices = {
            key: replace(notice, due_at=notice.due_at - by) if notice.state is NoticeState.WAITING else notice
            for key, notice in self.notices.items()
        }
        if self.case is not None:
            self.case = Case(_moved(self.case.alert, by), tuple(_waits(one, by) for one in self.case.requests))
        self.changes += 1

    def due(self, callers: Callers, now: datetime) -> Step | None:
        """Take the step whose time has come, if any; return what it changed."""
        if self.case is None or self.case.alert.due_at is None or self.case.alert.due_at > now:
            return None
        step = escalation.due(self.case, callers, now)
        self.take(step)
        return step

    def take(self, step: Step) -> None:
        """Heed a step."""
        known = {} if self.case is None else {request.person: request for request in self.case.requests}
        known |= {request.person: request for request in step.requests}
        self.case = Case(step.alert, tuple(known.values()))
        self.asked |= {request.person: request for request in step.requests}
        self.climbed = climbed(step.alert)
        self.log += step.log
        self.goes_on |= step.goes_on
        for notice in step.notices:
            self.notices.setdefault(notice.key, notice)
        self.changes += 1

    def begin_tries(self, now: datetime) -> list[Notice]:
        """Return the notices that go out now, each with its new attempt counted."""
        going = [
            replace(notice, attempts=notice.attempts + 1)
            for notice in self.notices.values()
            if notice.state is NoticeState.WAITING and notice.due_at <= now and notice.key not in self.trying
        ]
        for notice in going:
            self.notices[notice.key] = notice
            self.trying.add(notice.key)
        self.changes += bool(going)
        return going

    def answered(self, key: str, kind: str, answer: Answer, person: Person | None, now: datetime) -> None:
        """Heed an answer as the sender does: at a failure it is tried again, and the person's next channel gets it too."""
        notice = self.notices[key]
        following = after(answer, notice, now)
        if following.state is NoticeState.SENT:
            self.log.append(line("notice_sent", notice, kind, answer, now))
        elif is_news(answer, notice, following.state):
            self.log.append(line("notice_failed", notice, kind, answer, now))
        due_at = following.due_at or notice.due_at
        self.notices[key] = replace(notice, state=following.state, due_at=due_at, reason=answer.reason)
        self.trying.discard(key)
        other = other_way(notice, person, now) if person and answer.verdict is not Verdict.ACCEPTED else None
        if other is not None:
            self.notices.setdefault(other.key, other)
        self.changes += 1

    def picture(self) -> "Stopgap":
        """Return it as it stands, to be handed over; what is on its way counts as parked in the store from now on."""
        made = replace(
            self,
            notices={**self.notices},
            log=[*self.log],
            trying={*self.trying},
            parked={*self.parked},
            asked={**self.asked},
        )
        self.parked |= self.trying
        return made

    def reached(self) -> list[str]:
        """Return who has had a message, in the order of the first to each."""
        return list(dict.fromkeys(n.person for n in self.notices.values() if n.state is NoticeState.SENT))


def climbed(alert: Alert) -> tuple[int, int, int]:
    """Return how far a ladder was climbed: round, rung and marks."""
    return alert.round, alert.rung, alert.marks


def _moved(alert: Alert, by: timedelta) -> Alert:
    return replace(
        alert,
        opened_at=alert.opened_at - by,
        evidence_at=alert.evidence_at - by,
        door_at=_earlier(alert.door_at, by),
        climb_at=_earlier(alert.climb_at, by),
        lease_until=_earlier(alert.lease_until, by),
        due_at=_earlier(alert.due_at, by),
    )


def _waits(request: Request, by: timedelta) -> Request:
    return replace(request, reply_due_at=_earlier(request.reply_due_at, by))


def _earlier(moment: datetime | None, by: timedelta) -> datetime | None:
    return None if moment is None else moment - by


def begun(finding: Finding, alert: Alert, callers: Callers) -> tuple[Stopgap, Step]:
    """Return what is done about a finding and its new alert: the ladder's first rung is climbed."""
    gap, step = Stopgap(alert.id, [finding]), escalation.opened(alert, callers, alert.opened_at)
    gap.take(step)
    return gap, step


def gone_on(case: Case) -> Stopgap:
    """Return what goes on about an alert that the store knows, from where its ladder stood."""
    return Stopgap(case.alert.id, [], case, before=case.alert, is_new=False)
