"""A stranger: something that speaks on the broker and stands in no device list, and what it might be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from linli.device_role import DeviceRole
from linli.words import Sentence

_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Guess:
    """Whose it might be and what for; empty where nothing says so. `reasons` say what each rests on."""

    home: str = ""
    room: str = ""
    role: DeviceRole | None = None
    reasons: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    """What is known of one. `topic` is what the device list would name; `said` its last message, in kinds and words only.

    `last_at` None: not heard yet, only named by its gateway or kept by the broker. `signal` with its unit.
    """

    topic: str
    ecosystem: str
    first_at: datetime | None = None
    last_at: datetime | None = None
    times: int = 0
    said: tuple[str, ...] = ()
    battery: float | None = None
    signal: str = ""
    model: str = ""
    guess: Guess = Guess()

    @property
    def id(self) -> str:
        """Return what names it in an address: its topic may hold a name."""
        return sha256(self.topic.encode()).hexdigest()[:16]

    @property
    def every(self) -> timedelta | None:
        """Return how often it speaks; None until it has spoken twice, not counting one thing said in several messages."""
        if self.first_at is None or self.last_at is None or self.last_at - self.first_at < _AT_ONCE:
            return None
        return (self.last_at - self.first_at) / (self.times - 1)


@dataclass(frozen=True, slots=True)
class Found:
    """What is found so far. `passed_over`: messages of which nothing was kept, since too many strangers speak."""

    strangers: Sequence[Stranger] = ()
    since: datetime | None = None
    connected: bool = False
    passed_over: int = 0
