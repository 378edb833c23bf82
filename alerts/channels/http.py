"""One HTTP POST: redirects are not followed, and the answer is bounded in time and in size."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from urllib.parse import quote, urlsplit

from alerts.channels.kept import Kept, Origin
from alerts.channels.network import Deadline, Network, PlainSocket, TlsSocket, tls_context, wrap
from linli.errors import LinliError

MAX_BODY = 64 * 1024
"""Bytes of an answer that are read; the rest is left."""
_PATH = "/%:@!$&'()*+,;=~"


class BadAddress(LinliError):
    """An address is not one that a POST can be sent to."""


class Unreached(LinliError):
    """No connection came about, so nothing was sent."""


class Unanswered(LinliError):
    """The request was sent, or a part of it, and no whole answer came: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Url:
    """A web address in the parts that a connection needs."""

    origin: Origin
    target: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the far end answered; header names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def parse(address: str) -> Url:
    """Return the parts of an http or https address; raises BadAddress otherwise."""
    try:
        parts = urlsplit(address.strip())
        host, port = parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode()
    except ValueError:
        raise BadAddress("the address is not a web address") from None
    if parts.scheme not in {"http", "https"} or not host or parts.username is not None:
        raise BadAddress("the address is not a web address")
    is_tls = parts.scheme == "https"
    query = f"?{quote(parts.query, safe=_PATH + '?')}" if parts.query else ""
    return Url(Origin(is_tls, host, port or (443 if is_tls else 80)), quote(parts.path or "/", safe=_PATH) + query)


class Poster:
    """Sends POSTs; `limit` holds for each as a whole. Safe to use from several threads at once."""

    def __init__(self, limit: timedelta, context: ssl.SSLContext | None = None, network: Network | None = None) -> None:
        self._limit = limit
        self._given_context = context
        self._network = network or Network()
        self._kept = Kept()

    def close(self) -> None:
        """Let go of the connections that are kept."""
        self._kept.close()

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """Read what the machine trusts only when it is needed: that takes a while."""
        return self._given_context or tls_context()

    def post(self, url: Url, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Return the answer; raises Unreached or Unanswered, in words without addresses."""
        context = self._context if url.origin.is_tls else None
        deadline = Deadline(self._limit)
        try:
            kept = self._kept.take(url.origin)
            reply = self._ask_kept(kept, url, body, headers, deadline) if kept else None
            return reply or self._ask(self._connect(url.origin, context, deadline), url, body, headers, deadline)
        except TimeoutError as why:
            raise Unanswered("no answer in time") from why
        except (OSError, HTTPException) as why:
            raise Unanswered("the connection broke off") from why

    def _ask_kept(
        self, kept: HTTPConnection, url: Url, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Reply | None:
        """Return None if the connection was closed while it lay idle, which says nothing of the far end."""
        try:
            return self._ask(kept, url, body, headers, deadline)
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            return None

    def _ask(
        self, connection: HTTPConnection, url: Url, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Reply:
        is_kept = False
        try:
            _grant(connection, deadline)
            connection.request("POST", url.target, body, dict(headers))
            response = connection.getresponse()
            read = _read(response)
            is_kept = response.isclosed() and not response.will_close and self._kept.put(url.origin, connection)
        finally:
            if not is_kept:
                connection.close()
        return Reply(response.status, {name.lower(): value for name, value in response.getheaders()}, read)

    def _connect(self, origin: Origin, context: ssl.SSLContext | None, deadline: Deadline) -> HTTPConnection:
        connection = HTTPConnection(origin.host, origin.port)
        try:
            opened = self._network.connect(origin.host, origin.port, deadline)
            connection.sock = wrap(opened, context, origin.host) if context else opened
        except (OSError, ValueError) as why:
            raise Unreached(why_unreached(why)) from why
        return connection


def _grant(connection: HTTPConnection, deadline: Deadline) -> None:
    if isinstance(connection.sock, PlainSocket | TlsSocket):
        connection.sock.deadline = deadline


def _read(response: HTTPResponse) -> bytes:
    read = response.read(MAX_BODY)
    if len(read) < MAX_BODY and response.length:
        raise HTTPException("the answer breaks off")
    return read


def why_unreached(why: Exception) -> str:
    """Return in words, without an address, why no connection came about."""
    if isinstance(why, TimeoutError):
        return "no connection in time"
    if isinstance(why, socket.gaierror | UnicodeError):
        return "the name of the far end is not known"
    if isinstance(why, ConnectionRefusedError):
        return "the connection was refused"
    if isinstance(why, ssl.SSLCertVerificationError):
        return "the certificate of the far end is not valid"
    if isinstance(why, ssl.SSLError):
        return "no secure connection came about"
    return "no connection came about"
