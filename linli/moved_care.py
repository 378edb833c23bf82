"""What is done when `care.db` is moved, deleted or replaced under a linli that runs; `linli/store/opened_file.py` notices.

Nothing is written any more, so that calls for help go out from the journal. What the file held is kept in another one;
and as soon as a care database that can be used stands in its place, linli goes on with that.
"""

import logging
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from linli.alert import Severity
from linli.clock import Clock, seconds
from linli.errors import FileMoved, LinliError
from linli.finding import Finding
from linli.health import Health
from linli.store import cases
from linli.store.care import CareStore, known_revisions
from linli.words import Sentence

logger = logging.getLogger(__name__)

PART = "care-file"
_WORD_EVERY = 60.0
_GONE = (
    "{file} was moved, deleted or replaced while linli ran: calls for help go out from the journal, all else waits."
    " What stands there now cannot be used: {why}. {todo}"
)
_PUT_KEPT = Sentence("Put a backup there, or what linli kept of the one before, {kept}; linli then goes on by itself.")
_PUT_BACK = Sentence("Put it back, or a backup; linli then goes on by itself.")
_NOT_KEPT = (
    "{file} was moved, deleted or replaced while linli ran: calls for help go out from the journal, all else waits."
    " What it held could not be kept in another file yet ({why}): make room on the disk, and do not stop linli."
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Of which store another file was opened, as the one before had gone. `kept` is where that is which a care database held."""

    kept: Path | None = None
    signals: bool = False


class MovedCare:
    """Looks whether the care database still stands where it was opened. `on_other` is called once another can be used."""

    def __init__(self, care: CareStore, clock: Clock, health: Health, on_other: Callable[[Moved], object]) -> None:
        self._care = care
        self._clock = clock
        self._health = health
        self._on_other = on_other
        self._next_word = 0.0
        self._kept: Path | None = None

    def look(self) -> None:
        """See whether it stands there, and do what can be done where it does not; for a thread of its own, each second."""
        if self._care.path is None or not self._care.has_moved():
            self._health.well(PART)
            return
        hindrance = self._hindrance(self._care.path)
        if hindrance is None:
            self._on_other(Moved(self._kept))
            return
        self._health.trouble(PART, hindrance)
        if seconds() >= self._next_word:
            self._next_word = seconds() + _WORD_EVERY
            logger.error(
                "care file gone file=%s kept=%s reason=%s", self._care.path, self._kept, hindrance.fields["why"]
            )

    def _hindrance(self, file: Path) -> Sentence | None:
        """Return what keeps linli from going on with what stands there, None if nothing does."""
        try:
            why = self._let_go(file)
        except LinliError as failure:
            return Sentence(_NOT_KEPT, {"file": file.name, "why": str(failure)})
        why = why or unusable(file)
        if why is None:
            return None
        todo = _PUT_BACK if self._kept is None else Sentence(_PUT_KEPT.template, {"kept": self._kept.name})
        return Sentence(_GONE, {"file": file.name, "why": why, "todo": todo})

    def _let_go(self, file: Path) -> str | None:
        """Keep what the file held and close it; return what it is that must be waited for."""
        if self._kept is None:
            try:
                kept = file.with_name(f"{file.stem}.moved-{self._clock.now():%Y%m%dT%H%M%S.%fZ}.db")
                self._care.keep(kept)
                self._kept = kept
            except FileMoved:  # nothing has it open any more
                return None
        return None if self._care.let_go() else "the one before is still being read"


def kept_files(file: Path) -> list[Path]:
    """Return what was kept of a care database each time that it had gone, the oldest first."""
    return sorted(file.parent.glob(f"{file.stem}.moved-*.db"))


def put_back(care: CareStore) -> Path | None:
    """Give what was kept last its name again, and return how it was called, where linli ended before anything took its place.

    Otherwise an empty database would be made, with nobody in it who could be called.
    """
    if care.path is None or care.path.exists():
        return None
    kept = [file for file in kept_files(care.path) if unusable(file) is None]
    if not kept:
        return None
    kept[-1].rename(care.path)
    return kept[-1]


def unusable(file: Path) -> str | None:
    """Return why a file cannot take the place of the care database, None if it can.

    Only reads, and nothing but the file itself: to open its log would take it away from whoever made it.
    """
    if not file.exists():
        return "there is no file"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            is_whole = found.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok"
            revisions = {name for (name,) in found.execute("SELECT version_num FROM alembic_version")}
            has_homes = found.execute("SELECT 1 FROM homes").fetchone() is not None
    except sqlite3.Error:
        is_whole, revisions, has_homes = False, set(), False
    if not is_whole:
        return "it is damaged, not whole yet, or no care database"
    if not revisions or not revisions <= known_revisions():
        return "a newer linli has written it"
    return None if has_homes else "it lists no homes, so that there would be nobody to call"


def open_emergencies(kept: Path, care: CareStore, homes: Collection[str]) -> Sequence[Finding]:
    """Return the calls for help that were open in what was kept, and that the care database of today knows nothing of."""
    with closing(CareStore(f"sqlite:///{kept}")) as before, before.read() as connection:
        open_then = [
            alert
            for alert in cases.open_ones(connection)
            if alert.severity is Severity.EMERGENCY and not alert.drill and alert.home in homes
        ]
    with care.read() as connection:
        lost = [alert for alert in open_then if cases.by_id(connection, alert.id) is None]
    return [
        Finding(
            f"again:{alert.id}", alert.home, alert.site, alert.kind, alert.severity, alert.evidence_at, alert.why,
            alert.evidence, alert.about,
        )
        for alert in lost
    ]  # fmt: skip
