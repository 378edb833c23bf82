"""An alert and its people: the records that `alerts` decides on and the care store keeps. No decisions here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from linli.people import Role
from linli.words import Sentence


class AlertKind(StrEnum):
    """What is wrong."""

    SOS = "sos"
    FALL = "fall"
    SMOKE = "smoke"
    GAS = "gas"
    LEAK = "leak"
    MISSED_CHECK_IN = "missed_check_in"
    INACTIVITY = "inactivity"
    BATHROOM = "bathroom"
    NIGHT_DOOR = "night_door"
    VITALS = "vitals"
    ROUTINE_CHANGE = "routine_change"
    UNMONITORED = "unmonitored"
    LOW_BATTERY = "low_battery"
    SYSTEM = "system"


class Severity(StrEnum):
    """How soon somebody must come: at once, soon, or in working hours."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    NOTICE = "notice"

    @property
    def rank(self) -> int:
        """Return 0 for what goes first."""
        return list(Severity).index(self)


class AlertState(StrEnum):
    """Only closing stops the clock."""

    OPEN = "open"
    ACCEPTED = "accepted"
    AT_DOOR = "at_door"
    CLOSED = "closed"


class Outcome(StrEnum):
    """How it ended, in the words of who was there."""

    HELPED = "helped"
    SAFE = "safe"
    AWAY = "away"
    DEVICE_FAULT = "device_fault"
    DRILL = "drill"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: `after` this long, call `count` of a role (0: all), on their first or their other channels."""

    after: timedelta
    role: Role
    count: int = 0
    second_channel: bool = False
    asks: bool = False
    """The elder is asked first: any sign of life ends the alert while nobody else has been called."""
    keys: bool = False
    """Whoever holds the home's spare key is called, whatever their role."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Who is called when. `reply_within` is how long one person may be silent before the next is called instead.

    After the last rung its people are called again every `again_every`, for ever. The long-lie clock runs from the
    first evidence until somebody is at the door: at `goal` the family and staff are called whatever rung it is and
    whoever has accepted, at `limit` the professionals too. None: the matter is not one of lying on the floor.
    """

    rungs: tuple[Rung, ...]
    lease: timedelta
    reply_within: timedelta
    again_every: timedelta
    goal: timedelta | None = None
    limit: timedelta | None = None

    @property
    def marks(self) -> tuple[timedelta, ...]:
        """Return at which ages of the long-lie clock more people are called, in order."""
        return tuple(mark for mark in (self.goal, self.limit) if mark is not None)


SINCE = "anew_since"
"""What the evidence remembers of when the calls began anew."""


class RequestState(StrEnum):
    """Where one person stands with one alert."""

    ASKED = "asked"
    SILENT = "silent"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    AT_DOOR = "at_door"

    @property
    def goes(self) -> bool:
        """Tell whether somebody has said that they go, or is at the door."""
        return self in {RequestState.ACCEPTED, RequestState.AT_DOOR}


@dataclass(frozen=True, slots=True)
class Request:
    """One person asked to come. `reply_due_at` None: nobody waits for this answer."""

    person: str
    role: Role
    rung: int
    state: RequestState
    asked_at: datetime
    reply_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One case. `rung` is the next rung to climb and `climb_at` when; `round` counts the calls after the last rung.

    `due_at` is the one next step (a rung, a silent helper, the end of a lease, a mark of the long-lie clock); None only
    when closed. `about` says which part of a site is meant where no home is; `drill` that nobody is in need.
    `marks` counts the marks of the long-lie clock that have passed, `door_at` is when the first hand was at the door.
    """

    id: str
    site: str
    home: str
    kind: AlertKind
    severity: Severity
    state: AlertState
    opened_at: datetime
    evidence_at: datetime
    why: Sentence
    ladder: Ladder
    rung: int = 0
    round: int = 0
    climb_at: datetime | None = None
    due_at: datetime | None = None
    lease_until: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    note: str = ""
    evidence: Mapping[str, str | float] = field(default_factory=dict)
    about: str = ""
    drill: bool = False
    marks: int = 0
    door_at: datetime | None = None

    @property
    def since(self) -> datetime:
        """Return when it began of which people are told: the opening, or when the same came anew after somebody had come."""
        anew = self.evidence.get(SINCE)
        return datetime.fromisoformat(anew) if isinstance(anew, str) else self.opened_at

    @property
    def clock_from(self) -> datetime:
        """Return when the long-lie clock began: the first evidence of an emergency; for all else the moment it was opened.

        A silence of eight hours is evidence only once it is longer than usual, not from its first minute on.
        """
        return self.evidence_at if self.severity is Severity.EMERGENCY else self.opened_at


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the append-only log; `who` is a person's id, or `linli`."""

    at: datetime
    what: str
    who: str = "linli"
    detail: Mapping[str, str | float] = field(default_factory=dict)


class NoticeType(StrEnum):
    """Why somebody is written to: to come, to say how she is, to be at the door as promised, to know, or to rest."""

    CALL = "call"
    ASK = "ask"
    REMIND = "remind"
    TELL = "tell"
    OVER = "over"


class NoticeState(StrEnum):
    """Where a notice is on its way; `sent` is what the far end has accepted."""

    WAITING = "waiting"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to one person by one channel. `key` is the idempotency key: a resend carries the same."""

    key: str
    alert: str
    person: str
    channel: str
    type: NoticeType
    severity: Severity
    due_at: datetime
    state: NoticeState = NoticeState.WAITING
    attempts: int = 0
    reason: str = ""
