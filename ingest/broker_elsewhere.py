"""A Mosquitto that somebody else starts, in a container or as a service, and that linli tells whom to let in.

linli writes the accounts into a folder that both see; whoever runs the broker has it read them anew when they change
(deploy/mosquitto/start.sh).
"""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from ingest.account_files import AccountFiles
from ingest.accounts import Account, by_user
from linli.errors import LinliError

GROUP_READS = 0o640
"""The folder's group is that of the broker: the files in it are linli's, and open to it alone."""


class BrokerElsewhere:
    """Writes accounts into a folder, and again each second while that does not succeed."""

    name: ClassVar[str] = "Mosquitto elsewhere"
    durable: ClassVar[bool] = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = AccountFiles(folder.absolute(), mode=GROUP_READS)
        self._accounts: dict[str, Account] = {}
        self._unwritten = False
        self._lock = threading.Lock()

    def start(self) -> None:
        """Write the accounts; raises LinliError when the folder cannot be written."""
        if not self._folder.is_dir():
            raise LinliError(f"setting mqtt_accounts: there is no folder {self._folder}")
        with self._lock:
            self._files.write(self._accounts.values())
            self._unwritten = False

    def apply(self, accounts: Iterable[Account]) -> None:
        """Write these accounts at the next look."""
        with self._lock:
            self._accounts = by_user(accounts)
            self._unwritten = True

    def check(self) -> str | None:
        """Write what is not written yet; return why it cannot be, or None."""
        with self._lock:
            if not self._unwritten:
                return None
            try:
                self._files.write(self._accounts.values())
            except LinliError as why:
                return str(why)
            self._unwritten = False
            return None

    def stop(self) -> None:
        """Leave the broker to whoever runs it: the homes go on sending to it."""
