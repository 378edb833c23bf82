"""What linli asks of a broker that it runs itself, whichever that is, and what both kinds of broker share."""

import errno
import os
import socket
from collections.abc import Iterable
from typing import ClassVar, Protocol

from ingest.accounts import Account
from linli.errors import LinliError

MAX_CONNECTIONS = 20_000
"""Ten thousand homes with a device or two each; beyond that something is wrong, or is meant to be."""

_NAMELESS_CONNECT = bytes.fromhex("100c 0004 4d515454 04 02 000a 0000")
"""An MQTT 3.1.1 CONNECT without user name, password or client id."""
_NOT_AUTHORISED = bytes.fromhex("2002 0005")
_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - these are read, not bound


class Broker(Protocol):
    """A broker that lives and dies with linli. It may be called from any thread."""

    name: ClassVar[str]
    """What logs and the board call it."""
    durable: ClassVar[bool]
    """Whether an acknowledged message outlives a crash of linli or of the broker."""

    def start(self) -> None:
        """Start it and return once it accepts connections; LinliError says why it cannot."""

    def apply(self, accounts: Iterable[Account]) -> None:
        """Let in these accounts and no others, connected clients included, by the next `check`; may come before `start`."""

    def check(self) -> str | None:
        """Look after it: to be called once a second. Return a sentence on what is wrong, or None.

        Accounts that it cannot be told of, as on a full disk, it is told of at a later look.
        """

    def stop(self) -> None:
        """Stop it in good order; doing so twice does no harm."""


def refuse_taken_port(host: str, port: int) -> None:
    """Raise LinliError with a clear sentence when nothing can listen at this address."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as trial:
                if os.name == "posix":  # Windows would then share a port that is in use
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as problem:
        raise LinliError(_why_not(host, port, problem)) from problem


def turns_strangers_away(host: str, port: int) -> bool:
    """Tell whether a broker answers at this address and refuses who gives no name, as ours do."""
    try:
        with socket.create_connection((_ANY_ADDRESS.get(host, host), port), timeout=1) as line:
            line.sendall(_NAMELESS_CONNECT)
            return line.recv(len(_NOT_AUTHORISED)) == _NOT_AUTHORISED
    except OSError:
        return False


def _why_not(host: str, port: int, problem: OSError) -> str:
    if problem.errno == errno.EADDRINUSE:
        return f"{host}:{port} is taken by another program; stop that, or choose another with --mqtt-listen HOST:PORT"
    return f"cannot listen on {host}:{port} ({problem.strerror}); choose another with --mqtt-listen HOST:PORT"
