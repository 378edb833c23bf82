"""How far the log had come, kept outside the database: whoever cuts off its end there has not cut it off here."""

import logging
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from linli.errors import LinliError, StoreDown
from linli.files import replacing
from linli.health import Health
from linli.store import chain
from linli.store.care import CareStore
from linli.store.chain import Head
from linli.words import Sentence

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=5)
_PART = "log"


def read(path: Path) -> Head | None:
    """Return what was kept, None where nothing was; raises LinliError when it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Head)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as why:
        raise LinliError(f"{path.name} cannot be read; it says how far the log had come") from why


def write(path: Path, head: Head) -> None:
    """Keep a head in the place of the one before."""
    with replacing(path) as part:
        part.write_bytes(msgspec.json.encode(head))


class HeadKeeper:
    """Keeps the log's head now and then, as long as the one before still stands. For one thread."""

    def __init__(self, care: CareStore, path: Path, health: Health) -> None:
        self._care = care
        self._path = path
        self._health = health
        self._next: datetime | None = None

    def tick(self, now: datetime) -> None:
        """Keep the head if it is time; what was kept of a log that is not ours any more is left as it is."""
        if self._next is not None and self._next - EVERY <= now < self._next:
            return
        self._next = now + EVERY
        try:
            fault = self._keep()
        except StoreDown:  # whoever writes will say so
            return
        except LinliError as why:
            fault = str(why)
        if fault is None:
            self._health.well(_PART)
            return
        logger.error("log head not kept reason=%s", fault)
        self._health.trouble(_PART, Sentence("The log of all alerts is not as linli left it; run linli check."))

    def _keep(self) -> str | None:
        kept = read(self._path)
        with self._care.read() as connection:
            fault = None if kept is None else chain.lost(connection, kept)
            newest = chain.head(connection)
        if fault is None and newest is not None and newest.hash and newest != kept:
            write(self._path, newest)
        return fault
