"""The two files from which a Mosquitto learns whom it lets in, written from linli's accounts."""

import os
from base64 import b64encode
from collections.abc import Callable, Iterable
from hashlib import pbkdf2_hmac
from pathlib import Path

from ingest.accounts import Account
from linli.errors import LinliError

_PASSWORD_ROUNDS = 1
"""Rounds protect passwords that can be guessed. Ours are random, and ten thousand of them must be written in a second."""
_SALT_BYTES = 12
"""What Mosquitto demands; it drops a user whose salt is longer."""


class AccountFiles:
    """`passwords` and `rights` in a folder: each whole at any moment, and read by Mosquitto at its next SIGHUP.

    `mode` is who may read them; `hand_over` gives a new file to whoever reads it before it takes the old one's place.
    """

    def __init__(
        self, directory: Path, *, mode: int = 0o600, hand_over: Callable[[Path], None] = lambda _: None
    ) -> None:
        self.passwords = directory / "passwords"
        self.rights = directory / "rights"
        self._mode = mode
        self._hand_over = hand_over

    def write(self, accounts: Iterable[Account]) -> None:
        """Replace both; raises LinliError with a sentence when that cannot be done."""
        known = list(accounts)
        self.replace(self.passwords, "".join(map(password_line, known)))
        self.replace(self.rights, "".join(map(rights_lines, known)))

    def replace(self, path: Path, text: str) -> None:
        """Replace one file for Mosquitto."""
        fresh = path.with_name(f"{path.name}.new")
        try:
            fresh.unlink(missing_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
            fresh.chmod(self._mode)
            self._hand_over(fresh)
            fresh.replace(path)
        except OSError as problem:
            raise LinliError(f"cannot write {path}: {problem.strerror}; the broker needs it") from problem


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
