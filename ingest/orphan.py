"""A broker that has outlived the linli that started it: recognised by its pid file, and ended in good order.

A kill -9 of linli leaves its Mosquitto running. That is welcome: it goes on taking in what the homes send. The next
start ends it with SIGTERM, at which it writes its queue, and waits for it to be gone before its own broker opens the
same queue and the same port. The parent-death signal of Linux would end it at once instead, but it hangs on the
thread that started the child and does not survive a change of user.
"""

import logging
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from linli.errors import LinliError
from linli.files import for_owner_alone

logger = logging.getLogger(__name__)

_PATIENCE_SECONDS = 30
"""Writing a queue of some million messages takes a while."""
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class _Running:
    parent: int
    command: str


def write_pid_file(path: Path, pid: int) -> None:
    """Note which process is ours and whose child it is."""
    for_owner_alone(path)
    path.write_text(f"{pid} {os.getpid()}\n", encoding="ascii")


def end_orphan(pid_file: Path, *, marks: tuple[str, ...]) -> None:
    """End the process of a pid file if it is ours, which its command line proves by bearing all the marks.

    Raise LinliError when the linli that started it is still alive.
    """
    try:
        pid, parent = map(int, pid_file.read_text(encoding="ascii").split())
    except (FileNotFoundError, ValueError):
        return
    running = _look(pid)
    if running is None or not all(mark in running.command for mark in marks):
        return
    if running.parent == parent:
        raise LinliError(
            f"the broker in {pid_file.parent} belongs to a linli that is running (process {parent}); stop that"
        )
    logger.warning("ending a broker left over by a linli that was killed pid=%s", pid)
    _end(pid)


def _end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGTERM)
        if not _is_gone(pid):
            logger.error("a left over broker did not stop and was killed pid=%s", pid)
            os.kill(pid, signal.SIGKILL)
            _is_gone(pid)
    except ProcessLookupError:
        return
    except PermissionError as problem:
        raise LinliError(
            f"the broker of an earlier linli (process {pid}) belongs to another user; stop it"
        ) from problem


def _is_gone(pid: int) -> bool:
    for _ in range(round(_PATIENCE_SECONDS / _LOOK_SECONDS)):
        if _look(pid) is None:
            return True
        time.sleep(_LOOK_SECONDS)
    return False


def _look(pid: int) -> _Running | None:
    """Return what a process is, or None when there is none, or only its unburied remains (a zombie)."""
    if Path("/proc/self/stat").exists():
        return _look_in_proc(Path("/proc") / str(pid))
    return _ask_ps(pid)


def _look_in_proc(folder: Path) -> _Running | None:
    try:
        # the name stands in brackets and may hold blanks and brackets itself
        state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else _Running(int(parent), command)


def _ask_ps(pid: int) -> _Running | None:
    answer = subprocess.run(
        ["ps", "-ww", "-o", "ppid=", "-o", "stat=", "-o", "command=", "-p", str(pid)],  # noqa: S607 - its place differs
        capture_output=True,
        text=True,
        check=False,
    )
    words = answer.stdout.split(maxsplit=2)
    if len(words) < 3 or words[1].startswith("Z"):
        return None
    return _Running(int(words[0]), words[2])
