"""Plays past alerts through a ladder, all of them together in the order of time: who is asked often is asked later."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts import escalation, replies
from alerts.callers import Callers
from alerts.case import Case, Step, role_of
from alerts.ladders import ASKED_ABOUT
from alerts.rehearsal.habits import Habit
from alerts.rehearsal.load import Load
from alerts.rehearsal.truth import RESIDENT, Act, Truth, Verb, contacts
from linli.alert import Alert, AlertState, Entry, Ladder, NoticeType, Outcome
from linli.people import Role
from linli.steps import Steps, Tell, nobody

AFTERWARDS = timedelta(hours=2)
"""How long a case goes on that would not have ended when it truly did."""
_MESSAGES = frozenset({NoticeType.CALL, NoticeType.ASK, NoticeType.REMIND, NoticeType.TELL})

Around = Callable[[Case, datetime, Mapping[str, int]], Callers]
"""Answers who can be called for a case at a moment, given how often each was asked lately."""


@dataclass(frozen=True, slots=True)
class Played:
    """How an alert went. Times from its opening; None: never. `by_itself`: it ended before anybody had to come."""

    person_after: timedelta | None
    door_after: timedelta | None
    called: tuple[str, ...]
    messages: Mapping[str, int]
    is_closed: bool
    by_itself: bool


@dataclass(order=True, slots=True)
class _Planned:
    """What somebody will do. `assumed`: nobody knows, it is what is usual for their role."""

    at: datetime
    number: int
    act: Act = field(compare=False)
    assumed: bool = field(default=False, compare=False)


@dataclass(slots=True)
class _Play:
    """One alert on the stage."""

    truth: Truth
    case: Case
    plan: list[_Planned] = field(default_factory=list)
    log: list[Entry] = field(default_factory=list)
    messages: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)
    called: dict[str, datetime] = field(default_factory=dict)
    at_home: set[str] = field(default_factory=set)

    def next_at(self) -> datetime | None:
        """Return when it next moves; None once it is over, or nobody looks any more."""
        if self.case.alert.state is AlertState.CLOSED:
            return None
        moments = [moment for moment in (self.case.alert.due_at, self.plan[0].at if self.plan else None) if moment]
        coming = min(moments, default=None)
        return None if coming is None or coming > self.truth.ends_at + AFTERWARDS else coming


class Stage:
    """Plays one set of ladders. `fixed` are requests that no ladder changes: earlier ones, and those of other alerts."""

    def __init__(
        self,
        around: Around,
        habits: Mapping[Role, Habit],
        *,
        window: timedelta,
        fixed: Iterable[tuple[datetime, str, str]] = (),
    ) -> None:
        self._around = around
        self._habits = habits
        self._load = Load(window, fixed)
        self._number = 0

    def play(self, truths: Iterable[Truth], ladder_of: Callable[[Alert], Ladder], tell: Tell = nobody) -> list[Played]:
        """Play all alerts to their ends; `tell` counts alerts."""
        plays = [self._begun(truth, ladder_of(truth.alert)) for truth in truths]
        steps = Steps(tell, len(plays))
        coming = [(play.truth.alert.opened_at, index) for index, play in enumerate(plays)]
        heapq.heapify(coming)
        while coming:
            now, index = heapq.heappop(coming)
            self._move(plays[index], now)
            again = plays[index].next_at()
            if again is None:
                steps.add(1)
            else:
                heapq.heappush(coming, (max(again, now), index))
        return [_played(play) for play in plays]

    def _begun(self, truth: Truth, ladder: Ladder) -> _Play:
        play = _Play(truth, Case(_fresh(truth.alert, ladder)))
        for act in truth.others:
            self._plan(play, truth.alert.opened_at, act)
        return play

    def _plan(self, play: _Play, since: datetime, act: Act, *, assumed: bool = False) -> None:
        self._number += 1
        heapq.heappush(play.plan, _Planned(since + act.after, self._number, act, assumed))

    def _move(self, play: _Play, now: datetime) -> None:
        """Take one step: an answer goes before a step of linli's that is due at the same moment."""
        if not play.log:
            self._take(play, escalation.opened(play.case.alert, self._callers(play, now), now), now)
        elif play.plan and play.plan[0].at <= now:
            self._act(play, heapq.heappop(play.plan), now)
        else:
            self._take(play, escalation.due(play.case, self._callers(play, now), now), now)

    def _callers(self, play: _Play, now: datetime) -> Callers:
        return self._around(play.case, now, self._load.at(now))

    def _take(self, play: _Play, step: Step | None, now: datetime) -> None:
        if step is None:
            return
        known = {request.person: request for request in (*play.case.requests, *step.requests)}
        play.case = Case(step.alert, tuple(known.values()))
        play.log.extend(step.log)
        for notice in step.notices:
            if notice.type in _MESSAGES and notice.key not in play.keys:
                play.keys.add(notice.key)
                play.messages[notice.person] += 1
            if notice.type in {NoticeType.CALL, NoticeType.ASK} and _is_news(play, notice.person):
                play.called.setdefault(notice.person, now)
                self._will_answer(play, notice.person, now)
        for request in step.requests:
            self._load.add(request.asked_at, step.alert.id, request.person)

    def _will_answer(self, play: _Play, person: str, now: datetime) -> None:
        if person in play.truth.asked:
            for act in play.truth.acts.get(person, ()):
                self._plan(play, now, act)
            return
        habit = self._habits.get(_role(play.case, person), Habit())
        if habit.goes_after is not None:
            self._plan(play, now, Act(person, Verb.GO, habit.goes_after), assumed=True)

    def _act(self, play: _Play, planned: _Planned, now: datetime) -> None:
        act = planned.act
        if act.who in play.at_home:
            return
        if act.verb is Verb.GO and play.case.alert.state is not AlertState.OPEN:
            play.at_home.add(act.who)  # somebody else goes already
            return
        self._take(play, self._step(play, act, now), now)
        if planned.assumed:
            self._go_on(play, act, now)

    def _go_on(self, play: _Play, act: Act, now: datetime) -> None:
        """Plan what usually follows what was assumed."""
        habit = self._habits[_role(play.case, act.who)]
        following = {Verb.GO: (Verb.ARRIVE, habit.arrives_after), Verb.ARRIVE: (Verb.CLOSE, habit.ends_after)}
        verb, after = following.get(act.verb, (Verb.CLOSE, None))
        if after is not None:
            self._plan(play, now, Act(act.who, verb, after), assumed=True)

    def _step(self, play: _Play, act: Act, now: datetime) -> Step | None:
        case, who = play.case, act.who
        callers = self._callers(play, now)
        role = role_of(callers.person(who))
        if act.verb in {Verb.GO, Verb.JOIN, Verb.PROMISE}:
            return replies.accepted(case, who, role, now, minutes=act.minutes)
        if act.verb is Verb.DECLINE:
            return replies.declined(case, callers, who, now)
        if act.verb is Verb.ARRIVE:
            return replies.arrived(case, who, role, now)
        if act.verb is Verb.MORE_HELP:
            return replies.more_help(case, callers, who, now) if replies.may_ask_for_hands(case, who, role) else None
        if act.verb is Verb.LIVE or who == RESIDENT:
            return _she_is_well(case, now)
        return replies.closed(case, who, play.truth.alert.outcome or Outcome.OTHER, "", now)


