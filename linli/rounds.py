"""The rounds that the canary is on: what was published, and how far each has come. In memory only, for every thread."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

_KEPT = 1000
"""How many rounds are remembered while none comes back."""


@dataclass(frozen=True, slots=True)
class Round:
    """One call for help of a site's canary. `begun` in seconds of a clock that only grows.

    `alert` is known once the pipeline has heard it; `arrived` when the probe has the message, `answered` when the
    sender has written the probe's answer down.
    """

    id: str
    site: str
    begun: float
    alert: str = ""
    arrived: bool = False
    answered: bool = False


class Rounds:
    """Keeps the rounds under way. `probed`: a round is back only when linli's own probe has seen its message too."""

    def __init__(self, *, probed: bool) -> None:
        self._probed = probed
        self._lock = threading.Lock()
        self._rounds: dict[str, Round] = {}
        self._beats: dict[str, float] = {}

    def begin(self, site: str, now: float) -> str:
        """Begin a round; return the id under which it is published."""
        made = Round(secrets.token_hex(8), site, now)
        with self._lock:
            self._rounds[made.id] = made
            while len(self._rounds) > _KEPT:
                del self._rounds[next(iter(self._rounds))]
        return made.id

    def hear(self, id: str, alert: str) -> bool:  # noqa: A002
        """Note that the pipeline has a round's call for help; False for one that nobody waits for any more."""
        with self._lock:
            known = self._rounds.get(id)
            if known is None:
                return False
            self._rounds[id] = replace(known, alert=alert)
        return True

    def arrive(self, alert: str) -> bool:
        """Note that the message about an alert has reached the probe; False where it is no round's."""
        return self._mark(alert, lambda known: replace(known, arrived=True))

    def answer(self, alert: str) -> bool:
        """Note that the sender has written down that a round's message was accepted."""
        return self._mark(alert, lambda known: replace(known, answered=True))

    def _mark(self, alert: str, change: Callable[[Round], Round]) -> bool:
        with self._lock:
            known = next((one for one in self._rounds.values() if alert and one.alert == alert), None)
            if known is None:
                return False
            self._rounds[known.id] = change(known)
        return True

    def is_back(self, one: Round) -> bool:
        """Tell whether a round has come the whole way."""
        return one.answered and (one.arrived or not self._probed)

    def under_way(self) -> list[Round]:
        """Return the rounds that have not been let go of, oldest first."""
        with self._lock:
            return list(self._rounds.values())

    def let_go(self, id: str) -> None:  # noqa: A002
        """Wait for a round no longer; what still comes of it is not heard."""
        with self._lock:
            self._rounds.pop(id, None)

    def beat(self, now: float) -> str:
        """Begin a heartbeat; return the id under which it is published."""
        made = secrets.token_hex(8)
        with self._lock:
            self._beats[made] = now
        return made

    def hear_beat(self, id: str) -> None:  # noqa: A002
        """Note that the pipeline has a heartbeat: it and all that were begun before it are waited for no longer."""
        with self._lock:
            begun = self._beats.get(id)
            if begun is not None:
                self._beats = {one: at for one, at in self._beats.items() if at > begun}

    def oldest_beat(self) -> float | None:
        """Return when the oldest heartbeat was begun that has not come in; None when all have."""
        with self._lock:
            return min(self._beats.values(), default=None)

    def forget(self) -> None:
        """Wait for nothing any more: after linli itself has stood still, what it waited for says nothing."""
        with self._lock:
            self._rounds.clear()
            self._beats.clear()
