"""What can be said of a home at a moment, and on what evidence: the records that the dashboard and the API show."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from linli.alert import AlertKind
from linli.words import Sentence


class HomeState(StrEnum):
    """How a home stands. `alert` is laid over the others by whoever knows the open alerts."""

    WELL = "well"
    QUIET = "quiet"
    ALERT = "alert"
    UNMONITORED = "unmonitored"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Observed:
    """What one device can be relied on for now. `online` False: offline, or silent beyond its supervision time."""

    device: str
    last_heard: datetime | None
    online: bool
    battery: float | None = None
    """Percent, 0 to 100; None where the device never said."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in the bathroom that runs: since when, and when somebody asks unless she is heard of elsewhere."""

    since: datetime
    asks_at: datetime
    calls_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Next:
    """What is expected of a home, and what happens if it does not come. None: nothing of the kind is expected.

    `expected_by`: a sign of life, else the home is quiet. `check_in_by`: the next check-in.
    `asks_at`: somebody asks, unless one comes; `about` says what would be asked about: silence, a check-in or a stay in
    the bathroom. `bathroom` is that stay, whichever comes first. `calls_at` is filled in by whoever knows the ladder.
    """

    expected_by: datetime | None = None
    check_in_by: datetime | None = None
    asks_at: datetime | None = None
    calls_at: datetime | None = None
    about: AlertKind | None = None
    bathroom: Stay | None = None

    @property
    def first_by(self) -> datetime | None:
        """Return by when the first of what is expected should come."""
        return min((at for at in (self.expected_by, self.check_in_by) if at is not None), default=None)

    @property
    def is_check_in_first(self) -> bool:
        """Tell whether that is a check-in, which mere movement does not answer."""
        return self.check_in_by is not None and self.check_in_by == self.first_by


@dataclass(frozen=True, slots=True)
class HomeView:
    """A home at a moment. `since`: the sign of life of a home that is well, else when the state began.

    `silence_share`: 0 right after a sign of life, 1 where we ask. `observed` is filled in for one home only.
    """

    home: str
    state: HomeState
    since: datetime | None
    last_sign_at: datetime | None
    last_room: str
    reason: Sentence
    next: Next = field(default_factory=Next)
    silence_share: float = 0.0
    observed: tuple[Observed, ...] = ()
    is_paused: bool = False
    """She does not wish to be watched for now; then the state is `away`, and nothing is said of her signs of life."""


def paused_view(view: HomeView, until: datetime) -> HomeView:
    """Return a home as it is shown while its resident has paused linli."""
    reason = Sentence("Paused by herself until {until}; a call for help still comes through.", {"until": until})
    return replace(
        view,
        state=HomeState.AWAY,
        last_sign_at=None,
        last_room="",
        reason=reason,
        next=Next(),
        silence_share=0.0,
        is_paused=True,
    )
