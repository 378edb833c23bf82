"""The far ends that messages go to: a strict webhook gateway, and a bare listener that can misbehave in any way."""

import base64
import hashlib
import hmac
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from linli.clock import seconds

PATIENCE = 30.0
"""Seconds after which a test stops waiting for what should have happened."""

SECRET = "whsec_" + base64.b64encode(b"a secret that only two know").decode()
TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Got:
    """One request as the gateway has seen it."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def key(self) -> str:
        return self.headers["webhook-id"]

    def is_signed_with(self, secret: str, *, now: datetime) -> bool:
        """Check a signature as the receiving side of Standard Webhooks must."""
        sent_at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = b".".join([self.key.encode(), self.headers["webhook-timestamp"].encode(), self.raw])
        expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        given = self.headers.get("webhook-signature", "").split(" ")
        return abs(now - sent_at) <= TOLERANCE and any(hmac.compare_digest(expected, one) for one in given)


class Gateway:
    """A webhook gateway on a real socket. `mode` says how it answers; what it holds back goes out at `release`."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                gateway._serve(self)

            def log_message(self, *args: object) -> None:
                """Be quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def process_request(self, *args: Any) -> None:
                gateway.connections += 1
                super().process_request(*args)

            def handle_error(self, *args: object) -> None:
                """Whoever hung up has had their reason."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "https" if context else "http"
        self._changed = threading.Condition()
        self._released = threading.Event()
        self.got: list[Got] = []
        self.held = 0
        self.connections = 0
        self.modes: dict[str, str] = {}
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="gateway", daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/{path}"

    def release(self) -> None:
        """Let go of everything that hangs."""
        self._released.set()

    def close(self) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, is_so: Callable[[list[Got]], bool]) -> list[Got]:
        """Wait until what has arrived fulfils a condition; fail after a while."""
        with self._changed:
            assert self._changed.wait_for(lambda: is_so(self.got), PATIENCE), f"only {len(self.got)} requests came"
            return list(self.got)

    def wait_for_held(self, count: int) -> None:
        """Wait until so many requests hang at the same time."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.held >= count, PATIENCE), f"only {self.held} requests hang"

    def keys(self, path: str) -> list[str]:
        with self._changed:
            return [got.key for got in self.got if got.path == f"/{path}"]

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        got = Got(request.path, {name.lower(): value for name, value in request.headers.items()}, raw)
        with self._changed:
            self.got.append(got)
            self._changed.notify_all()
        mode, _, argument = self.modes.get(request.path.lstrip("/"), "answer 200").partition(" ")
        getattr(self, f"_{mode}")(request, argument)

    def _answer(self, request: BaseHTTPRequestHandler, argument: str) -> None:
        """Answer a status, with one header if it is given: `429 Retry-After 7`."""
        status, _, header = argument.partition(" ")
        request.send_response(int(status))
        if header:
            request.send_header(*header.split(" ", 1))
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"{}")

    def _hang(self, request: BaseHTTPRequestHandler, _: str) -> None:
        with self._changed:
            self.held += 1
            self._changed.notify_all()
        self._released.wait()
        with suppress(OSError):
            self._answer(request, "200")

    def _drip(self, request: BaseHTTPRequestHandler, where: str) -> None:
        if where == "body":
            request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not self._released.wait(0.01):
            request.wfile.write(b"H")

    def _huge(self, request: BaseHTTPRequestHandler, _: str) -> None:
        request.send_response(200)
        request.end_headers()
        while not self._released.is_set():
            request.wfile.write(b"x" * 65536)

    def _short(self, request: BaseHTTPRequestHandler, _: str) -> None:
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        request.close_connection = True

    def _reset(self, request: BaseHTTPRequestHandler, _: str) -> None:
        reset(request.connection)
        request.close_connection = True

    def _rubbish(self, request: BaseHTTPRequestHandler, _: str) -> None:
        request.wfile.write(b"220 this is a mail server\r\n")
        request.close_connection = True

    def _closing(self, request: BaseHTTPRequestHandler, _: str) -> None:
        """Answer, and close the connection without saying so: the next request on it meets a closed door."""
        self._answer(request, "200")
        request.close_connection = True


def reset(connection: socket.socket) -> None:
    """Break a connection off in the hardest way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@contextmanager
def listener(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """Listen on a port where every connection is treated by `behave`, until the event that it is given."""
    stop = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def treat(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behave(connection, stop)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                threads.append(threading.Thread(target=treat, args=(connection,), daemon=True))
                threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield int(server.getsockname()[1])
    finally:
        stop.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for thread in (accepting, *threads):
            thread.join(PATIENCE)


def says_nothing(_: socket.socket, stop: threading.Event) -> None:
    stop.wait()


def drips(connection: socket.socket, stop: threading.Event) -> None:
    while not stop.wait(0.01):
        connection.sendall(b"2")


def hangs_up(connection: socket.socket, _: threading.Event) -> None:
    reset(connection)


def talks_rubbish(connection: socket.socket, _: threading.Event) -> None:
    connection.sendall(b"\xff\x00\r\n\r\nwhat?\r\n")


def nobody_listens() -> int:
    """Return a port at which connections are refused."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def eventually(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail after a while, saying what did not happen."""
    patience = seconds() + PATIENCE
    pause = threading.Event()
    while not is_so():
        assert seconds() < patience, what
        pause.wait(0.01)
