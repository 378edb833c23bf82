"""The thread `influxdb`: brings to the server what is queued, oldest first, and takes old signals out of the window.

A batch is taken out of the spool only when the server has answered that it has it. One thread alone sends, so the order
is that in which signals came, and a wish to have a home deleted comes after everything of it.
"""

import logging
import math
import random
import threading
from contextlib import suppress
from datetime import timedelta

from linli.clock import Clock, millis
from linli.errors import StoreDown
from linli.health import Health
from linli.store.influx_signals import hourly
from linli.store.influx_signals.faults import Away, Misfit
from linli.store.influx_signals.probe import Fitted, fit
from linli.store.influx_signals.schema import LONG_AGO
from linli.store.influx_signals.sending import send
from linli.store.influx_signals.spool import Batch, Spooled
from linli.store.influx_signals.store import InfluxSignalStore
from linli.words import Sentence

logger = logging.getLogger(__name__)

PART = "influxdb"
JOINED_BYTES = 1_000_000
"""Batches are joined up to so many bytes: some 8,000 lines."""
MANY_BYTES = 1_000_000_000
"""At so many unsent bytes staff are told to look at the disk: about ten million signals."""
_IDLE_SECONDS = 0.25
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_ASKED = 1.0, 60.0, 900.0
_CARE_EVERY, _DAY = timedelta(minutes=15), timedelta(days=1)

_WAITS = Sentence("Signals are kept here until InfluxDB takes them ({megabytes} MB wait): {why}")
_MANY = Sentence("{megabytes} MB of signals wait for InfluxDB; see that it keeps up, and that this disk has room.")
_REFUSED = Sentence("InfluxDB has refused {count} signals; linli check says why. They are kept here.")
_UNSHOWN = Sentence("Pages show the last {days} days only, what is older cannot be read: {why}")


class Delivery:
    """Sends, one batch after the other. `window`: how long signals stay here once the server has them."""

    def __init__(self, store: InfluxSignalStore, clock: Clock, health: Health, *, window: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._health = health
        self._keep = window
        self._fitted: Fitted | None = None
        self._failed = 0
        self._care_at = self._forget_prints_at = clock.now()
        self._chance = random.Random()  # noqa: S311 - how long to wait is no secret
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="influxdb", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is not sent by then is sent after the next start."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=15)

    def _run(self) -> None:
        with suppress(StoreDown):
            self._try_refused_again()
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                pause = self.turn()
            except Exception:  # the next turn must come whatever this one met
                logger.exception("a turn of influxdb failed")
                self._health.trouble(PART, Sentence("linli cannot send signals: a fault of linli; see the log."))
                pause = self._pause(None)

    def _try_refused_again(self) -> None:
        retention = self._store.server.address.retention
        self._store.window.try_refused_again(millis(self._clock.now() - retention) if retention else LONG_AGO)

    def turn(self) -> float:
        """Send the next batch, if there is one; return after how many seconds to come again."""
        try:
            more = self._send_one()
            self._look_after()
        except StoreDown as why:
            return self._trouble(why)
        self._failed = 0
        self._say_well()
        return 0.0 if more else _IDLE_SECONDS

    def spooled(self) -> Spooled:
        """Return how much waits to be sent."""
        return self._store.spooled()

    def send_all(self) -> None:
        """Send everything that is queued; raises StoreDown where the server does not take it now."""
        while self._send_one():
            pass

    def _send_one(self) -> bool:
        """Send the next batch; return whether there was one."""
        if self._fitted is None:
            self._fitted = fit(self._store.server)
            logger.info("influxdb fits version=%s", self._fitted.version)
        window = self._store.window
        batch = window.first(JOINED_BYTES)
        if batch is None:
            return False
        if batch.forget is not None:
            self._erase(self._fitted, batch, batch.forget)
            return True
        refused = send(batch.lines, self._store.server.write)
        if refused:
            logger.error("influxdb refused lines=%d why=%s", len(refused), refused[0][1])
        window.done(batch, refused)
        self._heed_late(batch)
        return True

    def _erase(self, fitted: Fitted, batch: Batch, home: str) -> None:
        if fitted.erases:
            fitted.erase(home)
        else:
            self._store.window.hide(home, batch.arrived + 1)
        self._store.window.done(batch)
        logger.info("home deleted at influxdb home=%s erased=%s", home, fitted.erases)

    def _heed_late(self, batch: Batch) -> None:
        """Take late signals out of the window at once, now that the server has them; their hours are summed up anew."""
        window = self._store.window
        horizon = window.horizon()
        if batch.oldest < horizon:
            window.prune(horizon, millis(self._clock.now()))
            hourly.again_from(window, batch.oldest)

    def _look_after(self) -> None:
        now = self._clock.now()
        if now < self._care_at:
            return
        self._care_at = now + _CARE_EVERY
        removed = self._store.window.prune(millis(now - self._keep), millis(now))
        if now >= self._forget_prints_at:
            self._forget_prints_at = now + _DAY
            self._store.window.forget_prints(millis(now))
        hours = hourly.sum_up(self._store.window, self._store.server)
        if removed or hours:
            logger.info("window moved on signals=%d hours=%d", removed, hours)

    def _say_well(self) -> None:
        spooled = self._store.spooled()
        if spooled.size > MANY_BYTES:
            self._health.trouble(PART, Sentence(_MANY.template, {"megabytes": _megabytes(spooled.size)}))
        elif spooled.refused:
            self._health.trouble(PART, Sentence(_REFUSED.template, {"count": spooled.refused}))
        elif why := self._store.server.unshown:
            self._health.trouble(PART, Sentence(_UNSHOWN.template, {"days": self._keep.days, "why": why}))
        else:
            self._health.well(PART)

    def _trouble(self, why: StoreDown) -> float:
        if not self._failed:
            logger.warning("influxdb does not take signals: %s", why)
        self._fitted = None if isinstance(why, Misfit) else self._fitted
        megabytes = _megabytes(self._store.spooled().size)
        self._health.trouble(PART, Sentence(_WAITS.template, {"megabytes": megabytes, "why": str(why)}))
        return self._pause(why.after if isinstance(why, Away) else None)

    def _pause(self, asked: float | None) -> float:
        """Return how long to leave the server alone: as long as it asked for, or twice as long each time, up to a minute.

        Half of it is left to chance, so that a hundred linlis do not come back at once.
        """
        self._failed += 1
        if asked is not None:
            return min(asked, _LONGEST_ASKED)
        return min(_FIRST_PAUSE * float(2 ** min(self._failed - 1, 10)), _LONGEST_PAUSE) * self._chance.uniform(
            0.5, 1.0
        )


def _megabytes(size: int) -> int:
    """Return so many bytes in megabytes, rounded up: what waits is never none."""
    return math.ceil(size / 1_000_000)
