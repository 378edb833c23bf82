"""Waits until linli has nothing more to do at this moment of the scenario's clock, and says what it cannot get done."""

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from linli.clock import millis

PATIENCE_SECONDS = 12.0
"""How long linli may take, in real time, for what is due now: a thousand times what it needs on an idle machine."""
_NO_PATIENCE_SECONDS = 0.3
"""The same once something is stuck."""
_FURTHEST_STEP_MS = 24 * 3_600_000

_OVERDUE = {
    "an open alert has no next step": "SELECT id FROM alerts WHERE state <> 'closed' AND due_at IS NULL",
    "an open alert's next step is out of reach": "SELECT id FROM alerts WHERE state <> 'closed' AND due_at > :furthest",
    "a step is not taken": "SELECT id FROM alerts WHERE state <> 'closed' AND due_at <= :now",
    "a notice is not sent": "SELECT key FROM outbox WHERE state = 'waiting' AND due_at <= :now",
    "a notice stays leased": "SELECT key FROM outbox WHERE state = 'leased'",
    "a notice of a closed alert waits for ever": (
        "SELECT key FROM outbox JOIN alerts ON alerts.id = outbox.alert"
        " WHERE alerts.state = 'closed' AND outbox.state IN ('waiting', 'leased')"
    ),
}
_DUE = (
    "SELECT min(due) FROM ("
    " SELECT due_at AS due FROM alerts WHERE state <> 'closed'"
    " UNION ALL SELECT due_at FROM outbox WHERE state = 'waiting'"
    ") WHERE due > :now AND due <= :until"
)

_OPEN = "SELECT id FROM alerts WHERE state <> 'closed' AND kind = :kind AND drill = :drill ORDER BY id"


class Watcher:
    """Looks into the care data with SQL of its own; `ticks` counts the ticks, `unacknowledged` what the broker holds."""

    def __init__(
        self, care: Path, now: Callable[[], datetime], ticks: Callable[[], int], unacknowledged: Callable[[], list[str]]
    ) -> None:
        self._db = sqlite3.connect(f"file:{care}?mode=ro", uri=True, isolation_level=None, check_same_thread=False)
        self._patience = PATIENCE_SECONDS
        self._lock = threading.Lock()
        self._now = now
        self._ticks = ticks
        self._unacknowledged = unacknowledged

    def wait(self) -> list[str]:
        """Wait until all is quiet, at least one whole tick from now; return what is stuck, nothing if all went well."""
        last_tick = self._ticks() + 2  # the one under way may have begun before
        until = time.monotonic() + self._patience
        while stuck := self.overdue() if self._ticks() >= last_tick else ["no tick comes"]:
            if time.monotonic() > until:
                self._patience = _NO_PATIENCE_SECONDS
                return stuck
            time.sleep(0.001)
        return []

    def overdue(self) -> list[str]:
        """Return what ought to have been done by now, in words."""
        found = [f"a message is not acknowledged: {packet}" for packet in self._unacknowledged()]
        for words, question in _OVERDUE.items():
            found += [f"{words}: {name}" for name in self._ask(question)]
        return found

    def has_notices(self) -> bool:
        """Tell whether the sender has anything to do now."""
        return bool(self._ask(_OVERDUE["a notice is not sent"]) or self._ask(_OVERDUE["a notice stays leased"]))

    def has_steps(self) -> bool:
        """Tell whether a step of any alert is due now."""
        return bool(self._ask(_OVERDUE["a step is not taken"]))

    def _ask(self, question: str, **asked: str | int) -> list[object]:
        now = millis(self._now())
        with self._lock:
            rows = self._db.execute(question, {"now": now, "furthest": now + _FURTHEST_STEP_MS, **asked}).fetchall()
        return [row[0] for row in rows]

    def next_due(self, until: int) -> int | None:
        """Return when the next step or notice is due, up to a moment; milliseconds."""
        (due,) = self._ask(_DUE, until=until)
        return due if isinstance(due, int) else None

    def open_alerts(self, kind: str, *, drill: bool = False) -> list[str]:
        """Return the ids of the open alerts of a kind, those that are drills or those that are not."""
        return [str(alert) for alert in self._ask(_OPEN, kind=kind, drill=int(drill))]
