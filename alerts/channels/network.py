"""Connections that end: one deadline holds for the look-up of the name, the handshake and every byte, however slowly sent.

The time-outs of the usual clients count each read by itself, so that a far end that drips bytes could hold a worker for hours.
"""

import ipaddress
import socket
import ssl
import threading
import traceback
from concurrent.futures import Future
from datetime import timedelta
from typing import TYPE_CHECKING

from linli.clock import seconds

if TYPE_CHECKING:
    from typing_extensions import Buffer  # in the library only since 3.12

_LOOK_UPS_AT_ONCE = 16

Address = tuple[socket.AddressFamily, socket.SocketKind, int, tuple[str | int | bytes, ...]]


class Deadline:
    """The moment at which a try ends."""

    def __init__(self, limit: timedelta) -> None:
        self._ends = seconds() + limit.total_seconds()

    @property
    def is_over(self) -> bool:
        """Tell whether no time is left."""
        return seconds() >= self._ends

    def left(self) -> float:
        """Return the seconds that are left; raises TimeoutError when there are none."""
        left = self._ends - seconds()
        if left <= 0:
            raise TimeoutError("the deadline is over")
        return left


class _Ends(socket.socket):
    """What both kinds of socket share: before each operation only the rest of the time is granted."""

    deadline: Deadline

    def gettimeout(self) -> float | None:
        """Return the rest of the time: the handshake of TLS asks for it."""
        return self.deadline.left() if hasattr(self, "deadline") else super().gettimeout()

    def recv_into(self, buffer: "Buffer", nbytes: int | None = 0, flags: int = 0) -> int:
        """Receive within the rest of the time."""
        self.settimeout(self.deadline.left())
        return super().recv_into(buffer, nbytes or 0, flags)

    def send(self, data: "Buffer", flags: int = 0) -> int:
        """Send within the rest of the time."""
        self.settimeout(self.deadline.left())
        return super().send(data, flags)


class PlainSocket(_Ends):
    """A socket with a deadline."""

    def sendall(self, data: "Buffer", flags: int = 0) -> None:
        """Send everything within the rest of the time."""
        self.settimeout(self.deadline.left())
        super().sendall(data, flags)


class TlsSocket(_Ends, ssl.SSLSocket):
    """A TLS socket with a deadline; it sends everything in pieces, by `send`."""


def tls_context() -> ssl.SSLContext:
    """Return a context that trusts what the machine trusts, and makes sockets with a deadline."""
    context = ssl.create_default_context()
    context.sslsocket_class = TlsSocket
    return context


def wrap(opened: PlainSocket, context: ssl.SSLContext, host: str) -> TlsSocket:
    """Begin TLS on a connection; the context is one of `tls_context`."""
    deadline = opened.deadline
    try:
        wrapped = context.wrap_socket(opened, server_hostname=host)
    except BaseException as why:
        opened.close()
        _close_what_ssl_leaves(why)
        raise
    if not isinstance(wrapped, TlsSocket):
        raise TypeError("the context does not come from tls_context")
    wrapped.deadline = deadline
    return wrapped


def _close_what_ssl_leaves(why: BaseException) -> None:
    """Close the socket that `ssl` has made and not given to anybody: so it does where the far end hangs up just then."""
    for frame, _ in traceback.walk_tb(why.__traceback__):
        made = frame.f_locals.get("self")
        if isinstance(made, TlsSocket):
            made.close()


class Network:
    """Looks names up and connects. The system's own look-up may hang for half a minute when the network is down."""

    def __init__(self) -> None:
        self._slots = threading.BoundedSemaphore(_LOOK_UPS_AT_ONCE)

    def connect(self, host: str, port: int, deadline: Deadline) -> PlainSocket:
        """Return a connection to the first of a host's addresses that answers; raises OSError."""
        addresses = self._addresses(host, port, deadline)
        fault: OSError = OSError("the name has no address")
        for untried, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                return _open(address, deadline, share=1 / untried)
            except OSError as why:
                fault = why
        raise fault

    def _addresses(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        if _is_number(host):
            return _look_up(host, port)
        if not self._slots.acquire(timeout=deadline.left()):
            raise TimeoutError("too many names are being looked up")
        found: Future[list[Address]] = Future()
        threading.Thread(target=self._fulfil, args=(found, host, port), name="look-up", daemon=True).start()
        return found.result(timeout=deadline.left())

    def _fulfil(self, found: "Future[list[Address]]", host: str, port: int) -> None:
        try:
            found.set_result(_look_up(host, port))
        except (OSError, ValueError) as why:
            found.set_exception(why)
        finally:
            self._slots.release()


class OutwardNetwork(Network):
    """Connects to nothing of its own network: for addresses that somebody else has told, whatever their names lead to."""

    def _addresses(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        found = [address for address in super()._addresses(host, port, deadline) if _is_outside(str(address[3][0]))]
        if not found:
            raise OSError("the name leads to no address outside")
        return found


_STAND_INS = ipaddress.ip_network("198.18.0.0/15")
"""What many a router's proxy answers in place of the real address, and passes on to that."""


def _is_outside(address: str) -> bool:
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    return (found.is_global and not found.is_multicast) or found in _STAND_INS


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _look_up(host: str, port: int) -> list[Address]:
    return [(f, k, p, a) for f, k, p, _, a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _open(address: Address, deadline: Deadline, *, share: float) -> PlainSocket:
    family, kind, protocol, where = address
    opened = PlainSocket(family, kind, protocol)
    opened.deadline = deadline
    try:
        opened.settimeout(deadline.left() * share)
        opened.connect(where)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        opened.close()
        raise
    return opened
