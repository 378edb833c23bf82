"""One home lived through under a virtual clock: the real detectors, and the alert rules as far as the first call.

There is no store and no broker here, so that it can be copied at any moment and go on in two ways. `linli replay` takes
the same signals through everything; a test holds the two together.
"""

import copy
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from alerts import escalation
from alerts.callers import Callers, around
from alerts.case import Case
from alerts.ladders import ASKED_ABOUT
from alerts.opening import new_alert
from linli.alert import AlertKind, NoticeType, Severity
from linli.finding import Finding
from linli.learning import NOTHING_ELSE, Circumstances, following_midnight
from linli.people import Roster
from linli.signals import Signal
from linli.words import Sentence
from models.emergencies import emergency
from models.habits.model import HomeModel
from models.watch import Rules, Watch

LEAST_STEP = timedelta(seconds=1)
VISIT = timedelta(minutes=15)
"""How long after the call whoever went has said how it was; until then the same kind of alert is one."""


Learn = Callable[[datetime], HomeModel]
"""Answers what is known of the home from what lies before a moment."""
LookBack = Callable[[datetime], Iterable[Finding]]
"""Answers what a night's look at the home's days finds, from what lies before a moment."""


def no_look_back(_now: datetime) -> Iterable[Finding]:
    """Find nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody other than the elder was called, or staff were told. `at`: when; `since`: what the alert rests on."""

    at: datetime
    kind: AlertKind
    severity: Severity
    why: Sentence
    since: datetime


@dataclass(slots=True)
class _Open:
    """An open alert. `calls_at`: when somebody is called, unless a sign of life comes first where the elder is asked."""

    finding: Finding
    calls_at: datetime
    is_called: bool = False


_Like = tuple[AlertKind, str]
"""What findings must have in common to be one alert while it is open: as `linli.store.cases.open_like` has it."""


class Trial:
    """A home, its detectors and its open alerts at one moment."""

    def __init__(
        self,
        home: str,
        roster: Roster,
        rules: Rules,
        begins: datetime,
        *,
        learn: Learn | None = None,
        look_back: LookBack = no_look_back,
        circumstances: Circumstances = NOTHING_ELSE,
    ) -> None:
        self._roster = roster
        self._home = roster.homes[home]
        self._watch = Watch(rules)
        self._watch.take_roster(roster)
        self._open: dict[_Like, _Open] = {}
        self._now, self._last_tick = begins, begins - LEAST_STEP
        self._learn = learn
        self._look_back = look_back
        self._ahead = sorted(
            [(span[0], True, span) for span in circumstances.away]
            + [(span[0], False, span) for span in circumstances.blind]
        )
        self._next_night = begins - LEAST_STEP
        self.calls: list[Call] = []
        self.notices: list[Call] = []
        self.last_sign = begins

    def fork(self) -> Self:
        """Return a copy that goes its own way from here; people and places are shared, as nothing changes them."""
        shared = (self._roster, self._home, self._learn, self._look_back)
        return copy.deepcopy(self, {id(one): one for one in shared})

    def live(self, signals: Iterable[Signal]) -> None:
        """Let signals come, each when it was received, and take every step on the way."""
        for signal in signals:
            while self._learn is not None and self._next_night < signal.received_at:
                self._pass_night(self._learn)
            self._pass_stretches(signal.received_at)
            self.wait_until(signal.received_at)
            self._hear(signal)

    def _pass_stretches(self, moment: datetime) -> None:
        """Take in, each at its time, what began up to a moment: absences, and stretches in which nobody could see."""
        while self._ahead and self._ahead[0][0] <= moment:
            _, is_absence, (since, until) = self._ahead.pop(0)
            self.wait_until(since)
            if is_absence:
                self._watch.take_absence(self._home.home, since, until)
                continue
            self._watch.go_deaf(since)
            self.wait_until(until)
            self._watch.hear_again(until)

    def live_on(self, signals: Iterable[Signal]) -> None:
        """Let signals come without learning anything more: what comes after a collapse is nobody's habit."""
        for signal in signals:
            self.wait_until(signal.received_at)
            self._hear(signal)

    def _pass_night(self, learn: Learn) -> None:
        """Learn the home anew from what lies before this moment; the next time is the next local midnight."""
        self.wait_until(self._next_night)
        self._watch.take_model(self._home.home, learn(self._next_night))
        self._watch.take_nightly(self._home.home, self._look_back(self._next_night))
        self._next_night = following_midnight(self._next_night, self._home.zone)

    def wait_until(self, moment: datetime) -> None:
        """Let time pass up to a moment, taking every step on the way at its own time."""
        while (due := self._next_due()) is not None and due < moment:
            now = max(due, self._last_tick + LEAST_STEP)
            if now >= moment:
                break
            self._now = self._last_tick = now
            self._tick(now)
        self._now = max(moment, self._now)

    def _next_due(self) -> datetime | None:
        calls = (case.calls_at for case in self._open.values() if not case.is_called)
        return min((due for due in (self._watch.next_due(self._now), *calls) if due is not None), default=None)

    def _hear(self, signal: Signal) -> None:
        found = emergency(signal, self._home)
        if found is not None:
            self._open_alert(found, self._now)
        if self._watch.see(signal):
            self.last_sign = max(self.last_sign, signal.at)
            self._answer(self._watch.leaves_open(signal))

    def _answer(self, leaves_open: Collection[AlertKind]) -> None:
        """She was seen to be up and about: what she was only asked about so far is answered, apart from some kinds."""
        answered = ASKED_ABOUT.difference(leaves_open)
        for like in [like for like, case in self._open.items() if like[0] in answered and not case.is_called]:
            del self._open[like]

    def _tick(self, now: datetime) -> None:
        self._call_whoever_is_due(now)
        for finding in self._watch.tick(now):
            self._open_alert(finding, now)
            self._watch.told(finding.key)
        self._call_whoever_is_due(now)

    def _open_alert(self, finding: Finding, now: datetime) -> None:
        if finding.severity is Severity.NOTICE:
            self.notices.append(Call(now, finding.kind, finding.severity, finding.why, finding.at))
            return
        like = (finding.kind, finding.about)
        known = self._open.get(like)
        if known is not None and (not known.is_called or now < known.calls_at + VISIT):
            return
        self._open[like] = _Open(finding, first_call(finding, self._callers, now))
        self._call_whoever_is_due(now)

    def _call_whoever_is_due(self, now: datetime) -> None:
        for case in self._open.values():
            if not case.is_called and case.calls_at <= now:
                case.is_called = True
                found = case.finding
                self.calls.append(Call(case.calls_at, found.kind, found.severity, found.why, found.at))

    def _callers(self, now: datetime) -> Callers:
        return around(self._roster, site=self._home.site, home=self._home.home, now=now, load={})


def first_call(finding: Finding, callers_at: Callable[[datetime], Callers], now: datetime) -> datetime:
    """Return when the ladder first calls somebody other than the elder, if nobody answers."""
    alert = new_alert(finding, now)
    step = escalation.opened(alert, callers_at(now), now)
    requests = {request.person: request for request in step.requests}
    while not any(notice.type is NoticeType.CALL for notice in step.notices):
        if step.alert.due_at is None or any(entry.what == "nobody_to_call" for entry in step.log):
            return now
        now = step.alert.due_at
        step = escalation.due(Case(step.alert, tuple(requests.values())), callers_at(now), now)
        requests |= {request.person: request for request in step.requests}
    return now
