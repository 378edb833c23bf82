"""A thread that does one small thing again and again, for what is neither the pipeline's business nor the sender's."""

import logging
import threading
from collections.abc import Callable

from linli.errors import StoreDown

logger = logging.getLogger(__name__)

_LONGEST_TURN = 15.0


class Every:
    """Calls `act` every so many seconds until it is stopped; what one turn meets does not end the next."""

    def __init__(self, seconds: float, act: Callable[[], object], *, name: str) -> None:
        self._seconds = seconds
        self._act = act
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, once the turn that is under way is over."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=_LONGEST_TURN)

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self._act()
            except StoreDown as why:
                logger.warning("%s waits for the store: %s", self._thread.name, why)
            except Exception:  # the next turn must come whatever this one met
                logger.exception("a turn of %s failed", self._thread.name)
