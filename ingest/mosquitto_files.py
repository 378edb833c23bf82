"""The files that Mosquitto reads, written from linli's accounts: its configuration, passwords and rights."""

import os
from base64 import b64encode
from collections.abc import Iterable
from hashlib import pbkdf2_hmac
from pathlib import Path

from ingest.accounts import Account
from ingest.broker import MAX_CONNECTIONS
from ingest.unprivileged import Owner
from linli.errors import LinliError
from linli.wire import MAX_FOREIGN_PAYLOAD_BYTES

MAX_PACKET_BYTES = 2 * 1024 * 1024
"""A packet over this ends the connection. One over the payload limit is acknowledged and thrown away instead: a device
that is cut off would only send it again, for ever, and all that comes after it would wait."""

MANY = 1_000_000_000
"""For `max_queued_messages`. 0 should mean no limit, but in 2.0.11 it cuts off every client that publishes where it may
not (as Tasmota's discovery does), and in 2.0.16 it throws all messages away."""

_PASSWORD_ROUNDS = 1
"""Rounds protect passwords that can be guessed. Ours are random, and ten thousand of them must be written in a second."""
_SALT_BYTES = 12
"""What Mosquitto demands; it drops a user whose salt is longer."""


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
        self._passwords = self.directory / "passwords"
        self._rights = self.directory / "rights"
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
        self._replace(self.configuration, self._settings(host, port))

    def write_accounts(self, accounts: Iterable[Account]) -> None:
        """Replace the passwords and the rights; each file is whole at any moment, and read at the next SIGHUP."""
        known = list(accounts)
        self._replace(self._passwords, "".join(map(password_line, known)))
        self._replace(self._rights, "".join(map(rights_lines, known)))

    def set_queue_aside(self) -> None:
        """Put a queue that cannot be read out of the way, for somebody to look at, so that the homes are heard again."""
        queue = self._queue / "mosquitto.db"
        queue.replace(queue.with_suffix(".unreadable"))

    def _settings(self, host: str, port: int) -> str:
        lines = (
            f"listener {port} {host}",
            f"max_connections {MAX_CONNECTIONS}",
            "allow_anonymous false",
            f"password_file {self._passwords}",
            f"acl_file {self._rights}",
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

    def _replace(self, path: Path, text: str) -> None:
        fresh = path.with_name(f"{path.name}.new")
        try:
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            self._give(fresh)
            fresh.replace(path)
        except OSError as problem:
            raise LinliError(f"cannot write {path}: {problem.strerror}; the broker needs it") from problem

    def _give(self, path: Path) -> None:
        """Hand a file to the broker's user, or take it back from one under which it ran before."""
        if self._owner:
            os.chown(path, self._owner.uid, self._owner.gid, follow_symlinks=False)
        elif os.geteuid() == 0:
            os.chown(path, 0, 0, follow_symlinks=False)


def password_line(account: Account) -> str:
    """Return the account's line in a password file: PBKDF2 over SHA-512, the form that Mosquitto calls `$7$`."""
    salt = os.urandom(_SALT_BYTES)
    digest = pbkdf2_hmac("sha512", account.password.encode(), salt, _PASSWORD_ROUNDS)
    return f"{account.user}:$7${_PASSWORD_ROUNDS}${b64encode(salt).decode()}${b64encode(digest).decode()}\n"


def rights_lines(account: Account) -> str:
    """Return the account's lines in a file of rights (an ACL file)."""
    lines = [f"user {account.user}"]
    lines += [f"topic write {topic_filter}" for topic_filter in account.publish]
    lines += [f"topic read {topic_filter}" for topic_filter in account.subscribe]
    return "\n".join(lines) + "\n"
