"""A Mosquitto beside linli, as a community would run its own: it can be stopped and started at will."""

import shutil
import subprocess
from pathlib import Path

from bench.program import free_port

_BINARY = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or "mosquitto"


class ExternalMosquitto:
    """One broker with a persistent queue, open to everybody on the loopback."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser root\npersistence true\n"
            f"persistence_location {folder}/\nautosave_interval 1\nmax_queued_messages 1000000000\nmax_inflight_messages 65535\n",
            encoding="ascii",
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        words = [_BINARY, "-c", str(self._configuration)]
        self._process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self) -> None:
        """Stop it in good order."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None

    def restart(self) -> None:
        """Stop and start it."""
        self.stop()
        self.start()
