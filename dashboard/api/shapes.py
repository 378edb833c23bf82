"""What goes over the API's wire: the bodies and the answers, as pydantic checks and OpenAPI describes them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

from alerts.replies import MOST_MINUTES
from linli.alert import AlertKind, AlertState, Outcome, RequestState, Severity
from linli.home_state import HomeState
from linli.people import Role

EARLIEST_YEAR, LATEST_YEAR = 1971, 2200


def _storable(moment: datetime) -> datetime:
    if not EARLIEST_YEAR <= moment.year < LATEST_YEAR:
        raise ValueError(f"the year must be from {EARLIEST_YEAR} to {LATEST_YEAR - 1}")
    return moment


def _printable(text: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in text):
        raise ValueError("control characters are not allowed")
    return text


Moment = Annotated[AwareDatetime, AfterValidator(_storable)]
Note = Annotated[str, Field(max_length=500), AfterValidator(_printable)]

MOST_ROWS = 1000
Limit = Annotated[
    int,
    Query(ge=1, description=f"How many; more than {MOST_ROWS} are {MOST_ROWS}."),
    AfterValidator(lambda rows: min(rows, MOST_ROWS)),
]
"""How many rows of a list are told at most."""


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StayOut(BaseModel):
    """A stay in the bathroom that runs, and what happens if she is not heard of elsewhere."""

    since: datetime
    asks_at: datetime
    calls_at: datetime | None


class NextOut(BaseModel):
    """What is expected of a home and what happens if it does not come."""

    expected_by: datetime | None
    check_in_by: datetime | None
    asks_at: datetime | None
    calls_at: datetime | None
    about: AlertKind | None = None
    """What would be asked about; like `bathroom`, only for those who may know her rooms."""
    bathroom: StayOut | None = None


class ObservedOut(BaseModel):
    """What one device can be relied on for now."""

    device: str
    room: str
    online: bool
    last_heard: datetime | None
    battery: float | None


class HomeOut(BaseModel):
    """A home and how it stands."""

    home: str
    site: str
    building: str
    unit: str
    floor: str
    door: str
    resident: str
    state: HomeState
    since: datetime | None
    last_sign_of_life: datetime | None
    reason: str


class HomeDetail(HomeOut):
    """A home, what comes next and what can be seen of it."""

    next: NextOut
    observed: list[ObservedOut]


class SignalOut(BaseModel):
    """One reading of one device."""

    at: datetime
    received_at: datetime
    device: str
    room: str
    kind: str
    value: str | float | dict[str, float]


class AlertOut(BaseModel):
    """An alert."""

    id: str
    home: str
    site: str
    kind: AlertKind
    severity: Severity
    state: AlertState
    opened_at: datetime
    evidence_at: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    text: str
    drill: bool = False


class PersonOut(BaseModel):
    """Somebody who was asked to come."""

    person: str
    name: str
    role: Role
    state: RequestState
    asked_at: datetime


class KeyHolderOut(BaseModel):
    """Somebody who holds the home's spare key."""

    person: str
    name: str
    role: Role


class LineOut(BaseModel):
    """One line of what happened."""

    at: datetime
    what: str
    who: str
    detail: dict[str, str | float]


class AlertDetail(AlertOut):
    """An alert with what it rests on and what happened."""

    note: str | None
    """None for a family: it may tell of rooms and of health."""
    lease_until: datetime | None
    evidence: dict[str, str | float]
    people: list[PersonOut]
    key_holders: list[KeyHolderOut] = []
    """Empty also for whoever is not staff and has not accepted."""
    timeline: list[LineOut]


class AcceptIn(_Body):
    """In how many minutes you will be at the door; without it 10 for an emergency, else 20."""

    minutes: int | None = Field(default=None, ge=1, le=MOST_MINUTES)


class CloseIn(_Body):
    """How it ended."""

    outcome: Outcome
    note: Note | None = None


class AwayIn(_Body):
    """Until when nobody is at home."""

    until: Moment
    note: Note | None = None


class PauseIn(_Body):
    """Until when you are not to be called."""

    until: Moment


class PauseOut(BaseModel):
    """A pause as it was noted."""

    person: str
    since: datetime
    until: datetime


class AwayOut(BaseModel):
    """An absence as it was noted."""

    home: str
    since: datetime
    until: datetime
    note: str


class SignalIn(BaseModel):
    """One reading. What its values may be is the intake's business, the same as over MQTT."""

    home: str = Field(max_length=200)
    device: str = Field(max_length=200)
    kind: str = Field(max_length=200)
    value: JsonValue
    at: JsonValue = None
    id: JsonValue = None


class Refused(BaseModel):
    """One signal of a list that was not taken, and why."""

    index: int
    reason: str


class Taken(BaseModel):
    """How many signals are durable now."""

    accepted: int
    rejected: list[Refused]


class RejectionOut(BaseModel):
    """A message that was refused, and why."""

    at: datetime
    topic: str
    site: str
    home: str
    reason: str
    payload: str


AlertFilter = Literal["open", "closed", "all"]


class ProblemOut(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None
