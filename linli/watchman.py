"""The thread `watchman`: sends the canary on its rounds and says so when one does not come back.

It needs neither the pipeline nor the sender, as these are what it watches.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from linli.clock import seconds
from linli.health import Health
from linli.rounds import Round, Rounds
from linli.signals import Kind
from linli.wire import signal_topic, write_payload
from linli.words import Sentence

logger = logging.getLogger(__name__)

PART = "canary"
BUTTON, BEAT = "button", "beat"
"""The canary's two devices: one calls for help, the other only says that it is there."""
LOOK_SECONDS = 1.0
_FIRST_AFTER = 10.0


class Stuck(StrEnum):
    """Where it stands still, as far as can be told."""

    SENDER = "sender"
    PIPELINE = "pipeline"
    BROKER = "broker"
    MESSAGES = "messages"


WHY = {
    Stuck.SENDER: Sentence("linli sends no messages: the part that sends them, or the database, stands still."),
    Stuck.PIPELINE: Sentence("linli takes no steps: the part that decides, or a database, stands still."),
    Stuck.BROKER: Sentence("linli does not hear its own test: calls for help may not come in from the broker."),
    Stuck.MESSAGES: Sentence("linli's own test call came in, but no message went out in time."),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the canary goes round, and how long a round may take, in seconds.

    Between rounds a heartbeat goes from the broker to the pipeline, four in the time of a round; one that has not come
    in after half of that time is missed. So total silence is noticed within three quarters of it.
    """

    every: float = 300
    within: float = 60

    @property
    def beat_every(self) -> float:
        """Return the seconds from one heartbeat to the next."""
        return self.within / 4

    @property
    def beat_within(self) -> float:
        """Return how many seconds a heartbeat, and a turn of each thread, may take."""
        return self.within / 2


class Keeper(Protocol):
    """Keeps the record of the rounds; what cannot be kept is not kept, as no round may depend on it."""

    def begun(self, id: str, site: str) -> None:  # noqa: A002
        """A round goes out."""
        ...

    def back(self, one: Round) -> None:
        """A round came back; its alert is done with."""
        ...


class Bell(Protocol):
    """Tells staff; called at every look while something is wrong, and does what is still to do."""

    def ring(self, why: Sentence, *, directly: bool) -> None:
        """Tell them, past the outbox too where `directly`."""
        ...

    def hush(self) -> None:
        """It works again."""
        ...


@dataclass(frozen=True)
class Watched:
    """What is watched: when the sender last turned and the pipeline last ticked, in seconds; where canaries live."""

    turned_at: Callable[[], float]
    ticked_at: Callable[[], float]
    homes: Callable[[], Mapping[str, str]]


class Watchman:
    """Looks once a second. `publish` takes a topic and a payload and never waits."""

    def __init__(
        self,
        rounds: Rounds,
        watched: Watched,
        publish: Callable[[str, bytes], None],
        health: Health,
        keeper: Keeper,
        bell: Bell,
        pace: Pace,
        *,
        timer: Callable[[], float] = seconds,
    ) -> None:
        self._rounds = rounds
        self._watched = watched
        self._publish = publish
        self._health = health
        self._keeper = keeper
        self._bell = bell
        self._pace = pace
        self._timer = timer
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchman", daemon=True)
        self._looked_at = self._begun = timer()
        self._next_beat = self._begun + pace.beat_every
        self._due: dict[str, float] = {}
        self._failed: Stuck | None = None
        self._has_come_back = False
        self._is_wrong = False

    def start(self) -> None:
        """Begin."""
        self._restart(self._timer())
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    @property
    def is_well(self) -> bool:
        """Tell whether rounds come back: at least one has, and nothing is wrong now."""
        return self._has_come_back and not self._is_wrong and self._timer() - self._looked_at < self._pace.within

    def _run(self) -> None:
        while not self._stopping.wait(min(LOOK_SECONDS, self._pace.beat_every)):
            try:
                self.look()
            except Exception:  # whoever watches the others must not be the first to fall silent
                logger.exception("a look of the watchman failed")
                self._health.trouble(PART, Sentence("linli cannot watch itself: a fault of linli; see the log."))

    def look(self) -> None:
        """See what has come back and what has not, say so, and send out what is due."""
        now = self._timer()
        if now - self._looked_at > self._pace.beat_within:
            self._restart(now)  # the whole machine was asleep: what is late now says nothing
        self._looked_at = now
        self._take_in(now)
        self._judge(now)
        self._send_out(now)

    def _restart(self, now: float) -> None:
        self._rounds.forget()
        self._begun = self._looked_at = now
        self._next_beat = now
        self._due = {}

    def _take_in(self, now: float) -> None:
        for one in self._rounds.under_way():
            if self._rounds.is_back(one):
                self._failed, self._has_come_back = None, True
                self._rounds.let_go(one.id)
                self._keeper.back(one)
            elif now - one.begun > self._pace.within:
                self._failed = Stuck.MESSAGES if one.alert else Stuck.BROKER
                self._rounds.let_go(one.id)
                self._due[one.site] = now  # the next one tells whether it works again
                logger.error("canary did not come back round=%s stuck=%s", one.id, self._failed)

    def _judge(self, now: float) -> None:
        stuck = self._stuck(now)
        self._is_wrong = stuck is not None
        if stuck is None:
            if self._has_come_back:
                self._health.well(PART)
                self._bell.hush()
            return
        self._health.trouble(PART, WHY[stuck])
        self._bell.ring(WHY[stuck], directly=stuck in {Stuck.SENDER, Stuck.PIPELINE, Stuck.MESSAGES})

    def _stuck(self, now: float) -> Stuck | None:
        late = now - self._pace.beat_within
        if max(self._watched.turned_at(), self._begun) < late:
            return Stuck.SENDER
        if max(self._watched.ticked_at(), self._begun) < late:
            return Stuck.PIPELINE
        oldest = self._rounds.oldest_beat()
        if oldest is not None and oldest < late:
            return Stuck.BROKER
        return self._failed

    def _send_out(self, now: float) -> None:
        homes = self._watched.homes()
        if homes and now >= self._next_beat:
            self._next_beat = now + self._pace.beat_every
            site, home = next(iter(homes.items()))
            self._publish(signal_topic(site, home, BEAT, Kind.BUTTON), write_payload(self._rounds.beat(now)))
        for site, home in homes.items():
            if now >= self._due.setdefault(site, self._begun + min(_FIRST_AFTER, self._pace.every)):
                self._due[site] = now + self._pace.every
                self._call(site, home, now)

    def _call(self, site: str, home: str, now: float) -> None:
        id_ = self._rounds.begin(site, now)
        self._keeper.begun(id_, site)
        self._publish(signal_topic(site, home, BUTTON, Kind.SOS), write_payload("pressed", id=id_))
