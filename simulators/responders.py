"""Simulated neighbours: who accepts a call, who declines or stays silent, when they stand at the door, how it ends."""

import heapq
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

import msgspec

from linli.errors import LinliError
from simulators.chance import between, stream_of


class Verb(StrEnum):
    """What a person does with a call; the words of the API."""

    ACCEPT = "accept"
    DECLINE = "decline"
    ARRIVE = "arrive"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person does at a moment. `link` is the signed link for accept and decline, `outcome` for close."""

    at: datetime
    alert: str
    person: str
    verb: Verb
    link: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How people of a role take a call: shares 0..1, who neither accepts nor declines stays silent; seconds (low, high)."""

    accepts: float
    declines: float
    answers: tuple[float, float]
    walks: tuple[float, float]
    stays: tuple[float, float]
    never_comes: float = 0.0
    """Share of those who accept and then do not appear."""


SILENT = Manner(0, 0, (0, 0), (0, 0), (0, 0))
MANNERS: dict[str, Manner] = {
    "volunteer": Manner(0.55, 0.2, (6, 18), (60, 240), (240, 1200), never_comes=0.04),
    "family": Manner(0.5, 0.2, (10, 90), (900, 2400), (900, 2400)),
    "staff": Manner(0.9, 0.0, (10, 40), (180, 600), (300, 900)),
    "professional": Manner(1.0, 0.0, (10, 30), (300, 900), (600, 1800)),
}
"""Residents are not here: whether one is well shows in what her home tells, not in an answer drawn by chance."""

_OUTCOMES: dict[str, tuple[tuple[str, float], ...]] = {
    "sos": (("helped", 0.65), ("safe", 0.35)),
    "fall": (("helped", 0.8), ("safe", 0.2)),
    "smoke": (("safe", 0.7), ("helped", 0.3)),
    "gas": (("safe", 0.7), ("helped", 0.3)),
    "unmonitored": (("device_fault", 0.9), ("away", 0.1)),
    "low_battery": (("device_fault", 1.0),),
    "system": (("device_fault", 1.0),),
    "night_door": (("helped", 0.8), ("safe", 0.2)),
    "missed_check_in": (("safe", 0.85), ("away", 0.15)),
}
_USUAL_OUTCOMES = (("safe", 0.7), ("helped", 0.2), ("away", 0.1))


class _Alert(msgspec.Struct):
    id: str
    kind: str


class _Home(msgspec.Struct):
    home: str


class _To(msgspec.Struct):
    person: str
    role: str


class _Links(msgspec.Struct):
    accept: str = ""
    decline: str = ""


class _Notice(msgspec.Struct):
    """What a person needs of a webhook's body."""

    type: str
    alert: _Alert
    home: _Home
    to: _To
    links: _Links = msgspec.field(default_factory=_Links)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one person makes of one call: when they answer and how, and what follows if they accept. None: silence."""

    verb: Verb | None
    answers_after: timedelta
    walks: timedelta | None = None
    """From accepting to the door; None: never comes."""
    stays: timedelta = timedelta(0)
    outcome: str = ""


def decide(manner: Manner, kind: str, chance: Random) -> Decision:
    """Draw what a person makes of a call for an alert of a kind."""
    draw, answers_after = chance.random(), _seconds(chance, manner.answers)
    if draw >= manner.accepts + manner.declines:
        return Decision(None, answers_after)
    if draw >= manner.accepts:
        return Decision(Verb.DECLINE, answers_after)
    comes = chance.random() >= manner.never_comes
    walks, stays = _seconds(chance, manner.walks), _seconds(chance, manner.stays)
    words = _OUTCOMES.get(kind, _USUAL_OUTCOMES)
    outcome = chance.choices([word for word, _ in words], [share for _, share in words])[0]
    return Decision(Verb.ACCEPT, answers_after, walks if comes else None, stays, outcome)


def _seconds(chance: Random, span: tuple[float, float]) -> timedelta:
    return timedelta(seconds=between(chance, *span))


class Responders:
    """Everybody who may be called. Times are those of the caller's clock. Safe to use from every thread.

    Decisions depend on the seed, the home, the kind of alert, the person and how often she was asked: not on the ids
    of alerts, which differ from run to run. Whoever sees that somebody else is going does not go as well.
    """

    def __init__(self, seed: int, manners: Mapping[str, Manner] = MANNERS) -> None:
        self._seed = seed
        self._manners = manners
        self._lock = threading.Lock()
        self._plans: list[tuple[datetime, int, Action, Decision]] = []
        self._asked: dict[tuple[str, str, str], int] = {}
        self._busy: set[tuple[str, str]] = set()
        self._taken: set[str] = set()
        self._count = 0

    def on_notice(self, body: bytes | Mapping[str, object], now: datetime) -> None:
        """Hear a webhook's body (JSON or already decoded); raises LinliError if it is not one.

        Once for each call: a person who is still thinking, has declined or is going anyway is not moved by a repetition.
        """
        notice = _read(body)
        call = (notice.alert.id, notice.to.person)
        with self._lock:
            if notice.type != "alert.notice" or call in self._busy or notice.alert.id in self._taken:
                return
            decision = decide(self._manners.get(notice.to.role, SILENT), notice.alert.kind, self._stream(notice))
            if decision.verb is None:
                return
            self._busy.add(call)
            link = notice.links.accept if decision.verb is Verb.ACCEPT else notice.links.decline
            self._plan(Action(now + decision.answers_after, *call, decision.verb, link), decision)

    def due(self, now: datetime) -> list[Action]:
        """Return what people do up to now, in order; each action once."""
        actions: list[Action] = []
        with self._lock:
            while self._plans and self._plans[0][0] <= now:
                _, _, action, decision = heapq.heappop(self._plans)
                if action.verb is not Verb.ACCEPT:
                    actions.append(action)
                elif action.alert not in self._taken:
                    actions.append(action)
                    self._go(action, decision)
        return actions

    def _go(self, accepted: Action, decision: Decision) -> None:
        if decision.walks is None:
            return
        self._taken.add(accepted.alert)
        at_door = accepted.at + decision.walks
        self._plan(Action(at_door, accepted.alert, accepted.person, Verb.ARRIVE), decision)
        closed = Action(at_door + decision.stays, accepted.alert, accepted.person, Verb.CLOSE, outcome=decision.outcome)
        self._plan(closed, decision)

    def _plan(self, action: Action, decision: Decision) -> None:
        self._count += 1
        heapq.heappush(self._plans, (action.at, self._count, action, decision))

    def _stream(self, notice: _Notice) -> Random:
        who = (notice.home.home, notice.alert.kind, notice.to.person)
        self._asked[who] = self._asked.get(who, 0) + 1
        return stream_of(self._seed, "responder", *who, self._asked[who])


def _read(body: bytes | Mapping[str, object]) -> _Notice:
    try:
        return msgspec.json.decode(body, type=_Notice) if isinstance(body, bytes) else msgspec.convert(body, _Notice)
    except (msgspec.ValidationError, msgspec.DecodeError) as why:
        raise LinliError(f"this is not a notice of linli: {why}") from None
