"""The open alerts that end by themselves: a sign of life answers some, and the end of their cause others.

A picture of the store, looked at for every signal; it is taken anew after each commit that may change it.
"""

import threading
from collections.abc import Collection, Mapping

from sqlalchemy import Connection

from alerts.ladders import ASKED_ABOUT
from linli.alert import AlertKind
from linli.store import cases

END_BY_THEMSELVES = frozenset({AlertKind.UNMONITORED, AlertKind.LOW_BATTERY})
"""What is over when its cause has gone, without anybody at the door."""
KINDS = ASKED_ABOUT | END_BY_THEMSELVES

_ByHome = Mapping[str, tuple[tuple[str, AlertKind], ...]]


class Heeded:
    """Which homes have such an alert. Safe from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: _ByHome = {}
        self._passing: _ByHome = {}
        self._noted: set[str] = set()

    def look(self, connection: Connection) -> None:
        """Take the picture anew; two who look do so one after the other, so that the older one is not kept."""
        with self._lock:
            found = cases.open_by_home(connection, KINDS)
            self._asked, self._passing = _only(found, ASKED_ABOUT), _only(found, END_BY_THEMSELVES)
            self._noted &= {alert for alerts in self._asked.values() for alert, _ in alerts}

    @property
    def any_asked(self) -> bool:
        """Tell whether any alert is open that a sign of life could answer."""
        return bool(self._asked)

    def is_asked(self, home: str) -> bool:
        """Tell whether an alert of a home is open that a sign of life could answer."""
        return home in self._asked

    def is_noted(self, alert: str) -> bool:
        """Tell whether it was noted that the elder was seen; once is enough, where it does not end the alert."""
        return alert in self._noted

    def note(self, alerts: Collection[str]) -> None:
        """Remember that this is noted of some alerts: once it is stored."""
        with self._lock:
            self._noted |= set(alerts)

    def passing(self, homes: Collection[str] | None) -> list[tuple[str, str, AlertKind]]:
        """Return (alert, home, kind) of those, of some homes or all, that end when their cause has gone."""
        known = self._passing
        within = known if homes is None else known.keys() & set(homes)
        return [(alert, home, kind) for home in sorted(within) for alert, kind in known[home]]


def _only(found: _ByHome, kinds: Collection[AlertKind]) -> _ByHome:
    """Return those of the open alerts, by home, that are of some kinds."""
    kept = {home: tuple(one for one in alerts if one[1] in kinds) for home, alerts in found.items()}
    return {home: alerts for home, alerts in kept.items() if alerts}
