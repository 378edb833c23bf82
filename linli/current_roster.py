"""The roster as it is now, for everybody who asks."""

from linli.people import Roster
from linli.store import roster as roster_store
from linli.store.care import CareStore


class CurrentRoster:
    """The roster as it is now; read anew when its revision has grown."""

    def __init__(self, care: CareStore) -> None:
        self._care = care
        with care.read() as connection:
            self._roster = roster_store.load(connection)

    def get(self) -> Roster:
        """Return the roster; never changed in place, so it can be kept for the length of a decision."""
        return self._roster

    def refresh(self) -> bool:
        """Read it anew if somebody has changed it; tell whether so."""
        with self._care.read() as connection:
            if roster_store.revision(connection) == self._roster.revision:
                return False
            self._roster = roster_store.load(connection)
        return True
