"""The record of the canary's rounds: a line for each, kept seven days; its alert is erased as soon as it is back."""

import logging
from datetime import datetime, timedelta

from linli.clock import Clock
from linli.errors import StoreDown
from linli.rounds import Round
from linli.store import drills
from linli.store.care import CareStore
from linli.store.drills import Drill, DrillKind

logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)
_FAILED_KEPT = timedelta(hours=1)
_TIDY_EVERY = timedelta(hours=1)


class RoundBook:
    """Writes rounds down. A store that is down is nothing to stop for: others say so."""

    def __init__(self, care: CareStore, clock: Clock, within: timedelta) -> None:
        self._care = care
        self._clock = clock
        self._within = within
        self._tidy_at: datetime | None = None

    def begun(self, id: str, site: str) -> None:  # noqa: A002
        """A round goes out."""
        now = self._clock.now()
        try:
            with self._care.begin() as connection:
                drills.begin(connection, Drill(id, DrillKind.CANARY, now, now + self._within, site=site))
            self._tidy(now)
        except StoreDown as why:
            logger.warning("canary not on record round=%s reason=%s", id, why)

    def back(self, one: Round) -> None:
        """A round came back: its alert has done its work."""
        try:
            with self._care.begin() as connection:
                drills.pass_round(connection, one.id, self._clock.now())
                drills.erase_canary(connection, one.alert)
        except StoreDown as why:
            logger.warning("canary not on record round=%s reason=%s", one.id, why)

    def _tidy(self, now: datetime) -> None:
        """Erase the alerts of rounds that never came back, and forget rounds of long ago."""
        if self._tidy_at is not None and now < self._tidy_at:
            return
        self._tidy_at = now + _TIDY_EVERY
        with self._care.begin() as connection:
            for alert in drills.old_canaries(connection, now - _FAILED_KEPT):
                drills.erase_canary(connection, alert)
            drills.forget_rounds(connection, now - KEPT)
