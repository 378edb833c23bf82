"""A rehearsal in a process of its own that lets everything else go first, so that no call waits for it; one at a time."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from dashboard.trial import Trial
from linli.errors import Conflict, LinliError

GONE = "the rehearsal ended before its time; try again"
_NICE = 10
Found = TypeVar("Found")


class Beside(Generic[Found]):
    """Keeps the latest trial and runs it. Safe to use from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._trial: Trial[Found] | None = None
        self._process: BaseProcess | None = None

    def begin(self, trial: Trial[Found], work: Callable[..., Found], *given: object) -> None:
        """Begin a trial, or join the same one that runs; raises Conflict while another does.

        `work` is called with what is given and a `tell`, in the process.
        """
        with self._lock:  # so that there is never a process that nobody sees or could stop
            if _is_same(self._trial, trial):
                return
            context = get_context("spawn")
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(work, given, there), name="rehearsal", daemon=True)
            process.start()
            self._trial, self._process = trial, process
        there.close()
        threading.Thread(target=self._listen, args=(here, process), name="rehearsal", daemon=True).start()

    def _listen(self, here: Pipe, process: BaseProcess) -> None:
        """Note what the process says until it ends; what a stopped one still says is nobody's business."""
        try:
            while True:
                self._note(process, **here.recv())
        except (EOFError, OSError):
            here.close()
        process.join()
        with self._lock:
            is_ours = self._process is process and self._trial is not None and self._trial.is_running
        if is_ours:
            self._note(process, fault=GONE)

    def _note(self, process: BaseProcess, **said: Any) -> None:
        with self._lock:
            if self._process is process and self._trial is not None:
                self._trial = replace(self._trial, **said)

    def trial(self) -> Trial[Found] | None:
        """Return the latest trial."""
        with self._lock:
            return self._trial

    def stop(self) -> None:
        """End the trial that runs, and forget what it found."""
        with self._lock:
            process, self._process, self._trial = self._process, None, None
        if process is not None and process.is_alive():
            process.terminate()


def _is_same(running: Trial[Found] | None, wanted: Trial[Found]) -> bool:
    """Tell whether the trial that is wanted is under way; raises Conflict where another one is."""
    if running is None or not running.is_running:
        return False
    if (running.name, running.before, running.value) != (wanted.name, wanted.before, wanted.value):
        raise Conflict(f"{running.name} is being rehearsed; stop that first, or wait until it has ended")
    return True


def _work(work: Callable[..., object], given: tuple[object, ...], there: Pipe) -> None:
    """Rehearse, and tell how far it has come and what was found."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        found = work(*given, lambda done, total: there.send({"done": done, "total": total}))
        there.send({"result": found})
    except LinliError as why:
        there.send({"fault": str(why)})
    finally:
        there.close()
