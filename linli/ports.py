"""Finding a place to listen: the address asked for, or for a default that is taken, a free one nearby."""

import socket

from linli.errors import LinliError


def listen(host: str, port: int, *, asked_for: bool, setting: str) -> socket.socket:
    """Return a listening socket; a default port that is taken is replaced by a free one.

    Raises LinliError when the port was asked for by name and is taken, or the host is not this machine's.
    """
    try:
        return _bound(host, port)
    except OSError as why:
        if asked_for or host != "127.0.0.1":
            raise LinliError(f"{setting} {host}:{port} cannot be used ({why.strerror}); choose another port") from None
    return _bound(host, 0)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_REUSEPORT"):  # not on Windows, where SO_REUSEADDR would share a port in use
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    return opened


def free_port(host: str, port: int, *, asked_for: bool, setting: str) -> int:
    """Return a port that is free at this moment, for a program of ours that opens it itself."""
    with listen(host, port, asked_for=asked_for, setting=setting) as opened:
        return int(opened.getsockname()[1])


def reachable(host: str) -> str:
    """Return the address at which this machine reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - what is listened on is not what is called


def url_of(host: str, port: int) -> str:
    """Return the URL at which this machine reaches pages that are served on `host`."""
    shown = reachable(host)
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
