"""Roster files that were uploaded and wait for a yes, and the import that can still be taken back. Kept in memory only."""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from linli.roster_file import Done, RosterFile

KEPT_FOR = timedelta(hours=1)
MOST = 5


@dataclass(frozen=True, slots=True)
class Draft:
    """A file that can be imported: what it is called, what it says, and when it came."""

    id: str
    name: str
    file: RosterFile
    at: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """An import that was made from a page, and by whom."""

    id: str
    name: str
    at: datetime
    by: str
    done: Done


class Drafts:
    """Safe to use from every thread. Old drafts go, and the oldest when there are too many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._drafts: dict[str, Draft] = {}
        self._latest: Imported | None = None

    def put(self, name: str, file: RosterFile, now: datetime) -> Draft:
        """Keep a file for a while."""
        draft = Draft(secrets.token_urlsafe(9), name, file, now)
        with self._lock:
            young = [one for one in self._drafts.values() if now - one.at < KEPT_FOR]
            self._drafts = {one.id: one for one in [*young[1 - MOST :], draft]}
        return draft

    def get(self, id: str) -> Draft | None:  # noqa: A002
        """Return a draft, None if it was imported or is gone."""
        with self._lock:
            return self._drafts.get(id)

    def imported(self, draft: Draft, done: Done, by: str, now: datetime) -> Imported:
        """Note that a draft was imported; the one before can no longer be taken back."""
        with self._lock:
            self._drafts.pop(draft.id, None)
            self._latest = Imported(draft.id, draft.name, now, by, done)
            return self._latest

    @property
    def latest(self) -> Imported | None:
        """Return the latest import, if linli has not been started since."""
        with self._lock:
            return self._latest

    def forget_latest(self) -> None:
        """Note that the latest import was taken back."""
        with self._lock:
            self._latest = None
