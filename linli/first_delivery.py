"""When a message came that the broker delivers again after a crash: by what was stored of it, or opened for it.

A call for help is opened before its signal is stored. A kill in between leaves the alert alone to tell that the call
was heard: without asking it, the same press would be another one, and ring again where the first is closed by then.
"""

from datetime import datetime

from linli.clock import from_millis
from linli.signals import Kind, Value
from linli.store import cases
from linli.store.care import CareStore
from linli.store.signals import SignalStore
from models.emergencies import calls_for_help


class FirstDelivery:
    """Asks both stores."""

    def __init__(self, signals: SignalStore, care: CareStore) -> None:
        self._signals = signals
        self._care = care

    def __call__(
        self, home: str, device: str, kind: Kind, value: Value, key: str, *, since: datetime
    ) -> datetime | None:
        """Return the moment of the latest equal reading with this key, None if nothing is known of one."""
        stored = self._signals.earlier_arrival(home, device, kind, value, key, since=since)
        if stored is not None or not calls_for_help(kind, value):
            return stored
        with self._care.read() as connection:
            episodes = cases.episodes_of_home(connection, home, since)
        return max(
            (at for episode in episodes if (at := _moment(episode, f"{home}:{device}:{kind}:", key))), default=None
        )


def _moment(episode: str, stem: str, key: str) -> datetime | None:
    """Return the moment in an episode's key, if it is about such a signal with this key."""
    _, _, identity = episode.partition(":")
    if not (identity.startswith(stem) and identity.endswith(f":{key}")):
        return None
    moment = identity[len(stem) : -len(f":{key}")]
    return from_millis(int(moment)) if moment.isdecimal() else None
