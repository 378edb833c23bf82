"""What a Mosquitto that linli runs reads and writes, in one folder: its configuration, accounts, queue and log."""

import os
from collections.abc import Iterable
from pathlib import Path

from ingest.account_files import AccountFiles
from ingest.accounts import Account
from ingest.broker import MAX_CONNECTIONS
from ingest.unprivileged import Owner
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES

MAX_PACKET_BYTES = 2 * 1024 * 1024
"""A packet over this ends the connection. One over the payload limit is acknowledged and thrown away instead: a device
that is cut off would only send it again, for ever, and all that comes after it would wait."""

MANY = 1_000_000_000
"""For `max_queued_messages`. 0 should mean no limit, but in 2.0.11 it cuts off every client that publishes where it may
not (as Tasmota's discovery does), and in 2.0.16 it throws all messages away."""


class MosquittoFiles:
    """One directory with all that a Mosquitto of ours reads and writes.

    With an `owner` the directory itself stays ours, so that a broker that was broken into cannot lay a trap for linli
    in it; only `queue/` is the broker's own.
    """

    def __init__(self, directory: Path, owner: Owner | None) -> None:
        self.directory = directory.absolute()
        self.configuration = self.directory / "mosquitto.conf"
        self.log = self.directory / "mosquitto.log"
        self.pid = self.directory / "mosquitto.pid"
        self._accounts = AccountFiles(self.directory, hand_over=self._give)
        self._queue = self.directory / "queue"
        self._owner = owner

    def prepare(self, host: str, port: int) -> None:
        """Make the directories and write the configuration of a broker that listens at this address."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self.directory.chmod(0o711 if self._owner else 0o700)
        self._queue.mkdir(exist_ok=True)
        self._queue.chmod(0o700)
        for path in (self._queue, *self._queue.iterdir()):
            self._give(path)
        self._accounts.replace(self.configuration, self._settings(host, port))

    def write_accounts(self, accounts: Iterable[Account]) -> None:
        """Replace the passwords and the rights."""
        self._accounts.write(accounts)

    def set_queue_aside(self) -> None:
        """Put a queue that cannot be read out of the way, for somebody to look at, so that the homes are heard again."""
        queue = self._queue / "mosquitto.db"
        queue.replace(queue.with_suffix(".unreadable"))

    def _settings(self, host: str, port: int) -> str:
        lines = (
            f"listener {port} {host}",
            f"max_connections {MAX_CONNECTIONS}",
            "allow_anonymous false",
            f"password_file {self._accounts.passwords}",
            f"acl_file {self._accounts.rights}",
            # read only by a Mosquitto that was started as root
            "user root",
            "persistence true",
            f"persistence_location {self._queue}/",
            "persistence_file mosquitto.db",
            "autosave_interval 1",
            "persistent_client_expiration 30d",
            f"max_queued_messages {MANY}",
            "max_inflight_messages 65535",
            # what a Zigbee bridge sends with QoS 0 while linli restarts would be lost otherwise
            "upgrade_outgoing_qos true",
            f"message_size_limit {MAX_FOREIGN_PAYLOAD_BYTES}",
            f"max_packet_size {MAX_PACKET_BYTES}",
            "set_tcp_nodelay true",
            "sys_interval 0",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            "log_type notice",
            "log_timestamp false",
        )
        return "\n".join(lines) + "\n"

    def _give(self, path: Path) -> None:
        """Hand a file to the broker's user, or take it back from one under which it ran before."""
        if self._owner:
            os.chown(path, self._owner.uid, self._owner.gid, follow_symlinks=False)
        elif os.geteuid() == 0:
            os.chown(path, 0, 0, follow_symlinks=False)
