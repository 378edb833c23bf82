"""A fresh engine for each history, on a store that is made once for all of them; making it is slow."""

import shutil
import sqlite3
import tempfile
from datetime import datetime
from functools import cache
from pathlib import Path

from linli.people import Roster
from linli.store import roster as roster_store
from linli.store.care import CareStore
from tests.alerts.engine import Engine
from tests.alerts.engine_town import DWELLINGS, everybody
from tests.alerts.faulty_care import FaultyCare

_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - nothing here must outlive the machine


@cache
def _store() -> tuple[FaultyCare, Path, sqlite3.Connection]:
    """Make the store once for all histories of this process; each begins with empty tables."""
    folder = Path(tempfile.mkdtemp(prefix="linli-engine-", dir=_IN_MEMORY if _IN_MEMORY.is_dir() else None))
    made = CareStore(f"sqlite:///{folder / 'empty.db'}")
    made.migrate()
    with made.begin() as connection:
        roster_store.save(connection, DWELLINGS, [], everybody())
    made.close()
    shutil.copy(folder / "empty.db", folder / "care.db")
    return FaultyCare(f"sqlite:///{folder / 'care.db'}"), folder, sqlite3.connect(folder / "empty.db")


def fresh_engine(roster: Roster, start: datetime, *, load_limit: int = 0) -> Engine:
    """Return an engine on empty tables."""
    care, folder, empty = _store()
    care.end_outage()
    care.faults.clear()
    care.injected.clear()
    with sqlite3.connect(folder / "care.db") as tables:
        empty.backup(tables)
    tables.close()
    return Engine(care, folder, roster, start, load_limit=load_limit)


def remove_store() -> None:
    """Throw the store of this process away."""
    care, folder, empty = _store()
    care.close()
    empty.close()
    shutil.rmtree(folder)
    _store.cache_clear()
