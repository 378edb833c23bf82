"""Mosquitto as a child of linli: started, given its accounts, watched, started again, and stopped so that no message is lost.

It needs no thread of its own: `check`, called once a second, does all the watching.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from ingest.accounts import Account, by_user
from ingest.broker import MAX_CONNECTIONS, refuse_taken_port, turns_strangers_away
from ingest.mosquitto_files import MosquittoFiles
from ingest.mosquitto_log import MosquittoLog
from ingest.orphan import end_orphan, write_pid_file
from ingest.unprivileged import mosquitto_user
from linli.errors import LinliError

if sys.platform != "win32":
    import resource

logger = logging.getLogger(__name__)

_UNREADABLE = "Unrecognised file format"
_OPEN_FILES = MAX_CONNECTIONS + 1000
LEAST_FREE_BYTES = 16_000_000
"""What a start needs at the least: a queue of a hundred thousand messages."""
_LOOK_SECONDS = 0.05
_START_LOOKS = 400
"""Twenty seconds: a queue of some million messages is read at the start."""
_STOP_SECONDS = 30.0
_MAX_REST = 60
"""Checks, so seconds, between two attempts to start a broker that dies again and again."""
_STEADY = 60
"""Checks after which a broker counts as sound again."""


def find_mosquitto() -> Path | None:
    """Return the Mosquitto of this machine, or None. Windows knows no SIGHUP, by which ours learns its accounts."""
    if sys.platform == "win32":
        return None
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"])
    found = shutil.which("mosquitto", path=search)
    return Path(found) if found else None


def _refuse_full_disk(directory: Path) -> None:
    """Raise LinliError when a queue could not be written: a broker ended then would lose what the homes have sent."""
    folder = next(place for place in (directory, *directory.absolute().parents) if place.exists())
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise LinliError(
            f"only {free // 1_000_000} MB are free in {folder}; make room first: the broker could not keep its messages"
        )


class Mosquitto:
    """A Mosquitto that linli runs in a directory of its own, which holds its queue from one start to the next.

    Whoever connects with the client id of another client takes over its session and destroys its queue, whatever the
    rights: Mosquitto cannot tie client ids to users. The client id of whoever must not lose messages is a secret.
    """

    name: ClassVar[str] = "Mosquitto"
    durable: ClassVar[bool] = True

    def __init__(self, directory: Path, *, host: str, port: int, binary: Path | None = None) -> None:
        self._binary = binary or find_mosquitto()
        self._host = host
        self._port = port
        self._owner = mosquitto_user(directory)
        self._files = MosquittoFiles(directory, self._owner)
        self._log = MosquittoLog(self._files.log)
        self._accounts: dict[str, Account] = {}
        self._unwritten = False
        self._process: subprocess.Popen[bytes] | None = None
        self._is_settled = False
        self._failures = 0
        self._rest = 0
        self._steady = 0
        self._lock = threading.RLock()

    @staticmethod
    def end_left_over(directory: Path) -> None:
        """End a broker that an earlier linli left running, so that its port is seen to be free."""
        _refuse_full_disk(directory)
        files = MosquittoFiles(directory, None)
        end_orphan(files.pid, marks=("mosquitto", str(files.configuration)))

    def start(self) -> None:
        """Start the broker and return once it answers; a left over broker of an earlier linli is ended first."""
        with self._lock:
            if self._binary is None:
                raise LinliError("Mosquitto is not installed; install it, or run without: linli has a demo broker")
            _refuse_full_disk(self._files.directory)
            end_orphan(self._files.pid, marks=("mosquitto", str(self._files.configuration)))
            self._files.prepare(self._host, self._port)
            refuse_taken_port(self._host, self._port)
            self._write_accounts()
            self._spawn(self._binary)
            if not self._await_answer() and self._set_unreadable_queue_aside():
                self._spawn(self._binary)
                self._await_answer()
            if not self._is_settled:
                self._process = None
                raise LinliError(f"Mosquitto does not start: {self._log.last_words()}")
            logger.info("broker started broker=%s address=%s:%s", self.name, self._host, self._port)

    def apply(self, accounts: Iterable[Account]) -> None:
        """Let in these accounts and no others from the next look on.

        A removed or changed password ends its connections; rights change in place.
        """
        with self._lock:
            self._accounts = by_user(accounts)
            self._unwritten = True

    def check(self) -> str | None:
        """Pass on what the broker wrote, tell it of new accounts, start it again when it has died. Return what is wrong."""
        with self._lock:
            self._log.pass_on()
            if self._process is None:
                return None
            unwritten = self._tell_of_accounts(self._process)
            status = self._process.poll()
            if status is not None:
                return self._start_again(status)
            return self._settle(self._process) or unwritten

    def stop(self) -> None:
        """Stop the broker; at SIGTERM it writes its queue."""
        with self._lock:
            process, self._process = self._process, None
            if process is None:
                return
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                logger.error("broker did not stop and was killed broker=%s", self.name)  # noqa: TRY400 - no use of the trace
                process.kill()
                process.wait()
            self._files.pid.unlink(missing_ok=True)
            self._log.pass_on()

    def _spawn(self, binary: Path) -> None:
        self._is_settled = False
        self._steady = 0
        try:
            with self._log.open() as log:
                self._process = subprocess.Popen(
                    [binary, "-c", self._files.configuration],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    user=self._owner.uid if self._owner else None,
                    group=self._owner.gid if self._owner else None,
                    extra_groups=[] if self._owner else None,
                    start_new_session=True,  # Ctrl-C is for linli, which then stops its broker last
                )
            write_pid_file(self._files.pid, self._process.pid)
        except OSError as problem:
            raise LinliError(f"{binary} cannot be started: {problem.strerror}") from problem
        _allow_many_connections(self._process.pid)

    def _await_answer(self) -> bool:
        """Return True once the broker answers, False if it ends before that."""
        for _ in range(_START_LOOKS):
            if turns_strangers_away(self._host, self._port):
                self._is_settled = True
                return True
            if self._process is None or self._has_ended(self._process):
                return False
        self.stop()
        raise LinliError(f"Mosquitto does not answer on {self._host}:{self._port}: {self._log.last_words()}")

    def _has_ended(self, process: "subprocess.Popen[bytes]") -> bool:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
        return process.returncode is not None

    def _set_unreadable_queue_aside(self) -> bool:
        if not self._log.has_said(_UNREADABLE):
            return False
        logger.error(
            "the broker's queue cannot be read and was set aside, messages in it are lost broker=%s", self.name
        )
        self._files.set_queue_aside()
        return True

    def _write_accounts(self) -> None:
        self._files.write_accounts(self._accounts.values())
        self._unwritten = False

    def _tell_of_accounts(self, process: "subprocess.Popen[bytes]") -> str | None:
        """Write accounts that are not written yet; return why that cannot be done, to be tried at the next look, or None."""
        if not self._unwritten:
            return None
        try:
            self._write_accounts()
        except LinliError as why:
            return str(why)
        self._reload(process)
        return None

    def _reload(self, process: "subprocess.Popen[bytes]") -> None:
        # a SIGHUP before it is up would end it; once up it has read the new files anyway
        if self._is_settled and process.poll() is None:
            process.send_signal(signal.SIGHUP)

    def _start_again(self, status: int) -> str:
        how = f"was killed by signal {-status}" if status < 0 else f"has stopped: {self._log.last_words()}"
        why = f"Mosquitto {how}; it is started again"
        if self._rest > 0:
            self._rest -= 1
            return why
        logger.error(
            "broker died and is started again broker=%s status=%s failures=%s", self.name, status, self._failures
        )
        self._rest = min(2**self._failures, _MAX_REST)
        self._failures += 1
        self._set_unreadable_queue_aside()
        if self._binary is not None:
            try:
                self._spawn(self._binary)
            except LinliError as problem:
                return str(problem)
        return why

    def _settle(self, process: "subprocess.Popen[bytes]") -> str | None:
        if not self._is_settled:
            if not turns_strangers_away(self._host, self._port):
                return "Mosquitto is starting and does not answer yet"
            self._is_settled = True
            self._reload(process)
        self._steady += 1
        if self._steady >= _STEADY:
            self._failures = self._rest = 0
        return None


def _allow_many_connections(pid: int) -> None:
    """Raise a child's limit of open files; the usual 1024 is too few for a community."""
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _OPEN_FILES if most == resource.RLIM_INFINITY else min(_OPEN_FILES, most)
        with suppress(OSError):  # it may have died by now
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (wanted, most))
