"""Writes the journal of calls, and waits for its disk no longer than a call for help can wait."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime

from alerts import journal_lines
from alerts.stopgap import Stopgap
from linli.health import Health
from linli.journal import Journal, JournalLost
from linli.words import Sentence

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0


class Scribe:
    """Keeps what is done in order. Without `start` it writes in the caller's thread."""

    def __init__(self, journal: Journal, health: Health) -> None:
        self._journal = journal
        self._health = health
        self._thread: ThreadPoolExecutor | None = None
        self._patience = PATIENCE_SECONDS
        self._hung: Future[None] | None = None

    def read(self) -> list[Stopgap]:
        """Open the journal and return what an earlier run has left undone."""
        gaps, strange = journal_lines.read(self._journal.open())
        damaged = strange + self._journal.damaged
        if gaps or damaged:
            logger.warning("journal found alerts=%s damaged=%d", [gap.alert for gap in gaps], damaged)
        self._say_how_it_is()
        return gaps

    def start(self, *, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Write in a thread of its own from now on, and wait so long for it."""
        self._patience = patience_seconds
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")

    def stop(self) -> None:
        """Write what is to be written, unless the disk hangs, and let go of the files."""
        if self._thread is not None:
            self._do(lambda: None)
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None
        self._journal.close()

    def keep(self, lines: Sequence[journal_lines.Line]) -> None:
        """Write lines; when this returns they are on the disk, or the board says that they are not."""
        entries = [journal_lines.encode(line) for line in lines]
        self._do(lambda: self._append(entries))

    def forget(self) -> None:
        """Empty the journal: the store has it all."""
        self._do(self._empty)

    def _do(self, task: Callable[[], None]) -> None:
        if self._thread is None:
            task()
            return
        hangs = self._hung is not None and not self._hung.done()
        writing = self._thread.submit(task)
        try:
            writing.result(0 if hangs else self._patience)
        except NotInTime:
            self._hung = writing
            logger.error("the journal's disk does not answer")  # noqa: TRY400 - nothing is told by where we waited
            self._health.trouble(
                "journal-file", Sentence("The journal's disk does not answer; calls are made all the same.")
            )

    def _append(self, entries: Sequence[bytes]) -> None:
        try:
            self._journal.append(entries)
        except JournalLost as why:
            logger.error("the journal is kept in memory alone reason=%s", why)  # noqa: TRY400 - the reason is all
            self._say(str(why))
        else:
            self._say_how_it_is()

    def _empty(self) -> None:
        self._journal.empty()
        self._say_how_it_is()

    def _say_how_it_is(self) -> None:
        if self._journal.wrong:
            self._say(self._journal.wrong)
        else:
            self._health.well("journal-file")

    def _say(self, why: str) -> None:
        told = Sentence("The journal of calls cannot be kept where it should be: {why}", {"why": why})
        self._health.trouble("journal-file", told)