def _fresh(alert: Alert, ladder: Ladder) -> Alert:
    """Return an alert as it was when it opened."""
    return Alert(
        id=alert.id,
        site=alert.site,
        home=alert.home,
        kind=alert.kind,
        severity=alert.severity,
        state=AlertState.OPEN,
        opened_at=alert.opened_at,
        evidence_at=alert.evidence_at,
        why=alert.why,
        ladder=ladder,
        about=alert.about,
        due_at=alert.opened_at,
        climb_at=alert.opened_at,
    )


def _is_news(play: _Play, person: str) -> bool:
    """Tell whether a call brings somebody to act: their first one, or one after they had left it to another."""
    if person in play.at_home:
        play.at_home.discard(person)
        return True
    return person not in play.called


def _role(case: Case, person: str) -> Role:
    known = case.of(person)
    return known.role if known else Role.STAFF


def _she_is_well(case: Case, now: datetime) -> Step | None:
    """A sign of life, or her own word, ends what only she was asked about; once somebody goes, they go and look."""
    if case.alert.kind in ASKED_ABOUT:
        return replies.lives(case, now, now)
    is_open = case.alert.state is AlertState.OPEN
    return replies.closed(case, RESIDENT, Outcome.SAFE, "", now) if is_open else None


def _played(play: _Play) -> Played:
    person, door = contacts(play.log, play.truth.alert.opened_at)
    is_closed = play.case.alert.state is AlertState.CLOSED
    return Played(
        person_after=person,
        door_after=door,
        called=tuple(play.called),
        messages=dict(play.messages),
        is_closed=is_closed,
        by_itself=is_closed and person is None,
    )
