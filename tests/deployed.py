"""The broker of `deploy/`, run by hand: its own script and configuration, with nothing changed but where things lie."""

import os
import subprocess
from pathlib import Path

from bench.program import free_port

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"


class DeployedMosquitto:
    """What the container runs, in a folder; `accounts` is where linli writes whom it lets in."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.accounts = folder / "accounts"
        queue = folder / "queue"
        for part in (self.accounts, queue):
            part.mkdir()
        text = (DEPLOY / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")
        moved = {
            "/accounts/": f"{self.accounts}/",
            "/mosquitto/data/": f"{queue}/",
            "listener 1883": f"listener {self.port} 127.0.0.1",
        }
        for there, here in moved.items():
            assert there in text
            text = text.replace(there, here)
        if os.geteuid() == 0:  # in the container it is no root from the beginning
            text += "user root\n"
        self._configuration = folder / "mosquitto.conf"
        self._configuration.write_text(text, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the script; Mosquitto follows once there are accounts."""
        words = ["/bin/sh", str(DEPLOY / "mosquitto" / "start.sh"), str(self._configuration), str(self.accounts)]
        self._process = subprocess.Popen(words, env={**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"})

    @property
    def is_running(self) -> bool:
        """Tell whether the script runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Stop it as a container is stopped; it must end in good order."""
        if self._process is not None:
            self._process.terminate()
            assert self._process.wait(30) == 0
            self._process = None
